"""Evidence: raters' reports, local results behind the minimum group size, price levels, and findings' own words."""

import sqlalchemy as sa
from alembic import context, op
from sqlalchemy.dialects import postgresql

from migrations.tenancy import guard
from migrations.upgrade import quoted

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

SHARED = ("intervention_report", "price_index")
STEWARDED = ("local_result", "local_effect")
RAW = "raw.local_count"
PAIRS = (
    ("participants", "participants_reached"),
    ("comparison", "comparison_reached"),
    ("participants_before", "participants_reached_before"),
    ("comparison_before", "comparison_reached_before"),
)
# The tenant's own guard also binds the owner of the table, so it is lifted for the one statement.
FILL = (
    "alter table finding no force row level security",
    (
        "update finding set practice_as_published = extra ->> 'practice_as_published', "
        "measure = coalesce(extra ->> 'Outcome_Measure', extra ->> 'measure'), "
        "period = coalesce(extra ->> 'Period', extra ->> 'period') where extra is not null"
    ),
    "alter table finding force row level security",
)


def upgrade() -> None:
    _widen()
    _create_reports()
    _create_prices()
    _create_local_results()
    for statement in (rule for table in (*SHARED, *STEWARDED, RAW) for rule in guard(table)):
        op.execute(statement)
    _grant()


def downgrade() -> None:
    op.execute(f"drop table {RAW}")
    for table in (*reversed(STEWARDED), *SHARED):
        op.drop_table(table)
    op.drop_constraint(op.f("ck_finding_practice"), "finding")
    op.execute("alter table finding no force row level security")
    op.execute(
        "delete from finding_population l using finding f "
        "where f.partnership_id = l.partnership_id and f.id = l.finding_id and f.practice_id is null"
    )
    op.execute("delete from finding where practice_id is null")
    op.execute("alter table finding force row level security")
    op.alter_column("finding", "practice_id", nullable=False)
    for column in ("practice_as_published", "measure", "period"):
        op.drop_column("finding", column)
    for column in ("has_logic_model", "is_under_study"):
        op.drop_column("practice", column)


def _grant() -> None:
    app, steward = (quoted(context.config.attributes["logins"].role(name)) for name in ("app", "steward"))
    op.execute(f"grant select, insert, update on {', '.join(SHARED)} to {app}, {steward}")
    op.execute(f"grant select on {', '.join(STEWARDED)} to {app}")
    op.execute(f"grant select, insert on {', '.join(STEWARDED)}, {RAW} to {steward}")


def _widen() -> None:
    for column in ("practice_as_published", "measure", "period"):
        op.add_column("finding", sa.Column(column, sa.Text(), nullable=True))
    for column in ("has_logic_model", "is_under_study"):
        op.add_column("practice", sa.Column(column, sa.Boolean(), nullable=True))
    op.alter_column("finding", "practice_id", nullable=True)
    for statement in FILL:
        op.execute(statement)
    op.create_check_constraint(
        op.f("ck_finding_practice"), "finding", "num_nonnulls(practice_id, practice_as_published) > 0"
    )


def _owned(table: str) -> tuple[sa.Column[object] | sa.ForeignKeyConstraint, ...]:
    return (
        sa.Column("partnership_id", sa.UUID(), nullable=False),
        sa.ForeignKeyConstraint(
            ["partnership_id"], ["partnership.id"], name=op.f(f"fk_{table}_partnership_id")
        ),
    )


