"""The foundation: every table, row-level security, the ledger's door and the queue of long work."""

from pathlib import Path

import sqlalchemy as sa
from alembic import context, op
from pgqueuer.adapters.persistence.qb import QueryBuilderEnvironment
from pgqueuer.domain.settings import DBSettings
from sqlalchemy.dialects import postgresql

from migrations.tenancy import guard
from migrations.upgrade import quoted, run_script

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

LINKS = (
    "restriction",
    "restriction_term",
    "practice_outcome",
    "in_kind_need",
    "finding_population",
    "population_alias",
    "population_part",
    "reference",
    "policy_plan_outcome",
    "policy_plan_population",
    "move",
)
APPEND_ONLY = ("import_run", "release")
LEDGER = ("book", "account", "transfer", "entry", "idempotency")


def upgrade() -> None:
    for schema in ("ledger", "raw", "queue"):
        op.execute(f"create schema {schema}")
    _create_tables()
    for script in ("ledger.sql", "statistics.sql"):
        run_script((Path(__file__).parents[1] / "sql" / script).read_text())
    for statement in (
        *guard("partnership", "id"),
        *(rule for table in _tenant_tables() for rule in guard(table)),
    ):
        op.execute(statement)
    op.execute("create policy public_reads on partnership for select using (is_public)")
    op.execute(
        "create policy bearer_reads on access_token for select using "
        "(secret_sha256 = decode(nullif(current_setting('app.token_sha256', true), ''), 'hex'))"
    )
    run_script(
        QueryBuilderEnvironment(DBSettings(db_schema="queue")).build_install_query(create_schema=False)
    )
    _grant()


def downgrade() -> None:
    for schema in ("queue", "raw", "ledger"):
        op.execute(f"drop schema {schema} cascade")
    tables = ", ".join(table for table in _tables("public"))
    op.execute(f"drop table {tables} cascade")
    op.execute("drop function public.refresh_statistics")


def _tables(schema: str) -> list[str]:
    rows = op.get_bind().execute(
        sa.text(
            "select tablename from pg_tables where schemaname = :s and tablename <> 'alembic_version' "
            "order by 1"
        ),
        {"s": schema},
    )
    return [f"{schema}.{row.tablename}" for row in rows]


def _tenant_tables() -> list[str]:
    tables = [*_tables("public"), *_tables("ledger"), *_tables("raw")]
    return [table for table in tables if table != "public.partnership"]


def _grant() -> None:
    app, steward = (quoted(context.config.attributes["logins"].role(name)) for name in ("app", "steward"))
    both = f"{app}, {steward}"
    op.execute(f"grant usage on schema public, ledger, queue to {both}")
    op.execute(f"grant usage on schema raw to {steward}")
    op.execute("revoke all on all functions in schema ledger from public")
    op.execute("revoke all on function public.refresh_statistics from public")
    op.execute(f"grant select on all tables in schema public, ledger to {both}")
    closed = {f"public.{table}" for table in (*APPEND_ONLY, "figure")}
    for table in _tables("public"):
        if table not in closed:
            op.execute(f"grant insert, update on {table} to {both}")
    for table in LINKS:
        op.execute(f"grant delete on {table} to {both}")
    op.execute(f"grant insert on import_run to {both}")
    op.execute(f"grant insert on release, figure to {steward}")
    op.execute(f"grant update (is_newest) on figure to {steward}")
    op.execute(f"grant select, insert on raw.figure, raw.basis to {steward}")
    op.execute(f"grant insert (partnership_id) on ledger.book to {both}")
    op.execute(f"grant insert on ledger.idempotency to {both}")
    op.execute(
        "grant insert (partnership_id, id, kind, unit, guard, investment_id, practice_id, outcome_id, "
        f"population_id, area_id, position_id, use, fiscal_year) on ledger.account to {both}"
    )
    op.execute(
        f"grant execute on function ledger.post(text, text, jsonb), ledger.audit(), ledger.partnership(), "
        f"ledger.content, public.refresh_statistics to {both}"
    )
    op.execute(f"grant select, insert, update, delete on all tables in schema queue to {both}")
    op.execute(f"grant usage on all sequences in schema queue to {both}")


