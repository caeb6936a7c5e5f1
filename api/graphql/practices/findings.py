"""Findings: one result of one study about one practice, as its source states it."""

from decimal import Decimal

import strawberry

from allocation.evidence.finding import Setting
from api.graphql.common.basics import Node, SourceReference, table_of
from api.graphql.common.connections import Connection
from api.graphql.common.lazy import LazyOutcome, LazyPopulationGroup
from api.graphql.common.references import refers_to
from api.graphql.lookahead import By, Many, Part, Rows, TypePlan
from models.practices import Finding as FindingRow
from models.practices import FindingPopulation, StudyDesign

__all__ = ["FINDING", "PLANS", "Finding", "FindingConnection", "findings"]

FINDING = table_of(FindingRow)


@strawberry.type
class Finding(Node):
    """`effectSize` is Hedges' g, positive where favourable; what the source does not state is null."""

    study: str
    design: StudyDesign
    rating: str | None
    outcome: LazyOutcome | None
    effect_size: Decimal | None
    standard_error: Decimal | None
    sample_size: int | None
    sites: int | None
    is_subgroup: bool
    is_local: bool
    populations: list[LazyPopulationGroup]
    settings: list[Setting]
    p_value: Decimal | None
    standards_version: str | None
    source: SourceReference


FindingConnection = Connection[Finding]


def findings(outcome: strawberry.ID | None = None, first: int | None = 50, after: str | None = None) -> Rows:
    """By study."""
    where = refers_to(FINDING.c.outcome_id, [outcome], "Outcome") if outcome is not None else None
    return Rows(where=where, order=[By(FINDING.c.study)], first=first, after=after)


PLANS = (
    TypePlan(
        "Finding",
        FINDING,
        {
            "sites": FINDING.c.site_count,
            "populations": Many(through=table_of(FindingPopulation)),
            "source": Part(
                {
                    "system": FINDING.c.source_system,
                    "identifier": FINDING.c.source_identifier,
                    "file": FINDING.c.source_file,
                    "row": FINDING.c.source_row,
                }
            ),
        },
    ),
)
