"""What is shown of local results, on both sides of each bound."""

import math
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from allocation.disclosure.primary import Rules, share
from allocation.evidence.finding import EvidenceError, StudyDesign
from allocation.evidence.local import LocalPeriod, local_effect
from allocation.evidence.local_disclosure import as_effect, is_small_change, shown
from allocation.intervals import Counts

LARGE = LocalPeriod(period="2024-25", participants=Counts(130, 200), comparison=Counts(100, 200))


def large(
    participants: Counts = LARGE.participants,
    comparison: Counts | None = LARGE.comparison,
    participants_before: Counts | None = None,
    comparison_before: Counts | None = None,
) -> LocalPeriod:
    return LocalPeriod(
        period="2024-25",
        participants=participants,
        comparison=comparison,
        participants_before=participants_before,
        comparison_before=comparison_before,
    )


@pytest.mark.parametrize(
    "groups",
    [
        {"participants": Counts(5, 9)},
        {"comparison": Counts(5, 9)},
        {"participants_before": Counts(5, 9), "comparison_before": Counts(90, 200)},
        {"participants_before": Counts(90, 200), "comparison_before": Counts(5, 9)},
    ],
)
def test_one_person_under_the_minimum_in_any_group_withholds_all(groups: dict[str, Counts]) -> None:
    seen = shown(large(**groups))
    assert (seen.effect, seen.standard_error, seen.people_count, seen.difference) == (None,) * 4
    assert seen.sentence == "2024-25: a group has fewer than 10 people, so nothing is shown of it"
    enough = {name: Counts(5, 10) if counts.trials == 9 else counts for name, counts in groups.items()}
    assert shown(large(**enough)).effect is not None


@pytest.mark.parametrize("reached", [0, 10])
def test_a_group_in_which_all_or_none_reached_the_outcome_is_withheld(reached: int) -> None:
    seen = shown(replace(LARGE, participants=Counts(reached, 10)))
    assert seen.effect is None
    assert "all or none" in seen.sentence


def test_large_groups_show_the_effect_to_a_hundredth_and_the_difference_in_points() -> None:
    # By hand: omega = 1 - 3/1591; ln((130/70)/(100/100)) / 1.65 = 0.37518, times omega 0.37447; 65 % less 50 %.
    seen = shown(LARGE)
    error = (1 - 3 / 1591) * math.sqrt(1 / 130 + 1 / 70 + 2 / 100) / 1.65
    assert (seen.effect, seen.difference, seen.people_count) == (Decimal("0.37"), 15, 400)
    assert seen.standard_error == Decimal(math.ceil(100 * error)) / 100


def test_small_groups_show_the_effect_in_twentieths_and_no_difference() -> None:
    seen = shown(replace(LARGE, participants=Counts(9, 15)))
    assert seen.effect is not None
    assert seen.standard_error is not None
    assert seen.effect % Decimal("0.05") == seen.standard_error % Decimal("0.05") == Decimal(0)
    assert seen.difference is None
    assert seen.people_count == 10 + 200


def test_a_sentence_on_small_groups_holds_no_figure_of_theirs() -> None:
    period = replace(
        LARGE,
        participants=Counts(9, 15),
        participants_before=Counts(7, 15),
        comparison_before=Counts(95, 200),
    )
    assert shown(period).sentence == "2024-25: the groups were alike beforehand"
    assert (
        "standard deviations"
        in shown(
            replace(LARGE, participants_before=Counts(96, 200), comparison_before=Counts(95, 200))
        ).sentence
    )


def test_a_larger_minimum_withholds_more() -> None:
    assert shown(replace(LARGE, participants=Counts(9, 15)), 15).effect is not None
    assert shown(replace(LARGE, participants=Counts(9, 15)), 16).effect is None


def test_before_and_after_alone_stays_marked() -> None:
    seen = shown(
        LocalPeriod(period="2024-25", participants=Counts(60, 100), participants_before=Counts(40, 100))
    )
    assert seen.design is StudyDesign.PRE_POST
    assert "nobody to compare them with" in seen.sentence


def test_a_period_with_nothing_to_compare_with_is_an_error() -> None:
    with pytest.raises(EvidenceError, match="neither a comparison nor a count beforehand"):
        shown(LocalPeriod(period="2024-25", participants=Counts(60, 100)))


@pytest.mark.parametrize(("reached", "is_small"), [(130, False), (131, True), (139, True), (140, False)])
def test_a_correction_is_small_up_to_one_under_the_minimum(reached: int, is_small: bool) -> None:
    assert is_small_change(LARGE, replace(LARGE, participants=Counts(reached, 200)), 10) is is_small


counts = st.integers(1, 400).flatmap(
    lambda trials: st.integers(0, trials).map(lambda reached: Counts(reached, trials))
)


@given(counts, counts, st.integers(10, 30))
def test_what_is_shown_is_the_effect_up_to_rounding_and_never_more_certain(
    participants: Counts, comparison: Counts, minimum: int
) -> None:
    period = LocalPeriod(period="2024", participants=participants, comparison=comparison)
    seen = shown(period, minimum)
    if min(participants.trials, comparison.trials) < minimum:
        assert seen.effect is None
        assert as_effect(seen) is None
    if seen.effect is None or seen.standard_error is None:
        return
    exact = local_effect([period]).periods[0]
    step = 0.01 if seen.difference is not None else 0.05
    assert abs(float(seen.effect) - exact.effect.effect) <= step / 2 + 1e-9
    assert (
        exact.effect.standard_error - 1e-9
        <= float(seen.standard_error)
        <= exact.effect.standard_error + step + 1e-9
    )
    assert 0 < (seen.people_count or 0) <= exact.people_count


@given(counts, counts)
def test_a_difference_is_shown_only_where_both_shares_could_be(
    participants: Counts, comparison: Counts
) -> None:
    seen = shown(LocalPeriod(period="2024", participants=participants, comparison=comparison))
    told = [share(each.successes, each.trials, Rules(10, 10)).value for each in (participants, comparison)]
    assert (seen.difference is not None) == (None not in told)
