"""What goes when funders leave or cut: positions, practices, students and dollars, and from which day.

Staff are reckoned by allocation/staffing.py before and after; dollars and students by the lines on which they lie.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from allocation.months import Term, shared_out
from allocation.positions import BEGINNING, END, ONE_DAY, Funding, Position
from allocation.staffing import PositionOutlook, StaffingMonth, StaffingOutlook, outlook
from allocation.standing import fiscal_year_span

NETWORKS = "COLLABORATIVE_ACTION"  # the use of what pays for the networks' own work


class LossError(ValueError):
    """The question of a loss contradicts itself; the sentence says where."""


@dataclass(frozen=True)
class Loss:
    """Organizations that stop giving from a day on, or give `share` (above 0, up to 1) less of everything."""

    payers: Collection[str]
    from_on: date
    share: Decimal = Decimal(1)

    def __post_init__(self) -> None:
        if not self.payers:
            raise LossError("a loss names at least one funder")
        if not (self.share.is_finite() and 0 < self.share <= 1):
            raise LossError(f"the share {self.share} that is lost is not above 0 and up to 1")


@dataclass(frozen=True)
class LineAtRisk:
    """Dollars of an investment in one line that are not spent yet, in minor units of `currency`.

    `payer` is the funder's organization. They are for the line's fiscal year, else for the award's own term, else
    for any day. `students_per_unit` is how many more people reach the outcome for each minor unit; None: not known.
    """

    investment: str
    payer: str
    currency: str
    amount: int
    fiscal_year: int | None = None
    starts_on: date | None = None
    ends_on: date | None = None
    practice: str | None = None
    outcome: str | None = None
    position: str | None = None
    use: str = "UNASSIGNED"
    students_per_unit: float | None = None


@dataclass(frozen=True)
class PositionLoss:
    """What one position loses: its outlook before and after, the secured amount lost, and the first month."""

    before: PositionOutlook
    after: PositionOutlook
    lost: int
    first_month: date


@dataclass(frozen=True)
class PartLoss:
    """What one part of the work loses: minor units by currency, from which day, and how many students.

    `students` is None where no effect of the lost dollars is known.
    """

    dollars: Mapping[str, int]
    from_on: date
    students: float | None


@dataclass(frozen=True)
class FunderLoss:
    """What a loss takes. `practices` are by practice; `networks` by award and outcome, of collaborative action.

    `dollars` has one amount in minor units a currency, never summed across; gifts in kind are none of them.
    `students` is None where no lost line has a known effect. `unknown_effect` are the practices' lost dollars of
    which no effect is known.
    """

    currency: str
    dollars: Mapping[str, int]
    positions: Sequence[PositionLoss]
    practices: Mapping[str, PartLoss]
    networks: Mapping[tuple[str, str | None], PartLoss]
    students: float | None
    unknown_effect: Mapping[str, int]
    first_gap: date | None
    runway_months: int
    months: Sequence[StaffingMonth]


@dataclass(frozen=True)
class StaffAndLines:
    """From what a loss is reckoned. `yet_to_come` is what each investment has not paid yet: no more can be lost.

    An investment without an entry there is taken to have paid nothing yet.
    """

    positions: Sequence[Position]
    fundings: Sequence[Funding]
    lines: Sequence[LineAtRisk]
    currency: str
    fiscal_year_start_month: int = 7
    yet_to_come: Mapping[str, int] = field(default_factory=dict)


def simulate_loss(standing: StaffAndLines, loss: Loss, before: StaffingOutlook) -> FunderLoss:
    """What `loss` takes from what stands; `before` is the staff's outlook with everybody in place.

    Errors: LossError, StaffingError.
    """
    after = _after(standing, loss, before)
    lost = lost_lines(standing, loss)
    start_month = standing.fiscal_year_start_month
    practices: dict[str, list[tuple[LineAtRisk, int]]] = defaultdict(list)
    networks: dict[tuple[str, str | None], list[tuple[LineAtRisk, int]]] = defaultdict(list)
    for line, amount in lost:
        if line.practice is not None:
            practices[line.practice].append((line, amount))
        elif line.use == NETWORKS:
            networks[line.investment, line.outcome].append((line, amount))
    unknown = [pair for mine in practices.values() for pair in mine if pair[0].students_per_unit is None]
    return FunderLoss(
        currency=standing.currency,
        dollars=_by_currency(lost),
        positions=_position_losses(before, after),
        practices={each: _part(mine, loss, start_month) for each, mine in practices.items()},
        networks={each: _part(mine, loss, start_month) for each, mine in networks.items()},
        students=_students(lost),
        unknown_effect=_by_currency(unknown),
        first_gap=after.first_gap,
        runway_months=after.runway_months,
        months=after.months,
    )


def _part(lost: Sequence[tuple[LineAtRisk, int]], loss: Loss, start_month: int) -> PartLoss:
    """The part's dollars go from the day of the loss, or from the first day that they are for."""
    terms = [_term_of(line, start_month) for line, _ in lost]
    first = min(max(term.first, loss.from_on) if term.last < END else loss.from_on for term in terms)
    return PartLoss(_by_currency(lost), first, _students(lost))


