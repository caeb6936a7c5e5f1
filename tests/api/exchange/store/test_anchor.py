"""The anchor's files in the database: movements are posted once, and the rest is kept by its natural key."""

import pytest

from ..importer import Importer, codes, told
from .test_allocations import AWARD, PRACTICES, RECIPE

LINES = "investment,practice,use,fiscal_year,amount,obligated\nA-1,Tutoring,PRACTICE,2024,60.00,25.00\n"
LEDGER = "investment,kind,occurred_on,amount,practice,fiscal_year,note\n"
HELD = """
select kind, sum(abs(credits_posted - debits_posted)) as held from ledger.account
where credits_posted <> debits_posted group by kind order by kind
"""


@pytest.fixture
async def funded(bring: Importer) -> Importer:
    """An importer into a partnership with an award of 100.00, of which 60.00 (25.00 signed for) is on tutoring."""
    await bring.text(PRACTICES, "practices")
    await bring.text(AWARD, "investments", RECIPE)
    await bring.text(LINES, "allocations")
    return bring


async def held(bring: Importer) -> dict[str, int]:
    """What lies on each kind of account, in cents."""
    return {row.kind: int(row.held) for row in await bring.rows(HELD)}


async def test_receipts_and_expenditures_move_money_and_take_what_is_signed_for_first(
    funded: Importer,
) -> None:
    content = LEDGER + "A-1,RECEIPT,2024-02-01,80.00,,,\nA-1,EXPENDITURE,2024-03-01,30.00,Tutoring,2024,May\n"
    assert told(await funded.text(content, "ledger")) == (2, 0, 0, 0)
    # 100 promised less 80; 25 signed for and 5 of the line's 35 free are spent; 40 on no line
    assert await held(funded) == {"AVAILABLE": 7000, "CASH": 8000, "RECEIVABLE": 2000, "SPENT": 3000}
    assert await funded.audit() == []


async def test_fees_refunds_and_payments_past_the_anchor_move_money(funded: Importer) -> None:
    """By hand, of 100.00: 70.00 come, 10.00 go straight to the recipient, 5.00 are kept and 4.00 sent back.

    20.00 are still promised; of the line's 60.00 there are 25.00 signed for and 35.00 - 5.00 - 4.00 free.
    """
    content = LEDGER + (
        "A-1,RECEIPT,2024-02-01,70.00,,,\nA-1,DISBURSEMENT,2024-02-02,10.00,,,\n"
        "A-1,FEE,2024-03-01,5.00,Tutoring,2024,\nA-1,REFUND,2024-04-01,4.00,Tutoring,2024,Not needed\n"
    )
    assert told(await funded.text(content, "ledger")) == (4, 0, 0, 0)
    assert told(await funded.text(content, "ledger")) == (0, 0, 4, 0)
    assert await held(funded) == {
        "AVAILABLE": 4000 + 2600,
        "CASH": 6600,
        "FEE": 500,
        "OBLIGATED": 2500,
        "PAID": 1000,
        "RECEIVABLE": 2000,
    }
    assert await funded.audit() == []


async def test_a_movement_by_recipe_takes_the_files_own_words(funded: Importer) -> None:
    """A bookkeeper's export with columns, kinds and dates of its own."""
    recipe = """
[columns]
investment = "Grant"
kind = "Type"
occurred_on = "Date"
amount = "Sum"
[values]
date_format = "%d.%m.%Y"
thousands = ","
[aliases.kind]
"Deposit" = "RECEIPT"
"Sent back" = "REFUND"
[constants]
use = "PRACTICE"
practice = "Tutoring"
fiscal_year = "2024"
"""
    content = 'Grant,Type,Date,Sum\nA-1,Deposit,01.02.2024,"70.00"\nA-1,Sent back,01.04.2024,4.00\n'
    assert told(await funded.text(content, "ledger", recipe)) == (2, 0, 0, 0)
    assert (await held(funded))["CASH"] == 6600


async def test_dollars_for_a_position_are_allocated_and_spent_on_it(funded: Importer) -> None:
    await funded.text("title,role\nTutor,OTHER\n", "positions")
    lines = "investment,position,use,fiscal_year,amount\nA-1,Tutor,OPERATIONS,2024,40.00\n"
    assert told(await funded.text(lines, "allocations")) == (1, 0, 0, 0)
    spent = "investment,kind,occurred_on,amount,position,use,fiscal_year\n"
    row = "A-1,EXPENDITURE,2024-03-01,30.00,Tutor,OPERATIONS,2024\n"
    assert told(await funded.text(spent + row, "ledger")) == (1, 0, 0, 0)
    on_positions = "from ledger.account where kind = 'SPENT' and position_id is not null"
    assert await funded.value(f"select sum(credits_posted) {on_positions}") == 3000


async def test_the_same_movements_again_change_nothing(funded: Importer) -> None:
    content = LEDGER + "A-1,RECEIPT,2024-02-01,80.00,,,\nA-1,EXPENDITURE,2024-03-01,30.00,Tutoring,2024,May\n"
    await funded.text(content, "ledger")
    before = await funded.counts()
    assert told(await funded.text(content, "ledger")) == (0, 0, 2, 0)
    assert await funded.counts() == before


