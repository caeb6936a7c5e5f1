"""How far a plan has come: which steps its status may take, and what each step asks for."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

__all__ = ["STEPS", "Plan", "Step", "StepError", "check_step", "days_after"]

STEPS: Final[Mapping[str, tuple[str, ...]]] = {
    "DRAFT": ("ADOPTED", "WITHDRAWN"),
    "ADOPTED": ("ACTIVE", "WITHDRAWN"),
    "ACTIVE": ("STALLED", "WON", "LOST", "WITHDRAWN"),
    "STALLED": ("ACTIVE", "LOST", "WITHDRAWN"),
    "WON": ("IMPLEMENTED",),
    "LOST": ("ACTIVE",),
    "WITHDRAWN": ("DRAFT",),
    "IMPLEMENTED": (),
}
"""From each status to those that may follow. What was lost may be taken up again (a bill is filed anew), what was
withdrawn may be drafted again, and what is won is only ever put into effect."""


class StepError(ValueError):
    """A step that a plan cannot take; `field` says which part of what was asked is wrong."""

    def __init__(self, field: str, sentence: str) -> None:
        super().__init__(sentence)
        self.field = field


@dataclass(frozen=True)
class Plan:
    """A plan as far as its steps look at it."""

    status: str
    starts_on: date | None = None
    enacted_on: date | None = None
    effective_on: date | None = None


@dataclass(frozen=True)
class Step:
    """A step that is asked for, the day on which it happened, and why."""

    to: str
    note: str
    on: date


def check_step(plan: Plan, step: Step, today: date) -> None:
    """Raises StepError for the first rule that the step breaks."""
    if step.to == plan.status:
        raise StepError("to", f"The plan is {plan.status} already.")
    allowed = STEPS[plan.status]
    if step.to not in allowed:
        following = " or ".join(allowed) if allowed else "nothing"
        raise StepError("to", f"A plan that is {plan.status} becomes {following}, not {step.to}.")
    if not step.note.strip():
        raise StepError("note", "Say in a note why the status changes.")
    if step.on > today:
        raise StepError("on", "A step is recorded when it has happened, not before.")
    if plan.starts_on is not None and step.on < plan.starts_on:
        raise StepError("on", f"The step comes before its plan, which starts on {plan.starts_on}.")
    if step.to == "IMPLEMENTED" and plan.enacted_on is not None and step.on < plan.enacted_on:
        raise StepError(
            "on", f"The plan was enacted on {plan.enacted_on}; it takes effect on that day or later."
        )


def days_after(plan: Plan, step: Step) -> tuple[date | None, date | None]:
    """The days on which the plan was enacted and took effect, after a step: what is known already stays."""
    enacted, effective = plan.enacted_on, plan.effective_on
    if step.to in ("WON", "IMPLEMENTED"):
        enacted = enacted or step.on
    if step.to == "IMPLEMENTED":
        effective = effective or max(step.on, enacted or step.on)
    return enacted, effective
