"""What is reckoned before an alignment is added up; expected values by hand."""

from datetime import date
from decimal import Decimal

import pytest

from allocation.alignment import OutcomeTrend, Studied, known_tiers, trend_of
from allocation.evidence.finding import Finding, Setting, StudyDesign
from allocation.evidence.tier_rules import EvidenceTier
from allocation.gaps import Figure, FigureStatus
from allocation.practice_facts import Community
from allocation.standing import StandingPopulation


def figure(year: int, numerator: int | None, value: str | None = None, version: str = "") -> Figure:
    people = None if numerator is None else 1000
    shown = Decimal(value) if value else None
    return Figure(date(year, 6, 30), FigureStatus.REPORTED, shown, numerator, people, version)


@pytest.mark.parametrize(
    ("first", "last", "higher", "expected"),
    [
        # of 1,000 each, the 90 % interval of a difference near one half is about 3.7 points wide on either side
        (500, 560, True, OutcomeTrend.IMPROVING),
        (500, 560, False, OutcomeTrend.WORSENING),
        (500, 440, True, OutcomeTrend.WORSENING),
        (500, 520, True, OutcomeTrend.MAINTAINING),
    ],
)
def test_a_share_has_moved_where_chance_does_not_explain_it(
    first: int, last: int, higher: bool, expected: OutcomeTrend
) -> None:
    assert trend_of([figure(2025, last), figure(2020, first)], higher_is_better=higher) is expected


def test_without_counts_more_than_a_point_is_a_move() -> None:
    assert (
        trend_of([figure(2020, None, "50"), figure(2025, None, "51")], higher_is_better=True)
        is OutcomeTrend.MAINTAINING
    )
    assert (
        trend_of([figure(2020, None, "50"), figure(2025, None, "51.1")], higher_is_better=True)
        is OutcomeTrend.IMPROVING
    )


def test_a_change_of_definition_is_no_change_of_the_outcome() -> None:
    broken = [figure(2020, 300, version="old"), figure(2025, 600, version="new")]
    assert trend_of(broken, higher_is_better=True) is OutcomeTrend.NO_DATA
    assert trend_of([], higher_is_better=True) is OutcomeTrend.NO_DATA


def test_a_group_whom_no_study_saw_has_a_tier_of_its_own() -> None:
    """The trial saw Black pupils in towns: MODERATE asks for one of the two here, PROMISING for neither."""
    finding = Finding(
        id="f",
        practice="tutoring",
        outcome="reading",
        study="Trial",
        design=StudyDesign.RCT,
        rating="Meets WWC standards without reservations",
        standards_version="4.1",
        effect_size=0.3,
        standard_error=0.1,
        p_value=0.003,
        sample_size=400,
        site_count=3,
        populations=frozenset({"black"}),
        settings=frozenset({Setting.TOWN}),
    )
    groups = {each: StandingPopulation(each, "race", each, each, False) for each in ("black", "white")}
    community = Community(
        populations=groups, settings=frozenset({Setting.URBAN}), outcomes={}, targets={}, everybody=None
    )
    told = {
        (each.outcome, each.population): (each.tier, each.blocker)
        for each in known_tiers(community, Studied(findings={"tutoring": [finding]}))
    }
    moderate, promising = (EvidenceTier.MODERATE, "NONE"), (EvidenceTier.PROMISING, "OVERLAP_EITHER")
    assert told == {
        (None, None): moderate,
        (None, "white"): promising,
        ("reading", None): moderate,
        ("reading", "white"): promising,
    }
