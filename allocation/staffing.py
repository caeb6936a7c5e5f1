"""The anchor's staff, month by month: cost, secured, expected and gap, and how long each position is paid.

All amounts are whole minor units of one currency. The rules are those of docs/staffing.md.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from allocation.coverage import Coverage, cover, first_gap, term_gap
from allocation.months import first_day, last_day, number_of
from allocation.positions import KEY_ROLES, ONE_DAY, Funding, KeyRole, Position, StaffingError
from allocation.staff_warnings import StaffingWarning, warnings_of

LEAST_MONTHS, MOST_MONTHS = 24, 120
SHARE_MONTHS = 12  # shares speak of the coming year, so that they do not hang on how far one looks


@dataclass(frozen=True, slots=True)
class StaffingMonth:
    """One month of all positions. `in_kind` is the part of `secured` that is given in kind, and no cash.

    `surplus` is what certain payers give beyond a position's cost; it secures no other position.
    """

    month: date
    cost: int
    secured: int
    expected: int
    in_kind: int
    surplus: int

    @property
    def gap(self) -> int:
        """What nobody has promised for certain."""
        return self.cost - self.secured


@dataclass(frozen=True)
class PositionOutlook:
    """One position: through which day its money lasts, and on whom it hangs.

    `largest_payer` is an organization's id; its share (0 to 1) is of what is secured in the coming twelve
    months, None where nothing is; `coming_year` is what each funding gives of it. A position whose cost nobody
    has stated is judged by the terms alone.
    """

    coverage: Coverage
    funded_through: date | None
    first_gap: date | None
    runway_months: int
    largest_payer: str | None
    largest_payer_share: Decimal | None
    coming_year: Sequence[tuple[Funding, int]]

    @property
    def position(self) -> Position:
        """Whose outlook it is."""
        return self.coverage.position

    @property
    def funded_by(self) -> Sequence[Funding]:
        """Who pays or may pay, also in months long past."""
        return self.coverage.fundings

    @property
    def months(self) -> Sequence[StaffingMonth]:
        """The position's own months."""
        return _months([self.coverage])


@dataclass(frozen=True)
class StaffingOutlook:
    """The staff from the month of `as_of` on, in `currency`.

    `runway_months` counts the whole calendar months, the month of `as_of` the first, before one has a gap;
    `first_gap` is the first day that a position's certain money does not reach. Shares are of the coming twelve
    months' secured amounts; None where nothing is secured.
    """

    as_of: date
    currency: str
    positions: Sequence[PositionOutlook]
    months: Sequence[StaffingMonth]
    first_gap: date | None
    runway_months: int
    recurring_share: Decimal | None
    largest_payer: str | None
    largest_payer_share: Decimal | None
    missing_roles: Sequence[KeyRole]
    warnings: Sequence[StaffingWarning]

    @property
    def funded_through(self) -> date | None:
        """The last day before the first gap; None where there is none, or nothing is funded."""
        known = [each for each in self.positions if each.first_gap == self.first_gap]
        return min((each.funded_through for each in known if each.funded_through), default=None)


def outlook(
    positions: Sequence[Position],
    fundings: Iterable[Funding],
    as_of: date,
    *,
    months: int | None = None,
    currency: str | None = None,
    known: Mapping[str, PositionOutlook] | None = None,
) -> StaffingOutlook:
    """The staff's months from the month of `as_of` on: `months` of them, else until a month past the last funding.

    Positions that ended before are left out, and those in another currency stay out of the sums, with a warning.
    `known` are outlooks over the same months, by position, of positions whose fundings are the same: they are kept.
    Errors: StaffingError, for a funding of a position that is not there, or for several currencies and none named.
    """
    by_position = _by_position(positions, fundings)
    unit = currency or _only_currency(positions)
    present = [each for each in positions if each.term.last >= first_day(number_of(as_of))]
    everyone = [each for position in present for each in by_position[position.id]]
    span = _span(as_of, months, everyone)
    kept = known or {}
    outlooks = [kept.get(each.id) or _of_position(each, by_position[each.id], span) for each in present]
    counted = [each for each in outlooks if each.position.currency in {unit, None}]
    gaps = [each.first_gap for each in counted if each.first_gap and each.position.costs]
    shorts = [short for each in counted if (short := each.coverage.short_month) is not None]
    year = [pair for each in counted for pair in each.coming_year]
    largest, share = _largest(_by_payer(year))
    return StaffingOutlook(
        as_of=as_of,
        currency=unit,
        positions=outlooks,
        months=_months([each.coverage for each in counted], span),
        first_gap=min(gaps, default=None),
        runway_months=min(shorts, default=len(span)) if counted else 0,
        recurring_share=_recurring_share(year),
        largest_payer=largest,
        largest_payer_share=share,
        missing_roles=missing_roles(present, as_of),
        warnings=warnings_of([each.coverage for each in outlooks], by_position, as_of, unit),
    )


