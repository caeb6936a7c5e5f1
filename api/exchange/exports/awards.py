"""Reads the awards that a file is made of, as whoever asks may see them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

__all__ = ["Award", "Book", "Line", "Party", "Payment", "read_book"]

AWARDS = """
select i.id, i.title, i.description, i.programme, i.use, i.currency, i.awarded_on, i.awarded_on_precision,
  i.starts_on, i.ends_on, i.source_identifier, i.extra is not null as has_more, f.kind as funder_kind,
  f.organization_id as funder_id, i.recipient_id, i.fiscal_agent_id,
  coalesce((select sum(a.credits_posted - a.debits_posted) from ledger.account a
    where a.partnership_id = i.partnership_id and a.investment_id = i.id and a.unit = i.currency
      and a.kind in ('AVAILABLE', 'OBLIGATED', 'SPENT', 'FEE')), 0) as committed,
  coalesce((select sum(a.debits_posted - a.credits_posted) from ledger.account a
    where a.partnership_id = i.partnership_id and a.investment_id = i.id and a.unit = i.currency
      and a.kind = 'PAID'), 0) as disbursed,
  coalesce((select sum(a.debits_posted - a.credits_posted) from ledger.account a
    where a.partnership_id = i.partnership_id and a.investment_id = i.id and a.unit = i.currency
      and a.kind = 'CASH'), 0) as received,
  coalesce((select sum(a.credits_posted - a.debits_posted) from ledger.account a
    where a.partnership_id = i.partnership_id and a.investment_id = i.id and a.unit = i.currency
      and a.kind = 'SPENT'), 0) as spent
from investment i join funder f on f.partnership_id = i.partnership_id and f.id = i.funder_id
where i.partnership_id = :p and (cast(:funder as uuid) is null or i.funder_id = :funder)
order by i.awarded_on nulls last, i.title, i.id
"""
PARTIES = """
select o.id, o.name, o.sector, o.is_public, (select case i.scheme when '' then '' else i.scheme || '-' end || i.value
  from organization_identifier i where i.partnership_id = o.partnership_id and i.organization_id = o.id
  order by i.preferred desc, i.scheme, i.value limit 1) as identifier
from organization o where o.partnership_id = :p and o.merged_into_id is null
"""
LINES = """
select a.investment_id, p.name as practice, o.name as outcome, g.dimension || ':' || g.value as population,
  r.name as area, a.use, a.fiscal_year,
  sum(a.credits_posted - a.debits_posted) as amount,
  sum(a.credits_posted - a.debits_posted) filter (where a.kind <> 'AVAILABLE') as obligated
from ledger.account a
join investment i on i.partnership_id = a.partnership_id and i.id = a.investment_id and i.currency = a.unit
left join practice p on p.partnership_id = a.partnership_id and p.id = a.practice_id
left join outcome o on o.partnership_id = a.partnership_id and o.id = a.outcome_id
left join population g on g.partnership_id = a.partnership_id and g.id = a.population_id
left join area r on r.partnership_id = a.partnership_id and r.id = a.area_id
where a.partnership_id = :p and a.kind in ('AVAILABLE', 'OBLIGATED', 'SPENT')
group by a.investment_id, p.name, o.name, g.dimension, g.value, r.name, a.position_id, a.use, a.fiscal_year
having sum(a.credits_posted - a.debits_posted) <> 0
order by a.investment_id, a.fiscal_year nulls first, a.use, p.name, o.name, g.value, r.name
"""
ANCHOR = """
select organization_id from anchor_entity where partnership_id = :p and coalesce(starts_on, '-infinity') <= current_date
  and coalesce(ends_on, 'infinity') > current_date order by starts_on desc nulls last, id limit 1
"""
# What was paid past the anchor, less what was taken back of it.
PAYMENTS = """
select t.investment_id, t.id, t.effective_on,
  t.amount - coalesce((select sum(r.amount) from ledger.transfer r
    where r.partnership_id = t.partnership_id and r.reverses_id = t.id and r.phase in ('POSTED', 'POST')), 0) as amount
