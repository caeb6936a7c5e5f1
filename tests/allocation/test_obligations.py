"""What is owed and when, and sub-grants with their reports."""

from datetime import date
from typing import Any

import pytest

from allocation.obligations import Obligation, SubGrant, obligations_due

TODAY = date(2026, 11, 23)


def owed(name: str, due_on: date, **changes: Any) -> Obligation:  # Any: the dataclass's
    return Obligation(**{"kind": "REPORT", "investment": "i", **changes}, id=name, title=name, due_on=due_on)


@pytest.mark.parametrize(
    ("due_on", "done_on", "late"),
    [
        (date(2026, 11, 22), None, True),
        (TODAY, None, False),
        (date(2026, 11, 22), TODAY, False),
        (date(2026, 11, 1), date(2026, 11, 24), True),
    ],
)
def test_an_obligation_is_late_while_its_day_has_passed_and_it_is_not_done(
    due_on: date, done_on: date | None, late: bool
) -> None:
    assert owed("report", due_on, done_on=done_on).is_late(TODAY) is late


def test_obligations_are_listed_by_day_kind_and_state() -> None:
    known = [
        owed("b", date(2027, 1, 31)),
        owed("a", date(2026, 12, 1)),
        owed("audit", date(2026, 12, 2), kind="AUDIT"),
        owed("done", date(2026, 12, 3), done_on=date(2026, 11, 1)),
        owed("beyond", date(2027, 2, 1)),
    ]
    found = obligations_due(known, TODAY, due=(TODAY, date(2027, 1, 31)), kinds={"REPORT"}, is_open=True)
    assert [each.title for each in found] == ["a", "b"]


@pytest.mark.parametrize(
    ("reports", "status"),
    [
        ([], "NONE"),
        ([owed("a", date(2026, 1, 1), done_on=date(2026, 1, 1))], "DONE"),
        ([owed("a", date(2027, 1, 1)), owed("b", date(2026, 1, 1), done_on=date(2026, 2, 1))], "DUE"),
        ([owed("a", date(2026, 1, 1)), owed("b", date(2027, 1, 1))], "LATE"),
    ],
)
def test_a_sub_grants_reports_are_told_in_one_word(reports: list[Obligation], status: str) -> None:
    grant = SubGrant("i", "Seats", "Centers", "USD", 100, 40, ["parent"], reports)
    assert grant.report_status(TODAY) == status
