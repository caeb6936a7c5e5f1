"""What another site's page sends is refused; what this site's pages and programs send is not."""

from collections.abc import AsyncGenerator

import httpx2
import pytest

from api.app import create_app
from api.sessions import COOKIE
from models.database import Database
from models.settings import Settings

HOST = "http://site.test"
QUERY = {"query": "{ viewer { name } }"}


@pytest.fixture
async def client(database: Database, tmp_path: object) -> AsyncGenerator[httpx2.AsyncClient]:
    settings = Settings(home=tmp_path, public_url="https://align.example.org")  # type: ignore[arg-type]  # a Path
    transport = httpx2.ASGITransport(create_app(database, settings))
    async with httpx2.AsyncClient(transport=transport, base_url=HOST) as opened:
        yield opened


FOREIGN = [
    {"origin": "http://elsewhere.test"},
    {"origin": "null"},
    {"origin": "http://site.test.elsewhere.test"},
    {"origin": "http://site.test:81"},
    {"origin": "ftp://site.test"},
    {"origin": "http://user@site.test"},
    {"origin": ""},
    {"sec-fetch-site": "cross-site"},
    {"sec-fetch-site": "same-site"},
    {"origin": "http://elsewhere.test", "sec-fetch-site": "same-origin"},
]
OWN = [
    {},
    {"origin": HOST},
    {"origin": "https://align.example.org"},
    {"sec-fetch-site": "same-origin"},
    {"sec-fetch-site": "none"},
]


@pytest.mark.parametrize("headers", FOREIGN)
async def test_another_site_s_page_changes_nothing(
    client: httpx2.AsyncClient, headers: dict[str, str]
) -> None:
    client.cookies.set(COOKIE, "ra_kept")
    for path in ("/graphql", "/sign-in", "/sign-out"):
        answer = await client.post(path, json=QUERY, headers=headers)
        assert (answer.status_code, answer.json()["errors"][0]["extensions"]["code"]) == (403, "FORBIDDEN")
        assert "set-cookie" not in answer.headers
        assert answer.headers["x-frame-options"] == "DENY"


@pytest.mark.parametrize("headers", OWN)
async def test_this_site_s_pages_and_programs_are_heard(
    client: httpx2.AsyncClient, headers: dict[str, str]
) -> None:
    answer = await client.post("/graphql", json=QUERY, headers=headers)
    assert (answer.status_code, answer.json()) == (200, {"data": {"viewer": {"name": None}}})


async def test_no_answer_lets_another_origin_read_it(client: httpx2.AsyncClient) -> None:
    """Without Access-Control-Allow-Origin a browser keeps the answer from the page that asked (Fetch standard)."""
    foreign = {"origin": "http://elsewhere.test", "access-control-request-method": "POST"}
    for method in ("OPTIONS", "GET", "POST"):
        answer = await client.request(method, "/graphql", headers=foreign)
        assert not [name for name in answer.headers if name.startswith("access-control-")]


async def test_a_fault_of_ours_bears_the_security_headers_and_no_trace(
    client: httpx2.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    from api import app

    async def breaks(_: object) -> None:
        raise ZeroDivisionError("the secret name of a column")

    monkeypatch.setattr(app, "faults_of", breaks)
    transport = httpx2.ASGITransport(client._transport.app, raise_app_exceptions=False)  # type: ignore[attr-defined]
    async with httpx2.AsyncClient(transport=transport, base_url=HOST) as other:
        answer = await other.get("/readyz")
    assert (answer.status_code, answer.text) == (500, "Something went wrong here.\n")
    assert set(map(str.lower, app.HEADERS)) <= set(answer.headers)
