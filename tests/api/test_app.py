"""The web application in this process: health, sign-in, events, headers."""

from collections.abc import AsyncGenerator
from datetime import UTC, datetime
from uuid import UUID

import httpx2
import pytest

from allocation.question import Ask
from allocation.scenarios import ask_for, cancel_scenario, find_scenario
from allocation.tokens import create_token
from api.app import HEADERS, create_app
from api.demo.riverbend import FISCAL_YEAR
from api.sessions import COOKIE
from models.database import Database, Logins, Scope
from models.people import Role

from .conftest import Demonstration

LATER = datetime(2099, 1, 1, tzinfo=UTC)


def client_of(database: Database) -> httpx2.AsyncClient:
    transport = httpx2.ASGITransport(create_app(database))
    return httpx2.AsyncClient(transport=transport, base_url="http://site.test")


@pytest.fixture
async def client(demo_database: Database) -> AsyncGenerator[httpx2.AsyncClient]:
    async with client_of(demo_database) as opened:
        yield opened


@pytest.fixture
async def token(demo_database: Database, demonstration: Demonstration) -> str:
    """The anchor's."""
    partnership_id = demonstration.partnership_id
    async with demo_database.session(Scope.of(partnership_id)) as session:
        return await create_token(session, partnership_id, Role.ANCHOR, LATER)


@pytest.fixture
async def cancelled(demo_database: Database, demonstration: Demonstration) -> UUID:
    """A scenario that is over."""
    partnership_id = demonstration.partnership_id
    async with demo_database.session(Scope.of(partnership_id)) as session:
        scenario_id = (await ask_for(session, partnership_id, Ask((FISCAL_YEAR,)), actor="tester")).id
        found = await find_scenario(session, partnership_id, scenario_id)
        assert found is not None
        await cancel_scenario(session, found)
    return scenario_id


async def test_a_ready_site_says_so(client: httpx2.AsyncClient) -> None:
    assert (await client.get("/healthz")).text == "ok\n"
    ready = await client.get("/readyz")
    assert (ready.status_code, ready.json()) == (200, {"ready": True, "faults": []})


async def test_a_site_without_its_tables_is_alive_and_not_ready(unmigrated: Logins) -> None:
    database = Database(unmigrated)
    try:
        async with client_of(database) as client:
            assert (await client.get("/healthz")).status_code == 200
            ready = await client.get("/readyz")
    finally:
        await database.close()
    assert ready.status_code == 503
    assert ready.json()["faults"]


async def test_a_site_whose_server_is_away_is_not_ready(logins: Logins) -> None:
    away = Database(Logins(logins.url.set(port=1), logins.secret))
    async with client_of(away) as client:
        ready = await client.get("/readyz")
    await away.close()
    assert (ready.status_code, ready.json()["faults"][0][:31]) == (503, "the database does not answer (C")


async def test_every_answer_bears_the_security_headers(client: httpx2.AsyncClient) -> None:
    for path in ("/healthz", "/readyz", "/graphql", "/sign-in", "/explorer", "/nothing"):
        answer = await client.get(path)
        assert not set(map(str.lower, HEADERS)) - set(answer.headers), path


async def test_metrics_count_by_route_never_by_address(client: httpx2.AsyncClient) -> None:
    await client.get("/healthz?secret=1")
    await client.get("/secret-path")
    text = (await client.get("/metrics")).text
    assert 'alignment_requests_total{method="GET",route="/healthz",status="200"}' in text
    assert "secret" not in text


async def test_a_token_signs_a_person_in_by_a_cookie_that_no_script_reads(
    client: httpx2.AsyncClient, token: str
) -> None:
    assert (await client.get("/explorer")).status_code == 401
    done = await client.post("/sign-in", data={"token": token})
    assert (done.status_code, done.headers["location"]) == (303, "/explorer")
    cookie = done.headers["set-cookie"].lower()
    assert cookie.startswith(f"{COOKIE}=")
    assert "httponly" in cookie
    assert "samesite=strict" in cookie
    client.cookies.set(COOKIE, token)
    assert (await client.get("/explorer")).status_code == 200
    answer = await client.post("/graphql", json={"query": "{ viewer { name } }"})
    assert answer.json() == {"data": {"viewer": {"name": "Anchor"}}}


@pytest.mark.parametrize("token", ["", "ra_unknown", "x" * 5000, "<script>"])
async def test_a_token_that_is_not_known_signs_nobody_in(client: httpx2.AsyncClient, token: str) -> None:
    done = await client.post("/sign-in", data={"token": token})
    assert done.status_code in {400, 401}
    assert "set-cookie" not in done.headers
    assert "<script>" not in done.text


async def test_events_tell_how_far_a_scenario_is_until_it_is_over(
    client: httpx2.AsyncClient, token: str, cancelled: UUID, demonstration: Demonstration
) -> None:
    """Fields and framing of the HTML Standard, section 9.2."""
    place = f"/scenarios/ReallocationScenario:{demonstration.partnership_id}:{cancelled}/events"
    answer = await client.get(place, headers={"authorization": f"Bearer {token}"})
    assert answer.headers["content-type"].startswith("text/event-stream")
    assert answer.text == (
        'event: progress\ndata: {"status":"CANCELLED","progress":0.0,"message":"Cancelled"}\n\n'
    )


async def test_what_is_not_there_and_what_may_not_be_read_look_the_same(
    client: httpx2.AsyncClient, token: str, cancelled: UUID, demonstration: Demonstration
) -> None:
    partnership = demonstration.partnership_id
    signed_in = {"authorization": f"Bearer {token}"}
    answers = [
        await client.get(f"/scenarios/{place}/events", headers=headers)
        for place, headers in (
            (f"ReallocationScenario:{partnership}:{cancelled}", {}),
            (f"ReallocationScenario:{partnership}:{partnership}", signed_in),
            (f"ReallocationScenario:{cancelled}:{cancelled}", signed_in),
            (f"Investment:{partnership}:{cancelled}", signed_in),
            ("nonsense", signed_in),
        )
    ]
    assert {(each.status_code, each.text) for each in answers} == {(404, "There is no such scenario.")}
    unknown = await client.get(
        f"/scenarios/ReallocationScenario:{partnership}:{cancelled}/events",
        headers={"authorization": "Bearer ra_unknown"},
    )
    assert unknown.status_code == 401
