"""Riverbend's CSV files read by csv, Decimal and dates alone: what every expected figure is reckoned from.

Fundings begin and end with months and costs divide by twelve, so months need no parts of cents.
"""

import csv
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import cache
from typing import Any

from api.demo.riverbend import FOLDER

TODAY = date(2026, 11, 23)
ANCHOR = "XX-RIVERBEND-2"
Row = dict[str, str]


@cache
def rows(name: str) -> tuple[Row, ...]:
    with (FOLDER / f"{name}.csv").open(encoding="utf-8", newline="") as lines:
        return tuple(csv.DictReader(lines, strict=True))


def organizations() -> dict[str, str]:
    return {row["identifier"]: row["name"] for row in rows("organizations")}


def awards() -> dict[str, Row]:
    return {row["Award"]: row for row in rows("investments")}


def month_after(month: date, count: int = 1) -> date:
    year, index = divmod(month.year * 12 + month.month - 1 + count, 12)
    return date(year, index + 1, 1)


def is_paid(row: Row, month: date) -> bool:
    return row["starts_on"] <= month.isoformat() and month.isoformat() <= row["ends_on"]


def paid(
    title: str, month: date, *, certain: bool = True, without: str = "", since: date = date.max
) -> Decimal:
    """What certain (or hoped for) payers give a position in a month; `without` a funder since a day."""
    total = Decimal(0)
    for row in rows("position-funding"):
        funder = awards()[row["investment"]]["Funder"] if row["investment"] else ""
        is_gone = funder == without and month >= since
        is_asked = row["position"] == title and (row["certain"] == "true") is certain
        if is_asked and is_paid(row, month) and not is_gone:
            total += Decimal(row["monthly"]) * (1 if certain else _chance(row["investment"]))
    return total


def _chance(award: str) -> Decimal:
    return next(Decimal(row["probability"]) for row in rows("renewals") if row["investment"] == award)


def cost(row: Row, month: date) -> Decimal:
    """A twelfth of the year's cost, which a raise replaces from its day on: pay and benefits."""
    annual = Decimal(row["annual_cost"])
    for raised in rows("position-costs"):
        if raised["position"] == row["title"] and raised["from_on"] <= month.isoformat():
            annual = Decimal(raised["annual_pay"]) * (1 + Decimal(raised["benefit_rate"]))
    return round(annual / 12, 2)


def first_short_month(row: Row, **loss: Any) -> date:  # Any: as `paid` takes them
    month = TODAY.replace(day=1)
    while paid(row["title"], month, **loss) >= cost(row, month):
        month = month_after(month)
    return month


def money(amount: Decimal) -> dict[str, str]:
    return {"amount": f"{amount:.2f}"}


def moved(award: str, *kinds: str, since: str = "", until: str = "9999") -> Decimal:
    """What the ledger file moved of an award, of these kinds, on the days between, both included."""
    return sum(
        (
            Decimal(row["amount"])
            for row in rows("ledger")
            if row["investment"] == award and row["kind"] in kinds and since <= row["occurred_on"] <= until
        ),
        Decimal(0),
    )


def lines_of(award: str) -> Sequence[Row]:
    return [row for row in rows("allocations") if row["investment"] == award]


def used_on_line(line: Row, kind: str, until: str = "9999") -> Decimal:
    """What was taken from a line of its fiscal year; an award has one such line for its own use."""
    return sum(
        (
            Decimal(row["amount"])
            for row in rows("ledger")
            if row["investment"] == line["investment"]
            and row["kind"] == kind
            and row["fiscal_year"] == line["fiscal_year"]
            and row["occurred_on"] <= until
        ),
        Decimal(0),
    )


def free(award: str, until: str = "9999") -> Decimal:
    """What nobody has signed for, used or kept by a day: what was signed for is used first."""
    taken = Decimal(0)
    for line in lines_of(award):
        taken += max(Decimal(line["obligated"]), used_on_line(line, "EXPENDITURE", until))
        taken += used_on_line(line, "FEE", until)
    return Decimal(awards()[award]["Amount"]) - taken


def is_tied(award: str) -> bool:
    """Whether a donor has tied it to a purpose, a place, a group, a year, a tier or a day; lobbying ties nothing."""
    purposes = (
        "outcomes",
        "practices",
        "populations",
        "areas",
        "fiscal_years",
        "use",
        "minimum_tier",
        "until",
    )
    return any(
        row["investment"] == award and any(row[name] for name in purposes) for row in rows("restrictions")
    )


def anchors_awards(until: str = "9999") -> dict[str, Row]:
    """The awards that the anchor receives, made by a day."""
    return {
        award: row
        for award, row in awards().items()
        if row["Recipient ID"] == ANCHOR and row["Awarded"] <= until
    }


def fiscal_year(day: date) -> int:
    return day.year + (day.month >= 7)


def half_up(amount: Fraction) -> int:
    return (amount + Fraction(1, 2)).__floor__()
