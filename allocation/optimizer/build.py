"""A question becomes a class program: changes when a step of that translation does."""

from dataclasses import dataclass

from allocation.optimizer.classes import FundClass, fund_classes
from allocation.optimizer.constraints import CONSTRAINTS
from allocation.optimizer.formulation import NEGLIGIBLE, Formulation, Standing, declare_columns
from allocation.optimizer.layout import Layout
from allocation.optimizer.standing import standing_of
from allocation.optimizer.tails import add_tails
from allocation.problem import Problem


@dataclass(frozen=True)
class Question:
    """A problem with what every program about it shares: its layout, today's standing, the worst off."""

    problem: Problem
    layout: Layout
    today: Standing
    worst_off: tuple[int, ...]
    without_evidence: tuple[int, ...]


def question_of(problem: Problem) -> Question:
    """Read a problem once."""
    layout = Layout(problem)
    behind = [g for g, group in enumerate(layout.groups) if group.persistent and group.gap > NEGLIGIBLE]
    reached = [g for g in behind if _is_reachable(layout, g)]
    today = standing_of(layout, layout.current_money(), tuple(reached))
    return Question(problem, layout, today, tuple(reached), tuple(g for g in behind if g not in reached))


def formulate(
    question: Question, *, aggregate: bool = True, locks_as_rows: bool = False, every_spot: bool = False
) -> Formulation:
    """The program of a question; see Formulation for its variables and constraints.py for its rows."""
    classes: tuple[FundClass, ...] = fund_classes(question.layout, aggregate=aggregate)
    model = Formulation(
        question.layout,
        classes,
        question.today,
        question.worst_off,
        locks_as_rows=locks_as_rows,
        every_spot=every_spot,
    )
    declare_columns(model)
    for constraint in CONSTRAINTS:
        constraint(model)
    add_tails(model)
    return model


def _is_reachable(layout: Layout, group: int) -> bool:
    """Whether evidence and somebody's restriction allow a dollar, or one lies there already."""
    spots = set(layout.spots_of_group[group])
    return any(
        (purse.growable & spots and purse.fund.budget_amount > 0)
        or any(purse.current.get(spot) and layout.spots[spot].cell.effect > 0 for spot in spots)
        for purse in layout.purses
    )
