"""Which way a series has gone: the first and the latest figure under today's definition.

It has moved where the 90 % interval of the difference of the two shares leaves out nought (Newcombe 1998,
Statistics in Medicine 17:873-890, method 10), or without counts by more than a point.
"""

from collections.abc import Sequence
from decimal import Decimal
from enum import StrEnum

from allocation.gaps import Figure
from allocation.intervals import newcombe_interval

CONFIDENCE = 0.90
POINTS = Decimal(1)


class OutcomeTrend(StrEnum):
    """Which way an outcome has gone."""

    IMPROVING = "IMPROVING"
    MAINTAINING = "MAINTAINING"
    WORSENING = "WORSENING"
    NO_DATA = "NO_DATA"


def trend_of(figures: Sequence[Figure], *, higher_is_better: bool) -> OutcomeTrend:
    """The trend of a series; `figures` may stand in any order, and withheld ones are passed over."""
    known = sorted((each for each in figures if each.rate is not None), key=lambda each: each.period_end)
    comparable = [each for each in known if each.version == known[-1].version]
    if len(comparable) < 2:
        return OutcomeTrend.NO_DATA
    first, latest = comparable[0], comparable[-1]
    if first.counts is not None and latest.counts is not None:
        interval = newcombe_interval(latest.counts, first.counts, CONFIDENCE)
        rose, fell = interval.low > 0, interval.high < 0
    else:
        change = (latest.rate or Decimal(0)) - (first.rate or Decimal(0))
        rose, fell = change > POINTS, change < -POINTS
    if not (rose or fell):
        return OutcomeTrend.MAINTAINING
    return OutcomeTrend.IMPROVING if rose is higher_is_better else OutcomeTrend.WORSENING
