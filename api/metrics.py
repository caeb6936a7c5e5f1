"""GET /metrics: how many requests, how they ended and how long they took, for Prometheus.

Each process counts its own; a scraper that should see all workers runs one process a port.
"""

import time

from prometheus_client import CONTENT_TYPE_LATEST, Counter, Histogram, generate_latest
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

REQUESTS = Counter("alignment_requests", "Requests answered.", ("method", "route", "status"))
SECONDS = Histogram("alignment_request_seconds", "Seconds until an answer was complete.", ("route",))
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


class Measured:
    """Counts and times requests, by the route that answered, never by the address that was asked for."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes one request on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began, status = time.perf_counter(), 500

        async def noted(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, noted)
        finally:
            route = getattr(scope.get("route"), "path", "none")
            method = scope["method"] if scope["method"] in METHODS else "OTHER"
            REQUESTS.labels(method, route, str(status)).inc()
            SECONDS.labels(route).observe(time.perf_counter() - began)


async def metrics(_: Request) -> Response:
    """What was counted, as text."""
    return Response(generate_latest(), headers={"Content-Type": CONTENT_TYPE_LATEST})
