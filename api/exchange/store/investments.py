"""Stores investments: the parties, the awards, and (in commitments) what the ledger hears of them."""

import json
from collections.abc import AsyncIterable, AsyncIterator
from operator import attrgetter
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from api.exchange.records_money import InvestmentRecord
from api.exchange.report import Example, ImportReport, Severity
from api.exchange.store.commitments import post_amounts, refuse_impossible_amounts
from api.exchange.store.money import minor, optional_minor
from api.exchange.store.parties import store_parties
from api.exchange.store.shares import store_shares
from api.exchange.store.staging import (
    Import,
    analyze,
    count_actions,
    fetch,
    leave_out,
    recount,
    run,
    stage,
)

FIELDS = {
    "row": "int",
    "publisher": "text",
    "identifier": "text",
    "title": "text",
    "description": "text",
    **dict.fromkeys(("funder_name", "funder_identifier", "recipient_name", "recipient_identifier"), "text"),
    **dict.fromkeys(("fiscal_agent_name", "fiscal_agent_identifier", "regrant_type", "currency"), "text"),
    "awarded_on": "date",
    "awarded_on_precision": "text",
    "starts_on": "date",
    "ends_on": "date",
    **dict.fromkeys(("programme", "use", "note"), "text"),
    "content_sha256": "bytea",
    "fingerprint_sha256": "bytea",
    "occurrence": "int",
    "extra": "text",
}
RECKONED = {"amount": "bigint", "disbursements": "text", "shares": "text"}
FOUND = {
    **dict.fromkeys(
        ("funder_id", "payer_id", "recipient_id", "fiscal_agent_id", "investment_id"),
        "uuid",
    ),
    "action": "text",
}

EARLIEST, LATEST = "1900-01-01", "2100-12-31"  # the ledger's own bounds
UNFIT = f"""
select n, row, 'date-out-of-range' as code, 'the ledger takes days from {EARLIEST} to {LATEST}' as message,
  'awarded_on' as field, coalesce(awarded_on, starts_on)::text as value
from incoming where coalesce(awarded_on, starts_on) not between '{EARLIEST}' and '{LATEST}'
"""  # noqa: S608 - our own words

MATCH_SAME_CONTENT = """
update incoming n set (investment_id, action) = (
  select i.id, case when i.fingerprint_sha256 = n.fingerprint_sha256 then 'unchanged' else 'updated' end
  from investment i where i.partnership_id is not distinct from :p and i.source_system = :system
    and i.content_sha256 = n.content_sha256 and i.occurrence = n.occurrence)
"""

# Published identifiers repeat with other dates and recipients, so they are no key. An award is amended where its
# identifier stands once in the file and once here, and day and recipient agree.
MATCH_SAME_IDENTIFIER = """
update incoming n set investment_id = known.id, action = 'updated'
from (select min(n) as n from incoming where identifier is not null
  group by publisher, identifier having count(*) = 1) once
join incoming k on k.n = once.n
cross join lateral (
  select i.id, i.awarded_on, i.recipient_id, count(*) over () as times from investment i
  where i.partnership_id is not distinct from :p and i.source_system = :system and i.source_identifier = k.identifier
    and i.source_publisher is not distinct from k.publisher
  limit 1) known
where n.n = once.n and n.investment_id is null and known.times = 1
  and known.awarded_on is not distinct from k.awarded_on and known.recipient_id is not distinct from k.recipient_id
"""

# The same identifier with another day or recipient: two awards, or one that was amended more than we dare to follow.
NAMESAKES = """
select n.row, n.identifier from incoming n
where n.investment_id is null and exists (
  select from investment i where i.partnership_id is not distinct from :p and i.source_system = :system
    and i.source_identifier = n.identifier and i.source_publisher is not distinct from n.publisher)
order by n.n
"""

OTHER_CURRENCY = """
select n.n, n.row, 'currency-changed' as code, 'the award is on the books in another currency' as message,
  'currency' as field, n.currency as value
from incoming n join investment i on i.partnership_id is not distinct from :p and i.id = n.investment_id
where n.action = 'updated' and i.currency <> n.currency
"""

# Dollars lie on the books by their use, so an award keeps the one that it came with.
OTHER_USE = """
select n.row, n.use from incoming n
join investment i on i.partnership_id is not distinct from :p and i.id = n.investment_id
where n.action = 'updated' and n.use is not null and i.use <> n.use order by n.n
"""
KEEP_USE = """
update incoming n set use = i.use from investment i
where n.action = 'updated' and i.partnership_id is not distinct from :p and i.id = n.investment_id
"""

REST = """
case when n.regrant_type is null then n.extra::jsonb
  else coalesce(n.extra::jsonb, '{}') || jsonb_build_object('regrantType', n.regrant_type) end
"""

CREATE_THE_REST = """
update incoming set investment_id = gen_random_uuid(), action = 'created', use = coalesce(use, 'UNASSIGNED')
where investment_id is null
"""

