"""What else a study states of a finding: its direction, the grades of its people, and what one of them cost."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

CHECKS = {
    "ck_finding_direction": "direction in ('FAVOURABLE', 'NEUTRAL', 'UNFAVOURABLE')",
    "ck_finding_cost_per_participant": "cost_per_participant > 0",
    "ck_finding_cost_currency": "(cost_per_participant is null) = (currency is null)",
    "ck_finding_currency_shape": "currency ~ '^[A-Z]{3}$'",
    "ck_finding_price_year": "price_year between 1990 and 2100",
}
COLUMNS: dict[str, sa.types.TypeEngine[Any]] = {  # Any: each column's own kind
    "direction": sa.String(length=40),
    "grades": sa.Text(),
    "cost_per_participant": sa.BigInteger(),
    "currency": sa.Text(),
    "price_year": sa.Integer(),
}


def upgrade() -> None:
    for name, kind in COLUMNS.items():
        op.add_column("finding", sa.Column(name, kind, nullable=True))
    for name, condition in CHECKS.items():
        op.create_check_constraint(op.f(name), "finding", condition)


def downgrade() -> None:
    for name in CHECKS:
        op.drop_constraint(op.f(name), "finding", type_="check")
    for name in COLUMNS:
        op.drop_column("finding", name)
