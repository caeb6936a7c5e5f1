"""Records awards and changes what is said of them; their dollars go through the ledger's one door."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

import strawberry
from sqlalchemy import select
from strawberry.types import Info

from allocation import bookkeeping
from allocation.ledger import LedgerError
from api.access import Right
from api.graphql.anchor.agreement_changes import (
    check_instalments,
    check_match,
    check_renewal,
    replace_agreed,
    settle_agreed,
)
from api.graphql.anchor.anchor_changes import InvestmentPayload
from api.graphql.common.basics import row
from api.graphql.common.changes import Change, Changed, Refused, changed, partnership_of
from api.graphql.common.checks import Checks, of_row
from api.graphql.common.context import Context
from api.graphql.common.enums import UserErrorCode
from api.graphql.common.ids import GlobalId, read_id
from api.graphql.money import investment_inputs as given
from api.graphql.money.restriction_changes import Allowed, check_restrictions, replace_restrictions
from models.base import new_id
from models.ledger import TransactionKind
from models.matches import MatchRequirement
from models.obligations import Instalment, InvestmentLink, LinkKind, Renewal
from models.organizations import Organization
from models.plans import PolicyPlan
from models.resources import DatePrecision, Funder, Investment

__all__ = ["InvestmentMutation"]

Asked = Info[Context, None]
MOST_SOURCES: Final = 100
SYSTEM: Final = "recorded"
"""The source of an award that no file brought."""
Values = dict[str, Any]  # Any: a column's value


@dataclass(frozen=True)
class Draft:
    """An award as it will be written, with what is agreed about it."""

    columns: Values
    amount: int
    giver: Organization
    funder: Funder | None
    allowed: list[Allowed]
    links: list[tuple[LinkKind, Investment]]
    renewal: Values | None
    match: Values | None
    instalments: list[Values]


async def _drafted(checks: Checks, asked: given.RecordInvestmentInput) -> Draft:
    """Checks everything; `done` tells all that is wrong at once."""
    currency = asked.committed.currency
    amount = checks.money(asked.committed, "committed")
    checks.must(amount != 0, ("committed", "amount"), "An amount is above 0.")
    _check_words(checks, asked)
    _check_days(checks, asked)
    giver, funder = await _funder(checks, asked.funder)
    recipient = await checks.row(Organization, asked.recipient, "Organization", "recipient")
    agent = await checks.row(Organization, asked.fiscal_agent, "Organization", "fiscalAgent")
    plan = await checks.row(PolicyPlan, asked.policy_plan, "PolicyPlan", "policyPlan")
    agreed: Values = {
        "allowed": list(await check_restrictions(checks, asked.restrictions, currency)),
        "links": await _links(checks, asked),
        "renewal": check_renewal(checks, asked.renewal) if asked.renewal else None,
        "match": check_match(checks, asked.match, currency) if asked.match else None,
        "instalments": list(check_instalments(checks, asked.instalments)),
    }
    checks.done()
    assert amount is not None  # noqa: S101 - checked above
    assert giver is not None  # noqa: S101 - as above
    precision = asked.awarded_on_precision or DatePrecision.DAY
    columns: Values = {
        "title": asked.title,
        "description": asked.description,
        "recipient_id": recipient.id if recipient else None,
        "fiscal_agent_id": agent.id if agent else None,
        "policy_plan_id": plan.id if plan else None,
        "use": asked.use,
        "currency": currency,
        "awarded_on": asked.awarded_on,
        "awarded_on_precision": precision if asked.awarded_on else None,
        "starts_on": asked.starts_on,
        "ends_on": asked.ends_on,
        "renewal_probability": asked.renewal_probability,
        "source_system": SYSTEM,
    }
    return Draft(columns=columns, amount=amount, giver=giver, funder=funder, **agreed)


def _check_words(checks: Checks, asked: given.RecordInvestmentInput | given.UpdateInvestmentInput) -> None:
    checks.text(asked.title, "title")
    checks.text(asked.description, "description", longest=20_000)
    checks.share(asked.renewal_probability, "renewalProbability")


def _check_days(checks: Checks, asked: given.RecordInvestmentInput) -> None:
    checks.day(asked.awarded_on, "awardedOn")
    checks.term(asked.starts_on, asked.ends_on)
    is_dated = asked.awarded_on_precision is None or asked.awarded_on is not None
    checks.must(is_dated, ("awardedOnPrecision",), "Without a day it has no precision.")


async def _funder(checks: Checks, text: str) -> tuple[Organization | None, Funder | None]:
    """The giver and its part as one, by the id of either; a part that there is not yet is None."""
    found = read_id(text, "Funder", "Organization")
    if found is not None and found.type_name == "Funder":
        funder = await checks.row(Funder, text, "Funder", "funder")
        if funder is None:
            return None, None
        giver = await checks.session.get(Organization, (checks.partnership_id, funder.organization_id))
        return giver, funder
    giver = await checks.row(Organization, text, "Organization", "funder")
    if giver is None:
        return None, None
    query = select(Funder).where(
        Funder.partnership_id == checks.partnership_id, Funder.organization_id == giver.id
    )
    return giver, (await checks.session.execute(query)).scalar_one_or_none()


async def _links(checks: Checks, asked: given.RecordInvestmentInput) -> list[tuple[LinkKind, Investment]]:
    checks.must(
        len(asked.funded_from) <= MOST_SOURCES,
        ("fundedFrom",),
        f"An award is paid from at most {MOST_SOURCES} others.",
    )
    links: dict[tuple[LinkKind, Any], Investment] = {}
    for n, text in enumerate(asked.funded_from[:MOST_SOURCES]):
        source = await checks.row(Investment, text, "Investment", "fundedFrom", str(n))
        if source is not None:
            is_same = source.currency == asked.committed.currency
            checks.must(is_same, ("fundedFrom", str(n)), f"The award that pays it is in {source.currency}.")
            links[LinkKind.FUNDED_FROM, source.id] = source
    former = await checks.row(Investment, asked.renewal_of, "Investment", "renewalOf")
    if former is not None:
        links[LinkKind.RENEWAL_OF, former.id] = former
    return [(kind, other) for (kind, _), other in links.items()]


async def _record(checks: Checks, asked: given.RecordInvestmentInput, actor: str) -> GlobalId:
    draft = await _drafted(checks, asked)
    session, p = checks.session, checks.partnership_id
    funder = draft.funder
    if funder is None:
        funder = Funder(partnership_id=p, id=new_id(), organization_id=draft.giver.id)
        session.add(funder)
        await session.flush()
    made = Investment(partnership_id=p, id=new_id(), funder_id=funder.id, **draft.columns)
    session.add(made)
    await session.flush()
    await session.refresh(made)
    await _agree(checks, made, draft)
    promised_on = made.awarded_on or made.starts_on or datetime.now(UTC).date()
    event = bookkeeping.Event(
        TransactionKind.COMMITMENT,
        draft.amount,
        promised_on,
        payer_id=draft.giver.id,
        payee_id=made.recipient_id,
    )
    try:
        await bookkeeping.record(session, made, event, actor=actor, key=f"award:{made.id}")
    except LedgerError as error:
        code = UserErrorCode(error.refusal.value)
        raise Refused.at("committed", code, f"The ledger refuses: {error}.") from error
    return GlobalId("Investment", (p, made.id))


async def _agree(checks: Checks, made: Investment, draft: Draft) -> None:
    p = checks.partnership_id
    await replace_restrictions(checks, made, draft.allowed)
    checks.session.add_all(
        InvestmentLink(partnership_id=p, id=new_id(), investment_id=made.id, kind=kind, other_id=other.id)
        for kind, other in draft.links
    )
    await checks.session.flush()
    if draft.renewal is not None:
        await settle_agreed(checks, Renewal, made, draft.renewal)
    if draft.match is not None:
        await settle_agreed(checks, MatchRequirement, made, draft.match)
    if draft.instalments:
        await replace_agreed(checks, Instalment, made, draft.instalments)


async def _update(checks: Checks, asked: given.UpdateInvestmentInput, kept: Investment) -> GlobalId:
    if asked.version != kept.version:
        message = f"The investment is at version {kept.version}: read it again."
        raise Refused.at("version", UserErrorCode.STALE, message)
    _check_words(checks, asked)
    checks.term(asked.starts_on or kept.starts_on, asked.ends_on or kept.ends_on)
    allowed = (
        None
        if asked.restrictions is None
        else await check_restrictions(checks, asked.restrictions, kept.currency)
    )
    checks.done()
    sent = {
        "title": asked.title,
        "description": asked.description,
        "starts_on": asked.starts_on,
        "ends_on": asked.ends_on,
        "renewal_probability": asked.renewal_probability,
    }
    changes = {name: to for name, to in sent.items() if to is not None and getattr(kept, name) != to}
    for name, value in changes.items():
        setattr(kept, name, value)
    is_replaced = allowed is not None and await replace_restrictions(checks, kept, allowed)
    if changes or is_replaced:
        kept.version += 1
        await checks.session.flush()
    return GlobalId("Investment", (checks.partnership_id, kept.id))


async def _recorded(context: Context, asked: given.RecordInvestmentInput) -> Changed:
    try:
        partnership = await partnership_of(context, asked.partnership, "partnership", Right.KEEP_BOOKS)
    except Refused as refused:
        return Changed.refused(refused.faults)

    async def work(checks: Checks) -> GlobalId:
        return await _record(checks, asked, context.caller.actor)

    change = Change("recordInvestment", partnership.id, asked.idempotency_key, asked)
    return await changed(context, change, lambda session: work(Checks(session, partnership.id)))


def _payload(made: Changed) -> InvestmentPayload:
    shown: Any = row(made.id.type_name, *made.id.key) if made.id else None  # a row stands for its object
    return InvestmentPayload(investment=shown, user_errors=made.errors, replayed=made.replayed)


@strawberry.type
class InvestmentMutation:
    """What the anchor records of awards."""

    @strawberry.mutation
    async def record_investment(
        self,
        info: Asked,
        input: given.RecordInvestmentInput,  # noqa: A002 - the contract's name
    ) -> InvestmentPayload:
        """An award, with its promise on the books and what is agreed about it."""
        return _payload(await _recorded(info.context, input))

    @strawberry.mutation
    async def update_investment(
        self,
        info: Asked,
        input: given.UpdateInvestmentInput,  # noqa: A002 - as above
    ) -> InvestmentPayload:
        """Changes what is said of an award; its dollars change by transactions alone."""

        async def work(checks: Checks, kept: Investment) -> GlobalId:
            return await _update(checks, input, kept)

        of = (Investment, "Investment", "investment", input.investment)
        return _payload(await of_row(info.context, "updateInvestment", input, of, work))
