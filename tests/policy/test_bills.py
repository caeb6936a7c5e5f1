"""Rules about bills: statuses by a stated table, twins by an independent count, days by the calendar."""

import json
from collections import Counter
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.measures import MeasureStatus
from policy.bills import (
    FINAL,
    NEW_YORK,
    Name,
    decision_due_on,
    delivered_on,
    is_pocket_approval,
    is_stale,
    normalized,
    twins,
)

BILLS = "policy-ny-2023/ny_bills_2023_education.ndjson"


def bill(number: int) -> Name:
    return ("US-NY", "2023", f"A{number}")


def test_every_status_of_the_table_is_one_of_ours() -> None:
    assert set(NEW_YORK.values()) | FINAL <= {each.value for each in MeasureStatus}


@pytest.mark.parametrize(
    ("published", "milestones", "status"),
    [
        ("IN_SENATE_COMM", [], "IN_COMMITTEE"),
        ("ASSEMBLY_FLOOR", [], "ON_FLOOR"),
        ("PASSED_SENATE", ["PASSED_SENATE"], "PASSED_ONE_CHAMBER"),
        ("PASSED_SENATE", ["PASSED_ASSEMBLY", "IN_SENATE_COMM", "PASSED_SENATE"], "PASSED"),
        ("IN_SENATE_COMM", ["PASSED_ASSEMBLY", "PASSED_SENATE", "IN_SENATE_COMM"], "IN_COMMITTEE"),
        ("DELIVERED_TO_GOV", [], "PASSED"),
        ("VETOED", ["POCKET_APPROVAL", "VETOED"], "VETOED"),
        ("STRICKEN", [], "WITHDRAWN"),
        ("On the moon", [], None),
    ],
)
def test_a_published_status_has_one_meaning(
    published: str, milestones: list[str], status: str | None
) -> None:
    assert normalized(published, milestones) == status


def test_the_real_bills_that_one_chamber_passed_last_have_passed_both(real_data: Path) -> None:
    """All six have both milestones in the file: read by hand."""
    lines = (real_data / BILLS).read_text(encoding="utf-8").splitlines()
    bills = [json.loads(line) for line in lines]
    found = Counter(
        normalized(each["Status"], [step["Type"] for step in each["Milestones"]]) for each in bills
    )
    # by hand from the published counts: 1,078 + 703; 31 + 30; 4 + 2 + 3 passed both; 72; 4; 81
    assert found == {
        "IN_COMMITTEE": 1781,
        "ON_FLOOR": 61,
        "PASSED": 9,
        "SIGNED": 72,
        "VETOED": 4,
        "WITHDRAWN": 81,
    }


def test_the_real_twins_are_564_pairs_inside_and_163_outside(real_data: Path) -> None:
    named: dict[Name, list[Name]] = {}
    for line in (real_data / BILLS).read_text(encoding="utf-8").splitlines():
        each = json.loads(line)
        twin = each.get("SameAsPrintNo")
        others = [("US-NY", twin[-4:], twin[:-5])] if twin else []
        named["US-NY", str(each["Session"]), each["PrintNo"]] = others
    found = twins(named)
    assert sum(map(bool, named.values())) == 1256
    assert (len(found.pairs), found.outside) == (564, 163)
    # by hand: in 12 threes, of which each takes two pairs, three count as one; so all 564 pairs join two
    assert found.distinct_count == 2008 - 564


def test_a_pair_is_counted_once_whichever_names_the_other() -> None:
    both = twins({bill(1): [bill(2)], bill(2): [bill(1)], bill(3): []})
    one = twins({bill(1): [bill(2)], bill(2): [], bill(3): []})
    assert both == one
    assert (len(both.pairs), both.outside, both.distinct_count) == (1, 0, 2)


def test_a_twin_that_is_not_at_hand_and_a_bill_that_names_itself_join_nothing() -> None:
    found = twins({bill(1): [bill(9)], bill(2): [bill(2)]})
    assert (len(found.pairs), found.outside, found.distinct_count) == (0, 1, 2)


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), max_size=20))
def test_twins_count_the_sets_that_a_walk_reaches(named: list[tuple[int, int]]) -> None:
    """Against a plain walk over a graph of ten bills."""
    near: dict[int, set[int]] = {n: set() for n in range(10)}
    for first, second in named:
        near[first].add(second)
        near[second].add(first)
    left, sets = set(near), 0
    while left:
        sets += 1
        reached, edge = set(), {left.pop()}
        while edge:
            reached |= edge
            edge = {other for each in edge for other in near[each]} - reached
        left -= reached
    measures = {bill(n): [bill(b) for a, b in named if a == n] for n in near}
    assert twins(measures).distinct_count == sets


@pytest.mark.parametrize(("days", "stale"), [(44, False), (45, False), (46, True), (-1, False)])
def test_an_open_bill_lies_still_after_more_than_45_days(days: int, stale: bool) -> None:
    today = date(2026, 11, 23)
    assert is_stale("IN_COMMITTEE", today - timedelta(days), today, days=45) is stale


@pytest.mark.parametrize("status", sorted(FINAL))
def test_what_is_decided_never_lies_still(status: str) -> None:
    assert not is_stale(status, date(2020, 1, 1), date(2026, 1, 1), days=45)


def test_a_bill_without_a_dated_action_is_not_called_still() -> None:
    assert not is_stale("IN_COMMITTEE", None, date(2026, 1, 1), days=45)


@pytest.mark.parametrize(
    ("delivered", "due"),
    [
        (date(2026, 10, 30), date(2026, 11, 11)),  # a Friday: 31, 2-7, 9-11, without the Sundays 1 and 8
        (date(2026, 11, 1), date(2026, 11, 12)),  # a Sunday: 2-7, 9-12
        (date(2026, 10, 31), date(2026, 11, 12)),  # the Sunday after a Saturday does not count
    ],
)
def test_ten_days_for_a_decision_leave_sundays_out(delivered: date, due: date) -> None:
    assert decision_due_on(delivered, days=10) == due
    assert not is_pocket_approval("PASSED", delivered, due, days=10)
    assert is_pocket_approval("PASSED", delivered, due + timedelta(1), days=10)


@pytest.mark.parametrize("status", ["SIGNED", "VETOED", "ON_FLOOR"])
def test_a_decided_bill_is_no_pocket_approval(status: str) -> None:
    assert not is_pocket_approval(status, date(2020, 1, 1), date(2026, 1, 1), days=10)


def test_a_bill_that_was_never_delivered_is_no_pocket_approval() -> None:
    assert not is_pocket_approval("PASSED", None, date(2026, 1, 1), days=10)


FIRST, THEN = date(2023, 12, 12), date(2023, 12, 22)


@pytest.mark.parametrize(
    ("milestones", "on"),
    [
        ([("PASSED_SENATE", FIRST), ("DELIVERED_TO_GOV", THEN)], THEN),
        ([("DELIVERED_TO_GOV", FIRST), ("POCKET_APPROVAL", THEN), ("VETOED", THEN)], FIRST),
        ([("DELIVERED_TO_GOV", FIRST), ("SENATE_FLOOR", THEN)], None),  # called back
        ([("PASSED_SENATE", FIRST)], None),
    ],
)
def test_a_bill_lies_with_the_governor_until_it_is_called_back(
    milestones: list[tuple[str, date]], on: date | None
) -> None:
    assert delivered_on(milestones) == on
