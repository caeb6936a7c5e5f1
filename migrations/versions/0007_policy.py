"""Policy: barriers, what is done for a plan, and the guard that keeps lobbying off forbidden dollars."""

from pathlib import Path

import sqlalchemy as sa
from alembic import context, op

from migrations.tenancy import guard
from migrations.upgrade import quoted, run_script

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

LINKS = ("policy_plan_barrier", "policy_plan_decider", "policy_plan_indicator", "policy_plan_measure")
SETS = (*LINKS, "policy_dollars", "policy_position")
APPEND_ONLY = ("policy_status_change",)
AMENDED = ("exempt_purpose_spending", "policy_milestone", "policy_action")
TABLES = (*APPEND_ONLY, *AMENDED, *SETS, "barrier")
LINE = ("partnership_id", "investment_id", "kind", "unit", "practice_id", "outcome_id", "population_id")
PLACE = ("area_id", "position_id", "use", "fiscal_year")
TEXTS = (("title", 2000), ("summary", 20000), ("jurisdiction", 200))
DAYS = (
    ("starts_on", "starts_on >= '1900-01-01'"),
    ("enacted_on", "enacted_on >= coalesce(starts_on, '1900-01-01')"),
    ("effective_on", "effective_on >= coalesce(enacted_on, starts_on, '1900-01-01')"),
)


def upgrade() -> None:
    _widen_plans()
    _create_facts()
    _create_deeds()
    _create_links()
    _move_indicators()
    _mark_accounts()
    run_script((Path(__file__).parents[1] / "sql" / "lobbying.sql").read_text())
    for statement in (rule for table in TABLES for rule in guard(table)):
        op.execute(statement)
    _grant()


def downgrade() -> None:
    run_script(
        "drop trigger lobbying on ledger.account; drop function ledger.guard_lobbying(); "
        "drop table policy_action; drop function public.guard_policy_action(); "
        "drop function ledger.lobbying_bound(uuid, uuid, date)"
    )
    op.drop_index("uq_account_line", table_name="account", schema="ledger")
    op.drop_column("account", "is_lobbying", schema="ledger")
    _index_lines(*LINE, *PLACE)
    op.add_column("policy_plan", sa.Column("indicator_id", sa.UUID(), nullable=True))
    op.create_foreign_key(
        op.f("fk_policy_plan_partnership_id_indicator_id"),
        "policy_plan",
        "indicator",
        ["partnership_id", "indicator_id"],
        ["partnership_id", "id"],
    )
    op.create_index("ix_policy_plan_indicator_id", "policy_plan", ["partnership_id", "indicator_id"])
    for table in TABLES:
        if table != "policy_action":
            op.drop_table(table)
    op.drop_column("investment", "policy_plan_id")
    op.drop_constraint(op.f("ck_policy_plan_title"), "policy_plan")
    for column in ("is_published", "effective_on", "enacted_on", "starts_on", "jurisdiction", "summary"):
        op.drop_column("policy_plan", column)


def _grant() -> None:
    app, steward = (quoted(context.config.attributes["logins"].role(name)) for name in ("app", "steward"))
    both = f"{app}, {steward}"
    op.execute(f"grant select, insert on {', '.join(TABLES)} to {both}")
    op.execute(f"grant update on {', '.join((*AMENDED, *SETS, 'barrier'))} to {both}")
    op.execute(f"grant delete on {', '.join(SETS)} to {both}")
    op.execute(f"grant insert (is_lobbying) on ledger.account to {both}")
    op.execute("revoke all on function ledger.lobbying_bound(uuid, uuid, date) from public")
    op.execute(f"grant execute on function ledger.lobbying_bound(uuid, uuid, date) to {both}")


