"""How fast a series moves: slopes in units a year, and the pace that a target asks for."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from operator import mul

MONTHS = 12
LONGEST_MONTH = 31
YEAR_PLACES = 9


@dataclass(frozen=True, slots=True)
class Trend:
    """`slope` in units a year; `error` its standard error, None where the points carry no variances."""

    slope: float
    error: float | None


def year_of(day: date) -> float:
    """A day on a line of years on which the same day a year later is exactly 1 further, leap year or not."""
    return day.year + (day.month - 1 + (day.day - 1) / LONGEST_MONTH) / MONTHS


def weighted_trend(
    years: Sequence[float], values: Sequence[float], variances: Sequence[float] | None = None
) -> Trend | None:
    """Least squares; with variances, each point weighs 1 / variance and the slope has a standard error.

    None where fewer than two different years are given. Variances must be positive.
    """
    weights = [1.0] * len(years) if variances is None else [1 / variance for variance in variances]
    if len(set(years)) < 2:
        return None
    steps = [round(year - years[0], YEAR_PLACES) for year in years]  # the same in whatever century
    middle = sum(map(mul, weights, steps)) / sum(weights)
    distances = [step - middle for step in steps]
    pulls = list(map(mul, weights, distances))
    spread = sum(map(mul, pulls, distances))
    cross = sum(map(mul, pulls, values))
    return Trend(cross / spread, None if variances is None else 1 / math.sqrt(spread))


def required_pace(latest: tuple[date, Decimal], target: tuple[date, Decimal]) -> Decimal | None:
    """Units a year from the latest figure to the target by its due date, 4 decimals; None once it is due."""
    (measured_on, value), (due_on, aim) = latest, target
    years = Decimal(str(round(year_of(due_on) - year_of(measured_on), YEAR_PLACES)))
    if years <= 0:
        return None
    return ((aim - value) / years).quantize(Decimal("0.0001"))
