"""What is reckoned before an alignment is added up; expected values by hand."""

from allocation.alignment import Studied, known_tiers
from allocation.evidence.finding import Finding, Setting, StudyDesign
from allocation.evidence.tier_rules import EvidenceTier
from allocation.practice_facts import Community
from allocation.standing import StandingPopulation


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
