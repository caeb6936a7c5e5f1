"""The whole answer on questions that can be solved by hand."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from allocation.answer import AnswerStatus, BindingKind
from allocation.optimizer import solve
from allocation.problem import (
    Cell,
    Fund,
    Group,
    InKindSupply,
    Line,
    Objective,
    Practice,
    Problem,
    Rules,
    Segment,
    new_money,
)

THOUSAND = 100_000

Tiny = Callable[..., Problem]


def value(answer_stages: object, name: str) -> float:
    """A stage's value."""
    assert isinstance(answer_stages, tuple)
    return next(float(each.value) for each in answer_stages if each.stage == name)


def test_worst_off_first_reaches_the_share_worked_out_by_hand(tiny: Tiny) -> None:
    # By hand: per $1,000 tutoring gives A .20, B .15, mentoring .16 with hours for 80. With a = $1,000s of
    # tutoring for A: .2a / 40 = (21.4 - .15a) / 30, so a = 71.3333, share 107/300, students 24.966667.
    answer = solve(tiny())
    assert answer.status is AnswerStatus.OPTIMAL
    assert value(answer.stages, "worst_off") == pytest.approx(107 / 300, abs=1e-9)
    assert value(answer.stages, "students") == pytest.approx(24.9666667, abs=1e-7)
    assert value(answer.stages, "released") == pytest.approx(40 * THOUSAND, abs=0.01)


def test_the_moves_worked_out_by_hand_come_out_to_the_cent(tiny: Tiny) -> None:
    # By hand: f1 releases 18.6667, f2 1.3333 and f3 20 thousand, all to mentoring for B; cents round down.
    found = {move.fund_id: (move.from_cell_id, move.to_cell_id, move.amount) for move in solve(tiny()).moves}
    assert found == {
        "f1": ("tA", "mB", 1_866_666),
        "f2": ("tB", "mB", 133_333),
        "f3": ("mA", "mB", 2_000_000),
    }


def test_students_reached_ignores_who_is_behind(tiny: Tiny) -> None:
    # By hand: 90 * .20 + 80 * .08 + 10 * .15 = 25.9.
    answer = solve(tiny(objective=Objective.STUDENTS_REACHED))
    assert answer.after is not None
    assert answer.after.students == pytest.approx(25.9, abs=1e-6)


def test_gap_closing_puts_weighted_students_before_the_worst_off_share(tiny: Tiny) -> None:
    # By hand: all groups are behind, so the weight 2 doubles 25.9; among those plans the share is 7.9 / 30.
    answer = solve(tiny(objective=Objective.GAP_CLOSING))
    assert [stage.stage for stage in answer.stages] == ["students", "worst_off", "released"]
    assert value(answer.stages, "students") == pytest.approx(51.8, abs=1e-7)
    assert value(answer.stages, "worst_off") == pytest.approx(7.9 / 30, abs=1e-9)


def test_the_price_of_fairness_is_the_share_of_students_forgone(tiny: Tiny) -> None:
    # By hand: (25.9 - 24.9666667) / 25.9 = 3.6036%.
    answer = solve(tiny())
    assert answer.price_of_fairness == pytest.approx(0.036036, abs=1e-6)
    assert any(binding.kind is BindingKind.EQUITY for binding in answer.bindings)


def test_a_dollar_more_on_any_fund_is_worth_its_price_by_hand(tiny: Tiny) -> None:
    # By hand: any fund's next $1,000 lifts the share by .0025, and a volunteer hour by 8.33e-6.
    answer = solve(tiny(what_if_amount=THOUSAND))
    budgets = [each for each in answer.bindings if each.kind is BindingKind.BUDGET]
    hours = [each for each in answer.bindings if each.kind is BindingKind.IN_KIND]
    assert len(budgets) == 3
    assert all(each.worst_off_share == pytest.approx(0.0025, abs=1e-9) for each in budgets)
    assert hours[0].shadow_price == pytest.approx(8.3333e-6, rel=1e-3)


@pytest.mark.parametrize("objective", list(Objective))
def test_the_gains_of_the_moves_sum_to_after_minus_before(tiny: Tiny, objective: Objective) -> None:
    answer = solve(tiny(objective=objective))
    assert answer.before is not None
    assert answer.after is not None
    change = answer.after.students - answer.before.students
    assert sum(move.gain for move in answer.moves) == pytest.approx(change, abs=1e-12)


def test_each_move_is_one_plain_sentence(tiny: Tiny) -> None:
    sentence = solve(tiny(objective=Objective.STUDENTS_REACHED)).moves[0].sentence
    assert sentence == (
        "Move $20,000 of f2 from Tutoring for B to Mentoring for B: "
        "0.2 more students expected to reach the outcome."
    )


