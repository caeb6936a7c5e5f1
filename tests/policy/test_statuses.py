"""A plan's steps: the allowed ones, and what each asks for. Expected values are read off docs/policy.md."""

from datetime import date, timedelta

import pytest

from models.plans import PolicyStatus
from policy.statuses import STEPS, Plan, Step, StepError, check_step, days_after

TODAY = date(2026, 11, 23)
ALLOWED = {
    ("DRAFT", "ADOPTED"),
    ("DRAFT", "WITHDRAWN"),
    ("ADOPTED", "ACTIVE"),
    ("ADOPTED", "WITHDRAWN"),
    ("ACTIVE", "STALLED"),
    ("ACTIVE", "WON"),
    ("ACTIVE", "LOST"),
    ("ACTIVE", "WITHDRAWN"),
    ("STALLED", "ACTIVE"),
    ("STALLED", "LOST"),
    ("STALLED", "WITHDRAWN"),
    ("WON", "IMPLEMENTED"),
    ("LOST", "ACTIVE"),
    ("WITHDRAWN", "DRAFT"),
}


def step(to: str, note: str = "The board voted for it.", on: date = TODAY) -> Step:
    return Step(to, note, on)


def test_every_status_has_its_steps() -> None:
    assert set(STEPS) == {each.value for each in PolicyStatus}


@pytest.mark.parametrize("before", list(PolicyStatus))
@pytest.mark.parametrize("after", list(PolicyStatus))
def test_only_the_allowed_steps_are_taken(before: PolicyStatus, after: PolicyStatus) -> None:
    if (before.value, after.value) in ALLOWED:
        check_step(Plan(before.value), step(after.value), TODAY)
    else:
        with pytest.raises(StepError) as refused:
            check_step(Plan(before.value), step(after.value), TODAY)
        assert refused.value.field == "to"


@pytest.mark.parametrize(
    ("plan", "wanted", "field"),
    [
        (Plan("DRAFT"), step("ADOPTED", "  "), "note"),
        (Plan("DRAFT"), step("ADOPTED", on=TODAY + timedelta(days=1)), "on"),
        (Plan("DRAFT", starts_on=TODAY), step("ADOPTED", on=TODAY - timedelta(days=1)), "on"),
        (Plan("WON", enacted_on=TODAY), step("IMPLEMENTED", on=TODAY - timedelta(days=1)), "on"),
    ],
)
def test_a_step_needs_a_note_and_a_day_that_fits(plan: Plan, wanted: Step, field: str) -> None:
    with pytest.raises(StepError) as refused:
        check_step(plan, wanted, TODAY)
    assert refused.value.field == field


def test_what_is_won_was_enacted_and_what_is_implemented_takes_effect() -> None:
    won = days_after(Plan("ACTIVE"), step("WON"))
    assert won == (TODAY, None)
    later = TODAY + timedelta(days=9)
    assert days_after(Plan("WON", enacted_on=TODAY), step("IMPLEMENTED", on=later)) == (TODAY, later)
    assert days_after(Plan("ACTIVE"), step("STALLED")) == (None, None)
