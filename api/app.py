"""The web application: the one place that wires its parts together.

    app = create_app(database, settings)

It owns no connection: whoever opened the database closes it after the server has stopped.
"""

from collections.abc import Mapping, MutableMapping
from dataclasses import replace
from typing import Any, Final

from starlette.applications import Starlette
from starlette.datastructures import MutableHeaders
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route, WebSocketRoute
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.downloads import export_file
from api.events import scenario_events
from api.explorer import explorer_routes
from api.graphql.door.endpoint import GraphQLEndpoint
from api.graphql.door.limits import LIMITS, Limits
from api.graphql.door.sign_in import callers
from api.graphql.door.sockets import GraphQLSocket
from api.graphql.schema import build
from api.health import faults_of
from api.metrics import Measured, metrics
from api.oidc import Client, Provider
from api.origins import SameOrigin
from api.sessions import Cookies
from api.sign_in import SignIn
from models.database import Database
from models.settings import Settings

HEADERS: Final = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Cache-Control": "no-store",
}
"""What every response bears unless its own route says otherwise (OWASP HTTP Headers Cheat Sheet)."""
HSTS: Final = {"Strict-Transport-Security": "max-age=31536000"}
"""Where people come by https, they come by nothing else for a year (RFC 6797)."""


def create_app(database: Database, settings: Settings | None = None) -> Starlette:
    """The application over an open database; without settings, people sign in by token alone."""
    public_url = settings.public_url if settings else None
    cookies = Cookies(database.logins.secret)
    contexts = callers(database, cookies.token_of, cookies.session_of)
    operations = build(database, contexts=contexts, limits=_limits(settings))
    pages = SignIn(database, contexts, cookies, _provider(settings), public_url)
    is_https = (public_url or "").startswith("https://")

    async def readyz(_: Request) -> Response:
        faults = await faults_of(database)
        return JSONResponse({"ready": not faults, "faults": faults}, 503 if faults else 200)

    routes: list[BaseRoute] = [
        Route("/graphql", GraphQLEndpoint(operations)),
        WebSocketRoute("/graphql", GraphQLSocket(operations, frozenset({public_url} if public_url else ()))),
        Route("/scenarios/{scenario}/events", scenario_events(database, contexts), methods=["GET"]),
        Route("/exports/{export}", export_file(contexts), methods=["GET"]),
        *pages.routes(),
        Route("/healthz", healthz, methods=["GET"]),
        Route("/readyz", readyz, methods=["GET"]),
        Route("/metrics", metrics, methods=["GET"]),
        Route("/", front, methods=["GET"]),
        *explorer_routes(pages.is_signed_in),
    ]
    middleware = [
        Middleware(Measured),
        Middleware(Guarded, HEADERS | HSTS if is_https else HEADERS),
        Middleware(SameOrigin, public_url),
    ]
    return Starlette(routes=routes, middleware=middleware, exception_handlers={Exception: broke})


def _limits(settings: Settings | None) -> Limits:
    return LIMITS if settings is None else replace(LIMITS, objects_per_second=settings.rate)


def _provider(settings: Settings | None) -> Provider | None:
    if settings is None or settings.oidc_issuer is None or settings.oidc_client is None:
        return None
    return Provider(Client(settings.oidc_issuer, settings.oidc_client, settings.oidc_secret))


async def broke(_: Request, __: Exception) -> Response:
    """What is a fault of ours is logged, and told in one sentence."""
    return PlainTextResponse("Something went wrong here.\n", 500, HEADERS)


async def healthz(_: Request) -> Response:
    """The process answers."""
    return PlainTextResponse("ok\n")


async def front(_: Request) -> Response:
    """Where people begin."""
    return RedirectResponse("/sign-in", 303)


class Guarded:
    """Adds the security headers that a response lacks."""

    def __init__(self, app: ASGIApp, headers: Mapping[str, str] = HEADERS) -> None:
        self._app = app
        self._headers = headers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes one request on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                _complete(message, self._headers)
            await send(message)

        await self._app(scope, receive, guarded)


def _complete(message: MutableMapping[str, Any], added: Mapping[str, str]) -> None:  # Any: an ASGI message
    message.setdefault("headers", [])
    headers = MutableHeaders(scope=message)
    for name, value in added.items():
        headers.setdefault(name, value)
