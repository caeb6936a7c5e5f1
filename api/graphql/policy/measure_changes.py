"""The policy team's changes of measures: a measure that no legislature publishes, and the rules of a partnership."""

from collections.abc import Awaitable, Callable
from datetime import date
from typing import Any, Final
from uuid import UUID

import strawberry
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from strawberry.types import Info

from api.access import Right
from api.exchange.errors import CellError
from api.exchange.records_measures import Named, Sponsor
from api.exchange.store.measure_parts import PARTS, Part
from api.exchange.text import cell_text, name, prose
from api.graphql.anchor.anchor_changes import PartnershipPayload
from api.graphql.common.basics import row
from api.graphql.common.changes import Change, Changed, Refused, UserError, changed, partnership_of
from api.graphql.common.checks import Checks
from api.graphql.common.context import Context
from api.graphql.common.enums import UserErrorCode
from api.graphql.common.ids import GlobalId
from api.graphql.policy.measure_inputs import RecordPolicyMeasureInput, SetMeasureRuleInput
from api.graphql.policy.measures import PolicyMeasure
from models.base import new_id
from models.measures import MeasureAspect, MeasureChange
from models.measures import PolicyMeasure as MeasureRow
from models.partnerships import Partnership

__all__ = ["MeasureMutation"]

Asked = Info[Context, None]
Told = dict[MeasureAspect, tuple[str | None, str | None]]
BY_HAND: Final = "recorded"
LONGEST: Final = {
    "jurisdiction": 200,
    "session": 100,
    "identifier": 100,
    "title": 2000,
    "status_as_published": 200,
    "last_action": 2000,
    "source_url": 2000,
}
ON_RECORD: Final = "This measure is on record; send the version that you read in order to change it."
LONGEST_SUMMARY: Final = 100_000
MOST_NAMED: Final = 1000
EARLIEST: Final = date(1800, 1, 1)
TOLD: Final = {
    "title": MeasureAspect.TITLE,
    "summary": MeasureAspect.SUMMARY,
    "status": MeasureAspect.STATUS,
    "status_as_published": MeasureAspect.STATUS,
    "last_action": MeasureAspect.ACTION,
    "last_action_on": MeasureAspect.ACTION,
    "introduced_on": MeasureAspect.DATES,
    "delivered_on": MeasureAspect.DATES,
    "source_url": MeasureAspect.OTHER,
}


@strawberry.type
class PolicyMeasurePayload:
    """The measure after the change; null with `userErrors` where nothing was changed."""

    policy_measure: PolicyMeasure | None
    user_errors: list[UserError]
    replayed: bool


@strawberry.type
class MeasureMutation:
    """What the policy team records of measures."""

    @strawberry.mutation
    async def record_policy_measure(
        self,
        info: Asked,
        input: RecordPolicyMeasureInput,  # noqa: A002 - the contract's name
    ) -> PolicyMeasurePayload:
        """A bill, rule or bylaw, or a later state of one that is on record."""

        async def work(checks: Checks) -> GlobalId:
            return GlobalId("PolicyMeasure", (checks.partnership_id, await _put(info.context, checks, input)))

        made = await _changed(info.context, "recordPolicyMeasure", input, work)
        return PolicyMeasurePayload(
            policy_measure=_object(made), user_errors=made.errors, replayed=made.replayed
        )

    @strawberry.mutation
    async def set_measure_rule(
        self,
        info: Asked,
        input: SetMeasureRuleInput,  # noqa: A002 - as above
    ) -> PartnershipPayload:
        """Sets when a measure lies still, and how long a signature may take."""

        async def work(checks: Checks) -> GlobalId:
            return await _set_rule(checks, input)

        made = await _changed(info.context, "setMeasureRule", input, work)
        return PartnershipPayload(partnership=_object(made), user_errors=made.errors, replayed=made.replayed)


def _object(made: Changed) -> Any:  # Any: a row stands for its object
    return row(made.id.type_name, *made.id.key) if made.id else None


async def _changed(
    context: Context, mutation: str, asked: Any, work: Callable[[Checks], Awaitable[GlobalId]]
) -> Changed:
    """A change of what belongs to the partnership that the input names."""
    try:
        partnership = await partnership_of(context, asked.partnership, "partnership", Right.KEEP_POLICY)
    except Refused as refused:
        return Changed.refused(refused.faults)
    change = Change(mutation, partnership.id, asked.idempotency_key, asked)
    return await changed(context, change, lambda session: work(Checks(session, partnership.id)))


async def _set_rule(checks: Checks, asked: SetMeasureRuleInput) -> GlobalId:
    stale, pocket = asked.stale_days, asked.pocket_approval_days
    checks.must(stale is None or 1 <= stale <= 3650, ("staleDays",), "It lies between 1 and 3650 days.")
    checks.must(
        pocket is None or 1 <= pocket <= 365, ("pocketApprovalDays",), "It lies between 1 and 365 days."
    )
    checks.done()
    partnership = await checks.session.get_one(Partnership, checks.partnership_id, with_for_update=True)
    partnership.measure_stale_days = stale or partnership.measure_stale_days
    partnership.pocket_approval_days = pocket or partnership.pocket_approval_days
    await checks.session.flush()
    return GlobalId("Partnership", (checks.partnership_id,))


