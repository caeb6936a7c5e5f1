"""What Riverbend has agreed on about its indicators: their definitions, its targets, and what it has explained."""

from datetime import date
from decimal import Decimal
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from api.exchange.store.rows import settle
from models.outcomes import Indicator, IndicatorVersion, Population, Target
from models.submissions import QualityAllowance, QualityKind

__all__ = ["TARGETS", "VERSIONS", "add_terms"]

VERSIONS: Final = (
    (
        "third-grade-reading",
        "Reading at or above grade level on the state test of the former standards.",
        (date(2017, 7, 1), date(2021, 7, 1)),
        "The state's test when the first report card was made.",
        None,
    ),
    (
        "third-grade-reading",
        "Reading at or above grade level on the state test of the present standards.",
        (date(2021, 7, 1), None),
        "The state gave its test another blueprint.",
        "The state set the same cut score by 1,200 pupils who sat both tests, so the figures compare.",
    ),
    (
        "preschool-enrollment",
        "Four-year-olds who go to any preschool.",
        (date(2023, 7, 1), date(2024, 7, 1)),
        "The survey's first year.",
        None,
    ),
    (
        "preschool-enrollment",
        "Four-year-olds who go to preschool for ten hours a week or more.",
        (date(2024, 7, 1), None),
        "An hour of play group was counted as preschool before.",
        None,
    ),
)
"""Indicator, definition, the time it holds, the reason, and how it is bridged to the one before."""

TARGETS: Final = (
    ("third-grade-reading", None, Decimal(60), date(2030, 6, 30)),
    ("third-grade-reading", "English learners", Decimal(40), date(2030, 6, 30)),
    ("kindergarten-ready", None, Decimal(65), date(2029, 6, 30)),
)
"""Indicator, group (None: everybody), value and the day by which."""

OVERLAP: Final = "Parents may name more than one race of a child, so the groups overlap."


async def add_terms(session: AsyncSession, partnership_id: UUID) -> None:
    """Adds what is not there yet."""
    found = await session.execute(
        select(Indicator.code, Indicator.id).where(Indicator.partnership_id == partnership_id)
    )
    indicators = {row.code: row.id for row in found}
    for code, definition, (first, last), reason, bridge in VERSIONS:
        key = {"indicator_id": indicators[code], "valid_from": first}
        values = {"definition": definition, "valid_to": last, "reason": reason, "bridge": bridge}
        await settle(session, IndicatorVersion, partnership_id, key=key, values=values)
    for code, group, value, due_on in TARGETS:
        key = {
            "indicator_id": indicators[code],
            "area_id": None,
            "population_id": await _group(session, partnership_id, group),
            "due_on": due_on,
        }
        await settle(session, Target, partnership_id, key=key, values={"value": value})
    key = {
        "indicator_id": indicators["preschool-enrollment"],
        "kind": QualityKind.DISAGGREGATION_SUM,
        "dimension": "race",
    }
    values = {"reason": OVERLAP, "allowed_by": "riverbend"}
    await settle(session, QualityAllowance, partnership_id, key=key, values=values)


async def _group(session: AsyncSession, partnership_id: UUID, value: str | None) -> UUID | None:
    if value is None:
        return None
    p = Population
    found = select(p.id).where(p.partnership_id == partnership_id, p.value == value)
    return (await session.execute(found)).scalar_one()
