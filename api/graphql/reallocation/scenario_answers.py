"""The answer of a scenario as it is kept, read into types: impacts, bindings, conflicts, and what was refused."""

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

import strawberry

from allocation.answer import BindingKind
from api.graphql.common.basics import Money, Node, money_of, row
from api.graphql.common.context import Context
from api.graphql.common.lazy import LazyPopulationGroup, LazyPractice
from api.graphql.lookahead.sources import Load

__all__ = [
    "Binding",
    "LeastMoney",
    "RefusedPractice",
    "RuleConflict",
    "RuleRepair",
    "ScenarioImpact",
    "bindings",
    "conflicts",
    "impact",
    "least_money",
    "notes",
    "of_answer",
    "price_of_fairness",
    "refused_practices",
    "repairs",
]

Document = Mapping[str, Any]  # JSON of ours, as allocation.results writes it


@strawberry.type
class PopulationImpact:
    """What a group gets; the gaps count people short of parity, `students` those who reach the outcome."""

    population: LazyPopulationGroup
    persistent: bool
    dollars: Money
    students: Decimal | None
    reason: str | None
    gap_before: Decimal | None
    gap_after: Decimal | None


@strawberry.type
class ScenarioImpact:
    """What the dollars in question do; `low` and `high` bound the students by the effects' intervals."""

    dollars: Money
    students: Decimal | None
    low: Decimal | None
    high: Decimal | None
    reason: str | None
    by_population: list[PopulationImpact]
    share_on_evidence: Decimal


@strawberry.type
class Binding:
    """A rule that holds the plan back; `shadowPrice` is what one unit more of it would add."""

    kind: BindingKind
    label: str
    node: Node | None
    shadow_price: Decimal | None
    sentence: str


@strawberry.type
class RuleConflict:
    """A smallest set of rules that cannot hold together."""

    rules: list[str]
    sentence: str


@strawberry.type
class RuleRepair:
    """One step of the cheapest way out of a conflict."""

    rule: str
    sentence: str


@strawberry.type
class LeastMoney:
    """The least new money that brings what was asked for within reach; no amount where none is enough."""

    amount: Money | None
    sentence: str


@strawberry.type
class RefusedPractice:
    """A practice that can receive nothing, and why."""

    practice: LazyPractice
    reason: str


def of_answer(read: Callable[[UUID, Document], Any]) -> Load:  # each field's own type
    """A loader of what `read` makes of the partnership and the answer; None where there is no answer yet."""

    async def load(_: Context, rows: Sequence[Mapping[str, Any]], __: Mapping[str, Any]) -> list[Any]:
        return [read(each["partnership"], each["answer"] or {}) for each in rows]

    return load


def impact(name: str) -> Load:
    """ReallocationScenario.before and after."""
    return of_answer(lambda partnership, answer: _impact(partnership, answer, name))


def _impact(partnership: UUID, answer: Document, name: str) -> ScenarioImpact | None:
    found = answer.get(name)
    if found is None:
        return None
    currency = answer["currency"]
    return ScenarioImpact(
        dollars=money_of(found["amount"], currency),
        students=Decimal(found["students"]),
        low=Decimal(found["low"]),
        high=Decimal(found["high"]),
        reason=None,
        by_population=[_of_population(partnership, each, currency) for each in found["by_population"]],
        share_on_evidence=Decimal(found["share_on_evidence"]),
    )


def _of_population(partnership: UUID, found: Document, currency: str) -> PopulationImpact:
    return PopulationImpact(
        population=row("PopulationGroup", partnership, UUID(found["population"])),
        persistent=found["persistent"],
        dollars=money_of(found["amount"], currency),
        students=Decimal(found["students"]),
        reason=None,
        gap_before=Decimal(found["gap_before"]),
        gap_after=Decimal(found["gap_after"]),
    )


def _binding(partnership: UUID, found: Document) -> Binding:
    price = found["shadow_price"]
    return Binding(
        kind=BindingKind(found["kind"]),
        label=found["label"],
        node=_node(partnership, found.get("belongs_to")),
        shadow_price=None if price is None else Decimal(price),
        sentence=found["sentence"],
    )


def _node(partnership: UUID, owner: Document | None) -> Any:  # a row, or None
    """What a rule belongs to: an investment, a practice, a group or a funder; None for all of them."""
    return row(owner["type"], partnership, UUID(owner["id"])) if owner else None


bindings: Final = of_answer(
    lambda partnership, answer: [_binding(partnership, each) for each in answer.get("bindings", ())]
)
conflicts: Final = of_answer(
    lambda _, answer: [
        RuleConflict(rules=each["rules"], sentence=each["sentence"]) for each in answer.get("conflicts", ())
    ]
)
repairs: Final = of_answer(
    lambda _, answer: [
        RuleRepair(rule=each["rule"], sentence=each["sentence"]) for each in answer.get("repairs", ())
    ]
)
notes: Final = of_answer(lambda _, answer: list(answer.get("notes", ())))


def _least(found: Document | None, currency: str) -> LeastMoney | None:
    if found is None:
        return None
    amount = None if found["amount"] is None else money_of(found["amount"], currency)
    return LeastMoney(amount=amount, sentence=found["sentence"])


least_money: Final = of_answer(
    lambda _, answer: _least(answer.get("least_money"), answer.get("currency", ""))
)
price_of_fairness: Final = of_answer(
    lambda _, answer: Decimal(price) if (price := answer.get("price_of_fairness")) is not None else None
)
refused_practices: Final = of_answer(
    lambda partnership, answer: [
        RefusedPractice(practice=row("Practice", partnership, UUID(each["practice"])), reason=each["reason"])
        for each in answer.get("refused_practices", ())
    ]
)
