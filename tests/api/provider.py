"""An OpenID provider on the loopback address, of the tests' own: it keeps the rules, and breaks one where it is told.

Sources: OpenID Connect Core 1.0, Discovery 1.0, RFC 7636 (it checks the S256 verifier itself), RFC 6749 (4.1.2: a code
is good once), RFC 9207 (`iss` in its answer).
"""

import base64
import hashlib
import hmac
import json
import secrets
import time
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import uvicorn
from joserfc import jwt
from joserfc.jwk import ECKey, Key, KeyParameters, RSAKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

CLIENT = "alignment"
SECRET = "the client's secret"


@dataclass
class Grant:
    """What was asked with a code."""

    nonce: str
    challenge: str
    redirect_uri: str


@dataclass
class TestProvider:
    """`claims` changes an ID token before it is signed; `sign` signs it otherwise; `answer` changes the redirection."""

    __test__ = False

    issuer: str
    algorithm: str = "RS256"
    secret: str | None = None
    subject: str = "ada"
    claims: Callable[[dict[str, Any]], None] = lambda _: None
    sign: Callable[[dict[str, Any]], str] | None = None
    answer: Callable[[dict[str, str]], None] = lambda _: None
    metadata: dict[str, Any] = field(default_factory=dict)
    grants: dict[str, Grant] = field(default_factory=dict)
    asked: list[dict[str, str]] = field(default_factory=list)
    tokens: list[dict[str, str]] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.renew()

    def renew(self) -> None:
        """Takes a new key, as providers do from time to time."""
        options: KeyParameters = {"kid": secrets.token_hex(4), "use": "sig"}
        self.key: Key = (
            ECKey.generate_key("P-256", options)
            if self.algorithm == "ES256"
            else RSAKey.generate_key(2048, options)
        )

    def app(self) -> Starlette:
        return Starlette(
            routes=[
                Route("/.well-known/openid-configuration", self._discovery),
                Route("/keys", self._keys),
                Route("/authorize", self._authorize),
                Route("/token", self._token, methods=["POST"]),
            ]
        )

    async def _discovery(self, _: Request) -> Response:
        return JSONResponse(
            {
                "issuer": self.issuer,
                "authorization_endpoint": f"{self.issuer}/authorize",
                "token_endpoint": f"{self.issuer}/token",
                "jwks_uri": f"{self.issuer}/keys",
                "response_types_supported": ["code"],
                "code_challenge_methods_supported": ["S256"],
                # a careless provider lists what must not be taken; this site decides for itself
                "id_token_signing_alg_values_supported": ["RS256", "ES256", "none", "HS256"],
                "authorization_response_iss_parameter_supported": True,
                **self.metadata,
            }
        )

    async def _keys(self, _: Request) -> Response:
        return JSONResponse({"keys": [self.key.as_dict(private=False)]})

    async def _authorize(self, request: Request) -> Response:
        asked = dict(request.query_params)
        self.asked.append(asked)
        required = {"client_id": CLIENT, "response_type": "code", "code_challenge_method": "S256"}
        if any(asked.get(name) != value for name, value in required.items()):
            return Response("this is no request of the code flow with PKCE", 400)
        code = secrets.token_urlsafe(16)
        self.grants[code] = Grant(asked["nonce"], asked["code_challenge"], asked["redirect_uri"])
        answer = {"code": code, "state": asked["state"], "iss": self.issuer}
        self.answer(answer)
        return RedirectResponse(f"{asked['redirect_uri']}?{urlencode(answer)}", 302)

    async def _token(self, request: Request) -> Response:
        sent = dict(parse_qsl((await request.body()).decode()))
        self.tokens.append(sent)
        grant = self.grants.pop(sent.get("code", ""), None)  # a code is good once
        fault = self._fault(request, sent, grant)
        if fault is not None or grant is None:
            self.refused.append(fault or "")
            return JSONResponse({"error": fault}, 400)
        return JSONResponse(
            {"access_token": secrets.token_hex(), "token_type": "Bearer", "id_token": self._written(grant)}
        )

    def _fault(self, request: Request, sent: dict[str, str], grant: Grant | None) -> str | None:
        if self.secret is not None:
            expected = base64.b64encode(f"{CLIENT}:{self.secret}".encode()).decode()
            if request.headers.get("authorization") != f"Basic {expected}":
                return "invalid_client"
        if grant is None or sent.get("redirect_uri") != grant.redirect_uri:
            return "invalid_grant"
        digest = hashlib.sha256(sent.get("code_verifier", "").encode()).digest()
        if base64.urlsafe_b64encode(digest).rstrip(b"=").decode() != grant.challenge:
            return "invalid_grant"
        return None

    def _written(self, grant: Grant) -> str:
        now = int(time.time())
        claims: dict[str, Any] = {
            "iss": self.issuer,
            "sub": self.subject,
            "aud": CLIENT,
            "iat": now,
            "exp": now + 300,
            "nonce": grant.nonce,
            "name": "Ada Lovelace",
        }
        self.claims(claims)
        if self.sign is not None:
            return self.sign(claims)
        header = {"alg": self.algorithm, "kid": self.key.kid}
        return jwt.encode(header, claims, self.key, [self.algorithm])


def unsigned(claims: dict[str, Any]) -> str:
    """A token with `alg: none` (RFC 7519, section 6)."""
    parts = ({"alg": "none", "typ": "JWT"}, claims)
    return ".".join(_base64(json.dumps(part).encode()) for part in parts) + "."


def signed_by_a_secret(claims: dict[str, Any], secret: bytes, kid: str) -> str:
    """A token with `alg: HS256`, written by hand, since libraries refuse a public key as a secret."""
    parts = ({"alg": "HS256", "kid": kid}, claims)
    signed = ".".join(_base64(json.dumps(part).encode()) for part in parts)
    return f"{signed}.{_base64(hmac.new(secret, signed.encode(), hashlib.sha256).digest())}"


def _base64(text: bytes) -> str:
    return base64.urlsafe_b64encode(text).rstrip(b"=").decode()


@asynccontextmanager
async def served(algorithm: str = "RS256", secret: str | None = None) -> AsyncGenerator[TestProvider]:
    """A provider that answers on a free port of 127.0.0.1."""
    import asyncio
    import socket

    with socket.create_server(("127.0.0.1", 0)) as listener:
        issuer = f"http://127.0.0.1:{listener.getsockname()[1]}"
        provider = TestProvider(issuer, algorithm, secret)
        config = uvicorn.Config(provider.app(), log_level="error", lifespan="off")
        server = uvicorn.Server(config)
        task = asyncio.create_task(server.serve(sockets=[listener]))
        try:
            yield provider
        finally:
            server.should_exit = True
            await task


def query_of(url: str) -> dict[str, str]:
    """The query of an address."""
    return dict(parse_qsl(urlsplit(url).query))
