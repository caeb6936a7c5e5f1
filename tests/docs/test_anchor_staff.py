"""The anchor's questions about its staff, asked of Riverbend; every figure is reckoned apart from the files."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest

from .conftest import AskAnchor
from .files import (
    TODAY,
    awards,
    cost,
    first_short_month,
    half_up,
    is_paid,
    lines_of,
    money,
    month_after,
    moved,
    paid,
    rows,
    used_on_line,
)


async def test_months_of_funding_and_the_first_gap(ask_anchor: AskAnchor) -> None:
    found = (await ask_anchor("runway", asOf=TODAY.isoformat()))["staffing"]
    shorts = {row["title"]: first_short_month(row) for row in rows("positions")}
    assert found["firstGap"] == min(shorts.values()).isoformat() == "2028-07-01"
    assert found["missingRoles"] == []
    for each in found["positions"]:
        short = shorts[each["position"]["title"]]
        months = (short.year - TODAY.year) * 12 + short.month - TODAY.month
        assert each["runwayMonths"] == months
        assert each["fundedThrough"] == date.fromordinal(short.toordinal() - 1).isoformat()
    assert found["runwayMonths"] == min(each["runwayMonths"] for each in found["positions"]) == 20


async def test_each_month_is_told_as_the_files_have_it(ask_anchor: AskAnchor) -> None:
    found = (await ask_anchor("runway", asOf=TODAY.isoformat()))["staffing"]["months"]
    assert len(found) > 24
    for n, each in enumerate(found):
        month = month_after(TODAY.replace(day=1), n)
        secured = {
            row["title"]: min(paid(row["title"], month), cost(row, month)) for row in rows("positions")
        }
        hoped = [
            min(paid(row["title"], month, certain=False), cost(row, month) - secured[row["title"]])
            for row in rows("positions")
        ]
        total = sum((cost(row, month) for row in rows("positions")), Decimal(0))
        given = sum(secured.values(), Decimal(0))
        assert each == {
            "month": month.isoformat(),
            "cost": money(total),
            "secured": money(given),
            "expected": money(sum(hoped, Decimal(0))),
            "gap": money(total - given),
        }


async def test_positions_that_hang_on_one_funder(ask_anchor: AskAnchor) -> None:
    found = (await ask_anchor("single-funder", asOf=TODAY.isoformat()))["staffing"]
    everybody: dict[str, Decimal] = defaultdict(Decimal)
    for each in found["positions"]:
        title = each["position"]["title"]
        given: dict[str, Decimal] = defaultdict(Decimal)
        for n in range(12):
            month = month_after(TODAY.replace(day=1), n)
            for row in rows("position-funding"):
                if row["position"] == title and row["certain"] == "true" and is_paid(row, month):
                    funder = (
                        awards()[row["investment"]]["Funder"]
                        if row["investment"]
                        else "United Riverbend Fund"
                    )
                    given[funder] += Decimal(row["monthly"])
                    everybody[funder] += Decimal(row["monthly"])
        largest = max(given, key=lambda name: given[name])
        assert each["largestFunder"] == {"organization": {"name": largest}}
        assert Decimal(each["largestFunderShare"]) == round(given[largest] / sum(given.values()), 6)
    share = max(everybody.values()) / sum(everybody.values())
    assert Decimal(found["largestFunderShare"]) == round(share, 6)


def exposed(award: str, since: date) -> dict[str, int]:
    """Cents of an award's unspent dollars from a day on, by practice ("" for none): even over the days of each line.

    No more than what its funder has yet to pay; what was allocated to no line is for the award's own days.
    """
    row = awards()[award]
    lost: dict[str, int] = defaultdict(int)
    first, last = date.fromisoformat(row["Starts"]), date.fromisoformat(row["Ends"])
    rest = Decimal(row["Amount"])
    for line in lines_of(award):
        year = int(line["fiscal_year"])
        rest -= Decimal(line["amount"])
        left = Decimal(line["amount"]) - used_on_line(line, "EXPENDITURE") - used_on_line(line, "FEE")
        span = max(date(year - 1, 7, 1), first), min(date(year, 6, 30), last)
        lost[line["practice"]] += spread(left, span, since)
    lost[""] += spread(rest, (first, last), since)
    due = int(100 * (Decimal(row["Amount"]) - moved(award, "RECEIPT", "DISBURSEMENT")))
    if sum(lost.values()) > due:
        assert set(lost) == {""}, "only an award for one thing is capped here"
        lost[""] = due
    return lost


def spread(amount: Decimal, span: tuple[date, date], since: date) -> int:
    days = (span[1] - span[0]).days + 1
    left = max((span[1] - max(span[0], since)).days + 1, 0)
    return half_up(Fraction(int(amount * 100) * left, days))


@pytest.mark.parametrize(
    ("names", "share"),
    [
        (("Greater River Foundation",), Decimal(1)),
        (("Greater River Foundation", "City of Riverbend"), Decimal(1)),
        (("Greater River Foundation",), Decimal("0.25")),
    ],
)
async def test_what_goes_when_funders_leave_or_cut(
    ask_anchor: AskAnchor, id_of: AskAnchor, names: Sequence[str], share: Decimal
) -> None:
    leaves = date(2027, 7, 1)
    ids = [await id_of("funders", name) for name in names]
    variables = {"funder": ids[0], "also": ids[1:], "share": str(share), "from": leaves.isoformat()}
    found = (await ask_anchor("loss", asOf=TODAY.isoformat(), **variables))["simulateFunderLoss"]
    lost = {
        row["title"]: sum(before - after for before, after in zip(*secured(row, names, share), strict=True))
        for row in rows("positions")
    }
    told = {each["after"]["position"]["title"]: each for each in found["positionLosses"]}
    assert {title: Decimal(each["lost"]["amount"]) for title, each in told.items()} == {
        title: amount for title, amount in lost.items() if amount
    }
    assert {each["fromMonth"] for each in told.values()} == {found["firstGap"]} == {"2027-07-01"}
    for each in told.values():
        assert each["after"]["fundedThrough"] == "2027-06-30"
        assert each["before"]["fundedThrough"] == "2028-06-30"
    if share == 1:
        dollars: dict[str, int] = defaultdict(int)
        for award, row in awards().items():
            if row["Funder"] in names:
                for practice, amount in exposed(award, leaves).items():
                    dollars[practice] += amount
        assert [Decimal(each["amount"]) * 100 for each in found["dollars"]] == [sum(dollars.values())]
        assert {
            each["practice"]["name"]: Decimal(each["dollars"][0]["amount"]) * 100
            for each in found["practiceLosses"]
        } == {practice: amount for practice, amount in dollars.items() if practice and amount}
        assert {each["from"] for each in found["practiceLosses"]} == {"2027-07-01"}
    by_practice = [each["studentsLost"] for each in found["practiceLosses"] if each["studentsLost"]]
    assert abs(Decimal(found["studentsLost"]) - sum(map(Decimal, by_practice))) <= Decimal("0.02")


def secured(row: dict[str, str], names: Sequence[str], share: Decimal) -> tuple[list[Decimal], list[Decimal]]:
    """A position's certain dollars month by month to June 2029, before and after funders cut in July 2027."""
    month, before, after = TODAY.replace(day=1), [], []
    while month <= date(2029, 6, 1):
        limit, whole, cut = cost(row, month), Decimal(0), Decimal(0)
        for each in rows("position-funding"):
            if each["position"] != row["title"] or each["certain"] != "true" or not is_paid(each, month):
                continue
            amount = Decimal(each["monthly"])
            funder = awards()[each["investment"]]["Funder"] if each["investment"] else ""
            whole += amount
            cut += amount * (1 - share) if funder in names and month >= date(2027, 7, 1) else amount
        before.append(min(whole, limit))
        after.append(min(cut, limit))
        month = month_after(month)
    return before, after


