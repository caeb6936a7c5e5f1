"""The same result met twice: one counts, the other is refused with the id of the first."""

from collections.abc import Sequence
from dataclasses import fields
from operator import attrgetter

from allocation.evidence.finding import EvidenceError, Finding
from allocation.evidence.screening import RefusalCode, Refused

FACTS = attrgetter(*(each.name for each in fields(Finding) if each.name not in {"id", "source"}))


def set_apart_duplicates(findings: Sequence[Finding]) -> tuple[list[Finding], list[Refused]]:
    """The findings in the order of their sources and ids, and those that repeat an earlier one.

    A repeat is a row with every fact the same but its id, or a result that another review of the same
    study reports: practice, outcome, measure, sample, means and effect size equal to the last digit.
    """
    first_by_facts: dict[object, Finding] = {}
    unique: list[Finding] = []
    refused: list[Refused] = []
    # A row's id may be made by chance; what its source calls it is not.
    for finding in sorted(findings, key=lambda one: (one.source or "", one.id)):
        same = sameness(finding)
        earlier = next((first_by_facts[key] for key in same if key in first_by_facts), None)
        if earlier is None:
            unique.append(finding)
            first_by_facts.update(dict.fromkeys(same, finding))
        else:
            sentence = f"the same result is already counted as finding {earlier.id}"
            refused.append(Refused(finding, RefusalCode.DUPLICATE, sentence))
    return unique, refused


def check_ids(findings: Sequence[Finding]) -> None:
    """Raises EvidenceError where two different findings bear one id."""
    by_id: dict[str, Finding] = {}
    for finding in findings:
        if by_id.setdefault(finding.id, finding) != finding:
            raise EvidenceError(f"finding {finding.id} is given twice with different facts")


def sameness(finding: Finding) -> list[object]:
    """What makes two findings one result; the second key holds across the reviews of one study."""
    keys: list[object] = [FACTS(finding)]
    if finding.measure and finding.effect_size and finding.sample_size:
        facts = (finding.practice, finding.outcome, finding.measure, finding.effect_size, finding.sample_size)
        means = (finding.treatment_mean, finding.comparison_mean, finding.is_subgroup, finding.is_local)
        keys.append((facts, means))
    return keys