def test_idle_money_moves_without_being_released() -> None:
    answer = solve(_one_fund(idle=50 * THOUSAND, shift=0.0))
    assert [(move.from_line_id, move.amount) for move in answer.moves] == [(None, 50 * THOUSAND)]
    assert value(answer.stages, "released") == 0


def test_the_largest_shift_limits_released_dollars_of_each_funder() -> None:
    # By hand: a quarter of the funder's $100,000.
    answer = solve(_one_fund(other=100 * THOUSAND, shift=0.25))
    assert sum(move.amount for move in answer.moves) == 25 * THOUSAND


def test_committed_and_protected_dollars_stay() -> None:
    fund = _one_fund(other=100 * THOUSAND).funds[0]
    committed = replace(fund, lines=(replace(fund.lines[0], locked_amount=60 * THOUSAND),))
    problem = replace(_one_fund(), funds=(committed,))
    assert sum(move.amount for move in solve(problem).moves) == 40 * THOUSAND
    protected = replace(problem, rules=replace(problem.rules, protected_ids=frozenset({"operations"})))
    assert solve(protected).moves == ()


def test_overhead_reaches_no_participant() -> None:
    # By hand: $50,000 less a fifth buys 40 places at $1,000, each .1 of a student.
    problem = _one_fund(idle=50 * THOUSAND)
    problem = replace(problem, funds=(replace(problem.funds[0], overhead_share=0.2),))
    answer = solve(problem)
    assert answer.after is not None
    assert answer.after.students == pytest.approx(4.0, abs=1e-6)


def test_returns_decrease_by_the_steps_of_the_practice() -> None:
    # By hand: 200 people; the first 10% keep the effect (20 * .1), the next 30 get half of it (30 * .05).
    problem = _one_fund(idle=50 * THOUSAND)
    steps = (Segment(0.1, 1.0), Segment(0.9, 0.5))
    problem = replace(problem, practices=(replace(problem.practices[0], returns=steps),))
    answer = solve(problem)
    assert answer.after is not None
    assert answer.after.students == pytest.approx(3.5, abs=1e-6)


def test_dollars_beyond_the_places_stay_idle() -> None:
    problem = _one_fund(idle=50 * THOUSAND)
    problem = replace(problem, practices=(replace(problem.practices[0], capacity=10),))
    answer = solve(problem)
    assert answer.idle_amount == 40 * THOUSAND
    assert sum(move.amount for move in answer.moves) == 10 * THOUSAND


def test_carried_over_money_may_buy_the_next_year() -> None:
    problem = _one_fund(idle=50 * THOUSAND)
    later = replace(problem.cells[0], id="later", fiscal_year=2027)
    allowed = frozenset({"cell", "later"})
    fund = replace(problem.funds[0], cell_ids=allowed, allowed_years=frozenset({2027}))
    answer = solve(replace(problem, cells=(*problem.cells, later), funds=(fund,)))
    assert {move.to_cell_id for move in answer.moves} == {"later"}


def test_money_on_a_harmful_practice_counts_against_the_group_and_leaves() -> None:
    # By hand: $10,000 at $1,000 and -.1 is -1 student; moved to +.1 it is +1.
    problem = _one_fund()
    harmful = replace(problem.cells[0], id="harm", practice_id="bad", effect=-0.1)
    practices = (*problem.practices, Practice("bad", THOUSAND))
    fund = replace(
        problem.funds[0], budget_amount=10 * THOUSAND, lines=(Line("line", 10 * THOUSAND, "harm"),)
    )
    answer = solve(replace(problem, practices=practices, cells=(*problem.cells, harmful), funds=(fund,)))
    assert answer.before is not None
    assert answer.after is not None
    assert answer.before.students == pytest.approx(-1.0)
    assert answer.after.students == pytest.approx(1.0, abs=1e-6)


def test_no_group_falls_below_its_floor() -> None:
    # Two groups, one practice with .1 and .3: without a floor all $10,000 would go to the second.
    problem = _two_groups(floor=0.8)
    answer = solve(problem)
    assert answer.after is not None
    kept = {group.group_id: group.students for group in answer.after.by_group}
    assert kept["first"] == pytest.approx(0.8, abs=1e-4)


