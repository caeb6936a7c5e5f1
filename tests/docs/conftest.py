"""Riverbend in a database of its own, and the anchor's questions asked of it as the operator asks."""

import asyncio
import json
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from api.demo.riverbend import SLUG, load_riverbend
from api.graphql.door.operations import Call
from api.graphql.door.requests import Request
from api.graphql.schema import build_for_operator
from migrations.upgrade import upgrade
from models.database import Database, Logins
from tests.conftest import scratch_database

QUESTIONS = Path(__file__).resolve().parents[2] / "docs" / "questions"
Answer = dict[str, Any]  # a GraphQL object
AskAnchor = Callable[..., Awaitable[Answer]]


@pytest.fixture(scope="package")
def riverbend_logins(server_url: str) -> Iterator[Logins]:
    """A database of its own, since the slug of the demo stands once in each."""
    with scratch_database(server_url) as logins:
        asyncio.run(upgrade(logins))
        yield logins


@pytest.fixture(scope="package")
async def riverbend_id(riverbend_logins: Logins) -> UUID:
    """Riverbend, loaded once for this folder: nothing here changes its rows."""
    database = Database(riverbend_logins)
    try:
        return await load_riverbend(database)
    finally:
        await database.close()


@pytest.fixture(scope="package")
async def riverbend(riverbend_logins: Logins, riverbend_id: UUID) -> AsyncGenerator[Database]:
    """Its database, opened, with Riverbend in it."""
    assert riverbend_id
    database = Database(riverbend_logins)
    yield database
    await database.close()


@pytest.fixture
def ask_anchor(riverbend: Database) -> AskAnchor:
    """ask_anchor(name, **variables) -> the partnership of the answer, as the operator reads it."""

    async def asked(name: str, **variables: object) -> Answer:
        query = (QUESTIONS / f"anchor-{name}.graphql").read_text("utf-8")
        request = Request(query, variables={"slug": SLUG, **variables})
        answer = json.loads((await build_for_operator(riverbend).run(request, Call())).body())
        assert "errors" not in answer, answer
        found: Answer = answer["data"].get("partnership") or answer["data"]["node"]
        return found

    return asked


@pytest.fixture
def id_of(riverbend: Database) -> AskAnchor:
    """id_of("investments", "RB-GRF-2602") or id_of("funders", name) -> the global id."""

    async def found(kind: str, word: str) -> Any:
        query = """query($slug: String!) { partnership(slug: $slug) {
          funders(first: 100) { nodes { id organization { name } } }
          investments(first: 200) { nodes { id source { identifier } } } } }"""
        request = Request(query, variables={"slug": SLUG})
        answer = json.loads((await build_for_operator(riverbend).run(request, Call())).body())
        for each in answer["data"]["partnership"][kind]["nodes"]:
            known = each["organization"]["name"] if kind == "funders" else each["source"]["identifier"]
            if known == word:
                return each["id"]
        raise LookupError(word)

    return found