async def _put(context: Context, checks: Checks, asked: RecordPolicyMeasureInput) -> UUID:
    """Adds the measure, or amends it and tells what changed. Errors: Refused."""
    values, lists = _read(checks, asked)
    checks.done()
    p, m = checks.partnership_id, MeasureRow
    named = {each: values.pop(each) for each in ("jurisdiction", "session", "identifier")}
    same = (getattr(m, each).is_not_distinct_from(value) for each, value in named.items())
    found = await checks.session.execute(select(m).where(m.partnership_id == p, *same).with_for_update())
    kept = found.scalar_one_or_none()
    _check_version(kept, asked.version)
    if kept is None:
        row_id = await _add(checks, {**named, **values})
        await _put_lists(checks, row_id, lists)
        return row_id
    told = _amend(kept, values)
    told |= await _put_lists(checks, kept.id, lists)
    kept.version += 1
    for aspect, (before, after) in told.items():
        key = {"partnership_id": p, "id": new_id(), "measure_id": kept.id}
        by = context.caller.actor
        checks.session.add(MeasureChange(**key, noticed_by=by, aspect=aspect, before=before, after=after))
    await checks.session.flush()
    return kept.id


async def _add(checks: Checks, values: dict[str, Any]) -> UUID:  # Any: columns' values
    """A row of the measure; a DUPLICATE where somebody else has added it in this moment."""
    row = {"partnership_id": checks.partnership_id, "id": new_id(), "source_system": BY_HAND, **values}
    added = insert(MeasureRow).values(row).on_conflict_do_nothing().returning(MeasureRow.id)
    made = (await checks.session.execute(added)).scalar_one_or_none()
    if made is None:
        raise Refused.at("identifier", UserErrorCode.DUPLICATE, ON_RECORD)
    return made


def _check_version(kept: MeasureRow | None, version: int | None) -> None:
    if kept is None and version is not None:
        message = (
            "There is no measure of this jurisdiction, session and identifier; send it without a version."
        )
        raise Refused.at("version", UserErrorCode.NOT_FOUND, message)
    if kept is not None and version is None:
        raise Refused.at("identifier", UserErrorCode.DUPLICATE, ON_RECORD)
    if kept is not None and kept.version != version:
        message = f"The measure has changed since: it is at version {kept.version}. Read it again."
        raise Refused.at("version", UserErrorCode.STALE, message)


def _amend(kept: MeasureRow, values: dict[str, Any]) -> Told:
    """Makes the measure hold the values; what changed, by aspect, the publisher's words first."""
    told: Told = {}
    for field in sorted(values, key=lambda each: each != "status_as_published"):
        before, after = getattr(kept, field), values[field]
        if before != after:
            told.setdefault(TOLD[field], (_shown(before), _shown(after)))
            setattr(kept, field, after)
    return told


def _shown(value: object) -> str | None:
    return None if value is None else str(value)[:500]


def _read(
    checks: Checks, asked: RecordPolicyMeasureInput
) -> tuple[dict[str, Any], dict[str, list[str]]]:  # Any: columns' values
    values: dict[str, Any] = {each: _text(checks, asked, each) for each in LONGEST}
    values["summary"] = _clean(checks, asked.summary, ("summary",), LONGEST_SUMMARY, one_line=False)
    values["status"] = asked.status
    values["status_as_published"] = values["status_as_published"] or asked.status.value
    for field in ("introduced_on", "last_action_on", "delivered_on"):
        values[field] = getattr(asked, field)
        is_fit = values[field] is None or values[field] >= EARLIEST
        checks.must(
            is_fit, (_camel(field),), f"A date here is {EARLIEST} or later; leave an unknown one out."
        )
    begins, ends = values["introduced_on"], values["last_action_on"]
    is_ordered = begins is None or ends is None or begins <= ends
    checks.must(is_ordered, ("lastActionOn",), "The last action is before the measure was introduced.")
    lists: dict[str, list[str]] = {}
    for field in ("sponsors", "same_as", "refiled_from"):
        given: list[str] = getattr(asked, field)
        checks.must(len(given) <= MOST_NAMED, (_camel(field),), f"At most {MOST_NAMED:,} are listed.")
        cleaned = (
            _clean(checks, each, (_camel(field), str(n)), 200) for n, each in enumerate(given[:MOST_NAMED])
        )
        lists[field] = list(dict.fromkeys(each for each in cleaned if each))
    return values, lists


def _text(checks: Checks, asked: RecordPolicyMeasureInput, field: str) -> str | None:
    return _clean(checks, getattr(asked, field), (_camel(field),), LONGEST[field])


def _clean(
    checks: Checks, given: str | None, path: tuple[str, ...], longest: int, *, one_line: bool = True
) -> str | None:
    """A text made safe as an import makes it: composed, trimmed, without characters that cannot be seen."""
    checks.text(given, *path, longest=longest)
    if given is None or len(given) > longest:
        return None
    try:
        return (name if one_line else prose)(cell_text(given)) or None
    except CellError as fault:
        checks.wrong(path, f"In this text {fault.sentence}.")
        return None


def _camel(field: str) -> str:
    first, *rest = field.split("_")
    return first + "".join(each.title() for each in rest)


async def _put_lists(checks: Checks, measure_id: UUID, lists: dict[str, list[str]]) -> Told:
    """Makes the lists just these; what changed of them."""
    session, p = checks.session, checks.partnership_id
    own = (
        await session.execute(
            select(MeasureRow.session).where(MeasureRow.partnership_id == p, MeasureRow.id == measure_id)
        )
    ).scalar_one()
    told: Told = {}
    for part in PARTS:
        if part.field not in lists:
            continue
        members = tuple(_member(part, each, own) for each in lists[part.field])
        held = (await part.kept(session, p, [measure_id])).get(measure_id, ())
        if held != members:
            told[part.aspect] = (part.words(held), part.words(members))
            await part.replace(session, p, measure_id, members)
    return told


def _member(part: Part, written: str, own: str | None) -> Sponsor | Named:
    if part.member is Sponsor:
        return Sponsor(written)
    identifier, _, session = written.partition("@")
    return Named(identifier.strip(), session.strip() or own)
