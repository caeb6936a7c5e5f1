"""Riverbend's money as it is read for a reallocation, against its files."""

from collections import defaultdict
from decimal import Decimal
from uuid import UUID

from allocation.frames.money import read_investments
from allocation.frames.standing import read_standing
from allocation.question import Ask, set_out
from models.database import Database, Scope
from models.partnerships import Partnership

from .conftest import cents, rows_of

YEAR = 2027


async def test_each_award_s_lines_hold_what_the_files_give_them(database: Database, riverbend: UUID) -> None:
    """By use and fiscal year: what is still available, and what is signed for; the rest of an award is on no line."""
    listed: dict[tuple[str, str, str], list[int]] = defaultdict(lambda: [0, 0])
    for row in rows_of("allocations"):
        held = listed[row["investment"], row["use"], row["fiscal_year"]]
        held[0] += cents(row["amount"]) - cents(row["obligated"] or "0")
        held[1] += cents(row["obligated"] or "0")
    awards = {row["Award"]: row for row in rows_of("investments")}
    titles = {row["Title"]: number for number, row in awards.items()}
    async with database.session(Scope.of(riverbend)) as session:
        investments = await read_investments(session, riverbend)
    read: dict[tuple[str, str, str], list[int]] = defaultdict(lambda: [0, 0])
    for each in investments:
        number = titles[each.title]
        assert sum(x.available + x.obligated + x.spent for x in each.lines) == cents(awards[number]["Amount"])
        for line in each.lines:
            if line.fiscal_year is not None:
                found = read[number, line.use, str(line.fiscal_year)]
                found[0] += line.available
                found[1] += line.obligated
    assert dict(read) == dict(listed)


async def test_each_restriction_is_read_with_all_its_lists(database: Database, riverbend: UUID) -> None:
    """How many members each list has, by the awards' titles."""
    titles = {row["Award"]: row["Title"] for row in rows_of("investments")}
    names = ("outcomes", "practices", "populations", "areas", "fiscal_years")
    listed = sorted(
        (
            titles[row["investment"]],
            cents(row["amount"]) if row["amount"] else None,
            *(len(row[name].split(";")) if row[name] else 0 for name in names),
            row["minimum_tier"] or None,
            row["note"] or None,
        )
        for row in rows_of("restrictions")
    )
    async with database.session(Scope.of(riverbend)) as session:
        investments = await read_investments(session, riverbend)
    read = sorted(
        (
            investment.title,
            each.amount,
            *(len(getattr(each, name)) for name in names),
            each.minimum_tier,
            each.note,
        )
        for investment in investments
        for each in investment.restrictions
    )
    assert read == listed


async def test_a_question_of_a_year_holds_that_year_s_practice_dollars_and_open_ones(
    database: Database, riverbend: UUID
) -> None:
    """From the files: practice lines of fiscal 2027 without a position, in the funds of the question."""
    listed = sum(
        cents(row["amount"])
        for row in rows_of("allocations")
        if row["fiscal_year"] == str(YEAR) and row["use"] == "PRACTICE"
    )
    async with database.session(Scope.of(riverbend)) as session:
        standing = await read_standing(session, riverbend, YEAR)
    question = set_out(standing, Ask((YEAR,)))
    of_year = sum(
        line.available + line.obligated
        for part in question.parts.values()
        for line in (*part.lines, *part.idle)
        if line.fiscal_year == YEAR
    )
    assert of_year == listed
    assert Decimal(sum(fund.budget_amount for fund in question.problem.funds)) >= listed


async def test_another_partnership_s_rows_are_not_read(
    database: Database, riverbend: UUID, other_partnership: Partnership
) -> None:
    async with database.session(Scope.of(other_partnership.id)) as session:
        assert list(await read_investments(session, riverbend)) == []
        standing = await read_standing(session, other_partnership.id, YEAR)
    assert (standing.practices, standing.investments, standing.rates) == ((), (), ())
