"""WS /graphql: subscriptions, and any other operation, by the protocol graphql-transport-ws.

Source: graphql-ws PROTOCOL.md ("GraphQL over WebSocket Protocol"), with its close codes. The limits of a
document are told in an `error` message of its operation; a breach of the protocol closes the connection.
"""

import asyncio
import logging
from collections.abc import Mapping
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urlsplit

import orjson
from graphql import GraphQLError
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketState

from api.graphql.common.errors import Code, Refusal, Reporter, code_of
from api.graphql.door.operations import Answer, Call, Operations, Stage
from api.graphql.door.requests import Request, read_json, read_request

__all__ = ["GraphQLSocket"]

log = logging.getLogger("alignment.graphql")

PROTOCOL: Final = "graphql-transport-ws"
_TRUSTED: Final = frozenset({"http", "https"})


class Broken(Exception):  # noqa: N818 - the connection is broken off
    """A breach of the protocol, with its close code and reason."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


@dataclass
class GraphQLSocket:
    """An ASGI application for one path.

    `origins` are the origins ("https://example.org") of other sites whose pages may connect; the pages of
    this host may always, and so may programs, which send no Origin.
    """

    operations: Operations
    origins: frozenset[str] = frozenset()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves one connection until either side ends it."""
        socket = WebSocket(scope, receive, send)
        if not self._is_welcome(socket):
            await socket.close(4403)  # before accept: answered as HTTP 403
            return
        if PROTOCOL not in scope["subprotocols"]:
            await socket.accept()
            await socket.close(4406, "Subprotocol not acceptable")
            return
        await socket.accept(PROTOCOL)
        await _Connection(socket, self.operations).serve()

    def _is_welcome(self, socket: WebSocket) -> bool:
        origin = socket.headers.get("origin")
        if origin is None or origin in self.origins:
            return True
        place = urlsplit(origin)
        return place.scheme in _TRUSTED and place.netloc == socket.headers.get("host")