def _keyed(table: str) -> tuple[sa.Column[object] | sa.PrimaryKeyConstraint, ...]:
    return (
        sa.Column("id", sa.UUID(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.PrimaryKeyConstraint("partnership_id", "id", name=op.f(f"pk_{table}")),
    )


def _refers(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_partnership_id_{column}")
    return sa.ForeignKeyConstraint(
        ["partnership_id", column], [f"{other}.partnership_id", f"{other}.id"], name=name
    )


def _imported(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["partnership_id", "import_id"],
        ["import_run.partnership_id", "import_run.id"],
        name=op.f(f"fk_{table}_partnership_id_import_id"),
        initially="DEFERRED",
        deferrable=True,
    )


def _closed(name: str, *words: str) -> sa.Column[str]:
    kind = sa.Enum(*words, name=name, native_enum=False, create_constraint=True, length=40)
    return sa.Column(name, kind, nullable=False)


def _create_reports() -> None:
    op.create_table(
        "intervention_report",
        *_owned("intervention_report"),
        *_keyed("intervention_report"),
        sa.Column("practice_id", sa.UUID(), nullable=False),
        sa.Column("outcome_id", sa.UUID(), nullable=True),
        sa.Column("outcome_as_published", sa.Text(), nullable=True),
        sa.Column("rating", sa.Text(), nullable=True),
        sa.Column("protocol", sa.Text(), nullable=True),
        sa.Column("protocol_version", sa.Text(), nullable=True),
        sa.Column("study_count", sa.Integer(), nullable=True),
        sa.Column("eligible_study_count", sa.Integer(), nullable=True),
        sa.Column("sample_size", sa.Integer(), nullable=True),
        sa.Column("source_url", sa.Text(), nullable=True),
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
        sa.CheckConstraint(
            "least(study_count, eligible_study_count, sample_size) >= 0",
            name=op.f("ck_intervention_report_counts"),
        ),
        _refers("intervention_report", "practice_id", "practice"),
        _refers("intervention_report", "outcome_id", "outcome"),
        _imported("intervention_report"),
        sa.UniqueConstraint(
            "partnership_id",
            "source_system",
            "source_identifier",
            name=op.f("uq_intervention_report_source"),
        ),
    )
    for column in ("practice_id", "outcome_id", "import_id"):
        op.create_index(f"ix_intervention_report_{column}", "intervention_report", ["partnership_id", column])


def _create_prices() -> None:
    op.create_table(
        "price_index",
        *_owned("price_index"),
        *_keyed("price_index"),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("level", sa.Numeric(), nullable=False),
        sa.Column("source", sa.Text(), nullable=True),
        sa.CheckConstraint("year between 1900 and 2100", name=op.f("ck_price_index_year")),
        sa.CheckConstraint("level > 0 and level < 'infinity'", name=op.f("ck_price_index_level")),
        sa.UniqueConstraint(
            "partnership_id", "name", "year", name=op.f("uq_price_index_partnership_id_name_year")
        ),
    )


def _create_local_results() -> None:
    op.create_table(
        "local_result",
        *_owned("local_result"),
        *_keyed("local_result"),
        sa.Column("practice_id", sa.UUID(), nullable=False),
        sa.Column("outcome_id", sa.UUID(), nullable=False),
        sa.Column("period_start", sa.Date(), nullable=False),
        sa.Column("period_end", sa.Date(), nullable=False),
        sa.CheckConstraint("period_end >= period_start", name=op.f("ck_local_result_period")),
        _refers("local_result", "practice_id", "practice"),
        _refers("local_result", "outcome_id", "outcome"),
        sa.UniqueConstraint(
            "partnership_id",
            "practice_id",
            "outcome_id",
            "period_start",
            "period_end",
            name=op.f("uq_local_result_period"),
        ),
    )
    op.create_index("ix_local_result_outcome_id", "local_result", ["partnership_id", "outcome_id"])
    _create_local_effects()
    _create_local_counts()


def _create_local_effects() -> None:
    op.create_table(
        "local_effect",
        *_owned("local_effect"),
        sa.Column("local_result_id", sa.UUID(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column(
            "released_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.Column("minimum_group_size", sa.Integer(), nullable=False),
        _closed("design", "RCT", "RDD", "QED", "CORRELATIONAL", "SINGLE_CASE", "PRE_POST", "UNKNOWN"),
        _closed("baseline", "EQUIVALENT", "NEEDS_ADJUSTMENT", "NOT_STATED", "NOT_EQUIVALENT"),
        sa.Column("effect", sa.Numeric(), nullable=True),
        sa.Column("standard_error", sa.Numeric(), nullable=True),
        sa.Column("people_count", sa.Integer(), nullable=True),
        sa.Column("difference", sa.Integer(), nullable=True),
        sa.Column("difference_low", sa.Integer(), nullable=True),
        sa.Column("difference_high", sa.Integer(), nullable=True),
        sa.Column("sentence", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "num_nonnulls(effect, standard_error, people_count) in (0, 3)",
            name=op.f("ck_local_effect_shown"),
        ),
        sa.CheckConstraint(
            "num_nonnulls(difference, difference_low, difference_high) in (0, 3)",
            name=op.f("ck_local_effect_points"),
        ),
        sa.CheckConstraint("standard_error > 0", name=op.f("ck_local_effect_standard_error")),
        sa.CheckConstraint("minimum_group_size >= 10", name=op.f("ck_local_effect_minimum_group_size")),
        _refers("local_effect", "local_result_id", "local_result"),
        sa.PrimaryKeyConstraint("partnership_id", "local_result_id", "version", name=op.f("pk_local_effect")),
    )


def _create_local_counts() -> None:
    counts = [
        sa.Column(name, sa.Integer(), nullable=not name.startswith("participants") or "before" in name)
        for pair in PAIRS
        for name in pair
    ]
    checks = [
        sa.CheckConstraint(
            f"num_nonnulls({people}, {reached}) <> 1 and {reached} between 0 and {people}",
            name=op.f(f"ck_local_count_{people}"),
        )
        for people, reached in PAIRS
    ]
    op.create_table(
        "local_count",
        *_owned("local_count"),
        sa.Column("local_result_id", sa.UUID(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column(
            "recorded_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.Column("recorded_by", sa.Text(), nullable=False),
        *counts,
        sa.Column("source", sa.Text(), nullable=True),
        sa.Column("source_file", sa.Text(), nullable=True),
        sa.Column("source_row", sa.Integer(), nullable=True),
        sa.Column("import_id", sa.UUID(), nullable=True),
        *checks,
        sa.CheckConstraint(
            "num_nonnulls(comparison, participants_before) > 0",
            name=op.f("ck_local_count_compared_with"),
        ),
        sa.CheckConstraint("version > 0", name=op.f("ck_local_count_version")),
        _refers("local_count", "local_result_id", "local_result"),
        _imported("local_count"),
        sa.PrimaryKeyConstraint("partnership_id", "local_result_id", "version", name=op.f("pk_local_count")),
        schema="raw",
    )
    op.create_index("ix_local_count_import_id", "local_count", ["partnership_id", "import_id"], schema="raw")
