"""Awards in the database: what makes two of them one, and what the ledger holds of each."""

import pytest

from ..importer import Importer, codes, told

RECIPE = """
[columns]
identifier = "id"
title = "title"
funder = "funder"
funder_identifier = ["funder_id"]
recipient = "recipient"
amount = "amount"
awarded_on = "on"
use = ["use"]
[constants]
currency = "USD"
"""
HEADER = "id,title,funder,recipient,amount,on\n"
FIRST = "A-1,Reading,Fund,School,100.25,2024-01-05\n"
SECOND = "A-2,Math,Fund,School,200.50,2024-02-06\n"

BALANCE = """
select coalesce(sum(credits_posted - debits_posted), 0) from ledger.account where kind = :kind
"""


async def balance(bring: Importer, kind: str) -> int:
    """The balance of all accounts of a kind, in cents."""
    return int(await bring.value(BALANCE, kind=kind))


async def test_each_award_is_promised_and_available(bring: Importer) -> None:
    report = await bring.text(HEADER + FIRST + SECOND, "investments", RECIPE)
    assert told(report) == (2, 0, 0, 0)
    assert (await balance(bring, "AVAILABLE"), await balance(bring, "RECEIVABLE")) == (30075, -30075)
    assert await bring.audit() == []


async def test_the_same_file_again_changes_nothing(bring: Importer) -> None:
    await bring.text(HEADER + FIRST + SECOND, "investments", RECIPE)
    before = await bring.counts()
    assert told(await bring.text(HEADER + FIRST + SECOND, "investments", RECIPE)) == (0, 0, 2, 0)
    assert await bring.counts() == before


async def test_a_later_file_with_a_row_more_adds_one(bring: Importer) -> None:
    await bring.text(HEADER + FIRST, "investments", RECIPE)
    assert told(await bring.text(HEADER + SECOND + FIRST, "investments", RECIPE)) == (1, 0, 1, 0)
    assert await balance(bring, "AVAILABLE") == 30075


async def test_an_amended_title_updates_one_award_and_posts_nothing(bring: Importer) -> None:
    await bring.text(HEADER + FIRST + SECOND, "investments", RECIPE)
    transfers = await bring.value("select count(*) from ledger.transfer")
    amended = FIRST.replace("Reading", "Early reading")
    assert told(await bring.text(HEADER + amended + SECOND, "investments", RECIPE)) == (0, 1, 1, 0)
    assert (
        await bring.value("select title from investment where source_identifier = 'A-1'") == "Early reading"
    )
    assert await bring.value("select count(*) from ledger.transfer") == transfers


@pytest.mark.parametrize(("amount", "cents"), [("150.00", 15000), ("40.10", 4010), ("0", 0)])
async def test_an_amended_amount_posts_the_difference(bring: Importer, amount: str, cents: int) -> None:
    await bring.text(HEADER + FIRST, "investments", RECIPE)
    report = await bring.text(HEADER + FIRST.replace("100.25", amount), "investments", RECIPE)
    assert told(report) == (0, 1, 0, 0)
    assert await balance(bring, "AVAILABLE") == cents
    assert await bring.value("select max(amount) from ledger.transfer where sequence = 2") == abs(
        cents - 10025
    )
    assert await bring.audit() == []


async def test_an_award_with_another_day_under_the_same_identifier_is_another_award(bring: Importer) -> None:
    await bring.text(HEADER + FIRST, "investments", RECIPE)
    report = await bring.text(HEADER + FIRST.replace("2024-01-05", "2025-01-05"), "investments", RECIPE)
    assert told(report) == (1, 0, 0, 0)
    assert "identifier-known" in codes(report)


async def test_a_repeated_identifier_merges_nothing(bring: Importer) -> None:
    again = FIRST.replace("100.25", "70.00")
    assert told(await bring.text(HEADER + FIRST + again, "investments", RECIPE)) == (2, 0, 0, 0)
    assert told(await bring.text(HEADER + again + FIRST, "investments", RECIPE)) == (0, 0, 2, 0)
    assert await balance(bring, "AVAILABLE") == 17025


