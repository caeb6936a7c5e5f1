"""Signing in at an OpenID provider: the whole way over a provider on the loopback address, and each way to cheat it."""

import secrets
from collections.abc import AsyncGenerator, Callable
from typing import Any

import httpx2
import pytest
from joserfc import jwt
from joserfc.jwk import RSAKey

from allocation.admissions import Person, admit, dismiss
from api.app import create_app
from api.sessions import ATTEMPT, SESSION
from models.database import Database, Scope
from models.partnerships import Partnership
from models.people import Role
from models.settings import Settings
from tests.api.graphql.subjects.small import load_small
from tests.conftest import found_partnership

from .provider import CLIENT, SECRET, TestProvider, query_of, served, signed_by_a_secret, unsigned

VIEWER = "{ viewer { name partnerships { slug } } }"
Claims = dict[str, Any]


@pytest.fixture
async def provider(algorithm: str) -> AsyncGenerator[TestProvider]:
    """The one with a client's secret signs with RSA, the one without with an elliptic curve."""
    async with served(algorithm, SECRET if algorithm == "RS256" else None) as found:
        yield found


@pytest.fixture
def algorithm() -> str:
    """RSA, unless a test says otherwise."""
    return "RS256"


def settings_of(provider: TestProvider, tmp_path: Any, **more: Any) -> Settings:
    return Settings(
        home=tmp_path, oidc_issuer=provider.issuer, oidc_client=CLIENT, oidc_secret=provider.secret, **more
    )


def site(database: Database, settings: Settings, base: str = "http://site.test") -> httpx2.AsyncClient:
    return httpx2.AsyncClient(transport=httpx2.ASGITransport(create_app(database, settings)), base_url=base)


@pytest.fixture
async def client(
    database: Database, provider: TestProvider, tmp_path: Any
) -> AsyncGenerator[httpx2.AsyncClient]:
    async with site(database, settings_of(provider, tmp_path)) as opened:
        yield opened


@pytest.fixture
async def ada(database: Database, partnership: Partnership, provider: TestProvider) -> Person:
    """Admitted to one partnership as its anchor; her subject is of this test alone."""
    provider.subject = f"ada-{secrets.token_hex(4)}"
    person = Person(provider.issuer, provider.subject)
    async with database.session(Scope.of(partnership.id)) as session:
        await admit(session, partnership.id, person, Role.ANCHOR, name="Ada")
    return person


async def went_to_the_provider(client: httpx2.AsyncClient) -> str:
    """Where the provider sends the browser back to."""
    begun = await client.get("/sign-in/begin")
    assert begun.status_code == 303
    async with httpx2.AsyncClient() as browser:
        back = await browser.get(begun.headers["location"])
    assert back.status_code == 302, back.text
    return back.headers["location"]


async def signed_in(client: httpx2.AsyncClient) -> httpx2.Response:
    return await client.get(await went_to_the_provider(client))


async def viewer(client: httpx2.AsyncClient) -> Any:
    return (await client.post("/graphql", json={"query": VIEWER})).json()


@pytest.mark.parametrize("algorithm", ["RS256", "ES256"])
async def test_a_person_signs_in_and_is_what_the_partnership_says(
    client: httpx2.AsyncClient, provider: TestProvider, ada: Person, partnership: Partnership
) -> None:
    done = await signed_in(client)
    assert (done.status_code, "refresh" in done.text) == (200, True)
    assert await viewer(client) == {
        "data": {"viewer": {"name": "Ada", "partnerships": [{"slug": partnership.slug}]}}
    }
    assert (await client.get("/explorer")).status_code == 200


async def test_the_request_carries_pkce_with_s256_a_state_and_a_nonce_of_256_bits(
    client: httpx2.AsyncClient, provider: TestProvider, ada: Person
) -> None:
    """RFC 7636, 4.1 and 4.2: a challenge is 43 characters; 32 random bytes are 43 characters of base64."""
    await signed_in(client)
    await signed_in(client)
    first, second = provider.asked
    assert first["code_challenge_method"] == "S256"
    assert len(first["code_challenge"]) == 43
    assert len(provider.tokens[0]["code_verifier"]) >= 43
    for name in ("state", "nonce", "code_challenge"):
        assert len(first[name]) >= 43
        assert first[name] != second[name]
    assert first["redirect_uri"] == "http://site.test/sign-in/return"
    assert set(first["scope"].split()) >= {"openid"}


