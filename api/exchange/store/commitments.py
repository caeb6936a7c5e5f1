"""Posts what awards promise and pay: a new award in full, an amended one by the difference."""

from collections.abc import Iterator
from itertools import pairwise
from uuid import UUID

from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from allocation.ledger import refusal_of
from api.exchange.report import ImportReport
from api.exchange.store.staging import Import, analyze, drop, fetch, leave_out, recount, run

FIRST, CHUNK = (
    500,
    5_000,
)  # ledger lines a batch, which are held in memory at once; the first ones are for counting

# What an award has on the books flows between what is promised and its lines; payments lower the promise.
BOOKED = """
(select coalesce(sum(case when d.kind = 'RECEIVABLE' then t.amount else -t.amount end), 0)
  from ledger.transfer t
  join ledger.account d on d.partnership_id is not distinct from :p and d.id = t.debit_account_id
  join ledger.account c on c.partnership_id is not distinct from :p and c.id = t.credit_account_id
  where t.partnership_id is not distinct from :p and t.investment_id = n.investment_id and t.phase in ('POSTED', 'POST')
    and (d.kind = 'RECEIVABLE' and c.kind in ('AVAILABLE', 'OBLIGATED', 'SPENT')
      or c.kind = 'RECEIVABLE' and d.kind in ('AVAILABLE', 'OBLIGATED', 'SPENT')))
"""
PAID = """
(select coalesce(sum(case when d.kind = 'PAID' then t.amount else -t.amount end), 0)
  from ledger.transfer t
  join ledger.account d on d.partnership_id is not distinct from :p and d.id = t.debit_account_id
  join ledger.account c on c.partnership_id is not distinct from :p and c.id = t.credit_account_id
  where t.partnership_id is not distinct from :p and t.investment_id = n.investment_id and t.phase in ('POSTED', 'POST')
    and (d.kind = 'PAID' and c.kind = 'RECEIVABLE' or d.kind = 'RECEIVABLE' and c.kind = 'PAID'))
"""

UNPOSTED = f"""
create temporary table unposted on commit drop as
select n.n, n.investment_id, n.currency, n.use, n.action, v.kind, v.amount, v.note, n.payer_id,
  n.recipient_id as payee_id, coalesce(v.effective_on, n.awarded_on, n.starts_on, current_date) as effective_on
from incoming n cross join lateral (
  select 'COMMITMENT' as kind, n.amount, null::date as effective_on, null::text as note where n.action = 'created'
  union all
  select 'COMMITMENT', n.amount - {BOOKED}, current_date, null where n.action = 'updated'
  union all
  select 'DISBURSEMENT', d.amount, d."on", d.note
    from jsonb_to_recordset(n.disbursements::jsonb) as d(amount bigint, "on" date, note text) where n.action = 'created'
  union all
  select 'DISBURSEMENT', (select coalesce(sum(d.amount), 0)
      from jsonb_to_recordset(n.disbursements::jsonb) as d(amount bigint)) - {PAID}, current_date, null
    where n.action = 'updated' and n.disbursements is not null
) v
where n.action in ('created', 'updated') and v.amount <> 0
"""  # noqa: S608 - our own words

# The award's own line is what no row has targeted yet; it has a use and nothing else.
UNTARGETED = (
    "num_nonnulls({0}.practice_id, {0}.outcome_id, {0}.population_id, {0}.area_id, {0}.position_id,"
    " {0}.fiscal_year) = 0"
)

CUT_TOO_FAR = f"""
select n.n, n.row, 'below-allocated' as code,
  'the award is cut below what is already allocated or spent of it' as message,
  'amount' as field, (n.amount / 100.0)::numeric(20, 2)::text as value
from incoming n join ledger.account b on b.partnership_id is not distinct from :p and b.investment_id = n.investment_id
  and b.kind = 'AVAILABLE' and b.use = n.use and {UNTARGETED.format("b")}
where n.action = 'updated' and b.guard = 'NO_OVERDRAFT'
  and b.credits_posted - b.debits_posted - b.debits_pending + n.amount - {BOOKED} < 0
"""  # noqa: S608 - our own words

