"""What else a study states of a finding: its direction, the grades of its people, and what one of them cost."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
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
COLUMNS = (
    sa.Column("direction", sa.String(length=40), nullable=True),
    sa.Column("grades", sa.Text(), nullable=True),
    sa.Column("cost_per_participant", sa.BigInteger(), nullable=True),
    sa.Column("currency", sa.Text(), nullable=True),
    sa.Column("price_year", sa.Integer(), nullable=True),
)


def upgrade() -> None:
    for column in COLUMNS:
        op.add_column("finding", column.copy())
    for name, condition in CHECKS.items():
        op.create_check_constraint(op.f(name), "finding", condition)


def downgrade() -> None:
    for name in CHECKS:
        op.drop_constraint(op.f(name), "finding", type_="check")
    for column in COLUMNS:
        op.drop_column("finding", column.name)
