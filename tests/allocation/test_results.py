"""A plan end to end, without a database: small ones by hand, and many by a checker that reads the rules itself."""

import json
from collections import Counter
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from allocation.answer import AnswerStatus
from allocation.evidence.pooling import at_baseline, pooled_effects
from allocation.moves import MoveResult
from allocation.problem import Objective
from allocation.question import Ask
from allocation.results import Result, answered
from allocation.standing import Standing, StandingInvestment, StandingRestriction
from tests.allocation.standings import YEAR, award, line, practice, rate, restriction, standing

POPULATIONS = ("black", "white", None)


def effect_at(share: float) -> float:
    """What a place in tutoring does at a rate, from the evidence arithmetic (tested by itself)."""
    effect = at_baseline(pooled_effects(standing().findings)["tutoring", "reading"], share)
    assert effect is not None
    return effect.mean


def asked(whole: Standing, **more: Any) -> Result:
    """The result for the year with no smallest move; Any: other fields of Ask."""
    return answered(whole, Ask((YEAR,), **{"smallest_move_amount": 0, **more}))


def test_idle_dollars_go_to_those_furthest_behind() -> None:
    """10,000 dollars at 1,000 a place buy 10 places; a Black child counts double, so all are theirs."""
    result = asked(standing(award("a", [line("l", 1_000_000)])))
    (move,) = result.moves
    assert (move.amount, move.target.practice, move.target.population) == (1_000_000, "tutoring", "black")
    assert move.target.area is None
    assert float(move.gain) == pytest.approx(10 * effect_at(0.30), abs=1e-4)
    assert (move.account, move.account_version) == ("account of l", 1)


def test_dollars_without_evidence_move_up_to_the_share_that_may() -> None:
    """A quarter of 40,000 dollars on mentoring may move."""
    result = asked(standing(award("a", [line("l", 4_000_000, practice="mentoring")])))
    assert [(move.amount, move.target.practice) for move in result.moves] == [(1_000_000, "tutoring")]


def test_dollars_stop_where_the_gap_is_closed_or_the_places_end() -> None:
    """5 places are left for 10,000 dollars: 5,000 stay idle, and the document says so."""
    few = standing(award("a", [line("l", 1_000_000)]), practices=(practice("tutoring", capacity=5),))
    result = asked(few)
    assert sum(move.amount for move in result.moves) == 500_000
    assert result.document["idle_amount"] == 500_000


def test_idle_dollars_of_two_lines_leave_the_account_that_each_is_in() -> None:
    """6,000 dollars of the year and 4,000 of no year: two moves that share the gain by their dollars."""
    result = asked(standing(award("a", [line("l1", 600_000), line("l2", 400_000, fiscal_year=None)])))
    assert [(move.account, move.amount) for move in result.moves] == [
        ("account of l1", 600_000),
        ("account of l2", 400_000),
    ]
    assert [move.origin.fiscal_year if move.origin else 0 for move in result.moves] == [YEAR, None]
    assert float(result.moves[0].gain) == pytest.approx(float(result.moves[1].gain) * 1.5, abs=1e-3)


def test_moves_out_of_idle_dollars_never_take_the_same_dollar_twice() -> None:
    """Five Black children: 5,000 dollars are theirs, 8,000 everybody's, out of lines of 6,000 and 7,000."""
    rates = (rate("all", "50", 400), rate("black", "30", 5))
    result = asked(standing(award("a", [line("l1", 600_000), line("l2", 700_000)]), rates=rates))
    arrived: Counter[str | None] = Counter()
    left: Counter[str | None] = Counter()
    for move in result.moves:
        arrived[move.target.population] += move.amount
        left[move.account] += move.amount
    assert arrived == {"black": 500_000, None: 800_000}
    assert left == {"account of l1": 600_000, "account of l2": 700_000}


def test_a_cut_line_leaves_the_one_account_that_it_is_in() -> None:
    limited = restriction(amount=300_000, practices={"tutoring"})
    result = asked(standing(award("a", [line("l", 1_000_000)], limited)))
    assert {move.account for move in result.moves} == {"account of l"}
    assert sum(move.amount for move in result.moves) == 1_000_000


def test_new_money_has_no_investment_and_no_account() -> None:
    (move,) = asked(standing(), new_money_amount=200_000).moves
    assert (move.investment, move.origin, move.account) == (None, None, None)


def test_a_move_onto_an_existing_line_keeps_what_that_line_says() -> None:
    """The line names the population and no year; the dollars join it as it is."""
    existing = line("t", 100_000, practice="tutoring", population="black", fiscal_year=None)
    (move,) = asked(standing(award("a", [existing, line("l", 300_000)]))).moves
    assert move.target.fiscal_year is None
    assert (move.target.practice, move.target.outcome, move.target.population) == ("tutoring", None, "black")


