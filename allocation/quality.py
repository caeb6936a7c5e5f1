"""What looks wrong in figures that were recorded as they came: told with counts and examples, and never mended.

Sums that do not add up are flagged and not forced. Each finding says how many cases there are, of how many
that could be checked, how grave they are, and shows some, in the manner of the 360Giving quality checks.
Outliers: Iglewicz and Hoaglin 1993, How to detect and handle outliers, ASQC (modified z-score above 3.5).
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from enum import StrEnum
from itertools import pairwise

from allocation.gaps import expected_periods, month_of
from allocation.unevenness import is_break, outliers, trend_line

EXAMPLES = 5
PERCENT = Decimal(100)
HALF_UNIT = Decimal("0.51")
STALE_RHYTHMS = 2


class Kind(StrEnum):
    """What is wrong, in the order in which findings of the same importance are told."""

    DISAGGREGATION_SUM = "DISAGGREGATION_SUM"
    RATE = "RATE"
    DUPLICATE = "DUPLICATE"
    OUTLIER = "OUTLIER"
    BREAK = "BREAK"
    VANISHED_GROUP = "VANISHED_GROUP"
    STALE = "STALE"


class Importance(StrEnum):
    """ERROR: it cannot be so. WARNING: somebody should look. NOTICE: good to know."""

    ERROR = "ERROR"
    WARNING = "WARNING"
    NOTICE = "NOTICE"


@dataclass(frozen=True, slots=True)
class Noted:
    """One figure as it was recorded, or as a release shows it. `place` says in words what it is a figure of.

    Figures of different `version` (definition) are not compared. `is_part` is false for everybody and for
    intersections, which are no parts of a dimension's whole. `is_telling` is false where that a figure is
    absent may not be told, since only a release of ours stands in its place.
    """

    id: str
    indicator: str
    area: str
    dimension: str
    group: str
    place: str
    period_start: date
    period_end: date
    is_reported: bool
    value: Decimal | None = None
    numerator: int | None = None
    denominator: int | None = None
    is_total: bool = False
    is_part: bool = True
    is_share: bool = True
    version: str = ""
    source: str = ""
    is_telling: bool = True

    @property
    def said(self) -> str:
        """The place and the period."""
        return f"{self.place}, {self.period_end}"


@dataclass(frozen=True, slots=True)
class Example:
    """One case: the figures that show it, and what is wrong with them."""

    figures: tuple[str, ...]
    sentence: str


@dataclass(frozen=True, slots=True)
class Finding:
    """All cases of a kind in an indicator (and dimension); `checked` is how many could have been one."""

    kind: Kind
    importance: Importance
    indicator: str
    dimension: str | None
    sentence: str
    count: int
    checked: int
    examples: tuple[Example, ...]

    @property
    def share(self) -> Decimal:
        """Cases among those checked, 0 to 1."""
        return (Decimal(self.count) / self.checked).quantize(Decimal("0.0001"))


@dataclass(frozen=True)
class Freshness:
    """The day that it is, and how old figures of a source may be for decisions, in days."""

    today: date
    cadences: Mapping[str, int]


def examine(figures: Iterable[Noted], freshness: Freshness) -> tuple[Finding, ...]:
    """All findings, the gravest first, then those with the largest share."""
    by_indicator: dict[str, list[Noted]] = defaultdict(list)
    for figure in figures:
        by_indicator[figure.indicator].append(figure)
    found = [
        finding
        for indicator in sorted(by_indicator)
        for finding in _of_indicator(indicator, by_indicator[indicator], freshness)
    ]
    return tuple(sorted(found, key=_weight))


def _weight(finding: Finding) -> tuple[object, ...]:
    grave = list(Importance).index(finding.importance)
    kind = list(Kind).index(finding.kind)
    return (grave, -finding.share, -finding.count, kind, finding.indicator, finding.dimension or "")


def _of_indicator(indicator: str, figures: Sequence[Noted], freshness: Freshness) -> Iterable[Finding]:
    yield from _sums(indicator, figures)
    for check in (_rates, _overlaps, _outliers, _breaks, _vanished):
        yield from check(indicator, figures)
    yield from _stale(indicator, figures, freshness)


Series = Mapping[tuple[str, str, str], Sequence[Noted]]


def _series(figures: Iterable[Noted]) -> Series:
    """The figures of each area, dimension and group, the oldest first."""
    found: dict[tuple[str, str, str], list[Noted]] = defaultdict(list)
    for figure in figures:
        found[figure.area, figure.dimension, figure.group].append(figure)
    return {key: sorted(each, key=lambda f: (f.period_end, f.period_start)) for key, each in found.items()}


def _told(finding: Finding, cases: Sequence[Example]) -> Iterable[Finding]:
    if cases:
        yield replace(finding, count=len(cases), examples=tuple(cases[:EXAMPLES]))


def _sums(indicator: str, figures: Sequence[Noted]) -> Iterable[Finding]:
    """The parts of a dimension against everybody, by people and by those who are counted of them."""
    for dimension in sorted({figure.dimension for figure in figures}):
        checked, over, under = 0, list[Example](), list[Example]()
        for whole, parts in _wholes(figures, dimension):
            for name, count in (("people", _people), ("counted", _counted)):
                total, each = count(whole), [count(part) for part in parts]
                if total is None or None in each:
                    continue
                checked += 1
                told = sum(number or 0 for number in each)
                if told != total:
                    sentence = f"{whole.said}: {name} {told} in the groups, {total} in all"
                    ids = (whole.id, *(part.id for part in parts))
                    (over if told > total else under).append(Example(ids, sentence))
        more = "the groups count more than everybody: they overlap, or a count is wrong"
        less = "the groups count fewer than everybody: some are in no group, or a count is wrong"
        for cases, importance, sentence in (
            (over, Importance.WARNING, more),
            (under, Importance.NOTICE, less),
        ):
            finding = Finding(
                Kind.DISAGGREGATION_SUM, importance, indicator, dimension, sentence, 0, checked, ()
            )
            yield from _told(finding, cases)


def _wholes(figures: Sequence[Noted], dimension: str) -> Iterable[tuple[Noted, Sequence[Noted]]]:
    """Each total with the groups of the dimension, where every group of the area stands in the period."""
    totals: dict[tuple[str, date, date], Noted] = {}
    parts: dict[tuple[str, date, date], list[Noted]] = defaultdict(list)
    groups: dict[str, set[str]] = defaultdict(set)
    for figure in figures:
        place = (figure.area, figure.period_start, figure.period_end)
        if figure.is_total and (figure.dimension == dimension or place not in totals):
            totals[place] = figure
        elif figure.is_part and figure.dimension == dimension:
            parts[place].append(figure)
            groups[figure.area].add(figure.group)
    for place, whole in sorted(totals.items()):
        if len(parts[place]) == len(groups[whole.area]) > 1:
            yield whole, parts[place]


def _people(figure: Noted) -> int | None:
    return figure.denominator


def _counted(figure: Noted) -> int | None:
    if not figure.is_reported:
        return None
    if figure.is_share:
        return figure.numerator
    is_count = figure.value is not None and figure.denominator is None and figure.value % 1 == 0
    return int(figure.value) if is_count and figure.value is not None else None


def _rates(indicator: str, figures: Sequence[Noted]) -> Iterable[Finding]:
    cases, checked = [], 0
    for figure in figures:
        if not figure.is_share or figure.value is None or figure.numerator is None or not figure.denominator:
            continue
        checked += 1
        reckoned = PERCENT * figure.numerator / figure.denominator
        if abs(reckoned - figure.value) > _rounding(figure.value):
            counts = f"{figure.numerator} of {figure.denominator} is {reckoned:.1f}"
            cases.append(Example((figure.id,), f"{figure.said}: {figure.value:f}, but {counts}"))
    sentence = "the rate differs from numerator by denominator by more than rounding explains"
    yield from _told(
        Finding(Kind.RATE, Importance.WARNING, indicator, None, sentence, 0, max(checked, 1), ()), cases
    )


def _rounding(value: Decimal) -> Decimal:
    exponent = value.as_tuple().exponent
    return HALF_UNIT.scaleb(exponent if isinstance(exponent, int) and exponent < 0 else 0)


def _overlaps(indicator: str, figures: Sequence[Noted]) -> Iterable[Finding]:
    cases, checked = [], 0
    for each in _series(figures).values():
        ordered = sorted(each, key=lambda f: (f.period_start, f.period_end))
        for earlier, later in pairwise(ordered):
            checked += 1
            if later.period_start <= earlier.period_end:
                spans = f"{earlier.period_start} to {earlier.period_end} and {later.period_start} to {later.period_end}"
                cases.append(Example((earlier.id, later.id), f"{later.place}: {spans}"))
    sentence = "two figures of a group tell the same days"
    yield from _told(
        Finding(Kind.DUPLICATE, Importance.WARNING, indicator, None, sentence, 0, max(checked, 1), ()), cases
    )


def _numbers(figures: Sequence[Noted]) -> list[list[Noted]]:
    """The reported figures of each series, apart where the definition changes."""
    runs: list[list[Noted]] = []
    for each in _series(figures).values():
        versions: dict[str, list[Noted]] = defaultdict(list)
        for figure in each:
            if figure.is_reported and figure.value is not None:
                versions[figure.version].append(figure)
        runs.extend(versions.values())
    return runs


def _outliers(indicator: str, figures: Sequence[Noted]) -> Iterable[Finding]:
    cases, checked = [], 0
    for run in _numbers(figures):
        series = [(figure.value, figure.denominator) for figure in run]
        expected = trend_line([figure.value or Decimal(0) for figure in run])
        checked += len(series)
        cases += [
            Example((run[n].id,), f"{run[n].said}: {run[n].value:f}, where about {expected[n]:.1f} is usual")
            for n in outliers(series, is_share=run[0].is_share)
        ]
    sentence = "a figure lies far off the trend of its group and area (modified z-score above 3.5)"
    yield from _told(
        Finding(Kind.OUTLIER, Importance.NOTICE, indicator, None, sentence, 0, max(checked, 1), ()), cases
    )


def _breaks(indicator: str, figures: Sequence[Noted]) -> Iterable[Finding]:
    cases, checked, days = [], 0, list[date]()
    for run in _numbers(figures):
        values = [figure.value or Decimal(0) for figure in run]
        steps = [later - earlier for earlier, later in pairwise(values)]
        checked += len(steps)
        for n, (earlier, later) in enumerate(pairwise(run)):
            ends = (earlier.value, earlier.denominator), (later.value, later.denominator)
            if is_break(steps, n, *ends, is_share=run[0].is_share):
                sentence = f"{later.said}: from {earlier.value:f} to {later.value:f}"
                cases.append(Example((earlier.id, later.id), sentence))
                days.append(later.period_end)
    sentence = "a figure jumps from one period to the next by far more than it does otherwise"
    common = max(set(days), key=days.count, default=None)
    if common and days.count(common) > 1:
        sentence += (
            f"; {days.count(common)} of them in the period ending {common}: was it measured in another way?"
        )
    yield from _told(
        Finding(Kind.BREAK, Importance.WARNING, indicator, None, sentence, 0, max(checked, 1), ()), cases
    )


def _vanished(indicator: str, figures: Sequence[Noted]) -> Iterable[Finding]:
    """Groups that were there, and are not in the latest period in which others of their dimension are."""
    latest: dict[tuple[str, str], date] = {}
    for figure in figures:
        key = (figure.area, figure.dimension)
        latest[key] = max(latest.get(key, figure.period_end), figure.period_end)
    cases, checked = [], 0
    for (area, dimension, _), each in _series(figures).items():
        last = each[-1]
        if not last.is_telling:
            continue
        checked += 1
        newest = latest[area, dimension]
        if last.period_end < newest:
            sentence = f"{last.place}: last told for {last.period_end}, others for {newest}"
            cases.append(Example((last.id,), sentence))
    sentence = "a group is no longer told, while others of its dimension are"
    yield from _told(
        Finding(Kind.VANISHED_GROUP, Importance.WARNING, indicator, None, sentence, 0, max(checked, 1), ()),
        cases,
    )


def _stale(indicator: str, figures: Sequence[Noted], freshness: Freshness) -> Iterable[Finding]:
    """A series is stale where it is older than decisions need it, or than twice the rhythm of the indicator."""
    days = expected_periods(figure.period_end for figure in figures)
    rhythm = min((month_of(later) - month_of(earlier) for earlier, later in pairwise(days)), default=0)
    cases, series = [], _series(figures)
    is_late = _lateness(freshness, rhythm)
    for each in series.values():
        last = each[-1]
        reason = is_late(last)
        if reason:
            cases.append(Example((last.id,), f"{last.said}: {reason}"))
    sentence = "the newest figure is old"
    yield from _told(
        Finding(Kind.STALE, Importance.NOTICE, indicator, None, sentence, 0, max(len(series), 1), ()), cases
    )


def _lateness(freshness: Freshness, rhythm: int) -> Callable[[Noted], str | None]:
    today = freshness.today

    def why(figure: Noted) -> str | None:
        age, cadence = (today - figure.period_end).days, freshness.cadences.get(figure.source)
        if cadence is not None:
            return f"{age} days old, and decisions need {cadence}" if age > cadence else None
        months = month_of(today) - month_of(figure.period_end)
        if rhythm and months > STALE_RHYTHMS * rhythm:
            return f"{months} months old, and there was one every {rhythm}"
        return None

    return why
