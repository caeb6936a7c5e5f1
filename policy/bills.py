"""Rules about bills: what a published status means, which are twins, which lie still, which became law by silence.

Sources. Statuses: the status types and milestones of the New York Senate's Open Legislation (BillStatusType);
what STRICKEN and DELIVERED_TO_GOV stand for: the Senate's "How a Bill Becomes Law". Silence: New York
Constitution, article IV, section 7: a bill that the governor does not return within ten days, Sundays excepted,
is law as if he had signed it, unless adjournment prevents its return; after final adjournment silence for
thirty days is a veto instead. So a pocket approval here is a bill to be looked at by a person, not a status.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

NEW_YORK: Final[Mapping[str, str]] = {
    "INTRODUCED": "INTRODUCED",
    "IN_ASSEMBLY_COMM": "IN_COMMITTEE",
    "IN_SENATE_COMM": "IN_COMMITTEE",
    "ASSEMBLY_FLOOR": "ON_FLOOR",
    "SENATE_FLOOR": "ON_FLOOR",
    "PASSED_ASSEMBLY": "PASSED_ONE_CHAMBER",  # PASSED where the other chamber has passed it too
    "PASSED_SENATE": "PASSED_ONE_CHAMBER",  # as above
    "DELIVERED_TO_GOV": "PASSED",
    "SIGNED_BY_GOV": "SIGNED",
    "POCKET_APPROVAL": "ADOPTED",  # law without a signature
    "VETOED": "VETOED",
    "STRICKEN": "WITHDRAWN",  # its sponsor had the enacting clause struck out
    "LOST": "FAILED",
    "SUBSTITUTED": "TABLED",  # the twin goes on in its place
    "ADOPTED": "ADOPTED",
    "UNKNOWN": "UNKNOWN",
}
CHAMBERS: Final = frozenset({"PASSED_ASSEMBLY", "PASSED_SENATE"})
DELIVERED: Final = "DELIVERED_TO_GOV"
DECISIONS: Final = frozenset({"POCKET_APPROVAL", "SIGNED_BY_GOV", "VETOED"})
FINAL: Final = frozenset(
    {"SIGNED", "VETOED", "VETO_OVERRIDDEN", "FAILED", "WITHDRAWN", "ADOPTED", "IN_EFFECT"}
)
SUNDAY: Final = 6

Name = tuple[str, str | None, str]
"""A measure's jurisdiction, session and identifier."""


def normalized(status: str, milestones: Iterable[str] = ()) -> str | None:
    """A status of New York's in our words; None for a word that is not in the table.

    `milestones` are those that the bill has reached: the status alone names only the chamber that passed it last.
    """
    if status in CHAMBERS and set(milestones) >= CHAMBERS:
        return "PASSED"
    return NEW_YORK.get(status)


def delivered_on(milestones: Sequence[tuple[str, date | None]]) -> date | None:
    """When a bill went to the governor, if it still lies there or was decided on; None where it was called back."""
    found: date | None = None
    for kind, day in milestones:
        if kind == DELIVERED:
            found = day
        elif kind not in DECISIONS:
            found = None
    return found


def is_final(status: str) -> bool:
    """Whether nothing more happens to a measure by itself."""
    return status in FINAL


def is_stale(status: str, last_action_on: date | None, today: date, *, days: int) -> bool:
    """Whether more than `days` days have passed without an action on a measure that is still open.

    Where no action is dated nobody knows, and it is not called stale.
    """
    return not is_final(status) and last_action_on is not None and (today - last_action_on).days > days


def decision_due_on(delivered: date, *, days: int) -> date:
    """The last of `days` days for a decision, counted from the day after delivery, Sundays excepted."""
    due, left = delivered, days
    while left:
        due += timedelta(1)
        left -= due.weekday() != SUNDAY
    return due


def is_pocket_approval(status: str, delivered: date | None, today: date, *, days: int) -> bool:
    """Whether a bill was delivered, and neither a signature nor a veto is known after the days for one.

    A publisher's own milestone POCKET_APPROVAL is not trusted: in the session of 2023 all four stand beside a
    veto of the same day.
    """
    if status != "PASSED" or delivered is None:
        return False
    return today > decision_due_on(delivered, days=days)


@dataclass(frozen=True)
class Twins:
    """Measures that say the same, found by what each names as its twin, whichever of the two names it.

    `pairs` lie among the measures at hand; `outside` counts those that name a twin which is not among them;
    `distinct_count` counts all that name each other, directly or through another, as one.
    """

    pairs: frozenset[frozenset[Name]]
    outside: int
    distinct_count: int


def twins(measures: Mapping[Name, Iterable[Name]]) -> Twins:
    """The twins among measures, each given with those that it names."""
    pairs: set[frozenset[Name]] = set()
    outside = 0
    for name, named in measures.items():
        others = [other for other in named if other != name]
        pairs |= {frozenset((name, other)) for other in others if other in measures}
        outside += any(other not in measures for other in others)
    return Twins(frozenset(pairs), outside, len(measures) - _joins(pairs))


def _joins(pairs: Iterable[frozenset[Name]]) -> int:
    """How many measures are one too many: each pair that joins two sets that were apart makes one."""
    parent: dict[Name, Name] = {}

    def root(name: Name) -> Name:
        while (above := parent.setdefault(name, name)) != name:
            parent[name] = name = parent[above]
        return name

    joined = 0
    for pair in pairs:
        first, second = (root(name) for name in pair)
        if first != second:
            parent[first] = second
            joined += 1
    return joined
