"""A scenario's document in words for a terminal: a short table, then one sentence a move, then what holds."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any

from api.scenario_documents import names_of, sum_of

SHOWN_MOVES = 12
SHOWN_BINDINGS = 5
TENTH = Decimal("0.1")


def in_words(document: Mapping[str, Any], *, width: int = 110) -> Iterable[str]:
    """The scenario, line by line; moves beyond the largest twelve and lesser bindings are counted only."""
    yield f"{document['name']}: {document['status'].lower()}"
    if document["message"]:
        yield document["message"]
    for conflict in document["conflicts"]:
        yield f"  {conflict['sentence']}"
    for repair in document["repairs"]:
        yield f"  It would do to: {repair['sentence']}"
    if document["moves"]:
        yield from _moves(document["moves"], width)
    if document["before"] and document["after"]:
        yield from _impact(document["before"], document["after"], width)
    yield from _limits(document)


def _moves(moves: Sequence[Mapping[str, Any]], width: int) -> Iterable[str]:
    currency = moves[0]["amount"]["currency"]
    students = sum((Decimal(move["gain"] or 0) for move in moves), Decimal(0))
    counted = f"{len(moves)} move{'' if len(moves) == 1 else 's'} of {dollars(sum_of(moves), currency)}"
    yield f"{counted}: {signed(students)} students expected to reach their outcome"
    yield ""
    largest = moves[:SHOWN_MOVES]
    ends = max(20, (width - 30) // 2)
    yield f"  {'dollars':>12}  {'from':<{ends}}  {'to':<{ends}}  {'students':>8}"
    for move in largest:
        amount = dollars(Decimal(move["amount"]["amount"]), currency)
        start = cut(", ".join(names_of(move["from"])) or "new money", ends)
        goal = cut(", ".join(names_of(move["to"])), ends)
        yield f"  {amount:>12}  {start:<{ends}}  {goal:<{ends}}  {signed(Decimal(move['gain'] or 0)):>8}"
    yield ""
    for number, move in enumerate(largest, 1):
        yield f"  {number:>2}. {move['sentence']}"
    others = moves[SHOWN_MOVES:]
    if others:
        yield f"  and {len(others)} smaller moves of {dollars(sum_of(others), currency)} together (--json shows all)"


def _impact(before: Mapping[str, Any], after: Mapping[str, Any], width: int) -> Iterable[str]:
    label_width = max(30, width - 24)
    earlier = {each["population"]["id"]: each for each in before["byPopulation"]}
    yield ""
    yield "Students expected to reach their outcome through these dollars, before and after:"
    between = f"all (after, between {number(after['low'])} and {number(after['high'])})"
    yield f"  {between:<{label_width}} {number(before['students']):>9} {number(after['students']):>9}"
    for each in sorted(after["byPopulation"], key=lambda one: -Decimal(one["students"])):
        was = earlier[each["population"]["id"]]["students"] if each["population"]["id"] in earlier else "0"
        if Decimal(was) == Decimal(each["students"]) == 0:
            continue
        mark = " (persistently behind)" if each["persistent"] else ""
        label = cut(each["population"]["name"] + mark, label_width)
        yield f"  {label:<{label_width}} {number(was):>9} {number(each['students']):>9}"
    shares = [Decimal(each["shareOnEvidence"]) * 100 for each in (before, after)]
    evidence = cut("dollars on practices with the evidence asked for", label_width)
    yield f"  {evidence:<{label_width}} {shares[0]:>8.0f}% {shares[1]:>8.0f}%"


def _limits(document: Mapping[str, Any]) -> Iterable[str]:
    bindings = sorted(document["bindings"], key=lambda each: -abs(Decimal(each["students"])))
    sections = (
        ("What holds the plan back:", [each["sentence"] for each in bindings[:SHOWN_BINDINGS]]),
        (
            "Practices that receive nothing:",
            [f"{each['practice']['name']}: {each['reason']}" for each in document["refusedPractices"]],
        ),
        ("Notes:", document["notes"]),
    )
    for title, sentences in sections:
        if sentences:
            yield ""
            yield title
            yield from (f"  - {sentence}" for sentence in sentences)


def dollars(amount: Decimal, currency: str) -> str:
    """Whole units of money: "$40,000", "EUR 40,000"."""
    shown = f"{amount.quantize(Decimal(1), ROUND_HALF_EVEN):,}"
    return f"${shown}" if currency == "USD" else f"{currency} {shown}"


def number(value: str) -> str:
    """Students with one decimal."""
    return f"{Decimal(value).quantize(TENTH, ROUND_HALF_EVEN) + 0:,}"


def signed(value: Decimal) -> str:
    """Students with one decimal and a sign."""
    return f"{value.quantize(TENTH, ROUND_HALF_EVEN) + 0:+,}"


def cut(text: str, width: int) -> str:
    """A text that ends in three dots where it is too long."""
    return text if len(text) <= width else text[: width - 3] + "..."
