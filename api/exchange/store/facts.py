"""Stores the plain facts of a partnership, one small function for each kind of record."""

import re
from collections.abc import AsyncIterable, Awaitable, Callable, Mapping
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from api.exchange.records import OrganizationRecord, OutcomeRecord, PopulationRecord, Record
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
from api.exchange.records_evidence import PracticeRecord
from api.exchange.records_money import RestrictionRecord
from api.exchange.records_staff import InKindRecord, PositionCostRecord, PositionFundingRecord, PositionRecord
from api.exchange.report import Example, ImportReport
from api.exchange.store import policy
from api.exchange.store.anchor import (
    store_budget,
    store_fee_agreement,
    store_instalment,
    store_link,
    store_match,
    store_match_offer,
    store_obligation,
    store_renewal,
)
from api.exchange.store.desk import Desk, Unfit
from api.exchange.store.groups import is_total
from api.exchange.store.money import optional_minor
from api.exchange.store.names import Names, UnknownName, tell_unknown
from api.exchange.store.restrictions import Restrictions
from api.exchange.store.rows import count, graver
from api.exchange.store.staff import (
    store_in_kind,
    store_position,
    store_position_cost,
    store_position_funding,
    tell_surplus,
)
from api.exchange.store.staging import Import
from models.base import new_id
from models.organizations import Organization, OrganizationIdentifier
from models.outcomes import Outcome, Population, PopulationAlias
from models.practices import InKindNeed, Practice, PracticeOutcome
from models.resources import Funder

IDENTIFIER = re.compile(r"([A-Z]{2}-[A-Z0-9_]+)-(.+)")


async def store_facts(
    session: AsyncSession, run_of: Import, records: AsyncIterable[Record], report: ImportReport
) -> None:
    """Stores each record; one that names something unknown is rejected with the field and the word."""
    p = run_of.partnership_id
    desk = Desk(
        session, p, await Names.read(session, p), await Restrictions.read(session, p), report, run_of.actor
    )
    async for record in records:
        try:
            count(report, await STORES[type(record)](desk, record), record.row)
        except UnknownName as error:
            tell_unknown(error, record.row, report)
        except Unfit as fault:
            report.reject(fault.code, str(fault), Example(record.row, fault.field, fault.word))
    await tell_surplus(desk)


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


STORES: Mapping[type[Record], Callable[[Desk, Any], Awaitable[str]]] = {  # Any: each takes its own record
    OrganizationRecord: _organization,
    OutcomeRecord: _outcome,
    PopulationRecord: _population,
    PracticeRecord: _practice,
    RestrictionRecord: _restriction,
    PositionRecord: store_position,
    PositionCostRecord: store_position_cost,
    PositionFundingRecord: store_position_funding,
    InKindRecord: store_in_kind,
    BudgetRecord: store_budget,
    ObligationRecord: store_obligation,
    RenewalRecord: store_renewal,
    MatchRecord: store_match,
    InstalmentRecord: store_instalment,
    MatchOfferRecord: store_match_offer,
    FeeAgreementRecord: store_fee_agreement,
    LinkRecord: store_link,
    **policy.STORES,
}
