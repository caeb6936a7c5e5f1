"""The question as it is set out for the optimizer: who may buy what, what stays, and what is said beside it."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from allocation.cells import cell_name
from allocation.problem import Fund, Objective
from allocation.question import CLOSED_RANK, Ask, Question, QuestionError, set_out
from allocation.standing import Standing, StandingInvestment
from tests.allocation.standings import (
    AREAS,
    YEAR,
    award,
    disparity,
    line,
    practice,
    rate,
    restriction,
    standing,
    trial,
)

CITY_BLACK, CITY_ALL, CITY_WHITE = (
    cell_name("tutoring", f"reading/city/{each}", YEAR) for each in ("black", "all", "white")
)
SCHOOL_BLACK = cell_name("tutoring", "reading/school/black", YEAR)
IN_SCHOOL = {
    "rates": (*standing().rates, rate("black", "30", 40, area="school")),
    "disparities": (*standing().disparities, disparity("black", 12, 40, area="school")),
}


def asked(whole: Standing, **more: Any) -> Question:
    """The question about the year; Any: other fields of Ask."""
    return set_out(whole, Ask((YEAR,), **more))


def fund(investment: StandingInvestment, **more: Any) -> Fund:
    """The only fund of a question about one award; Any: other fields of the standing."""
    (found,) = asked(standing(investment, **more)).problem.funds
    return found


def test_free_dollars_may_go_to_those_behind_and_to_everybody() -> None:
    assert fund(award("a", [line("l", 100)])).cell_ids == {CITY_BLACK, CITY_ALL}


def test_dollars_that_reach_most_students_may_go_to_those_ahead_too() -> None:
    question = asked(standing(award("a", [line("l", 100)])), objective=Objective.STUDENTS_REACHED)
    assert question.problem.funds[0].cell_ids == {CITY_BLACK, CITY_ALL, CITY_WHITE}


def test_dollars_for_those_ahead_may_stay_but_grow_no_further() -> None:
    question = asked(standing(award("a", [line("l", 100, practice="tutoring", population="white")])))
    (held,) = question.problem.funds[0].lines
    assert held.cell_id == CITY_WHITE
    assert CITY_WHITE not in question.problem.funds[0].cell_ids
    ranks = {cell.id: cell.tier_rank for cell in question.problem.cells}
    assert ranks[CITY_WHITE] == CLOSED_RANK
    assert ranks[CITY_BLACK] == 1


def test_a_school_inside_the_city_is_open_where_dollars_already_are() -> None:
    """Otherwise a child would be served as one of its school and as one of the city."""
    assert SCHOOL_BLACK not in fund(award("a", [line("l", 100)]), **IN_SCHOOL).cell_ids
    there = line("l", 100, practice="tutoring", population="black", area="school")
    assert SCHOOL_BLACK in fund(award("a", [there]), **IN_SCHOOL).cell_ids


def test_dollars_for_a_school_alone_may_go_to_that_school() -> None:
    only = award("a", [line("l", 100)], restriction(areas={"school"}))
    assert fund(only, **IN_SCHOOL).cell_ids == {SCHOOL_BLACK}


@pytest.mark.parametrize(
    ("terms", "allowed"),
    [
        ({"populations": {"black"}}, {CITY_BLACK}),
        ({"outcomes": {"math"}}, set()),
        ({"practices": {"mentoring"}}, set()),
        ({"practices": {"tutoring", "mentoring"}, "populations": {"black", "learners"}}, {CITY_BLACK}),
        ({"areas": {"city"}}, {CITY_BLACK, CITY_ALL}),
        ({"fiscal_years": {YEAR + 1}}, set()),
        ({"use": "OPERATIONS"}, set()),
        ({"use": "PRACTICE"}, {CITY_BLACK, CITY_ALL}),
        ({"minimum_tier": "STRONG"}, {CITY_BLACK, CITY_ALL}),
        ({"until": date(YEAR - 1, 6, 30), "practices": {"mentoring"}}, {CITY_BLACK, CITY_ALL}),
        ({"until": date(YEAR - 1, 7, 1), "practices": {"mentoring"}}, set()),
    ],
)
def test_lists_of_a_restriction_all_hold_and_one_member_of_each_is_enough(
    terms: dict[str, Any], allowed: set[str]
) -> None:
    """A restriction lapses where a fiscal year begins after its last day (fiscal 2027 begins 1 July 2026)."""
    assert fund(award("a", [line("l", 100)], restriction(**terms))).cell_ids == allowed


def test_a_group_inside_an_allowed_group_is_allowed() -> None:
    both = {
        "rates": (rate("black-learners", "30", 40),),
        "disparities": (disparity("black-learners", 12, 40),),
    }
    inside = cell_name("tutoring", "reading/city/black-learners", YEAR)
    assert fund(award("a", [line("l", 1)], restriction(populations={"learners"})), **both).cell_ids == {
        inside
    }


def test_an_award_with_some_restricted_dollars_is_two_funds() -> None:
    """80 of 100 for mentoring, which may receive nothing: those stay where they are or idle."""
    limited = award(
        "a",
        [line("l1", 60, practice="mentoring"), line("l2", 40)],
        restriction(amount=80, practices={"mentoring"}, note="The letter names mentoring"),
    )
    funds = {each.id: each for each in asked(standing(limited)).problem.funds}
    assert {name: each.budget_amount for name, each in funds.items()} == {"a:2027": 20, "a:2027:terms": 80}
    assert funds["a:2027"].cell_ids == {CITY_BLACK, CITY_ALL}
    assert funds["a:2027:terms"].cell_ids == frozenset()
    assert funds["a:2027:terms"].restriction == "The letter names mentoring"


def test_signed_dollars_stay() -> None:
    found = fund(award("a", [line("l1", 60, obligated=15, practice="tutoring"), line("l2", 40, obligated=5)]))
    locked = {each.id: (each.amount, each.locked_amount, each.idle) for each in found.lines}
    assert locked == {"l1": (75, 15, False), "l2": (40, 0, True), "l2:obligated": (5, 5, False)}
    assert found.budget_amount == 120


def test_dollars_for_those_whose_rate_is_withheld_stay_and_a_note_says_so() -> None:
    question = asked(standing(award("a", [line("l", 60, practice="tutoring", population="learners")])))
    (held,) = question.problem.funds[0].lines
    assert held.locked_amount == held.amount == 60
    assert any(note.startswith("1 lines stay as they are") for note in question.notes)


def test_a_protected_practice_keeps_its_lines_even_without_any_evidence() -> None:
    question = asked(
        standing(award("a", [line("l", 60, practice="mentoring")])), protected_ids=frozenset({"mentoring"})
    )
    assert {"l", "mentoring"} <= question.problem.rules.protected_ids


def test_a_protected_row_is_known_by_its_key() -> None:
    told = replace(standing(award("a", [line("l", 60, practice="mentoring")])), rows={"mentoring": "row 7"})
    question = asked(told, protected_ids=frozenset({"row 7"}))
    assert {"l", "mentoring"} <= question.problem.rules.protected_ids


def test_another_currency_stays_and_a_note_says_so() -> None:
    euros = award("e", [line("l", 60)], currency="EUR")
    question = asked(standing(euros, award("a", [line("l2", 60)])))
    assert [each.id for each in question.problem.funds] == ["a:2027"]
    assert "1 investments are in another currency than USD and stay as they are." in question.notes


def test_new_money_may_go_wherever_free_dollars_may() -> None:
    question = asked(standing(), new_money_amount=1000)
    (found,) = question.problem.funds
    assert found.budget_amount == 1000
    assert found.cell_ids == {CITY_BLACK, CITY_ALL}


def test_a_practice_serves_nobody_twice() -> None:
    """400 children in the city, so no more than 400 places, whatever it says it has room for."""
    roomy = standing(award("a", [line("l", 1)]), practices=(practice("tutoring", capacity=9999),))
    assert asked(roomy).problem.practices[0].capacity == 400
    small = standing(award("a", [line("l", 1)]), practices=(practice("tutoring", capacity=30),))
    assert asked(small).problem.practices[0].capacity == 30


def test_two_areas_that_lie_in_no_other_have_room_for_the_children_of_both() -> None:
    apart = standing(
        award("a", [line("l", 1)]),
        areas=AREAS | {"town": replace(AREAS["city"], id="town")},
        rates=(rate("all", "50", 400), rate("all", "50", 70, area="town")),
        disparities=(),
    )
    assert asked(apart).problem.practices[0].capacity == 470


def test_only_evidence_of_the_tier_asked_for_may_receive_dollars() -> None:
    question = asked(standing(award("a", [line("l", 1)])), minimum_tier="STRONG")
    assert question.problem.rules.minimum_tier_rank == 1


def test_groups_of_a_closed_school_are_left_out_and_those_of_the_city_are_kept() -> None:
    """A group in the city that no practice serves shows as a lack of evidence; one of a school is in the city's."""
    question = asked(standing(award("a", [line("l", 100)]), **IN_SCHOOL))
    assert {group.id for group in question.problem.groups} == {
        f"reading/city/{each}" for each in ("all", "black", "white")
    }


