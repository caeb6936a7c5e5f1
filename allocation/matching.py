"""Gifts in kind: how they are valued, and for which award each may count as match.

Categories are those of FASB ASU 2020-07 (contributed nonfinancial assets, reported apart from cash and by category).
What may count as match is 2 CFR 200.306(b): verifiable from records, counted for one federal award at most, and
valued at fair rates; a gift that breaks a rule is kept and flagged, and counts for nothing.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal


class MatchError(ValueError):
    """A gift or an offer contradicts itself; the sentence names it and the field."""


CATEGORIES = {
    "FACILITIES": "Use of facilities",
    "MATERIALS": "Materials and supplies",
    "KNOWLEDGE": "Intangible assets",
    "SERVICES": "Services",
    "SKILLS": "Services",
    "TIME": "Services",
    "VOLUNTEERS": "Services",
    "LOANED_STAFF": "Services",
}


@dataclass(frozen=True)
class Valuation:
    """A labelled estimate in minor units: quantity times unit rate, half up, with its method and its source."""

    value: int
    unit_rate: int
    currency: str
    method: str
    rate_source: str


@dataclass(frozen=True)
class Gift:
    """Something given in kind. `unit_rate` is in minor units of `currency`; the quantity is in `unit`."""

    id: str
    kind: str
    quantity: Decimal
    unit: str
    donor: str
    description: str = ""
    unit_rate: int | None = None
    currency: str | None = None
    method: str | None = None
    rate_source: str | None = None
    starts_on: date | None = None
    ends_on: date | None = None
    counted_for: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        place = f"in-kind {self.description or self.id!r}"
        _require(
            self.kind in CATEGORIES, f"{place}: the kind {self.kind!r} is none of {', '.join(CATEGORIES)}"
        )
        quantity = self.quantity
        _require(quantity.is_finite() and quantity > 0, f"{place}: the quantity {quantity} is not above 0")
        _require(self.unit_rate is None or self.unit_rate >= 0, f"{place}: the unit rate is negative")
        _require((self.unit_rate is None) == (self.currency is None), f"{place}: a rate has a currency")
        _require(
            not (self.starts_on and self.ends_on) or self.starts_on <= self.ends_on,
            f"{place}: it ends on {self.ends_on}, before it starts on {self.starts_on}",
        )

    @property
    def category(self) -> str:
        """The line of the report on contributed nonfinancial assets (ASU 2020-07)."""
        return CATEGORIES[self.kind]

    @property
    def valuation(self) -> Valuation | None:
        """What it is worth by its rate, method and source; None where one of them is missing."""
        if self.unit_rate is None or self.currency is None or not self.method or not self.rate_source:
            return None
        value = int((self.quantity * self.unit_rate).to_integral_value(ROUND_HALF_UP))
        return Valuation(value, self.unit_rate, self.currency, self.method, self.rate_source)

    @property
    def has_conflict(self) -> bool:
        """Whether it is counted as match for more than one award."""
        return len(set(self.counted_for)) > 1


@dataclass(frozen=True)
class Requirement:
    """Dollars that an award asks others to give: minor units of the award's currency."""

    investment: str
    required: int
    currency: str
    in_kind_counts: bool
    due_on: date | None = None


@dataclass(frozen=True)
class CashMatch:
    """An investment whose dollars are counted as match for others; minor units of `currency`."""

    investment: str
    amount: int
    currency: str
    counted_for: tuple[str, ...]


@dataclass(frozen=True)
class MatchProblem:
    """A gift or an investment that counts for nothing, with its place and the rule that it breaks."""

    source: str
    investment: str
    rule: str
    sentence: str


@dataclass(frozen=True)
class MatchPosition:
    """What is secured of an award's match, in cash and in kind apart, and what is wrong."""

    requirement: Requirement
    cash: int
    in_kind: int
    problems: Sequence[MatchProblem]

    @property
    def secured(self) -> int:
        """Cash and what of the in-kind value counts."""
        return self.cash + self.in_kind

    @property
    def missing(self) -> int:
        """What is still to be found, never below zero."""
        return max(self.requirement.required - self.secured, 0)


