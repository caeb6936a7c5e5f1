"""How often each rule flags what is there and what is not, over simulated partnerships.

A report holds 240 pairs in three years: 15 in 100 lag by 15 points in every year, 5 in 100 in one year only,
and the rest never. The reference has a rate between 50 and 80 percent on 300 to 2,000 people, the group 20 to
200 people (or 100 to 800), drawn anew each year: independent cohorts. Seeds are fixed; a record is of 40
reports.

Expected values: a separate simulation of the same design in numpy and scipy, 1,000 reports, whose first row
agrees with a calculation by hand. Tolerances are about four standard errors of 40 reports.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

import pytest

from allocation.disparities import Disparity, DisparityStatus, assess_disparities
from allocation.gaps import Figure, FigureStatus, Pair, ReferenceKind
from allocation.intervals import Counts, agresti_caffo_test, benjamini_hochberg
from allocation.persistence import DisparityMethod, Rule
from allocation.sampling import gap_p_value, sample_of

PAIRS = 240
REPORTS = 40
YEARS = (2017, 2018, 2019)
NOUGHT = Decimal(0)
TESTED = Rule(margin=NOUGHT)
POINT = Rule(method=DisparityMethod.POINT, margin=NOUGHT)


@dataclass(frozen=True)
class Setting:
    seed: int
    people: tuple[int, int] = (20, 200)
    points: float = 0.15


@dataclass(frozen=True)
class Simulated:
    """Pairs, and which of them truly lag always, or once."""

    pairs: list[Pair]
    lasting: list[bool]
    shocked: list[bool]


@dataclass(frozen=True)
class Record:
    """False flags a report, the share of lasting gaps found, false flags among flags, shocks flagged."""

    false_flags: float
    power: float
    false_discoveries: float
    shocks: float


def draw_report(setting: Setting, source: random.Random) -> Simulated:
    pairs, lasting, shocked = [], [], []
    for number in range(PAIRS):
        chance = source.random()
        lasting.append(chance < 0.15)
        shocked.append(0.15 <= chance < 0.20)
        year_of_shock = source.choice(YEARS)
        lags = [lasting[-1] or (shocked[-1] and year == year_of_shock) for year in YEARS]
        pairs.append(draw_pair(number, lags, setting, source))
    return Simulated(pairs, lasting, shocked)


def draw_pair(number: int, lags: list[bool], setting: Setting, source: random.Random) -> Pair:
    rate, people, others = (
        source.uniform(0.5, 0.8),
        source.randint(*setting.people),
        source.randint(300, 2000),
    )

    def figure(year: int, size: int, share: float) -> Figure:
        count = sum(source.random() < share for _ in range(size))
        return Figure(date(year, 6, 30), FigureStatus.REPORTED, None, count, size)

    own = [figure(year, people, rate - setting.points * lag) for year, lag in zip(YEARS, lags, strict=True)]
    theirs = [figure(year, others, rate) for year in YEARS]
    return Pair("i", f"area {number}", "race", "g", "r", ReferenceKind.REST, own, theirs)


Flagger = Callable[[list[Pair]], list[bool]]


def by_status(rule: Rule, *statuses: DisparityStatus) -> Flagger:
    return lambda pairs: [found.status in statuses for found in assess_disparities(pairs, rule)]


def each_year_shown(pairs: list[Pair]) -> list[bool]:
    def shown(found: Disparity) -> bool:
        samples = [sample_of(found.pair, gap) for gap in found.history]
        return all(sample is not None and gap_p_value(sample, NOUGHT) < 0.05 for sample in samples)

    return [shown(found) for found in assess_disparities(pairs, TESTED)]


def pooled(pairs: list[Pair]) -> list[bool]:
    """All years thrown together, Benjamini-Hochberg at .05, and the group behind in each."""

    def total(figures: list[Figure]) -> Counts:
        return Counts(sum(f.numerator or 0 for f in figures), sum(f.denominator or 0 for f in figures))

    p_values = [
        agresti_caffo_test(total(list(pair.reference_figures)), total(list(pair.figures))).p_value
        for pair in pairs
    ]
    always = by_status(POINT, DisparityStatus.PERSISTENT)(pairs)
    return [p <= 0.05 and same for p, same in zip(benjamini_hochberg(p_values), always, strict=True)]


BONFERRONI = replace(TESTED, same_people=True, false_discovery_rate=0.05)
RULES: dict[str, Flagger] = {
    "behind in each year": by_status(POINT, DisparityStatus.PERSISTENT),
    "two of three years p < .05": by_status(TESTED, DisparityStatus.PERSISTENT, DisparityStatus.PROBABLE),
    "each year p < .05": each_year_shown,
    "partial conjunction, dependent, q .05": by_status(BONFERRONI, DisparityStatus.PERSISTENT),
    "partial conjunction, q .10": by_status(TESTED, DisparityStatus.PERSISTENT),
    "pooled": pooled,
}


def simulate(setting: Setting, flag: Flagger, reports: int = REPORTS) -> Record:
    source = random.Random(setting.seed)
    false = found = lasting = shocks = shocked = 0
    proportions = []
    for _ in range(reports):
        report = draw_report(setting, source)
        flags = flag(report.pairs)
        wrong = sum(f and not truly for f, truly in zip(flags, report.lasting, strict=True))
        false += wrong
        proportions.append(wrong / max(1, sum(flags)))
        found += sum(f and truly for f, truly in zip(flags, report.lasting, strict=True))
        lasting += sum(report.lasting)
        shocks += sum(f and once for f, once in zip(flags, report.shocked, strict=True))
        shocked += sum(report.shocked)
    return Record(false / reports, found / lasting, sum(proportions) / reports, shocks / shocked)


@pytest.mark.trial
@pytest.mark.parametrize(
    ("name", "expected", "tolerance"),
    [
        # by hand: 192 level pairs x 1/8 and 12 shocks x 1/4 are 27 false flags, less the draws
        ("behind in each year", Record(26.1, 0.971, 0.429, 0.244), Record(3.2, 0.03, 0.05, 0.08)),
        ("two of three years p < .05", Record(2.36, 0.900, 0.068, 0.084), Record(1.0, 0.04, 0.03, 0.06)),
        ("each year p < .05", Record(0.04, 0.684, 0.002, 0.002), Record(0.16, 0.06, 0.006, 0.01)),
        (
            "partial conjunction, dependent, q .05",
            Record(0.03, 0.538, 0.001, 0.002),
            Record(0.16, 0.07, 0.006, 0.01),
        ),
        ("partial conjunction, q .10", Record(0.23, 0.830, 0.007, 0.011), Record(0.35, 0.05, 0.012, 0.025)),
        ("pooled", Record(3.1, 0.936, 0.084, 0.144), Record(1.4, 0.03, 0.04, 0.08)),
    ],
)
def test_each_rule_errs_as_often_as_it_should(name: str, expected: Record, tolerance: Record) -> None:
    record = simulate(Setting(seed=20240101), RULES[name])
    assert_close(record, expected, tolerance)


@pytest.mark.trial
@pytest.mark.parametrize(
    ("setting", "rule", "power"),
    [
        (Setting(seed=20240102), Rule(), 0.631),
        (Setting(seed=20240103, people=(100, 800)), Rule(), 0.982),
        (Setting(seed=20240104, points=0.10), TESTED, 0.415),
    ],
)
def test_what_is_found_depends_on_margin_size_and_gap(setting: Setting, rule: Rule, power: float) -> None:
    record = simulate(setting, by_status(rule, DisparityStatus.PERSISTENT), reports=20)
    assert record.power == pytest.approx(power, abs=0.08)
    assert record.false_discoveries <= 0.02


@pytest.mark.trial
def test_small_groups_missed_by_the_default_rule_are_mostly_probable() -> None:
    """Gaps of 15 points on 20 to 200 people, margin 3: .631 persistent, .786 with the probable ones."""
    flag = by_status(Rule(), DisparityStatus.PERSISTENT, DisparityStatus.PROBABLE)
    record = simulate(Setting(seed=20240105), flag, reports=20)
    assert record.power == pytest.approx(0.786, abs=0.07)
    assert record.false_discoveries == pytest.approx(0.012, abs=0.02)


def assert_close(record: Record, expected: Record, tolerance: Record) -> None:
    assert record.false_flags == pytest.approx(expected.false_flags, abs=tolerance.false_flags)
    assert record.power == pytest.approx(expected.power, abs=tolerance.power)
    assert record.false_discoveries == pytest.approx(
        expected.false_discoveries, abs=tolerance.false_discoveries
    )
    assert record.shocks == pytest.approx(expected.shocks, abs=tolerance.shocks)
