"""What became of what an investment was for: before and since, and how a place without its dollars went.

This is what happened, and not what the dollars did: no more is claimed than two figures and their difference.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from allocation.gaps import Figure
from allocation.trends import OutcomeTrend, trend_of

CAUTION = (
    "What happened since the award, not what the award did: others gave too, and children's lives change for"
    " many reasons."
)
NO_BASELINE = "No figure from before the award is known, so the first one since stands for it."
NO_CHANGE = "No later figure that can be compared is known yet."
BROKEN = "The definition changed in between, so the figures are not compared."
NO_COMPARISON = "No area without these dollars is known for the same periods."


@dataclass(frozen=True, slots=True)
class Served:
    """Where an investment's dollars are meant to show: an indicator of their outcome, a group and an area."""

    indicator: str
    area: str
    population: str
    higher_is_better: bool


@dataclass(frozen=True, slots=True)
class FollowUp:
    """Before and since; `change` in the indicator's unit, `comparison` another area over the same periods."""

    served: Served
    baseline: Figure | None
    latest: Figure | None
    change: Decimal | None
    comparison: str | None
    comparison_change: Decimal | None
    trend: OutcomeTrend
    caution: str


Series = Mapping[str, Sequence[Figure]]
"""By area, the oldest first."""


def follow_up(served: Served, series: Series, began_on: date | None, elsewhere: Sequence[str]) -> FollowUp:
    """Baseline: the last figure of a period that ended before the award began, else the first one.

    `elsewhere` are areas of the same kind that have none of these dollars; the one whose baseline lies nearest
    is compared with, over the same two periods.
    """
    known = [each for each in series.get(served.area, ()) if each.rate is not None]
    if not known:
        words = f"{CAUTION} No figure is shown of this group here."
        return FollowUp(served, None, None, None, None, None, OutcomeTrend.NO_DATA, words)
    before = [each for each in known if began_on is None or each.period_end <= began_on]
    baseline, latest = (before[-1] if before and began_on else known[0]), known[-1]
    since = [each for each in known if each.period_end >= baseline.period_end]
    found = FollowUp(
        served,
        baseline,
        latest,
        None,
        None,
        None,
        trend_of(since, higher_is_better=served.higher_is_better),
        CAUTION if before else f"{CAUTION} {NO_BASELINE}",
    )
    if latest.period_end == baseline.period_end:
        return replace(found, caution=f"{found.caution} {NO_CHANGE}")
    if latest.version != baseline.version:
        return replace(found, caution=f"{found.caution} {BROKEN}")
    return _compared(replace(found, change=_change(baseline, latest)), series, elsewhere)


def _change(baseline: Figure, latest: Figure) -> Decimal | None:
    before, after = baseline.rate, latest.rate
    return None if before is None or after is None else after - before


def _compared(found: FollowUp, series: Series, elsewhere: Sequence[str]) -> FollowUp:
    baseline, latest = found.baseline, found.latest
    assert baseline is not None  # noqa: S101 - its caller has both
    assert latest is not None  # noqa: S101 - as above
    pairs = {}
    for area in elsewhere:
        by_day = {each.period_end: each for each in series.get(area, ()) if each.rate is not None}
        first, last = by_day.get(baseline.period_end), by_day.get(latest.period_end)
        if first is not None and last is not None and first.version == last.version:
            pairs[area] = (first, last)
    if not pairs:
        return replace(found, caution=f"{found.caution} {NO_COMPARISON}")

    def distance(area: str) -> tuple[Decimal, str]:
        return abs((pairs[area][0].rate or Decimal(0)) - (baseline.rate or Decimal(0))), area

    nearest = min(pairs, key=distance)
    return replace(found, comparison=nearest, comparison_change=_change(*pairs[nearest]))
