"""A target may be what a group is compared with; and imports keep what they read, to know it when it comes again."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

KINDS = ("GROUP", "REST", "TOTAL")


def upgrade() -> None:
    op.add_column("import_run", sa.Column("content_sha256", sa.LargeBinary(), nullable=True))
    _allow((*KINDS, "TARGET"))


def downgrade() -> None:
    """Who was compared with a target is compared with everybody."""
    op.execute("alter table reference no force row level security")
    op.execute("update reference set kind = 'TOTAL' where kind = 'TARGET'")
    op.execute("alter table reference force row level security")
    _allow(KINDS)
    op.drop_column("import_run", "content_sha256")


def _allow(kinds: tuple[str, ...]) -> None:
    op.drop_constraint(op.f("ck_reference_kind_list"), "reference")
    listed = ", ".join(f"'{kind}'" for kind in kinds)
    op.create_check_constraint(op.f("ck_reference_kind_list"), "reference", f"kind in ({listed})")
