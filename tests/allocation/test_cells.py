"""Where dollars could do good. Effects are checked against the conversion's own formula, written out here."""

import math
from dataclasses import replace
from statistics import NormalDist

import numpy as np
import pytest

from allocation.cells import Cells, Place, cell_name
from allocation.evidence.finding import StudyDesign
from allocation.evidence.pooling import pooled_effects
from allocation.evidence.tiers import InterventionReport
from tests.allocation.standings import (
    INDICATOR,
    YEAR,
    line,
    practice,
    rate,
    standing,
    trial,
)

NORMAL = NormalDist()
BLACK = cell_name("tutoring", "reading/city/black", YEAR)


def place(cells: Cells, population: str, of: str = "tutoring") -> Place:
    """The cell of a practice for a population in the city."""
    return cells.places[cell_name(of, f"reading/city/{population}", YEAR)]


def test_an_effect_is_what_it_moves_at_the_group_s_own_rate() -> None:
    """Phi(Phi^-1(0.30) + g) - 0.30 with the pooled g."""
    whole = standing()
    g = pooled_effects(whole.findings)["tutoring", "reading"].mean
    assert g is not None
    expected = NORMAL.cdf(NORMAL.inv_cdf(0.30) + g) - 0.30
    assert place(Cells.of(whole, [YEAR]), "black").effect == pytest.approx(expected)


def test_where_lower_is_better_those_without_the_bad_outcome_are_the_rate() -> None:
    """30 % absent is 70 % present: Phi(Phi^-1(0.70) + g) - 0.70."""
    absent = standing(indicators={"reads": replace(INDICATOR, higher_is_better=False)})
    g = pooled_effects(absent.findings)["tutoring", "reading"].mean
    assert g is not None
    expected = NORMAL.cdf(NORMAL.inv_cdf(0.70) + g) - 0.70
    assert place(Cells.of(absent, [YEAR]), "black").effect == pytest.approx(expected)


def test_a_practice_has_a_cell_for_each_group_and_year() -> None:
    cells = Cells.of(standing(), [YEAR, YEAR + 1])
    assert len(cells.all) == 3 * 2
    assert {cell.practice_id for cell in cells.all} == {"tutoring"}


def test_a_gap_counts_once_for_each_year() -> None:
    """20 children short of parity in each of two years."""
    groups = {group.id: group for group in Cells.of(standing(), [YEAR, YEAR + 1]).groups}
    assert groups["reading/city/black"].gap == pytest.approx(40)
    assert groups["reading/city/black"].people == 100


def test_no_group_may_lose_but_everybody_may() -> None:
    groups = {group.id: group for group in Cells.of(standing(), [YEAR]).groups}
    assert groups["reading/city/white"].floor_share == 1.0
    assert groups["reading/city/all"].floor_share is None


def test_a_tier_asks_whether_the_studies_were_with_such_people() -> None:
    """The trial was with Black students: STRONG for them and for everybody, of whom they are; not for others."""
    cells = Cells.of(standing(), [YEAR])
    assert place(cells, "black").tier == "STRONG"
    assert place(cells, "all").tier == "STRONG"
    assert place(cells, "white").tier == "MODERATE"


def test_an_intersection_is_studied_where_a_group_that_it_lies_in_is() -> None:
    both = standing(rates=(rate("black-learners", "30", 40),))
    assert place(Cells.of(both, [YEAR]), "black-learners").tier == "STRONG"


def test_a_clearinghouse_s_report_counts_for_the_tier() -> None:
    """Non-Regulatory Guidance (2016): a positive report shows promise, where a study alone shows none."""
    weak = trial("tutoring", design=StudyDesign.UNKNOWN, rating=None, is_significant=False, p_value=0.4)
    alone = standing(findings=(weak,))
    told = standing(
        findings=(weak,),
        reports={"tutoring": [InterventionReport(outcome="reading", rating="Positive effects")]},
    )
    assert place(Cells.of(alone, [YEAR]), "black").tier in {"NONE", "RATIONALE"}
    assert place(Cells.of(told, [YEAR]), "black").tier == "PROMISING"


@pytest.mark.parametrize(
    ("name", "cost", "currency", "effect", "reason"),
    [
        ("mentoring", 100_000, "USD", None, "there is no finding on any of the partnership's outcomes"),
        ("tutoring", None, None, 0.4, "no cost per participant is known"),
        ("tutoring", 100_000, "EUR", 0.4, "its cost is in EUR, not in USD"),
        ("tutoring", 100_000, "USD", -0.5, "its findings show no gain"),
    ],
)
def test_a_practice_is_refused_with_its_reason(
    name: str, cost: int | None, currency: str | None, effect: float | None, reason: str
) -> None:
    findings = () if effect is None else (trial(name, effect),)
    whole = standing(practices=(practice(name, cost, currency=currency),), findings=findings)
    assert dict(Cells.of(whole, [YEAR]).refused) == {name: reason}