async def test_the_allocations_again_change_nothing_after_spending(funded: Importer) -> None:
    await funded.text(LEDGER + "A-1,EXPENDITURE,2024-03-01,20.00,Tutoring,2024,\n", "ledger")
    assert told(await funded.text(LINES, "allocations")) == (0, 0, 1, 0)


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ("A-1,RECEIPT,2024-02-01,100.01,,,", "insufficient-funds"),
        ("A-1,EXPENDITURE,2024-02-01,60.01,Tutoring,2024,", "insufficient-funds"),
        ("A-1,DISBURSEMENT,2024-02-01,100.01,,,", "insufficient-funds"),
        ("A-1,FEE,2024-02-01,35.01,Tutoring,2024,", "insufficient-funds"),
        ("A-1,REFUND,2024-02-01,1.00,Tutoring,2024,", "insufficient-funds"),
        ("A-2,RECEIPT,2024-02-01,1.00,,,", "unknown-investment"),
        ("A-1,EXPENDITURE,2024-02-01,-1.00,Tutoring,2024,", "not-positive"),
        ("A-1,GIFT,2024-02-01,1.00,,,", "not-in-list"),
        ("A-1,RECEIPT,,1.00,,,", "empty"),
    ],
)
async def test_an_impossible_movement_is_refused_with_its_place(
    funded: Importer, row: str, code: str
) -> None:
    before = await held(funded)
    report = await funded.text(LEDGER + row + "\n", "ledger")
    assert report.rejected == 1
    assert code in codes(report)
    assert await held(funded) == before


async def test_a_movement_never_changes_its_amount(funded: Importer) -> None:
    await funded.text(LEDGER + "A-1,RECEIPT,2024-02-01,10.00,,,\n", "ledger")
    report = await funded.text(LEDGER + "A-1,RECEIPT,2024-02-01,11.00,,,\n", "ledger")
    assert codes(report) == {"recorded-otherwise"}


@pytest.mark.parametrize(
    ("name", "header", "first", "second"),
    [
        (
            "budgets",
            "fiscal_year,use,amount,currency,funder",
            "2024,PRACTICE,5,USD,Fund",
            "2024,PRACTICE,6,USD,Fund",
        ),
        (
            "obligations",
            "investment,kind,title,due_on,done_on",
            "A-1,REPORT,First,2024-05-01,",
            "A-1,REPORT,First,2024-05-01,2024-04-30",
        ),
        ("renewals", "investment,due_on,probability", "A-1,2024-05-01,0.5", "A-1,2024-05-01,0.6"),
        ("match", "investment,ratio,required", "A-1,1,10.00", "A-1,1,20.00"),
        ("instalments", "investment,fiscal_year,amount", "A-1,2024,10.00", "A-1,2024,20.00"),
        ("match-offers", "source,ratio,maximum,currency", "Fund,1,10.00,USD", "Fund,2,10.00,USD"),
        ("fee-agreements", "investment,fee_rate", "A-1,0.05", "A-1,0.07"),
        ("fee-agreements", "monthly,currency,starts_on", "10.00,USD,2024-01-01", "12.00,USD,2024-01-01"),
    ],
)
async def test_an_agreement_is_created_kept_and_updated(
    funded: Importer, name: str, header: str, first: str, second: str
) -> None:
    assert told(await funded.text(f"{header}\n{first}\n", name)) == (1, 0, 0, 0)
    assert told(await funded.text(f"{header}\n{first}\n", name)) == (0, 0, 1, 0)
    assert told(await funded.text(f"{header}\n{second}\n", name)) == (0, 1, 0, 0)


async def test_a_probability_above_one_is_refused(funded: Importer) -> None:
    report = await funded.text("investment,due_on,probability\nA-1,2024-05-01,1.5\n", "renewals")
    assert codes(report) == {"out-of-range"}


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ("A-1,0.05,10.00,USD,2024-01-01,", "one-basis"),
        ("A-1,,,,,", "one-basis"),
        (",0.05,,,,", "empty"),
        ("A-1,,10.00,USD,,", "empty"),
        ("A-1,,-10.00,USD,2024-01-01,", "negative"),
        ("A-1,1.01,,,,", "out-of-range"),
        ("A-1,0.05,,,2024-02-01,2024-01-31", "ends-before-start"),
    ],
)
async def test_a_fee_that_cannot_be_is_refused(funded: Importer, row: str, code: str) -> None:
    header = "investment,fee_rate,monthly,currency,starts_on,ends_on\n"
    report = await funded.text(f"{header}{row}\n", "fee-agreements")
    assert code in codes(report)
    assert report.rejected == 1
    assert await funded.value("select count(*) from fee_agreement") == 0


async def test_awards_are_tied_once_and_never_to_themselves(funded: Importer) -> None:
    await funded.text(AWARD.replace("A-1", "A-2"), "investments", RECIPE)
    content = "investment,kind,other\nA-2,FUNDED_FROM,A-1\n"
    assert told(await funded.text(content, "investment-links")) == (1, 0, 0, 0)
    assert told(await funded.text(content, "investment-links")) == (0, 0, 1, 0)
    itself = await funded.text("investment,kind,other\nA-1,RENEWAL_OF,A-1\n", "investment-links")
    assert codes(itself) == {"itself"}
