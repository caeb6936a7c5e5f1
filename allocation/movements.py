"""How long a gap has lasted, which way it moves, and whose doing that is."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from allocation.gaps import Gap, Pair
from allocation.progress import weighted_trend, year_of
from allocation.sampling import Sample, gap_variance

NOISE_PLACES = 9  # slopes are floats: one that differs from zero only beyond these decimals is flat
MAIN_CAUSE_SHARE = 0.9


class NarrowingCause(StrEnum):
    """What made a gap smaller. To rise is to get better and to fall worse, whichever direction that is."""

    GROUP_ROSE = "GROUP_ROSE"
    REFERENCE_FELL = "REFERENCE_FELL"
    BOTH = "BOTH"


@dataclass(frozen=True, slots=True)
class Movement:
    """Slopes in points a year: of the gap over all periods and over the last few, and of the group's gains.

    `error` is the standard error of `slope`, None where a period lacks counts.
    """

    slope: float
    error: float | None
    recent: float
    group: float

    @property
    def cause(self) -> NarrowingCause | None:
        """Whose doing a narrowing is; None where the gap does not narrow.

        The gap's slope is the reference's gains minus the group's. Of the narrowing, the group's gains and
        the reference's losses each have a share; nine tenths or more on one side name that side alone.
        """
        if self.slope >= 0:
            return None
        rise, fall = max(0.0, self.group), max(0.0, -(self.slope + self.group))
        if rise >= MAIN_CAUSE_SHARE * (rise + fall):
            return NarrowingCause.GROUP_ROSE
        return (
            NarrowingCause.REFERENCE_FELL if fall >= MAIN_CAUSE_SHARE * (rise + fall) else NarrowingCause.BOTH
        )


def has_gap(gap: Gap, margin: Decimal) -> bool:
    """Whether the group is behind by the margin or more; being level is no gap, even at a margin of 0."""
    return gap.is_judged and gap.points is not None and gap.points >= margin and gap.points > 0


def run_lengths(history: Iterable[Gap], margin: Decimal, *, across_versions: bool = False) -> list[int]:
    """For each period, how many in a row up to and with it have a gap, within one version."""
    lengths, length, version = [], 0, ""
    for gap in history:
        continues = across_versions or gap.version == version
        length = (length if continues else 0) + 1 if has_gap(gap, margin) else 0
        version = gap.version
        lengths.append(length)
    return lengths


def current_stretch(history: Sequence[Gap], *, across_versions: bool = False) -> list[Gap]:
    """The judged gaps that may be compared with the latest comparable one."""
    versions = [gap.version for gap in history if gap.points is not None]
    return [gap for gap in history if gap.is_judged and (across_versions or gap.version == versions[-1])]


def movement_of(
    pair: Pair, stretch: Sequence[Gap], samples: Sequence[Sample | None], periods: int
) -> Movement | None:
    """How the gaps of `stretch` moved; `samples` are theirs. None where fewer than two periods are known.

    Where every period has counts, each weighs by the inverse of its gap's variance; otherwise all are equal.
    """
    known = [sample for sample in samples if sample is not None]
    variances = [gap_variance(sample) for sample in known] if len(known) == len(stretch) else None
    years = [year_of(gap.period_end) for gap in stretch]
    points = [float(gap.points or 0) for gap in stretch]
    sign = 1 if pair.higher_is_better else -1
    gains = [sign * float((gap.group and gap.group.rate) or 0) for gap in stretch]
    whole = weighted_trend(years, points, variances)
    recent = weighted_trend(years[-periods:], points[-periods:], variances and variances[-periods:])
    group = weighted_trend(years, gains, variances)
    if whole is None or group is None:
        return None
    return Movement(
        flat(whole.slope), whole.error, flat(recent.slope if recent else whole.slope), flat(group.slope)
    )


def flat(slope: float) -> float:
    return round(slope, NOISE_PLACES) + 0.0  # adding 0.0 turns -0.0 into 0.0
