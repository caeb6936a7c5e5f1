"""What people of the community say of a practice, as they agreed to have it published."""

from datetime import date

import strawberry

from api.graphql.common.basics import table_of
from api.graphql.common.lazy import LazyOutcome, LazyPopulationGroup
from api.graphql.lookahead import By, TypePlan
from models.testimony import Testimony as TestimonyRow
from models.testimony import TestimonyView

__all__ = ["NEWEST_FIRST", "PLANS", "Testimony"]

TESTIMONY = table_of(TestimonyRow)
NEWEST_FIRST = (By(TESTIMONY.c.heard_on, descending=True), By(TESTIMONY.c.words))


@strawberry.type
class Testimony:
    """Words and a view. `population` and `peopleCount` are null where fewer than the minimum group said so."""

    heard_on: date
    occasion: str | None
    view: TestimonyView
    words: str
    outcome: LazyOutcome | None
    population: LazyPopulationGroup | None
    people_count: int | None


PLANS = (TypePlan("Testimony", TESTIMONY),)