def without(fundings: Iterable[Funding], loss: Loss) -> Sequence[Funding]:
    """The fundings that are left: as they were before the day of the loss, and less (or nothing) from it on."""
    left: list[Funding] = []
    for each in fundings:
        if each.payer not in loss.payers or each.term.last < loss.from_on:
            left.append(each)
            continue
        if each.term.first < loss.from_on:
            left.append(replace(each, ends_on=loss.from_on - ONE_DAY))
        kept = each.monthly - int((each.monthly * loss.share).to_integral_value(ROUND_HALF_UP))
        if kept:
            start = max(each.starts_on, loss.from_on)
            left.append(replace(each, id=f"{each.id} after the cut", starts_on=start, monthly=kept))
    return left


def lost_lines(standing: StaffAndLines, loss: Loss) -> Sequence[tuple[LineAtRisk, int]]:
    """What each line of the leaving funders loses, in whole minor units; lines that lose nothing are left out.

    A line's dollars are spread evenly over the days that they are for, and those from the day of the loss on are
    lost; of an investment no more than what it has yet to pay, each line by its part.
    """
    by_investment: dict[str, list[tuple[LineAtRisk, int]]] = defaultdict(list)
    for line in standing.lines:
        if line.payer in loss.payers:
            exposed = _exposed(line, loss, standing.fiscal_year_start_month)
            by_investment[line.investment].append((line, exposed))
    return [
        (line, part)
        for investment, pairs in by_investment.items()
        for line, part in _capped(pairs, standing.yet_to_come.get(investment))
        if part
    ]


def _capped(pairs: Sequence[tuple[LineAtRisk, int]], limit: int | None) -> Iterable[tuple[LineAtRisk, int]]:
    total = sum(amount for _, amount in pairs)
    if limit is None or total <= limit:
        return pairs
    parts = shared_out(max(limit, 0), [amount for _, amount in pairs])
    return [(line, part) for (line, _), part in zip(pairs, parts, strict=True)]


def _exposed(line: LineAtRisk, loss: Loss, start_month: int) -> int:
    term = _term_of(line, start_month)
    days = (term.last - term.first).days + 1
    after = (term.last - max(term.first, loss.from_on)).days + 1
    share = loss.share * max(after, 0) / days if term.last < END else loss.share
    return int((max(line.amount, 0) * share).to_integral_value(ROUND_HALF_UP))


def _term_of(line: LineAtRisk, start_month: int) -> Term:
    """The days that a line's dollars are for: the fiscal year's, within the award's own where they meet."""
    award = Term(line.starts_on or BEGINNING, line.ends_on or END)
    if line.fiscal_year is None:
        return award if line.starts_on else Term(award.last, award.last)
    year = Term(*fiscal_year_span(line.fiscal_year, start_month))
    return year.within(award) or year


def _after(standing: StaffAndLines, loss: Loss, before: StaffingOutlook) -> StaffingOutlook:
    """The outlook after the loss, over the same months; positions that the funders never paid are not redone."""
    left = without(standing.fundings, loss)
    touched = {each.position for each in standing.fundings if each.payer in loss.payers}
    return outlook(
        standing.positions,
        left,
        before.as_of,
        months=len(before.months),
        currency=standing.currency,
        known={each.position.id: each for each in before.positions if each.position.id not in touched},
    )


def _position_losses(before: StaffingOutlook, after: StaffingOutlook) -> Sequence[PositionLoss]:
    pairs = zip(before.positions, after.positions, strict=True)
    return [loss for one, other in pairs if one is not other and (loss := _position_loss(one, other))]


def _position_loss(before: PositionOutlook, after: PositionOutlook) -> PositionLoss | None:
    """What the position has less of, certain or hoped for; None where all that goes was beyond its cost."""
    months = list(zip(before.months, after.months, strict=True))
    first = next(
        (was.month for was, left in months if left.secured < was.secured or left.expected < was.expected),
        None,
    )
    if first is None and after.first_gap != before.first_gap:
        first = after.first_gap
    lost = sum(was.secured - left.secured for was, left in months)
    return None if first is None else PositionLoss(before, after, lost, first.replace(day=1))


def _by_currency(lost: Iterable[tuple[LineAtRisk, int]]) -> Mapping[str, int]:
    totals: dict[str, int] = defaultdict(int)
    for line, amount in lost:
        totals[line.currency] += amount
    return dict(totals)


def _students(lost: Iterable[tuple[LineAtRisk, int]]) -> float | None:
    known = [line.students_per_unit * amount for line, amount in lost if line.students_per_unit is not None]
    return sum(known) if known else None
