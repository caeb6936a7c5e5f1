"""Riverbend's CSV files as plain rows and lines of dollars, read by no code of the product."""

import csv
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal
from functools import cache

from api.demo.riverbend import FOLDER

Row = dict[str, str]
UNKNOWN = "UNKNOWN"


@cache
def rows(name: str) -> tuple[Row, ...]:
    """A file's rows."""
    with (FOLDER / f"{name}.csv").open(encoding="utf-8", newline="") as lines:
        return tuple(csv.DictReader(lines, strict=True))


@dataclass(frozen=True)
class Dollars:
    """A line of an award: what was awarded to it, and what of it has been spent."""

    award: str
    practice: str
    outcome: str
    population: str
    area: str
    use: str
    fiscal_year: str
    committed: Decimal
    spent: Decimal

    @property
    def row(self) -> Row:
        """The award's own row."""
        return awards()[self.award]


@cache
def awards() -> dict[str, Row]:
    """Awards by identifier."""
    return {row["Award"]: row for row in rows("investments")}


@cache
def lines() -> tuple[Dollars, ...]:
    """Every allocation, and what is left of each award on a line that says no more than the award's use.

    What is spent is taken from the line of the award's use and the year named.
    """
    found, rest = [], {award: Decimal(row["Amount"]) for award, row in awards().items()}
    spent: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for row in rows("ledger"):
        if row["kind"] == "EXPENDITURE":
            spent[row["investment"], row["fiscal_year"]] += Decimal(row["amount"])
    for row in rows("allocations"):
        award = row["investment"]
        rest[award] -= Decimal(row["amount"])
        is_plain = not row["practice"] and row["use"] == awards()[award]["Use"]
        used = spent.pop((award, row["fiscal_year"]), Decimal(0)) if is_plain else Decimal(0)
        names = (row[name] for name in ("practice", "outcome", "population", "area", "use", "fiscal_year"))
        found.append(Dollars(award, *names, Decimal(row["amount"]), used))
    found += [
        Dollars(award, "", "", "", "", awards()[award]["Use"], "", amount, Decimal(0))
        for award, amount in rest.items()
        if amount
    ]
    assert not spent, "every expenditure has a line"
    return tuple(found)


def received() -> dict[str, Decimal]:
    """What the anchor has been paid, by award."""
    found: dict[str, Decimal] = defaultdict(Decimal)
    for row in rows("ledger"):
        if row["kind"] == "RECEIPT":
            found[row["investment"]] += Decimal(row["amount"])
    return found


def labels(name: str, key: str, label: str) -> dict[str, str]:
    """A file's labels by key; nothing is said where there is no key."""
    return {row[key]: row[label] for row in rows(name)} | {"": "Not said"}


def summed(
    of: Callable[[Dollars], object],
    amount: Callable[[Dollars], Decimal],
    among: Iterable[Dollars] | None = None,
) -> dict[object, Decimal]:
    """Amounts by a key, without those that come to nothing."""
    found: dict[object, Decimal] = defaultdict(Decimal)
    for each in lines() if among is None else among:
        found[of(each)] += amount(each)
    return {key: total for key, total in found.items() if total}