async def test_no_script_reads_the_session_and_no_other_site_sends_it(
    client: httpx2.AsyncClient, ada: Person
) -> None:
    begun = await client.get("/sign-in/begin")
    attempt = begun.headers["set-cookie"].lower()
    assert attempt.startswith(f"{ATTEMPT}=")
    assert {"httponly", "samesite=lax", "path=/sign-in", "max-age=600"} <= set(attempt.split("; "))
    done = await signed_in(client)
    kept = [c.lower() for c in done.headers.get_list("set-cookie") if c.startswith(f"{SESSION}=")]
    assert len(kept) == 1
    assert {"httponly", "samesite=strict", "path=/"} <= set(kept[0].split("; "))
    assert ada.subject not in kept[0]
    gone = [c for c in done.headers.get_list("set-cookie") if c.startswith(f"{ATTEMPT}=")]
    assert "Max-Age=0" in gone[0]


async def test_behind_https_every_cookie_is_secure_and_the_provider_comes_back_to_the_public_address(
    database: Database, provider: TestProvider, tmp_path: Any
) -> None:
    settings = settings_of(provider, tmp_path, public_url="https://align.example.org")
    async with site(database, settings) as client:
        begun = await client.get("/sign-in/begin")
    assert "secure" in begun.headers["set-cookie"].lower().split("; ")
    asked = query_of(begun.headers["location"])
    assert asked["redirect_uri"] == "https://align.example.org/sign-in/return"
    assert begun.headers["strict-transport-security"] == "max-age=31536000"


async def test_who_is_admitted_nowhere_is_told_their_subject_and_is_not_signed_in(
    client: httpx2.AsyncClient, provider: TestProvider
) -> None:
    provider.subject = "<b>nobody</b>"
    done = await signed_in(client)
    assert done.status_code == 403
    assert "&lt;b&gt;nobody&lt;/b&gt;" in done.text
    assert "<b>" not in done.text
    assert SESSION not in client.cookies


def _other(**said: Any) -> Callable[[Claims], None]:
    return lambda claims: claims.update(said)


FORGED: dict[str, Callable[[Claims], None]] = {
    "another nonce": _other(nonce="x" * 43),
    "no nonce": lambda claims: claims.pop("nonce"),
    "another audience": _other(aud="another-site"),
    "another audience, meant for us": _other(aud="another-site", azp=CLIENT),
    "several audiences, meant for another": _other(aud=[CLIENT, "another-site"], azp="another-site"),
    "several audiences, meant for nobody": _other(aud=[CLIENT, "another-site"]),
    "no audience": lambda claims: claims.pop("aud"),
    "expired": _other(exp=1_000_000_000),
    "no expiry": lambda claims: claims.pop("exp"),
    "of another issuer": _other(iss="https://id.example.org"),
    "no subject": lambda claims: claims.pop("sub"),
    "an empty subject": _other(sub=""),
    "a subject that is no text": _other(sub=7),
    "a subject with U+0000": _other(sub="ada\x00"),
    "a subject of 256 characters": _other(sub="a" * 256),
    "a hash of another access token": _other(at_hash="AAAAAAAAAAAAAAAAAAAAAA"),
    "not yet": _other(nbf=9_000_000_000),
}


async def is_refused(client: httpx2.AsyncClient, done: httpx2.Response) -> bool:
    """A sentence, no session, and no trace of where it failed."""
    assert done.status_code in (401, 403), done.text
    assert "Traceback" not in done.text
    assert SESSION not in client.cookies
    return (await client.get("/explorer")).status_code == 401


@pytest.mark.parametrize("forged", FORGED)
@pytest.mark.parametrize("algorithm", ["ES256"])
async def test_an_id_token_that_does_not_hold_signs_nobody_in(
    client: httpx2.AsyncClient, provider: TestProvider, ada: Person, forged: str
) -> None:
    provider.claims = FORGED[forged]
    assert await is_refused(client, await signed_in(client))


async def test_a_token_that_nobody_signed_signs_nobody_in(
    client: httpx2.AsyncClient, provider: TestProvider, ada: Person
) -> None:
    provider.sign = unsigned
    assert await is_refused(client, await signed_in(client))


async def test_a_token_signed_with_the_public_key_as_a_secret_signs_nobody_in(
    client: httpx2.AsyncClient, provider: TestProvider, ada: Person
) -> None:
    """The confusion of algorithms (RFC 8725, 2.1)."""
    assert isinstance(provider.key, RSAKey)
    public = provider.key.as_pem(private=False)
    provider.sign = lambda claims: signed_by_a_secret(claims, public, str(provider.key.kid))
    assert await is_refused(client, await signed_in(client))


async def test_a_token_signed_with_another_key_of_the_same_name_signs_nobody_in(
    client: httpx2.AsyncClient, provider: TestProvider, ada: Person
) -> None:
    other = RSAKey.generate_key(2048)
    provider.sign = lambda claims: jwt.encode(
        {"alg": "RS256", "kid": provider.key.kid}, claims, other, ["RS256"]
    )
    assert await is_refused(client, await signed_in(client))


