"""Sign-in at an OpenID provider: the authorization code flow with PKCE.

Sources: OpenID Connect Core 1.0 (3.1.2.1 request, 3.1.3.7 what is checked of an ID token), OpenID Connect Discovery
1.0 (4.3: the issuer of the metadata), RFC 7636 (PKCE, S256 only), RFC 9207 (`iss` in the answer, against mix-up),
RFC 9700 (OAuth 2.0 Security Best Current Practice).
"""

import hmac
import json
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urlsplit

import httpx2
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.httpx_client import AsyncOAuth2Client
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet
from joserfc.jws import JWSRegistry

from allocation.admissions import LONGEST_SUBJECT, Person

__all__ = ["Attempt", "Client", "Provider", "SignInError"]

ALGORITHMS: Final = ("RS256", "ES256", "PS256", "EdDSA", "Ed25519")
"""Those with a public key. `none` and the ones with a shared secret are never taken, whatever a provider lists."""
WELL_KNOWN: Final = "/.well-known/openid-configuration"
ENDPOINTS: Final = ("authorization_endpoint", "token_endpoint", "jwks_uri")
LOOPBACK: Final = frozenset({"127.0.0.1", "::1", "localhost"})
PATIENCE_SECONDS: Final = 5.0
LEEWAY_SECONDS: Final = 60
KEEP_SECONDS: Final = 3600.0
LOOK_AGAIN_SECONDS: Final = 30.0
LONGEST_ANSWER: Final = 200_000
LONGEST_NAME: Final = 120


class SignInError(Exception):
    """Nobody is signed in; the sentence says what the person can do, and quotes nothing of the provider's."""


@dataclass(frozen=True)
class Client:
    """This site, as the provider knows it."""

    issuer: str
    id: str
    secret: str | None = field(default=None, repr=False)


@dataclass(frozen=True)
class Attempt:
    """What is kept in the browser between leaving for the provider and coming back."""

    state: str
    nonce: str
    verifier: str

    @classmethod
    def fresh(cls) -> "Attempt":
        """Three texts of 256 random bits and more (RFC 7636, 4.1: a verifier has 43 to 128 characters)."""
        return cls(secrets.token_urlsafe(32), secrets.token_urlsafe(32), secrets.token_urlsafe(64))


@dataclass
class _Kept:
    """What a provider has published, and when it was read."""

    said: dict[str, Any]  # JSON
    at: float = field(default_factory=time.monotonic)

    @property
    def age(self) -> float:
        return time.monotonic() - self.at


