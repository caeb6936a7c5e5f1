"""Pages for signing in and out: by a token, or at the OpenID provider that the settings name."""

from dataclasses import dataclass
from html import escape
from typing import Final
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from allocation.admissions import Person, admitted, sign_out
from api.graphql.common.errors import Refusal
from api.graphql.door.operations import Call, ContextFactory
from api.oidc import Attempt, Provider, SignInError
from api.origins import is_secure
from api.sessions import SIGN_IN, Cookies
from models.database import Database, Scope

__all__ = ["SignIn"]

LONGEST_TOKEN: Final = 200
BACK: Final = "/sign-in/return"
HEADERS: Final = {
    "Content-Security-Policy": "default-src 'none'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
}
PAGE: Final = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
{head}<title>Sign in</title>
<main>
<h1>Sign in</h1>
{note}</main>
</html>
"""
FORM: Final = """<form method="post" action="/sign-in">
<label for="token">Token</label>
<input id="token" name="token" type="password" autocomplete="current-password" required maxlength="200">
<button>Sign in</button>
</form>
<p><a href="/explorer">Explorer</a></p>
<form method="post" action="/sign-out"><button>Sign out</button></form>
"""
# The cookie is SameSite=Strict, so a redirection that began at the provider would arrive without it; a page that
# goes on by itself begins anew.
ONWARD: Final = '<meta http-equiv="refresh" content="0;url=/explorer">\n'


@dataclass(frozen=True)
class SignIn:
    """The pages; without a provider, people sign in by token alone."""

    database: Database
    contexts: ContextFactory
    cookies: Cookies
    provider: Provider | None = None
    public_url: str | None = None

    def routes(self) -> list[BaseRoute]:
        """Those that the settings allow."""
        found: list[BaseRoute] = [
            Route(SIGN_IN, self.show, methods=["GET"]),
            Route(SIGN_IN, self.take_token, methods=["POST"]),
            Route("/sign-out", self.leave, methods=["POST"]),
        ]
        if self.provider is not None:
            found.append(Route("/sign-in/begin", self.begin, methods=["GET"]))
            found.append(Route(BACK, self.come_back, methods=["GET"]))
        return found

    async def is_signed_in(self, request: Request) -> bool:
        """Whether a request comes from somebody who has shown who he is."""
        return await self._knows(Call(request))

    async def show(self, _: Request) -> Response:
        """The form."""
        return self._page()

    async def take_token(self, request: Request) -> Response:
        """Signs the bearer of a token in."""
        async with request.form(max_files=0, max_fields=4, max_part_size=4096) as form:
            token = str(form.get("token", "")).strip()[:LONGEST_TOKEN]
        if not token or not await self._knows(Call(token=token)):
            return self._page("This token is not known here, or is no longer valid.", 401)
        response = RedirectResponse("/explorer", 303)
        self.cookies.keep_token(response, token, is_secure=self._is_secure(request))
        return response

    async def begin(self, request: Request) -> Response:
        """Sends the browser to the provider."""
        attempt = Attempt.fresh()
        try:
            address = await self._provider.address(attempt, self._back(request))
        except SignInError as error:
            return self._page(str(error), 503)
        response = RedirectResponse(address, 303)
        self.cookies.keep_attempt(response, attempt, is_secure=self._is_secure(request))
        return response

    async def come_back(self, request: Request) -> Response:
        """Takes the provider's answer."""
        response = await self._answered(request)
        self.cookies.forget_attempt(response)
        return response

    async def leave(self, request: Request) -> Response:
        """Signs out, here and wherever else a copy of the session is."""
        try:
            session = self.cookies.session_of(Call(request))
        except Refusal:
            session = None
        if session is not None:
            async with self.database.session(Scope()) as opened:
                await sign_out(opened, session.person)
        response = RedirectResponse(SIGN_IN, 303)
        self.cookies.forget(response)
        return response

    async def _answered(self, request: Request) -> Response:
        attempt, query = self.cookies.attempt_of(request.cookies), dict(request.query_params)
        if attempt is None or len(query) != len(request.query_params.multi_items()):
            return self._page("No sign-in was begun in this browser, or it took too long; begin again.", 401)
        try:
            person, name = await self._provider.person(query, attempt, self._back(request))
        except SignInError as error:
            return self._page(str(error), 401)
        async with self.database.session(Scope()) as session:
            found = await admitted(session, person)
        if found is None:
            return self._page(_not_admitted(person, name), 403)
        response = HTMLResponse(PAGE.format(head=ONWARD, note="<p>Signed in.</p>\n"), headers=HEADERS)
        self.cookies.keep_person(response, person, is_secure=self._is_secure(request))
        return response

    async def _knows(self, call: Call) -> bool:
        try:
            async with self.contexts(call) as context:
                return context.is_signed_in
        except Refusal:
            return False

    def _page(self, note: str = "", status: int = 200) -> Response:
        said = f"<p>{escape(note)}</p>\n" if note else ""
        if self.provider is not None:
            place = escape(urlsplit(self.provider.client.issuer).netloc)
            said += f'<p><a href="/sign-in/begin">Sign in at {place}</a></p>\n'
        return HTMLResponse(PAGE.format(head="", note=said + FORM), status, HEADERS)

    def _back(self, request: Request) -> str:
        """The address that the provider knows; it comes back to no other."""
        return (self.public_url or str(request.base_url).rstrip("/")) + BACK

    def _is_secure(self, request: Request) -> bool:
        return is_secure(request, self.public_url)

    @property
    def _provider(self) -> Provider:
        assert self.provider is not None  # noqa: S101 - its routes are there only with a provider
        return self.provider


def _not_admitted(person: Person, name: str) -> str:
    return (
        f"{name}: no partnership admits you yet. Ask its anchor to; you are "
        f"the subject {person.subject} of {person.issuer}."
    )
