"""GET /explorer: GraphiQL for a signed-in person, with nothing from outside this host.

The scripts are those of the wheel graphene-django-graphiql-static (GraphiQL, React and graphql-ws, each under
the MIT licence), served from where it is installed. It opens with the questions of docs/questions, a tab each.
"""

import json
import re
import sysconfig
from collections.abc import Awaitable, Callable
from functools import cache
from pathlib import Path
from typing import Final

from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

__all__ = ["explorer_routes", "questions"]

PACKAGE: Final = "graphene_django_graphiql_static"
ASSETS: Final = "/explorer/assets"
QUESTIONS: Final = (
    Path(__file__).resolve().parents[1] / "docs" / "questions",  # a clone
    Path(sysconfig.get_path("data")) / "share" / "resource-alignment" / "questions",  # an installed package
)
VARIABLES: Final = {"slug": "riverbend"}
_UNNAMED: Final = re.compile(r"^(query|mutation|subscription) ?(?=[({])", re.MULTILINE)

_SCRIPT: Final = """
const address = location.origin + "/graphql";
const wsClient = graphqlWs.createClient({ url: address.replace(/^http/, "ws") });
const fetcher = GraphiQL.createFetcher({ url: address, wsClient });
ReactDOM.render(
  React.createElement(GraphiQL, {
    fetcher, defaultTabs, shouldPersistHeaders: false, defaultEditorToolsVisibility: true,
  }),
  document.getElementById("editor"),
);
"""
_PAGE: Final = f"""<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Explorer</title>
<link rel="stylesheet" href="{ASSETS}/graphiql.min.css">
<link rel="stylesheet" href="{ASSETS}/style.css">
<style>html, body, #editor {{ height: 100%; margin: 0 }}</style>
<div id="editor">This page needs JavaScript.</div>
<script src="{ASSETS}/react.production.min.js"></script>
<script src="{ASSETS}/react-dom.production.min.js"></script>
<script src="{ASSETS}/graphql-ws.min.js"></script>
<script src="{ASSETS}/graphiql.min.js"></script>
<script src="/explorer/start.js"></script>
</html>
"""
_HEADERS: Final = {
    # GraphiQL sets styles from its scripts and shows icons as data: addresses; nothing else is allowed in
    "Content-Security-Policy": (
        "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; "
        "connect-src 'self' ws: wss:; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
    ),
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
}


@cache
def questions() -> dict[str, str]:
    """The questions by name; each operation bears its name, by which the explorer calls its tab."""
    folder = next((each for each in QUESTIONS if each.is_dir()), None)
    paths = sorted(folder.glob("*.graphql"), key=lambda path: path.stem) if folder else []
    return {path.stem: _named(path.stem, path.read_text("utf-8")) for path in paths}


def _named(name: str, text: str) -> str:
    title = "".join(word.capitalize() for word in name.split("-"))
    return _UNNAMED.sub(rf"\1 {title} ", text, count=1)


def _script() -> str:
    tabs = [{"query": text, "variables": json.dumps(VARIABLES)} for text in questions().values()]
    return f"const defaultTabs = {json.dumps(tabs)};\n{_SCRIPT}"


def explorer_routes(is_signed_in: Callable[[Request], Awaitable[bool]]) -> list[BaseRoute]:
    """The routes of the explorer; without sign-in the page answers 401 and says how to sign in."""

    async def page(request: Request) -> Response:
        if not await is_signed_in(request):
            said = "Sign in first: the explorer shows the schema to signed-in people."
            return PlainTextResponse(said, 401, {"WWW-Authenticate": "Bearer", **_HEADERS})
        return HTMLResponse(_PAGE, headers=_HEADERS)

    async def start(_: Request) -> Response:
        return Response(
            _script(), media_type="text/javascript", headers={"X-Content-Type-Options": "nosniff"}
        )

    assets = StaticFiles(packages=[(PACKAGE, f"static/{PACKAGE}")])
    return [
        Route("/explorer", page, methods=["GET"]),
        Route("/explorer/start.js", start, methods=["GET"]),
        Mount(ASSETS, assets, name="explorer-assets"),
    ]
