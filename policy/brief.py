"""An evidence brief for a hearing: what is known of a practice, an outcome and a group, each fact with its source."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

__all__ = ["BriefFacts", "BriefGap", "Statement", "brief"]

TIERS = {
    "STRONG": "strong evidence (the first tier)",
    "MODERATE": "moderate evidence (the second tier)",
    "PROMISING": "promising evidence (the third tier)",
    "RATIONALE": "a rationale only (the fourth tier)",
    "NONE": "no evidence that meets a tier",
}


@dataclass(frozen=True)
class BriefGap:
    """How far the group is behind its reference in an indicator of the outcome, as disclosed."""

    indicator: str
    area: str
    reference: str
    gap: Decimal
    students_behind: int | None
    period_end: date
    periods: int
    source: str


@dataclass(frozen=True)
class BriefFacts:
    """What a brief is made of. `cost` is for one participant, in the currency; `studies` are cited as they are."""

    practice: str
    outcome: str
    group: str
    tier: str
    studies: tuple[str, ...]
    gaps: tuple[BriefGap, ...]
    cost: Decimal | None = None
    currency: str | None = None
    cost_source: str | None = None


@dataclass(frozen=True)
class Statement:
    """One sentence, and where it comes from."""

    sentence: str
    source: str | None


def brief(facts: BriefFacts) -> Sequence[Statement]:
    """The evidence, the local gaps (the largest first), and the cost; what is not known is said."""
    gaps = sorted(facts.gaps, key=lambda each: (-each.gap, each.indicator, each.area))
    return [_evidence(facts), *(_gap(facts, each) for each in gaps), *_no_gap(facts), _cost(facts)]


def _evidence(facts: BriefFacts) -> Statement:
    said = f"{facts.practice} has {TIERS[facts.tier]} for {facts.outcome} and {facts.group}"
    sources = "; ".join(dict.fromkeys(facts.studies)) or None
    return Statement(f"{said} (ESSA, 20 USC 7801(21)).", sources)


def _gap(facts: BriefFacts, gap: BriefGap) -> Statement:
    lasting = f", for {gap.periods} periods in a row" if gap.periods > 1 else ""
    people = f"; {gap.students_behind} would have to reach it to close the gap" if gap.students_behind else ""
    return Statement(
        f"In {gap.area}, {facts.group} are {gap.gap} points behind {gap.reference} in {gap.indicator}"
        f" (period ending {gap.period_end}){lasting}{people}.",
        gap.source,
    )


def _no_gap(facts: BriefFacts) -> Sequence[Statement]:
    if facts.gaps:
        return ()
    return (Statement(f"No gap of {facts.group} is disclosed for {facts.outcome}.", None),)


def _cost(facts: BriefFacts) -> Statement:
    if facts.cost is None:
        return Statement(f"What {facts.practice} costs for a participant is not recorded.", None)
    sentence = f"{facts.practice} costs {facts.cost:,.2f} {facts.currency} for a participant."
    return Statement(sentence, facts.cost_source)
