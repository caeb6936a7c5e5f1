"""Fees by rate or by month, fundings that are taken back, and the trail of who changed what."""

from pathlib import Path

import sqlalchemy as sa
from alembic import context, op
from sqlalchemy.dialects import postgresql

from migrations.tenancy import guard
from migrations.upgrade import quoted, run_script

revision = "0006"
down_revision = "0004"
branch_labels = None
depends_on = None

AUDITED = (
    *("anchor_entity", "budget_line", "fee_agreement", "in_kind_match", "in_kind_resource", "instalment"),
    *("investment", "investment_link", "match_offer", "match_requirement", "obligation", "position_cost"),
    *("renewal", "restriction", "restriction_term", "staff_funding", "staff_position"),
)
EVENTS = (
    ("insert", "new table as fresh"),
    ("update", "old table as stale new table as fresh"),
    ("delete", "old table as stale"),
)
FUNCTIONS = ("keep_trail()", "trail_investment(text, jsonb)", "trail_changes(jsonb, jsonb)")
OLD_KEY = "uq_fee_agreement_partnership_id_investment_id"


def upgrade() -> None:
    _widen_fees()
    op.add_column("staff_funding", sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True))
    _create_trail()


def downgrade() -> None:
    for table in AUDITED:
        for event, _ in EVENTS:
            op.execute(f"drop trigger trail_{event} on {table}")
    for function in FUNCTIONS:
        op.execute(f"drop function public.{function}")
    op.drop_table("audit_event")
    op.execute("alter table staff_funding no force row level security")
    op.execute("delete from staff_funding where withdrawn_at is not null")
    op.execute("alter table staff_funding force row level security")
    op.drop_column("staff_funding", "withdrawn_at")
    _narrow_fees()


def _widen_fees() -> None:
    op.drop_constraint(OLD_KEY, "fee_agreement")
    op.alter_column("fee_agreement", "investment_id", nullable=True)
    op.alter_column("fee_agreement", "fee_rate", nullable=True)
    for name, kind in (
        ("monthly", sa.BigInteger()),
        ("currency", sa.Text()),
        ("starts_on", sa.Date()),
        ("ends_on", sa.Date()),
    ):
        op.add_column("fee_agreement", sa.Column(name, kind, nullable=True))
    for name, rule in (
        ("one_basis", "num_nonnulls(fee_rate, monthly) = 1"),
        ("monthly", "monthly >= 0"),
        (
            "monthly_terms",
            "(monthly is null) = (currency is null) and (monthly is null or starts_on is not null)",
        ),
        ("rate_of_an_award", "fee_rate is null or investment_id is not null"),
        ("term", "ends_on is null or starts_on is null or ends_on >= starts_on"),
    ):
        op.create_check_constraint(op.f(f"ck_fee_agreement_{name}"), "fee_agreement", rule)
    op.create_index(
        "uq_fee_agreement_start",
        "fee_agreement",
        ["partnership_id", "investment_id", "starts_on"],
        unique=True,
        postgresql_nulls_not_distinct=True,
    )


def _narrow_fees() -> None:
    """One rate an award is left: the one that began last."""
    op.drop_index("uq_fee_agreement_start", "fee_agreement")
    op.execute("alter table fee_agreement no force row level security")
    op.execute("delete from fee_agreement where fee_rate is null or investment_id is null")
    op.execute(
        "delete from fee_agreement a using fee_agreement b where a.partnership_id = b.partnership_id "
        "and a.investment_id = b.investment_id and coalesce(a.starts_on, '-infinity') "
        "< coalesce(b.starts_on, '-infinity')"
    )
    op.execute("alter table fee_agreement force row level security")
    for name in ("one_basis", "monthly", "monthly_terms", "rate_of_an_award", "term"):
        op.drop_constraint(op.f(f"ck_fee_agreement_{name}"), "fee_agreement")
    for column in ("monthly", "currency", "starts_on", "ends_on"):
        op.drop_column("fee_agreement", column)
    op.alter_column("fee_agreement", "investment_id", nullable=False)
    op.alter_column("fee_agreement", "fee_rate", nullable=False)
    op.create_unique_constraint(op.f(OLD_KEY), "fee_agreement", ["partnership_id", "investment_id"])


def _create_trail() -> None:
    action = sa.Enum(
        "CREATED", "CHANGED", "REMOVED", name="action", native_enum=False, create_constraint=True, length=40
    )
    op.create_table(
        "audit_event",
        sa.Column("partnership_id", sa.UUID(), nullable=False),
        sa.Column("id", sa.UUID(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("action", action, nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("row_id", sa.UUID(), nullable=False),
        sa.Column("investment_id", sa.UUID(), nullable=True),
        sa.Column("changes", postgresql.JSONB(), nullable=False),
        sa.ForeignKeyConstraint(
            ["partnership_id"], ["partnership.id"], name=op.f("fk_audit_event_partnership_id")
        ),
        sa.PrimaryKeyConstraint("partnership_id", "id", name=op.f("pk_audit_event")),
    )
    op.create_index(
        "ix_audit_event_investment_id_recorded_at",
        "audit_event",
        ["partnership_id", "investment_id", "recorded_at"],
    )
    op.create_index("ix_audit_event_recorded_at", "audit_event", ["partnership_id", "recorded_at"])
    for statement in guard("audit_event"):
        op.execute(statement)
    run_script((Path(__file__).parents[1] / "sql" / "trail.sql").read_text())
    for table in AUDITED:
        for event, rows in EVENTS:
            op.execute(
                f"create trigger trail_{event} after {event} on {table} referencing {rows} "
                "for each statement execute function public.keep_trail()"
            )
    app, steward = (quoted(context.config.attributes["logins"].role(name)) for name in ("app", "steward"))
    op.execute(f"grant select on audit_event to {app}, {steward}")
