"""Sentences that a board member understands: changes when the answer is worded differently."""

from allocation.answer import Move
from allocation.optimizer.build import Question
from allocation.problem import Fund


def money(amount: float, currency: str) -> str:
    """Minor units as money: 4000000 is "$40,000", 150 is "$1.50"."""
    whole = round(amount)
    figure = f"{whole / 100:,.2f}" if whole % 100 else f"{whole // 100:,}"
    return f"${figure}" if currency == "USD" else f"{currency} {figure}"


def students(count: float) -> str:
    """Students with at most one decimal: "1 student", "12.3 students"."""
    figure = f"{count:,.1f}".removesuffix(".0")
    return f"{figure} student{'' if figure == '1' else 's'}"


def fund(each: Fund) -> str:
    """The fund's label, else its id."""
    return each.label or each.id


def place(question: Question, cell_id: str) -> str:
    """A cell in words: "Tutoring for Black students"."""
    spot = question.layout.spots[question.layout.index[cell_id]]
    year = f" in {spot.cell.fiscal_year}" if len(question.layout.years) > 1 else ""
    return f"{spot.practice.label or spot.practice.id} for {spot.group.label or spot.group.id}{year}"


def move(question: Question, each: Move) -> str:
    """What goes from where to where, and what it is expected to change."""
    source = question.layout.purses[question.layout.purse_places[each.fund_id]].fund
    amount = money(each.amount, question.problem.currency)
    target = "idle money" if each.to_cell_id is None else place(question, each.to_cell_id)
    if each.from_line_id is None:
        return f"Put {amount} of idle money of {fund(source)} into {target}: {_change(each)}."
    if each.from_cell_id is not None:
        origin = place(question, each.from_cell_id)
    else:
        line = next(line for line in source.lines if line.id == each.from_line_id)
        origin = line.label or line.id
    return f"Move {amount} of {fund(source)} from {origin} to {target}: {_change(each)}."


def _change(each: Move) -> str:
    if abs(each.gain) < 0.05:
        return "about as many students reach the outcome"
    more = "more" if each.gain > 0 else "fewer"
    count = students(abs(each.gain)).split(" ")
    return f"{count[0]} {more} {count[1]} expected to reach the outcome"
