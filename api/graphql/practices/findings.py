"""Findings: one result of one study about one practice, as its source states it."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

import strawberry

from allocation.evidence.finding import Setting
from api.graphql.common.basics import Money, Node, SourceReference, table_of
from api.graphql.common.connections import Connection
from api.graphql.common.context import Context
from api.graphql.common.lazy import LazyOutcome, LazyPopulationGroup
from api.graphql.common.references import refers_to
from api.graphql.lookahead import By, Computed, Many, Part, Rows, Scope, TypePlan, Value, money
from api.graphql.practices.evidence import read_ground
from models.practices import EffectDirection, FindingPopulation, StudyDesign
from models.practices import Finding as FindingRow

__all__ = ["FINDING", "PLANS", "Finding", "FindingConnection", "findings"]

FINDING = table_of(FindingRow)


@strawberry.type
class Finding(Node):
    """`effectSize` is Hedges' g, positive where favourable; what the source does not state is null.

    `direction` is the source's own word, `costPerParticipant` what the study says that one of its people cost.
    """

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
    source_url: str | None
    grades: str | None
    direction: EffectDirection | None
    cost_per_participant: Money | None
    price_year: int | None
    refusal: str | None
    """Why it does not count towards an effect; null where it does."""


FindingConnection = Connection[Finding]


async def _refusals(
    context: Context, rows: Sequence[Mapping[str, Any]], _: Mapping[str, Any]
) -> list[str | None]:  # Any: a column's value
    found: list[str | None] = []
    for each in rows:
        if each["outcome"] is None:
            found.append("its outcome is none of the partnership's")
            continue
        library = (await read_ground(context, each["partnership"])).library
        practice = str(each["practice"]) if each["practice"] else each["published"]
        found.append(library.of(practice).refusals.get(str(each["id"])))
    return found


def _source_url(scope: Scope) -> str:
    return f"{scope.column(FINDING.c.extra)} ->> 'source_url'"


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
            "sourceUrl": Value(_source_url),
            "costPerParticipant": money(FINDING.c.cost_per_participant, FINDING.c.currency),
            "refusal": Computed(
                _refusals,
                {
                    "partnership": FINDING.c.partnership_id,
                    "id": FINDING.c.id,
                    "practice": FINDING.c.practice_id,
                    "published": FINDING.c.practice_as_published,
                    "outcome": FINDING.c.outcome_id,
                },
            ),
        },
    ),
)