async def test_a_code_is_good_once(client: httpx2.AsyncClient, provider: TestProvider, ada: Person) -> None:
    """A second use is refused here, where the attempt is over, and by the provider, where it is not."""
    back = await went_to_the_provider(client)
    attempt = client.cookies[ATTEMPT]
    assert (await client.get(back)).status_code == 200
    client.cookies.clear()
    assert await is_refused(client, await client.get(back))
    assert len(provider.tokens) == 1
    client.cookies.set(ATTEMPT, attempt, domain="site.test", path="/sign-in")
    assert await is_refused(client, await client.get(back))
    assert (len(provider.tokens), provider.refused) == (2, ["invalid_grant"])


async def test_an_answer_to_another_browser_s_attempt_is_refused(
    client: httpx2.AsyncClient, provider: TestProvider, ada: Person
) -> None:
    """Cross-site request forgery of the sign-in itself (RFC 6749, 10.12): the code never reaches the provider."""
    back = await went_to_the_provider(client)
    client.cookies.clear()
    await client.get("/sign-in/begin")
    assert await is_refused(client, await client.get(back))
    assert provider.tokens == []


async def test_a_verifier_of_another_attempt_is_refused_by_the_provider(
    client: httpx2.AsyncClient, provider: TestProvider, ada: Person
) -> None:
    """PKCE on the provider's side: the stolen code of one attempt does not open in another (RFC 7636, 1)."""
    stolen = query_of(await went_to_the_provider(client))["code"]
    back = await went_to_the_provider(client)
    assert await is_refused(client, await client.get(back.replace(query_of(back)["code"], stolen)))
    assert provider.refused == ["invalid_grant"]


@pytest.mark.parametrize("issuer", ["https://id.example.org", None])
async def test_an_answer_of_another_issuer_is_refused_before_its_code_is_sent_anywhere(
    client: httpx2.AsyncClient, provider: TestProvider, ada: Person, issuer: str | None
) -> None:
    """Mix-up (RFC 9207): the answer names another, or nobody where the provider promised to."""

    def mixed(answer: dict[str, str]) -> None:
        answer.pop("iss")
        if issuer:
            answer["iss"] = issuer

    provider.answer = mixed
    assert await is_refused(client, await signed_in(client))
    assert provider.tokens == []


@pytest.mark.parametrize(
    "metadata",
    [
        {"issuer": "https://id.example.org"},
        {"token_endpoint": "http://id.example.org/token"},
        {"jwks_uri": "file:///etc/passwd"},
        {"authorization_endpoint": "javascript:alert(1)"},
        {"authorization_endpoint": None},
    ],
)
async def test_metadata_that_names_another_issuer_or_an_unsafe_place_is_not_followed(
    client: httpx2.AsyncClient, provider: TestProvider, metadata: dict[str, Any]
) -> None:
    """OpenID Connect Discovery 1.0, 4.3."""
    provider.metadata = metadata
    begun = await client.get("/sign-in/begin")
    assert begun.status_code == 503
    assert "location" not in begun.headers


@pytest.mark.parametrize(
    "query", ["", "error=access_denied", "code=x", "code=x&state=y", "code=a&code=b&state=y", "state=%00"]
)
async def test_an_answer_that_is_none_is_refused(
    client: httpx2.AsyncClient, provider: TestProvider, query: str
) -> None:
    await client.get("/sign-in/begin")
    done = await client.get(f"/sign-in/return?{query}")
    assert done.status_code == 401
    assert provider.tokens == []