# An upsert for the amended ones too: it finds each award by its key, whatever the planner thinks of the table.
WRITE_INVESTMENTS = f"""
insert into investment as kept (partnership_id, id, funder_id, recipient_id, fiscal_agent_id, title, description,
  programme, note, use, currency, awarded_on, awarded_on_precision, starts_on, ends_on, source_system, source_publisher,
  source_identifier, source_file, source_row, content_sha256, fingerprint_sha256, occurrence, extra, import_id)
select :p, n.investment_id, n.funder_id, n.recipient_id, n.fiscal_agent_id, n.title, n.description, n.programme, n.note,
  n.use, n.currency, n.awarded_on, n.awarded_on_precision, n.starts_on, n.ends_on, :system, n.publisher, n.identifier,
  :file, n.row, n.content_sha256, n.fingerprint_sha256, n.occurrence, {REST}, :import_id
from incoming n where n.action in ('created', 'updated') order by n.n
on conflict (partnership_id, id) do update set funder_id = excluded.funder_id, recipient_id = excluded.recipient_id,
  fiscal_agent_id = excluded.fiscal_agent_id, title = excluded.title, description = excluded.description,
  programme = excluded.programme, note = excluded.note, awarded_on = excluded.awarded_on,
  awarded_on_precision = excluded.awarded_on_precision, starts_on = excluded.starts_on, ends_on = excluded.ends_on,
  source_file = excluded.source_file, source_row = excluded.source_row, content_sha256 = excluded.content_sha256,
  fingerprint_sha256 = excluded.fingerprint_sha256, occurrence = excluded.occurrence, extra = excluded.extra,
  import_id = excluded.import_id, version = kept.version + 1
"""  # noqa: S608 - our own words

_fields_of = attrgetter(*FIELDS)


async def store_investments(
    session: AsyncSession, run_of: Import, records: AsyncIterable[InvestmentRecord], report: ImportReport
) -> None:
    """Stores the records, posts their dollars in the file's order, and counts what became of each.

    Two awards are one only where publisher, identifier and content agree, or where an identifier that stands
    once in the file stands once here for the same day and recipient.
    """
    p = run_of.partnership_id
    await stage(session, FIELDS | RECKONED, _rows(records, report), found=FOUND)
    await leave_out(session, report, UNFIT)
    await store_parties(session, p)
    await _match(session, run_of, report)
    await refuse_impossible_amounts(session, p, report)
    await _write(session, run_of)
    await post_amounts(session, run_of)
    await store_shares(session, run_of, report)
    await count_actions(session, report)


async def _match(session: AsyncSession, run_of: Import, report: ImportReport) -> None:
    p, system = run_of.partnership_id, run_of.format
    await run(session, MATCH_SAME_CONTENT, p=p, system=system)
    await run(session, MATCH_SAME_IDENTIFIER, p=p, system=system)
    await leave_out(session, report, OTHER_CURRENCY, p=p)
    for row in await fetch(session, NAMESAKES, p=p, system=system):
        message = (
            "an award of this identifier is known with another day or recipient; this one is added to it"
        )
        report.add(
            Severity.WARNING, "identifier-known", message, Example(row.row, "identifier", row.identifier)
        )
    for row in await fetch(session, OTHER_USE, p=p):
        message = "the award keeps the use that it has on the books; move its dollars by an allocation"
        report.add(Severity.WARNING, "use-kept", message, Example(row.row, "use", row.use))
    await run(session, KEEP_USE, p=p)
    await run(session, CREATE_THE_REST)
    await run(session, "create index on incoming (investment_id)")
    await analyze(session, "incoming")


async def _write(session: AsyncSession, run_of: Import) -> None:
    await run(
        session,
        WRITE_INVESTMENTS,
        p=run_of.partnership_id,
        system=run_of.format,
        file=run_of.file,
        import_id=run_of.id,
    )
    await recount(session, "investment")


async def _rows(
    records: AsyncIterable[InvestmentRecord], report: ImportReport
) -> AsyncIterator[tuple[Any, ...]]:  # Any: a column's value
    async for record in records:
        if record.recipient_is_individual:
            place = Example(record.row, None, None)
            report.add(Severity.NOTICE, "individual-recipient", "a person's name is not kept", place)
        yield (*_fields_of(record), minor(record.amount), _disbursements(record, report), _shares(record))


def _disbursements(record: InvestmentRecord, report: ImportReport) -> str | None:
    """Payments in the award's currency, as the JSON that commitments reads; None where there is none."""
    paid = []
    for each in record.transactions:
        if each.kind != "DISBURSEMENT" or not each.amount:
            continue
        if each.currency != record.currency:
            message = "a payment in another currency than its award is left out"
            report.add(
                Severity.WARNING, "payment-currency", message, Example(record.row, "currency", each.currency)
            )
            continue
        on = each.on if each.on and EARLIEST <= each.on.isoformat() <= LATEST else None
        if each.on != on:
            message = "the ledger takes days from 1900 to 2100; the payment counts on the day of its award"
            place = Example(record.row, "date", str(each.on))
            report.add(Severity.WARNING, "payment-date-out-of-range", message, place)
        paid.append(
            {"amount": minor(each.amount), "on": on.isoformat() if on else None, "note": each.description}
        )
    return json.dumps(paid) if paid else None


def _shares(record: InvestmentRecord) -> str | None:
    """Where the publisher says that the dollars sit, as the JSON that shares reads; None where it does not."""
    lines = [
        {
            "practice": each.practice,
            "outcome": each.outcome,
            "population": each.population,
            "area": each.area,
            "use": each.use,
            "fiscal_year": each.fiscal_year,
            "amount": optional_minor(each.amount)
            if each.share is None or each.amount is not None
            else minor(record.amount * each.share),
            "obligated": optional_minor(each.obligated_amount),
        }
        for each in record.allocations
    ]
    return json.dumps(lines) if lines else None
