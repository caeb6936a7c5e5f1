"""Gifts in kind in the ledger: accounts of a gift's own unit, and what is promised of each posted by its row."""

from pathlib import Path

import sqlalchemy as sa
from alembic import context, op

from migrations.upgrade import quoted, run_script

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

LINE = ("partnership_id", "investment_id", "kind", "unit", "practice_id", "outcome_id", "population_id")
PLACE = ("area_id", "position_id", "use", "fiscal_year", "is_lobbying")
KINDS = ("RECEIVABLE", "CASH", "PAID", "AVAILABLE", "OBLIGATED", "SPENT", "FEE")
GIFT_KINDS = ("IN_KIND", "PROMISED", "AT_HAND", "USED")
FUNCTIONS = (
    "ledger.gift_account(uuid, text, text)",
    "ledger.promise_gift(uuid, uuid, text, numeric, date, text)",
    "ledger.keep_gift()",
    "ledger.gift_audit()",
)
# Accounts from before a downgrade find their gifts again; what no account holds yet is promised.
PROMISE = """
alter table public.in_kind_resource no force row level security;
do $$
declare p uuid;
begin
  for p in select distinct partnership_id from public.in_kind_resource loop
    perform set_config('app.partnerships', p::text, true), set_config('app.partnership', p::text, true);
    update ledger.account a set in_kind_id = g.id
      from (select k.id, ledger.gift_account(k.id, side, 'u:' || word) as account from public.in_kind_resource k
        cross join unnest(array['IN_KIND', 'PROMISED', 'AT_HAND', 'USED']) side
        cross join unnest(array['hour', 'month', 'seat', 'item', 'square_foot', 'other']) word
        where k.partnership_id = p) g
      where a.partnership_id = p and a.id = g.account;
    perform ledger.promise_gift(p, k.id, k.unit, k.quantity,
        greatest(least(coalesce(k.starts_on, current_date), current_date), date '1900-01-01'), session_user)
      from public.in_kind_resource k where k.partnership_id = p;
  end loop;
  perform set_config('app.partnerships', '', true), set_config('app.partnership', '', true);
end $$;
alter table public.in_kind_resource force row level security;
"""


def upgrade() -> None:
    _list_kinds(*KINDS, *GIFT_KINDS)
    op.add_column("account", sa.Column("in_kind_id", sa.UUID(), nullable=True), schema="ledger")
    op.drop_index("uq_account_line", table_name="account", schema="ledger")
    run_script((Path(__file__).parents[1] / "sql" / "gifts.sql").read_text())
    app, steward = (quoted(context.config.attributes["logins"].role(name)) for name in ("app", "steward"))
    op.execute(f"grant insert (in_kind_id) on ledger.account to {app}, {steward}")
    op.execute(f"revoke all on function {', '.join(FUNCTIONS)} from public")
    op.execute(f"grant execute on function {', '.join(FUNCTIONS)} to {app}, {steward}")
    run_script(PROMISE)
    _index_lines(*LINE, *PLACE, "in_kind_id")
    op.create_foreign_key(
        op.f("fk_account_partnership_id_in_kind_id"),
        "account",
        "in_kind_resource",
        ["partnership_id", "in_kind_id"],
        ["partnership_id", "id"],
        source_schema="ledger",
    )
    op.create_check_constraint(
        op.f("ck_account_gift_unit"),
        "account",
        "(kind in ('IN_KIND', 'PROMISED', 'AT_HAND', 'USED')) = (unit ~ '^u:')",
        schema="ledger",
    )
    op.create_index(
        "ix_account_in_kind_id",
        "account",
        ["partnership_id", "in_kind_id"],
        schema="ledger",
        postgresql_where=sa.text("in_kind_id is not null"),
    )


def downgrade() -> None:
    """What is posted stays: without the column the accounts of gifts have no line that tells them apart."""
    has_gifts = _has_gifts()
    op.execute("drop trigger gift_promised on public.in_kind_resource")
    for function in reversed(FUNCTIONS):
        op.execute(f"drop function {function}")
    op.drop_index("uq_account_line", table_name="account", schema="ledger")
    op.drop_column("account", "in_kind_id", schema="ledger")
    _index_lines(*LINE, *PLACE, where="unit ~ '^[A-Z]{3}$'" if has_gifts else None)
    op.drop_constraint(op.f("ck_account_gift_unit"), "account", schema="ledger")
    _list_kinds(*KINDS, "IN_KIND", rule="not valid" if has_gifts else "")


def _list_kinds(*kinds: str, rule: str = "") -> None:
    listed = ", ".join(f"'{kind}'" for kind in kinds)
    op.drop_constraint(op.f("ck_account_kind"), "account", schema="ledger")
    op.execute(f"alter table ledger.account add constraint ck_account_kind check (kind in ({listed})) {rule}")


def _has_gifts() -> bool:
    op.execute("alter table ledger.account no force row level security")
    found = op.get_bind().scalar(
        sa.text("select exists (select from ledger.account where in_kind_id is not null)")
    )
    op.execute("alter table ledger.account force row level security")
    return bool(found)


def _index_lines(*columns: str, where: str | None = None) -> None:
    op.create_index(
        "uq_account_line",
        "account",
        list(columns),
        unique=True,
        schema="ledger",
        postgresql_nulls_not_distinct=True,
        postgresql_where=None if where is None else sa.text(where),
    )
