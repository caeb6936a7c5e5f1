"""Areas and population groups: for whom and where."""

import strawberry

from api.graphql.common.basics import Node, table_of
from api.graphql.lookahead import By, Many, Scope, TypePlan
from models.outcomes import Population, PopulationPart
from models.partnerships import Area as AreaRow

__all__ = ["PLANS", "Area", "PopulationGroup"]

AREA = table_of(AreaRow)
POPULATION = table_of(Population)
PART = table_of(PopulationPart)


@strawberry.type
class Area(Node):
    """A place within the partnership's scope; `code` is a public body's name for it."""

    name: str
    code: str | None


@strawberry.type
class PopulationGroup(Node):
    """A value of a dimension, everybody, or an intersection of groups; `rationale` says why it is a key group."""

    dimension: str
    value: str
    label: str
    key: bool
    rationale: str | None
    intersection_of: list["PopulationGroup"]


def _is_part(whole: Scope, part: Scope) -> str:
    link = whole.reading(PART)
    pairs = (
        (link.column(PART.c.partnership_id), whole.column(POPULATION.c.partnership_id)),
        (link.column(PART.c.population_id), whole.column(POPULATION.c.id)),
        (link.column(PART.c.partnership_id), part.column(POPULATION.c.partnership_id)),
        (link.column(PART.c.part_id), part.column(POPULATION.c.id)),
    )
    met = " and ".join(f"{ours} = {theirs}" for ours, theirs in pairs)
    return f"exists (select 1 from {link.source} where {met})"  # noqa: S608 - names from metadata


PLANS = (
    TypePlan("Area", AREA),
    TypePlan(
        "PopulationGroup",
        POPULATION,
        {
            "key": POPULATION.c.is_key,
            "intersectionOf": Many(on=_is_part, order=[By(POPULATION.c.dimension), By(POPULATION.c.value)]),
        },
    ),
)