def _create_tables() -> None:
    op.create_table(
        "partnership",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=True),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("fiscal_year_start_month", sa.Integer(), nullable=False),
        sa.Column("is_public", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("is_fictional", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("minimum_group_size", sa.Integer(), server_default="10", nullable=False),
        sa.Column(
            "disparity_method",
            sa.Enum(
                "POINT",
                "TESTED",
                name="disparity_method",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            server_default="TESTED",
            nullable=False,
        ),
        sa.Column("disparity_margin", sa.Numeric(), server_default="3", nullable=False),
        sa.Column("disparity_periods", sa.Integer(), server_default="3", nullable=False),
        sa.Column("settings", postgresql.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.CheckConstraint("currency ~ '^[A-Z]{3}$'", name=op.f("ck_partnership_currency_shape")),
        sa.CheckConstraint(
            "disparity_margin >= 0 and disparity_margin < 'infinity'",
            name=op.f("ck_partnership_disparity_margin"),
        ),
        sa.CheckConstraint("settings <@ '{URBAN,SUBURBAN,TOWN,RURAL}'", name=op.f("ck_partnership_settings")),
        sa.CheckConstraint("slug ~ '^[a-z0-9][a-z0-9-]{0,62}$'", name=op.f("ck_partnership_slug_shape")),
        sa.CheckConstraint(
            "disparity_periods between 1 and 20", name=op.f("ck_partnership_disparity_periods")
        ),
        sa.CheckConstraint(
            "fiscal_year_start_month between 1 and 12", name=op.f("ck_partnership_fiscal_year_start_month")
        ),
        sa.CheckConstraint("minimum_group_size >= 10", name=op.f("ck_partnership_minimum_group_size")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_partnership")),
        sa.UniqueConstraint("slug", name=op.f("uq_partnership_slug")),
    )
    op.create_table(
        "area",
        sa.Column("partnership_id", sa.UUID(), nullable=False),
        sa.Column("id", sa.UUID(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=True),
        sa.Column("parent_id", sa.UUID(), nullable=True),
        sa.ForeignKeyConstraint(
            ["partnership_id", "parent_id"],
            ["area.partnership_id", "area.id"],
            name=op.f("fk_area_partnership_id_parent_id"),
        ),
        sa.ForeignKeyConstraint(["partnership_id"], ["partnership.id"], name=op.f("fk_area_partnership_id")),
        sa.PrimaryKeyConstraint("partnership_id", "id", name=op.f("pk_area")),
        sa.UniqueConstraint("partnership_id", "code", name=op.f("uq_area_partnership_id_code")),
        sa.UniqueConstraint("partnership_id", "name", name=op.f("uq_area_partnership_id_name")),
    )
    op.create_index("ix_area_parent_id", "area", ["partnership_id", "parent_id"], unique=False)
    op.create_table(
        "import_run",
        sa.Column("partnership_id", sa.UUID(), nullable=False),
        sa.Column("id", sa.UUID(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("file", sa.Text(), nullable=False),
        sa.Column("format", sa.Text(), nullable=False),
        sa.Column("is_dry_run", sa.Boolean(), server_default="false", nullable=False),
        sa.Column(
            "started_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("read", sa.Integer(), nullable=False),
        sa.Column("created", sa.Integer(), nullable=False),
        sa.Column("updated", sa.Integer(), nullable=False),
        sa.Column("unchanged", sa.Integer(), nullable=False),
        sa.Column("rejected", sa.Integer(), nullable=False),
        sa.Column("report", postgresql.JSONB(), nullable=False),
        sa.CheckConstraint(
            "least(read, created, updated, unchanged, rejected) >= 0", name=op.f("ck_import_run_counts")
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id"], ["partnership.id"], name=op.f("fk_import_run_partnership_id")
        ),
        sa.PrimaryKeyConstraint("partnership_id", "id", name=op.f("pk_import_run")),
    )
    op.create_index("ix_import_run_started_at", "import_run", ["partnership_id", "started_at"], unique=False)
    op.create_table(
        "book",
        sa.Column("partnership_id", sa.UUID(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("head", sa.LargeBinary(), server_default="\\x00", nullable=False),
        sa.CheckConstraint("sequence >= 0", name=op.f("ck_book_sequence")),
        sa.ForeignKeyConstraint(["partnership_id"], ["partnership.id"], name=op.f("fk_book_partnership_id")),
        sa.PrimaryKeyConstraint("partnership_id", name=op.f("pk_book")),
        schema="ledger",
    )
    op.create_table(
        "idempotency",
        sa.Column("partnership_id", sa.UUID(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("request_sha256", sa.LargeBinary(), nullable=False),
        sa.Column("response", postgresql.JSONB(), nullable=False),
        sa.Column(
            "recorded_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.CheckConstraint("length(key) between 1 and 128", name=op.f("ck_idempotency_key")),
        sa.ForeignKeyConstraint(
            ["partnership_id"], ["partnership.id"], name=op.f("fk_idempotency_partnership_id")
        ),
        sa.PrimaryKeyConstraint("partnership_id", "actor", "key", name=op.f("pk_idempotency")),
        schema="ledger",
    )
    op.create_table(
        "organization",
        sa.Column("partnership_id", sa.UUID(), nullable=False),
        sa.Column("id", sa.UUID(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column(
            "sector",
            sa.Enum(
                "EARLY_CHILDHOOD",
                "K12",
                "HIGHER_EDUCATION",
                "COMMUNITY_BASED",
                "PHILANTHROPIC",
                "CIVIC_GOVERNMENT",
                "BUSINESS",
                name="sector",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("is_public", sa.Boolean(), server_default="false", nullable=False),
        sa.ForeignKeyConstraint(
            ["partnership_id"], ["partnership.id"], name=op.f("fk_organization_partnership_id")
        ),
        sa.PrimaryKeyConstraint("partnership_id", "id", name=op.f("pk_organization")),
    )
    op.create_index("ix_organization_name", "organization", ["partnership_id", "name"], unique=False)
    op.create_table(
        "outcome",
        sa.Column("partnership_id", sa.UUID(), nullable=False),
        sa.Column("id", sa.UUID(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column(
            "stage",
            sa.Enum(
                "EARLY_CHILDHOOD",
                "EARLY_GRADES",
                "MIDDLE_GRADES",
                "HIGH_SCHOOL",
                "POSTSECONDARY",
                "CAREER",
                name="stage",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("is_academic", sa.Boolean(), server_default="true", nullable=False),
        sa.ForeignKeyConstraint(
            ["partnership_id"], ["partnership.id"], name=op.f("fk_outcome_partnership_id")
        ),
        sa.PrimaryKeyConstraint("partnership_id", "id", name=op.f("pk_outcome")),
        sa.UniqueConstraint("partnership_id", "name", name=op.f("uq_outcome_partnership_id_name")),
    )
    op.create_table(
        "population",
        sa.Column("partnership_id", sa.UUID(), nullable=False),
        sa.Column("id", sa.UUID(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("dimension", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("is_key", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("is_total", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("rationale", sa.Text(), nullable=True),
        sa.CheckConstraint("length(dimension) between 1 and 100", name=op.f("ck_population_dimension")),
        sa.CheckConstraint("length(value) between 1 and 200", name=op.f("ck_population_value")),
        sa.ForeignKeyConstraint(
            ["partnership_id"], ["partnership.id"], name=op.f("fk_population_partnership_id")
        ),
        sa.PrimaryKeyConstraint("partnership_id", "id", name=op.f("pk_population")),
        sa.UniqueConstraint(
            "partnership_id", "dimension", "value", name=op.f("uq_population_partnership_id_dimension_value")
        ),
    )
    op.create_table(
        "practice",
        sa.Column("partnership_id", sa.UUID(), nullable=False),
        sa.Column("id", sa.UUID(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("cost_per_participant", sa.BigInteger(), nullable=True),
        sa.Column("currency", sa.Text(), nullable=True),
        sa.Column("price_year", sa.Integer(), nullable=True),
        sa.Column("cost_source", sa.Text(), nullable=True),
        sa.Column("capacity", sa.Integer(), nullable=True),
        sa.CheckConstraint("currency ~ '^[A-Z]{3}$'", name=op.f("ck_practice_currency_shape")),
        sa.CheckConstraint(
            "(cost_per_participant is null) = (currency is null)", name=op.f("ck_practice_cost_currency")
        ),
        sa.CheckConstraint("capacity >= 0", name=op.f("ck_practice_capacity")),
        sa.CheckConstraint("cost_per_participant > 0", name=op.f("ck_practice_cost_per_participant")),
        sa.CheckConstraint("price_year between 1990 and 2100", name=op.f("ck_practice_price_year")),
        sa.ForeignKeyConstraint(
            ["partnership_id"], ["partnership.id"], name=op.f("fk_practice_partnership_id")
        ),
        sa.PrimaryKeyConstraint("partnership_id", "id", name=op.f("pk_practice")),
        sa.UniqueConstraint("partnership_id", "name", name=op.f("uq_practice_partnership_id_name")),
    )
    op.create_table(
        "release",
        sa.Column("partnership_id", sa.UUID(), nullable=False),
        sa.Column("id", sa.UUID(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column(
            "released_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.Column("released_by", sa.Text(), nullable=False),
        sa.Column("minimum_group_size", sa.Integer(), nullable=False),
        sa.Column("figure_count", sa.Integer(), nullable=False),
        sa.Column("withheld_count", sa.Integer(), nullable=False),
        sa.Column("dropped", sa.Text(), nullable=True),
        sa.CheckConstraint("minimum_group_size >= 10", name=op.f("ck_release_minimum_group_size")),
        sa.ForeignKeyConstraint(
            ["partnership_id"], ["partnership.id"], name=op.f("fk_release_partnership_id")
        ),
        sa.PrimaryKeyConstraint("partnership_id", "id", name=op.f("pk_release")),
    )
    op.create_table(
        "scenario",
        sa.Column("partnership_id", sa.UUID(), nullable=False),
        sa.Column("id", sa.UUID(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "QUEUED",
                "RUNNING",
                "READY",
                "INFEASIBLE",
                "FAILED",
                "CANCELLED",
                "APPLIED",
                "STALE",
                name="status",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            server_default="QUEUED",
            nullable=False,
        ),
        sa.Column("progress", sa.Double(), server_default="0", nullable=False),
        sa.Column("message", sa.Text(), nullable=True),
        sa.Column("question", postgresql.JSONB(), nullable=False),
        sa.Column("answer", postgresql.JSONB(), nullable=True),
        sa.Column("inputs_hash", sa.Text(), nullable=True),
        sa.Column(
            "requested_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.Column("requested_by", sa.Text(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.CheckConstraint("progress between 0 and 1", name=op.f("ck_scenario_progress")),
        sa.ForeignKeyConstraint(
            ["partnership_id"], ["partnership.id"], name=op.f("fk_scenario_partnership_id")
        ),
        sa.PrimaryKeyConstraint("partnership_id", "id", name=op.f("pk_scenario")),
    )
    op.create_index("ix_scenario_requested_at", "scenario", ["partnership_id", "requested_at"], unique=False)
    op.create_table(
        "staff_position",
        sa.Column("partnership_id", sa.UUID(), nullable=False),
        sa.Column("id", sa.UUID(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column(
            "role",
            sa.Enum(
                "PARTNERSHIP_DIRECTOR",
                "FACILITATOR",
                "DATA_MANAGER",
                "COMMUNICATION_MANAGER",
                "COMMUNITY_ENGAGEMENT_MANAGER",
                "OTHER",
                name="role",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("full_time_equivalent", sa.Numeric(), nullable=False),
        sa.Column("annual_cost", sa.BigInteger(), nullable=True),
        sa.Column("currency", sa.Text(), nullable=True),
        sa.Column(
            "provision",
            sa.Enum(
                "PAID",
                "IN_KIND",
                "LOANED",
                "VACANT",
                name="provision",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("starts_on", sa.Date(), nullable=True),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "(annual_cost is null) = (currency is null)", name=op.f("ck_staff_position_cost_currency")
        ),
        sa.CheckConstraint("annual_cost >= 0", name=op.f("ck_staff_position_annual_cost")),
        sa.CheckConstraint(
            "ends_on is null or starts_on is null or ends_on >= starts_on",
            name=op.f("ck_staff_position_term"),
        ),
        sa.CheckConstraint(
            "full_time_equivalent > 0 and full_time_equivalent <= 100",
            name=op.f("ck_staff_position_full_time_equivalent"),
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id"], ["partnership.id"], name=op.f("fk_staff_position_partnership_id")
        ),
        sa.PrimaryKeyConstraint("partnership_id", "id", name=op.f("pk_staff_position")),
        sa.UniqueConstraint("partnership_id", "title", name=op.f("uq_staff_position_partnership_id_title")),
    )
    op.create_table(
        "access_token",
        sa.Column("partnership_id", sa.UUID(), nullable=False),
        sa.Column("id", sa.UUID(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("secret_sha256", sa.LargeBinary(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column(
            "role",
            sa.Enum(
                "ADMIN",
                "FUNDER",
                "ANCHOR",
                "POLICY",
                "DATA",
                "FACILITATOR",
                "COMMUNITY",
                name="role",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("organization_id", sa.UUID(), nullable=True),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("octet_length(secret_sha256) = 32", name=op.f("ck_access_token_secret_sha256")),
        sa.ForeignKeyConstraint(
            ["partnership_id", "organization_id"],
            ["organization.partnership_id", "organization.id"],
            name=op.f("fk_access_token_partnership_id_organization_id"),
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id"], ["partnership.id"], name=op.f("fk_access_token_partnership_id")
        ),
        sa.PrimaryKeyConstraint("partnership_id", "id", name=op.f("pk_access_token")),
        sa.UniqueConstraint(
            "partnership_id", "secret_sha256", name=op.f("uq_access_token_partnership_id_secret_sha256")
        ),
    )
    op.create_index(
        "ix_access_token_organization_id", "access_token", ["partnership_id", "organization_id"], unique=False
    )
    op.create_table(
        "anchor_entity",
        sa.Column("partnership_id", sa.UUID(), nullable=False),
        sa.Column("id", sa.UUID(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("organization_id", sa.UUID(), nullable=False),
        sa.Column("fee_rate", sa.Numeric(), nullable=True),
        sa.Column("starts_on", sa.Date(), nullable=True),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.CheckConstraint("ends_on is null or ends_on > starts_on", name=op.f("ck_anchor_entity_term")),
        sa.CheckConstraint("fee_rate between 0 and 1", name=op.f("ck_anchor_entity_fee_rate")),
        sa.ForeignKeyConstraint(
            ["partnership_id", "organization_id"],
            ["organization.partnership_id", "organization.id"],
            name=op.f("fk_anchor_entity_partnership_id_organization_id"),
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id"], ["partnership.id"], name=op.f("fk_anchor_entity_partnership_id")
        ),
        sa.PrimaryKeyConstraint("partnership_id", "id", name=op.f("pk_anchor_entity")),
    )
    op.create_index(
        "ix_anchor_entity_organization_id",
        "anchor_entity",
        ["partnership_id", "organization_id"],
        unique=False,
    )
    op.create_table(
        "finding",
        sa.Column("partnership_id", sa.UUID(), nullable=False),
        sa.Column("id", sa.UUID(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("practice_id", sa.UUID(), nullable=False),
        sa.Column("outcome_id", sa.UUID(), nullable=True),
        sa.Column("outcome_as_published", sa.Text(), nullable=True),
        sa.Column("study", sa.Text(), nullable=False),
        sa.Column(
            "design",
            sa.Enum(
                "RCT",
                "RDD",
                "QED",
                "CORRELATIONAL",
                "SINGLE_CASE",
                "PRE_POST",
                "UNKNOWN",
                name="design",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("rating", sa.Text(), nullable=True),
        sa.Column("standards_version", sa.Text(), nullable=True),
        sa.Column("effect_size", sa.Numeric(), nullable=True),
        sa.Column("standard_error", sa.Numeric(), nullable=True),
        sa.Column("p_value", sa.Numeric(), nullable=True),
        sa.Column("improvement_index", sa.Numeric(), nullable=True),
        sa.Column("is_significant", sa.Boolean(), nullable=True),
        sa.Column("tier_as_published", sa.Text(), nullable=True),
        sa.Column("sample_size", sa.Integer(), nullable=True),
        sa.Column("treatment_size", sa.Integer(), nullable=True),
        sa.Column("comparison_size", sa.Integer(), nullable=True),
        sa.Column("treatment_mean", sa.Numeric(), nullable=True),
        sa.Column("comparison_mean", sa.Numeric(), nullable=True),
        sa.Column("treatment_deviation", sa.Numeric(), nullable=True),
        sa.Column("comparison_deviation", sa.Numeric(), nullable=True),
        sa.Column("cluster_count", sa.Integer(), nullable=True),
        sa.Column("intraclass_correlation", sa.Numeric(), nullable=True),
        sa.Column("unit_of_analysis", sa.Text(), nullable=True),
        sa.Column("site_count", sa.Integer(), nullable=True),
        sa.Column("is_subgroup", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("is_local", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("settings", postgresql.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.Column("populations_as_published", sa.Text(), nullable=True),
        sa.Column("source_system", sa.Text(), nullable=False),
        sa.Column("source_identifier", sa.Text(), nullable=False),
        sa.Column("source_file", sa.Text(), nullable=True),
        sa.Column("source_row", sa.Integer(), nullable=True),
        sa.Column("extra", postgresql.JSONB(), nullable=True),
        sa.Column("import_id", sa.UUID(), nullable=True),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id", "import_id"],
            ["import_run.partnership_id", "import_run.id"],
            name=op.f("fk_finding_partnership_id_import_id"),
            deferrable=True,
            initially="DEFERRED",
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id", "outcome_id"],
            ["outcome.partnership_id", "outcome.id"],
            name=op.f("fk_finding_partnership_id_outcome_id"),
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id", "practice_id"],
            ["practice.partnership_id", "practice.id"],
            name=op.f("fk_finding_partnership_id_practice_id"),
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id"], ["partnership.id"], name=op.f("fk_finding_partnership_id")
        ),
        sa.PrimaryKeyConstraint("partnership_id", "id", name=op.f("pk_finding")),
    )
    op.create_index("ix_finding_import_id", "finding", ["partnership_id", "import_id"], unique=False)
    op.create_index("ix_finding_outcome_id", "finding", ["partnership_id", "outcome_id"], unique=False)
    op.create_index(
        "ix_finding_practice_id_outcome_id",
        "finding",
        ["partnership_id", "practice_id", "outcome_id"],
        unique=False,
    )
    op.create_index(
        "uq_finding_source", "finding", ["partnership_id", "source_system", "source_identifier"], unique=True
    )
    op.create_table(
        "funder",
        sa.Column("partnership_id", sa.UUID(), nullable=False),
        sa.Column("id", sa.UUID(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("organization_id", sa.UUID(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "FEDERAL",
                "STATE",
                "LOCAL",
                "FOUNDATION",
                "COMMUNITY_FOUNDATION",
                "CORPORATE",
                "INDIVIDUAL",
                "OTHER",
                name="kind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id", "organization_id"],
            ["organization.partnership_id", "organization.id"],
            name=op.f("fk_funder_partnership_id_organization_id"),
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id"], ["partnership.id"], name=op.f("fk_funder_partnership_id")
        ),
        sa.PrimaryKeyConstraint("partnership_id", "id", name=op.f("pk_funder")),
        sa.UniqueConstraint(
            "partnership_id", "organization_id", name=op.f("uq_funder_partnership_id_organization_id")
        ),
    )
    op.create_table(
        "in_kind_need",
        sa.Column("partnership_id", sa.UUID(), nullable=False),
        sa.Column("id", sa.UUID(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("practice_id", sa.UUID(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "KNOWLEDGE",
                "TIME",
                "VOLUNTEERS",
                "SKILLS",
                "FACILITIES",
                "MATERIALS",
                "SERVICES",
                "LOANED_STAFF",
                name="kind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("quantity", sa.Numeric(), nullable=False),
        sa.Column(
            "unit",
            sa.Enum(
                "HOUR",
                "MONTH",
                "SEAT",
                "ITEM",
                "SQUARE_FOOT",
                "OTHER",
                name="unit",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.CheckConstraint("quantity > 0 and quantity < 'infinity'", name=op.f("ck_in_kind_need_quantity")),
        sa.ForeignKeyConstraint(
            ["partnership_id", "practice_id"],
            ["practice.partnership_id", "practice.id"],
            name=op.f("fk_in_kind_need_partnership_id_practice_id"),
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id"], ["partnership.id"], name=op.f("fk_in_kind_need_partnership_id")
        ),
        sa.PrimaryKeyConstraint("partnership_id", "id", name=op.f("pk_in_kind_need")),
        sa.UniqueConstraint(
            "partnership_id",
            "practice_id",
            "kind",
            "unit",
            name=op.f("uq_in_kind_need_partnership_id_practice_id_kind_unit"),
        ),
    )
    op.create_table(
        "in_kind_resource",
        sa.Column("partnership_id", sa.UUID(), nullable=False),
        sa.Column("id", sa.UUID(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("donor_id", sa.UUID(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "KNOWLEDGE",
                "TIME",
                "VOLUNTEERS",
                "SKILLS",
                "FACILITIES",
                "MATERIALS",
                "SERVICES",
                "LOANED_STAFF",
                name="kind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("quantity", sa.Numeric(), nullable=False),
        sa.Column(
            "unit",
            sa.Enum(
                "HOUR",
                "MONTH",
                "SEAT",
                "ITEM",
                "SQUARE_FOOT",
                "OTHER",
                name="unit",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("unit_rate", sa.BigInteger(), nullable=True),
        sa.Column("currency", sa.Text(), nullable=True),
        sa.Column("method", sa.Text(), nullable=True),
        sa.Column("rate_source", sa.Text(), nullable=True),
        sa.Column("starts_on", sa.Date(), nullable=True),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("practice_id", sa.UUID(), nullable=True),
        sa.Column("position_id", sa.UUID(), nullable=True),
        sa.CheckConstraint(
            "quantity > 0 and quantity < 'infinity'", name=op.f("ck_in_kind_resource_quantity")
        ),
        sa.CheckConstraint(
            "(unit_rate is null) = (currency is null)", name=op.f("ck_in_kind_resource_rate_currency")
        ),
        sa.CheckConstraint(
            "ends_on is null or starts_on is null or ends_on >= starts_on",
            name=op.f("ck_in_kind_resource_term"),
        ),
        sa.CheckConstraint("unit_rate >= 0", name=op.f("ck_in_kind_resource_unit_rate")),
        sa.ForeignKeyConstraint(
            ["partnership_id", "donor_id"],
            ["organization.partnership_id", "organization.id"],
            name=op.f("fk_in_kind_resource_partnership_id_donor_id"),
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id", "position_id"],
            ["staff_position.partnership_id", "staff_position.id"],
            name=op.f("fk_in_kind_resource_partnership_id_position_id"),
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id", "practice_id"],
            ["practice.partnership_id", "practice.id"],
            name=op.f("fk_in_kind_resource_partnership_id_practice_id"),
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id"], ["partnership.id"], name=op.f("fk_in_kind_resource_partnership_id")
        ),
        sa.PrimaryKeyConstraint("partnership_id", "id", name=op.f("pk_in_kind_resource")),
    )
    op.create_index(
        "ix_in_kind_resource_donor_id", "in_kind_resource", ["partnership_id", "donor_id"], unique=False
    )
    op.create_index(
        "ix_in_kind_resource_position_id", "in_kind_resource", ["partnership_id", "position_id"], unique=False
    )
    op.create_index(
        "ix_in_kind_resource_practice_id", "in_kind_resource", ["partnership_id", "practice_id"], unique=False
    )
    op.create_table(
        "indicator",
        sa.Column("partnership_id", sa.UUID(), nullable=False),
        sa.Column("id", sa.UUID(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("outcome_id", sa.UUID(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("definition", sa.Text(), nullable=True),
        sa.Column("unit", sa.Text(), server_default="percent", nullable=False),
        sa.Column("higher_is_better", sa.Boolean(), server_default="true", nullable=False),
        sa.Column("is_core", sa.Boolean(), server_default="false", nullable=False),
        sa.ForeignKeyConstraint(
            ["partnership_id", "outcome_id"],
            ["outcome.partnership_id", "outcome.id"],
            name=op.f("fk_indicator_partnership_id_outcome_id"),
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id"], ["partnership.id"], name=op.f("fk_indicator_partnership_id")
        ),
        sa.PrimaryKeyConstraint("partnership_id", "id", name=op.f("pk_indicator")),
        sa.UniqueConstraint("partnership_id", "code", name=op.f("uq_indicator_partnership_id_code")),
        sa.UniqueConstraint("partnership_id", "name", name=op.f("uq_indicator_partnership_id_name")),
    )
    op.create_index("ix_indicator_outcome_id", "indicator", ["partnership_id", "outcome_id"], unique=False)
    op.create_table(
        "organization_identifier",
        sa.Column("partnership_id", sa.UUID(), nullable=False),
        sa.Column("id", sa.UUID(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("organization_id", sa.UUID(), nullable=False),
        sa.Column("scheme", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("preferred", sa.Boolean(), server_default="false", nullable=False),
        sa.CheckConstraint("length(value) between 1 and 200", name=op.f("ck_organization_identifier_value")),
        sa.ForeignKeyConstraint(
            ["partnership_id", "organization_id"],
            ["organization.partnership_id", "organization.id"],
            name=op.f("fk_organization_identifier_partnership_id_organization_id"),
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id"], ["partnership.id"], name=op.f("fk_organization_identifier_partnership_id")
        ),
        sa.PrimaryKeyConstraint("partnership_id", "id", name=op.f("pk_organization_identifier")),
        sa.UniqueConstraint(
            "partnership_id",
            "scheme",
            "value",
            name=op.f("uq_organization_identifier_partnership_id_scheme_value"),
        ),
    )
    op.create_index(
        "ix_organization_identifier_organization_id",
        "organization_identifier",
        ["partnership_id", "organization_id"],
        unique=False,
    )
    op.create_table(
        "population_alias",
        sa.Column("partnership_id", sa.UUID(), nullable=False),
        sa.Column("id", sa.UUID(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("population_id", sa.UUID(), nullable=False),
        sa.Column("dimension", sa.Text(), nullable=False),
        sa.Column("alias", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["partnership_id", "population_id"],
            ["population.partnership_id", "population.id"],
            name=op.f("fk_population_alias_partnership_id_population_id"),
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id"], ["partnership.id"], name=op.f("fk_population_alias_partnership_id")
        ),
        sa.PrimaryKeyConstraint("partnership_id", "id", name=op.f("pk_population_alias")),
        sa.UniqueConstraint(
            "partnership_id",
            "dimension",
            "alias",
            name=op.f("uq_population_alias_partnership_id_dimension_alias"),
        ),
    )
    op.create_index(
        "ix_population_alias_population_id",
        "population_alias",
        ["partnership_id", "population_id"],
        unique=False,
    )
    op.create_table(
        "population_part",
        sa.Column("partnership_id", sa.UUID(), nullable=False),
        sa.Column("population_id", sa.UUID(), nullable=False),
        sa.Column("part_id", sa.UUID(), nullable=False),
        sa.CheckConstraint("population_id <> part_id", name=op.f("ck_population_part_not_itself")),
        sa.ForeignKeyConstraint(
            ["partnership_id", "part_id"],
            ["population.partnership_id", "population.id"],
            name=op.f("fk_population_part_partnership_id_part_id"),
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id", "population_id"],
            ["population.partnership_id", "population.id"],
            name=op.f("fk_population_part_partnership_id_population_id"),
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id"], ["partnership.id"], name=op.f("fk_population_part_partnership_id")
        ),
        sa.PrimaryKeyConstraint(
            "partnership_id", "population_id", "part_id", name=op.f("pk_population_part")
        ),
    )
    op.create_index(
        "ix_population_part_part_id", "population_part", ["partnership_id", "part_id"], unique=False
    )
    op.create_table(
        "practice_outcome",
        sa.Column("partnership_id", sa.UUID(), nullable=False),
        sa.Column("practice_id", sa.UUID(), nullable=False),
        sa.Column("outcome_id", sa.UUID(), nullable=False),
        sa.ForeignKeyConstraint(
            ["partnership_id", "outcome_id"],
            ["outcome.partnership_id", "outcome.id"],
            name=op.f("fk_practice_outcome_partnership_id_outcome_id"),
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id", "practice_id"],
            ["practice.partnership_id", "practice.id"],
            name=op.f("fk_practice_outcome_partnership_id_practice_id"),
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id"], ["partnership.id"], name=op.f("fk_practice_outcome_partnership_id")
        ),
        sa.PrimaryKeyConstraint(
            "partnership_id", "practice_id", "outcome_id", name=op.f("pk_practice_outcome")
        ),
    )
    op.create_index(
        "ix_practice_outcome_outcome_id", "practice_outcome", ["partnership_id", "outcome_id"], unique=False
    )
    op.create_table(
        "finding_population",
        sa.Column("partnership_id", sa.UUID(), nullable=False),
        sa.Column("finding_id", sa.UUID(), nullable=False),
        sa.Column("population_id", sa.UUID(), nullable=False),
        sa.ForeignKeyConstraint(
            ["partnership_id", "finding_id"],
            ["finding.partnership_id", "finding.id"],
            name=op.f("fk_finding_population_partnership_id_finding_id"),
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id", "population_id"],
            ["population.partnership_id", "population.id"],
            name=op.f("fk_finding_population_partnership_id_population_id"),
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id"], ["partnership.id"], name=op.f("fk_finding_population_partnership_id")
        ),
        sa.PrimaryKeyConstraint(
            "partnership_id", "finding_id", "population_id", name=op.f("pk_finding_population")
        ),
    )
    op.create_index(
        "ix_finding_population_population_id",
        "finding_population",
        ["partnership_id", "population_id"],
        unique=False,
    )
    op.create_table(
        "indicator_version",
        sa.Column("partnership_id", sa.UUID(), nullable=False),
        sa.Column("id", sa.UUID(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("indicator_id", sa.UUID(), nullable=False),
        sa.Column("definition", sa.Text(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("bridge", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "valid_to is null or valid_to > valid_from", name=op.f("ck_indicator_version_term")
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id", "indicator_id"],
            ["indicator.partnership_id", "indicator.id"],
            name=op.f("fk_indicator_version_partnership_id_indicator_id"),
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id"], ["partnership.id"], name=op.f("fk_indicator_version_partnership_id")
        ),
        sa.PrimaryKeyConstraint("partnership_id", "id", name=op.f("pk_indicator_version")),
        sa.UniqueConstraint(
            "partnership_id",
            "indicator_id",
            "valid_from",
            name=op.f("uq_indicator_version_partnership_id_indicator_id_valid_from"),
        ),
    )
    op.create_table(
        "investment",
        sa.Column("partnership_id", sa.UUID(), nullable=False),
        sa.Column("id", sa.UUID(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("funder_id", sa.UUID(), nullable=False),
        sa.Column("recipient_id", sa.UUID(), nullable=True),
        sa.Column("fiscal_agent_id", sa.UUID(), nullable=True),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("programme", sa.Text(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
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
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("awarded_on", sa.Date(), nullable=True),
        sa.Column(
            "awarded_on_precision",
            sa.Enum(
                "DAY",
                "MONTH",
                "YEAR",
                name="awarded_on_precision_list",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("starts_on", sa.Date(), nullable=True),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("renewal_probability", sa.Numeric(), nullable=True),
        sa.Column("source_system", sa.Text(), nullable=False),
        sa.Column("source_publisher", sa.Text(), nullable=True),
        sa.Column("source_identifier", sa.Text(), nullable=True),
        sa.Column("source_file", sa.Text(), nullable=True),
        sa.Column("source_row", sa.Integer(), nullable=True),
        sa.Column("content_sha256", sa.LargeBinary(), nullable=True),
        sa.Column("fingerprint_sha256", sa.LargeBinary(), nullable=True),
        sa.Column("occurrence", sa.Integer(), server_default="1", nullable=False),
        sa.Column("extra", postgresql.JSONB(), nullable=True),
        sa.Column("import_id", sa.UUID(), nullable=True),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.CheckConstraint("currency ~ '^[A-Z]{3}$'", name=op.f("ck_investment_currency_shape")),
        sa.CheckConstraint(
            "(awarded_on is null) = (awarded_on_precision is null)",
            name=op.f("ck_investment_awarded_on_precision"),
        ),
        sa.CheckConstraint(
            "ends_on is null or starts_on is null or ends_on >= starts_on", name=op.f("ck_investment_term")
        ),
        sa.CheckConstraint("length(title) between 1 and 2000", name=op.f("ck_investment_title")),
        sa.CheckConstraint(
            "renewal_probability between 0 and 1", name=op.f("ck_investment_renewal_probability")
        ),
        sa.CheckConstraint("version > 0", name=op.f("ck_investment_version")),
        sa.ForeignKeyConstraint(
            ["partnership_id", "fiscal_agent_id"],
            ["organization.partnership_id", "organization.id"],
            name=op.f("fk_investment_partnership_id_fiscal_agent_id"),
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id", "funder_id"],
            ["funder.partnership_id", "funder.id"],
            name=op.f("fk_investment_partnership_id_funder_id"),
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id", "import_id"],
            ["import_run.partnership_id", "import_run.id"],
            name=op.f("fk_investment_partnership_id_import_id"),
            deferrable=True,
            initially="DEFERRED",
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id", "recipient_id"],
            ["organization.partnership_id", "organization.id"],
            name=op.f("fk_investment_partnership_id_recipient_id"),
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id"], ["partnership.id"], name=op.f("fk_investment_partnership_id")
        ),
        sa.PrimaryKeyConstraint("partnership_id", "id", name=op.f("pk_investment")),
        sa.UniqueConstraint(
            "partnership_id",
            "source_system",
            "content_sha256",
            "occurrence",
            name=op.f("uq_investment_partnership_id_source_system_content_sha256_occurrence"),
        ),
    )
    op.create_index("ix_investment_awarded_on", "investment", ["partnership_id", "awarded_on"], unique=False)
    op.create_index(
        "ix_investment_fiscal_agent_id", "investment", ["partnership_id", "fiscal_agent_id"], unique=False
    )
    op.create_index("ix_investment_funder_id", "investment", ["partnership_id", "funder_id"], unique=False)
    op.create_index("ix_investment_import_id", "investment", ["partnership_id", "import_id"], unique=False)
    op.create_index(
        "ix_investment_recipient_id", "investment", ["partnership_id", "recipient_id"], unique=False
    )
    op.create_index(
        "ix_investment_source_system_source_identifier",
        "investment",
        ["partnership_id", "source_system", "source_identifier"],
        unique=False,
    )
    op.create_table(
        "measurement",
        sa.Column("partnership_id", sa.UUID(), nullable=False),
        sa.Column("id", sa.UUID(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("indicator_id", sa.UUID(), nullable=False),
        sa.Column("area_id", sa.UUID(), nullable=False),
        sa.Column("population_id", sa.UUID(), nullable=False),
        sa.Column("period_start", sa.Date(), nullable=False),
        sa.Column("period_end", sa.Date(), nullable=False),
        sa.CheckConstraint("period_end >= period_start", name=op.f("ck_measurement_period")),
        sa.ForeignKeyConstraint(
            ["partnership_id", "area_id"],
            ["area.partnership_id", "area.id"],
            name=op.f("fk_measurement_partnership_id_area_id"),
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id", "indicator_id"],
            ["indicator.partnership_id", "indicator.id"],
            name=op.f("fk_measurement_partnership_id_indicator_id"),
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id", "population_id"],
            ["population.partnership_id", "population.id"],
            name=op.f("fk_measurement_partnership_id_population_id"),
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id"], ["partnership.id"], name=op.f("fk_measurement_partnership_id")
        ),
        sa.PrimaryKeyConstraint("partnership_id", "id", name=op.f("pk_measurement")),
        sa.UniqueConstraint(
            "partnership_id",
            "indicator_id",
            "area_id",
            "population_id",
            "period_start",
            "period_end",
            name=op.f(
                "uq_measurement_partnership_id_indicator_id_area_id_population_id_period_start_period_end"
            ),
        ),
    )
    op.create_index("ix_measurement_area_id", "measurement", ["partnership_id", "area_id"], unique=False)
    op.create_index(
        "ix_measurement_population_id", "measurement", ["partnership_id", "population_id"], unique=False
    )
    op.create_table(
        "policy_plan",
        sa.Column("partnership_id", sa.UUID(), nullable=False),
        sa.Column("id", sa.UUID(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column(
            "level",
            sa.Enum(
                "ORGANIZATIONAL",
                "LOCAL",
                "STATE",
                "NATIONAL",
                name="level",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "stance",
            sa.Enum(
                "CHANGE",
                "SUPPORT",
                "INFORM",
                "OPPOSE",
                name="stance",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "status",
            sa.Enum(
                "DRAFT",
                "ADOPTED",
                "ACTIVE",
                "STALLED",
                "WON",
                "LOST",
                "WITHDRAWN",
                "IMPLEMENTED",
                name="status",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            server_default="DRAFT",
            nullable=False,
        ),
        sa.Column("owner_id", sa.UUID(), nullable=True),
        sa.Column("indicator_id", sa.UUID(), nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.CheckConstraint("version > 0", name=op.f("ck_policy_plan_version")),
        sa.ForeignKeyConstraint(
            ["partnership_id", "indicator_id"],
            ["indicator.partnership_id", "indicator.id"],
            name=op.f("fk_policy_plan_partnership_id_indicator_id"),
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id", "owner_id"],
            ["organization.partnership_id", "organization.id"],
            name=op.f("fk_policy_plan_partnership_id_owner_id"),
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id"], ["partnership.id"], name=op.f("fk_policy_plan_partnership_id")
        ),
        sa.PrimaryKeyConstraint("partnership_id", "id", name=op.f("pk_policy_plan")),
        sa.UniqueConstraint("partnership_id", "title", name=op.f("uq_policy_plan_partnership_id_title")),
    )
    op.create_index(
        "ix_policy_plan_indicator_id", "policy_plan", ["partnership_id", "indicator_id"], unique=False
    )
    op.create_index("ix_policy_plan_owner_id", "policy_plan", ["partnership_id", "owner_id"], unique=False)
    op.create_table(
        "reference",
        sa.Column("partnership_id", sa.UUID(), nullable=False),
        sa.Column("id", sa.UUID(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("indicator_id", sa.UUID(), nullable=False),
        sa.Column("dimension", sa.Text(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "GROUP",
                "REST",
                "TOTAL",
                name="kind_list",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("population_id", sa.UUID(), nullable=True),
        sa.CheckConstraint(
            "(kind = 'GROUP') = (population_id is not null)", name=op.f("ck_reference_named_group")
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id", "indicator_id"],
            ["indicator.partnership_id", "indicator.id"],
            name=op.f("fk_reference_partnership_id_indicator_id"),
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id", "population_id"],
            ["population.partnership_id", "population.id"],
            name=op.f("fk_reference_partnership_id_population_id"),
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id"], ["partnership.id"], name=op.f("fk_reference_partnership_id")
        ),
        sa.PrimaryKeyConstraint("partnership_id", "id", name=op.f("pk_reference")),
        sa.UniqueConstraint(
            "partnership_id",
            "indicator_id",
            "dimension",
            name=op.f("uq_reference_partnership_id_indicator_id_dimension"),
        ),
    )
    op.create_index(
        "ix_reference_population_id", "reference", ["partnership_id", "population_id"], unique=False
    )
    op.create_table(
        "target",
        sa.Column("partnership_id", sa.UUID(), nullable=False),
        sa.Column("id", sa.UUID(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("indicator_id", sa.UUID(), nullable=False),
        sa.Column("area_id", sa.UUID(), nullable=True),
        sa.Column("population_id", sa.UUID(), nullable=True),
        sa.Column("value", sa.Numeric(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.CheckConstraint("value > '-infinity' and value < 'infinity'", name=op.f("ck_target_value")),
        sa.ForeignKeyConstraint(
            ["partnership_id", "area_id"],
            ["area.partnership_id", "area.id"],
            name=op.f("fk_target_partnership_id_area_id"),
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id", "indicator_id"],
            ["indicator.partnership_id", "indicator.id"],
            name=op.f("fk_target_partnership_id_indicator_id"),
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id", "population_id"],
            ["population.partnership_id", "population.id"],
            name=op.f("fk_target_partnership_id_population_id"),
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id"], ["partnership.id"], name=op.f("fk_target_partnership_id")
        ),
        sa.PrimaryKeyConstraint("partnership_id", "id", name=op.f("pk_target")),
    )
    op.create_index("ix_target_area_id", "target", ["partnership_id", "area_id"], unique=False)
    op.create_index("ix_target_population_id", "target", ["partnership_id", "population_id"], unique=False)
    op.create_index(
        "uq_target",
        "target",
        ["partnership_id", "indicator_id", "area_id", "population_id", "due_on"],
        unique=True,
        postgresql_nulls_not_distinct=True,
    )
    op.create_table(
        "basis",
        sa.Column("partnership_id", sa.UUID(), nullable=False),
        sa.Column("measurement_id", sa.UUID(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("count", sa.Numeric(), nullable=False),
        sa.ForeignKeyConstraint(
            ["partnership_id", "measurement_id"],
            ["measurement.partnership_id", "measurement.id"],
            name=op.f("fk_basis_partnership_id_measurement_id"),
        ),
        sa.ForeignKeyConstraint(["partnership_id"], ["partnership.id"], name=op.f("fk_basis_partnership_id")),
        sa.PrimaryKeyConstraint("partnership_id", "measurement_id", "version", name=op.f("pk_basis")),
        schema="raw",
    )
    op.create_table(
        "figure",
        sa.Column("partnership_id", sa.UUID(), nullable=False),
        sa.Column("measurement_id", sa.UUID(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("release_id", sa.UUID(), nullable=False),
        sa.Column(
            "released_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.Column("is_newest", sa.Boolean(), server_default="true", nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "REPORTED",
                "SUPPRESSED",
                "SUPPRESSED_AT_SOURCE",
                "BANDED",
                "NOT_APPLICABLE",
                "MISSING",
                name="status",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("value", sa.Numeric(), nullable=True),
        sa.Column("low", sa.Numeric(), nullable=True),
        sa.Column("high", sa.Numeric(), nullable=True),
        sa.Column("numerator", sa.BigInteger(), nullable=True),
        sa.Column("denominator", sa.BigInteger(), nullable=True),
        sa.Column("size_low", sa.BigInteger(), nullable=True),
        sa.Column("size_high", sa.BigInteger(), nullable=True),
        sa.Column(
            "rule",
            sa.Enum(
                "SMALL_COUNT",
                "COMPLEMENTARY",
                "END_CODED",
                "SMALL_CHANGE",
                "AT_SOURCE",
                name="rule",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("already_public", sa.Boolean(), nullable=False),
        sa.Column("source_system", sa.Text(), nullable=False),
        sa.Column("source_file", sa.Text(), nullable=True),
        sa.Column("source_row", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "status <> 'BANDED' or num_nonnulls(low, high) > 0", name=op.f("ck_figure_banded_has_bounds")
        ),
        sa.CheckConstraint(
            "status <> 'REPORTED' or value is not null", name=op.f("ck_figure_reported_has_value")
        ),
        sa.CheckConstraint(
            "status in ('REPORTED') or value is null", name=op.f("ck_figure_only_reported_has_value")
        ),
        sa.CheckConstraint("value > '-infinity' and value < 'infinity'", name=op.f("ck_figure_value_finite")),
        sa.CheckConstraint("denominator >= 0", name=op.f("ck_figure_denominator")),
        sa.CheckConstraint("low <= high", name=op.f("ck_figure_bounds")),
        sa.CheckConstraint("version > 0", name=op.f("ck_figure_version")),
        sa.ForeignKeyConstraint(
            ["partnership_id", "measurement_id"],
            ["measurement.partnership_id", "measurement.id"],
            name=op.f("fk_figure_partnership_id_measurement_id"),
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id", "release_id"],
            ["release.partnership_id", "release.id"],
            name=op.f("fk_figure_partnership_id_release_id"),
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id"], ["partnership.id"], name=op.f("fk_figure_partnership_id")
        ),
        sa.PrimaryKeyConstraint("partnership_id", "measurement_id", "version", name=op.f("pk_figure")),
    )
    op.create_index("ix_figure_release_id", "figure", ["partnership_id", "release_id"], unique=False)
    op.create_index(
        "uq_figure_newest",
        "figure",
        ["partnership_id", "measurement_id"],
        unique=True,
        postgresql_where=sa.text("is_newest"),
    )
    op.create_table(
        "account",
        sa.Column("partnership_id", sa.UUID(), nullable=False),
        sa.Column("id", sa.UUID(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "RECEIVABLE",
                "CASH",
                "PAID",
                "AVAILABLE",
                "OBLIGATED",
                "SPENT",
                "FEE",
                "IN_KIND",
                name="kind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column(
            "guard",
            sa.Enum(
                "NONE", "NO_OVERDRAFT", name="guard", native_enum=False, create_constraint=True, length=40
            ),
            nullable=False,
        ),
        sa.Column("investment_id", sa.UUID(), nullable=True),
        sa.Column("practice_id", sa.UUID(), nullable=True),
        sa.Column("outcome_id", sa.UUID(), nullable=True),
        sa.Column("population_id", sa.UUID(), nullable=True),
        sa.Column("area_id", sa.UUID(), nullable=True),
        sa.Column("position_id", sa.UUID(), nullable=True),
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
            nullable=True,
        ),
        sa.Column("fiscal_year", sa.Integer(), nullable=True),
        sa.Column("debits_pending", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("debits_posted", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("credits_pending", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("credits_posted", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("version", sa.BigInteger(), server_default="0", nullable=False),
        sa.CheckConstraint(
            "guard <> 'NO_OVERDRAFT' or debits_posted + debits_pending <= credits_posted",
            name=op.f("ck_account_no_overdraft"),
        ),
        sa.CheckConstraint("unit ~ '^([A-Z]{3}|u:[a-z_]{1,20})$'", name=op.f("ck_account_unit_shape")),
        sa.CheckConstraint("fiscal_year between 1990 and 2100", name=op.f("ck_account_fiscal_year")),
        sa.CheckConstraint(
            "least(debits_pending, debits_posted, credits_pending, credits_posted) >= 0",
            name=op.f("ck_account_counters"),
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id", "area_id"],
            ["area.partnership_id", "area.id"],
            name=op.f("fk_account_partnership_id_area_id"),
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id", "investment_id"],
            ["investment.partnership_id", "investment.id"],
            name=op.f("fk_account_partnership_id_investment_id"),
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id", "outcome_id"],
            ["outcome.partnership_id", "outcome.id"],
            name=op.f("fk_account_partnership_id_outcome_id"),
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id", "population_id"],
            ["population.partnership_id", "population.id"],
            name=op.f("fk_account_partnership_id_population_id"),
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id", "position_id"],
            ["staff_position.partnership_id", "staff_position.id"],
            name=op.f("fk_account_partnership_id_position_id"),
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id", "practice_id"],
            ["practice.partnership_id", "practice.id"],
            name=op.f("fk_account_partnership_id_practice_id"),
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id"], ["partnership.id"], name=op.f("fk_account_partnership_id")
        ),
        sa.PrimaryKeyConstraint("partnership_id", "id", name=op.f("pk_account")),
        sa.UniqueConstraint("partnership_id", "id", "unit", name=op.f("uq_account_partnership_id_id_unit")),
        schema="ledger",
        postgresql_with={"fillfactor": "50"},
    )
    op.create_index(
        "ix_account_area_id",
        "account",
        ["partnership_id", "area_id"],
        unique=False,
        schema="ledger",
        postgresql_where=sa.text("area_id is not null"),
    )
    op.create_index(
        "ix_account_outcome_id",
        "account",
        ["partnership_id", "outcome_id"],
        unique=False,
        schema="ledger",
        postgresql_where=sa.text("outcome_id is not null"),
    )
    op.create_index(
        "ix_account_population_id",
        "account",
        ["partnership_id", "population_id"],
        unique=False,
        schema="ledger",
        postgresql_where=sa.text("population_id is not null"),
    )
    op.create_index(
        "ix_account_position_id",
        "account",
        ["partnership_id", "position_id"],
        unique=False,
        schema="ledger",
        postgresql_where=sa.text("position_id is not null"),
    )
    op.create_index(
        "ix_account_practice_id",
        "account",
        ["partnership_id", "practice_id"],
        unique=False,
        schema="ledger",
        postgresql_where=sa.text("practice_id is not null"),
    )
    op.create_index(
        "uq_account_line",
        "account",
        [
            "partnership_id",
            "investment_id",
            "kind",
            "unit",
            "practice_id",
            "outcome_id",
            "population_id",
            "area_id",
            "position_id",
            "use",
            "fiscal_year",
        ],
        unique=True,
        schema="ledger",
        postgresql_nulls_not_distinct=True,
    )
    op.create_table(
        "move",
        sa.Column("partnership_id", sa.UUID(), nullable=False),
        sa.Column("id", sa.UUID(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("scenario_id", sa.UUID(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("investment_id", sa.UUID(), nullable=True),
        sa.Column("from_practice_id", sa.UUID(), nullable=True),
        sa.Column("from_outcome_id", sa.UUID(), nullable=True),
        sa.Column("from_population_id", sa.UUID(), nullable=True),
        sa.Column("from_area_id", sa.UUID(), nullable=True),
        sa.Column("from_position_id", sa.UUID(), nullable=True),
        sa.Column(
            "from_use",
            sa.Enum(
                "OPERATIONS",
                "COLLABORATIVE_ACTION",
                "PRACTICE",
                "ADVOCACY",
                "OVERHEAD",
                "UNASSIGNED",
                name="from_use",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("from_fiscal_year", sa.Integer(), nullable=True),
        sa.Column("to_practice_id", sa.UUID(), nullable=True),
        sa.Column("to_outcome_id", sa.UUID(), nullable=True),
        sa.Column("to_population_id", sa.UUID(), nullable=True),
        sa.Column("to_area_id", sa.UUID(), nullable=True),
        sa.Column("to_position_id", sa.UUID(), nullable=True),
        sa.Column(
            "to_use",
            sa.Enum(
                "OPERATIONS",
                "COLLABORATIVE_ACTION",
                "PRACTICE",
                "ADVOCACY",
                "OVERHEAD",
                "UNASSIGNED",
                name="to_use",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("to_fiscal_year", sa.Integer(), nullable=True),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("gain", sa.Numeric(), nullable=True),
        sa.Column("gain_low", sa.Numeric(), nullable=True),
        sa.Column("gain_high", sa.Numeric(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("sentence", sa.Text(), nullable=False),
        sa.Column(
            "decision",
            sa.Enum(
                "PENDING",
                "ACCEPTED",
                "DECLINED",
                name="decision",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            server_default="PENDING",
            nullable=False,
        ),
        sa.Column("decision_note", sa.Text(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.Text(), nullable=True),
        sa.CheckConstraint("amount > 0", name=op.f("ck_move_amount")),
        sa.ForeignKeyConstraint(
            ["partnership_id", "from_area_id"],
            ["area.partnership_id", "area.id"],
            name=op.f("fk_move_partnership_id_from_area_id"),
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id", "from_outcome_id"],
            ["outcome.partnership_id", "outcome.id"],
            name=op.f("fk_move_partnership_id_from_outcome_id"),
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id", "from_population_id"],
            ["population.partnership_id", "population.id"],
            name=op.f("fk_move_partnership_id_from_population_id"),
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id", "from_position_id"],
            ["staff_position.partnership_id", "staff_position.id"],
            name=op.f("fk_move_partnership_id_from_position_id"),
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id", "from_practice_id"],
            ["practice.partnership_id", "practice.id"],
            name=op.f("fk_move_partnership_id_from_practice_id"),
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id", "investment_id"],
            ["investment.partnership_id", "investment.id"],
            name=op.f("fk_move_partnership_id_investment_id"),
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id", "scenario_id"],
            ["scenario.partnership_id", "scenario.id"],
            name=op.f("fk_move_partnership_id_scenario_id"),
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id", "to_area_id"],
            ["area.partnership_id", "area.id"],
            name=op.f("fk_move_partnership_id_to_area_id"),
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id", "to_outcome_id"],
            ["outcome.partnership_id", "outcome.id"],
            name=op.f("fk_move_partnership_id_to_outcome_id"),
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id", "to_population_id"],
            ["population.partnership_id", "population.id"],
            name=op.f("fk_move_partnership_id_to_population_id"),
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id", "to_position_id"],
            ["staff_position.partnership_id", "staff_position.id"],
            name=op.f("fk_move_partnership_id_to_position_id"),
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id", "to_practice_id"],
            ["practice.partnership_id", "practice.id"],
            name=op.f("fk_move_partnership_id_to_practice_id"),
        ),
        sa.ForeignKeyConstraint(["partnership_id"], ["partnership.id"], name=op.f("fk_move_partnership_id")),
        sa.PrimaryKeyConstraint("partnership_id", "id", name=op.f("pk_move")),
        sa.UniqueConstraint(
            "partnership_id",
            "scenario_id",
            "position",
            name=op.f("uq_move_partnership_id_scenario_id_position"),
        ),
    )
    op.create_index("ix_move_investment_id", "move", ["partnership_id", "investment_id"], unique=False)
    op.create_table(
        "policy_plan_outcome",
        sa.Column("partnership_id", sa.UUID(), nullable=False),
        sa.Column("plan_id", sa.UUID(), nullable=False),
        sa.Column("outcome_id", sa.UUID(), nullable=False),
        sa.ForeignKeyConstraint(
            ["partnership_id", "outcome_id"],
            ["outcome.partnership_id", "outcome.id"],
            name=op.f("fk_policy_plan_outcome_partnership_id_outcome_id"),
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id", "plan_id"],
            ["policy_plan.partnership_id", "policy_plan.id"],
            name=op.f("fk_policy_plan_outcome_partnership_id_plan_id"),
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id"], ["partnership.id"], name=op.f("fk_policy_plan_outcome_partnership_id")
        ),
        sa.PrimaryKeyConstraint(
            "partnership_id", "plan_id", "outcome_id", name=op.f("pk_policy_plan_outcome")
        ),
    )
    op.create_index(
        "ix_policy_plan_outcome_outcome_id",
        "policy_plan_outcome",
        ["partnership_id", "outcome_id"],
        unique=False,
    )
    op.create_table(
        "policy_plan_population",
        sa.Column("partnership_id", sa.UUID(), nullable=False),
        sa.Column("plan_id", sa.UUID(), nullable=False),
        sa.Column("population_id", sa.UUID(), nullable=False),
        sa.ForeignKeyConstraint(
            ["partnership_id", "plan_id"],
            ["policy_plan.partnership_id", "policy_plan.id"],
            name=op.f("fk_policy_plan_population_partnership_id_plan_id"),
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id", "population_id"],
            ["population.partnership_id", "population.id"],
            name=op.f("fk_policy_plan_population_partnership_id_population_id"),
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id"], ["partnership.id"], name=op.f("fk_policy_plan_population_partnership_id")
        ),
        sa.PrimaryKeyConstraint(
            "partnership_id", "plan_id", "population_id", name=op.f("pk_policy_plan_population")
        ),
    )
    op.create_index(
        "ix_policy_plan_population_population_id",
        "policy_plan_population",
        ["partnership_id", "population_id"],
        unique=False,
    )
    op.create_table(
        "figure",
        sa.Column("partnership_id", sa.UUID(), nullable=False),
        sa.Column("measurement_id", sa.UUID(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column(
            "recorded_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.Column("recorded_by", sa.Text(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "REPORTED",
                "SUPPRESSED",
                "SUPPRESSED_AT_SOURCE",
                "BANDED",
                "NOT_APPLICABLE",
                "MISSING",
                name="status",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("value", sa.Numeric(), nullable=True),
        sa.Column("low", sa.Numeric(), nullable=True),
        sa.Column("high", sa.Numeric(), nullable=True),
        sa.Column("mark", sa.Text(), nullable=True),
        sa.Column("numerator", sa.BigInteger(), nullable=True),
        sa.Column("denominator", sa.BigInteger(), nullable=True),
        sa.Column("already_public", sa.Boolean(), nullable=False),
        sa.Column("source_system", sa.Text(), nullable=False),
        sa.Column("source_file", sa.Text(), nullable=True),
        sa.Column("source_row", sa.Integer(), nullable=True),
        sa.Column("import_id", sa.UUID(), nullable=True),
        sa.CheckConstraint(
            "status <> 'BANDED' or num_nonnulls(low, high) > 0", name=op.f("ck_figure_banded_has_bounds")
        ),
        sa.CheckConstraint(
            "status <> 'REPORTED' or value is not null", name=op.f("ck_figure_reported_has_value")
        ),
        sa.CheckConstraint(
            "status in ('REPORTED') or value is null", name=op.f("ck_figure_only_reported_has_value")
        ),
        sa.CheckConstraint("value > '-infinity' and value < 'infinity'", name=op.f("ck_figure_value_finite")),
        sa.CheckConstraint("denominator >= 0", name=op.f("ck_figure_denominator")),
        sa.CheckConstraint("low <= high", name=op.f("ck_figure_bounds")),
        sa.CheckConstraint("version > 0", name=op.f("ck_figure_version")),
        sa.ForeignKeyConstraint(
            ["partnership_id", "import_id"],
            ["import_run.partnership_id", "import_run.id"],
            name=op.f("fk_figure_partnership_id_import_id"),
            deferrable=True,
            initially="DEFERRED",
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id", "measurement_id"],
            ["measurement.partnership_id", "measurement.id"],
            name=op.f("fk_figure_partnership_id_measurement_id"),
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id"], ["partnership.id"], name=op.f("fk_figure_partnership_id")
        ),
        sa.PrimaryKeyConstraint("partnership_id", "measurement_id", "version", name=op.f("pk_figure")),
        schema="raw",
    )
    op.create_index(
        "ix_figure_import_id", "figure", ["partnership_id", "import_id"], unique=False, schema="raw"
    )
    op.create_table(
        "restriction",
        sa.Column("partnership_id", sa.UUID(), nullable=False),
        sa.Column("id", sa.UUID(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("investment_id", sa.UUID(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=True),
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
            nullable=True,
        ),
        sa.Column(
            "minimum_tier",
            sa.Enum(
                "STRONG",
                "MODERATE",
                "PROMISING",
                "RATIONALE",
                "NONE",
                name="minimum_tier",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("lobbying_allowed", sa.Boolean(), server_default="true", nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.CheckConstraint("amount > 0", name=op.f("ck_restriction_amount")),
        sa.ForeignKeyConstraint(
            ["partnership_id", "investment_id"],
            ["investment.partnership_id", "investment.id"],
            name=op.f("fk_restriction_partnership_id_investment_id"),
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id"], ["partnership.id"], name=op.f("fk_restriction_partnership_id")
        ),
        sa.PrimaryKeyConstraint("partnership_id", "id", name=op.f("pk_restriction")),
    )
    op.create_index(
        "ix_restriction_investment_id", "restriction", ["partnership_id", "investment_id"], unique=False
    )
    op.create_table(
        "staff_funding",
        sa.Column("partnership_id", sa.UUID(), nullable=False),
        sa.Column("id", sa.UUID(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("position_id", sa.UUID(), nullable=False),
        sa.Column("investment_id", sa.UUID(), nullable=True),
        sa.Column("in_kind_id", sa.UUID(), nullable=True),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("monthly", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("is_certain", sa.Boolean(), server_default="true", nullable=False),
        sa.Column("is_recurring", sa.Boolean(), server_default="false", nullable=False),
        sa.CheckConstraint("ends_on >= starts_on", name=op.f("ck_staff_funding_term")),
        sa.CheckConstraint("monthly >= 0", name=op.f("ck_staff_funding_monthly")),
        sa.CheckConstraint(
            "num_nonnulls(investment_id, in_kind_id) <= 1", name=op.f("ck_staff_funding_one_payer")
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id", "in_kind_id"],
            ["in_kind_resource.partnership_id", "in_kind_resource.id"],
            name=op.f("fk_staff_funding_partnership_id_in_kind_id"),
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id", "investment_id"],
            ["investment.partnership_id", "investment.id"],
            name=op.f("fk_staff_funding_partnership_id_investment_id"),
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id", "position_id"],
            ["staff_position.partnership_id", "staff_position.id"],
            name=op.f("fk_staff_funding_partnership_id_position_id"),
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id"], ["partnership.id"], name=op.f("fk_staff_funding_partnership_id")
        ),
        sa.PrimaryKeyConstraint("partnership_id", "id", name=op.f("pk_staff_funding")),
    )
    op.create_index(
        "ix_staff_funding_in_kind_id", "staff_funding", ["partnership_id", "in_kind_id"], unique=False
    )
    op.create_index(
        "ix_staff_funding_investment_id", "staff_funding", ["partnership_id", "investment_id"], unique=False
    )
    op.create_index(
        "ix_staff_funding_position_id", "staff_funding", ["partnership_id", "position_id"], unique=False
    )
    op.create_table(
        "transfer",
        sa.Column("partnership_id", sa.UUID(), nullable=False),
        sa.Column("id", sa.UUID(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("batch", sa.UUID(), nullable=False),
        sa.Column(
            "phase",
            sa.Enum(
                "POSTED",
                "PENDING",
                "POST",
                "VOID",
                name="phase",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "kind",
            sa.Enum(
                "PLEDGE",
                "COMMITMENT",
                "RECEIPT",
                "DISBURSEMENT",
                "EXPENDITURE",
                "ALLOCATION",
                "REALLOCATION",
                "REFUND",
                "FEE",
                "REVERSAL",
                name="kind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("debit_account_id", sa.UUID(), nullable=False),
        sa.Column("credit_account_id", sa.UUID(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("pending_id", sa.UUID(), nullable=True),
        sa.Column("reverses_id", sa.UUID(), nullable=True),
        sa.Column("investment_id", sa.UUID(), nullable=True),
        sa.Column("payer_id", sa.UUID(), nullable=True),
        sa.Column("payee_id", sa.UUID(), nullable=True),
        sa.Column("effective_on", sa.Date(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("previous_hash", sa.LargeBinary(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint(
            "(kind = 'REVERSAL') = (reverses_id is not null)", name=op.f("ck_transfer_reversal")
        ),
        sa.CheckConstraint(
            "(phase in ('POST', 'VOID')) = (pending_id is not null)", name=op.f("ck_transfer_pending")
        ),
        sa.CheckConstraint(
            "effective_on between date '1900-01-01' and date '2100-12-31'",
            name=op.f("ck_transfer_effective_on"),
        ),
        sa.CheckConstraint("amount between 1 and 100000000000000000", name=op.f("ck_transfer_amount")),
        sa.CheckConstraint("debit_account_id <> credit_account_id", name=op.f("ck_transfer_two_accounts")),
        sa.CheckConstraint("length(note) <= 2000", name=op.f("ck_transfer_note")),
        sa.ForeignKeyConstraint(
            ["partnership_id", "credit_account_id", "unit"],
            ["ledger.account.partnership_id", "ledger.account.id", "ledger.account.unit"],
            name=op.f("fk_transfer_partnership_id_credit_account_id_unit"),
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id", "debit_account_id", "unit"],
            ["ledger.account.partnership_id", "ledger.account.id", "ledger.account.unit"],
            name=op.f("fk_transfer_partnership_id_debit_account_id_unit"),
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id", "payee_id"],
            ["organization.partnership_id", "organization.id"],
            name=op.f("fk_transfer_partnership_id_payee_id"),
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id", "payer_id"],
            ["organization.partnership_id", "organization.id"],
            name=op.f("fk_transfer_partnership_id_payer_id"),
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id", "pending_id"],
            ["ledger.transfer.partnership_id", "ledger.transfer.id"],
            name=op.f("fk_transfer_partnership_id_pending_id"),
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id", "reverses_id"],
            ["ledger.transfer.partnership_id", "ledger.transfer.id"],
            name=op.f("fk_transfer_partnership_id_reverses_id"),
        ),
        sa.PrimaryKeyConstraint("partnership_id", "id", name=op.f("pk_transfer")),
        sa.UniqueConstraint("partnership_id", "sequence", name=op.f("uq_transfer_partnership_id_sequence")),
        schema="ledger",
    )
    op.create_index(
        "ix_transfer_credit_account_id",
        "transfer",
        ["partnership_id", "credit_account_id"],
        unique=False,
        schema="ledger",
    )
    op.create_index(
        "ix_transfer_debit_account_id",
        "transfer",
        ["partnership_id", "debit_account_id"],
        unique=False,
        schema="ledger",
    )
    op.create_index(
        "ix_transfer_investment_id",
        "transfer",
        ["partnership_id", "investment_id"],
        unique=False,
        schema="ledger",
    )
    op.create_index(
        "ix_transfer_reverses_id",
        "transfer",
        ["partnership_id", "reverses_id"],
        unique=False,
        schema="ledger",
        postgresql_where=sa.text("reverses_id is not null"),
    )
    op.create_index(
        "uq_transfer_pending_id",
        "transfer",
        ["partnership_id", "pending_id"],
        unique=True,
        schema="ledger",
        postgresql_where=sa.text("pending_id is not null"),
    )
    op.create_table(
        "restriction_term",
        sa.Column("partnership_id", sa.UUID(), nullable=False),
        sa.Column("id", sa.UUID(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("restriction_id", sa.UUID(), nullable=False),
        sa.Column("outcome_id", sa.UUID(), nullable=True),
        sa.Column("practice_id", sa.UUID(), nullable=True),
        sa.Column("population_id", sa.UUID(), nullable=True),
        sa.Column("area_id", sa.UUID(), nullable=True),
        sa.Column("fiscal_year", sa.Integer(), nullable=True),
        sa.CheckConstraint("fiscal_year between 1990 and 2100", name=op.f("ck_restriction_term_fiscal_year")),
        sa.CheckConstraint(
            "num_nonnulls(outcome_id, practice_id, population_id, area_id, fiscal_year) = 1",
            name=op.f("ck_restriction_term_one_term"),
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id", "area_id"],
            ["area.partnership_id", "area.id"],
            name=op.f("fk_restriction_term_partnership_id_area_id"),
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id", "outcome_id"],
            ["outcome.partnership_id", "outcome.id"],
            name=op.f("fk_restriction_term_partnership_id_outcome_id"),
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id", "population_id"],
            ["population.partnership_id", "population.id"],
            name=op.f("fk_restriction_term_partnership_id_population_id"),
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id", "practice_id"],
            ["practice.partnership_id", "practice.id"],
            name=op.f("fk_restriction_term_partnership_id_practice_id"),
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id", "restriction_id"],
            ["restriction.partnership_id", "restriction.id"],
            name=op.f("fk_restriction_term_partnership_id_restriction_id"),
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id"], ["partnership.id"], name=op.f("fk_restriction_term_partnership_id")
        ),
        sa.PrimaryKeyConstraint("partnership_id", "id", name=op.f("pk_restriction_term")),
    )
    op.create_index(
        "ix_restriction_term_area_id", "restriction_term", ["partnership_id", "area_id"], unique=False
    )
    op.create_index(
        "ix_restriction_term_outcome_id", "restriction_term", ["partnership_id", "outcome_id"], unique=False
    )
    op.create_index(
        "ix_restriction_term_population_id",
        "restriction_term",
        ["partnership_id", "population_id"],
        unique=False,
    )
    op.create_index(
        "ix_restriction_term_practice_id", "restriction_term", ["partnership_id", "practice_id"], unique=False
    )
    op.create_index(
        "ix_restriction_term_restriction_id",
        "restriction_term",
        ["partnership_id", "restriction_id"],
        unique=False,
    )
    op.create_table(
        "entry",
        sa.Column("partnership_id", sa.UUID(), nullable=False),
        sa.Column("account_id", sa.UUID(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("transfer_id", sa.UUID(), nullable=False),
        sa.Column("side", sa.Text(), nullable=False),
        sa.Column("pending", sa.BigInteger(), nullable=False),
        sa.Column("posted", sa.BigInteger(), nullable=False),
        sa.Column("balance_after", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("side in ('D', 'C')", name=op.f("ck_entry_side")),
        sa.ForeignKeyConstraint(
            ["partnership_id", "account_id"],
            ["ledger.account.partnership_id", "ledger.account.id"],
            name=op.f("fk_entry_partnership_id_account_id"),
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id", "transfer_id"],
            ["ledger.transfer.partnership_id", "ledger.transfer.id"],
            name=op.f("fk_entry_partnership_id_transfer_id"),
        ),
        sa.PrimaryKeyConstraint("partnership_id", "account_id", "version", name=op.f("pk_entry")),
        schema="ledger",
    )
    op.create_index(
        "ix_entry_transfer_id", "entry", ["partnership_id", "transfer_id"], unique=False, schema="ledger"
    )
