"""What each import read, so that a file that comes again is known by its bytes."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("import_run", sa.Column("content_sha256", sa.LargeBinary(), nullable=True))


def downgrade() -> None:
    op.drop_column("import_run", "content_sha256")
