"""Obligations, sub-grants and match out of the database."""

from datetime import date
from decimal import Decimal
from uuid import UUID

from allocation.frames.obligations import (
    read_gifts,
    read_match_positions,
    read_obligations,
    read_sub_grants,
)
from models.base import new_id
from models.database import Scope
from models.in_kind import InKindKind, InKindResource, InKindUnit
from models.matches import InKindMatch, MatchRequirement
from models.obligations import InvestmentLink, LinkKind, Obligation, ObligationKind
from tests.allocation.frames.conftest import Anchored

JULY, TODAY = date(2026, 7, 1), date(2026, 11, 23)
FREE = "AVAILABLE:PRACTICE"


async def keep(anchored: Anchored, *rows: object) -> None:
    async with anchored.database.session(Scope.of(anchored.partnership.id)) as session:
        session.add_all(rows)


async def test_a_sub_grant_shows_what_was_paid_and_which_report_is_late(anchored: Anchored) -> None:
    p = anchored.partnership.id
    parent = await anchored.award("Parent", use="PRACTICE")
    child = await anchored.award("Child", use="PRACTICE", to=anchored.other)
    await anchored.post(child, "COMMITMENT", ("RECEIVABLE", FREE), 40_000, JULY)
    await anchored.post(child, "DISBURSEMENT", ("PAID", "RECEIVABLE"), 15_000, JULY)
    report = Obligation(
        partnership_id=p,
        investment_id=child,
        kind=ObligationKind.REPORT,
        title="Spring report",
        due_on=date(2026, 10, 31),
    )
    link = InvestmentLink(partnership_id=p, investment_id=child, kind=LinkKind.FUNDED_FROM, other_id=parent)
    await keep(anchored, report, link)
    async with anchored.database.session(Scope.of(p)) as session:
        before = await read_sub_grants(session, p, date(2026, 6, 30))
        (grant,) = await read_sub_grants(session, p, TODAY)
        (owed,) = await read_obligations(session, p)
    assert (grant.title, grant.recipient, grant.committed, grant.paid) == ("Child", "Other", 40_000, 15_000)
    assert before == []
    assert (grant.funded_from, grant.report_status(TODAY)) == ([str(parent)], "LATE")
    assert (owed.title, owed.is_late(TODAY), owed.is_late(date(2026, 10, 31))) == (
        "Spring report",
        True,
        False,
    )


async def _asking(anchored: Anchored, title: str) -> UUID:
    award = await anchored.award(title)
    asked = MatchRequirement(
        partnership_id=anchored.partnership.id,
        investment_id=award,
        ratio=Decimal("0.5"),
        required=500_000,
        in_kind_counts=True,
    )
    await keep(anchored, asked)
    return award


async def test_match_in_cash_and_in_kind_is_secured_once(anchored: Anchored) -> None:
    """By hand: 100 hours at 33.49 are 3,349.00, counted for two awards; 1,000.00 of cash for the first alone."""
    p = anchored.partnership.id
    one, other = [await _asking(anchored, title) for title in ("One", "Two")]
    cash = await anchored.award("Cash")
    await anchored.post(cash, "COMMITMENT", ("RECEIVABLE", "AVAILABLE:OPERATIONS"), 100_000, JULY)
    gift = InKindResource(
        partnership_id=p,
        id=new_id(),
        donor_id=anchored.other,
        kind=InKindKind.VOLUNTEERS,
        description="Hours",
        quantity=Decimal(100),
        unit=InKindUnit.HOUR,
        unit_rate=33_49,
        currency="USD",
        method="Pay for similar work",
        rate_source="Wage survey",
    )
    link = InvestmentLink(partnership_id=p, investment_id=cash, kind=LinkKind.MATCH_FOR, other_id=one)
    await keep(anchored, gift, link)
    await keep(anchored, InKindMatch(partnership_id=p, in_kind_id=gift.id, investment_id=one))
    async with anchored.database.session(Scope.of(p)) as session:
        alone = [(each.cash, each.in_kind) for each in await read_match_positions(session, p)]
    await keep(anchored, InKindMatch(partnership_id=p, in_kind_id=gift.id, investment_id=other))
    async with anchored.database.session(Scope.of(p)) as session:
        (read,) = await read_gifts(session, p)
        twice = [(each.cash, each.in_kind) for each in await read_match_positions(session, p)]
    assert alone == [(100_000, 334_900), (0, 0)]
    assert (twice, read.has_conflict) == ([(100_000, 0), (0, 0)], True)