@dataclass
class Provider:
    """One provider. What it publishes is read when it is first needed, and kept for an hour."""

    client: Client
    _metadata: _Kept | None = None
    _keys: _Kept | None = None

    async def address(self, attempt: Attempt, redirect_uri: str) -> str:
        """Where the browser goes. Errors: SignInError."""
        metadata = await self._discovered()
        async with self._session(redirect_uri) as session:
            url, _ = session.create_authorization_url(
                metadata["authorization_endpoint"],
                state=attempt.state,
                nonce=attempt.nonce,
                code_verifier=attempt.verifier,
            )
        return str(url)

    async def person(
        self, answer: Mapping[str, str], attempt: Attempt, redirect_uri: str
    ) -> tuple[Person, str]:
        """Whom the provider names in its answer (the query of the redirection), and how they are called.

        Errors: SignInError.
        """
        metadata = await self._discovered()
        code = self._code(answer, attempt, metadata)
        try:
            async with self._session(redirect_uri) as session:
                # a code is good once: a second use is the provider's to refuse, and it does not come back here
                token = await session.fetch_token(
                    metadata["token_endpoint"],
                    grant_type="authorization_code",
                    code=code,
                    code_verifier=attempt.verifier,
                )
        except (AuthlibBaseError, httpx2.HTTPError, ValueError) as error:
            raise SignInError("The provider did not confirm the sign-in; begin again.") from error
        return _person(await self._checked(token, attempt, metadata))

    def _code(self, answer: Mapping[str, str], attempt: Attempt, metadata: Mapping[str, Any]) -> str:
        if not hmac.compare_digest(answer.get("state", "").encode(), attempt.state.encode()):
            raise SignInError("This answer does not belong to a sign-in that was begun here; begin again.")
        issuer = answer.get("iss")
        is_promised = metadata.get("authorization_response_iss_parameter_supported") is True
        if (issuer is not None or is_promised) and issuer != self.client.issuer:
            raise SignInError("This answer is another provider's; begin again.")
        if "error" in answer or not answer.get("code"):
            raise SignInError("The provider did not sign you in; begin again.")
        return answer["code"]

    async def _checked(
        self, token: Mapping[str, Any], attempt: Attempt, metadata: Mapping[str, Any]
    ) -> Mapping[str, Any]:
        """The claims of the ID token, all of them checked (Core, 3.1.3.7)."""
        written = token.get("id_token")
        if not isinstance(written, str):
            raise SignInError("The provider did not say who you are.")
        options = {
            "iss": {"essential": True, "value": self.client.issuer},
            "aud": {"essential": True, "value": self.client.id},
        }
        params = {
            "nonce": attempt.nonce,
            "client_id": self.client.id,
            "access_token": token.get("access_token"),
        }
        try:
            read = await self._read(written, metadata)
            claims = CodeIDToken(read.claims, read.header, options, params)
            claims.validate(leeway=LEEWAY_SECONDS)
        except (JoseError, ValueError, TypeError) as error:
            raise SignInError("What the provider says of you does not hold; begin again.") from error
        return dict(claims)

    async def _read(self, written: str, metadata: Mapping[str, Any]) -> jwt.Token:
        registry = JWSRegistry(algorithms=list(ALGORITHMS), strict_check_header=False)
        try:
            return jwt.decode(written, await self._key_set(metadata), registry=registry)
        except InvalidKeyIdError:  # perhaps the provider has taken a new key
            if self._keys is None or self._keys.age < LOOK_AGAIN_SECONDS:
                raise
            self._keys = None
            return jwt.decode(written, await self._key_set(metadata), registry=registry)

    async def _key_set(self, metadata: Mapping[str, Any]) -> KeySet:
        if self._keys is None or self._keys.age > KEEP_SECONDS:
            self._keys = _Kept(await self._fetched(metadata["jwks_uri"]))
        known = [key for key in self._keys.said.get("keys", ()) if key.get("kty") != "oct"]
        return KeySet.import_key_set({"keys": known})

    async def _discovered(self) -> dict[str, Any]:
        if self._metadata is None or self._metadata.age > KEEP_SECONDS:
            found = await self._fetched(self.client.issuer.removesuffix("/") + WELL_KNOWN)
            if found.get("issuer") != self.client.issuer:
                raise SignInError("The provider calls itself by another name than this site's settings.")
            if not all(_is_safe(found.get(name)) for name in ENDPOINTS):
                raise SignInError("The provider names no safe addresses for signing in.")
            self._metadata = _Kept(found)
        return self._metadata.said

    async def _fetched(self, url: str) -> dict[str, Any]:
        """A JSON object; no redirection is followed."""
        try:
            found = json.loads(await _downloaded(url))
        except (httpx2.HTTPError, ValueError) as error:
            raise SignInError("The provider cannot be reached at present; try again later.") from error
        if not isinstance(found, dict):
            raise SignInError("The provider's answer cannot be read.")
        return found

    def _session(self, redirect_uri: str) -> Any:  # authlib is untyped
        return AsyncOAuth2Client(
            self.client.id,
            self.client.secret,
            token_endpoint_auth_method="client_secret_basic" if self.client.secret else "none",
            scope="openid profile",
            redirect_uri=redirect_uri,
            code_challenge_method="S256",
            timeout=PATIENCE_SECONDS,
        )


async def _downloaded(url: str) -> bytes:
    """No more than such a document has is read. Errors: httpx2.HTTPError, ValueError."""
    body = b""
    async with (
        httpx2.AsyncClient(timeout=PATIENCE_SECONDS) as session,
        session.stream("GET", url, headers={"Accept": "application/json"}) as answer,
    ):
        answer.raise_for_status()
        async for part in answer.aiter_bytes():
            body += part
            if len(body) > LONGEST_ANSWER:
                raise ValueError("the document is too long")
    return body


def _is_safe(url: object) -> bool:
    if not isinstance(url, str):
        return False
    parts = urlsplit(url)
    return parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK)


def _person(claims: Mapping[str, Any]) -> tuple[Person, str]:
    subject = claims["sub"]
    if not (isinstance(subject, str) and 0 < len(subject) <= LONGEST_SUBJECT and subject.isprintable()):
        raise SignInError("The provider's name for you cannot be read.")
    called = claims.get("name")
    name = called[:LONGEST_NAME] if isinstance(called, str) and called.isprintable() and called else subject
    return Person(str(claims["iss"]), subject), name
