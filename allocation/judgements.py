"""What a plan promised against what the disclosed figures then showed, group by group.

What is shown is (rate then - rate at the plan) x people at the plan, in the direction in which the indicator
is better. It counts whatever happened to those students, so it neither proves nor refutes a plan.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any

from allocation.standing import StandingIndicator, StandingPopulation, StandingRate

CAUTION = (
    "The figures show everything that happened to these students, not the plan alone: a promise that was met does "
    "not prove that the plan worked, and one that was missed does not prove that it failed."
)
HUNDRED = Decimal(100)
TENTH = Decimal("0.1")


class Verdict(StrEnum):
    """How the figures stand to a promise: its mean, its lower end, or no figure to say."""

    MET = "MET"
    WITHIN_RANGE = "WITHIN_RANGE"
    BELOW_RANGE = "BELOW_RANGE"
    NOT_DISCLOSED = "NOT_DISCLOSED"
    NOT_YET = "NOT_YET"


@dataclass(frozen=True)
class Judged:
    """One group's promise, in students, and what was shown since. Rates are percentages; ids are rows."""

    outcome: str
    area: str
    population: str
    promised: Decimal
    promised_low: Decimal
    rate_before: Decimal
    rate_after: Decimal | None
    period_end: date | None
    shown: Decimal | None
    verdict: Verdict

    @property
    def sentence(self) -> str:
        """The judgement in words."""
        promise = (
            f"{_tenths(self.promised)} more students were promised, at least {_tenths(self.promised_low)}"
        )
        if self.verdict is Verdict.NOT_YET:
            return f"{promise}; no figure of a later period is known yet."
        if self.shown is None:
            return f"{promise}; the later figure is not disclosed, so nothing is said of it."
        until = "" if self.period_end is None else f" in the period to {self.period_end.isoformat()}"
        return f"{promise}; the figures show {_tenths(self.shown)}{until}."


@dataclass(frozen=True)
class Known:
    """What later figures are read with: the newest disclosed rates, and what their ids mean."""

    rates: Sequence[StandingRate]
    indicators: Mapping[str, StandingIndicator]
    populations: Mapping[str, StandingPopulation]


def judge(promises: Iterable[Mapping[str, Any]], known: Known, since: date) -> tuple[Judged, ...]:
    """The promises of a plan's document, judged by figures of periods that ended after `since`."""
    return tuple(_judged(each, known, since) for each in promises)


def _judged(promise: Mapping[str, Any], known: Known, since: date) -> Judged:  # Any: our own document
    found = _later(promise, known, since)
    before = Decimal(promise["rate"]) * HUNDRED
    mean, low = Decimal(promise["students"]), Decimal(promise["low"])
    shown = None
    if found is not None and found.rate is not None:
        indicator = known.indicators[promise["indicator"]]
        rise = found.rate - before if indicator.higher_is_better else before - found.rate
        shown = rise / HUNDRED * promise["people"]
    return Judged(
        outcome=promise["outcome"],
        area=promise["area"],
        population=promise["population"],
        promised=mean,
        promised_low=low,
        rate_before=before,
        rate_after=found.rate if found else None,
        period_end=found.period_end if found else None,
        shown=shown,
        verdict=_verdict(found, shown, (mean, low)),
    )


def _later(promise: Mapping[str, Any], known: Known, since: date) -> StandingRate | None:
    """The newest figure of the group; a total is known under any of its dimensions, the largest of them."""
    wanted = known.populations.get(promise["population"])
    found = [
        rate
        for rate in known.rates
        if (rate.indicator, rate.area) == (promise["indicator"], promise["area"])
        and rate.period_end > since
        and (
            rate.population == promise["population"]
            or (wanted is not None and wanted.is_total and known.populations[rate.population].is_total)
        )
    ]
    return max(
        found, key=lambda rate: (rate.rate is not None, rate.period_end, rate.people or 0), default=None
    )


def _verdict(found: StandingRate | None, shown: Decimal | None, promised: tuple[Decimal, Decimal]) -> Verdict:
    if found is None:
        return Verdict.NOT_YET
    if shown is None:
        return Verdict.NOT_DISCLOSED
    mean, low = promised
    return Verdict.MET if shown >= mean else Verdict.WITHIN_RANGE if shown >= low else Verdict.BELOW_RANGE


def _tenths(students: Decimal) -> str:
    return f"{students.quantize(TENTH) + 0:,}"