def test_equal_facts_in_another_order_are_the_same_question() -> None:
    whole = standing(
        award("a", [line("l1", 60, practice="tutoring"), line("l2", 40)]), award("b", [line("m", 5)])
    )
    turned = replace(
        whole,
        investments=tuple(reversed(whole.investments)),
        rates=tuple(reversed(whole.rates)),
        practices=tuple(reversed(whole.practices)),
    )
    first, second = asked(whole).problem, asked(turned).problem
    assert set(first.funds) == set(second.funds)
    assert set(first.cells) == set(second.cells)
    assert set(first.groups) == set(second.groups)


def test_a_practice_in_another_currency_is_not_in_the_question() -> None:
    both = standing(
        practices=(practice("tutoring"), practice("elsewhere", currency="EUR")),
        findings=(trial("tutoring"), trial("elsewhere")),
    )
    assert [each.id for each in asked(both).problem.practices] == ["tutoring"]


@pytest.mark.parametrize(
    ("terms", "saying"),
    [
        ({"fiscal_years": ()}, "at least one fiscal year"),
        ({"fiscal_years": (YEAR, YEAR)}, "each fiscal year once"),
        ({"fiscal_years": (1,)}, "between 1990 and 2100"),
        ({"new_money_amount": -1}, "an amount is 0 or more"),
        ({"smallest_move_amount": 10**18}, "an amount is 0 or more"),
        ({"maximum_shift_share": 1.01}, "between 0 and 1"),
        ({"maximum_shift_share": float("nan")}, "between 0 and 1"),
        ({"equity_weight": -0.1}, "equity weight"),
        ({"equity_weight": float("inf")}, "equity weight"),
        ({"confidence": 1.0}, "confidence"),
        ({"confidence": 0.4}, "confidence"),
        ({"minimum_tier": "GOOD"}, "minimum tier"),
        ({"maximum_moves_count": -1}, "largest number of moves"),
        ({"frontier_points_count": 51}, "50 points"),
    ],
)
def test_what_cannot_be_asked_is_refused_in_a_sentence(terms: dict[str, Any], saying: str) -> None:
    with pytest.raises(QuestionError, match=saying.replace("(", r"\(")):
        Ask(**({"fiscal_years": (YEAR,)} | terms))


