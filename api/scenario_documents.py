"""A scenario as a JSON document in the contract's names, and in words for a terminal."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from allocation.scenarios import ScenarioError, find_scenario
from models.organizations import Organization
from models.outcomes import Outcome, Population
from models.partnerships import Area
from models.practices import Practice
from models.resources import Funder, Investment
from models.scenarios import Move, Scenario
from models.staffing import StaffPosition

Document = dict[str, Any]  # JSON, as in the contract's ReallocationScenario
RUNNING = frozenset({"QUEUED", "RUNNING"})
ENDS = {
    "practice": (Practice, Practice.name),
    "outcome": (Outcome, Outcome.name),
    "population": (Population, Population.label),
    "area": (Area, Area.name),
    "position": (StaffPosition, StaffPosition.title),
}


async def read_scenario(session: AsyncSession, partnership_id: UUID, scenario_id: UUID) -> Document:
    """The scenario with its moves. Amounts, people and shares are decimal texts. Errors: ScenarioError."""
    scenario = await find_scenario(session, partnership_id, scenario_id)
    if scenario is None:
        raise ScenarioError("there is no such scenario")
    query = select(Move).where(Move.partnership_id == partnership_id, Move.scenario_id == scenario_id)
    moves = (await session.execute(query.order_by(Move.position))).scalars().all()
    names = await _Names.read(session, partnership_id)
    answer = scenario.answer or {}
    return {
        "id": str(scenario.id),
        "name": scenario.name,
        "status": scenario.status.value,
        "progress": scenario.progress,
        "message": scenario.message,
        "requestedAt": scenario.requested_at.isoformat(),
        "inputsHash": scenario.inputs_hash,
        "askedFrom": str(scenario.asked_from_id) if scenario.asked_from_id else None,
        "decidedOn": scenario.decided_on.isoformat() if scenario.decided_on else None,
        "decisionNote": scenario.decision_note,
        "moves": [_move(move, names) for move in moves],
        **_answer(scenario, answer, names),
    }


def _answer(scenario: Scenario, answer: Mapping[str, Any], names: "_Names") -> Document:
    """What is kept of the answer, in names; empty lists while there is none."""
    currency = answer.get("currency", "")
    return {
        "before": _impact(answer.get("before"), currency, names),
        "after": _impact(answer.get("after"), currency, names),
        "idle": money(answer["idle_amount"], currency) if "idle_amount" in answer else None,
        "bindings": [_binding(each) for each in answer.get("bindings", ())],
        "conflicts": list(answer.get("conflicts", ())),
        "repairs": list(answer.get("repairs", ())),
        "frontier": [_in_camel_case(each) for each in answer.get("frontier", ())],
        "refusedPractices": [
            {"practice": names.of("practice", each["practice"]), "reason": each["reason"]}
            for each in answer.get("refused_practices", ())
        ],
        "unreachable": [
            {
                **{end: names.of(end, each[end]) for end in ("outcome", "area", "population")},
                "reason": each["reason"],
            }
            for each in answer.get("unreachable", ())
        ],
        "priceOfFairness": answer.get("price_of_fairness"),
        "leastMoney": _least(answer.get("least_money"), currency),
        "notes": list(answer.get("notes", ())),
        "question": _in_camel_case(scenario.question),
    }


def _least(found: Mapping[str, Any] | None, currency: str) -> Document | None:
    if found is None:
        return None
    amount = None if found["amount"] is None else money(found["amount"], currency)
    return {"amount": amount, "sentence": found["sentence"]}


def is_over(document: Mapping[str, Any]) -> bool:
    """Whether a scenario's document will not change by itself any more."""
    return document["status"] not in RUNNING


def money(amount: int, currency: str) -> Document:
    """Minor units as the contract's Money: 123456 USD is {"amount": "1234.56", "currency": "USD"}."""
    return {"amount": f"{Decimal(amount).scaleb(-2):.2f}", "currency": currency}