def test_a_group_without_any_practice_is_named_as_an_evidence_gap() -> None:
    problem = _one_fund(idle=THOUSAND)
    lonely = Group("lonely", 10, 5, persistent=True)
    answer = solve(replace(problem, groups=(*problem.groups, lonely)))
    assert [each.group_id for each in answer.unreachable] == ["lonely"]
    assert any(binding.kind is BindingKind.EVIDENCE for binding in answer.bindings)
    assert answer.moves


def test_a_group_that_no_rule_abiding_dollar_reaches_does_not_hold_the_others_at_nothing() -> None:
    # Its only practice has no volunteer hours; the worst-off aim goes on with the other group.
    problem = _two_groups(floor=None)
    stuck = replace(
        problem,
        practices=(replace(problem.practices[0]), Practice("other", THOUSAND, minimum_participants=None)),
        cells=(replace(problem.cells[0], practice_id="other"), problem.cells[1]),
        funds=(replace(problem.funds[0], lines=(), cell_ids=frozenset({"second"})), _closed_fund()),
        rules=replace(problem.rules, objective=Objective.WORST_OFF_FIRST, maximum_shift_share=0.0),
    )
    answer = solve(stuck)
    assert [each.group_id for each in answer.unreachable] == ["first"]
    assert value(answer.stages, "worst_off") > 0


def test_no_funds_move_nothing_and_say_so() -> None:
    answer = solve(replace(_one_fund(), funds=()))
    assert answer.status is AnswerStatus.OPTIMAL
    assert answer.why_nothing_moved == "There are no dollars in the question."


def test_an_empty_question_has_an_answer() -> None:
    assert solve(Problem()).why_nothing_moved == "There are no dollars in the question."


@pytest.mark.parametrize("cost", [None, 0])
def test_a_practice_without_a_cost_receives_nothing_and_is_named(cost: int | None) -> None:
    problem = _one_fund(idle=THOUSAND)
    problem = replace(problem, practices=(replace(problem.practices[0], cost_per_participant=cost),))
    answer = solve(problem)
    assert answer.moves == ()
    assert [each.reason for each in answer.refused] == ["p has no cost per participant: add one."]
    assert answer.why_nothing_moved is not None


def test_a_practice_without_places_receives_nothing_and_is_named() -> None:
    problem = _one_fund(idle=THOUSAND)
    answer = solve(replace(problem, practices=(replace(problem.practices[0], capacity=0),)))
    assert answer.moves == ()
    assert [each.practice_id for each in answer.refused] == ["p"]


def test_when_everything_is_committed_the_answer_says_so() -> None:
    problem = _one_fund(other=THOUSAND)
    line = replace(problem.funds[0].lines[0], locked_amount=THOUSAND)
    answer = solve(replace(problem, funds=(replace(problem.funds[0], lines=(line,)),)))
    assert answer.why_nothing_moved == "All dollars that could go elsewhere are committed or protected."


def test_when_the_restriction_allows_nothing_the_answer_says_so() -> None:
    problem = _one_fund(idle=THOUSAND)
    answer = solve(replace(problem, funds=(replace(problem.funds[0], cell_ids=frozenset()),)))
    assert answer.why_nothing_moved == "No fund's restriction allows a practice that may receive dollars."


def test_when_no_dollar_may_leave_its_line_the_answer_says_so() -> None:
    answer = solve(_one_fund(other=THOUSAND, shift=0.0))
    assert answer.why_nothing_moved == "The largest shift is 0, so no dollar may leave its line."


def test_when_today_is_already_best_the_answer_says_so() -> None:
    problem = _one_fund()
    fund = replace(problem.funds[0], budget_amount=THOUSAND, lines=(Line("line", THOUSAND, "cell"),))
    answer = solve(replace(problem, funds=(fund,)))
    assert (answer.why_nothing_moved or "").startswith("Today's dollars already do the most")


def test_when_every_move_is_too_small_the_answer_says_so() -> None:
    problem = _one_fund(idle=THOUSAND)
    problem = replace(problem, rules=replace(problem.rules, smallest_move_amount=2 * THOUSAND))
    assert (solve(problem).why_nothing_moved or "").startswith("Every move that would help is smaller")


def test_weaker_evidence_than_asked_for_receives_nothing() -> None:
    problem = _one_fund(idle=THOUSAND)
    problem = replace(problem, cells=(replace(problem.cells[0], tier_rank=4),))
    allowed = replace(problem, rules=replace(problem.rules, minimum_tier_rank=4))
    refused = replace(problem, rules=replace(problem.rules, minimum_tier_rank=3))
    assert solve(allowed).moves
    assert solve(refused).moves == ()


