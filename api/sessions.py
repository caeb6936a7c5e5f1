"""Sign-in for people: a page takes a token and keeps it in a cookie that no script can read.

The cookie is the token itself, so that revoking it ends the session too. It is sent to this site's own requests
alone (SameSite=Strict), and POST /graphql takes JSON alone, so another site's page can use it for nothing.
"""

from collections.abc import Awaitable, Callable
from typing import Final

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from api.graphql.common.errors import Refusal
from api.graphql.door.operations import Call, ContextFactory
from api.graphql.door.sign_in import token_in

COOKIE: Final = "alignment_token"
LONGEST_TOKEN: Final = 200
PAGE: Final = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Sign in</title>
<main>
<h1>Sign in</h1>
{note}
<form method="post" action="/sign-in">
<label for="token">Token</label>
<input id="token" name="token" type="password" autocomplete="current-password" required maxlength="200">
<button>Sign in</button>
</form>
<p><a href="/explorer">Explorer</a></p>
</main>
</html>
"""
HEADERS: Final = {
    "Content-Security-Policy": "default-src 'none'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
}
SignedIn = Callable[[Request], Awaitable[bool]]


def token_of(call: Call) -> str | None:
    """The token of a call: from its header or its socket's beginning, else from the cookie. Errors: Refusal."""
    token = token_in(call)
    if token is not None or call.connection is None:
        return token
    return call.connection.cookies.get(COOKIE)


def signed_in(contexts: ContextFactory) -> SignedIn:
    """Says whether a request comes from somebody who has shown who he is."""

    async def is_signed_in(request: Request) -> bool:
        try:
            async with contexts(Call(request)) as context:
                return context.is_signed_in
        except Refusal:
            return False

    return is_signed_in


def sign_in_page(contexts: ContextFactory) -> Callable[[Request], Awaitable[Response]]:
    """GET shows the form, POST takes the token."""

    async def page(request: Request) -> Response:
        if request.method == "GET":
            return HTMLResponse(PAGE.format(note=""), headers=HEADERS)
        async with request.form(max_files=0, max_fields=4, max_part_size=4096) as form:
            token = str(form.get("token", "")).strip()[:LONGEST_TOKEN]
        if not await _is_known(contexts, token):
            note = "<p>This token is not known here, or is no longer valid.</p>"
            return HTMLResponse(PAGE.format(note=note), 401, HEADERS)
        response = RedirectResponse("/explorer", 303)
        is_secure = request.url.scheme == "https"
        response.set_cookie(COOKIE, token, httponly=True, samesite="strict", secure=is_secure)
        return response

    return page


async def _is_known(contexts: ContextFactory, token: str) -> bool:
    try:
        async with contexts(Call(token=token)) as context:
            return context.is_signed_in
    except Refusal:
        return False
