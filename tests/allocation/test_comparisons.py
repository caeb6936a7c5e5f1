"""Two plans side by side, by hand."""

from decimal import Decimal
from typing import Any

from allocation.comparisons import Plan, compare
from allocation.decided import DecidedMove, LineOf

IDLE, CAMP, TUTORING = LineOf("UNASSIGNED"), LineOf("PRACTICE", "camp"), LineOf("PRACTICE", "tutoring")


def plan(students: dict[str, str] | None, *moves: tuple[str, LineOf | None, LineOf, int]) -> Plan:
    """A plan by students of each population and moves (id, from, to, amount)."""
    document: dict[str, Any] = {}  # Any: JSON
    if students is not None:
        impacts = [
            {"population": name, "persistent": name == "black", "students": count}
            for name, count in students.items()
        ]
        total = str(sum(map(Decimal, students.values())))
        document = {"after": {"students": total, "by_population": impacts}}
    return Plan(document, {each[0]: DecidedMove("award", each[1], each[2], each[3]) for each in moves})


HERE = plan(
    {"black": "7.5", "all": "2"},
    ("h1", IDLE, TUTORING, 500),
    ("h2", CAMP, TUTORING, 300),
    ("h3", CAMP, IDLE, 50),
)
THERE = plan(
    {"black": "4", "white": "1"}, ("t1", IDLE, TUTORING, 400), ("t2", CAMP, IDLE, 50), ("t3", None, CAMP, 9)
)


def test_students_stand_side_by_side_and_a_group_that_a_plan_leaves_out_gets_none() -> None:
    sides = compare(HERE, THERE)
    found = {each.population: (each.students, each.other_students) for each in sides.populations}
    assert found == {
        "all": (Decimal(2), Decimal(0)),
        "black": (Decimal("7.5"), Decimal(4)),
        "white": (Decimal(0), Decimal(1)),
    }
    assert [each.population for each in sides.populations if each.persistent] == ["black"]
    assert sides.students == (Decimal("9.5"), Decimal(5))


def test_dollars_of_a_practice_are_what_it_receives_less_what_it_gives() -> None:
    """Here tutoring gets 500 + 300, the camp gives 300 + 50, and no practice gives 500 and gets 50."""
    found = {each.practice: (each.amount, each.other_amount) for each in compare(HERE, THERE).practices}
    assert found == {None: (-450, -350), "camp": (-350, -41), "tutoring": (800, 400)}


def test_moves_are_told_apart_by_their_ends_and_then_by_their_dollars() -> None:
    sides = compare(HERE, THERE)
    assert (sides.only_here, sides.only_there, sides.differing) == (("h2",), ("t3",), ("h1",))
    assert sides.sentence.startswith(
        "This plan expects 4.5 more students than the other; 1 moves are in this"
    )


def test_a_plan_without_an_answer_has_no_students_rather_than_none() -> None:
    sides = compare(HERE, plan(None))
    assert sides.students == (Decimal("9.5"), None)
    assert [each.other_students for each in sides.populations] == [None, None]
    assert sides.sentence.startswith("One of the plans has no answer")


def test_a_plan_beside_itself_differs_in_nothing() -> None:
    sides = compare(HERE, HERE)
    assert (sides.only_here, sides.only_there, sides.differing) == ((), (), ())