def _widen_plans() -> None:
    for name, _ in TEXTS[1:]:
        op.add_column("policy_plan", sa.Column(name, sa.Text(), nullable=True))
    for name, _ in DAYS:
        op.add_column("policy_plan", sa.Column(name, sa.Date(), nullable=True))
    op.add_column(
        "policy_plan", sa.Column("is_published", sa.Boolean(), server_default="false", nullable=False)
    )
    for name, longest in TEXTS:
        op.create_check_constraint(
            op.f(f"ck_policy_plan_{name}"), "policy_plan", f"length({name}) between 1 and {longest}"
        )
    for name, rule in DAYS:
        op.create_check_constraint(op.f(f"ck_policy_plan_{name}"), "policy_plan", rule)
    op.add_column("investment", sa.Column("policy_plan_id", sa.UUID(), nullable=True))
    op.create_index("ix_investment_policy_plan_id", "investment", ["partnership_id", "policy_plan_id"])
    op.create_foreign_key(
        op.f("fk_investment_partnership_id_policy_plan_id"),
        "investment",
        "policy_plan",
        ["partnership_id", "policy_plan_id"],
        ["partnership_id", "id"],
    )


def _move_indicators() -> None:
    """A plan's one indicator becomes the first of many; the guard also binds the owner, so it is lifted."""
    op.execute("alter table policy_plan no force row level security")
    op.execute(
        "insert into policy_plan_indicator (partnership_id, plan_id, indicator_id) "
        "select partnership_id, id, indicator_id from policy_plan where indicator_id is not null"
    )
    op.execute("alter table policy_plan force row level security")
    op.drop_column("policy_plan", "indicator_id")


def _mark_accounts() -> None:
    op.add_column(
        "account",
        sa.Column("is_lobbying", sa.Boolean(), server_default="false", nullable=False),
        schema="ledger",
    )
    op.create_check_constraint(
        op.f("ck_account_is_lobbying"), "account", "not is_lobbying or kind = 'SPENT'", schema="ledger"
    )
    op.drop_index("uq_account_line", table_name="account", schema="ledger")
    _index_lines(*LINE, *PLACE, "is_lobbying")


def _index_lines(*columns: str) -> None:
    op.create_index(
        "uq_account_line",
        "account",
        list(columns),
        unique=True,
        schema="ledger",
        postgresql_nulls_not_distinct=True,
    )


