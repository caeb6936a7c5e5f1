"""Requests that change something come from this site's own pages, or from programs, never from another site's page.

A browser says where a request comes from (Fetch standard, "Origin" header; Fetch Metadata, "Sec-Fetch-Site"); a program
says nothing. Source: OWASP Cross-Site Request Forgery Prevention Cheat Sheet, "Verifying Origin", "Fetch Metadata".
"""

from typing import Final
from urllib.parse import urlsplit

from starlette.requests import HTTPConnection
from starlette.requests import Request as HttpRequest
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

__all__ = ["SameOrigin", "is_own", "is_secure"]

SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})
OWN: Final = frozenset({"same-origin", "none"})
REFUSED: Final = {
    "errors": [
        {
            "message": "Another site's page may not do this here.",
            "extensions": {"code": "FORBIDDEN"},
        }
    ]
}


def is_own(connection: HTTPConnection, public_url: str | None = None) -> bool:
    """Whether a request comes from a page of this site, or from no page at all."""
    origin = connection.headers.get("origin")
    if origin is None:
        return connection.headers.get("sec-fetch-site", "none") in OWN
    if public_url is not None and origin == public_url:
        return True
    place = urlsplit(origin)
    return place.scheme in ("http", "https") and place.netloc == connection.headers.get("host")


def is_secure(connection: HTTPConnection, public_url: str | None = None) -> bool:
    """Whether people reach this site by https, perhaps through a proxy that the settings name."""
    return connection.url.scheme in ("https", "wss") or (public_url or "").startswith("https://")


class SameOrigin:
    """Refuses what another site's page sends, before it is read."""

    def __init__(self, app: ASGIApp, public_url: str | None = None) -> None:
        self._app = app
        self._public_url = public_url

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes one request on."""
        is_refused = (
            scope["type"] == "http"
            and scope["method"] not in SAFE
            and not is_own(HttpRequest(scope), self._public_url)
        )
        answer = JSONResponse(REFUSED, 403) if is_refused else self._app
        await answer(scope, receive, send)