from ledger.transfer t
where t.partnership_id = :p and t.kind = 'DISBURSEMENT' and t.phase in ('POSTED', 'POST')
order by t.sequence
"""


@dataclass(frozen=True, slots=True)
class Party:
    """An organization as a file names it; `identifier` is one of a published list, where it has one."""

    id: UUID
    name: str
    identifier: str | None
    sector: str | None
    is_public: bool


@dataclass(frozen=True, slots=True)
class Line:
    """Dollars on a line: all of them, and those of them that are signed for or spent."""

    practice: str | None
    outcome: str | None
    population: str | None
    area: str | None
    use: str | None
    fiscal_year: int | None
    amount: Decimal
    obligated: Decimal

    @property
    def is_targeted(self) -> bool:
        """Whether it says anything of what its dollars are for but their use."""
        return any((self.practice, self.outcome, self.population, self.area, self.fiscal_year))


@dataclass(frozen=True, slots=True)
class Payment:
    """What the funder paid straight to the recipient."""

    id: UUID
    on: date
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Award:
    """An investment; amounts are of its currency. `payments` is None where the asker may not see them."""

    id: UUID
    title: str
    description: str | None
    programme: str | None
    use: str
    currency: str
    awarded_on: date | None
    awarded_on_precision: str | None
    starts_on: date | None
    ends_on: date | None
    identifier: str | None
    has_more: bool
    funder_kind: str | None
    funder: Party
    recipient: Party | None
    fiscal_agent: Party | None
    committed: Decimal
    received: Decimal
    disbursed: Decimal
    spent: Decimal
    lines: tuple[Line, ...] = ()
    payments: tuple[Payment, ...] | None = None


@dataclass(frozen=True, slots=True)
class Book:
    """The awards of a file, whose partnership they are in, and who holds its money today."""

    slug: str
    name: str
    state: str | None
    made_on: date
    awards: Sequence[Award] = field(default_factory=tuple)
    anchor: Party | None = None


async def read_book(
    session: AsyncSession,
    partnership_id: UUID,
    funder_id: UUID | None,
    sees_payments: Callable[[UUID], bool],
) -> Book:
    """All awards, or those of one funder; `sees_payments` is asked for each giver's organization."""
    p = {"p": partnership_id}
    home = (
        await session.execute(
            text("select slug, name, state, current_date as today from partnership where id = :p"), p
        )
    ).one()
    parties = {
        row.id: Party(row.id, row.name, row.identifier, row.sector, row.is_public)
        for row in await session.execute(text(PARTIES), p)
    }
    lines: dict[UUID, list[Line]] = {}
    for row in await session.execute(text(LINES), p):
        lines.setdefault(row.investment_id, []).append(_line(row))
    payments: dict[UUID, list[Payment]] = {}
    for row in await session.execute(text(PAYMENTS), p):
        if row.amount:
            paid = Payment(row.id, row.effective_on, _money(row.amount))
            payments.setdefault(row.investment_id, []).append(paid)
    awards = []
    for row in await session.execute(text(AWARDS), {**p, "funder": funder_id}):
        seen = tuple(payments.get(row.id, ())) if sees_payments(row.funder_id) else None
        awards.append(_award(row, parties, tuple(lines.get(row.id, ())), seen))
    anchor = (await session.execute(text(ANCHOR), p)).scalar_one_or_none()
    return Book(home.slug, home.name, home.state, home.today, awards, parties.get(anchor) if anchor else None)


def _award(
    row: Any, parties: dict[UUID, Party], lines: tuple[Line, ...], payments: tuple[Payment, ...] | None
) -> Award:  # Any: a row of AWARDS
    return Award(
        id=row.id,
        title=row.title,
        description=row.description,
        programme=row.programme,
        use=row.use,
        currency=row.currency,
        awarded_on=row.awarded_on,
        awarded_on_precision=row.awarded_on_precision,
        starts_on=row.starts_on,
        ends_on=row.ends_on,
        identifier=row.source_identifier,
        has_more=row.has_more,
        funder_kind=row.funder_kind,
        funder=parties[row.funder_id],
        recipient=parties.get(row.recipient_id),
        fiscal_agent=parties.get(row.fiscal_agent_id),
        committed=_money(row.committed),
        received=_money(row.received),
        disbursed=_money(row.disbursed),
        spent=_money(row.spent),
        lines=lines,
        payments=payments,
    )


def _line(row: Any) -> Line:  # Any: a row of LINES
    return Line(
        practice=row.practice,
        outcome=row.outcome,
        population=row.population,
        area=row.area,
        use=row.use,
        fiscal_year=row.fiscal_year,
        amount=_money(row.amount),
        obligated=_money(row.obligated or 0),
    )


def _money(minor: int) -> Decimal:
    return Decimal(minor).scaleb(-2)