def match_positions(
    requirements: Iterable[Requirement], gifts: Iterable[Gift], cash: Iterable[CashMatch] = ()
) -> Sequence[MatchPosition]:
    """What each requirement has secured. What is counted for two awards counts for neither, and is told at both."""
    by_award: dict[str, list[Gift]] = defaultdict(list)
    money: dict[str, list[CashMatch]] = defaultdict(list)
    for gift in gifts:
        for investment in dict.fromkeys(gift.counted_for):
            by_award[investment].append(gift)
    for each in cash:
        for investment in dict.fromkeys(each.counted_for):
            money[investment].append(each)
    return [_position(each, by_award[each.investment], money[each.investment]) for each in requirements]


def _position(requirement: Requirement, gifts: Sequence[Gift], cash: Sequence[CashMatch]) -> MatchPosition:
    problems: list[MatchProblem] = []
    value = paid = 0
    for gift in gifts:
        problem = _gift_problem(requirement, gift)
        if problem:
            problems.append(problem)
        elif gift.valuation:
            value += gift.valuation.value
    for each in cash:
        wrong = _cash_problem(requirement, each)
        if wrong:
            problems.append(wrong)
        else:
            paid += each.amount
    return MatchPosition(requirement, paid, value, problems)


def _gift_problem(requirement: Requirement, gift: Gift) -> MatchProblem | None:
    name = gift.description or gift.id
    valuation = gift.valuation

    def told(rule: str, sentence: str) -> MatchProblem:
        return MatchProblem(gift.id, requirement.investment, rule, sentence)

    if gift.has_conflict:
        count = len(set(gift.counted_for))
        return told("counted-twice", f"{name} is counted as match for {count} awards (2 CFR 200.306(b)(2))")
    if not requirement.in_kind_counts:
        return told("in-kind-does-not-count", f"the award takes cash alone, and {name} is given in kind")
    if valuation is None:
        return told("not-verifiable", f"{name} lacks a rate, a method or a source (2 CFR 200.306(b)(1))")
    if valuation.currency != requirement.currency:
        return told("currency", f"{name} is valued in {valuation.currency}, not in {requirement.currency}")
    return None


def _cash_problem(requirement: Requirement, cash: CashMatch) -> MatchProblem | None:
    if len(set(cash.counted_for)) > 1:
        count = len(set(cash.counted_for))
        sentence = f"the investment is counted as match for {count} awards (2 CFR 200.306(b)(2))"
        return MatchProblem(cash.investment, requirement.investment, "counted-twice", sentence)
    if cash.currency != requirement.currency:
        sentence = f"the investment is in {cash.currency}, not in {requirement.currency}"
        return MatchProblem(cash.investment, requirement.investment, "currency", sentence)
    return None


def values_by_category(gifts: Iterable[Gift]) -> Mapping[tuple[str, str], int]:
    """The valued gifts by category and currency, in minor units: a note beside the books, in no total of dollars."""
    totals: dict[tuple[str, str], int] = defaultdict(int)
    for gift in gifts:
        if gift.valuation:
            totals[gift.category, gift.valuation.currency] += gift.valuation.value
    return dict(totals)


def quantities_by_unit(gifts: Iterable[Gift]) -> Mapping[tuple[str, str], Decimal]:
    """The quantities by kind and unit: hours never add to seats."""
    totals: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for gift in gifts:
        totals[gift.kind, gift.unit] += gift.quantity
    return dict(totals)


def unlocked(amount: int, ratio: Decimal, maximum: int | None = None) -> int:
    """What an offer to match `ratio` dollars a dollar gives for `amount` minor units, half up, up to its maximum."""
    if amount < 0 or not (ratio.is_finite() and ratio > 0):
        raise MatchError(f"{amount} matched at {ratio}: give an amount of 0 or more and a ratio above 0")
    given = int((amount * ratio).to_integral_value(ROUND_HALF_UP))
    return given if maximum is None else min(given, maximum)


def _require(holds: bool, sentence: str) -> None:
    if not holds:
        raise MatchError(sentence)
