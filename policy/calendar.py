"""What of all plans is late and comes next, and how many plans stand where."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from policy.statuses import STEPS

__all__ = ["CLOSED", "Column", "Deadline", "board", "is_late"]

CLOSED = frozenset({"LOST", "WITHDRAWN"})
"""Of a plan that is given up, nothing is late any more."""


@dataclass(frozen=True)
class Deadline:
    """A milestone of a plan; `status` is the plan's."""

    plan: str
    status: str
    title: str
    due_on: date
    done_on: date | None = None


@dataclass(frozen=True)
class Column:
    """The plans of one status; `next_due_on` is the earliest day of what is not done and not late."""

    status: str
    plan_count: int
    late_count: int
    next_due_on: date | None


def is_late(deadline: Deadline, today: date) -> bool:
    """Its day has passed, it is not done, and its plan has not been given up."""
    is_open = deadline.done_on is None or deadline.done_on > today
    return deadline.due_on < today and is_open and deadline.status not in CLOSED


def board(plans: Iterable[str], deadlines: Iterable[Deadline], today: date) -> Sequence[Column]:
    """One column for each status, in the order of a plan's life. `plans` are the plans' statuses."""
    statuses, known = list(plans), list(deadlines)
    columns = []
    for status in STEPS:
        mine = [each for each in known if each.status == status]
        late = sum(1 for each in mine if is_late(each, today))
        coming = [each.due_on for each in mine if each.done_on is None and each.due_on >= today]
        next_due = min(coming, default=None) if status not in CLOSED else None
        columns.append(Column(status, statuses.count(status), late, next_due))
    return columns
