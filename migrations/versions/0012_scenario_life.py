"""The life of a scenario: which one it was asked from, the board's decision, and how sure each move is."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0010"
branch_labels = None
depends_on = None

DECISION = ("decided_on", "decision_note", "decided_by")
ASKED_FROM = "fk_scenario_partnership_id_asked_from_id"


def upgrade() -> None:
    op.add_column("scenario", sa.Column("asked_from_id", sa.UUID(), nullable=True))
    op.create_foreign_key(
        op.f(ASKED_FROM),
        "scenario",
        "scenario",
        ["partnership_id", "asked_from_id"],
        ["partnership_id", "id"],
    )
    op.add_column("scenario", sa.Column("decided_on", sa.Date(), nullable=True))
    op.add_column("scenario", sa.Column("decision_note", sa.Text(), nullable=True))
    op.add_column("scenario", sa.Column("decided_by", sa.Text(), nullable=True))
    op.add_column("move", sa.Column("stays_share", sa.Float(), nullable=True))
    op.create_check_constraint(op.f("ck_move_stays_share"), "move", "stays_share between 0 and 1")


def downgrade() -> None:
    op.drop_constraint(op.f("ck_move_stays_share"), "move", type_="check")
    op.drop_column("move", "stays_share")
    for column in reversed(DECISION):
        op.drop_column("scenario", column)
    op.drop_constraint(op.f(ASKED_FROM), "scenario", type_="foreignkey")
    op.drop_column("scenario", "asked_from_id")
