"""The staff's files in the database: what cannot be is refused with its place, what is odd is told with it."""

import pytest

from api.exchange.report import ImportReport, Severity

from ..importer import Importer, codes, told
from .test_allocations import AWARD, PRACTICES, RECIPE

POSITIONS = "title,role,annual_cost,currency,starts_on,ends_on\n"
DIRECTOR = POSITIONS + "Director,PARTNERSHIP_DIRECTOR,1200.00,USD,,\n"
FUNDING = "position,investment,starts_on,ends_on,monthly,currency\n"
YEAR = "Director,A-1,2026-01-01,2026-12-31,100.00,USD\n"
GIFTS = "donor,kind,description,quantity,unit\nFund,TIME,Hours,5,HOUR\n"


@pytest.fixture
async def staffed(bring: Importer) -> Importer:
    """A director at 1,200.00 a year, and an award in dollars that may pay her."""
    await bring.text(PRACTICES, "practices")
    await bring.text(AWARD, "investments", RECIPE)
    await bring.text(DIRECTOR, "positions")
    return bring


def places(report: ImportReport) -> set[tuple[str, int | None, str | None]]:
    """(code, row, field) of every finding's examples."""
    return {(each.code, one.row, one.field) for each in report for one in each.examples}


@pytest.mark.parametrize(
    ("row", "code", "field"),
    [
        ("Clerk,OTHER,-1.00,USD,,", "negative", "annual_cost"),
        ("Clerk,CLERK,1.00,USD,,", "not-in-list", "role"),
        ("Clerk,OTHER,1.00,USD,2026-02-01,2026-01-31", "ends-before-start", "ends_on"),
        ("Clerk,OTHER,1.00,,,", "empty", "currency"),
    ],
)
async def test_a_position_that_cannot_be_is_refused_with_its_place(
    bring: Importer, row: str, code: str, field: str
) -> None:
    report = await bring.text(f"{POSITIONS}{row}\n", "positions")
    assert (report.rejected, places(report)) == (1, {(code, 2, field)})
    assert await bring.value("select count(*) from staff_position") == 0


@pytest.mark.parametrize(
    ("row", "code", "field"),
    [
        ("Director,A-1,2026-01-01,2026-12-31,-1.00,USD", "negative", "monthly"),
        ("Director,A-1,2026-02-01,2026-01-31,1.00,USD", "ends-before-start", "ends_on"),
        ("Director,A-1,2026-01-01,2026-12-31,1.00,EUR", "currency-mixed", "currency"),
        ("Director,,2026-01-01,2026-12-31,1.00,USD", "one-source", "investment"),
        ("Nobody,A-1,2026-01-01,2026-12-31,1.00,USD", "unknown-position", "position"),
        ("Director,A-9,2026-01-01,2026-12-31,1.00,USD", "unknown-investment", "investment"),
    ],
)
async def test_a_funding_that_cannot_be_is_refused_with_its_place(
    staffed: Importer, row: str, code: str, field: str
) -> None:
    report = await staffed.text(f"{FUNDING}{row}\n", "position-funding")
    assert (report.rejected, places(report)) == (1, {(code, 2, field)})
    assert await staffed.value("select count(*) from staff_funding") == 0


async def test_overlapping_terms_of_one_source_are_refused_within_a_file_and_between_two(
    staffed: Importer,
) -> None:
    other = "Director,A-1,2026-12-31,2027-06-30,100.00,USD\n"
    both = await staffed.text(FUNDING + YEAR + other, "position-funding")
    assert places(both) == {("overlapping-terms", 3, "starts_on")}
    assert told(await staffed.text(FUNDING + YEAR, "position-funding")) == (1, 0, 0, 0)
    assert places(await staffed.text(FUNDING + other, "position-funding")) == {
        ("overlapping-terms", 2, "starts_on")
    }
    later = other.replace("2026-12-31", "2027-01-01")
    assert told(await staffed.text(FUNDING + later, "position-funding")) == (1, 0, 0, 0)


async def test_a_position_that_is_paid_more_than_it_costs_is_told_with_its_row(staffed: Importer) -> None:
    """By hand: 100.00 a month is the cost; 100.02 is more, in twelve months."""
    assert codes(await staffed.text(FUNDING + YEAR, "position-funding")) == set()
    report = await staffed.text(FUNDING + YEAR.replace("100.00", "100.02"), "position-funding")
    assert told(report) == (0, 1, 0, 0)
    (finding,) = report
    assert (finding.code, finding.severity) == ("paid-beyond-cost", Severity.WARNING)
    assert finding.message == "'Director' is paid more than it costs in 12 months, first in January 2026"
    assert [(each.row, each.value) for each in finding.examples] == [(2, "Director")]


async def test_a_gift_that_is_counted_for_two_awards_is_kept_and_told_with_its_row(staffed: Importer) -> None:
    second = AWARD.replace("A-1", "A-2")
    await staffed.text(second, "investments", RECIPE)
    await staffed.text(GIFTS, "in-kind")
    match = "investment,ratio,required,in_kind\nA-1,1,10.00,Hours\n"
    assert codes(await staffed.text(match, "match")) == set()
    report = await staffed.text(match + "A-2,1,10.00,Hours\n", "match")
    assert told(report) == (1, 0, 1, 0)
    assert places(report) == {("counted-twice", 3, "in_kind")}
    assert await staffed.value("select count(*) from in_kind_match") == 2


async def test_a_raise_is_kept_by_its_position_and_day(staffed: Importer) -> None:
    content = "position,from_on,annual_pay,benefit_rate\nDirector,2027-07-01,1300.00,0.2\n"
    assert told(await staffed.text(content, "position-costs")) == (1, 0, 0, 0)
    assert told(await staffed.text(content, "position-costs")) == (0, 0, 1, 0)
    rows = await staffed.rows("select annual_pay, benefit_rate from position_cost")
    assert [(row.annual_pay, str(row.benefit_rate)) for row in rows] == [(130_000, "0.2")]


@pytest.mark.parametrize(
    ("row", "place"),
    [
        ("Director,2027-07-01,-1.00,0", ("negative", 2, "annual_pay")),
        ("Director,2027-07-01,1.00,-0.1", ("negative", 2, "benefit_rate")),
        ("Director,,1.00,0", ("empty", 2, "from_on")),
        ("Clerk,2027-07-01,1.00,0", ("cost-unknown", 2, "position")),
    ],
)
async def test_a_raise_that_cannot_be_is_refused_with_its_place(
    staffed: Importer, row: str, place: tuple[str, int, str]
) -> None:
    await staffed.text("title,role\nClerk,OTHER\n", "positions")
    report = await staffed.text(f"position,from_on,annual_pay,benefit_rate\n{row}\n", "position-costs")
    assert (report.rejected, places(report)) == (1, {place})
