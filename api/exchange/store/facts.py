"""Stores the plain facts of a partnership, one small function for each kind of record."""

import re
from collections.abc import AsyncIterable, Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from api.exchange.records import (
    InKindRecord,
    OrganizationRecord,
    OutcomeRecord,
    PopulationRecord,
    PositionFundingRecord,
    PositionRecord,
    PracticeRecord,
    Record,
    RestrictionRecord,
)
from api.exchange.records_anchor import BudgetRecord, MatchRecord, ObligationRecord, RenewalRecord
from api.exchange.report import Example, ImportReport
from api.exchange.store import policy
from api.exchange.store.anchor import store_budget, store_match, store_obligation, store_renewal
from api.exchange.store.groups import is_total
from api.exchange.store.money import minor, optional_minor
from api.exchange.store.names import Names, UnknownName, tell_unknown
from api.exchange.store.restrictions import Restrictions
from api.exchange.store.rows import Values, count, graver, replace_links, settle
from api.exchange.store.staging import Import
from models.base import Base, TenantRow, new_id
from models.in_kind import InKindResource
from models.organizations import Organization, OrganizationIdentifier
from models.outcomes import Outcome, Population, PopulationAlias
from models.practices import InKindNeed, Practice, PracticeOutcome
from models.resources import Funder
from models.staffing import StaffFunding, StaffPosition

IDENTIFIER = re.compile(r"([A-Z]{2}-[A-Z0-9_]+)-(.+)")


@dataclass
class Desk:
    """What storing a record needs: the session, the partnership, what its words mean, what was counted."""

    session: AsyncSession
    partnership_id: UUID
    names: Names
    restrictions: Restrictions
    actor: str

    async def settle(self, model: type[TenantRow], key: Values, values: Values) -> tuple[UUID, str]:
        """Makes the row of this key hold these values: its id, and what became of it."""
        row, action = await settle(self.session, model, self.partnership_id, key=key, values=values)
        return row.id, action

    async def links(self, model: type[Base], owner: Values, links: list[Values]) -> bool:
        """Makes the rows of this owner just these; says whether that changed any."""
        mine = {"partnership_id": self.partnership_id, **owner}
        return await replace_links(self.session, model, mine, links)


async def store_facts(
    session: AsyncSession, run_of: Import, records: AsyncIterable[Record], report: ImportReport
) -> None:
    """Stores each record; one that names something unknown is rejected with the field and the word."""
    p = run_of.partnership_id
    desk = Desk(session, p, await Names.read(session, p), await Restrictions.read(session, p), run_of.actor)
    async for record in records:
        try:
            count(report, await STORES[type(record)](desk, record))
        except UnknownName as error:
            tell_unknown(error, record.row, report)
        except policy.RefusedRecord as refused:
            report.reject(refused.code, str(refused), Example(record.row, refused.field, None))


async def _organization(desk: Desk, record: OrganizationRecord) -> str:
    known = desk.names.organizations.first(record.identifier or record.name)
    values = {"name": record.name, "sector": record.sector, "is_public": record.is_public}
    row, action = await desk.settle(Organization, {"id": known or new_id()}, values)
    if record.identifier and known is None:
        scheme, value = split_identifier(record.identifier)
        key = {"scheme": scheme, "value": value}
        await desk.settle(OrganizationIdentifier, key, {"organization_id": row, "preferred": True})
    desk.names.organizations.add(record.name, row)
    desk.names.organizations.add(record.identifier, row)
    if not record.funder_kind:
        return action
    _, second = await desk.settle(Funder, {"organization_id": row}, {"kind": record.funder_kind})
    return graver(action, second != "unchanged")


def split_identifier(identifier: str) -> tuple[str, str]:
    """The list's code and the value in it: US-EIN-123456789 is ("US-EIN", "123456789"); ("", all) where unlike.

    The same rule in SQL stands in store/parties.py.
    """
    parts = IDENTIFIER.fullmatch(identifier)
    return (parts[1], parts[2]) if parts else ("", identifier)


async def _outcome(desk: Desk, record: OutcomeRecord) -> str:
    values = {"stage": record.stage, "is_academic": record.academic}
    row, action = await desk.settle(Outcome, {"name": record.name}, values)
    desk.names.outcomes.add(record.name, row)
    return action


