"""The fiscal agent's fees: what the agreements call for, what the ledger has charged, and what hosting costs."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

from allocation.months import Term, days_in, days_of, first_day, number_of, rounded
from allocation.positions import BEGINNING, END, ONE_DAY


@dataclass(frozen=True)
class Agreement:
    """A fee from a day to another, both included and open where None.

    A rate (0 to 1) of what an award brings in, or minor units of `currency` for each month. Without an investment
    it is of the whole partnership: the anchor entity's own rate, or the monthly price of hosting.
    """

    fee_rate: Decimal | None = None
    monthly: int | None = None
    currency: str | None = None
    investment: str | None = None
    starts_on: date | None = None
    ends_on: date | None = None

    @property
    def term(self) -> Term:
        """The days that it covers."""
        return Term(self.starts_on or BEGINNING, self.ends_on or END)


@dataclass(frozen=True)
class Movement:
    """Minor units of an investment that moved on a day; below zero for what went back."""

    investment: str
    currency: str
    amount: int
    on: date


@dataclass(frozen=True)
class Moved:
    """What a period moved: cash that came in, fees that were charged, and what overhead cost."""

    receipts: Sequence[Movement] = ()
    charges: Sequence[Movement] = ()
    overhead: Sequence[Movement] = ()


@dataclass(frozen=True)
class Fee:
    """The fee of one investment, or of hosting where it names none: due by the agreements, and charged.

    `unagreed` are receipts on days for which nothing is agreed; nothing is due of them.
    """

    investment: str | None
    currency: str
    received: int
    due: int
    charged: int
    unagreed: int

    @property
    def difference(self) -> int:
        """Charged less due; above zero where more was kept than agreed."""
        return self.charged - self.due


@dataclass(frozen=True)
class FeePeriod:
    """What a month, quarter or year brought the fiscal agent in fees, and what hosting cost it."""

    starts_on: date
    currency: str
    due: int
    charged: int
    hosting: int


@dataclass(frozen=True)
class FeeReport:
    """Fees by investment and by period; both add up to the same amounts."""

    lines: Sequence[Fee]
    periods: Sequence[FeePeriod]


Key = tuple[str | None, str]
Accruals = Mapping[Key, Mapping[int, Fraction]]


def fee_report(
    agreements: Sequence[Agreement], moved: Moved, period: Term, *, months: int = 1, start_month: int = 1
) -> FeeReport:
    """The fees of the days of `period`, in periods of so many months counted from the fiscal year's first.

    A fee is the exact sum over its receipts and months, half up once; by period it is the difference of two
    rounded running totals, so that periods add up to the fee.
    """
    due, unagreed = _accrued(agreements, moved.receipts, period)
    received, charged = _sums(moved.receipts), _sums(moved.charges)
    keys = sorted({*received, *charged, *due}, key=lambda key: (key[0] or "", key[1]))
    lines = [
        Fee(
            investment,
            currency,
            received.get((investment, currency), 0),
            _whole(sum(due.get((investment, currency), {}).values(), Fraction())),
            charged.get((investment, currency), 0),
            unagreed.get((investment, currency), 0),
        )
        for investment, currency in keys
    ]
    return FeeReport(lines, _periods(due, moved, months, start_month))


def _accrued(
    agreements: Sequence[Agreement], receipts: Iterable[Movement], period: Term
) -> tuple[Accruals, Mapping[Key, int]]:
    """What is due in each month, exactly; and receipts for which nothing is agreed."""
    held: dict[str | None, list[Agreement]] = defaultdict(list)
    for agreement in _one_after_another(agreements):
        held[agreement.investment].append(agreement)
    due: dict[Key, dict[int, Fraction]] = defaultdict(lambda: defaultdict(Fraction))
    unagreed: dict[Key, int] = defaultdict(int)
    for each in receipts:
        key, own = (each.investment, each.currency), _agreed(held, each)
        if own is None:
            unagreed[key] += each.amount
        elif own.fee_rate is not None:
            due[key][number_of(each.on)] += each.amount * Fraction(own.fee_rate)
    for agreement in (each for mine in held.values() for each in mine):
        shared = agreement.term.within(period)
        if agreement.monthly is None or shared is None:
            continue
        for month in range(number_of(shared.first), number_of(shared.last) + 1):
            part = Fraction(agreement.monthly * days_of(shared, month), days_in(month))
            due[agreement.investment, agreement.currency or ""][month] += part
    return due, unagreed


def _one_after_another(agreements: Iterable[Agreement]) -> Iterator[Agreement]:
    """Each holds until it ends or the next one of its kind begins; the price of hosting is a kind of its own."""
    kinds: dict[tuple[str | None, bool], list[Agreement]] = defaultdict(list)
    for each in agreements:
        kinds[each.investment, each.investment is None and each.monthly is not None].append(each)
    for mine in kinds.values():
        ordered = sorted(mine, key=lambda each: each.term.first)
        ends = [*(each.term.first - ONE_DAY for each in ordered[1:]), END]
        for each, until in zip(ordered, ends, strict=True):
            if each.term.first <= until:
                yield replace(each, ends_on=min(each.term.last, until))


def _agreed(held: Mapping[str | None, Sequence[Agreement]], receipt: Movement) -> Agreement | None:
    """The award's own agreement on the day, else the anchor entity's rate."""
    own = [each for each in held.get(receipt.investment, ()) if _covers(each, receipt.on)]
    rates = [each for each in held.get(None, ()) if each.fee_rate is not None and _covers(each, receipt.on)]
    return next(iter([*own, *rates]), None)


def _covers(agreement: Agreement, day: date) -> bool:
    return agreement.term.first <= day <= agreement.term.last


def _sums(movements: Iterable[Movement]) -> Mapping[Key, int]:
    totals: dict[Key, int] = defaultdict(int)
    for each in movements:
        totals[each.investment, each.currency] += each.amount
    return totals


def _periods(due: Accruals, moved: Moved, months: int, start_month: int) -> Sequence[FeePeriod]:
    def start(month: int) -> int:
        return month - (month - (start_month - 1)) % months

    figures: dict[tuple[int, str], list[int]] = defaultdict(lambda: [0, 0, 0])
    for (_, currency), by_month in due.items():
        run = Fraction()
        for month in sorted(by_month):
            before, run = _whole(run), run + by_month[month]
            figures[start(month), currency][0] += _whole(run) - before
    for place, movements in ((1, moved.charges), (2, moved.overhead)):
        for each in movements:
            figures[start(number_of(each.on)), each.currency][place] += each.amount
    return [
        FeePeriod(first_day(month), currency, *amounts)
        for (month, currency), amounts in sorted(figures.items())
    ]


def _whole(exact: Fraction) -> int:
    return rounded(exact.numerator, exact.denominator)
