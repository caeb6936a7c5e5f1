"""Two scenarios side by side as a JSON document, and in words for a terminal."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from allocation.comparisons import Plan, Sides, compare
from allocation.scenarios import ScenarioError, decided_move, find_scenario, moves_of_scenario
from api.scenario_documents import Document, money, read_scenario
from models.outcomes import Population
from models.practices import Practice


async def sides_of(session: AsyncSession, partnership_id: UUID, pair: tuple[UUID, UUID]) -> Sides:
    """Two scenarios of a partnership, compared. Errors: ScenarioError."""
    plans = [await _plan(session, partnership_id, each) for each in pair]
    return compare(plans[0], plans[1])


async def _plan(session: AsyncSession, partnership_id: UUID, scenario_id: UUID) -> Plan:
    scenario = await find_scenario(session, partnership_id, scenario_id)
    if scenario is None:
        raise ScenarioError("there is no such scenario")
    moves = await moves_of_scenario(session, scenario)
    return Plan(scenario.answer or {}, {str(move.id): decided_move(move) for move in moves})


async def compared(session: AsyncSession, partnership_id: UUID, pair: tuple[UUID, UUID]) -> Document:
    """The comparison with names. Amounts and students are decimal texts. Errors: ScenarioError."""
    here, there = [await read_scenario(session, partnership_id, each) for each in pair]
    sides = await sides_of(session, partnership_id, pair)
    names = await _names(session, partnership_id)
    currency = next((each["amount"]["currency"] for side in (here, there) for each in side["moves"]), "USD")
    moves = {move["id"]: move for side in (here, there) for move in side["moves"]}
    return {
        "scenarios": [{key: side[key] for key in ("id", "name", "status")} for side in (here, there)],
        "students": [None if each is None else f"{each:f}" for each in sides.students],
        "byPopulation": [
            {
                "population": {"id": each.population, "name": names.get(each.population, "")},
                "persistent": each.persistent,
                "students": _text(each.students),
                "otherStudents": _text(each.other_students),
            }
            for each in sides.populations
        ],
        "byPractice": [
            {
                "practice": each.practice and {"id": each.practice, "name": names.get(each.practice, "")},
                "change": money(each.amount, currency),
                "otherChange": money(each.other_amount, currency),
            }
            for each in sides.practices
        ],
        "onlyHere": [moves[each] for each in sides.only_here],
        "onlyThere": [moves[each] for each in sides.only_there],
        "differing": [moves[each] for each in sides.differing],
        "sentence": sides.sentence,
    }


async def _names(session: AsyncSession, partnership_id: UUID) -> dict[str, str]:
    found: dict[str, str] = {}
    queries = (
        select(Population.id, Population.label).where(Population.partnership_id == partnership_id),
        select(Practice.id, Practice.name).where(Practice.partnership_id == partnership_id),
    )
    for query in queries:
        found |= {str(row): name for row, name in await session.execute(query)}
    return found


def _text(students: Decimal | None) -> str | None:
    return None if students is None else f"{students:f}"


def in_words(document: Mapping[str, Any]) -> Iterable[str]:
    """The comparison, line by line."""
    here, there = document["scenarios"]
    yield f"{here['name']} (1) beside {there['name']} (2)"
    yield document["sentence"]
    yield ""
    yield f"  {'students expected to reach their outcome':<44} {'(1)':>16} {'(2)':>16}"
    for each in document["byPopulation"]:
        sides = [_tenths(each[key]) for key in ("students", "otherStudents")]
        yield f"  {each['population']['name'][:44]:<44} {sides[0]:>16} {sides[1]:>16}"
    yield ""
    yield f"  {'dollars that a practice gains or loses':<44} {'(1)':>16} {'(2)':>16}"
    for each in document["byPractice"]:
        name = each["practice"]["name"] if each["practice"] else "no practice"
        sides = [f"{Decimal(each[key]['amount']):,.2f}" for key in ("change", "otherChange")]
        yield f"  {name[:44]:<44} {sides[0]:>16} {sides[1]:>16}"
    for title, key in (
        ("Only in (1):", "onlyHere"),
        ("Only in (2):", "onlyThere"),
        ("Differing:", "differing"),
    ):
        if document[key]:
            yield ""
            yield title
            yield from (f"  - {move['sentence']}" for move in document[key])


def _tenths(students: str | None) -> str:
    return "no answer" if students is None else f"{Decimal(students):,.1f}"