def test_a_line_without_a_group_serves_everybody_in_the_whole_area() -> None:
    cells = Cells.of(standing(), [YEAR])
    assert cells.cell_of(line("l", 1, practice="tutoring"), YEAR) == cell_name(
        "tutoring", "reading/city/all", YEAR
    )
    assert cells.cell_of(line("l", 1, practice="tutoring", population="all"), YEAR) == cell_name(
        "tutoring", "reading/city/all", YEAR
    )
    assert cells.cell_of(line("l", 1, practice="tutoring", population="black"), YEAR) == BLACK
    assert cells.cell_of(line("l", 1, practice="mentoring"), YEAR) is None


def test_a_line_of_no_outcome_counts_for_what_its_practice_does_most() -> None:
    """The practice moves attendance by g = 0.8, reading by 0.4."""
    attends = replace(INDICATOR, id="attends", name="Attends", outcome="attendance")
    whole = standing(
        outcomes={"reading": "Reading", "attendance": "Attendance"},
        indicators={"reads": INDICATOR, "attends": attends},
        rates=(rate("all", "50", 400), rate("all", "50", 400, indicator="attends")),
        findings=(trial("tutoring"), trial("tutoring", 0.8, id="second", outcome="attendance")),
        disparities=(),
    )
    found = Cells.of(whole, [YEAR]).cell_of(line("l", 1, practice="tutoring"), YEAR)
    assert found == cell_name("tutoring", "attendance/city/all", YEAR)


def test_dollars_for_those_whose_rate_is_withheld_are_hidden_not_without_effect() -> None:
    cells = Cells.of(standing(), [YEAR])
    assert cells.is_hidden(line("l", 1, practice="tutoring", population="learners"), YEAR)
    assert not cells.is_hidden(line("l", 1, practice="tutoring", population="black"), YEAR)
    assert not cells.is_hidden(line("l", 1, practice="mentoring", population="learners"), YEAR)
    assert not cells.is_hidden(line("l", 1), YEAR)


def test_dollars_on_a_practice_that_works_but_has_no_cost_are_hidden_too() -> None:
    whole = standing(practices=(practice("tutoring", None),))
    assert Cells.of(whole, [YEAR]).is_hidden(line("l", 1, practice="tutoring", outcome="reading"), YEAR)


def test_sampled_effects_are_those_of_one_draw_for_all_groups_and_the_same_each_time() -> None:
    """Black 30 %, everybody 50 %: the same draw of g lies behind both, so turning each back gives one g."""
    first, again = (Cells.of(standing(), [YEAR], confidence=0.9) for _ in range(2))
    cells = {cell.id: cell for cell in first.all}
    assert [cell.effect_samples for cell in first.all] == [cell.effect_samples for cell in again.all]

    def draws(population: str, share: float) -> list[float]:
        found = cells[cell_name("tutoring", f"reading/city/{population}", YEAR)].effect_samples
        return [NORMAL.inv_cdf(share + each) - NORMAL.inv_cdf(share) for each in found]

    assert draws("black", 0.30) == pytest.approx(draws("all", 0.50))


def test_samples_have_the_posterior_s_mean_and_spread() -> None:
    """200 normal draws: the mean within 4 standard errors, the spread within 25 %."""
    whole = standing()
    effect = pooled_effects(whole.findings)["tutoring", "reading"]
    assert effect.mean is not None
    assert effect.sd is not None
    cell = next(each for each in Cells.of(whole, [YEAR], confidence=0.9).all if each.id == BLACK)
    draws = np.array([NORMAL.inv_cdf(0.30 + each) - NORMAL.inv_cdf(0.30) for each in cell.effect_samples])
    assert abs(draws.mean() - effect.mean) < 4 * effect.sd / math.sqrt(len(draws))
    assert abs(draws.std() / effect.sd - 1) < 0.25


def test_the_best_estimate_needs_no_samples() -> None:
    assert all(cell.effect_samples == () for cell in Cells.of(standing(), [YEAR]).all)


def test_a_rate_at_the_end_of_its_range_is_held_off_it() -> None:
    """At 0 % a normal quantile says nothing of people; planned as at 0.5 %."""
    none = standing(rates=(rate("all", "0", 400),), disparities=())
    g = pooled_effects(none.findings)["tutoring", "reading"].mean
    assert g is not None
    assert place(Cells.of(none, [YEAR]), "all").effect == pytest.approx(
        NORMAL.cdf(NORMAL.inv_cdf(0.005) + g) - 0.005
    )
