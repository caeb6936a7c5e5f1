"""The anchor's books out of a real ledger: balances as of a day and as recorded, statements, budget, fees."""

from datetime import date
from decimal import Decimal

from sqlalchemy import func, insert, select, text

from allocation.budgets import Place
from allocation.frames.books import read_fund_balances, read_statements
from allocation.frames.budgets import read_budget, read_sustainability
from allocation.frames.fees import read_fee_report
from allocation.ledger import Posting, post
from allocation.months import Term
from models.budgets import BudgetLine, FeeAgreement
from models.database import Scope
from models.ledger import Account, TransactionKind
from models.resources import ResourceUse, Restriction
from tests.allocation.frames.conftest import Anchored

JULY, AUGUST, OCTOBER = date(2026, 7, 1), date(2026, 8, 1), date(2026, 10, 1)
FREE, SPENT = "AVAILABLE:OPERATIONS", "SPENT:OPERATIONS"


async def a_year(anchored: Anchored) -> None:
    """1,000.00 awarded in July, 600.00 received in August with a fee of 42.00, 300.00 spent in October."""
    award = await anchored.award()
    await anchored.post(award, "COMMITMENT", ("RECEIVABLE", FREE), 100_000, JULY)
    await anchored.post(award, "RECEIPT", ("CASH", "RECEIVABLE"), 60_000, AUGUST)
    await anchored.post(award, "FEE", (FREE, "FEE"), 4_200, AUGUST)
    await anchored.post(award, "EXPENDITURE", (FREE, SPENT), 30_000, OCTOBER)


async def test_balances_are_as_of_the_day(anchored: Anchored) -> None:
    await a_year(anchored)
    found = []
    async with anchored.database.session(Scope.of(anchored.partnership.id)) as session:
        for day in (date(2026, 6, 30), JULY, AUGUST, OCTOBER):
            rows = await read_fund_balances(session, anchored.partnership.id, day)
            found.append([(row.committed, row.received, row.spent, row.available) for row in rows])
    assert found == [
        [],
        [(100_000, 0, 0, 100_000)],
        [(100_000, 60_000, 0, 95_800)],
        [(100_000, 60_000, 30_000, 65_800)],
    ]


async def test_balances_as_recorded_leave_out_what_was_known_later(anchored: Anchored) -> None:
    award = await anchored.award()
    await anchored.post(award, "COMMITMENT", ("RECEIVABLE", FREE), 100_000, JULY)
    scope = Scope.of(anchored.partnership.id)
    async with anchored.database.session(scope) as session:
        moment = (await session.execute(select(func.clock_timestamp()))).scalar_one()
    await anchored.post(award, "EXPENDITURE", (FREE, SPENT), 30_000, JULY)
    async with anchored.database.session(scope) as session:
        p = anchored.partnership.id
        then = await read_fund_balances(session, p, OCTOBER, recorded_by=moment)
        later = await read_fund_balances(session, p, OCTOBER)
    assert ([row.spent for row in then], [row.spent for row in later]) == ([0], [30_000])


async def test_an_award_that_passes_the_anchor_by_is_not_in_its_books(anchored: Anchored) -> None:
    award = await anchored.award(to=anchored.other)
    await anchored.post(award, "COMMITMENT", ("RECEIVABLE", FREE), 100_000, JULY)
    async with anchored.database.session(Scope.of(anchored.partnership.id)) as session:
        assert await read_fund_balances(session, anchored.partnership.id, OCTOBER) == []


async def test_a_purpose_restricts_an_award_and_a_bar_on_lobbying_does_not(anchored: Anchored) -> None:
    p = anchored.partnership.id
    for title, terms in (("Tied", {"use": ResourceUse.OPERATIONS}), ("Free", {"lobbying_allowed": False})):
        award = await anchored.award(title)
        await anchored.post(award, "COMMITMENT", ("RECEIVABLE", FREE), len(title) * 100, JULY)
        async with anchored.database.session(Scope.of(p)) as session:
            session.add(Restriction(partnership_id=p, investment_id=award, **terms))
    await anchored.post(await anchored.award("None"), "COMMITMENT", ("RECEIVABLE", FREE), 7, JULY)
    async with anchored.database.session(Scope.of(p)) as session:
        found = await read_fund_balances(session, p, OCTOBER)
    assert [(row.restricted, row.committed) for row in found] == [(False, 407), (True, 400)]


