"""What a browser keeps of a sign-in: a token, or a person's sealed session, in cookies that no script can read.

A token's cookie is the token itself, so that revoking it ends the session too. A person's is sealed and names the
person alone: what they may do is read from the admissions at each request, and signing out ends every copy of it.
Both are sent to this site's own requests alone (SameSite=Strict).
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, Literal

from starlette.responses import Response

from allocation.admissions import Person
from api.graphql.common.errors import Code, Refusal
from api.graphql.door.operations import Call
from api.graphql.door.sign_in import Session, token_in
from api.oidc import Attempt
from api.seals import Seal

__all__ = ["COOKIE", "SESSION", "Cookies"]

COOKIE: Final = "alignment_token"
SESSION: Final = "alignment_session"
ATTEMPT: Final = "alignment_attempt"
SIGN_IN: Final = "/sign-in"
SESSION_SECONDS: Final = 8 * 3600  # a working day
ATTEMPT_SECONDS: Final = 600


@dataclass(frozen=True)
class Cookies:
    """The cookies of one installation; `secret` is its own."""

    secret: str

    def token_of(self, call: Call) -> str | None:
        """The token of a call: from its header or its socket's beginning, else from the cookie. Errors: Refusal."""
        token = token_in(call)
        return self._of(call, COOKIE) if token is None else token

    def session_of(self, call: Call) -> Session | None:
        """The person of a call. Errors: Refusal where the session is over, or none of ours."""
        text = self._of(call, SESSION)
        if text is None:
            return None
        said = self._sessions.open(text)
        if said is None:
            raise Refusal(Code.UNAUTHENTICATED)
        return Session(Person(said["issuer"], said["subject"]), datetime.fromtimestamp(said["at"], UTC))

    def attempt_of(self, cookies: dict[str, str]) -> Attempt | None:
        """The sign-in that this browser has begun."""
        said = self._attempts.open(cookies.get(ATTEMPT))
        return None if said is None else Attempt(said["state"], said["nonce"], said["verifier"])

    def keep_attempt(self, response: Response, attempt: Attempt, *, is_secure: bool) -> None:
        """Lax, since the browser comes back from another site; it goes to the sign-in alone."""
        said = {"state": attempt.state, "nonce": attempt.nonce, "verifier": attempt.verifier}
        _set(response, ATTEMPT, self._attempts.seal(said), "lax", is_secure, ATTEMPT_SECONDS, SIGN_IN)

    def keep_person(self, response: Response, person: Person, *, is_secure: bool) -> None:
        """Signs a person in."""
        said = {"issuer": person.issuer, "subject": person.subject}
        _set(response, SESSION, self._sessions.seal(said), "strict", is_secure, SESSION_SECONDS)
        response.delete_cookie(COOKIE, httponly=True)

    def keep_token(self, response: Response, token: str, *, is_secure: bool) -> None:
        """Signs the bearer of a token in, until the browser is closed."""
        _set(response, COOKIE, token, "strict", is_secure)
        response.delete_cookie(SESSION, httponly=True)

    def forget_attempt(self, response: Response) -> None:
        """An attempt is good once."""
        response.delete_cookie(ATTEMPT, path=SIGN_IN, httponly=True)

    def forget(self, response: Response) -> None:
        """Signs out, as far as the browser is concerned."""
        response.delete_cookie(COOKIE, httponly=True)
        response.delete_cookie(SESSION, httponly=True)

    def _of(self, call: Call, name: str) -> str | None:
        return None if call.connection is None else call.connection.cookies.get(name)

    @property
    def _sessions(self) -> Seal:
        return Seal(self.secret, "session", SESSION_SECONDS)

    @property
    def _attempts(self) -> Seal:
        return Seal(self.secret, "attempt", ATTEMPT_SECONDS)


def _set(
    response: Response,
    name: str,
    value: str,
    samesite: Literal["lax", "strict"],
    is_secure: bool,
    seconds: int | None = None,
    path: str = "/",
) -> None:
    options: dict[str, Any] = {"httponly": True, "samesite": samesite, "secure": is_secure, "path": path}
    response.set_cookie(name, value, max_age=seconds, **options)
