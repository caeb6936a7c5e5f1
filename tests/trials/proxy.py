"""A proxy on loopback that delays, cuts and halves what passes, or swallows it."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from enum import StrEnum

CHUNK = 65_536
DELAY_SECONDS = 0.2


class Fault(StrEnum):
    """What the network does."""

    NONE = "none"
    DELAY = "delay"  # each piece comes late
    CUT = "cut"  # connections are reset, those that are there and those that come
    HALVE = "halve"  # half of the next answer passes, then the connection is reset
    SWALLOW = "swallow"  # nothing passes, and nobody is told
    REFUSE = "refuse"  # what is there is reset, and the next ones are closed at once


class Proxy:
    """Passes on to one place; `become` changes what it does to everybody."""

    def __init__(self, target: tuple[str, int]) -> None:
        self._target = target
        self._loop = asyncio.new_event_loop()
        self._fault = Fault.NONE
        self._open: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self.port = 0

    def become(self, fault: Fault) -> None:
        """From here on."""
        self._loop.call_soon_threadsafe(self._become, fault)

    def _become(self, fault: Fault) -> None:
        was, self._fault = self._fault, fault
        # What was swallowed is lost: nobody would send it again on the same connection.
        if fault in (Fault.CUT, Fault.REFUSE) or was is Fault.SWALLOW:
            for writer in tuple(self._open):
                _reset(writer)

    async def serve(self, ready: threading.Event) -> None:
        """Until its loop stops."""
        server = await asyncio.start_server(self._come, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        ready.set()
        async with server:
            await server.serve_forever()

    async def _come(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._fault in (Fault.CUT, Fault.REFUSE):
            _reset(writer)
            return
        try:
            there_reader, there = await asyncio.open_connection(*self._target)
        except OSError:
            _reset(writer)
            return
        self._open |= {writer, there}
        await asyncio.gather(
            self._pass(reader, there, is_answer=False), self._pass(there_reader, writer, is_answer=True)
        )
        self._open -= {writer, there}

    async def _pass(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, is_answer: bool
    ) -> None:
        with suppress(OSError):
            while piece := await reader.read(CHUNK):
                if self._fault is Fault.SWALLOW:
                    continue
                if self._fault is Fault.DELAY:
                    await asyncio.sleep(DELAY_SECONDS)
                if self._fault is Fault.HALVE and is_answer:
                    writer.write(piece[: len(piece) // 2])
                    await writer.drain()
                    break
                writer.write(piece)
                await writer.drain()
        writer.close()

    def run(self, ready: threading.Event) -> None:
        """In a thread of its own."""
        asyncio.set_event_loop(self._loop)
        with suppress(RuntimeError):  # the loop is stopped while it serves
            self._loop.run_until_complete(self.serve(ready))
        for task in asyncio.all_tasks(self._loop):
            task.cancel()
        self._loop.run_until_complete(asyncio.sleep(0.1))
        self._loop.close()

    def stop(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)


def _reset(writer: asyncio.StreamWriter) -> None:
    with suppress(OSError, RuntimeError):
        writer.transport.abort()


@contextmanager
def proxying(target: tuple[str, int]) -> Iterator[Proxy]:
    """A proxy to `target` on a port of its own."""
    proxy, ready = Proxy(target), threading.Event()
    thread = threading.Thread(target=proxy.run, args=(ready,))
    thread.start()
    ready.wait()
    try:
        yield proxy
    finally:
        proxy.stop()
        thread.join()
