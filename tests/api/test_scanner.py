"""A scanner finds nothing here without a token, and each of its checks finds something on a careless server."""

from collections.abc import Iterator

import pytest
from starlette.testclient import TestClient

from api.app import create_app
from models.database import Database, Logins

from .scanner import CHECKS, Target, is_graphql
from .weak_server import weak_server


@pytest.fixture(scope="module")
def ours(logins: Logins) -> Iterator[Target]:
    database = Database(logins)
    with TestClient(create_app(database), base_url="http://site.test") as client:
        yield Target(client)
        client.portal.call(database.close)  # type: ignore[union-attr]  # it is open here


@pytest.fixture(scope="module")
def careless() -> Iterator[Target]:
    with TestClient(weak_server, base_url="http://weak.test") as client:
        yield Target(client)


def test_there_are_twelve_checks() -> None:
    assert len(CHECKS) == 12


@pytest.mark.parametrize("check", CHECKS)
def test_a_check_finds_nothing_here(ours: Target, check: str) -> None:
    assert is_graphql(ours), "a scanner that meets no endpoint finds nothing, which is no answer"
    assert not CHECKS[check](ours)


@pytest.mark.parametrize("check", CHECKS)
def test_a_check_finds_something_on_a_careless_server(careless: Target, check: str) -> None:
    assert is_graphql(careless)
    assert CHECKS[check](careless)


def test_a_check_of_nothing_is_told_from_a_clean_one() -> None:
    with TestClient(weak_server) as client:
        assert not is_graphql(Target(client, "/nowhere"))
