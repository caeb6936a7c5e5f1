"""A tenant's answers are byte-equal before and after another tenant writes, and even corrupts its own rows as owner.

Asked is the whole corpus: docs/questions, the README, and probes that name the other tenant. The control opens one
table to all readers; the trial must see an answer change.
"""

import re
from collections.abc import Mapping
from contextlib import asynccontextmanager

import asyncpg
import pytest

from api.access import COMMUNITY, Caller
from api.demo.riverbend import SLUG, load_riverbend
from api.graphql.common.context import Context
from api.graphql.door.operations import Call, Operations
from api.graphql.door.requests import Request
from api.graphql.schema import schema
from models.database import Database, Scope
from models.people import Role
from tests.api.graphql.subjects.small import Small, load_small

from .conftest import Place
from .ground import found
from .load import ROOT, corpus
from .test_races import desk

WRITES = 40
CORRUPTIONS = (
    "set session_replication_role = replica",  # no trigger stands in the owner's way
    "update ledger.account set credits_posted = credits_posted + 77777 where partnership_id = $1",
    "update ledger.transfer set amount = amount + 1, note = 'corrupted' where partnership_id = $1",
    "delete from ledger.entry where partnership_id = $1",
    "update ledger.book set sequence = 0, head = '' where partnership_id = $1",
    "update investment set title = 'corrupted' where partnership_id = $1",
    "update partnership set name = 'corrupted' where id = $1",
    "update practice set name = 'corrupted ' || id where partnership_id = $1",
    "update organization set name = 'corrupted ' || id where partnership_id = $1",
    "update figure set value = 1 where partnership_id = $1",
    "delete from move where partnership_id = $1",
)
HOLE = """
create policy planted on investment for select using (true);
create policy planted on partnership for select using (true);
"""
Answers = Mapping[str, bytes]


@pytest.mark.trial
async def test_answers_do_not_change_with_another_tenants_rows(sound: Place) -> None:
    before, after = await _around(sound)
    print(f"\ninterference: {len(before)} answers, {sum(map(len, before.values()))} bytes, equal")
    assert len(before) >= 2 * (len(corpus()) + 4)
    assert {name for name in before if before[name] != after[name]} == set()


@pytest.mark.trial
async def test_the_trial_sees_a_table_that_is_open_to_all(sound: Place) -> None:
    before, after = await _around(sound, hole=HOLE)
    changed = {name for name in before if before[name] != after[name]}
    print(f"\ninterference, control: changed {sorted(changed)}")
    assert changed


async def _around(made: Place, *, hole: str = "") -> tuple[Answers, Answers]:
    """Riverbend's answers before and after the other tenant's writes and corruptions."""
    database = Database(made.logins, pool_size=4)
    owner = await asyncpg.connect(made.url)
    try:
        await owner.execute(hole or "select 1")
        p = await load_riverbend(database)
        ground = await found(database, "the-other", 1)
        async with database.session(Scope.of(ground.partnership_id)) as session:
            from models.partnerships import Partnership

            other = await load_small(
                database, await session.get_one(Partnership, ground.partnership_id), is_public=False
            )
        callers = {
            "anchor": Caller("anchor", "token:anchor", {p: Role.ANCHOR}),
            "community": COMMUNITY,
        }
        before = await _answers(database, callers, other)
        async with desk(made, 10**9) as at:
            for number in range(WRITES):
                await at.post(f"write-{number}", at.there())
            for statement in CORRUPTIONS:
                for tenant in (at.partnership_id, ground.partnership_id):
                    await owner.execute(statement, *([tenant] if "$1" in statement else []))
        return before, await _answers(database, callers, other)
    finally:
        await owner.close()
        await database.close()


def _documents(other: Small) -> Mapping[str, tuple[str, Mapping[str, object]]]:
    """The corpus on Riverbend, and probes that name the other tenant's rows."""
    asked: dict[str, tuple[str, Mapping[str, object]]] = {
        name: (text, {"slug": SLUG, "fiscalYear": 2027}) for name, text in corpus().items()
    }
    for number, text in enumerate(_of_the_readme()):
        asked[f"readme-{number}"] = (text, {})
    node = "query($id: ID!) { node(id: $id) { id ... on Investment { title committed { amount } } } }"
    asked["probe-node"] = (node, {"id": other.global_id("Investment", "award")})
    slug = "query($slug: String!) { partnership(slug: $slug) { name investments { totalCount } } }"
    asked["probe-slug"] = (slug, {"slug": "the-other"})
    asked["probe-all"] = ("{ partnerships { nodes { name investments { totalCount } } } }", {})
    return asked


def _of_the_readme() -> list[str]:
    return re.findall(r"```graphql\n(.*?)```", (ROOT / "README.md").read_text("utf-8"), re.DOTALL)


async def _answers(database: Database, callers: Mapping[str, Caller], other: Small) -> Answers:
    """The bytes of each answer, less the id that each request has."""
    answers = {}
    for who, caller in callers.items():

        @asynccontextmanager
        async def contexts(_: Call, asking: Caller = caller):  # type: ignore[no-untyped-def]
            async with Context(database, asking) as context:
                yield context

        for name, (text, variables) in _documents(other).items():
            answer = await Operations(schema(), contexts).run(
                Request(text, variables=dict(variables)), Call(request_id="the same")
            )
            answers[f"{who} {name}"] = answer.body()
    return answers
