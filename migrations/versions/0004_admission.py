"""Admissions: people who sign in elsewhere, and what each partnership lets them be."""

import sqlalchemy as sa
from alembic import context, op

from migrations.tenancy import guard
from migrations.upgrade import quoted

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

ROLES = ("ADMIN", "FUNDER", "ANCHOR", "POLICY", "DATA", "FACILITATOR", "COMMUNITY")
# Who signs in is not yet known to a partnership, so the session names the person it was shown.
THE_PERSONS_OWN = (
    "create policy person_reads on admission for select using "
    "(issuer = current_setting('app.issuer', true) and subject = current_setting('app.subject', true))"
)


def upgrade() -> None:
    op.create_table(
        "admission",
        sa.Column("partnership_id", sa.UUID(), nullable=False),
        sa.Column("id", sa.UUID(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("issuer", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column(
            "role",
            sa.Enum(*ROLES, name="role", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("organization_id", sa.UUID(), nullable=True),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("signed_out_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("issuer ~ '^https?://'", name=op.f("ck_admission_issuer")),
        sa.CheckConstraint("length(subject) between 1 and 255", name=op.f("ck_admission_subject")),
        sa.CheckConstraint(
            "role <> 'FUNDER' or organization_id is not null", name=op.f("ck_admission_giver")
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id"], ["partnership.id"], name=op.f("fk_admission_partnership_id")
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id", "organization_id"],
            ["organization.partnership_id", "organization.id"],
            name=op.f("fk_admission_partnership_id_organization_id"),
        ),
        sa.PrimaryKeyConstraint("partnership_id", "id", name=op.f("pk_admission")),
        sa.UniqueConstraint(
            "partnership_id", "issuer", "subject", name=op.f("uq_admission_partnership_id_issuer_subject")
        ),
    )
    op.create_index("ix_admission_organization_id", "admission", ["partnership_id", "organization_id"])
    for statement in (*guard("admission"), THE_PERSONS_OWN):
        op.execute(statement)
    logins = context.config.attributes["logins"]
    app, steward = (quoted(logins.role(name)) for name in ("app", "steward"))
    op.execute(f"grant select, insert, update on admission to {app}, {steward}")


def downgrade() -> None:
    op.drop_table("admission")
