"""Staff positions: what a position is and costs."""

from decimal import Decimal

import strawberry

from api.graphql.basics import Money, Node, table_of
from api.graphql.lookahead import TypePlan, money
from models.staffing import KeyRole, Provision
from models.staffing import StaffPosition as PositionRow

__all__ = ["PLANS", "StaffPosition"]

POSITION = table_of(PositionRow)


@strawberry.type
class StaffPosition(Node):
    """A position of the partnership's daily management; `annualCost` is in full, whoever pays."""

    title: str
    role: KeyRole
    full_time_equivalent: Decimal
    annual_cost: Money | None
    provision: Provision


PLANS = (
    TypePlan(
        "StaffPosition",
        POSITION,
        {"annualCost": money(POSITION.c.annual_cost, POSITION.c.currency)},
    ),
)
