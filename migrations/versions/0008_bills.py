"""Measures that policy plans aim at: what is published of them, what changed, and their words for searching."""

from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic import context, op
from sqlalchemy.dialects import postgresql

from migrations.tenancy import guard
from migrations.upgrade import quoted, run_script

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

PARTS = (
    "measure_action",
    "measure_sponsor",
    "measure_committee",
    "measure_vote",
    "measure_link",
    "measure_word",
)
TABLES = ("policy_measure", *PARTS, "measure_change")
SETTINGS = {"measure_stale_days": (45, 3650), "pocket_approval_days": (10, 365)}
STATUSES = (
    *("INTRODUCED", "IN_COMMITTEE", "ON_FLOOR", "PASSED_ONE_CHAMBER", "PASSED", "SIGNED", "VETOED", "FAILED"),
    *("WITHDRAWN", "PROPOSED", "ADOPTED", "IN_EFFECT", "VETO_OVERRIDDEN", "TABLED", "UNKNOWN"),
)
ASPECTS = (
    *("TITLE", "SUMMARY", "STATUS", "ACTION", "SPONSORS", "COMMITTEES", "VOTES", "SAME_AS", "REFILED_FROM"),
    *("DATES", "OTHER", "FEED"),
)
CHECKS = {
    "jurisdiction": "length(jurisdiction) between 1 and 200",
    "session": "length(session) between 1 and 100",
    "identifier": "length(identifier) between 1 and 100",
    "title": "length(title) between 1 and 2000",
    "summary": "length(summary) between 1 and 100000",
    "status_as_published": "length(status_as_published) between 1 and 200",
    "dates": "introduced_on > '0001-01-01' and last_action_on > '0001-01-01'",
    "version": "version > 0",
}


def upgrade() -> None:
    for name, (default, most) in SETTINGS.items():
        op.add_column(
            "partnership", sa.Column(name, sa.Integer(), server_default=str(default), nullable=False)
        )
        op.create_check_constraint(
            op.f(f"ck_partnership_{name}"), "partnership", f"{name} between 1 and {most}"
        )
    _create_measures()
    _create_parts()
    _create_votes_and_links()
    _create_changes()
    run_script((Path(__file__).parents[1] / "sql" / "measure_words.sql").read_text())
    for statement in (rule for table in TABLES for rule in guard(table)):
        op.execute(statement)
    _grant()


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)
    op.execute("drop function keep_measure_words")
    for name in SETTINGS:
        op.drop_column("partnership", name)


def _grant() -> None:
    app, steward = (quoted(context.config.attributes["logins"].role(name)) for name in ("app", "steward"))
    op.execute(f"grant select, insert on {', '.join(TABLES)} to {app}, {steward}")
    op.execute(f"grant update on policy_measure to {app}, {steward}")
    op.execute(f"grant delete on {', '.join(PARTS)} to {app}, {steward}")


def _text(name: str, *, needed: bool = False) -> sa.Column[Any]:  # Any: a column's own type
    return sa.Column(name, sa.Text(), nullable=not needed)


def _day(name: str) -> sa.Column[Any]:  # as above
    return sa.Column(name, sa.Date(), nullable=True)


def _moment(name: str) -> sa.Column[Any]:  # as above
    now = sa.text("clock_timestamp()")
    return sa.Column(name, sa.DateTime(timezone=True), server_default=now, nullable=False)


def _closed(name: str, members: tuple[str, ...]) -> sa.Column[Any]:  # as above
    kind = sa.Enum(*members, name=name, native_enum=False, create_constraint=True, length=40)
    return sa.Column(name, kind, nullable=False)


def _owned(table: str) -> tuple[Any, ...]:  # Any: what create_table takes
    return (
        sa.Column("partnership_id", sa.UUID(), nullable=False),
        sa.ForeignKeyConstraint(
            ["partnership_id"], ["partnership.id"], name=op.f(f"fk_{table}_partnership_id")
        ),
    )


