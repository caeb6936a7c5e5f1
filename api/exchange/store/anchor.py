"""Stores the facts of the anchor's books: budgets, what is owed, renewals, match."""

from typing import TYPE_CHECKING

from api.exchange.records_anchor import BudgetRecord, MatchRecord, ObligationRecord, RenewalRecord
from api.exchange.store.money import minor
from api.exchange.store.rows import graver
from models.budgets import BudgetLine
from models.matches import InKindMatch, MatchRequirement
from models.obligations import Obligation, Renewal
from models.resources import Funder

if TYPE_CHECKING:
    from api.exchange.store.facts import Desk


async def store_budget(desk: "Desk", record: BudgetRecord) -> str:
    """A line is known by its year, use, funder, position and currency."""
    organization = desk.names.organizations.find(record.funder)
    funder = None
    if organization is not None:
        funder, _ = await desk.settle(Funder, {"organization_id": organization}, {})
    key = {
        "fiscal_year": record.fiscal_year,
        "use": record.use,
        "funder_id": funder,
        "position_id": desk.names.positions.find(record.position),
        "currency": record.currency,
    }
    _, action = await desk.settle(BudgetLine, key, {"amount": minor(record.amount)})
    return action


async def store_obligation(desk: "Desk", record: ObligationRecord) -> str:
    """Something owed is known by its investment, kind, title and day."""
    key = {
        "investment_id": desk.names.investments.find(record.investment),
        "kind": record.kind,
        "title": record.title,
        "due_on": record.due_on,
    }
    _, action = await desk.settle(Obligation, key, {"done_on": record.done_on})
    return action


async def store_renewal(desk: "Desk", record: RenewalRecord) -> str:
    """An investment has one renewal."""
    key = {"investment_id": desk.names.investments.find(record.investment)}
    values = {"due_on": record.due_on, "probability": record.probability, "owner_name": record.owner_name}
    _, action = await desk.settle(Renewal, key, values)
    return action


async def store_match(desk: "Desk", record: MatchRecord) -> str:
    """An investment has one requirement; the gifts that count for it are just those of the row."""
    investment = desk.names.investments.find(record.investment)
    gifts = desk.names.in_kind.find_all(record.in_kind)
    values = {
        "ratio": record.ratio,
        "required": minor(record.required),
        "in_kind_counts": record.in_kind_counts,
        "due_on": record.due_on,
    }
    _, action = await desk.settle(MatchRequirement, {"investment_id": investment}, values)
    owner = {"investment_id": investment}
    return graver(action, await desk.links(InKindMatch, owner, [{"in_kind_id": each} for each in gifts]))
