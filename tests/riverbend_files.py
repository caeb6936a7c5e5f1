"""Riverbend's CSV files as plain rows and lines of dollars, read by no code of the product."""

import csv
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal
from functools import cache

from api.demo.riverbend import FOLDER

Row = dict[str, str]


@cache
def rows(name: str) -> tuple[Row, ...]:
    """A file's rows."""
    with (FOLDER / f"{name}.csv").open(encoding="utf-8", newline="") as lines:
        return tuple(csv.DictReader(lines, strict=True))


@dataclass(frozen=True)
class Dollars:
    """A line of an award: what it holds or has used, and what of that has been spent.

    `fees` are dollars that the anchor has kept of an award; they lie on no line.
    """

    award: str
    use: str
    committed: Decimal
    practice: str = ""
    outcome: str = ""
    population: str = ""
    area: str = ""
    position: str = ""
    fiscal_year: str = ""
    spent: Decimal = Decimal(0)
    fees: Decimal = Decimal(0)

    @property
    def row(self) -> Row:
        """The award's own row."""
        return awards()[self.award]

    @property
    def left(self) -> Decimal:
        """What is still there of it."""
        return self.committed - self.spent - self.fees


@cache
def awards() -> dict[str, Row]:
    """Awards by identifier."""
    return {row["Award"]: row for row in rows("investments")}


@cache
def lines() -> tuple[Dollars, ...]:
    """Every allocation, and what is left of each award on a line that says no more than the award's use.

    What is spent or kept as a fee is taken from the line of the award's use, position and year.
    """
    found, rest = [], {award: Decimal(row["Amount"]) for award, row in awards().items()}
    spent, fees = _used("EXPENDITURE"), _used("FEE")
    kept: dict[str, Decimal] = defaultdict(Decimal)
    for row in rows("allocations"):
        award = row["investment"]
        rest[award] -= Decimal(row["amount"])
        key = (award, row["position"], row["fiscal_year"])
        is_plain = not row["practice"] and row["use"] == awards()[award]["Use"]
        used, fee = (sums.pop(key, Decimal(0)) if is_plain else Decimal(0) for sums in (spent, fees))
        kept[award] += fee
        found.append(
            Dollars(
                award,
                row["use"],
                Decimal(row["amount"]) - fee,
                practice=row["practice"],
                outcome=row["outcome"],
                population=row["population"],
                area=row["area"],
                position=row["position"],
                fiscal_year=row["fiscal_year"],
                spent=used,
            )
        )
    found += [Dollars(award, awards()[award]["Use"], left) for award, left in rest.items() if left]
    found += [Dollars(award, awards()[award]["Use"], fee, fees=fee) for award, fee in kept.items() if fee]
    assert not spent, "every expenditure has a line"
    assert not fees, "every fee has a line"
    return tuple(found)


def _used(kind: str) -> dict[tuple[str, str, str], Decimal]:
    """What one kind of movement took, by award, position and year."""
    found: dict[tuple[str, str, str], Decimal] = defaultdict(Decimal)
    for row in rows("ledger"):
        if row["kind"] == kind:
            found[row["investment"], row["position"], row["fiscal_year"]] += Decimal(row["amount"])
    return found


def moved(kind: str) -> dict[str, Decimal]:
    """What the ledger's file says of one kind of movement, by award."""
    found: dict[str, Decimal] = defaultdict(Decimal)
    for row in rows("ledger"):
        if row["kind"] == kind:
            found[row["investment"]] += Decimal(row["amount"])
    return found


def received() -> dict[str, Decimal]:
    """What the anchor has been paid, by award."""
    return moved("RECEIPT")


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


# ------------------------------------------------------------------ tiers by hand: 34 CFR 77.1
MEETS = {
    "Meets WWC standards without reservations",
    "Meets WWC standards with reservations",
}


@cache
def everybody() -> frozenset[str]:
    return frozenset(row["value"] for row in rows("populations"))


def studies(practice: str, outcome: str) -> list[dict[str, str]]:
    """Those that may count: no before-and-after logs, and no effect beyond belief."""
    return [
        row
        for row in rows("findings")
        if row["practice"] == practice
        and row["outcome"] == outcome
        and abs(Decimal(row["effect_size"] or 0)) < 3
    ]


def is_positive(row: dict[str, str]) -> bool:
    return Decimal(row["effect_size"] or 0) > 0 and Decimal(row["p_value"] or 1) < Decimal("0.05")


def tier(each: Dollars) -> str:
    """STRONG is out of reach, since Riverbend does not say its settings; the demo overrides nothing but one."""
    if not each.practice:
        return "Not said"
    found = studies(each.practice, each.outcome)
    good = [
        row for row in found if is_positive(row) and row["rating"] in MEETS and row["design"] != "PRE_POST"
    ]
    served = {value_of(each.population)} if each.population else everybody()
    near = [row for row in good if not each.population or served & set(row["populations"].split(";"))]
    if sum(int(row["sample_size"]) for row in near) >= 350 and sum(int(row["sites"]) for row in near) >= 2:
        return "Moderate"
    causal = {"RCT", "RDD", "QED", "CORRELATIONAL"}
    if any(is_positive(row) and row["design"] in causal for row in found):
        return "Promising"
    practice = next(row for row in rows("practices") if row["practice"] == each.practice)
    is_hopeful = any(Decimal(row["effect_size"] or 0) > 0 for row in found)
    is_studied = practice["is_under_study"] == "true" or any(row["is_local"] == "true" for row in found)
    return "Rationale" if practice["has_logic_model"] == "true" and is_hopeful and is_studied else "None"


def value_of(population: str) -> str:
    """The group that a name of the files stands for."""
    for row in rows("populations"):
        if population in (row["value"], row["label"], *row["aliases"].split(";")):
            return row["value"]
    raise KeyError(population)


def label_of(population: str) -> str:
    if not population:
        return "Not said"
    return next(row["label"] for row in rows("populations") if row["value"] == value_of(population))
