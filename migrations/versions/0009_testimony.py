"""Testimony: what people of the community say of a practice, without a column for who they are."""

import sqlalchemy as sa
from alembic import context, op

from migrations.tenancy import guard
from migrations.upgrade import quoted

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

LINKS = {"practice_id": "practice", "outcome_id": "outcome", "population_id": "population"}


def upgrade() -> None:
    view = sa.Enum(
        *("FAVOURABLE", "MIXED", "UNFAVOURABLE"),
        name="view",
        native_enum=False,
        create_constraint=True,
        length=40,
    )
    op.create_table(
        "testimony",
        sa.Column("partnership_id", sa.UUID(), nullable=False),
        sa.Column("id", sa.UUID(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("practice_id", sa.UUID(), nullable=False),
        sa.Column("outcome_id", sa.UUID(), nullable=True),
        sa.Column("population_id", sa.UUID(), nullable=True),
        sa.Column("heard_on", sa.Date(), nullable=False),
        sa.Column("occasion", sa.Text(), nullable=True),
        sa.Column("view", view, nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("people_count", sa.Integer(), nullable=True),
        sa.Column("source_file", sa.Text(), nullable=True),
        sa.Column("source_row", sa.Integer(), nullable=True),
        sa.Column("import_id", sa.UUID(), nullable=True),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.CheckConstraint("people_count >= 10", name=op.f("ck_testimony_people_count")),
        sa.CheckConstraint(
            "population_id is null or people_count is not null", name=op.f("ck_testimony_population")
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id"], ["partnership.id"], name=op.f("fk_testimony_partnership_id")
        ),
        *(
            sa.ForeignKeyConstraint(
                ["partnership_id", column],
                [f"{other}.partnership_id", f"{other}.id"],
                name=op.f(f"fk_testimony_partnership_id_{column}"),
            )
            for column, other in LINKS.items()
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id", "import_id"],
            ["import_run.partnership_id", "import_run.id"],
            name=op.f("fk_testimony_partnership_id_import_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("partnership_id", "id", name=op.f("pk_testimony")),
    )
    for column in (*LINKS, "import_id"):
        op.create_index(f"ix_testimony_{column}", "testimony", ["partnership_id", column])
    for statement in guard("testimony"):
        op.execute(statement)
    app, steward = (quoted(context.config.attributes["logins"].role(name)) for name in ("app", "steward"))
    op.execute(f"grant select, insert, update, delete on testimony to {app}, {steward}")


def downgrade() -> None:
    op.drop_table("testimony")
