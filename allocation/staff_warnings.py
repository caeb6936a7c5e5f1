"""What is odd about the staff, each with its place: changes when another oddity is to be told."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import combinations

from allocation.coverage import ROUNDING, Coverage
from allocation.months import first_day
from allocation.positions import Funding, KeyRole, Position

FULL_TIME = Decimal(1)


@dataclass(frozen=True)
class StaffingWarning:
    """An oddity in one sentence, with the position, the fundings and the month it is about."""

    code: str
    sentence: str
    position: str | None = None
    fundings: tuple[str, ...] = ()
    month: date | None = None


def warnings_of(
    coverages: Sequence[Coverage], fundings: Mapping[str, Sequence[Funding]], as_of: date, currency: str
) -> Sequence[StaffingWarning]:
    """Everything odd, the director first, then position by position."""
    found = list(_director([each.position for each in coverages], as_of))
    for coverage in coverages:
        mine = fundings[coverage.position.id]
        found += _currencies(coverage.position, mine, currency)
        found += _overlaps(coverage.position, mine)
        found += _surplus(coverage)
        found += _unknown(coverage.position, mine)
    return found


def _director(positions: Iterable[Position], on: date) -> Iterable[StaffingWarning]:
    directors = [
        each
        for each in positions
        if each.role == KeyRole.PARTNERSHIP_DIRECTOR
        and each.is_filled
        and each.term.first <= on <= each.term.last
    ]
    if not directors:
        yield StaffingWarning("director-missing", "nobody is the partnership's director")
    if len(directors) > 1:
        titles = ", ".join(repr(each.title) for each in directors)
        yield StaffingWarning(
            "director-shared", f"the director is one dedicated person, and {titles} share the role"
        )
    for each in directors:
        if each.full_time_equivalent != FULL_TIME:
            sentence = (
                f"{each.title!r} is held at {each.full_time_equivalent} of full time; the director is one "
                "dedicated full-time person"
            )
            yield StaffingWarning("director-not-full-time", sentence, each.id)


def _currencies(position: Position, fundings: Iterable[Funding], currency: str) -> Iterable[StaffingWarning]:
    if position.currency not in {None, currency}:
        sentence = f"{position.title!r} costs {position.currency} and is left out of the sums in {currency}"
        yield StaffingWarning("currency-of-position", sentence, position.id)
    wanted = position.currency or currency
    for each in fundings:
        if each.currency != wanted:
            sentence = (
                f"{position.title!r} costs {wanted} and is paid in {each.currency} from {each.starts_on}: "
                "that is not counted"
            )
            yield StaffingWarning("currency-of-funding", sentence, position.id, (each.id,))


def _overlaps(position: Position, fundings: Sequence[Funding]) -> Iterable[StaffingWarning]:
    """The same award, or the same gift, that pays the position twice on one day."""
    sources = [(each, each.investment or each.in_kind) for each in fundings]
    for (one, source), (other, same) in combinations(sources, 2):
        if source is not None and source == same and one.term.meets(other.term):
            start, end = max(one.starts_on, other.starts_on), min(one.ends_on, other.ends_on)
            sentence = f"{position.title!r} is paid twice by one source from {start} to {end}"
            yield StaffingWarning("overlap", sentence, position.id, (one.id, other.id), start)


def _surplus(coverage: Coverage) -> Iterable[StaffingWarning]:
    months = [index for index, amount in enumerate(coverage.surplus) if amount > ROUNDING]
    if not months or (not coverage.position.costs and coverage.position.is_filled):
        return
    month, payers = coverage.span[months[0]], tuple(e.id for e in coverage.fundings if e.certain)
    sentence = (
        f"{coverage.position.title!r} is paid more than it costs in {len(months)} months, first in "
        f"{first_day(month):%B %Y}"
    )
    yield StaffingWarning("paid-beyond-cost", sentence, coverage.position.id, payers, first_day(month))


def _unknown(position: Position, fundings: Sequence[Funding]) -> Iterable[StaffingWarning]:
    if not position.is_filled or position.costs:
        return
    tail = "who pays is known, whether it is enough is not" if fundings else "nor who provides it"
    yield StaffingWarning("cost-unknown", f"the cost of {position.title!r} is not known: {tail}", position.id)
