"""The web application: the one place that wires its parts together.

    app = create_app(database)

It owns no connection: whoever opened the database closes it after the server has stopped.
"""

from collections.abc import MutableMapping
from typing import Any, Final

from starlette.applications import Starlette
from starlette.datastructures import MutableHeaders
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route, WebSocketRoute
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.events import scenario_events
from api.explorer import explorer_routes
from api.graphql.door.endpoint import GraphQLEndpoint
from api.graphql.door.sign_in import callers
from api.graphql.door.sockets import GraphQLSocket
from api.graphql.schema import build
from api.health import faults_of
from api.metrics import Measured, metrics
from api.sessions import sign_in_page, signed_in, token_of
from models.database import Database

HEADERS: Final = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Cache-Control": "no-store",
}
"""What every response bears unless its own route says otherwise (OWASP HTTP Headers Cheat Sheet)."""


def create_app(database: Database) -> Starlette:
    """The application over an open database."""
    operations = build(database, token_of=token_of)
    contexts = callers(database, token_of)

    async def readyz(_: Request) -> Response:
        faults = await faults_of(database)
        return JSONResponse({"ready": not faults, "faults": faults}, 503 if faults else 200)

    routes: list[BaseRoute] = [
        Route("/graphql", GraphQLEndpoint(operations)),
        WebSocketRoute("/graphql", GraphQLSocket(operations)),
        Route("/scenarios/{scenario}/events", scenario_events(database, contexts), methods=["GET"]),
        Route("/sign-in", sign_in_page(contexts), methods=["GET", "POST"]),
        Route("/healthz", healthz, methods=["GET"]),
        Route("/readyz", readyz, methods=["GET"]),
        Route("/metrics", metrics, methods=["GET"]),
        Route("/", front, methods=["GET"]),
        *explorer_routes(signed_in(contexts)),
    ]
    return Starlette(routes=routes, middleware=[Middleware(Measured), Middleware(Guarded)])


async def healthz(_: Request) -> Response:
    """The process answers."""
    return PlainTextResponse("ok\n")


async def front(_: Request) -> Response:
    """Where people begin."""
    return RedirectResponse("/sign-in", 303)


class Guarded:
    """Adds the security headers that a response lacks."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes one request on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                _complete(message)
            await send(message)

        await self._app(scope, receive, guarded)


def _complete(message: MutableMapping[str, Any]) -> None:  # Any: an ASGI message
    message.setdefault("headers", [])
    headers = MutableHeaders(scope=message)
    for name, value in HEADERS.items():
        headers.setdefault(name, value)
