"""Organizations that are merged, files that are handed out, and a longer trail: organizations and looks."""

import sqlalchemy as sa
from alembic import context, op
from sqlalchemy.dialects import postgresql

from migrations.tenancy import guard
from migrations.upgrade import quoted

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

AUDITED = ("organization", "organization_identifier", "funder")
EVENTS = (
    ("insert", "new table as fresh"),
    ("update", "old table as stale new table as fresh"),
    ("delete", "old table as stale"),
)
FORMATS = ("THREESIXTY_JSON", "THREESIXTY_CSV", "IATI", "CSV")
STATUSES = ("QUEUED", "RUNNING", "READY", "FAILED", "EXPIRED")
ROLES = ("ADMIN", "ANCHOR", "FUNDER", "POLICY", "DATA", "FACILITATOR", "COMMUNITY")


def upgrade() -> None:
    op.add_column("organization", sa.Column("merged_into_id", sa.UUID(), nullable=True))
    op.create_foreign_key(
        op.f("fk_organization_partnership_id_merged_into_id"),
        "organization",
        "organization",
        ["partnership_id", "merged_into_id"],
        ["partnership_id", "id"],
    )
    op.create_check_constraint(op.f("ck_organization_merged_into_id"), "organization", "merged_into_id <> id")
    op.create_index("ix_organization_merged_into_id", "organization", ["partnership_id", "merged_into_id"])
    _create_export()
    app, steward = (quoted(context.config.attributes["logins"].role(name)) for name in ("app", "steward"))
    op.execute(f"grant delete on funder to {app}")
    op.execute(f"grant select, insert, update on export to {app}, {steward}")
    for table in AUDITED:
        for event, rows in EVENTS:
            op.execute(_trail(table, event, rows))
    op.execute(_trail("look", *EVENTS[0]))
    _keep_looks()


def downgrade() -> None:
    """Dollars and identifiers stay where a merger brought them; that it was one is forgotten."""
    op.execute("drop trigger trail_insert on look")
    for table in AUDITED:
        for event, _ in EVENTS:
            op.execute(f"drop trigger trail_{event} on {table}")
    op.execute("alter table audit_event no force row level security")
    op.execute(
        "delete from audit_event where subject in ('look', 'organization', 'organization_identifier', 'funder')"
    )
    op.execute("alter table audit_event force row level security")
    app = quoted(context.config.attributes["logins"].role("app"))
    op.execute(f"revoke delete on funder from {app}")
    op.drop_table("export")
    op.drop_index("ix_organization_merged_into_id", "organization")
    op.drop_constraint(op.f("ck_organization_merged_into_id"), "organization")
    op.drop_constraint(op.f("fk_organization_partnership_id_merged_into_id"), "organization")
    op.drop_column("organization", "merged_into_id")


def _trail(table: str, event: str, rows: str) -> str:
    return (
        f"create trigger trail_{event} after {event} on {table} referencing {rows} "
        "for each statement execute function public.keep_trail()"
    )


def _keep_looks() -> None:
    """Looks that were kept before are events too."""
    for table in ("look", "audit_event"):
        op.execute(f"alter table {table} no force row level security")
    op.execute(
        "insert into audit_event (partnership_id, recorded_at, actor, action, subject, row_id, changes) "
        "select partnership_id, looked_at, actor, 'CREATED', 'look', id, "
        "public.trail_changes(null, to_jsonb(look)) from look"
    )
    for table in ("look", "audit_event"):
        op.execute(f"alter table {table} force row level security")


def _closed(name: str, values: tuple[str, ...]) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=40)


def _create_export() -> None:
    op.create_table(
        "export",
        sa.Column("partnership_id", sa.UUID(), nullable=False),
        sa.Column("id", sa.UUID(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("format", _closed("format", FORMATS), nullable=False),
        sa.Column("status", _closed("status", STATUSES), nullable=False),
        sa.Column("progress", sa.Float(), server_default="0", nullable=False),
        sa.Column(
            "requested_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.Column("requested_by", sa.Text(), nullable=False),
        sa.Column("role", _closed("role", ROLES), nullable=False),
        sa.Column("organization_id", sa.UUID(), nullable=True),
        sa.Column("funder_id", sa.UUID(), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("report", postgresql.JSONB(), server_default="{}", nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.CheckConstraint("progress between 0 and 1", name=op.f("ck_export_progress")),
        sa.CheckConstraint("(status = 'READY') = (content is not null)", name=op.f("ck_export_content")),
        sa.ForeignKeyConstraint(
            ["partnership_id"], ["partnership.id"], name=op.f("fk_export_partnership_id")
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id", "organization_id"],
            ["organization.partnership_id", "organization.id"],
            name=op.f("fk_export_partnership_id_organization_id"),
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id", "funder_id"],
            ["funder.partnership_id", "funder.id"],
            name=op.f("fk_export_partnership_id_funder_id"),
        ),
        sa.PrimaryKeyConstraint("partnership_id", "id", name=op.f("pk_export")),
    )
    for column in ("requested_at", "organization_id", "funder_id"):
        op.create_index(f"ix_export_{column}", "export", ["partnership_id", column])
    for statement in guard("export"):
        op.execute(statement)