async def test_wholly_identical_rows_are_as_many_awards(bring: Importer) -> None:
    bare = FIRST.replace("A-1", "")
    assert told(await bring.text(HEADER + bare * 3, "investments", RECIPE)) == (3, 0, 0, 0)
    assert told(await bring.text(HEADER + bare * 4, "investments", RECIPE)) == (1, 0, 3, 0)


async def test_a_zero_award_has_no_transfer(bring: Importer) -> None:
    report = await bring.text(HEADER + FIRST.replace("100.25", "0"), "investments", RECIPE)
    assert told(report) == (1, 0, 0, 0)
    assert await bring.value("select count(*) from ledger.transfer") == 0


async def test_a_negative_award_owes_dollars_back(bring: Importer) -> None:
    report = await bring.text(HEADER + FIRST.replace("100.25", "-100.25") + SECOND, "investments", RECIPE)
    assert told(report) == (2, 0, 0, 0)
    assert await balance(bring, "AVAILABLE") == 20050 - 10025
    assert await bring.audit() == []


async def test_an_award_cut_below_what_is_allocated_is_rejected_and_leaves_the_books_alone(
    bring: Importer,
) -> None:
    await bring.text(HEADER + FIRST, "investments", RECIPE)
    await bring.text("investment,use,fiscal_year,amount\nA-1,OPERATIONS,2024,90.00\n", "allocations")
    report = await bring.text(HEADER + FIRST.replace("100.25", "50.00"), "investments", RECIPE)
    assert (report.rejected, codes(report)) == (1, {"below-allocated"})
    assert await balance(bring, "AVAILABLE") == 10025


async def test_an_amended_award_counts_what_was_obligated_as_still_there(bring: Importer) -> None:
    await bring.text(HEADER + FIRST, "investments", RECIPE)
    lines = "investment,use,fiscal_year,amount,obligated\nA-1,OPERATIONS,2024,90.00,60.00\n"
    await bring.text(lines, "allocations")
    await bring.text(HEADER + FIRST.replace("100.25", "120.25"), "investments", RECIPE)
    assert (await balance(bring, "AVAILABLE"), await balance(bring, "OBLIGATED")) == (6025, 6000)
    assert await bring.audit() == []


async def test_another_currency_under_the_same_award_is_rejected(bring: Importer) -> None:
    await bring.text(HEADER + FIRST, "investments", RECIPE)
    report = await bring.text(HEADER + FIRST, "investments", RECIPE.replace("USD", "EUR"))
    assert codes(report) == {"currency-changed"}


async def test_an_award_keeps_the_use_that_it_has_on_the_books(bring: Importer) -> None:
    header, row = HEADER.replace("on\n", "on,use\n"), FIRST.strip()
    await bring.text(f"{header}{row},PRACTICE\n", "investments", RECIPE)
    report = await bring.text(f"{header}{row},OPERATIONS\n", "investments", RECIPE)
    assert (told(report), codes(report)) == ((0, 1, 0, 0), {"use-kept"})
    assert await bring.value("select use from investment") == "PRACTICE"


async def test_a_day_that_the_ledger_does_not_know_is_rejected_by_row(bring: Importer) -> None:
    report = await bring.text(HEADER + SECOND + FIRST.replace("2024", "1850"), "investments", RECIPE)
    finding = next(iter(report))
    assert (finding.code, finding.examples[0].row) == ("date-out-of-range", 3)


async def test_money_of_one_funder_under_a_name_and_under_an_identifier_is_one_funder(
    bring: Importer,
) -> None:
    header = HEADER.replace("\n", ",funder_id\n")
    rows = FIRST.replace("\n", ",US-EIN-123456789\n") + SECOND.replace("\n", ",\n")
    await bring.text(header + rows, "investments", RECIPE)
    assert await bring.value("select count(*) from funder") == 1
    identifier = await bring.rows("select scheme, value from organization_identifier")
    assert [tuple(row) for row in identifier] == [("US-EIN", "123456789")]


async def test_two_identifiers_under_one_name_are_two_organizations(bring: Importer) -> None:
    header = HEADER.replace("\n", ",funder_id\n")
    rows = FIRST.replace("\n", ",US-EIN-123456789\n") + SECOND.replace("\n", ",US-EIN-987654321\n")
    await bring.text(header + rows, "investments", RECIPE)
    assert await bring.value("select count(*) from organization where name = 'Fund'") == 2
