"""Which numbers of a series are out of the ordinary: outliers, and jumps from one period to the next.

Iglewicz and Hoaglin 1993, How to detect and handle outliers, ASQC: a modified z-score of 0.6745 (x - median) /
MAD above 3.5; where the median absolute deviation is 0, (x - median) / (1.253314 mean absolute deviation).
It is reckoned off the trend, which is robust too: Sen 1968, JASA 63:1379-1389.
"""

import math
from collections.abc import Sequence
from decimal import Decimal
from itertools import combinations
from statistics import fmean, median

LEAST_SERIES = 5
MODIFIED_Z = 3.5
MAD_TO_SIGMA = 0.6745
MEAN_AD_TO_SIGMA = 1.253314
LEAST_POINTS = Decimal(3)  # an outlier of a share that matters
LEAST_PART = Decimal("0.1")  # and of any other number, as a part of the middle one
JUMP_POINTS = Decimal(10)
JUMP_PART = Decimal("0.25")
JUMP_TIMES = 4
CHANCE_Z = 3.29  # two-sided .001
LEAST_STEPS = 3
PERCENT = Decimal(100)

Measured = tuple[Decimal | None, int | None]
"""A value, and how many people it speaks of."""


def outliers(series: Sequence[Measured], *, is_share: bool) -> list[int]:
    """The places of outliers off the trend of a series, the oldest first; none in a series of fewer than five.

    A figure that differs by too little to matter, or a share that chance may explain, is none.
    """
    values = [value for value, _ in series if value is not None]
    if len(values) < max(LEAST_SERIES, len(series)):
        return []
    expected = trend_line(values)
    distances = [abs(value - other) for value, other in zip(values, expected, strict=True)]
    spread = float(median(distances)) / MAD_TO_SIGMA or fmean(map(float, distances)) * MEAN_AD_TO_SIGMA
    least = LEAST_POINTS if is_share else abs(median(values)) * LEAST_PART
    if not spread:
        return []
    return [
        place
        for place, distance in enumerate(distances)
        if distance >= least
        and float(distance) / spread > MODIFIED_Z
        and not (is_share and float(distance) <= CHANCE_Z * _error(series[place]))
    ]


def trend_line(values: Sequence[Decimal]) -> list[Decimal]:
    """The line through a series that few odd figures cannot tilt: the median of all slopes (Sen 1968)."""
    pairs = combinations(enumerate(values), 2)
    slopes = [(later - earlier) / (n - m) for (m, earlier), (n, later) in pairs]
    slope = median(slopes) if slopes else Decimal(0)
    start = median(value - slope * place for place, value in enumerate(values))
    return [start + slope * place for place in range(len(values))]


def is_break(
    steps: Sequence[Decimal], place: int, before: Measured, after: Measured, *, is_share: bool
) -> bool:
    """Whether a step is a jump: large, several times the usual step of the series, and no play of chance.

    A series needs four figures. Shares jump by ten points or more, with counts also by 3.29 standard errors.
    """
    others = [abs(step) for n, step in enumerate(steps) if n != place]
    if len(steps) < LEAST_STEPS or before[0] is None or after[0] is None:
        return False
    step = abs(steps[place])
    least = JUMP_POINTS if is_share else abs(before[0]) * JUMP_PART
    if step < least or step < JUMP_TIMES * median(others):
        return False
    error = _error(before) ** 2 + _error(after) ** 2 if is_share else 0.0
    return not error or float(step) > CHANCE_Z * math.sqrt(error)


def _error(measured: Measured) -> float:
    """The standard error of a share in points, one success and one failure added (Agresti and Caffo 2000)."""
    value, people = measured
    if value is None or not people or not 0 <= value <= PERCENT:
        return 0.0
    share = (float(value) / 100 * people + 1) / (people + 2)
    return 100 * math.sqrt(share * (1 - share) / (people + 2))
