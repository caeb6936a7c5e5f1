"""The guard that keeps lobbying off forbidden dollars follows them into regrants."""

from pathlib import Path

from alembic import context, op

from migrations.upgrade import quoted, run_script

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

BOUND = "ledger.lobbying_bound(uuid, uuid, date)"
OF_AWARD = "ledger.lobbying_bound_of_award(uuid, uuid, date)"
ADDED = (
    "ledger.received_from(uuid, uuid)",
    *("ledger.payers(uuid, uuid)", "ledger.regrants(uuid, uuid)", "ledger.lobbying_spent(uuid, uuid, text)"),
    BOUND,
)

GUARDED = ("investment_link", "restriction", "investment", "funder")


def upgrade() -> None:
    """Whoever asked for the bound by name goes on doing so, and is answered for the regrants too."""
    op.execute(f"alter function {BOUND} rename to lobbying_bound_of_award")
    run_script((Path(__file__).parents[1] / "sql" / "lobbying_regrants.sql").read_text())
    app, steward = (quoted(context.config.attributes["logins"].role(name)) for name in ("app", "steward"))
    for function in ADDED:
        op.execute(f"revoke all on function {function} from public")
        op.execute(f"grant execute on function {function} to {app}, {steward}")


def downgrade() -> None:
    for table in GUARDED:
        op.execute(f"drop trigger lobbying on {table}")
    op.execute("drop function guard_lobbying_terms()")
    for function in reversed(ADDED):
        op.execute(f"drop function {function}")
    op.execute(f"alter function {OF_AWARD} rename to lobbying_bound")
