"""What is due and late, reckoned by hand around one day."""

from datetime import date

from policy.calendar import Column, Deadline, board, is_late

TODAY = date(2026, 11, 23)


def due(day: date, status: str = "ACTIVE", done: date | None = None, title: str = "Hearing") -> Deadline:
    return Deadline("plan", status, title, day, done)


def test_a_milestone_is_late_from_the_day_after_it_was_due() -> None:
    assert not is_late(due(TODAY), TODAY)
    assert is_late(due(date(2026, 11, 22)), TODAY)
    assert not is_late(due(date(2026, 11, 22), done=TODAY), TODAY)
    assert not is_late(due(date(2026, 11, 22), "WITHDRAWN"), TODAY)


def test_the_board_counts_plans_and_what_is_late() -> None:
    plans = ["ACTIVE", "ACTIVE", "DRAFT"]
    deadlines = [due(date(2026, 11, 1)), due(date(2026, 12, 5)), due(date(2026, 12, 4))]
    columns = {each.status: each for each in board(plans, deadlines, TODAY)}
    assert columns["ACTIVE"] == Column("ACTIVE", 2, 1, date(2026, 12, 4))
    assert columns["DRAFT"] == Column("DRAFT", 1, 0, None)
    assert len(columns) == 8