def _keyed(table: str) -> tuple[Any, ...]:  # as above
    return (
        *_owned(table),
        sa.Column("id", sa.UUID(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.PrimaryKeyConstraint("partnership_id", "id", name=op.f(f"pk_{table}")),
    )


def _imported(table: str) -> tuple[Any, ...]:  # as above
    return (
        sa.Column("import_id", sa.UUID(), nullable=True),
        sa.ForeignKeyConstraint(
            ["partnership_id", "import_id"],
            ["import_run.partnership_id", "import_run.id"],
            name=op.f(f"fk_{table}_partnership_id_import_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
    )


def _of_a_measure(table: str) -> tuple[Any, ...]:  # as above
    return (
        sa.Column("measure_id", sa.UUID(), nullable=False),
        sa.ForeignKeyConstraint(
            ["partnership_id", "measure_id"],
            ["policy_measure.partnership_id", "policy_measure.id"],
            name=op.f(f"fk_{table}_partnership_id_measure_id"),
        ),
    )


def _part(table: str, *columns: Any, key: tuple[str, ...] = ("measure_id", "position")) -> None:  # as above
    op.create_table(
        table,
        *_owned(table),
        *_of_a_measure(table),
        sa.Column("position", sa.Integer(), nullable=False),
        *columns,
        sa.PrimaryKeyConstraint("partnership_id", *key, name=op.f(f"pk_{table}")),
    )


def _create_measures() -> None:
    op.create_table(
        "policy_measure",
        *_keyed("policy_measure"),
        *(_text("jurisdiction", needed=True), _text("session"), _text("identifier", needed=True)),
        *(_text("title", needed=True), _text("summary")),
        *(_closed("status", STATUSES), _text("status_as_published", needed=True)),
        *(_day("introduced_on"), _day("last_action_on"), _text("last_action"), _day("delivered_on")),
        *(_text("source_url"), _text("source_system", needed=True), _text("source_file")),
        sa.Column("source_row", sa.Integer(), nullable=True),
        sa.Column("fingerprint_sha256", sa.LargeBinary(), nullable=True),
        sa.Column("extra", postgresql.JSONB(), nullable=True),
        *_imported("policy_measure"),
        _day("missing_since"),
        _moment("created_at"),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        *(sa.CheckConstraint(rule, name=op.f(f"ck_policy_measure_{name}")) for name, rule in CHECKS.items()),
    )
    for column in ("identifier", "import_id", "last_action_on"):
        op.create_index(f"ix_policy_measure_{column}", "policy_measure", ["partnership_id", column])
    op.create_index(
        "uq_policy_measure_name",
        "policy_measure",
        ["partnership_id", "jurisdiction", "session", "identifier"],
        unique=True,
        postgresql_nulls_not_distinct=True,
    )


def _create_parts() -> None:
    _part("measure_action", _day("occurred_on"), _text("words", needed=True), _text("chamber"))
    _part("measure_sponsor", _text("name", needed=True))
    _part("measure_committee", _text("name", needed=True), _text("chamber"), _day("referred_on"))
    op.create_table(
        "measure_word",
        sa.Column("partnership_id", sa.UUID(), nullable=False),
        *_of_a_measure("measure_word"),
        _text("lexeme", needed=True),
        sa.Column("in_title", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("partnership_id", "lexeme", "measure_id", name=op.f("pk_measure_word")),
    )
    op.create_index("ix_measure_word_measure_id", "measure_word", ["partnership_id", "measure_id"])


def _create_votes_and_links() -> None:
    counts = ("aye_count", "nay_count", "other_count")
    _part(
        "measure_vote",
        *(_text("motion"), _day("occurred_on"), _text("chamber"), _text("committee")),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in counts),
        sa.Column("ballots", postgresql.JSONB(), nullable=False),
        sa.CheckConstraint(f"least({', '.join(counts)}) >= 0", name=op.f("ck_measure_vote_counts")),
    )
    _part(
        "measure_link",
        *(_closed("kind", ("SAME_AS", "REFILED_FROM")), _text("identifier", needed=True), _text("session")),
        key=("measure_id", "kind", "position"),
    )
    op.create_index("ix_measure_link_identifier", "measure_link", ["partnership_id", "identifier"])


def _create_changes() -> None:
    op.create_table(
        "measure_change",
        *_keyed("measure_change"),
        *_of_a_measure("measure_change"),
        *_imported("measure_change"),
        _moment("noticed_at"),
        _text("noticed_by", needed=True),
        _closed("aspect", ASPECTS),
        *(_text("before"), _text("after")),
    )
    for column in ("measure_id", "import_id", "noticed_at"):
        op.create_index(f"ix_measure_change_{column}", "measure_change", ["partnership_id", column])
