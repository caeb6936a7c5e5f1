"""Who asks: so many connections that are kept alive, each with one request on its way, from one thread.

Plain sockets, so that the one who asks takes little of the machine that answers.
"""

import selectors
import socket
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

END = b"\r\n\r\n"


@dataclass(frozen=True)
class Ask:
    """A request's path and its JSON body."""

    path: str
    body: bytes

    def text(self) -> bytes:
        """HTTP/1.1 (RFC 9112)."""
        head = f"POST {self.path} HTTP/1.1\r\nHost: bench\r\nContent-Type: application/json\r\nAccept: application/json"
        return f"{head}\r\nContent-Length: {len(self.body)}\r\n\r\n".encode() + self.body


class Wire:
    """One connection; answers have a Content-Length, as all three servers send it."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.held = bytearray()

    def read(self) -> bytes | None:
        """The body, once it is all there. Errors: ConnectionError for an answer that is not 200."""
        got = self.socket.recv(1 << 20)
        if not got:
            raise ConnectionError("the server hung up")
        self.held += got
        at = self.held.find(END)
        if at < 0:
            return None
        head = bytes(self.held[:at]).lower()
        size = int(head.partition(b"content-length:")[2].split(b"\r\n")[0])
        if len(self.held) < at + len(END) + size:
            return None
        body = bytes(self.held[at + len(END) :])
        self.held.clear()
        if b" 200 " not in head.split(b"\r\n")[0]:
            raise ConnectionError(f"{head.splitlines()[0]!r}: {body[:300]!r}")
        return body


def answer(port: int, ask: Ask) -> bytes:
    """One answer."""
    wire = Wire(port)
    wire.socket.sendall(ask.text())
    body = None
    while body is None:
        body = wire.read()
    wire.socket.close()
    return body


def rate(port: int, asks: Sequence[Ask], seconds: float, connections: int = 8) -> float:
    """Answers a second."""
    texts = _round(asks)
    count, start = 0, time.perf_counter()
    with selectors.DefaultSelector() as waiting:
        for _ in range(connections):
            wire = Wire(port)
            waiting.register(wire.socket, selectors.EVENT_READ, wire)
            wire.socket.sendall(next(texts))
        while count < connections or time.perf_counter() - start < seconds:
            for key, _ in waiting.select(1.0):
                if key.data.read() is not None:
                    count += 1
                    key.data.socket.sendall(next(texts))
        taken = time.perf_counter() - start
        for key in list(waiting.get_map().values()):
            key.data.socket.close()
    return count / taken


def _round(asks: Sequence[Ask]) -> Iterator[bytes]:
    texts = [ask.text() for ask in asks]
    while True:
        yield from texts
