"""What an indicator and its gap were before a policy and after it: figures beside each other, never a cause.

The figures are those of the disclosed release; what is withheld there is unknown here.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

__all__ = ["Effect", "Period", "effect"]


@dataclass(frozen=True)
class Period:
    """A group's disclosed figure of a period, and how far it was behind its reference (points; None: not known).

    `version` tells definitions of the indicator apart.
    """

    start: date
    end: date
    value: Decimal
    gap: Decimal | None
    version: str = ""


@dataclass(frozen=True)
class Effect:
    """The last period that ended before the policy, the latest that began since, and what lies between."""

    before: Period | None
    after: Period | None
    gap_change: Decimal | None
    caution: str


ALONE = (
    "Before and after are shown beside each other; that alone does not show that the policy made the difference:"
    " other changes fall in the same years."
)


def effect(periods: Sequence[Period], since: date, *, others: int = 0) -> Effect:
    """Compares around `since`; `others` are plans in effect for the same indicator and group.

    A period that began before and ended after belongs to neither side. `gap_change` is below zero where the
    group has come closer to its reference.
    """
    ordered = sorted(periods, key=lambda each: each.end)
    before = next((each for each in reversed(ordered) if each.end < since), None)
    after = next((each for each in reversed(ordered) if each.start >= since), None)
    is_comparable = before is not None and after is not None and before.version == after.version
    change = None
    if is_comparable and before and after and before.gap is not None and after.gap is not None:
        change = after.gap - before.gap
    said = [ALONE]
    if before is None:
        said.append("No disclosed figure is from before the policy.")
    if after is None:
        said.append("No disclosed figure is of a period that began since the policy took effect.")
    if before and after and not is_comparable:
        said.append("The indicator's definition changed between the two, so their gaps are not compared.")
    elif before and after and change is None:
        said.append("The gap is not known for both periods.")
    if sum(1 for each in ordered if each.start >= since) == 1:
        said.append("Only one period has been measured since.")
    if others:
        said.append(f"Other plans for the same indicator and group were in effect as well: {others}.")
    return Effect(before, after, change, " ".join(said))
