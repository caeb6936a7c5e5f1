"""Figures on their way to readers: submissions and their steps, baselines, looks, sources and allowances."""

import sqlalchemy as sa
from alembic import context, op

from migrations.tenancy import guard
from migrations.upgrade import quoted

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

SHARED = ("data_source", "quality_allowance")
STEWARDED = ("submission", "submission_step", "look", "baseline")


def upgrade() -> None:
    _create_tables()
    _create_logs()
    _widen()
    for statement in (rule for table in (*SHARED, *STEWARDED) for rule in guard(table)):
        op.execute(statement)
    app, steward = (quoted(context.config.attributes["logins"].role(name)) for name in ("app", "steward"))
    op.execute(f"grant select, insert, update on {', '.join(SHARED)} to {app}, {steward}")
    op.execute(f"grant select on {', '.join(STEWARDED)} to {app}")
    op.execute(f"grant select, insert on {', '.join(STEWARDED)} to {steward}")
    op.execute(f"grant update (step, version) on submission to {steward}")


def _create_tables() -> None:
    op.create_table(
        "data_source",
        sa.Column("partnership_id", sa.UUID(), nullable=False),
        sa.Column("id", sa.UUID(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("decision_cadence_days", sa.Integer(), nullable=True),
        sa.CheckConstraint("decision_cadence_days > 0", name=op.f("ck_data_source_decision_cadence_days")),
        sa.ForeignKeyConstraint(
            ["partnership_id"], ["partnership.id"], name=op.f("fk_data_source_partnership_id")
        ),
        sa.PrimaryKeyConstraint("partnership_id", "id", name=op.f("pk_data_source")),
        sa.UniqueConstraint("partnership_id", "name", name=op.f("uq_data_source_partnership_id_name")),
    )
    op.create_table(
        "submission",
        sa.Column("partnership_id", sa.UUID(), nullable=False),
        sa.Column("id", sa.UUID(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column(
            "step",
            sa.Enum(
                "DRAFT",
                "SUBMITTED",
                "RETURNED",
                "APPROVED",
                "PUBLISHED",
                name="step",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("figure_count", sa.Integer(), nullable=False),
        sa.Column(
            "recorded_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.Column("recorded_by", sa.Text(), nullable=False),
        sa.Column("import_id", sa.UUID(), nullable=True),
        sa.CheckConstraint("figure_count >= 0", name=op.f("ck_submission_figure_count")),
        sa.CheckConstraint("version > 0", name=op.f("ck_submission_version")),
        sa.ForeignKeyConstraint(
            ["partnership_id", "import_id"],
            ["import_run.partnership_id", "import_run.id"],
            name=op.f("fk_submission_partnership_id_import_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id"], ["partnership.id"], name=op.f("fk_submission_partnership_id")
        ),
        sa.PrimaryKeyConstraint("partnership_id", "id", name=op.f("pk_submission")),
    )
    op.create_index("ix_submission_import_id", "submission", ["partnership_id", "import_id"], unique=False)
    op.create_table(
        "quality_allowance",
        sa.Column("partnership_id", sa.UUID(), nullable=False),
        sa.Column("id", sa.UUID(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("indicator_id", sa.UUID(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "DISAGGREGATION_SUM",
                "RATE",
                "OUTLIER",
                "BREAK",
                "DUPLICATE",
                "VANISHED_GROUP",
                "STALE",
                name="kind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("dimension", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column(
            "allowed_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.Column("allowed_by", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["partnership_id", "indicator_id"],
            ["indicator.partnership_id", "indicator.id"],
            name=op.f("fk_quality_allowance_partnership_id_indicator_id"),
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id"], ["partnership.id"], name=op.f("fk_quality_allowance_partnership_id")
        ),
        sa.PrimaryKeyConstraint("partnership_id", "id", name=op.f("pk_quality_allowance")),
    )
    op.create_index(
        "uq_quality_allowance",
        "quality_allowance",
        ["partnership_id", "indicator_id", "kind", "dimension"],
        unique=True,
        postgresql_nulls_not_distinct=True,
    )


def _create_logs() -> None:
    op.create_table(
        "submission_step",
        sa.Column("partnership_id", sa.UUID(), nullable=False),
        sa.Column("id", sa.UUID(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("submission_id", sa.UUID(), nullable=False),
        sa.Column(
            "step",
            sa.Enum(
                "DRAFT",
                "SUBMITTED",
                "RETURNED",
                "APPROVED",
                "PUBLISHED",
                name="step",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "taken_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.Column("taken_by", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["partnership_id", "submission_id"],
            ["submission.partnership_id", "submission.id"],
            name=op.f("fk_submission_step_partnership_id_submission_id"),
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id"], ["partnership.id"], name=op.f("fk_submission_step_partnership_id")
        ),
        sa.PrimaryKeyConstraint("partnership_id", "id", name=op.f("pk_submission_step")),
    )
    op.create_index(
        "ix_submission_step_submission_id",
        "submission_step",
        ["partnership_id", "submission_id"],
        unique=False,
    )
    op.create_table(
        "look",
        sa.Column("partnership_id", sa.UUID(), nullable=False),
        sa.Column("id", sa.UUID(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column(
            "looked_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("measurement_id", sa.UUID(), nullable=True),
        sa.ForeignKeyConstraint(
            ["partnership_id", "measurement_id"],
            ["measurement.partnership_id", "measurement.id"],
            name=op.f("fk_look_partnership_id_measurement_id"),
        ),
        sa.ForeignKeyConstraint(["partnership_id"], ["partnership.id"], name=op.f("fk_look_partnership_id")),
        sa.PrimaryKeyConstraint("partnership_id", "id", name=op.f("pk_look")),
    )
    op.create_index("ix_look_looked_at", "look", ["partnership_id", "looked_at"], unique=False)
    op.create_index("ix_look_measurement_id", "look", ["partnership_id", "measurement_id"], unique=False)
    op.create_table(
        "baseline",
        sa.Column("partnership_id", sa.UUID(), nullable=False),
        sa.Column("id", sa.UUID(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("indicator_id", sa.UUID(), nullable=False),
        sa.Column("area_id", sa.UUID(), nullable=False),
        sa.Column("population_id", sa.UUID(), nullable=False),
        sa.Column("measurement_id", sa.UUID(), nullable=False),
        sa.Column("figure_version", sa.Integer(), nullable=False),
        sa.Column(
            "set_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.Column("set_by", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["partnership_id", "area_id"],
            ["area.partnership_id", "area.id"],
            name=op.f("fk_baseline_partnership_id_area_id"),
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id", "indicator_id"],
            ["indicator.partnership_id", "indicator.id"],
            name=op.f("fk_baseline_partnership_id_indicator_id"),
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id", "measurement_id"],
            ["measurement.partnership_id", "measurement.id"],
            name=op.f("fk_baseline_partnership_id_measurement_id"),
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id", "measurement_id", "figure_version"],
            ["figure.partnership_id", "figure.measurement_id", "figure.version"],
            name=op.f("fk_baseline_partnership_id_measurement_id_figure_version"),
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id", "population_id"],
            ["population.partnership_id", "population.id"],
            name=op.f("fk_baseline_partnership_id_population_id"),
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id"], ["partnership.id"], name=op.f("fk_baseline_partnership_id")
        ),
        sa.PrimaryKeyConstraint("partnership_id", "id", name=op.f("pk_baseline")),
        sa.UniqueConstraint(
            "partnership_id",
            "indicator_id",
            "area_id",
            "population_id",
            name=op.f("uq_baseline_partnership_id_indicator_id_area_id_population_id"),
        ),
    )
    op.create_index("ix_baseline_area_id", "baseline", ["partnership_id", "area_id"], unique=False)
    op.create_index(
        "ix_baseline_measurement_id", "baseline", ["partnership_id", "measurement_id"], unique=False
    )
    op.create_index(
        "ix_baseline_population_id", "baseline", ["partnership_id", "population_id"], unique=False
    )


def _widen() -> None:
    op.add_column(
        "partnership",
        sa.Column(
            "figure_review",
            sa.Enum(
                "NONE",
                "RECORDED",
                "ALL",
                name="figure_review",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            server_default="NONE",
            nullable=False,
        ),
    )
    op.add_column("figure", sa.Column("submission_id", sa.UUID(), nullable=True), schema="raw")
    op.create_index(
        "ix_figure_submission_id", "figure", ["partnership_id", "submission_id"], unique=False, schema="raw"
    )
    op.create_foreign_key(
        op.f("fk_figure_partnership_id_submission_id"),
        "figure",
        "submission",
        ["partnership_id", "submission_id"],
        ["partnership_id", "id"],
        source_schema="raw",
    )


def downgrade() -> None:
    op.drop_column("figure", "submission_id", schema="raw")
    op.drop_column("partnership", "figure_review")
    for table in ("baseline", "look", "submission_step", "quality_allowance", "submission", "data_source"):
        op.drop_table(table)
