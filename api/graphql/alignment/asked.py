"""What an alignment may be asked for: measures, dimensions, a filter, a bucket, an order."""

from enum import StrEnum
from typing import Final

import strawberry

from api.graphql.common.enums import TimeBucket
from api.graphql.common.errors import Code, Refusal
from api.graphql.money.investment_filters import InvestmentFilter
from models.resources import EvidenceTier, ResourceUse

__all__ = [
    "AlignmentDimension",
    "AlignmentFilter",
    "AlignmentInput",
    "AlignmentMeasure",
    "AlignmentOrder",
    "CountingLevel",
    "checked",
]

MOST_ROWS: Final = 10_000


@strawberry.enum
class AlignmentMeasure(StrEnum):
    """What is counted; docs/graphql.md says what each is made of.

    SHARE is the row's part (0..1) of the first measure of money that is asked for (COMMITTED where there is
    none) over all rows, before any limit, a currency at a time.
    """

    PLEDGED = "PLEDGED"
    COMMITTED = "COMMITTED"
    RECEIVED = "RECEIVED"
    DISBURSED = "DISBURSED"
    SPENT = "SPENT"
    FEES = "FEES"
    ALLOCATED = "ALLOCATED"
    SHARE = "SHARE"
    INVESTMENTS = "INVESTMENTS"
    FUNDERS = "FUNDERS"
    STUDENTS_BEHIND = "STUDENTS_BEHIND"
    SHARE_OF_STUDENTS_BEHIND = "SHARE_OF_STUDENTS_BEHIND"
    IN_KIND_VALUE = "IN_KIND_VALUE"
    IN_KIND_HOURS = "IN_KIND_HOURS"


@strawberry.enum
class AlignmentDimension(StrEnum):
    """By what is counted. A dollar of which a dimension is not said has the key UNKNOWN."""

    FUNDER = "FUNDER"
    FUNDER_KIND = "FUNDER_KIND"
    OUTCOME = "OUTCOME"
    INDICATOR = "INDICATOR"
    PRACTICE = "PRACTICE"
    EVIDENCE_TIER = "EVIDENCE_TIER"
    POPULATION = "POPULATION"
    DISPARITY_STATUS = "DISPARITY_STATUS"
    FISCAL_YEAR = "FISCAL_YEAR"
    USE = "USE"
    LADDER = "LADDER"
    OUTCOME_TREND = "OUTCOME_TREND"
    CURRENCY = "CURRENCY"
    INVESTMENT = "INVESTMENT"
    RECIPIENT = "RECIPIENT"
    AREA = "AREA"
    POSITION = "POSITION"
    POLICY_PLAN = "POLICY_PLAN"
    EVIDENCE_BLOCKER = "EVIDENCE_BLOCKER"


@strawberry.enum
class CountingLevel(StrEnum):
    """Where a dollar that is regranted counts.

    NET_INTO_PARTNERSHIP: once, at the award by which it came in. NET_TO_DELIVERY: once, at the last award that
    it reached. GROSS: at each award that it passed through.
    """

    GROSS = "GROSS"
    NET_INTO_PARTNERSHIP = "NET_INTO_PARTNERSHIP"
    NET_TO_DELIVERY = "NET_TO_DELIVERY"


@strawberry.input
class AlignmentFilter:
    """Every part that is given holds, and of a list one member; what is unknown meets no list.

    `persistentOnly` keeps dollars (and children) of groups that are persistently behind on their outcome.
    """

    investment: InvestmentFilter | None = None
    fiscal_years: list[int] | None = None
    tiers: list[EvidenceTier] | None = None
    persistent_only: bool | None = None
    outcomes: list[strawberry.ID] | None = None
    practices: list[strawberry.ID] | None = None
    populations: list[strawberry.ID] | None = None
    areas: list[strawberry.ID] | None = None
    uses: list[ResourceUse] | None = None


@strawberry.input
class AlignmentOrder:
    """By a measure in the partnership's own currency; rows where it is not known come last."""

    measure: AlignmentMeasure
    descending: bool = True


@strawberry.input
class AlignmentInput:
    """`limit` is 1 to 10,000 rows. Without an order, rows stand by bucket and then by their keys' labels."""

    measures: list[AlignmentMeasure]
    group_by: list[AlignmentDimension] = strawberry.field(default_factory=list)
    filter: AlignmentFilter | None = None
    bucket: TimeBucket | None = None
    level: CountingLevel | None = CountingLevel.NET_INTO_PARTNERSHIP
    order_by: AlignmentOrder | None = None
    limit: int | None = 1000


def checked(asked: AlignmentInput) -> AlignmentInput:
    """The question with each measure and dimension once; raises Refusal INVALID."""
    if not asked.measures:
        raise Refusal(Code.INVALID, "`measures` names at least one measure.")
    limit = MOST_ROWS if asked.limit is None else asked.limit
    if not 1 <= limit <= MOST_ROWS:
        raise Refusal(Code.INVALID, f"`limit` must be between 1 and {MOST_ROWS:,}.")
    return AlignmentInput(
        measures=list(dict.fromkeys(asked.measures)),
        group_by=list(dict.fromkeys(asked.group_by)),
        filter=asked.filter or AlignmentFilter(),
        bucket=asked.bucket,
        level=asked.level or CountingLevel.NET_INTO_PARTNERSHIP,
        order_by=asked.order_by,
        limit=limit,
    )