def test_a_population_keeps_the_share_of_its_students_that_is_asked_for() -> None:
    """The floor of Black children is a half, of White ones it stays at no harm; everybody together has none."""
    problem = asked(standing(award("a", [line("l", 100)])), floors=(("black", 0.5),)).problem
    shares = {group.id.rpartition("/")[2]: group.floor_share for group in problem.groups}
    assert shares == {"all": None, "black": 0.5, "white": 1.0}


def test_the_effect_of_a_practice_falls_by_the_steps_that_are_asked_for() -> None:
    steps = ((0.25, 1.0), (0.75, 0.5))
    problem = asked(standing(award("a", [line("l", 100)])), returns=(("tutoring", steps),)).problem
    found = {each.id: [(s.share, s.multiplier) for s in each.returns] for each in problem.practices}
    assert found == {"tutoring": [*steps]}


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"floors": (("black", 1.1),)}, "a population's floor lies between 0 and 1"),
        ({"floors": (("black", 1.0), ("black", 0.5))}, "name each population once"),
        ({"returns": (("tutoring", ()),)}, "returns have 1 to 10 steps"),
        ({"returns": (("tutoring", ((0.6, 1.0), (0.6, 0.5))),)}, "1 together at most"),
        ({"returns": (("tutoring", ((0.5, 0.4), (0.5, 0.5))),)}, "never rise"),
    ],
)
def test_floors_and_returns_that_make_no_sense_are_told(more: dict[str, Any], words: str) -> None:
    with pytest.raises(QuestionError, match=words):
        Ask((YEAR,), **more)