class _Names:
    """What the rows are called that a scenario names by id."""

    def __init__(self, known: Mapping[str, Mapping[str, str]], awards: Mapping[str, Document]) -> None:
        self._known = known
        self._awards = awards

    @classmethod
    async def read(cls, session: AsyncSession, partnership_id: UUID) -> "_Names":
        known: dict[str, dict[str, str]] = {}
        for end, (model, column) in ENDS.items():
            rows = await session.execute(
                select(model.id, column).where(model.partnership_id == partnership_id)
            )
            known[end] = {str(row[0]): str(row[1]) for row in rows}
        found = await session.execute(
            select(Investment.id, Investment.title, Funder.id, Organization.name)
            .join(
                Funder,
                (Funder.partnership_id == Investment.partnership_id) & (Funder.id == Investment.funder_id),
            )
            .join(
                Organization,
                (Organization.partnership_id == Funder.partnership_id)
                & (Organization.id == Funder.organization_id),
            )
            .where(Investment.partnership_id == partnership_id)
        )
        awards = {
            str(row): {"id": str(row), "title": title, "funder": {"id": str(funder), "name": name}}
            for row, title, funder, name in found
        }
        return cls(known, awards)

    def of(self, end: str, row_id: str | UUID | None) -> Document | None:
        """A row by its id and name."""
        if row_id is None:
            return None
        return {"id": str(row_id), "name": self._known[end].get(str(row_id), "")}

    def award(self, row_id: UUID | None) -> Document | None:
        """An investment by its id, title and funder."""
        return None if row_id is None else self._awards.get(str(row_id))


def _move(move: Move, names: _Names) -> Document:
    return {
        "id": str(move.id),
        "from": _end(move, "from", names),
        "to": _end(move, "to", names),
        "investment": names.award(move.investment_id),
        "amount": money(move.amount, move.currency),
        "gain": _text(move.gain),
        "gainLow": _text(move.gain_low),
        "gainHigh": _text(move.gain_high),
        "reason": move.reason,
        "sentence": move.sentence,
        "decision": move.decision.value,
        "staysShare": move.stays_share,
    }


def _end(move: Move, name: str, names: _Names) -> Document | None:
    use = getattr(move, f"{name}_use")
    if use is None:
        return None
    ends = {end: names.of(end, getattr(move, f"{name}_{end}_id")) for end in ENDS}
    return {"use": use.value, **ends, "fiscalYear": getattr(move, f"{name}_fiscal_year")}


def _text(value: Decimal | None) -> str | None:
    return None if value is None else f"{value.normalize() + 0:f}"


def _impact(impact: Mapping[str, Any] | None, currency: str, names: _Names) -> Document | None:
    if impact is None:
        return None
    return {
        "dollars": money(impact["amount"], currency),
        "students": impact["students"],
        "low": impact["low"],
        "high": impact["high"],
        "shareOnEvidence": impact["share_on_evidence"],
        "byPopulation": [_population(each, currency, names) for each in impact["by_population"]],
    }


def _population(each: Mapping[str, Any], currency: str, names: _Names) -> Document:
    return {
        "population": names.of("population", each["population"]),
        "persistent": each["persistent"],
        "dollars": money(each["amount"], currency),
        "students": each["students"],
        "gapBefore": each["gap_before"],
        "gapAfter": each["gap_after"],
    }


def _binding(each: Mapping[str, Any]) -> Document:
    return {
        "kind": each["kind"],
        "label": each["label"],
        "node": each["belongs_to"],
        "students": each["students"],
        "shadowPrice": each["shadow_price"],
        "sentence": each["sentence"],
    }


def _in_camel_case(kept: Mapping[str, Any]) -> Document:
    def camel(name: str) -> str:
        first, *others = name.split("_")
        return first + "".join(word.capitalize() for word in others)

    return {camel(name): value for name, value in kept.items()}


def sum_of(moves: Sequence[Mapping[str, Any]]) -> Decimal:
    """The dollars of moves together."""
    return sum((Decimal(move["amount"]["amount"]) for move in moves), Decimal(0))


def names_of(end: Mapping[str, Any] | None) -> Iterable[str]:
    """What one end of a move is for, in short: its practice or use, its group, its area."""
    if end is None:
        return
    parts = [end[part]["name"] for part in ("practice", "outcome", "population", "area") if end[part]]
    if not parts:
        yield "not yet targeted"
        return
    yield end["practice"]["name"] if end["practice"] else end["use"].lower().replace("_", " ")
    for part in ("population", "area"):
        if end[part]:
            yield end[part]["name"]