# The accounts that the lines need, with ids of our own making; only an amended award is looked up. A negative award
# owes dollars back, so its own line may fall below zero.
OPENING = """
create temporary table opening on commit drop as
select distinct on (u.investment_id, k.kind) u.investment_id, k.kind, u.currency as unit, k.guard, k.use,
  gen_random_uuid() as id, u.action = 'updated' as may_be_known, false as is_known
from unposted u cross join lateral (values
  ('RECEIVABLE', 'NONE', null),
  (case u.kind when 'COMMITMENT' then 'AVAILABLE' else 'PAID' end,
   case when u.kind = 'COMMITMENT' and u.amount > 0 then 'NO_OVERDRAFT' else 'NONE' end,
   case u.kind when 'COMMITMENT' then u.use end)) as k(kind, guard, use)
order by u.investment_id, k.kind
"""
FIND_KNOWN = f"""
update opening o set id = known.id, is_known = true
from opening k cross join lateral (
  select a.id from ledger.account a where a.partnership_id is not distinct from :p and a.investment_id = k.investment_id
    and a.kind = k.kind and a.unit = k.unit and a.use is not distinct from k.use and {UNTARGETED.format("a")}
  offset 0) known
where k.may_be_known and o.investment_id = k.investment_id and o.kind = k.kind
"""  # noqa: S608 - our own words
OPEN_ACCOUNTS = """
insert into ledger.account (partnership_id, id, kind, unit, guard, investment_id, use)
select :p, id, kind, unit, guard, investment_id, use from opening where not is_known
"""

# Promised dollars become available (or paid) from the funder's promise; a negative amount goes the other way.
LINES = """
create temporary table posting on commit drop as
select row_number() over (order by u.n, u.kind, u.effective_on, u.amount) as n, jsonb_strip_nulls(jsonb_build_object(
  'kind', u.kind,
  'debit', case when (u.amount > 0) = (u.kind = 'COMMITMENT') then promise.id else target.id end,
  'credit', case when (u.amount > 0) = (u.kind = 'COMMITMENT') then target.id else promise.id end,
  'unit', u.currency, 'amount', abs(u.amount), 'effective_on', u.effective_on, 'payer_id', u.payer_id,
  'payee_id', u.payee_id, 'note', left(u.note, 2000))) as line
from unposted u
join opening promise on promise.investment_id = u.investment_id and promise.kind = 'RECEIVABLE'
join opening target on target.investment_id = u.investment_id
  and target.kind = case u.kind when 'COMMITMENT' then 'AVAILABLE' else 'PAID' end
"""

POST = """
select ledger.post(:actor, :key, (
  select jsonb_agg(line order by n) from posting where n > cast(:start as bigint) and n <= cast(:stop as bigint)))
"""


def _batches(count: int) -> Iterator[tuple[int, int]]:
    """The batches of so many lines, as (after, up to)."""
    return pairwise(dict.fromkeys((0, min(FIRST, count), *range(CHUNK, count, CHUNK), count)))


async def refuse_impossible_amounts(
    session: AsyncSession, partnership_id: UUID, report: ImportReport
) -> None:
    """Leaves out awards that were cut below what is already targeted of them."""
    await leave_out(session, report, CUT_TOO_FAR, p=partnership_id)


async def post_amounts(session: AsyncSession, run_of: Import) -> None:
    """Opens the accounts of the awards and posts, in batches, what the ledger has not heard yet."""
    p = run_of.partnership_id
    await drop(session, "unposted", "opening", "posting")
    await run(session, UNPOSTED, p=p)
    await analyze(session, "unposted")
    await run(session, OPENING)
    await run(session, "create unique index on opening (investment_id, kind)")
    await analyze(session, "opening")
    await run(session, FIND_KNOWN, p=p)
    await run(session, OPEN_ACCOUNTS, p=p)
    await recount(session, "ledger.account")
    count = await run(session, LINES)
    await run(session, "create index on posting (n)")
    await analyze(session, "posting")
    try:
        for start, stop in _batches(count):
            key = f"import:{run_of.id}:{start}"
            await fetch(session, POST, actor=run_of.actor, key=key, start=start, stop=stop)
            if start == 0:
                await recount(session, "ledger.transfer", "ledger.entry", "ledger.account")
    except DBAPIError as error:
        raise refusal_of(error) from error
