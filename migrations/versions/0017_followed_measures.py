"""A plan's measures are measures on record: a link to one that is not there is dropped, and none comes to be."""

from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

TABLES = ("policy_plan_measure", "policy_measure")
NAME = "fk_policy_plan_measure_partnership_id_measure_id"


def upgrade() -> None:
    """The guard also binds the owner, so it is lifted to see every tenant's links."""
    for table in TABLES:
        op.execute(f"alter table {table} no force row level security")
    op.execute(
        "delete from policy_plan_measure l where not exists (select from policy_measure m "
        "where m.partnership_id = l.partnership_id and m.id = l.measure_id)"
    )
    for table in TABLES:
        op.execute(f"alter table {table} force row level security")
    op.create_foreign_key(
        op.f(NAME),
        "policy_plan_measure",
        "policy_measure",
        ["partnership_id", "measure_id"],
        ["partnership_id", "id"],
    )


def downgrade() -> None:
    """Links that were dropped pointed nowhere, and stay away."""
    op.drop_constraint(op.f(NAME), "policy_plan_measure", type_="foreignkey")