@dataclass
class _Connection:
    """One accepted connection: its sign-in and its running operations by the client's ids."""

    socket: WebSocket
    operations: Operations
    token: str | None = None
    is_acknowledged: bool = False
    running: dict[str, asyncio.Task[None]] = field(default_factory=dict)
    tasks: set[asyncio.Task[None]] = field(default_factory=set)

    async def serve(self) -> None:
        try:
            await self._initialise()
            while True:
                await self._take(await self._message())
        except WebSocketDisconnect:
            pass  # the client has left; what runs for it is ended below
        except Broken as breach:
            await self._close(breach)
        finally:
            await self._end_all()

    async def _initialise(self) -> None:
        try:
            async with asyncio.timeout(self.operations.limits.init_seconds):
                message = await self._message()
                while message["type"] in ("ping", "pong"):
                    await self._take(message)
                    message = await self._message()
        except TimeoutError:
            raise Broken(4408, "Connection initialisation timeout") from None
        if message["type"] != "connection_init":
            raise Broken(4401, "Unauthorized")
        self.token = _token(message.get("payload"))
        await self._sign_in()
        self.is_acknowledged = True
        await self._send({"type": "connection_ack"})

    async def _sign_in(self) -> None:
        """Opens a context once, so that a wrong token is refused before anything is asked."""
        try:
            async with asyncio.timeout(self.operations.limits.deadline_seconds):
                async with self.operations.opened(Call(self.socket, self.token)) as context:
                    is_signed_in = context.is_signed_in
        except Exception as fault:
            code = code_of(fault)
            raise Broken(4403 if code is not Code.UNAVAILABLE else 1013, code.sentence) from fault
        if not is_signed_in:
            raise Broken(4403, Code.UNAUTHENTICATED.sentence)

    async def _message(self) -> dict[str, Any]:
        received = await self.socket.receive()
        if received["type"] == "websocket.disconnect":
            raise WebSocketDisconnect(received.get("code", 1005))
        text = received.get("text")
        if text is None:
            raise Broken(4400, "Messages are JSON text")
        body = text.encode(errors="replace")
        if len(body) > self.operations.limits.message_bytes:
            raise Broken(1009, "Message too large")
        try:
            message = read_json(body, self.operations.limits)
        except Refusal as refusal:
            raise Broken(4400, str(refusal)) from refusal
        if not isinstance(message, dict) or not isinstance(message.get("type"), str):
            raise Broken(4400, "A message is an object with a type")
        return message

    async def _take(self, message: Mapping[str, Any]) -> None:
        kind = message["type"]
        if kind == "ping":
            await self._send({"type": "pong"})
        elif kind == "connection_init":
            raise Broken(4429, "Too many initialisation requests")
        elif kind == "subscribe":
            await self._subscribe(_id(message), message.get("payload"))
        elif kind == "complete":
            task = self.running.pop(_id(message), None)
            if task:
                task.cancel()
        elif kind != "pong":
            raise Broken(4400, "Unknown message type")

    async def _subscribe(self, id_: str, payload: object) -> None:
        if id_ in self.running:
            raise Broken(4409, f"Subscriber for {id_} already exists")
        try:
            request = self._admitted(payload)
        except Refusal as refusal:
            error = GraphQLError(str(refusal), original_error=refusal)
            told = Reporter(Call().request_id).formatted([error])
            await self._send({"type": "error", "id": id_, "payload": told})
            return
        task = asyncio.create_task(self._operate(id_, request))
        self.running[id_] = task
        self.tasks.add(task)
        task.add_done_callback(self._ended)

    def _admitted(self, payload: object) -> Request:
        most = self.operations.limits.subscriptions
        if len(self.running) >= most:
            raise Refusal(Code.RATE_LIMITED, f"One connection may run {most} operations at once.")
        return read_request(payload)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self.tasks.discard(task)
        for id_ in [id_ for id_, running in self.running.items() if running is task]:
            del self.running[id_]
        if not task.cancelled() and task.exception():
            log.info("an operation ended with its connection", exc_info=task.exception())

    async def _operate(self, id_: str, request: Request) -> None:
        call = Call(self.socket, self.token)
        async with aclosing(self.operations.stream(request, call)) as answers:
            async for answer in answers:
                if answer.stage is not Stage.EXECUTED:
                    self.running.pop(id_, None)
                    await self._send({"type": "error", "id": id_, "payload": answer.errors})
                    return
                await self._send_next(id_, answer)
        self.running.pop(id_, None)  # before the client reads `complete` and may use the id again
        await self._send({"type": "complete", "id": id_})

    async def _send_next(self, id_: str, answer: Answer) -> None:
        await self._send({"type": "next", "id": id_, "payload": answer.payload()})

    async def _send(self, message: Mapping[str, Any]) -> None:
        if self.socket.application_state is WebSocketState.CONNECTED:
            await self.socket.send_text(orjson.dumps(message).decode())

    async def _close(self, breach: Broken) -> None:
        if self.socket.application_state is WebSocketState.CONNECTED:
            await self.socket.close(breach.code, breach.reason[:120])  # a close frame has 123 bytes for it

    async def _end_all(self) -> None:
        for task in self.tasks:
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)


def _id(message: Mapping[str, Any]) -> str:
    id_ = message.get("id")
    if not isinstance(id_, str) or not 0 < len(id_) <= 128:
        raise Broken(4400, "An operation has an id of 1 to 128 characters")
    return id_


def _token(payload: object) -> str | None:
    """The token in connection_init: `token`, or `authorization` as in the HTTP header."""
    if not isinstance(payload, dict):
        return None
    named = {str(name).lower(): value for name, value in payload.items()}
    token = named.get("token", named.get("authorization"))
    if not isinstance(token, str):
        return None
    return token[7:].strip() if token.lower().startswith("bearer ") else token