async def test_the_statement_ties_to_the_ledgers_own_balances(anchored: Anchored) -> None:
    """Independent: the totals that the ledger's door keeps in each account."""
    await a_year(anchored)
    p = anchored.partnership.id
    async with anchored.database.session(Scope.of(p)) as session:
        (found,) = await read_statements(session, p, (date(2026, 8, 2), date(2026, 12, 31)))
        rows = await session.execute(
            select(Account.kind, func.sum(Account.credits_posted - Account.debits_posted)).group_by(
                Account.kind
            )
        )
        kept = {row[0].value: int(row[1]) for row in rows}
    closing = {line.account: line.closing for line in found.lines if line.closing}
    assert closing == {name: abs(amount) for name, amount in kept.items()}
    assert (found.opening_net_assets, found.closing_net_assets) == (95_800, 65_800)
    assert (found.expenses, found.revenue, found.fees) == ({"OPERATIONS": 30_000}, 0, 0)


async def test_statements_of_two_periods_meet(anchored: Anchored) -> None:
    await a_year(anchored)
    p = anchored.partnership.id
    async with anchored.database.session(Scope.of(p)) as session:
        (one,) = await read_statements(session, p, (JULY, date(2026, 9, 30)))
        (other,) = await read_statements(session, p, (OCTOBER, date(2027, 6, 30)))
    assert [line.closing for line in one.lines] == [line.opening for line in other.lines]


async def test_the_budget_is_met_by_what_was_spent_in_its_year(anchored: Anchored) -> None:
    await a_year(anchored)
    p = anchored.partnership.id
    values = {"fiscal_year": 2027, "use": ResourceUse.OPERATIONS, "amount": 50_000, "currency": "USD"}
    async with anchored.database.session(Scope.of(p)) as session:
        await session.execute(
            insert(BudgetLine).values(partnership_id=p, funder_id=anchored.funder, **values)
        )
        found = {year: await read_budget(session, p, year) for year in (2026, 2027)}
    (line,) = found[2027]
    assert line.place == Place(2027, "OPERATIONS", str(anchored.funder))
    assert (line.budget, line.actual, line.variance, found[2026]) == (50_000, 30_000, 20_000, [])


async def test_fees_are_due_by_the_anchors_rate_or_the_awards_own(anchored: Anchored) -> None:
    """By hand: 7 % of 600.00 is 42.00 and was charged; 2 % of 500.00 is 10.00 and was not."""
    await a_year(anchored)
    p = anchored.partnership.id
    own = await anchored.award("Federal")
    await anchored.post(own, "COMMITMENT", ("RECEIVABLE", FREE), 50_000, JULY)
    await anchored.post(own, "RECEIPT", ("CASH", "RECEIVABLE"), 50_000, AUGUST)
    async with anchored.database.session(Scope.of(p)) as session:
        values = {"investment_id": own, "fee_rate": Decimal("0.02")}
        await session.execute(insert(FeeAgreement).values(partnership_id=p, **values))
        found = await read_fee_report(session, p, Term(JULY, OCTOBER))
    assert sorted((fee.received, fee.due, fee.charged, fee.difference) for fee in found.lines) == [
        (50_000, 1_000, 0, -1_000),
        (60_000, 4_200, 4_200, 0),
    ]


async def test_gifts_in_kind_are_in_no_balance_of_money(anchored: Anchored) -> None:
    """An account in hours beside the dollars: the books know it not."""
    p = anchored.partnership.id
    async with anchored.database.session(Scope.of(p)) as session:
        for use in ("OPERATIONS", "PRACTICE"):
            statement = (
                "insert into ledger.account (partnership_id, id, kind, unit, guard, use) "
                "values (:p, gen_random_uuid(), 'IN_KIND', 'u:hour', 'NONE', :use)"
            )
            await session.execute(text(statement), {"p": p, "use": use})
        ids = (await session.execute(select(Account.id).order_by(Account.use))).scalars().all()
        posting = Posting(TransactionKind.PLEDGE, ids[0], ids[1], "u:hour", 100, JULY)
        await post(session, "test", "hours", [posting])
        assert await read_fund_balances(session, p, OCTOBER) == []


async def test_the_years_of_operations_come_from_the_lines(anchored: Anchored) -> None:
    await a_year(anchored)
    p = anchored.partnership.id
    async with anchored.database.session(Scope.of(p)) as session:
        found = await read_sustainability(session, p, OCTOBER)
    assert (found.reserve, found.yearly_cost, found.reserve_months) == (65_800, 0, None)
    assert [(year.amount, year.concentration, year.funder_count) for year in found.years] == [
        (95_800, Decimal(1), 1)
    ]
