"""Lines of dollars in the database: an allocation says what a line is to hold, and the ledger moves the difference."""

import pytest

from ..importer import Importer, codes, told

AWARD = "id,title,funder,amount,currency,awarded_on,use\nA-1,Reading,Fund,100.00,USD,2024-01-05,PRACTICE\n"
RECIPE = """
[columns]
identifier = "id"
title = "title"
funder = "funder"
amount = "amount"
currency = "currency"
awarded_on = "awarded_on"
use = "use"
"""
HEADER = "investment,practice,use,fiscal_year,amount,obligated\n"
PRACTICES = "practice,cost_per_participant,currency\nTutoring,100,USD\nCamp,50,USD\n"

LINES = """
select coalesce(p.name, '') || ' ' || a.kind as line, a.credits_posted - a.debits_posted as held
from ledger.account a left join practice p on p.id = a.practice_id
where a.kind in ('AVAILABLE', 'OBLIGATED') and a.credits_posted <> a.debits_posted order by 1
"""


@pytest.fixture
async def funded(bring: Importer) -> Importer:
    """An importer into a partnership with one award of 100.00 and two practices."""
    await bring.text(PRACTICES, "practices")
    await bring.text(AWARD, "investments", RECIPE)
    return bring


async def lines(bring: Importer) -> dict[str, int]:
    """What each line holds, in cents."""
    return {row.line: row.held for row in await bring.rows(LINES)}


async def test_a_line_takes_its_dollars_from_the_untargeted_ones(funded: Importer) -> None:
    report = await funded.text(HEADER + "A-1,Tutoring,PRACTICE,2024,60.00,25.00\n", "allocations")
    assert told(report) == (1, 0, 0, 0)
    assert await lines(funded) == {" AVAILABLE": 4000, "Tutoring AVAILABLE": 3500, "Tutoring OBLIGATED": 2500}
    assert await funded.audit() == []


async def test_the_same_lines_again_change_nothing(funded: Importer) -> None:
    content = HEADER + "A-1,Tutoring,PRACTICE,2024,60.00,25.00\nA-1,Camp,PRACTICE,2024,40.00,0\n"
    await funded.text(content, "allocations")
    before = await funded.counts()
    assert told(await funded.text(content, "allocations")) == (0, 0, 2, 0)
    assert await funded.counts() == before


async def test_a_file_may_move_dollars_from_one_line_to_another_in_any_order(funded: Importer) -> None:
    await funded.text(HEADER + "A-1,Tutoring,PRACTICE,2024,100.00,40.00\n", "allocations")
    moved = HEADER + "A-1,Camp,PRACTICE,2024,70.00,0\nA-1,Tutoring,PRACTICE,2024,30.00,10.00\n"
    assert told(await funded.text(moved, "allocations")) == (1, 1, 0, 0)
    assert await lines(funded) == {
        "Camp AVAILABLE": 7000,
        "Tutoring AVAILABLE": 2000,
        "Tutoring OBLIGATED": 1000,
    }
    assert await funded.audit() == []


async def test_a_row_that_does_not_say_what_is_obligated_leaves_that_alone(funded: Importer) -> None:
    await funded.text(HEADER + "A-1,Tutoring,PRACTICE,2024,60.00,25.00\n", "allocations")
    await funded.text(HEADER + "A-1,Tutoring,PRACTICE,2024,70.00,\n", "allocations")
    assert await lines(funded) == {" AVAILABLE": 3000, "Tutoring AVAILABLE": 4500, "Tutoring OBLIGATED": 2500}


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ("A-1,Tutoring,PRACTICE,2024,100.01,0", "insufficient-funds"),
        ("A-1,Tutoring,PRACTICE,2024,60.00,0\nA-1,Tutoring,PRACTICE,2024,10.00,0", "repeated-line"),
        ("A-1,Mentoring,PRACTICE,2024,60.00,0", "unknown-practice"),
        ("A-9,Tutoring,PRACTICE,2024,60.00,0", "unknown-investment"),
        ("A-1,,PRACTICE,,60.00,0", "nothing-targeted"),
    ],
)
async def test_a_line_that_cannot_be_is_rejected_and_nothing_is_kept(
    funded: Importer, row: str, code: str
) -> None:
    report = await funded.text(f"{HEADER}{row}\n", "allocations")
    assert (codes(report), report.created) == ({code}, 0)
    assert await lines(funded) == {" AVAILABLE": 10000}


async def test_an_identifier_of_two_awards_is_ambiguous(funded: Importer) -> None:
    await funded.text(
        AWARD.replace("100.00", "50.00").replace("2024-01-05", "2024-02-05"), "investments", RECIPE
    )
    report = await funded.text(HEADER + "A-1,Tutoring,PRACTICE,2024,60.00,0\n", "allocations")
    assert codes(report) == {"ambiguous-investment"}


async def test_good_lines_are_kept_where_that_is_wanted(funded: Importer) -> None:
    rows = "A-1,Tutoring,PRACTICE,2024,60.00,0\nA-1,Mentoring,PRACTICE,2024,10.00,0\n"
    report = await funded.text(HEADER + rows, "allocations", keep_good=True)
    assert told(report) == (1, 0, 0, 1)
    assert await lines(funded) == {" AVAILABLE": 4000, "Tutoring AVAILABLE": 6000}
