"""What a plan does for each group, with its interval: changes when impact is counted differently.

Students count up to their group's gap. Effects of one practice err together, effects of two practices
independently: half-widths add within a practice and as squares between practices (sum of independent errors).
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from allocation.answer import GroupImpact, Impact
from allocation.optimizer.build import Question
from allocation.optimizer.cents import Amounts
from allocation.optimizer.formulation import Standing
from allocation.optimizer.layout import Spot
from allocation.optimizer.standing import benefit_of, standing_of


@dataclass(frozen=True)
class Counted:
    """Students of each spot, and how far they may fall short of it or exceed it."""

    students: tuple[float, ...]
    below: tuple[float, ...]
    above: tuple[float, ...]


def counted(question: Question, standing: Standing) -> Counted:
    """Each spot's share of what counts for its group; the three benefits are limited by the gap each."""
    spots = question.layout.spots
    mean = _within_gap(question, standing.benefits)
    low = _within_gap(question, _benefits(spots, standing, "low"))
    high = _within_gap(question, _benefits(spots, standing, "high"))
    below = tuple(m - x for m, x in zip(mean, low, strict=True))
    return Counted(mean, below, tuple(x - m for m, x in zip(mean, high, strict=True)))


def impact_of(question: Question, amounts: Amounts) -> tuple[Impact, Counted]:
    """The impact of minor units by (purse, spot)."""
    layout = question.layout
    standing = standing_of(layout, layout.delivered(amounts.on_spots()), question.worst_off, question.today)
    counts = counted(question, standing)
    money = spent_by_spot(amounts)
    groups = tuple(
        _group_impact(question, place, standing, (counts, money)) for place in range(len(layout.groups))
    )
    below, above = _half_widths(question, range(len(layout.spots)), counts)
    students = math.fsum(group.students for group in groups)
    proven = sum(amount for spot, amount in money.items() if layout.spots[spot].grows)
    spent = sum(amounts.after.values())
    shares = [groups[g].students / layout.groups[g].gap for g in question.worst_off]
    impact = Impact(
        amount=spent,
        students=students,
        low=students - below,
        high=students + above,
        weighted_students=math.fsum(
            layout.weight(group) * found.students for group, found in zip(layout.groups, groups, strict=True)
        ),
        worst_off_share=min(shares) if shares else None,
        on_evidence_share=proven / spent if spent else 0.0,
        by_group=groups,
    )
    return impact, counts


def spent_by_spot(amounts: Amounts) -> dict[int, int]:
    """Minor units on each spot over all funds."""
    money: dict[int, int] = {}
    for (_, spot), amount in amounts.on_spots().items():
        money[spot] = money.get(spot, 0) + amount
    return money


def combined(by_practice: Mapping[str, float]) -> float:
    """Half-width of a sum whose errors are shared within a practice and independent between practices."""
    return math.sqrt(math.fsum(width * width for width in by_practice.values()))


def _benefits(spots: tuple[Spot, ...], standing: Standing, bound: str) -> tuple[float, ...]:
    pairs = zip(spots, standing.participants, strict=True)
    return tuple(
        benefit_of(spot, count, spot.cell.low if bound == "low" else spot.cell.high) for spot, count in pairs
    )


def _within_gap(question: Question, benefits: tuple[float, ...]) -> tuple[float, ...]:
    found = [0.0] * len(benefits)
    for place, group in enumerate(question.layout.groups):
        spots = question.layout.spots_of_group[place]
        whole = math.fsum(benefits[spot] for spot in spots)
        factor = group.gap / whole if whole > group.gap else 1.0
        for spot in spots:
            found[spot] = benefits[spot] * factor
    return tuple(found)


def _half_widths(question: Question, spots: range | tuple[int, ...], counts: Counted) -> tuple[float, float]:
    below: dict[str, float] = {}
    above: dict[str, float] = {}
    for spot in spots:
        practice = question.layout.spots[spot].practice.id
        below[practice] = below.get(practice, 0.0) + counts.below[spot]
        above[practice] = above.get(practice, 0.0) + counts.above[spot]
    return combined(below), combined(above)


def _group_impact(
    question: Question, place: int, standing: Standing, found: tuple[Counted, Mapping[int, int]]
) -> GroupImpact:
    counts, money = found
    group, spots = question.layout.groups[place], question.layout.spots_of_group[place]
    students = math.fsum(counts.students[spot] for spot in spots)
    below, above = _half_widths(question, spots, counts)
    return GroupImpact(
        group_id=group.id,
        persistent=group.persistent,
        amount=sum(money.get(spot, 0) for spot in spots),
        participants=math.fsum(standing.participants[spot] for spot in spots),
        students=students,
        low=students - below,
        high=students + above,
        gap_before=group.gap,
        gap_after=group.gap - students,
    )