def _create_facts() -> None:
    op.create_table(
        "exempt_purpose_spending",
        sa.Column("partnership_id", sa.UUID(), nullable=False),
        sa.Column("id", sa.UUID(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("fiscal_year", sa.Integer(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=True),
        sa.CheckConstraint("currency ~ '^[A-Z]{3}$'", name=op.f("ck_exempt_purpose_spending_currency_shape")),
        sa.CheckConstraint("amount >= 0", name=op.f("ck_exempt_purpose_spending_amount")),
        sa.CheckConstraint(
            "fiscal_year between 1990 and 2100", name=op.f("ck_exempt_purpose_spending_fiscal_year")
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id"], ["partnership.id"], name=op.f("fk_exempt_purpose_spending_partnership_id")
        ),
        sa.PrimaryKeyConstraint("partnership_id", "id", name=op.f("pk_exempt_purpose_spending")),
        sa.UniqueConstraint(
            "partnership_id",
            "fiscal_year",
            name=op.f("uq_exempt_purpose_spending_partnership_id_fiscal_year"),
        ),
    )
    op.create_table(
        "barrier",
        sa.Column("partnership_id", sa.UUID(), nullable=False),
        sa.Column("id", sa.UUID(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("raised_by_name", sa.Text(), nullable=True),
        sa.Column("raised_on", sa.Date(), nullable=False),
        sa.Column("owner_id", sa.UUID(), nullable=True),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("answered_by", sa.Text(), nullable=True),
        sa.Column("answered_on", sa.Date(), nullable=True),
        sa.Column("resolved_on", sa.Date(), nullable=True),
        sa.CheckConstraint("raised_on >= '1900-01-01'", name=op.f("ck_barrier_raised_on")),
        sa.CheckConstraint("answered_on >= raised_on", name=op.f("ck_barrier_answered_on")),
        sa.CheckConstraint("length(answer) between 1 and 20000", name=op.f("ck_barrier_answer")),
        sa.CheckConstraint(
            "length(raised_by_name) between 1 and 200", name=op.f("ck_barrier_raised_by_name")
        ),
        sa.CheckConstraint("length(title) between 1 and 2000", name=op.f("ck_barrier_title")),
        sa.CheckConstraint("num_nonnulls(answer, answered_on) in (0, 2)", name=op.f("ck_barrier_answered")),
        sa.CheckConstraint("resolved_on >= raised_on", name=op.f("ck_barrier_resolved_on")),
        sa.ForeignKeyConstraint(
            ["partnership_id", "owner_id"],
            ["organization.partnership_id", "organization.id"],
            name=op.f("fk_barrier_partnership_id_owner_id"),
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id"], ["partnership.id"], name=op.f("fk_barrier_partnership_id")
        ),
        sa.PrimaryKeyConstraint("partnership_id", "id", name=op.f("pk_barrier")),
        sa.UniqueConstraint("partnership_id", "title", name=op.f("uq_barrier_partnership_id_title")),
    )
    op.create_index("ix_barrier_owner_id", "barrier", ["partnership_id", "owner_id"], unique=False)
    op.create_index("ix_barrier_raised_on", "barrier", ["partnership_id", "raised_on"], unique=False)
    op.create_table(
        "policy_dollars",
        sa.Column("partnership_id", sa.UUID(), nullable=False),
        sa.Column("id", sa.UUID(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("plan_id", sa.UUID(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "RELEASED", "REDIRECTED", name="kind", native_enum=False, create_constraint=True, length=40
            ),
            nullable=False,
        ),
        sa.Column("is_public", sa.Boolean(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=True),
        sa.CheckConstraint("currency ~ '^[A-Z]{3}$'", name=op.f("ck_policy_dollars_currency_shape")),
        sa.CheckConstraint("amount > 0", name=op.f("ck_policy_dollars_amount")),
        sa.ForeignKeyConstraint(
            ["partnership_id", "plan_id"],
            ["policy_plan.partnership_id", "policy_plan.id"],
            name=op.f("fk_policy_dollars_partnership_id_plan_id"),
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id"], ["partnership.id"], name=op.f("fk_policy_dollars_partnership_id")
        ),
        sa.PrimaryKeyConstraint("partnership_id", "id", name=op.f("pk_policy_dollars")),
        sa.UniqueConstraint(
            "partnership_id",
            "plan_id",
            "kind",
            "is_public",
            "currency",
            name=op.f("uq_policy_dollars_partnership_id_plan_id_kind_is_public_currency"),
        ),
    )
    op.create_table(
        "policy_milestone",
        sa.Column("partnership_id", sa.UUID(), nullable=False),
        sa.Column("id", sa.UUID(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("plan_id", sa.UUID(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("done_on", sa.Date(), nullable=True),
        sa.CheckConstraint("done_on >= '1900-01-01'", name=op.f("ck_policy_milestone_done_on")),
        sa.CheckConstraint("due_on >= '1900-01-01'", name=op.f("ck_policy_milestone_due_on")),
        sa.CheckConstraint("length(title) between 1 and 2000", name=op.f("ck_policy_milestone_title")),
        sa.ForeignKeyConstraint(
            ["partnership_id", "plan_id"],
            ["policy_plan.partnership_id", "policy_plan.id"],
            name=op.f("fk_policy_milestone_partnership_id_plan_id"),
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id"], ["partnership.id"], name=op.f("fk_policy_milestone_partnership_id")
        ),
        sa.PrimaryKeyConstraint("partnership_id", "id", name=op.f("pk_policy_milestone")),
        sa.UniqueConstraint(
            "partnership_id",
            "plan_id",
            "title",
            name=op.f("uq_policy_milestone_partnership_id_plan_id_title"),
        ),
    )
    op.create_index(
        "ix_policy_milestone_due_on", "policy_milestone", ["partnership_id", "due_on"], unique=False
    )
    op.create_table(
        "policy_position",
        sa.Column("partnership_id", sa.UUID(), nullable=False),
        sa.Column("id", sa.UUID(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("plan_id", sa.UUID(), nullable=False),
        sa.Column("organization_id", sa.UUID(), nullable=False),
        sa.Column(
            "position",
            sa.Enum(
                "SUPPORTS",
                "OPPOSES",
                "NEUTRAL",
                "UNDECIDED",
                name="position",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("jurisdiction", sa.Text(), nullable=True),
        sa.Column("speaker", sa.Text(), nullable=True),
        sa.Column("monthly_hours", sa.Numeric(), nullable=True),
        sa.Column("taken_on", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "length(speaker) between 1 and 200 and speaker !~ '@|[0-9]{3}'",
            name=op.f("ck_policy_position_speaker"),
        ),
        sa.CheckConstraint("taken_on >= '1900-01-01'", name=op.f("ck_policy_position_taken_on")),
        sa.CheckConstraint(
            "length(jurisdiction) between 1 and 200", name=op.f("ck_policy_position_jurisdiction")
        ),
        sa.CheckConstraint("monthly_hours between 0 and 1000", name=op.f("ck_policy_position_monthly_hours")),
        sa.ForeignKeyConstraint(
            ["partnership_id", "organization_id"],
            ["organization.partnership_id", "organization.id"],
            name=op.f("fk_policy_position_partnership_id_organization_id"),
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id", "plan_id"],
            ["policy_plan.partnership_id", "policy_plan.id"],
            name=op.f("fk_policy_position_partnership_id_plan_id"),
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id"], ["partnership.id"], name=op.f("fk_policy_position_partnership_id")
        ),
        sa.PrimaryKeyConstraint("partnership_id", "id", name=op.f("pk_policy_position")),
        sa.UniqueConstraint(
            "partnership_id",
            "plan_id",
            "organization_id",
            name=op.f("uq_policy_position_partnership_id_plan_id_organization_id"),
        ),
    )
    op.create_index(
        "ix_policy_position_jurisdiction", "policy_position", ["partnership_id", "jurisdiction"], unique=False
    )
    op.create_index(
        "ix_policy_position_organization_id",
        "policy_position",
        ["partnership_id", "organization_id"],
        unique=False,
    )
    op.create_table(
        "policy_status_change",
        sa.Column("partnership_id", sa.UUID(), nullable=False),
        sa.Column("id", sa.UUID(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("plan_id", sa.UUID(), nullable=False),
        sa.Column(
            "from_status",
            sa.Enum(
                "DRAFT",
                "ADOPTED",
                "ACTIVE",
                "STALLED",
                "WON",
                "LOST",
                "WITHDRAWN",
                "IMPLEMENTED",
                name="from_status",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column(
            "to_status",
            sa.Enum(
                "DRAFT",
                "ADOPTED",
                "ACTIVE",
                "STALLED",
                "WON",
                "LOST",
                "WITHDRAWN",
                "IMPLEMENTED",
                name="to_status",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("happened_on", sa.Date(), nullable=False),
        sa.Column(
            "changed_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.Column("changed_by", sa.Text(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.CheckConstraint("from_status <> to_status", name=op.f("ck_policy_status_change_step")),
        sa.CheckConstraint("length(note) between 1 and 2000", name=op.f("ck_policy_status_change_note")),
        sa.ForeignKeyConstraint(
            ["partnership_id", "plan_id"],
            ["policy_plan.partnership_id", "policy_plan.id"],
            name=op.f("fk_policy_status_change_partnership_id_plan_id"),
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id"], ["partnership.id"], name=op.f("fk_policy_status_change_partnership_id")
        ),
        sa.PrimaryKeyConstraint("partnership_id", "id", name=op.f("pk_policy_status_change")),
    )
    op.create_index(
        "ix_policy_status_change_plan_id_changed_at",
        "policy_status_change",
        ["partnership_id", "plan_id", "changed_at"],
        unique=False,
    )


def _create_deeds() -> None:
    op.create_table(
        "policy_action",
        sa.Column("partnership_id", sa.UUID(), nullable=False),
        sa.Column("id", sa.UUID(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("plan_id", sa.UUID(), nullable=False),
        sa.Column("organization_id", sa.UUID(), nullable=False),
        sa.Column("speaker", sa.Text(), nullable=True),
        sa.Column("occurred_on", sa.Date(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "TESTIMONY",
                "MEETING",
                "BRIEF",
                "LETTER",
                "CAMPAIGN",
                "COALITION",
                "TRAINING",
                "RESEARCH",
                "OTHER",
                name="kind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "classification",
            sa.Enum(
                "NOT_LOBBYING",
                "DIRECT",
                "GRASSROOTS",
                name="classification",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("hours", sa.Numeric(), nullable=True),
        sa.Column("is_paid", sa.Boolean(), server_default="true", nullable=False),
        sa.Column("cost", sa.BigInteger(), nullable=True),
        sa.Column("currency", sa.Text(), nullable=True),
        sa.Column("paid_from_id", sa.UUID(), nullable=True),
        sa.Column("transfer_id", sa.UUID(), nullable=True),
        sa.Column("description", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "classification <> 'NOT_LOBBYING' or transfer_id is null",
            name=op.f("ck_policy_action_posted_is_lobbying"),
        ),
        sa.CheckConstraint(
            "classification = 'NOT_LOBBYING' or (paid_from_id is null) = (transfer_id is null)",
            name=op.f("ck_policy_action_lobbying_is_posted"),
        ),
        sa.CheckConstraint("currency ~ '^[A-Z]{3}$'", name=op.f("ck_policy_action_currency_shape")),
        sa.CheckConstraint(
            "length(speaker) between 1 and 200 and speaker !~ '@|[0-9]{3}'",
            name=op.f("ck_policy_action_speaker"),
        ),
        sa.CheckConstraint("occurred_on >= '1900-01-01'", name=op.f("ck_policy_action_occurred_on")),
        sa.CheckConstraint("cost >= 0", name=op.f("ck_policy_action_cost")),
        sa.CheckConstraint("hours between 0 and 100000", name=op.f("ck_policy_action_hours")),
        sa.CheckConstraint(
            "length(description) between 1 and 20000", name=op.f("ck_policy_action_description")
        ),
        sa.CheckConstraint("length(reason) between 1 and 2000", name=op.f("ck_policy_action_reason")),
        sa.CheckConstraint("num_nonnulls(cost, currency) in (0, 2)", name=op.f("ck_policy_action_money")),
        sa.CheckConstraint("paid_from_id is null or cost > 0", name=op.f("ck_policy_action_paid_from")),
        sa.ForeignKeyConstraint(
            ["partnership_id", "organization_id"],
            ["organization.partnership_id", "organization.id"],
            name=op.f("fk_policy_action_partnership_id_organization_id"),
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id", "paid_from_id"],
            ["investment.partnership_id", "investment.id"],
            name=op.f("fk_policy_action_partnership_id_paid_from_id"),
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id", "plan_id"],
            ["policy_plan.partnership_id", "policy_plan.id"],
            name=op.f("fk_policy_action_partnership_id_plan_id"),
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id", "transfer_id"],
            ["ledger.transfer.partnership_id", "ledger.transfer.id"],
            name=op.f("fk_policy_action_partnership_id_transfer_id"),
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id"], ["partnership.id"], name=op.f("fk_policy_action_partnership_id")
        ),
        sa.PrimaryKeyConstraint("partnership_id", "id", name=op.f("pk_policy_action")),
    )
    op.create_index(
        "ix_policy_action_occurred_on", "policy_action", ["partnership_id", "occurred_on"], unique=False
    )
    op.create_index(
        "ix_policy_action_organization_id",
        "policy_action",
        ["partnership_id", "organization_id"],
        unique=False,
    )
    op.create_index(
        "ix_policy_action_paid_from_id", "policy_action", ["partnership_id", "paid_from_id"], unique=False
    )
    op.create_index(
        "ix_policy_action_plan_id_occurred_on",
        "policy_action",
        ["partnership_id", "plan_id", "occurred_on"],
        unique=False,
    )
    op.create_index(
        "uq_policy_action_transfer_id", "policy_action", ["partnership_id", "transfer_id"], unique=True
    )


def _create_links() -> None:
    op.create_table(
        "policy_plan_barrier",
        sa.Column("partnership_id", sa.UUID(), nullable=False),
        sa.Column("plan_id", sa.UUID(), nullable=False),
        sa.Column("barrier_id", sa.UUID(), nullable=False),
        sa.ForeignKeyConstraint(
            ["partnership_id", "barrier_id"],
            ["barrier.partnership_id", "barrier.id"],
            name=op.f("fk_policy_plan_barrier_partnership_id_barrier_id"),
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id", "plan_id"],
            ["policy_plan.partnership_id", "policy_plan.id"],
            name=op.f("fk_policy_plan_barrier_partnership_id_plan_id"),
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id"], ["partnership.id"], name=op.f("fk_policy_plan_barrier_partnership_id")
        ),
        sa.PrimaryKeyConstraint(
            "partnership_id", "plan_id", "barrier_id", name=op.f("pk_policy_plan_barrier")
        ),
    )
    op.create_index(
        "ix_policy_plan_barrier_barrier_id",
        "policy_plan_barrier",
        ["partnership_id", "barrier_id"],
        unique=False,
    )
    op.create_table(
        "policy_plan_decider",
        sa.Column("partnership_id", sa.UUID(), nullable=False),
        sa.Column("plan_id", sa.UUID(), nullable=False),
        sa.Column("organization_id", sa.UUID(), nullable=False),
        sa.ForeignKeyConstraint(
            ["partnership_id", "organization_id"],
            ["organization.partnership_id", "organization.id"],
            name=op.f("fk_policy_plan_decider_partnership_id_organization_id"),
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id", "plan_id"],
            ["policy_plan.partnership_id", "policy_plan.id"],
            name=op.f("fk_policy_plan_decider_partnership_id_plan_id"),
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id"], ["partnership.id"], name=op.f("fk_policy_plan_decider_partnership_id")
        ),
        sa.PrimaryKeyConstraint(
            "partnership_id", "plan_id", "organization_id", name=op.f("pk_policy_plan_decider")
        ),
    )
    op.create_index(
        "ix_policy_plan_decider_organization_id",
        "policy_plan_decider",
        ["partnership_id", "organization_id"],
        unique=False,
    )
    op.create_table(
        "policy_plan_indicator",
        sa.Column("partnership_id", sa.UUID(), nullable=False),
        sa.Column("plan_id", sa.UUID(), nullable=False),
        sa.Column("indicator_id", sa.UUID(), nullable=False),
        sa.ForeignKeyConstraint(
            ["partnership_id", "indicator_id"],
            ["indicator.partnership_id", "indicator.id"],
            name=op.f("fk_policy_plan_indicator_partnership_id_indicator_id"),
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id", "plan_id"],
            ["policy_plan.partnership_id", "policy_plan.id"],
            name=op.f("fk_policy_plan_indicator_partnership_id_plan_id"),
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id"], ["partnership.id"], name=op.f("fk_policy_plan_indicator_partnership_id")
        ),
        sa.PrimaryKeyConstraint(
            "partnership_id", "plan_id", "indicator_id", name=op.f("pk_policy_plan_indicator")
        ),
    )
    op.create_index(
        "ix_policy_plan_indicator_indicator_id",
        "policy_plan_indicator",
        ["partnership_id", "indicator_id"],
        unique=False,
    )
    op.create_table(
        "policy_plan_measure",
        sa.Column("partnership_id", sa.UUID(), nullable=False),
        sa.Column("plan_id", sa.UUID(), nullable=False),
        sa.Column("measure_id", sa.UUID(), nullable=False),
        sa.ForeignKeyConstraint(
            ["partnership_id", "plan_id"],
            ["policy_plan.partnership_id", "policy_plan.id"],
            name=op.f("fk_policy_plan_measure_partnership_id_plan_id"),
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id"], ["partnership.id"], name=op.f("fk_policy_plan_measure_partnership_id")
        ),
        sa.PrimaryKeyConstraint(
            "partnership_id", "plan_id", "measure_id", name=op.f("pk_policy_plan_measure")
        ),
    )
    op.create_index(
        "ix_policy_plan_measure_measure_id",
        "policy_plan_measure",
        ["partnership_id", "measure_id"],
        unique=False,
    )
