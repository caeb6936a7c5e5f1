"""How much one caller may ask for: accounts under a clock of the test's own, and what a client is told over HTTP."""

from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import pytest
import strawberry
from hypothesis import given
from hypothesis import strategies as st
from starlette.applications import Starlette
from starlette.requests import HTTPConnection
from starlette.routing import Route
from starlette.testclient import TestClient

from api.graphql.common.errors import Code, Refusal
from api.graphql.door.endpoint import GraphQLEndpoint
from api.graphql.door.limits import Limits
from api.graphql.door.meters import Meter, address_of
from api.graphql.door.operations import Operations

from .conftest import contexts

SMALL = Limits(objects_per_second=10, held_seconds=10, request_objects=1, unknown_token_objects=50)


@dataclass
class Clock:
    """A clock that goes when it is told to."""

    now: float = 0.0

    def __call__(self) -> float:
        return self.now


def test_an_account_gives_what_it_holds_and_says_when_there_will_be_enough() -> None:
    """100 held, 90 taken, 60 asked: 50 are missing, which take 5 s at 10 a second."""
    clock = Clock()
    meter = Meter(SMALL, clock)
    meter.spend("a", 90)
    with pytest.raises(Refusal) as refused:
        meter.spend("a", 60)
    assert refused.value.code is Code.RATE_LIMITED
    assert refused.value.extensions == {"retryAfterSeconds": 5}
    clock.now = 4.9
    with pytest.raises(Refusal):
        meter.spend("a", 60)
    clock.now = 5.0
    meter.spend("a", 60)


def test_one_caller_s_account_is_not_another_s() -> None:
    meter = Meter(SMALL, Clock())
    meter.spend("a", 100)
    meter.spend("b", 100)
    with pytest.raises(Refusal):
        meter.spend("a", 1)


@given(st.lists(st.tuples(st.floats(0, 30), st.integers(0, 120)), max_size=60))
def test_nobody_gets_more_than_what_is_held_and_what_comes_in(steps: list[tuple[float, int]]) -> None:
    """A law: over any time t at most 100 + 10 t are given."""
    clock = Clock()
    meter, given_out = Meter(SMALL, clock), 0
    for pause, asked in steps:
        clock.now += pause
        try:
            meter.spend("a", asked)
        except Refusal:
            continue
        given_out += asked
        assert given_out <= 100 + 10 * clock.now + 1e-6


def test_accounts_are_bounded_in_number_and_the_one_longest_silent_goes_first() -> None:
    meter = Meter(Limits(callers=3, objects_per_second=1, held_seconds=10), Clock())
    for name in ("a", "b", "c", "a", "d"):
        with suppress(Refusal):
            meter.spend(name, 10)
    assert len(meter) == 3
    with pytest.raises(Refusal):
        meter.spend("a", 1)
    meter.spend("b", 10)


@pytest.mark.parametrize(
    ("host", "account"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::9", "2001:db8:1:2::/64"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("testclient", "testclient"),
    ],
)
def test_an_address_stands_for_a_household_or_a_host(host: str, account: str) -> None:
    """Documentation addresses of RFC 5737 and RFC 3849; one /64 is what one end site is given (RFC 6177)."""
    scope = {"type": "http", "client": (host, 1), "headers": []}
    assert address_of(HTTPConnection(scope)) == account


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def metered(small_schema: strawberry.Schema, clock: Clock) -> TestClient:
    operations = Operations(small_schema, contexts, SMALL, Meter(SMALL, clock))
    return TestClient(Starlette(routes=[Route("/graphql", GraphQLEndpoint(operations))]))


def post(client: TestClient, query: str, token: str | None = None) -> Any:
    headers = {"authorization": f"Bearer {token}"} if token else {}
    return client.post("/graphql", json={"query": query}, headers=headers)


def test_whoever_asks_for_too_much_is_told_when_to_come_back(metered: TestClient, clock: Clock) -> None:
    """One for each request and 31 for the planet and up to 30 moons: three fit in 100, the fourth wants 28 more."""
    query = "{ planet { moons(first: 30) { nodes { name } } } }"
    assert [post(metered, query, "good").status_code for _ in range(3)] == [200, 200, 200]
    late = post(metered, query, "good")
    assert late.status_code == 429
    assert late.json()["errors"][0]["extensions"]["code"] == "RATE_LIMITED"
    assert late.json()["errors"][0]["extensions"]["retryable"] is True
    wait = int(late.headers["retry-after"])
    assert wait == late.json()["errors"][0]["extensions"]["retryAfterSeconds"]
    clock.now += wait
    assert post(metered, query, "good").status_code == 200


def test_one_caller_s_flood_does_not_touch_another(metered: TestClient) -> None:
    while post(metered, "{ word }").status_code == 200:
        pass
    assert post(metered, "{ word }").status_code == 429
    assert post(metered, "{ word }", "good").status_code == 200


def test_what_is_refused_is_counted_too(metered: TestClient) -> None:
    """101 requests that do not parse: each counts one, and 100 are held."""
    statuses = [post(metered, "{").status_code for _ in range(101)]
    assert statuses[-1] == 429
    assert 429 not in statuses[:100]


def test_guessing_at_tokens_ends_soon_and_shuts_nobody_out_who_has_one(
    metered: TestClient, clock: Clock
) -> None:
    """100 are held and a wrong token counts 50, so that the third waits until 50 are back, 5 s later."""
    assert [post(metered, "{ word }", "expired").status_code for _ in range(3)] == [401, 401, 429]
    clock.now += 4.9
    assert post(metered, "{ word }", "expired").status_code == 429
    assert post(metered, "{ word }", "good").status_code == 200
    assert post(metered, "{ word }").status_code == 200
    clock.now += 0.1
    assert post(metered, "{ word }", "expired").status_code == 401


def test_nobody_is_limited_without_a_meter(small_schema: strawberry.Schema) -> None:
    operations = Operations(small_schema, contexts, SMALL)
    client = TestClient(Starlette(routes=[Route("/graphql", GraphQLEndpoint(operations))]))
    assert {post(client, "{ word }").status_code for _ in range(150)} == {200}