def test_keys_are_told_as_rows() -> None:
    told = standing(
        award("a", [line("l", 1_000_000)]),
        rows={"a": "row a", "tutoring": "row t", "black": "row b", "account of l": "row l"},
    )
    result = asked(told)
    (move,) = result.moves
    assert (move.investment, move.target.practice, move.target.population) == ("row a", "row t", "row b")
    assert move.account == "row l"
    assert {each["population"] for each in result.document["after"]["by_population"]} == {
        "all",
        "row b",
        "white",
    }


def test_a_plan_that_nothing_moves_says_why() -> None:
    result = asked(standing())
    assert result.moves == ()
    assert result.message == "There are no dollars in the question."


def test_the_share_on_evidence_is_of_all_dollars_in_the_plan() -> None:
    """30,000 on mentoring, 10,000 on tutoring; a quarter of 40,000 moves: 25 % before, 50 % after."""
    lines = [line("m", 3_000_000, practice="mentoring"), line("t", 1_000_000, practice="tutoring")]
    document = asked(standing(award("a", lines))).document
    assert Decimal(document["before"]["share_on_evidence"]) == Decimal("0.25")
    assert Decimal(document["after"]["share_on_evidence"]) == Decimal("0.5")


def test_the_document_is_json_with_whole_amounts_and_no_floats() -> None:
    document = asked(standing(award("a", [line("l", 1_000_000)])), frontier_points_count=3).document
    assert json.loads(json.dumps(document)) == document
    assert not list(_floats(document))


def _floats(value: Any) -> Any:  # Any: JSON
    if isinstance(value, float):
        yield value
    elif isinstance(value, dict):
        for each in value.values():
            yield from _floats(each)
    elif isinstance(value, list):
        for each in value:
            yield from _floats(each)


def test_sentences_name_funders_not_ids() -> None:
    limited = restriction(practices={"mentoring"})
    whole = standing(award("a", [line("l", 1_000_000)], limited, funder="0f1e", funder_name="River Fund"))
    sentences = json.dumps(asked(whole).document["bindings"])
    assert "River Fund" in sentences
    assert "0f1e lifted" not in sentences


def test_a_funder_without_restrictions_is_not_said_to_lift_any() -> None:
    whole = standing(
        award("a", [line("l", 1_000_000)]), rates=(*standing().rates, rate("all", "50", 40, area="school"))
    )
    kinds = {each["kind"] for each in asked(whole).document["bindings"]}
    assert "RESTRICTION" not in kinds


def test_all_progress_is_told_in_order() -> None:
    told: list[float] = []
    answered(standing(award("a", [line("l", 1_000_000)])), Ask((YEAR,)), lambda share, _: told.append(share))
    assert told == sorted(told)
    assert (told[0], told[-1]) == (0.0, 1.0)


# ---------------------------------------------------------------- many partnerships, judged by a reader of our own

lines = some.builds(
    lambda number, available, obligated, of, who: line(
        f"l{number}", available, obligated=obligated, practice=of, population=who if of else None
    ),
    some.integers(0, 10**6),
    some.integers(0, 3_000_000),
    some.integers(0, 1_000_000),
    some.sampled_from([None, "tutoring", "mentoring"]),
    some.sampled_from(POPULATIONS),
)
restrictions = some.builds(
    lambda number, amount, of, who: restriction(f"r{number}", amount, practices=of, populations=who),
    some.integers(0, 10**6),
    some.one_of(some.none(), some.integers(1, 4_000_000)),
    some.sampled_from([set(), {"tutoring"}, {"mentoring"}]),
    some.sampled_from([set(), {"black"}, {"white"}]),
)
awards = some.builds(
    lambda number, held, terms, funder: award(f"a{number}", held, *terms, funder=funder),
    some.integers(0, 10**6),
    some.lists(lines, max_size=4, unique_by=lambda each: each.id),
    some.lists(restrictions, max_size=2, unique_by=lambda each: each.id),
    some.sampled_from(["river", "city"]),
)


@settings(max_examples=60, deadline=None)
@given(
    some.lists(awards, max_size=3, unique_by=lambda each: each.id),
    some.sampled_from(list(Objective)),
    some.sampled_from([0.0, 0.25, 1.0]),
    some.sampled_from([None, 20]),
)
def test_every_plan_keeps_every_rule_by_a_reading_of_our_own(
    held: list[StandingInvestment], objective: Objective, shift: float, capacity: int | None
) -> None:
    check_plan(held, objective, shift, capacity)


@pytest.mark.trial
@settings(max_examples=1000, deadline=None)
@given(
    some.lists(awards, max_size=4, unique_by=lambda each: each.id),
    some.sampled_from(list(Objective)),
    some.sampled_from([0.0, 0.1, 0.25, 0.5, 1.0]),
    some.sampled_from([None, 5, 20, 80]),
)
def test_a_thousand_plans_keep_every_rule_by_a_reading_of_our_own(
    held: list[StandingInvestment], objective: Objective, shift: float, capacity: int | None
) -> None:
    check_plan(held, objective, shift, capacity)