def test_a_supply_that_nobody_recorded_is_taken_as_sufficient_and_noted(tiny: Tiny) -> None:
    answer = solve(tiny(in_kind=()))
    assert answer.notes == ("No supply of hours is on record, so it is taken as sufficient.",)


def test_supplies_of_a_year_bind_in_that_year_alone(tiny: Tiny) -> None:
    other_year = solve(tiny(in_kind=(InKindSupply("hours", 0, fiscal_year=2030),)))
    unlimited = solve(tiny(in_kind=(InKindSupply("hours", 1e6),)))
    assert other_year.after == unlimited.after


def test_a_small_move_that_a_rule_needs_stays_and_is_marked() -> None:
    # The fund must spend $1,000 of its idle money, and no move may be under $2,000.
    problem = _one_fund(idle=THOUSAND)
    fund = replace(problem.funds[0], minimum_spend_amount=THOUSAND)
    rules = replace(problem.rules, smallest_move_amount=2 * THOUSAND)
    answer = solve(replace(problem, funds=(fund,), rules=rules))
    assert [(move.amount, move.is_forced) for move in answer.moves] == [(THOUSAND, True)]


def test_a_time_limit_that_ends_the_search_gives_no_plan_and_says_so(tiny: Tiny) -> None:
    answer = solve(tiny(time_limit_seconds=0.0))
    assert answer.status is AnswerStatus.FAILED
    assert answer.moves == ()
    assert any("within 0 seconds" in note for note in answer.notes)


def test_progress_only_rises_and_ends_at_one(tiny: Tiny) -> None:
    heard: list[float] = []
    solve(tiny(), progress=lambda share, _sentence: heard.append(share))
    assert heard == sorted(heard)
    assert heard[-1] == 1.0


def test_an_exception_of_the_progress_listener_ends_the_work(tiny: Tiny) -> None:
    def stop(share: float, _sentence: str) -> None:
        if share > 0.4:
            raise InterruptedError

    with pytest.raises(InterruptedError):
        solve(tiny(), progress=stop)


def test_new_money_is_a_fund_that_every_cell_may_receive(tiny: Tiny) -> None:
    problem = tiny()
    answer = solve(replace(problem, funds=(*problem.funds, new_money(10 * THOUSAND, problem.cells))))
    assert sum(line.after_amount for line in answer.plan if line.fund_id == "new-money") == 10 * THOUSAND


def test_the_interval_widens_with_the_effects_and_holds_the_estimate() -> None:
    # By hand: 50 places; .1 students each, .06 at the low end and .15 at the high end.
    problem = _one_fund(idle=50 * THOUSAND)
    cell = replace(problem.cells[0], effect_low=0.06, effect_high=0.15)
    answer = solve(replace(problem, cells=(cell,)))
    assert answer.after is not None
    assert (answer.after.low, answer.after.students, answer.after.high) == pytest.approx((3.0, 5.0, 7.5))
    assert (answer.moves[0].gain_low, answer.moves[0].gain_high) == pytest.approx((3.0, 7.5))


def _one_fund(*, idle: int = 0, other: int = 0, shift: float | None = None) -> Problem:
    """One practice ($1,000, effect .1), one group of 200 with a gap of 50, one fund without restrictions."""
    lines = (Line("operations", other),) if other else ()
    return Problem(
        practices=(Practice("p", THOUSAND),),
        groups=(Group("g", 200, 50, persistent=True),),
        cells=(Cell("cell", "p", "g", 2026, 0.1),),
        funds=(Fund("fund", "investment", "funder", idle + other, frozenset({"cell"}), lines),),
        rules=Rules(maximum_shift_share=shift),
    )


def _two_groups(floor: float | None) -> Problem:
    """$10,000 on a practice for the first group (.1); the second would gain more (.3)."""
    groups = tuple(Group(name, 100, 20, persistent=True, floor_share=floor) for name in ("first", "second"))
    cells = (Cell("first", "p", "first", 2026, 0.1), Cell("second", "p", "second", 2026, 0.3))
    amount = 10 * THOUSAND
    fund = Fund(
        "fund",
        "investment",
        "funder",
        amount,
        frozenset({"first", "second"}),
        (Line("line", amount, "first"),),
    )
    rules = Rules(objective=Objective.STUDENTS_REACHED, maximum_shift_share=None)
    return Problem((Practice("p", THOUSAND),), groups, cells, (fund,), rules)


def _closed_fund() -> Fund:
    """A fund that may buy the first group's practice, but whose dollars all lie elsewhere and may not move."""
    lines = (Line("elsewhere", THOUSAND),)
    return Fund("closed", "other", "other-funder", THOUSAND, frozenset({"first"}), lines)