async def test_the_loss_of_the_anchors_own_gifts_takes_the_networks_dollars(
    ask_anchor: AskAnchor, id_of: AskAnchor
) -> None:
    """From 1 January 2027, 181 of the 365 days of fiscal year 2027 are left of what is not spent."""
    funder = await id_of("funders", "United Riverbend Fund")
    variables = {"funder": funder, "from": "2027-01-01", "asOf": TODAY.isoformat()}
    found = (await ask_anchor("loss", **variables))["simulateFunderLoss"]
    (network,) = found["networkLosses"]
    assert network["investment"]["title"] == "Collaborative action networks 2026-27"
    expected = exposed("RB-URF-2702", date(2027, 1, 1))[""]
    assert Decimal(network["dollars"][0]["amount"]) * 100 == expected
    assert network["from"] == "2027-01-01"


async def test_renewals_that_are_due_within_half_a_year(ask_anchor: AskAnchor) -> None:
    found = (await ask_anchor("renewals", asOf=TODAY.isoformat()))["renewalCalendar"]
    known = {row["investment"]: row for row in rows("renewals")}
    until = date.fromordinal(TODAY.toordinal() + 180).isoformat()
    due = {
        award: known[award]["due_on"] if award in known else row["Ends"] for award, row in awards().items()
    }
    expected = {award for award, day in due.items() if TODAY.isoformat() <= day <= until}
    told = {each["investment"]["source"]["identifier"]: each for each in found}
    assert set(told) == expected >= {"RB-CITY-2704", "RB-TILL-2702"}
    for award, each in told.items():
        assert (each["dueOn"], each["late"]) == (due[award], False)
        amount = Decimal(awards()[award]["Amount"])
        assert each["committed"] == money(amount)
        if award in known and known[award]["probability"]:
            chance = Decimal(known[award]["probability"])
            assert Decimal(each["probability"]) == chance
            assert each["atRisk"] == money(amount * (1 - chance))
            assert each["ownerName"] == known[award]["owner_name"]
        paid_by = {row["position"] for row in rows("position-funding") if row["investment"] == award}
        assert {position["title"] for position in each["positions"]} == paid_by
