"""The anchor's books: costs of positions, what was agreed of investments, match, budgets and fees."""

import sqlalchemy as sa
from alembic import context, op

from migrations.tenancy import guard
from migrations.upgrade import quoted

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

SETS = ("position_cost", "instalment", "investment_link", "in_kind_match", "budget_line", "fee_agreement")
TABLES = (*SETS, "obligation", "renewal", "match_requirement", "match_offer")


def upgrade() -> None:
    _create_tables()
    for statement in (rule for table in TABLES for rule in guard(table)):
        op.execute(statement)
    _grant()


def downgrade() -> None:
    for table in TABLES:
        op.drop_table(table)


def _grant() -> None:
    app, steward = (quoted(context.config.attributes["logins"].role(name)) for name in ("app", "steward"))
    op.execute(f"grant select, insert, update on {', '.join(TABLES)} to {app}, {steward}")
    op.execute(f"grant delete on {', '.join(SETS)} to {app}, {steward}")


def _create_tables() -> None:
    op.create_table(
        "match_offer",
        sa.Column("partnership_id", sa.UUID(), nullable=False),
        sa.Column("id", sa.UUID(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("source_id", sa.UUID(), nullable=False),
        sa.Column("ratio", sa.Numeric(), nullable=False),
        sa.Column("maximum", sa.BigInteger(), nullable=True),
        sa.Column("currency", sa.Text(), nullable=True),
        sa.Column("deadline", sa.Date(), nullable=True),
        sa.Column("in_kind_counts", sa.Boolean(), nullable=False),
        sa.CheckConstraint("ratio > 0 and ratio < 'infinity'", name=op.f("ck_match_offer_ratio")),
        sa.CheckConstraint(
            "(maximum is null) = (currency is null)", name=op.f("ck_match_offer_maximum_currency")
        ),
        sa.CheckConstraint("maximum > 0", name=op.f("ck_match_offer_maximum")),
        sa.ForeignKeyConstraint(
            ["partnership_id", "source_id"],
            ["organization.partnership_id", "organization.id"],
            name=op.f("fk_match_offer_partnership_id_source_id"),
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id"], ["partnership.id"], name=op.f("fk_match_offer_partnership_id")
        ),
        sa.PrimaryKeyConstraint("partnership_id", "id", name=op.f("pk_match_offer")),
    )
    op.create_index("ix_match_offer_deadline", "match_offer", ["partnership_id", "deadline"], unique=False)
    op.create_index("ix_match_offer_source_id", "match_offer", ["partnership_id", "source_id"], unique=False)
    op.create_table(
        "position_cost",
        sa.Column("partnership_id", sa.UUID(), nullable=False),
        sa.Column("id", sa.UUID(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("position_id", sa.UUID(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("annual_pay", sa.BigInteger(), nullable=False),
        sa.Column("benefit_rate", sa.Numeric(), server_default="0", nullable=False),
        sa.CheckConstraint(
            "benefit_rate >= 0 and benefit_rate < 'infinity'", name=op.f("ck_position_cost_benefit_rate")
        ),
        sa.CheckConstraint("annual_pay >= 0", name=op.f("ck_position_cost_annual_pay")),
        sa.ForeignKeyConstraint(
            ["partnership_id", "position_id"],
            ["staff_position.partnership_id", "staff_position.id"],
            name=op.f("fk_position_cost_partnership_id_position_id"),
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id"], ["partnership.id"], name=op.f("fk_position_cost_partnership_id")
        ),
        sa.PrimaryKeyConstraint("partnership_id", "id", name=op.f("pk_position_cost")),
        sa.UniqueConstraint(
            "partnership_id",
            "position_id",
            "from_on",
            name=op.f("uq_position_cost_partnership_id_position_id_from_on"),
        ),
    )
    op.create_table(
        "budget_line",
        sa.Column("partnership_id", sa.UUID(), nullable=False),
        sa.Column("id", sa.UUID(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("fiscal_year", sa.Integer(), nullable=False),
        sa.Column(
            "use",
            sa.Enum(
                "OPERATIONS",
                "COLLABORATIVE_ACTION",
                "PRACTICE",
                "ADVOCACY",
                "OVERHEAD",
                "UNASSIGNED",
                name="use",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("funder_id", sa.UUID(), nullable=True),
        sa.Column("position_id", sa.UUID(), nullable=True),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.CheckConstraint("currency ~ '^[A-Z]{3}$'", name=op.f("ck_budget_line_currency_shape")),
        sa.CheckConstraint("amount >= 0", name=op.f("ck_budget_line_amount")),
        sa.CheckConstraint("fiscal_year between 1990 and 2100", name=op.f("ck_budget_line_fiscal_year")),
        sa.ForeignKeyConstraint(
            ["partnership_id", "funder_id"],
            ["funder.partnership_id", "funder.id"],
            name=op.f("fk_budget_line_partnership_id_funder_id"),
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id", "position_id"],
            ["staff_position.partnership_id", "staff_position.id"],
            name=op.f("fk_budget_line_partnership_id_position_id"),
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id"], ["partnership.id"], name=op.f("fk_budget_line_partnership_id")
        ),
        sa.PrimaryKeyConstraint("partnership_id", "id", name=op.f("pk_budget_line")),
    )
    op.create_index("ix_budget_line_funder_id", "budget_line", ["partnership_id", "funder_id"], unique=False)
    op.create_index(
        "ix_budget_line_position_id", "budget_line", ["partnership_id", "position_id"], unique=False
    )
    op.create_index(
        "uq_budget_line_place",
        "budget_line",
        ["partnership_id", "fiscal_year", "use", "funder_id", "position_id", "currency"],
        unique=True,
        postgresql_nulls_not_distinct=True,
    )
    op.create_table(
        "fee_agreement",
        sa.Column("partnership_id", sa.UUID(), nullable=False),
        sa.Column("id", sa.UUID(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("investment_id", sa.UUID(), nullable=False),
        sa.Column("fee_rate", sa.Numeric(), nullable=False),
        sa.CheckConstraint("fee_rate between 0 and 1", name=op.f("ck_fee_agreement_fee_rate")),
        sa.ForeignKeyConstraint(
            ["partnership_id", "investment_id"],
            ["investment.partnership_id", "investment.id"],
            name=op.f("fk_fee_agreement_partnership_id_investment_id"),
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id"], ["partnership.id"], name=op.f("fk_fee_agreement_partnership_id")
        ),
        sa.PrimaryKeyConstraint("partnership_id", "id", name=op.f("pk_fee_agreement")),
        sa.UniqueConstraint(
            "partnership_id", "investment_id", name=op.f("uq_fee_agreement_partnership_id_investment_id")
        ),
    )
    op.create_table(
        "in_kind_match",
        sa.Column("partnership_id", sa.UUID(), nullable=False),
        sa.Column("id", sa.UUID(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("in_kind_id", sa.UUID(), nullable=False),
        sa.Column("investment_id", sa.UUID(), nullable=False),
        sa.ForeignKeyConstraint(
            ["partnership_id", "in_kind_id"],
            ["in_kind_resource.partnership_id", "in_kind_resource.id"],
            name=op.f("fk_in_kind_match_partnership_id_in_kind_id"),
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id", "investment_id"],
            ["investment.partnership_id", "investment.id"],
            name=op.f("fk_in_kind_match_partnership_id_investment_id"),
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id"], ["partnership.id"], name=op.f("fk_in_kind_match_partnership_id")
        ),
        sa.PrimaryKeyConstraint("partnership_id", "id", name=op.f("pk_in_kind_match")),
        sa.UniqueConstraint(
            "partnership_id",
            "in_kind_id",
            "investment_id",
            name=op.f("uq_in_kind_match_partnership_id_in_kind_id_investment_id"),
        ),
    )
    op.create_index(
        "ix_in_kind_match_investment_id", "in_kind_match", ["partnership_id", "investment_id"], unique=False
    )
    op.create_table(
        "instalment",
        sa.Column("partnership_id", sa.UUID(), nullable=False),
        sa.Column("id", sa.UUID(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("investment_id", sa.UUID(), nullable=False),
        sa.Column("fiscal_year", sa.Integer(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("is_conditional", sa.Boolean(), server_default="false", nullable=False),
        sa.CheckConstraint("amount > 0", name=op.f("ck_instalment_amount")),
        sa.CheckConstraint("fiscal_year between 1990 and 2100", name=op.f("ck_instalment_fiscal_year")),
        sa.ForeignKeyConstraint(
            ["partnership_id", "investment_id"],
            ["investment.partnership_id", "investment.id"],
            name=op.f("fk_instalment_partnership_id_investment_id"),
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id"], ["partnership.id"], name=op.f("fk_instalment_partnership_id")
        ),
        sa.PrimaryKeyConstraint("partnership_id", "id", name=op.f("pk_instalment")),
    )
    op.create_index(
        "ix_instalment_investment_id", "instalment", ["partnership_id", "investment_id"], unique=False
    )
    op.create_table(
        "investment_link",
        sa.Column("partnership_id", sa.UUID(), nullable=False),
        sa.Column("id", sa.UUID(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("investment_id", sa.UUID(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "FUNDED_FROM",
                "RENEWAL_OF",
                "MATCH_FOR",
                name="kind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("other_id", sa.UUID(), nullable=False),
        sa.CheckConstraint("investment_id <> other_id", name=op.f("ck_investment_link_two_investments")),
        sa.ForeignKeyConstraint(
            ["partnership_id", "investment_id"],
            ["investment.partnership_id", "investment.id"],
            name=op.f("fk_investment_link_partnership_id_investment_id"),
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id", "other_id"],
            ["investment.partnership_id", "investment.id"],
            name=op.f("fk_investment_link_partnership_id_other_id"),
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id"], ["partnership.id"], name=op.f("fk_investment_link_partnership_id")
        ),
        sa.PrimaryKeyConstraint("partnership_id", "id", name=op.f("pk_investment_link")),
        sa.UniqueConstraint(
            "partnership_id",
            "investment_id",
            "kind",
            "other_id",
            name=op.f("uq_investment_link_partnership_id_investment_id_kind_other_id"),
        ),
    )
    op.create_index(
        "ix_investment_link_other_id", "investment_link", ["partnership_id", "other_id"], unique=False
    )
    op.create_table(
        "match_requirement",
        sa.Column("partnership_id", sa.UUID(), nullable=False),
        sa.Column("id", sa.UUID(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("investment_id", sa.UUID(), nullable=False),
        sa.Column("ratio", sa.Numeric(), nullable=False),
        sa.Column("required", sa.BigInteger(), nullable=False),
        sa.Column("in_kind_counts", sa.Boolean(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.CheckConstraint("ratio > 0 and ratio < 'infinity'", name=op.f("ck_match_requirement_ratio")),
        sa.CheckConstraint("required >= 0", name=op.f("ck_match_requirement_required")),
        sa.ForeignKeyConstraint(
            ["partnership_id", "investment_id"],
            ["investment.partnership_id", "investment.id"],
            name=op.f("fk_match_requirement_partnership_id_investment_id"),
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id"], ["partnership.id"], name=op.f("fk_match_requirement_partnership_id")
        ),
        sa.PrimaryKeyConstraint("partnership_id", "id", name=op.f("pk_match_requirement")),
        sa.UniqueConstraint(
            "partnership_id", "investment_id", name=op.f("uq_match_requirement_partnership_id_investment_id")
        ),
    )
    op.create_table(
        "obligation",
        sa.Column("partnership_id", sa.UUID(), nullable=False),
        sa.Column("id", sa.UUID(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("investment_id", sa.UUID(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "REPORT",
                "CONDITION",
                "MATCH",
                "AUDIT",
                "RENEWAL",
                "OTHER",
                name="kind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("done_on", sa.Date(), nullable=True),
        sa.CheckConstraint("length(title) between 1 and 2000", name=op.f("ck_obligation_title")),
        sa.ForeignKeyConstraint(
            ["partnership_id", "investment_id"],
            ["investment.partnership_id", "investment.id"],
            name=op.f("fk_obligation_partnership_id_investment_id"),
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id"], ["partnership.id"], name=op.f("fk_obligation_partnership_id")
        ),
        sa.PrimaryKeyConstraint("partnership_id", "id", name=op.f("pk_obligation")),
    )
    op.create_index("ix_obligation_due_on", "obligation", ["partnership_id", "due_on"], unique=False)
    op.create_index(
        "ix_obligation_investment_id", "obligation", ["partnership_id", "investment_id"], unique=False
    )
    op.create_table(
        "renewal",
        sa.Column("partnership_id", sa.UUID(), nullable=False),
        sa.Column("id", sa.UUID(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("investment_id", sa.UUID(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("probability", sa.Numeric(), nullable=True),
        sa.Column("owner_name", sa.Text(), nullable=True),
        sa.CheckConstraint("probability between 0 and 1", name=op.f("ck_renewal_probability")),
        sa.ForeignKeyConstraint(
            ["partnership_id", "investment_id"],
            ["investment.partnership_id", "investment.id"],
            name=op.f("fk_renewal_partnership_id_investment_id"),
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id"], ["partnership.id"], name=op.f("fk_renewal_partnership_id")
        ),
        sa.PrimaryKeyConstraint("partnership_id", "id", name=op.f("pk_renewal")),
        sa.UniqueConstraint(
            "partnership_id", "investment_id", name=op.f("uq_renewal_partnership_id_investment_id")
        ),
    )
    op.create_index("ix_renewal_due_on", "renewal", ["partnership_id", "due_on"], unique=False)
