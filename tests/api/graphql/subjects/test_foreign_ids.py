"""A foreign id and one that nobody has get the same answer, at every place of the schema that takes an id."""

import json
from typing import Any, Final
from uuid import uuid4

import pytest

from models.database import Database
from models.partnerships import Partnership

from .conftest import Ask, member
from .places import KINDS, Ids, Place, ids_of, places, query
from .small import Small, load_small

NOT_TRIED: Final = frozenset(
    {
        "barrier",
        "barriers",
        "measurement",
        "measures",
        "milestone",
        "plan",
        "plans",
        "policyPlan",
        "policyPlans",
    }
) | {"submission", "to", "transaction"}
"""Arguments of kinds of which the two small partnerships here have no rows; tests of those subjects try them."""


@pytest.fixture
async def foreign(database: Database, other_partnership: Partnership) -> Small:
    return await load_small(database, other_partnership, is_public=False)


def told(answer: Any, *ids: str) -> str:
    """The answer without the ids, their parts, and what differs by chance."""
    text = json.dumps(answer, sort_keys=True)
    for id_ in ids:
        for part in (id_, *id_.split(":")[1:]):
            text = text.replace(part, "?")
    requests = [error["extensions"]["requestId"] for error in answer.get("errors", ())]
    for request in requests:
        text = text.replace(request, "?")
    return text


def needs_what_is_not_here(place: Place, own: Ids) -> bool:
    """Whether another id must be given with it of a kind that is not tried."""
    try:
        query(place, own, "")
    except KeyError as missing:
        if missing.args[0] not in NOT_TRIED | {"PolicyPlan", "Transaction"}:
            raise
        return True
    return False


async def test_a_foreign_id_and_an_unknown_one_get_the_same_answer_at_every_place(
    ask: Ask, small: Small, foreign: Small
) -> None:
    own, theirs = await ids_of(ask, small), await ids_of(ask, foreign)
    caller, differing, vacuous, tried_places = member(small), [], [], 0
    for place in places("ID"):
        if place.parent not in ("Query", "Mutation") and place.parent not in own:
            continue
        tried_places += 1
        if place.path[-1] in NOT_TRIED or needs_what_is_not_here(place, own):
            continue
        kind = KINDS[place.path[-1]]
        here, row = own[kind].split(":")[1], str(uuid4())
        unknown = f"{kind}:{row}" if kind == "Partnership" else f"{kind}:{here}:{row}"
        answers = []
        for id_ in (theirs[kind], unknown, "nonsense"):
            text, values = query(place, own, id_)
            answers.append(told(await ask(text, caller, **values), id_, own[kind]))
        if len(set(answers)) != 1:
            differing.append((str(place), answers))
        if '"code": "INVALID"' in answers[0] and "NOT_FOUND" not in answers[0]:
            vacuous.append((str(place), answers[0]))
    assert differing == [], json.dumps(differing, indent=1)
    assert vacuous == [], f"refused before their id was looked at: {json.dumps(vacuous, indent=1)}"
    assert tried_places > 40


async def test_the_places_are_those_of_the_schema() -> None:
    found = {str(place) for place in places("ID")}
    assert {"Query.node(id)", "Mutation.decideMove(input.move)", "Practice.effect(outcome)"} <= found
    assert "Mutation.setBudget(input.lines.funder)" in found
