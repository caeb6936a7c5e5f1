"""Which dollars stand under which terms. Amounts are in minor units and shared out by hand."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as some

from allocation.parts import Part, bound_lines, lies_within, parts_of
from allocation.standing import StandingInvestment, StandingLine, StandingRestriction
from tests.allocation.standings import YEAR, award, line, practice, restriction, standing

WHOLE = standing()


def parts(investment: StandingInvestment, *years: int) -> list[Part]:
    """The parts of an award in a question about the year, or about several."""
    return list(parts_of(investment, WHOLE, years or (YEAR,)))


def bound(investment: StandingInvestment) -> list[tuple[str, str, int, int]]:
    """(restriction, line, available, obligated) of each bound line, in order."""
    return sorted(
        (terms.id if terms else "", each.id, each.available, each.obligated)
        for terms, each in bound_lines(investment, WHOLE)
    )


def test_a_restriction_on_some_of_an_award_takes_what_lies_within_it_then_idle_dollars() -> None:
    """80 of 100 are for tutoring: the 60 that are on tutoring, and 20 of the 40 on no line."""
    given_for = restriction(amount=80, practices={"tutoring"})
    found = award("a", [line("l1", 60, practice="tutoring"), line("l2", 40)], given_for)
    assert bound(found) == [("", "l2", 20, 0), ("terms", "l1", 60, 0), ("terms", "l2:terms", 20, 0)]


def test_dollars_outside_a_restriction_are_bound_last() -> None:
    """80 are for tutoring, 50 are on it, 10 idle: 20 of the mentoring dollars may only go to tutoring."""
    found = award(
        "a",
        [
            line("l1", 50, practice="tutoring"),
            line("l2", 50, practice="mentoring"),
            line("l3", 10),
        ],
        restriction(amount=80, practices={"tutoring"}),
    )
    assert bound(found) == [
        ("", "l2", 30, 0),
        ("terms", "l1", 50, 0),
        ("terms", "l2:terms", 20, 0),
        ("terms", "l3", 10, 0),
    ]


def test_what_is_spent_within_a_restriction_keeps_it_too() -> None:
    """80 are for tutoring and 70 are spent on it: 10 more are bound, of which the obligated come first."""
    found = award(
        "a",
        [line("l1", 50, obligated=6, spent=70, practice="tutoring")],
        restriction(amount=80, practices={"tutoring"}),
    )
    assert bound(found) == [("", "l1", 46, 0), ("terms", "l1:terms", 4, 6)]


def test_dollars_that_cannot_move_keep_a_restriction_before_those_that_can() -> None:
    position = line("l0", 30, position="director")
    found = award("a", [position, line("l1", 50)], restriction(amount=40, fiscal_years={YEAR}))
    assert bound(found) == [("", "l1", 40, 0), ("terms", "l0", 30, 0), ("terms", "l1:terms", 10, 0)]


def test_the_narrower_of_two_restrictions_takes_its_dollars_first() -> None:
    """Tutoring's 40 can come from one line only. Reading first would take 30 of it, and leave tutoring 20."""
    wide = restriction("a wide one", 30, outcomes={"reading"})
    narrow = restriction("narrow", 40, practices={"tutoring"})
    found = award(
        "a",
        [
            line("l1", 50, practice="tutoring", outcome="reading"),
            line("l2", 50, practice="mentoring", outcome="reading"),
        ],
        wide,
        narrow,
    )
    assert bound(found) == [
        ("", "l2", 30, 0),
        ("a wide one", "l1", 10, 0),
        ("a wide one", "l2:a wide one", 20, 0),
        ("narrow", "l1:narrow", 40, 0),
    ]


def test_a_line_of_one_outcome_practice_lies_within_that_outcome() -> None:
    reading = restriction(outcomes={"reading"})
    assert lies_within(line("l", 1, practice="tutoring"), reading, WHOLE)
    assert not lies_within(line("l", 1), reading, WHOLE)
    two = standing(practices=(practice("tutoring", outcomes=frozenset({"reading", "math"})),))
    assert not lies_within(line("l", 1, practice="tutoring"), reading, two)


def test_a_group_inside_an_allowed_group_and_an_area_inside_an_allowed_area_are_within() -> None:
    inside = line("l", 1, population="black-learners", area="school")
    assert lies_within(inside, restriction(populations={"learners"}, areas={"city"}), WHOLE)
    assert not lies_within(line("l", 1, population="learners"), restriction(populations={"black"}), WHOLE)
    assert not lies_within(line("l", 1, area="city"), restriction(areas={"school"}), WHOLE)


