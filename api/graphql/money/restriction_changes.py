"""Writes what a donor allows of an award: each term checked at its own path, then all of them at once."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import delete, select

from api.graphql.common.checks import Checks
from api.graphql.common.days import YEAR_SENTENCE, is_fiscal_year
from api.graphql.money.investment_inputs import RestrictionInput
from models.base import new_id
from models.outcomes import Outcome, Population
from models.partnerships import Area
from models.practices import Practice
from models.resources import Investment, Restriction, RestrictionTerm

__all__ = ["Allowed", "check_restrictions", "replace_restrictions"]

MOST_RESTRICTIONS: Final = 100
MOST_TERMS: Final = 500
LISTS: Final = (
    ("areas", Area, "Area", "area_id"),
    ("outcomes", Outcome, "Outcome", "outcome_id"),
    ("practices", Practice, "Practice", "practice_id"),
    ("populations", Population, "PopulationGroup", "population_id"),
)


@dataclass(frozen=True)
class Allowed:
    """One restriction's columns, and its terms as (column, value)."""

    columns: dict[str, Any]  # Any: a column's value
    terms: list[tuple[str, Any]] = field(default_factory=list)  # as above


async def check_restrictions(
    checks: Checks, asked: Sequence[RestrictionInput], currency: str
) -> Sequence[Allowed]:
    """What is sent, ready to be written; faults are noted at `restrictions`, place by place."""
    is_few = len(asked) <= MOST_RESTRICTIONS
    checks.must(is_few, ("restrictions",), f"An award has at most {MOST_RESTRICTIONS} restrictions.")
    found = []
    for n, each in enumerate(asked[:MOST_RESTRICTIONS]):
        place = ("restrictions", str(n))
        amount = checks.money(each.amount, *place, "amount", currency=currency)
        checks.must(amount != 0, (*place, "amount", "amount"), "An amount is above 0.")
        checks.text(each.note, *place, "note")
        columns = {
            "amount": amount,
            "use": each.use,
            "minimum_tier": each.minimum_tier,
            "lobbying_allowed": each.lobbying_allowed is not False,
            "until": each.until,
            "note": each.note,
        }
        found.append(Allowed(columns, await _terms(checks, each, *place)))
    return found


async def _terms(checks: Checks, asked: RestrictionInput, *place: str) -> list[tuple[str, Any]]:
    terms: dict[tuple[str, Any], None] = {}  # each once, in their order
    for name, model, type_name, column in LISTS:
        texts = getattr(asked, name) or []
        checks.must(len(texts) <= MOST_TERMS, (*place, name), f"A list has at most {MOST_TERMS} members.")
        for n, text in enumerate(texts[:MOST_TERMS]):
            kept: Any = await checks.row(model, text, type_name, *place, name, str(n))  # each its own row
            if kept is not None:
                terms[column, kept.id] = None
    for n, year in enumerate(asked.fiscal_years or []):
        is_year = is_fiscal_year(year)
        checks.must(is_year, (*place, "fiscalYears", str(n)), YEAR_SENTENCE)
        terms["fiscal_year", year] = None
    return list(terms)


async def replace_restrictions(checks: Checks, investment: Investment, allowed: Sequence[Allowed]) -> bool:
    """Makes these the award's restrictions; says whether they were others before."""
    session, p = checks.session, checks.partnership_id
    before = list(
        (
            await session.execute(
                select(Restriction.id).where(
                    Restriction.partnership_id == p, Restriction.investment_id == investment.id
                )
            )
        ).scalars()
    )
    if not before and not allowed:
        return False
    t = RestrictionTerm
    await session.execute(delete(t).where(t.partnership_id == p, t.restriction_id.in_(before)))
    await session.execute(
        delete(Restriction).where(Restriction.partnership_id == p, Restriction.id.in_(before))
    )
    for each in allowed:
        row = Restriction(partnership_id=p, id=new_id(), investment_id=investment.id, **each.columns)
        session.add(row)
        await session.flush()
        session.add_all(
            RestrictionTerm(partnership_id=p, id=new_id(), restriction_id=row.id, **{column: value})
            for column, value in each.terms
        )
    await session.flush()
    return True