async def test_a_new_key_of_the_provider_is_looked_up(
    client: httpx2.AsyncClient, provider: TestProvider, ada: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert (await signed_in(client)).status_code == 200
    provider.renew()
    assert (
        await signed_in(client)
    ).status_code == 401  # it is not asked again at once: a flood would reach it
    monkeypatch.setattr("api.oidc.LOOK_AGAIN_SECONDS", 0.0)
    assert (await signed_in(client)).status_code == 200


async def test_a_provider_that_is_away_is_told_in_a_sentence(database: Database, tmp_path: Any) -> None:
    away = Settings(home=tmp_path, oidc_issuer="http://127.0.0.1:1", oidc_client=CLIENT)
    async with site(database, away) as client:
        begun = await client.get("/sign-in/begin")
    assert begun.status_code == 503
    assert "try again later" in begun.text


async def test_signing_out_ends_every_copy_of_the_session(client: httpx2.AsyncClient, ada: Person) -> None:
    await signed_in(client)
    copy = client.cookies[SESSION]
    done = await client.post("/sign-out")
    assert (done.status_code, done.headers["location"]) == (303, "/sign-in")
    assert SESSION not in client.cookies
    client.cookies.set(SESSION, copy)
    answer = await client.post("/graphql", json={"query": VIEWER})
    assert (answer.status_code, answer.json()["errors"][0]["extensions"]["code"]) == (401, "UNAUTHENTICATED")
    client.cookies.clear()
    await signed_in(client)
    assert "data" in await viewer(client)


async def test_who_is_dismissed_is_out_at_once(
    client: httpx2.AsyncClient, ada: Person, database: Database, partnership: Partnership
) -> None:
    await signed_in(client)
    async with database.session(Scope.of(partnership.id)) as session:
        assert await dismiss(session, partnership.id, ada)
    assert (await viewer(client))["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"


@pytest.mark.parametrize("session", ["", "x", "a.b.c.d.e", "é", "x" * 5000])
async def test_a_session_of_nobody_is_refused(client: httpx2.AsyncClient, session: str) -> None:
    headers = {b"cookie": f"{SESSION}={session}".encode()}
    answer = await client.post("/graphql", json={"query": VIEWER}, headers=headers)
    assert answer.status_code == 401


async def test_a_session_that_another_installation_sealed_is_refused(
    client: httpx2.AsyncClient, ada: Person, database: Database, provider: TestProvider, tmp_path: Any
) -> None:
    from api.seals import Seal

    said = {"issuer": ada.issuer, "subject": ada.subject}
    for seal in (Seal("another secret", "session", 60), Seal(database.logins.secret, "attempt", 60)):
        client.cookies.set(SESSION, seal.seal(said))
        assert (await client.post("/graphql", json={"query": VIEWER})).status_code == 401
        client.cookies.clear()


async def test_a_giver_s_person_sees_its_own_in_every_partnership_that_admits_it(
    client: httpx2.AsyncClient, provider: TestProvider, database: Database
) -> None:
    """Three partnerships with the same awards, two of which admit her: the Hill Foundation's transactions are told
    as the anchor reads it, the State's are not hers to read; ids of one giver differ between partnerships."""
    provider.subject = f"grace-{secrets.token_hex(4)}"
    person = Person(provider.issuer, provider.subject)
    there = [await load_small(database, await found_partnership(database), is_public=False) for _ in range(3)]
    for small in there[:2]:
        async with database.session(Scope.of(small.partnership.id)) as session:
            await admit(
                session,
                small.partnership.id,
                person,
                Role.FUNDER,
                name="Grace",
                organization="Hill Foundation",
            )
    await signed_in(client)
    query = """query($slug: String!) {
      partnership(slug: $slug) { investments { nodes { funder { kind } transactions { totalCount } } } }
      viewer { roles(partnership: $slug) funder(partnership: $slug) { organization { name } } } }"""
    told = []
    for small in there:
        asked = {"query": query, "variables": {"slug": small.slug}}
        told.append((await client.post("/graphql", json=asked)).json()["data"])
    headers = {"authorization": f"Bearer {there[0].tokens['ANCHOR']}"}
    asked = {"query": query, "variables": {"slug": there[0].slug}}
    anchors = counted((await client.post("/graphql", json=asked, headers=headers)).json()["data"])
    assert told[0] == told[1]
    assert told[0]["viewer"] == {
        "roles": ["FUNDER"],
        "funder": {"organization": {"name": "Hill Foundation"}},
    }
    assert min(anchors.values()) > 0
    assert counted(told[0]) == {"FOUNDATION": anchors["FOUNDATION"], "STATE": 0}
    assert told[2] == {"partnership": None, "viewer": {"roles": [], "funder": None}}


def counted(told: Any) -> dict[str, int]:
    """Transactions that were told, by the kind of giver."""
    seen: dict[str, int] = {}
    for each in told["partnership"]["investments"]["nodes"]:
        kind = each["funder"]["kind"]
        seen[kind] = seen.get(kind, 0) + each["transactions"]["totalCount"]
    return seen


async def test_shared_aggregates_are_the_same_for_all_who_are_let_in(
    client: httpx2.AsyncClient, provider: TestProvider, database: Database
) -> None:
    """What a giver's person is told of all dollars is what the anchor's is told."""
    small = await load_small(database, await found_partnership(database), is_public=False)
    query = """query($slug: String!) { partnership(slug: $slug) {
      investments { totalCount } outcomes { name } practices { totalCount } } }"""
    told = []
    for role, organization in ((Role.FUNDER, "Hill Foundation"), (Role.ANCHOR, None)):
        provider.subject = f"someone-{secrets.token_hex(4)}"
        person = Person(provider.issuer, provider.subject)
        async with database.session(Scope.of(small.partnership.id)) as session:
            await admit(session, small.partnership.id, person, role, name="x", organization=organization)
        await signed_in(client)
        answer = await client.post("/graphql", json={"query": query, "variables": {"slug": small.slug}})
        told.append(answer.json())
    assert told[0]["data"]["partnership"]["investments"]["totalCount"] > 1
    assert told[0] == told[1]
