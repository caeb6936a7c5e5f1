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
