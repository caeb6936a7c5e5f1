"""What anybody may ask of Riverbend is answered alike whatever lies behind the releases; each hole is one function.

The releases themselves are attacked in test_attacker.py; here nothing else may know more than they tell.
"""

from collections.abc import AsyncGenerator, Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID, uuid4

import pytest

from allocation.ask import Ask
from allocation.frames import standing
from allocation.problem import inputs_hash
from allocation.question import set_out
from allocation.results import answered
from allocation.scenarios import ask_for, keep_result
from api.access import COMMUNITY, Caller
from api.demo.riverbend import FOLDER, SLUG
from api.graphql.door.operations import core_schema
from api.graphql.schema import schema
from models.database import Database, Scope
from models.people import Role
from models.scenarios import ScenarioStatus

from .attacker.asking import Questions
from .attacker.holes import HOLES, Behind
from .attacker.ways import Ids, arguments, read_ids
from .attacker.worlds import Asker, differing, other_counts, owning
from .conftest import Demonstration

DECIDED_ON = date(2023, 7, 1)
FILE = FOLDER / "measurements-degree-completion.csv"
PREVIEW = """mutation($input: PreviewImportInput!) { previewImport(input: $input) {
  import { read created updated unchanged rejected rows { row action } } userErrors { code } } }"""


@dataclass(frozen=True)
class Site:
    """Riverbend with a plan that was applied."""

    database: Database
    demonstration: Demonstration
    ids: Ids
    scenario_id: UUID

    @property
    def behind(self) -> Behind:
        return Behind(self.database, self.ids.partnership_id)

    def queries(self, *, is_whole: bool = False) -> dict[str, str]:
        """All that can be asked."""
        questions = Questions(core_schema(schema()), arguments(self.ids, is_whole=is_whole))
        told = questions.subscription("reallocationProgress", "scenario: $id")
        return {**questions.of_partnership(), "subscription": told}

    def asker(self, role: Role) -> Asker:
        """Somebody of a role; a funder speaks for the one that gives most."""
        p = self.ids.partnership_id
        organizations = {p: self.ids.organization} if role is Role.FUNDER else {}
        caller = Caller(role.value, f"token:{role.value}", {p: role}, organizations)
        scenario = f"ReallocationScenario:{p}:{self.scenario_id}"
        variables = {"slug": SLUG, "id": scenario, "scenario": scenario}
        return Asker(self.database, COMMUNITY if role is Role.COMMUNITY else caller, p, variables)

    async def answers(self, role: Role, wanted: Iterable[str] | None = None, **how: bool) -> dict[str, bytes]:
        """The answers to these questions, or to all; exports and the preview of a file of figures among them."""
        asker, queries = self.asker(role), self.queries(**how)
        names = [*queries, "preview", "export"] if wanted is None else list(wanted)
        found = await asker.answers({name: queries[name] for name in names if name in queries})
        if "preview" in names:
            found |= await asker.answers({"preview": PREVIEW}, input=self._file())
        if any(name.startswith("export") for name in names):
            found |= await asker.files()
        return found

    def _file(self) -> dict[str, str]:
        return {
            "partnership": f"Partnership:{self.ids.partnership_id}",
            "idempotencyKey": uuid4().hex,
            "format": "measurements",
            "file": "guesses.csv",
            "content": FILE.read_text("utf-8"),
            "recipe": FILE.with_suffix(".toml").read_text("utf-8"),
        }

    async def in_both(
        self, role: Role, wanted: Iterable[str] | None = None, **how: bool
    ) -> tuple[dict[str, bytes], dict[str, bytes]]:
        """The answers in the world as it is and in the one with other counts."""
        before = await self.answers(role, wanted, **how)
        async with other_counts(self.demonstration.logins, self.ids.partnership_id):
            return before, await self.answers(role, wanted, **how)


@pytest.fixture(scope="module")
async def site(demo_database: Database, demonstration: Demonstration) -> AsyncGenerator[Site]:
    """The plan is taken away again."""
    p = demonstration.partnership_id
    async with demo_database.session(Scope.of(p)) as session:
        ask = Ask((2027,), smallest_move_amount=2_500_000)
        result = answered(await standing.read_standing(session, p, 2027), ask)
        scenario = await ask_for(session, p, ask, actor="attacker")
        await keep_result(session, scenario, result)
        scenario.status, scenario.decided_on = ScenarioStatus.APPLIED, DECIDED_ON
    yield Site(demo_database, demonstration, await read_ids(demo_database, p), scenario.id)
    async with owning(demonstration.logins) as owner:
        await owner.execute("delete from move where scenario_id = $1", scenario.id)
        await owner.execute("delete from scenario where id = $1", scenario.id)


async def test_no_answer_to_the_anchor_tells_of_what_lies_behind(site: Site) -> None:
    """The anchor reads most of those who may not read what was recorded."""
    before, after = await site.in_both(Role.ANCHOR)
    assert differing(before, after) == set()
    assert len(before) > 50
    for name in {name for hole in HOLES.values() for name in hole.queries} - {"preview"}:
        assert len(before[name]) > 1_000, name


@pytest.mark.trial
@pytest.mark.parametrize("role", [role for role in Role if role not in (Role.ADMIN, Role.DATA)])
async def test_no_answer_to_anybody_tells_of_what_lies_behind(site: Site, role: Role) -> None:
    """Every group, indicator and period that can be asked for."""
    before, after = await site.in_both(role, is_whole=True)
    assert differing(before, after) == set()


async def test_the_data_manager_reads_the_world_that_there_is(site: Site) -> None:
    """The control: the two worlds can be told apart by whoever may look, and only there."""
    wanted = ["qualityFindings", "preview", "disparities"]
    before, after = await site.in_both(Role.DATA, wanted)
    assert differing(before, after) == {"qualityFindings", "preview"}


@pytest.mark.parametrize("name", HOLES)
async def test_a_hole_is_found(monkeypatch: pytest.MonkeyPatch, site: Site, name: str) -> None:
    hole = HOLES[name]
    hole.make(monkeypatch, site.behind)
    before, after = await site.in_both(Role.ANCHOR, hole.queries)
    assert differing(before, after) >= set(hole.queries)


async def test_the_optimizer_is_asked_the_same_in_both_worlds(
    monkeypatch: pytest.MonkeyPatch, site: Site
) -> None:
    """And so every move, price and sentence is the same; with a hole before it the question differs."""

    async def asked() -> str:
        p = site.ids.partnership_id
        async with site.database.session(Scope.of(p)) as session:
            return inputs_hash(set_out(await standing.read_standing(session, p, 2027), Ask((2027,))).problem)

    for is_open in (False, True):
        if is_open:
            monkeypatch.setattr(standing, "read_figures", site.behind.figures)
        before = await asked()
        async with other_counts(site.demonstration.logins, site.ids.partnership_id):
            assert (await asked() != before) is is_open