def missing_roles(positions: Iterable[Position], on: date) -> Sequence[KeyRole]:
    """The key roles that nobody fills on a day."""
    filled = {each.role for each in positions if each.is_filled and each.term.first <= on <= each.term.last}
    return [role for role in KEY_ROLES if role not in filled]


def paid_by_payer(coverages: Iterable[Coverage], months: int | None = None) -> Mapping[str | None, int]:
    """What each payer gives of the secured amounts of the first `months`; together exactly what is secured."""
    return _by_payer(pair for each in coverages for pair in _given(each, months))


def _given(coverage: Coverage, months: int | None) -> Iterable[tuple[Funding, int]]:
    return zip(coverage.fundings, coverage.paid_in(months), strict=True)


def _by_payer(given: Iterable[tuple[Funding, int]]) -> Mapping[str | None, int]:
    totals: dict[str | None, int] = defaultdict(int)
    for funding, amount in given:
        totals[funding.payer] += amount
    return totals


def _recurring_share(given: Sequence[tuple[Funding, int]]) -> Decimal | None:
    total = sum(amount for _, amount in given)
    return _share(sum(amount for funding, amount in given if funding.recurring), total)


def _largest(payers: Mapping[str | None, int]) -> tuple[str | None, Decimal | None]:
    named = {payer: amount for payer, amount in payers.items() if payer is not None and amount}
    largest = min(named, key=lambda payer: (-named[payer], payer), default=None)
    return largest, None if largest is None else _share(named[largest], sum(payers.values()))


def _share(part: int, whole: int) -> Decimal | None:
    return None if whole == 0 else round(Decimal(part) / whole, 6)


def _of_position(position: Position, fundings: Iterable[Funding], span: range) -> PositionOutlook:
    mine = [each for each in fundings if each.currency == (position.currency or each.currency)]
    coverage = cover(position, mine, span)
    gap = (first_gap if position.costs else term_gap)(coverage) if position.is_filled else None
    through = _funded_through(coverage, gap)
    year = list(_given(coverage, SHARE_MONTHS))
    largest, share = _largest(_by_payer(year))
    return PositionOutlook(
        coverage=coverage,
        funded_through=through,
        first_gap=gap,
        runway_months=_runway(coverage, gap, through),
        largest_payer=largest,
        largest_payer_share=share,
        coming_year=year,
    )


def _funded_through(coverage: Coverage, gap: date | None) -> date | None:
    position, span = coverage.position, coverage.span
    if not position.is_filled or not span:
        return None
    if gap is None:
        return min(position.term.last, last_day(span[-1]))
    return gap - ONE_DAY if gap > max(first_day(span[0]), position.term.first) else None


def _runway(coverage: Coverage, gap: date | None, through: date | None) -> int:
    """Whole months from the span's first that are paid; 0 where the position is not paid at all."""
    if through is None:
        return 0
    if gap is None:
        return number_of(through) - coverage.span.start + 1
    short = coverage.short_month
    return number_of(gap) - coverage.span.start if short is None else short


def _months(coverages: Sequence[Coverage], span: range | None = None) -> Sequence[StaffingMonth]:
    known = coverages[0].span if span is None else span
    series = ("cost", "secured", "expected", "in_kind", "surplus")
    sums = [
        [sum(column) for column in zip(*(getattr(each, name) for each in coverages), strict=True)]
        or [0] * len(known)
        for name in series
    ]
    return [StaffingMonth(first_day(month), *figures) for month, *figures in zip(known, *sums, strict=True)]


def _span(as_of: date, months: int | None, fundings: Sequence[Funding]) -> range:
    start = number_of(as_of)
    if months is None:
        last = max((number_of(each.term.last) for each in fundings), default=start)
        months = min(max(last + 2 - start, LEAST_MONTHS), MOST_MONTHS)
    if months < 0:
        raise StaffingError(f"an outlook of {months} months: give 0 or more")
    return range(start, start + months)


def _by_position(
    positions: Iterable[Position], fundings: Iterable[Funding]
) -> Mapping[str, Sequence[Funding]]:
    found: dict[str, list[Funding]] = {each.id: [] for each in positions}
    for funding in fundings:
        if funding.position not in found:
            raise StaffingError(f"funding {funding.id!r}: there is no position {funding.position!r}")
        found[funding.position].append(funding)
    return found


def _only_currency(positions: Iterable[Position]) -> str:
    known = sorted({each.currency for each in positions if each.currency})
    if len(known) != 1:
        raise StaffingError(
            f"the positions cost {', '.join(known) or 'nothing'}: name the outlook's currency"
        )
    return known[0]
