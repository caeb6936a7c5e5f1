"""The latest awards of a partnership and of a funder, found in the order in which they are shown."""

from alembic import op

revision = "0015"
down_revision = "0013"
branch_labels = None
depends_on = None

LATEST = "awarded_on desc nulls last, id desc"


def upgrade() -> None:
    op.execute(f"create index ix_investment_latest on investment (partnership_id, {LATEST})")
    op.execute(
        f"create index ix_investment_funder_latest on investment (partnership_id, funder_id, {LATEST})"
    )
    op.drop_index("ix_investment_funder_id", "investment")  # the one above begins like it


def downgrade() -> None:
    op.create_index("ix_investment_funder_id", "investment", ["partnership_id", "funder_id"])
    op.drop_index("ix_investment_funder_latest", "investment")
    op.drop_index("ix_investment_latest", "investment")