async def _population(desk: Desk, record: PopulationRecord) -> str:
    values = {
        "label": record.label,
        "is_key": record.key,
        "rationale": record.rationale,
        "is_total": is_total(record.value),
    }
    row, action = await desk.settle(
        Population, {"dimension": record.dimension, "value": record.value}, values
    )
    changed = [
        await desk.settle(
            PopulationAlias, {"dimension": record.dimension, "alias": alias}, {"population_id": row}
        )
        for alias in record.aliases
    ]
    return graver(action, *(each != "unchanged" for _, each in changed))


async def _practice(desk: Desk, record: PracticeRecord) -> str:
    outcomes = desk.names.outcomes.find_all(record.outcomes)
    values = {
        "cost_per_participant": optional_minor(record.cost_per_participant),
        "currency": record.currency if record.cost_per_participant is not None else None,
        "price_year": record.price_year,
        "cost_source": record.source,
        "capacity": record.capacity,
    }
    said = ("description", "has_logic_model", "is_under_study")  # kept where a file says nothing of them
    values |= {name: getattr(record, name) for name in said if getattr(record, name) is not None}
    row, action = await desk.settle(Practice, {"name": record.practice}, values)
    desk.names.practices.add(record.practice, row)
    needs = [
        {"kind": need.kind, "unit": need.unit, "quantity": need.quantity} for need in record.in_kind_needs
    ]
    owner = {"practice_id": row}
    changed = [
        await desk.links(PracticeOutcome, owner, [{"outcome_id": each} for each in outcomes]),
        await desk.links(InKindNeed, owner, needs),
    ]
    return graver(action, *changed)


async def _restriction(desk: Desk, record: RestrictionRecord) -> str:
    return await desk.restrictions.put(desk.names, record)


async def _position(desk: Desk, record: PositionRecord) -> str:
    values = {
        "role": record.role,
        "full_time_equivalent": record.full_time_equivalent,
        "annual_cost": optional_minor(record.annual_cost),
        "currency": record.currency if record.annual_cost is not None else None,
        "provision": record.provision,
        "starts_on": record.starts_on,
        "ends_on": record.ends_on,
    }
    row, action = await desk.settle(StaffPosition, {"title": record.title}, values)
    desk.names.positions.add(record.title, row)
    return action


async def _position_funding(desk: Desk, record: PositionFundingRecord) -> str:
    key = {
        "position_id": desk.names.positions.find(record.position),
        "investment_id": desk.names.investments.find(record.investment),
        "in_kind_id": desk.names.in_kind.find(record.in_kind),
        "starts_on": record.starts_on,
    }
    values = {
        "ends_on": record.ends_on,
        "monthly": minor(record.monthly),
        "currency": record.currency,
        "is_certain": record.certain,
        "is_recurring": record.recurring,
    }
    _, action = await desk.settle(StaffFunding, key, values)
    return action


async def _in_kind(desk: Desk, record: InKindRecord) -> str:
    key = {
        "donor_id": desk.names.organizations.find(record.donor),
        "kind": record.kind,
        "description": record.description,
        "starts_on": record.starts_on,
    }
    values = {
        "quantity": record.quantity,
        "unit": record.unit,
        "ends_on": record.ends_on,
        "practice_id": desk.names.practices.find(record.practice),
        "unit_rate": optional_minor(record.unit_rate),
        "currency": record.currency if record.unit_rate is not None else None,
        "method": record.method,
        "rate_source": record.rate_source,
    }
    row, action = await desk.settle(InKindResource, key, values)
    desk.names.in_kind.add(record.description, row)
    return action


STORES: Mapping[type[Record], Callable[[Desk, Any], Awaitable[str]]] = {  # Any: each takes its own record
    OrganizationRecord: _organization,
    OutcomeRecord: _outcome,
    PopulationRecord: _population,
    PracticeRecord: _practice,
    RestrictionRecord: _restriction,
    PositionRecord: _position,
    PositionFundingRecord: _position_funding,
    InKindRecord: _in_kind,
    BudgetRecord: store_budget,
    ObligationRecord: store_obligation,
    RenewalRecord: store_renewal,
    MatchRecord: store_match,
    **policy.STORES,
}
