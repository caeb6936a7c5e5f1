"""Stores the facts of the anchor's books: budgets, what is owed, renewals, match."""

from sqlalchemy import func, select

from api.exchange.records_anchor import (
    BudgetRecord,
    FeeAgreementRecord,
    InstalmentRecord,
    LinkRecord,
    MatchOfferRecord,
    MatchRecord,
    ObligationRecord,
    RenewalRecord,
)
from api.exchange.report import Example, Severity
from api.exchange.store.desk import Desk
from api.exchange.store.money import minor, optional_minor
from api.exchange.store.rows import graver
from models.budgets import BudgetLine, FeeAgreement
from models.matches import InKindMatch, MatchOffer, MatchRequirement
from models.obligations import Instalment, InvestmentLink, Obligation, Renewal
from models.resources import Funder


async def store_budget(desk: Desk, record: BudgetRecord) -> str:
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


async def store_obligation(desk: Desk, record: ObligationRecord) -> str:
    """Something owed is known by its investment, kind, title and day."""
    key = {
        "investment_id": desk.names.investments.find(record.investment),
        "kind": record.kind,
        "title": record.title,
        "due_on": record.due_on,
    }
    _, action = await desk.settle(Obligation, key, {"done_on": record.done_on})
    return action


async def store_renewal(desk: Desk, record: RenewalRecord) -> str:
    """An investment has one renewal."""
    key = {"investment_id": desk.names.investments.find(record.investment)}
    values = {"due_on": record.due_on, "probability": record.probability, "owner_name": record.owner_name}
    _, action = await desk.settle(Renewal, key, values)
    return action


async def store_match(desk: Desk, record: MatchRecord) -> str:
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
    changed = await desk.links(InKindMatch, owner, [{"in_kind_id": each} for each in gifts])
    await _tell_counted_twice(desk, record)
    return graver(action, changed)


async def _tell_counted_twice(desk: Desk, record: MatchRecord) -> None:
    """A gift counts for one award at most (2 CFR 200.306(b)(2)): one that is named for two is kept, and told."""
    m = InKindMatch
    for word in record.in_kind:
        gift = desk.names.in_kind.find(word)
        found = await desk.session.execute(
            select(func.count()).where(m.partnership_id == desk.partnership_id, m.in_kind_id == gift)
        )
        count = found.scalar_one()
        if count > 1:
            sentence = "a gift in kind is counted as match for more than one award, so it counts for none"
            desk.report.add(Severity.WARNING, "counted-twice", sentence, Example(record.row, "in_kind", word))


async def store_instalment(desk: Desk, record: InstalmentRecord) -> str:
    """A part of an award is known by its investment, fiscal year and day."""
    key = {
        "investment_id": desk.names.investments.find(record.investment),
        "fiscal_year": record.fiscal_year,
        "due_on": record.due_on,
    }
    values = {"amount": minor(record.amount), "is_conditional": record.conditional}
    _, action = await desk.settle(Instalment, key, values)
    return action


async def store_match_offer(desk: Desk, record: MatchOfferRecord) -> str:
    """An offer is known by who makes it and until when."""
    key = {"source_id": desk.names.organizations.find(record.source), "deadline": record.deadline}
    values = {
        "ratio": record.ratio,
        "maximum": optional_minor(record.maximum),
        "currency": record.currency,
        "in_kind_counts": record.in_kind_counts,
    }
    _, action = await desk.settle(MatchOffer, key, values)
    return action


async def store_fee_agreement(desk: Desk, record: FeeAgreementRecord) -> str:
    """An agreement is known by its award, or none, and its first day."""
    key = {
        "investment_id": desk.names.investments.find(record.investment),
        "starts_on": record.starts_on,
    }
    values = {
        "fee_rate": record.fee_rate,
        "monthly": optional_minor(record.monthly),
        "currency": record.currency,
        "ends_on": record.ends_on,
    }
    _, action = await desk.settle(FeeAgreement, key, values)
    return action


async def store_link(desk: Desk, record: LinkRecord) -> str:
    """A tie is known by both awards and its kind."""
    key = {
        "investment_id": desk.names.investments.find(record.investment),
        "kind": record.kind,
        "other_id": desk.names.investments.find(record.other),
    }
    _, action = await desk.settle(InvestmentLink, key, {})
    return action
