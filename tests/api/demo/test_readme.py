"""The README's query gives the README's answer, as anybody who asks without a token."""

import json
import re
from collections.abc import AsyncGenerator, Iterator
from pathlib import Path

import pytest

from api.demo.riverbend import load_riverbend
from api.graphql.door.operations import Call
from api.graphql.door.requests import Request
from api.graphql.schema import build
from migrations.upgrade import upgrade
from models.database import Database, Logins
from tests.conftest import scratch_database

README = (Path(__file__).parents[3] / "README.md").read_text(encoding="utf-8")


@pytest.fixture
def scratch(server_url: str) -> Iterator[Logins]:
    """A database of its own, since the demo's slug stands once in each."""
    with scratch_database(server_url) as logins:
        yield logins


@pytest.fixture
async def riverbend(scratch: Logins) -> AsyncGenerator[Database]:
    """Riverbend, loaded."""
    await upgrade(scratch)
    database = Database(scratch)
    await load_riverbend(database)
    yield database
    await database.close()


def block(language: str) -> str:
    """The one fenced block of a language."""
    (found,) = re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)
    return str(found)


async def test_the_query_of_the_readme_gives_the_answer_that_stands_below_it(riverbend: Database) -> None:
    answer = await build(riverbend).run(Request(block("graphql"), None, {}), Call())
    assert json.loads(answer.body()) == json.loads(block("json"))


def test_the_readme_is_short() -> None:
    assert len(README.splitlines()) <= 100
