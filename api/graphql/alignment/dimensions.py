"""How each dimension is read: what it needs of a line of dollars, its key, and the row that the key names."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Final

import sqlalchemy as sa

from api.graphql.alignment.asked import AlignmentDimension
from api.graphql.common.basics import table_of
from models.organizations import Organization
from models.outcomes import Indicator, Outcome, Population
from models.partnerships import Area
from models.plans import PolicyPlan
from models.practices import Practice
from models.resources import Funder, Investment
from models.staffing import StaffPosition

__all__ = ["DIMENSIONS", "LINE", "NOBODY", "UNKNOWN", "Dimension", "Shape", "needed_columns"]

UNKNOWN: Final = "UNKNOWN"
NOBODY: Final = "'00000000-0000-0000-0000-000000000000'::uuid"
"""Stands for an id that is not said, so that keys can be compared."""

_TIER: Final = ("practice_id", "outcome_id", "population_id")
_PAIR: Final = ("outcome_id", "population_id", "area_id")


@dataclass(frozen=True)
class Shape:
    """What a key is made of: its SQL type, what stands for UNKNOWN, and how it is written as a code."""

    type: str
    unknown: str


IDS: Final = Shape("uuid", NOBODY)
WORDS: Final = Shape("text", f"'{UNKNOWN}'")
YEARS: Final = Shape("int", "0")


@dataclass(frozen=True)
class Dimension:
    """`needs` are columns of the facts; `key` is SQL over them (f) and what was joined, null where unknown.

    `of` names the GraphQL type of the row that the key is the id of, `table` has it and `label` its name.
    """

    key: str
    needs: tuple[str, ...]
    shape: Shape = WORDS
    of: str | None = None
    table: sa.Table | None = None
    label: str = ""
    joins: frozenset[str] = frozenset()


def _row(column: str, of: str, model: type[object], label: str = "name") -> Dimension:
    return Dimension(f"f.{column}", (column,), IDS, of, table_of(model), label)


_ONE_OUTCOME: Final = frozenset({"headline"})
_STATUS: Final = frozenset({"own_need", "home_need"})
_EVIDENCE: Final = frozenset({"tier"})
STATUS: Final = "coalesce(own_need.status, home_need.status)"
_KNOWN: Final = "coalesce(own_tier.tier, tier.tier, 'NONE')"
TIER: Final = f"case when f.practice_id is not null then {_KNOWN} end"
_BLOCKER: Final = (
    "case when f.practice_id is not null then coalesce(own_tier.blocker, tier.blocker, 'NO_FINDING') end"
)
_TREND: Final = "case when f.outcome_id is not null then coalesce(headline.trend, 'NO_DATA') end"
_SHOWN: Final = f"{_KNOWN} in ('STRONG', 'MODERATE', 'PROMISING')"
_LADDER: Final = (
    "case when not f.is_line then null when f.outcome_id is null then '0' when headline.outcome is null then '1'"
    " when f.population_id is null then '2' when f.practice_id is null then '3'"
    f" when not {_SHOWN} then '4' when (result.latest >= f.starts) is not true then '5' else '6' end"
)

DIMENSIONS: Final[Mapping[AlignmentDimension, Dimension]] = {
    AlignmentDimension.FUNDER: Dimension("f.funder_id", ("funder_id",), IDS, "Funder", table_of(Funder)),
    AlignmentDimension.FUNDER_KIND: Dimension("giver.kind", ("funder_id",), joins=frozenset({"giver"})),
    AlignmentDimension.OUTCOME: _row("outcome_id", "Outcome", Outcome),
    AlignmentDimension.INDICATOR: Dimension(
        "headline.indicator",
        ("outcome_id",),
        IDS,
        "Indicator",
        table_of(Indicator),
        "name",
        joins=_ONE_OUTCOME,
    ),
    AlignmentDimension.PRACTICE: _row("practice_id", "Practice", Practice),
    AlignmentDimension.EVIDENCE_TIER: Dimension(TIER, _TIER, joins=_EVIDENCE),
    AlignmentDimension.POPULATION: _row("population_id", "PopulationGroup", Population, "label"),
    AlignmentDimension.DISPARITY_STATUS: Dimension(STATUS, _PAIR, joins=_STATUS),
    AlignmentDimension.FISCAL_YEAR: Dimension("f.fiscal_year", ("fiscal_year",), YEARS),
    AlignmentDimension.USE: Dimension("f.use", ("use",)),
    AlignmentDimension.LADDER: Dimension(
        _LADDER, (*_TIER, "starts", "is_line"), joins=_EVIDENCE | _ONE_OUTCOME | {"result"}
    ),
    AlignmentDimension.OUTCOME_TREND: Dimension(_TREND, ("outcome_id",), joins=_ONE_OUTCOME),
    AlignmentDimension.CURRENCY: Dimension("f.currency", ()),
    AlignmentDimension.INVESTMENT: _row("investment_id", "Investment", Investment, "title"),
    AlignmentDimension.RECIPIENT: _row("recipient_id", "Organization", Organization),
    AlignmentDimension.AREA: _row("area_id", "Area", Area),
    AlignmentDimension.POSITION: _row("position_id", "StaffPosition", StaffPosition, "title"),
    AlignmentDimension.POLICY_PLAN: _row("policy_plan_id", "PolicyPlan", PolicyPlan, "title"),
    AlignmentDimension.EVIDENCE_BLOCKER: Dimension(_BLOCKER, _TIER, joins=_EVIDENCE),
}

LINE: Final = frozenset(
    {
        AlignmentDimension.OUTCOME,
        AlignmentDimension.INDICATOR,
        AlignmentDimension.PRACTICE,
        AlignmentDimension.EVIDENCE_TIER,
        AlignmentDimension.POPULATION,
        AlignmentDimension.DISPARITY_STATUS,
        AlignmentDimension.FISCAL_YEAR,
        AlignmentDimension.LADDER,
        AlignmentDimension.OUTCOME_TREND,
        AlignmentDimension.AREA,
        AlignmentDimension.POSITION,
        AlignmentDimension.EVIDENCE_BLOCKER,
    }
)
"""What is said of single lines of an award, and so not of dollars that are on none."""


def needed_columns(dimensions: Collection[AlignmentDimension]) -> list[str]:
    """The columns of the facts that these dimensions are made of."""
    return list(dict.fromkeys(name for each in dimensions for name in DIMENSIONS[each].needs))
