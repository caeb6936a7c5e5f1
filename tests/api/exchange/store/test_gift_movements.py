"""What came and was used of gifts, from a file: posted once, refused with its place."""

import pytest

from api.exchange.report import ImportReport

from ..importer import Importer, told
from .test_allocations import AWARD, PRACTICES, RECIPE

GIFTS = "donor,kind,description,quantity,unit,starts_on\nFund,TIME,Hours,5,HOUR,2026-07-01\n"
MOVED = "in_kind,kind,occurred_on,quantity,note\n"
CAME = "Hours,RECEIPT,2026-09-30,3.5,\n"
USED = "Hours,EXPENDITURE,2026-09-30,3,\n"


@pytest.fixture
async def given(bring: Importer) -> Importer:
    """Five hours that a fund promises."""
    await bring.text(PRACTICES, "practices")
    await bring.text(AWARD, "investments", RECIPE)
    await bring.text(GIFTS, "in-kind")
    return bring


def places(report: ImportReport) -> set[tuple[str, int | None, str | None]]:
    """(code, row, field) of every finding's examples."""
    return {(each.code, one.row, one.field) for each in report for one in each.examples}


async def held(bring: Importer, kind: str) -> object:
    return await bring.value(
        f"select sum(credits_posted - debits_posted) from ledger.account where kind = '{kind}'"  # noqa: S608 - our own word
    )


async def test_rows_are_posted_once_and_what_came_before_what_was_used(given: Importer) -> None:
    """By hand: of 5 hours 3.5 came and 3 were used, whichever row stands first."""
    assert told(await given.text(MOVED + USED + CAME, "in-kind-movements")) == (2, 0, 0, 0)
    assert [await held(given, kind) for kind in ("PROMISED", "AT_HAND", "USED")] == [1_500, 500, 3_000]
    assert told(await given.text(MOVED + CAME + USED, "in-kind-movements")) == (0, 0, 2, 0)
    assert await given.value("select count(*) from ledger.gift_audit()") == 0


@pytest.mark.parametrize(
    ("row", "code", "field"),
    [
        ("Hours,RECEIPT,2026-09-30,5.001,", "not-at-hand", "quantity"),
        ("Hours,RECEIPT,2026-06-30,1,", "not-at-hand", "occurred_on"),
        ("Hours,EXPENDITURE,2026-09-30,1,", "not-at-hand", "quantity"),
        ("Hours,FEE,2026-09-30,1,", "not-in-list", "kind"),
        ("Hours,RECEIPT,2026-09-30,-1,", "not-positive", "quantity"),
        ("Hours,RECEIPT,2026-09-30,0.0001,", "quantity", "quantity"),
        ("Hours,RECEIPT,,1,", "empty", "occurred_on"),
        ("Seats,RECEIPT,2026-09-30,1,", "unknown-in-kind-resource", "in-kind resource"),
    ],
)
async def test_a_row_that_cannot_be_is_refused_with_its_place(
    given: Importer, row: str, code: str, field: str
) -> None:
    report = await given.text(f"{MOVED}{row}\n", "in-kind-movements")
    assert (report.rejected, places(report)) == (1, {(code, 2, field)})
    assert await held(given, "AT_HAND") == 0


async def test_a_row_that_differs_from_what_is_posted_is_refused(given: Importer) -> None:
    await given.text(MOVED + CAME, "in-kind-movements")
    other = CAME.replace("3.5", "3.25")
    assert places(await given.text(MOVED + other, "in-kind-movements")) == {
        ("recorded-otherwise", 2, "quantity")
    }
    twice = await given.text(MOVED + "Hours,RECEIPT,2026-10-30,1,\n" * 2, "in-kind-movements")
    assert places(twice) == {("repeated-movement", 3, "quantity")}
    assert await held(given, "AT_HAND") == 3_500


async def test_what_came_stays_promised_and_in_its_unit(given: Importer) -> None:
    await given.text(MOVED + CAME, "in-kind-movements")
    for changed, field in (((",5,HOUR", ",3,HOUR"), "quantity"), ((",5,HOUR", ",5,SEAT"), "unit")):
        report = await given.text(GIFTS.replace(*changed), "in-kind")
        assert places(report) == {("came-already", 2, field)}
    assert told(await given.text(GIFTS.replace(",5,", ",4,"), "in-kind")) == (0, 1, 0, 0)
    assert await held(given, "PROMISED") == 500