def test_positions_and_daily_management_are_no_part_of_the_question() -> None:
    fixed = [line("l1", 10, position="director"), line("l2", 10, use="OPERATIONS")]
    assert parts(award("a", [*fixed, line("l3", 10, use="UNASSIGNED")]))[0].idle[0].id == "l3"
    assert not parts(award("a", fixed))


def test_years_are_parts_of_their_own_and_dollars_of_no_year_may_go_to_any_active_year() -> None:
    lines = [
        line("this", 10, practice="tutoring"),
        line("next", 20, practice="tutoring", fiscal_year=YEAR + 1),
        line("open", 30, fiscal_year=None),
        line("past", 40, fiscal_year=YEAR - 5),
    ]
    long = award("a", lines, ends_on=date(YEAR + 1, 6, 30))
    found = {
        part.years: [each.id for each in (*part.lines, *part.idle)] for part in parts(long, YEAR, YEAR + 1)
    }
    assert found == {(YEAR,): ["this"], (YEAR + 1,): ["next"], (YEAR, YEAR + 1): ["open"]}
    short = award("a", lines)
    found = {
        part.years: [each.id for each in (*part.lines, *part.idle)] for part in parts(short, YEAR, YEAR + 1)
    }
    assert found == {(YEAR,): ["this", "open"], (YEAR + 1,): ["next"]}


def test_a_targeted_line_of_no_year_works_in_the_first_year_asked_about() -> None:
    lasting = award("a", [line("l", 10, practice="tutoring", fiscal_year=None)], ends_on=None)
    (part,) = parts(lasting, YEAR + 1, YEAR)
    assert part.years == (YEAR,)


def test_an_award_that_is_not_active_lends_nothing_of_no_year() -> None:
    over = award("a", [line("l", 10, fiscal_year=None)], ends_on=date(YEAR - 1, 6, 30))
    assert not parts(over)


amounts = some.integers(0, 500)
lines = some.builds(
    lambda number, available, obligated, spent, where: line(
        f"l{number}", available, obligated=obligated, spent=spent, practice=where
    ),
    some.integers(0, 10**6),
    amounts,
    amounts,
    amounts,
    some.sampled_from([None, "tutoring", "mentoring"]),
)
terms = some.builds(
    lambda number, amount, where: restriction(f"r{number}", amount, practices={where}),
    some.integers(0, 10**6),
    some.integers(1, 1500),
    some.sampled_from(["tutoring", "mentoring"]),
)


def dollars(of: StandingLine) -> tuple[int, int]:
    return of.available, of.obligated


@given(
    some.lists(lines, max_size=5, unique_by=lambda each: each.id),
    some.lists(terms, max_size=3, unique_by=lambda each: each.id),
)
def test_cutting_lines_neither_makes_nor_loses_a_cent(
    held: list[StandingLine], limits: list[StandingRestriction]
) -> None:
    found = award("a", held, *limits)
    pieces: dict[str, list[tuple[int, int]]] = {each.id: [] for each in held}
    for _, piece in bound_lines(found, WHOLE):
        assert min(dollars(piece)) >= 0
        pieces[piece.id.split(":")[0]].append(dollars(piece))
    for each in held:
        assert tuple(map(sum, zip(*pieces[each.id], strict=True))) == dollars(each)


@given(some.lists(lines, max_size=5, unique_by=lambda each: each.id), terms)
def test_a_restriction_binds_its_amount_less_what_is_spent_within_it(
    held: list[StandingLine], limit: StandingRestriction
) -> None:
    found = award("a", held, limit)
    within = [each for each in held if lies_within(each, limit, WHOLE)]
    wanted = max(0, (limit.amount or 0) - sum(each.spent for each in within))
    taken = sum(sum(dollars(piece)) for kept, piece in bound_lines(found, WHOLE) if kept is not None)
    assert taken == min(wanted, sum(sum(dollars(each)) for each in held))


def test_a_piece_keeps_its_line_s_account() -> None:
    found = award("a", [line("l2", 40)], restriction(amount=10, practices={"tutoring"}))
    assert [each.account for _, each in bound_lines(found, WHOLE)] == ["account of l2"] * 2