def test_a_dollar_that_two_restrictions_claim_keeps_to_both() -> None:
    """One of ten dollars is claimed by both; a tenth may move, and none may, as all ten are for mentoring."""
    terms = (restriction("r0", 100), restriction("r1", 1_000, practices={"mentoring"}))
    held = award("a", [line("l", 1_000, practice="mentoring")], *terms)
    check_plan([held], Objective.GAP_CLOSING, 0.1, None)
    assert asked(standing(held), maximum_shift_share=1.0).moves == ()


def check_plan(
    held: list[StandingInvestment], objective: Objective, shift: float, capacity: int | None
) -> None:
    """The plan of a partnership keeps every rule to the cent."""
    distinct = {each.id: each for investment in held for each in investment.lines}
    if len(distinct) < sum(len(investment.lines) for investment in held):
        return  # a line is of one award
    whole = standing(*held, practices=(practice("tutoring", capacity=capacity), practice("mentoring")))
    result = asked(whole, objective=objective, maximum_shift_share=shift)
    assert result.status is AnswerStatus.OPTIMAL
    for investment in held:
        moves = [move for move in result.moves if move.investment == investment.id]
        check_accounts(investment, moves)
        check_restrictions(investment, moves)
    check_shift(held, result.moves, shift)
    check_places(held, result.moves, capacity)
    check_gains(result)


def check_accounts(investment: StandingInvestment, moves: list[MoveResult]) -> None:
    """No account gives more than is available in it, and every cent goes to a practice or stays untargeted."""
    available = {each.account: each.available for each in investment.lines}
    given_up: Counter[str] = Counter()
    for move in moves:
        assert move.account is not None
        given_up[move.account] += move.amount
    assert all(amount <= available[account] for account, amount in given_up.items())


def check_restrictions(investment: StandingInvestment, moves: list[MoveResult]) -> None:
    """Whole restrictions hold for every target; of a partial one no less is within, or it is met, than before."""
    for terms in investment.restrictions:
        arrived = sum(
            move.amount for move in moves if allows(terms, move.target.practice, move.target.population)
        )
        left = sum(
            move.amount
            for move in moves
            if move.origin and allows(terms, move.origin.practice, move.origin.population)
        )
        if terms.amount is None:
            assert all(
                allows(terms, move.target.practice, move.target.population)
                for move in moves
                if move.target.practice
            )
            continue
        before = sum(
            each.available + each.obligated
            for each in investment.lines
            if allows(terms, each.practice, each.population)
        )
        reserved = sum(
            each.available + each.obligated for each in investment.lines if each.practice is None
        ) - sum(move.amount for move in moves if move.origin and move.origin.practice is None)
        assert before + arrived - left + reserved >= min(terms.amount, before)


def allows(terms: StandingRestriction, of: str | None, who: str | None) -> bool:
    """The test's own reading of a restriction with lists of practices and populations."""
    return (not terms.practices or of in terms.practices) and (
        not terms.populations or who in terms.populations
    )


def check_shift(held: list[StandingInvestment], moves: tuple[MoveResult, ...], share: float) -> None:
    """Dollars that leave a targeted line are at most the share of the funder's dollars."""
    released: Counter[str] = Counter()
    dollars: Counter[str] = Counter()
    funders = {investment.id: investment.funder for investment in held}
    for investment in held:
        dollars[investment.funder] += sum(each.available + each.obligated for each in investment.lines)
    for move in moves:
        if move.origin is not None and move.origin.practice is not None:
            released[funders[move.investment or ""]] += move.amount
    assert all(amount <= share * dollars[funder] for funder, amount in released.items())


def check_places(held: list[StandingInvestment], moves: tuple[MoveResult, ...], capacity: int | None) -> None:
    """Dollars on tutoring at 1,000 a place buy no more places than there are, or than were bought before."""
    before = sum(
        each.available + each.obligated
        for investment in held
        for each in investment.lines
        if each.practice == "tutoring"
    )
    after = before + sum(move.amount for move in moves if move.target.practice == "tutoring")
    after -= sum(move.amount for move in moves if move.origin and move.origin.practice == "tutoring")
    places = 400 if capacity is None else capacity
    assert after <= max(before, places * 100_000)


def check_gains(result: Result) -> None:
    """The moves' gains are what the plan has after, less what it has before; each is rounded to 4 places."""
    impact = {name: Decimal(result.document[name]["students"]) for name in ("before", "after")}
    gains = sum((move.gain for move in result.moves), Decimal(0))
    assert float(gains) == pytest.approx(
        float(impact["after"] - impact["before"]), abs=1e-4 * (1 + len(result.moves))
    )
