"""What a partnership calls a disparity, and whether chance alone could explain one that lasts.

Method: partial conjunction over the last periods (Benjamini and Heller 2008, Biometrics 64:1215-1222), held
to a false discovery rate over all pairs (Benjamini and Hochberg 1995, JRSS B 57:289-300).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from allocation.gaps import DisparityError, Gap, Pair
from allocation.intervals import Interval, benjamini_hochberg, partial_conjunction
from allocation.movements import Movement, current_stretch, has_gap, movement_of, run_lengths
from allocation.sampling import Sample, gap_interval, gap_p_value, sample_of

TESTED_MINIMUM = 10  # people; the commonest floor of state rules for publishing a rate


class DisparityMethod(StrEnum):
    """POINT compares figures as published; TESTED asks that sampling error cannot explain the gap."""

    POINT = "POINT"
    TESTED = "TESTED"


@dataclass(frozen=True)
class Rule:
    """What a partnership calls a disparity. `margin` is in points (or the indicator's unit).

    `same_people` says that the same people are counted in several periods, so that the periods are not
    independent. `minimum_count` None means 10 people under TESTED and any number under POINT.
    `across_versions` compares figures over a change of definition as if there were none.
    """

    method: DisparityMethod = DisparityMethod.TESTED
    margin: Decimal = Decimal(3)
    periods: int = 3
    same_people: bool = False
    minimum_count: int | None = None
    across_versions: bool = False
    false_discovery_rate: float = 0.10
    probable_level: float = 0.05
    confidence: float = 0.95

    def __post_init__(self) -> None:
        if not self.margin.is_finite() or self.margin < 0:
            raise DisparityError(f"a margin is 0 points or more, not {self.margin}")
        if self.periods < 1:
            raise DisparityError(f"a disparity lasts at least 1 period, not {self.periods}")
        if self.minimum_count is not None and self.minimum_count < 0:
            raise DisparityError(f"the fewest people to judge by are 0 or more, not {self.minimum_count}")
        for level in (self.false_discovery_rate, self.probable_level, self.confidence):
            if not 0 < level < 1:
                raise DisparityError(f"a level of a test lies between 0 and 1, not at {level}")

    @property
    def required(self) -> int:
        """How many of `periods` periods must be shown: two thirds, rounded up, so 2 of 3."""
        return -(-2 * self.periods // 3)

    @property
    def fewest(self) -> int:
        if self.minimum_count is not None:
            return self.minimum_count
        return TESTED_MINIMUM if self.method is DisparityMethod.TESTED else 0


@dataclass(frozen=True, slots=True)
class Observed:
    """A pair, its gaps in every expected period, and what they say whatever the other pairs are.

    `lengths` are run lengths, one a period; `stretch` holds the judged gaps of the latest version.
    `bounds` are of the latest gap. `p_values` are one-sided, of the last periods, None where untested;
    `lacks_counts` says that one of those periods was published without the counts that a test needs.
    """

    pair: Pair
    history: tuple[Gap, ...]
    rule: Rule
    lengths: tuple[int, ...]
    stretch: tuple[Gap, ...]
    movement: Movement | None
    bounds: Interval | None
    p_values: tuple[float | None, ...]
    lacks_counts: bool

    @property
    def latest(self) -> Gap:
        return self.history[-1]

    @property
    def is_behind(self) -> bool:
        return self.latest.points is not None and self.latest.points > 0

    @property
    def had_gap(self) -> bool:
        """A gap before the latest period, in the latest version."""
        return any(has_gap(gap, self.rule.margin) for gap in self.stretch if gap is not self.latest)

    @property
    def longest_current_run(self) -> int:
        """The longest run within the latest version."""
        days = {gap.period_end for gap in self.stretch}
        lengths = zip(self.lengths, self.history, strict=True)
        return max((length for length, gap in lengths if gap.period_end in days), default=0)


def observe(pair: Pair, history: tuple[Gap, ...], rule: Rule) -> Observed:
    """`history` must hold at least one gap that is known."""
    stretch = tuple(current_stretch(history, across_versions=rule.across_versions))
    samples = [sample_of(pair, gap) for gap in stretch]
    latest = samples[-1] if history[-1].is_judged else None
    p_values, lacks_counts = p_values_of(history, zip(stretch, samples, strict=True), rule)
    return Observed(
        pair,
        history,
        rule,
        lengths=tuple(run_lengths(history, rule.margin, across_versions=rule.across_versions)),
        stretch=stretch,
        movement=movement_of(pair, stretch, samples, rule.periods),
        bounds=None if latest is None else gap_interval(latest, rule.confidence),
        p_values=p_values,
        lacks_counts=lacks_counts,
    )


def p_values_of(
    history: Sequence[Gap], stretch: Iterable[tuple[Gap, Sample | None]], rule: Rule
) -> tuple[tuple[float | None, ...], bool]:
    """The p-value of each of the last periods, and whether one of them has a gap without counts.

    A period that is not judged, or of another version than the latest, is untested; under POINT all are.
    """
    p_values: list[float | None] = [None] * rule.periods
    if rule.method is DisparityMethod.POINT:
        return tuple(p_values), False
    last = reversed(history[-rule.periods :])
    window = {gap.period_end: -place for place, gap in enumerate(last, start=1)}
    lacks_counts = False
    for gap, sample in stretch:
        place = window.get(gap.period_end)
        if place is not None and sample is None:
            lacks_counts = True
        elif place is not None and sample is not None:
            p_values[place] = gap_p_value(sample, rule.margin)
    return tuple(p_values), lacks_counts


@dataclass(frozen=True, slots=True)
class Evidence:
    """The conjunction of a pair's p-values, raw and adjusted for all pairs.

    Both are None where the untested periods leave nothing to conclude from.
    """

    combined: float | None
    adjusted: float | None


def weigh(observed: Sequence[Observed], rule: Rule) -> list[Evidence | None]:
    """The evidence for each pair; None for all under POINT.

    The family is every pair that can be tested. Whether one can be is settled by what was published, not by
    how it turned out, so leaving the others out keeps the false discovery rate (Bourgon, Gentleman and Huber
    2010, PNAS 107:9546-9551), and a district that withholds much does not hide the gaps of the rest.
    """
    if rule.method is DisparityMethod.POINT:
        return [None] * len(observed)
    combined = [conjunction(one.p_values, rule) for one in observed]
    adjusted = iter(benjamini_hochberg([p for p in combined if p is not None]))
    return [Evidence(p, None if p is None else next(adjusted)) for p in combined]


def conjunction(p_values: Sequence[float | None], rule: Rule) -> float | None:
    """P-value of "fewer than the required periods exceed the margin"; an untested period counts with p = 1.

    Stouffer's form takes in the largest p-values, so one untested period leaves it without an answer; the
    form for dependent periods needs only as many tested ones as are required.
    """
    known = [p for p in p_values if p is not None]
    if len(known) < (rule.required if rule.same_people else rule.periods):
        return None
    untested = [1.0] * (rule.periods - len(known))
    return partial_conjunction([*known, *untested], rule.required, dependent=rule.same_people)
