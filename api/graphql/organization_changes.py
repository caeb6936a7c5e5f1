"""Records organizations, and makes one of two that are the same."""

from collections.abc import Awaitable, Callable
from typing import Any, Final

import strawberry
from sqlalchemy import select, text
from strawberry.types import Info

from api.access import Right
from api.exchange.store.facts import split_identifier
from api.graphql.common.basics import row
from api.graphql.common.changes import Change, Changed, Refused, UserError, changed, not_found, partnership_of
from api.graphql.common.checks import Checks
from api.graphql.common.context import Context
from api.graphql.common.enums import UserErrorCode
from api.graphql.common.ids import GlobalId, read_id
from api.graphql.organizations import Organization
from api.mergers import MergerError, merge
from models import organizations
from models.base import new_id
from models.organizations import OrganizationIdentifier, Sector
from models.resources import Funder, FunderKind

__all__ = ["OrganizationMutation"]

Asked = Info[Context, None]
MOST_DUPLICATES: Final = 50


@strawberry.input
class RecordOrganizationInput:
    """An organization; with `funderKind` it gives. `identifier` is a list's code and a value: US-EIN-123456789."""

    partnership: strawberry.ID
    idempotency_key: str
    name: str
    identifier: str | None = None
    sector: Sector | None = None
    is_public: bool = False
    funder_kind: FunderKind | None = None


@strawberry.input
class MergeOrganizationsInput:
    """`organization` stays, with the identifiers of all; `duplicates` are one with it from then on."""

    organization: strawberry.ID
    duplicates: list[strawberry.ID]
    idempotency_key: str


@strawberry.type
class OrganizationPayload:
    """The organization after the change; null with `userErrors` where nothing was changed."""

    organization: Organization | None
    user_errors: list[UserError]
    replayed: bool


def _payload(made: Changed) -> OrganizationPayload:
    shown: Any = row(made.id.type_name, *made.id.key) if made.id else None  # a row stands for its object
    return OrganizationPayload(organization=shown, user_errors=made.errors, replayed=made.replayed)


async def _record(checks: Checks, asked: RecordOrganizationInput) -> GlobalId:
    p, session = checks.partnership_id, checks.session
    checks.text(asked.name, "name", longest=500)
    scheme, value = split_identifier(asked.identifier.strip()) if asked.identifier else ("", "")
    if asked.identifier is not None:
        checks.text(asked.identifier, "identifier", longest=200)
        i = OrganizationIdentifier
        known = await session.execute(
            select(i.id).where(i.partnership_id == p, i.scheme == scheme, i.value == value)
        )
        if known.first() is not None:
            message = "Another organization has this identifier."
            checks.wrong(("identifier",), message, UserErrorCode.DUPLICATE)
    checks.done()
    made = organizations.Organization(
        partnership_id=p, id=new_id(), name=asked.name.strip(), sector=asked.sector, is_public=asked.is_public
    )
    session.add(made)
    await session.flush()
    if value:
        session.add(
            OrganizationIdentifier(
                partnership_id=p,
                id=new_id(),
                organization_id=made.id,
                scheme=scheme,
                value=value,
                preferred=True,
            )
        )
    if asked.funder_kind is not None:
        session.add(Funder(partnership_id=p, id=new_id(), organization_id=made.id, kind=asked.funder_kind))
    await session.flush()
    return GlobalId("Organization", (p, made.id))


async def _merge(checks: Checks, asked: MergeOrganizationsInput) -> GlobalId:
    """Imports of the partnership wait meanwhile, so that none names what goes."""
    session, p = checks.session, checks.partnership_id
    lock = text("select pg_advisory_xact_lock(hashtextextended(:name, 0))")
    await session.execute(lock, {"name": f"import:{p}"})
    stays = await checks.row(organizations.Organization, asked.organization, "Organization", "organization")
    checks.done()
    count = len(asked.duplicates)
    checks.must(
        1 <= count <= MOST_DUPLICATES, ("duplicates",), f"One to {MOST_DUPLICATES} are merged at once."
    )
    going = []
    for n, each in enumerate(asked.duplicates[:MOST_DUPLICATES]):
        place = ("duplicates", str(n))
        goes = await checks.row(organizations.Organization, each, "Organization", *place)
        is_other = goes is None or stays is None or goes.id != stays.id
        checks.must(is_other, place, "It is the organization that stays.")
        checks.must(goes not in going or goes is None, place, "It is named twice.")
        going.append(goes)
    checks.done()
    assert stays is not None  # noqa: S101 - checked above
    for duplicate in going:
        assert duplicate is not None  # noqa: S101 - as above
        try:
            await merge(session, stays, duplicate)
        except MergerError as error:
            code = UserErrorCode.CONFLICT
            raise Refused.at("duplicates", code, f"{duplicate.name}: {error}") from error
    return GlobalId("Organization", (p, stays.id))


async def _in_partnership(
    context: Context, change: tuple[str, Any], text_id: str, work: Callable[[Checks], Awaitable[GlobalId]]
) -> Changed:
    """A change by its mutation's name and input. Any: either input."""
    name, asked = change
    try:
        partnership = await partnership_of(context, text_id, "partnership", Right.KEEP_ORGANIZATIONS)
    except Refused as refused:
        return Changed.refused(refused.faults)
    made = Change(name, partnership.id, asked.idempotency_key, asked)
    return await changed(context, made, lambda session: work(Checks(session, partnership.id)))


async def _merged(context: Context, asked: MergeOrganizationsInput) -> Changed:
    found = read_id(asked.organization, "Organization")
    if found is None or len(found.key) != 2 or found.partnership_id not in context.caller.roles:
        return Changed.refused(not_found("organization").faults)
    denial = context.caller.denied(Right.KEEP_ORGANIZATIONS, found.partnership_id)
    if denial:
        return Changed.refused(Refused.at("organization", UserErrorCode.FORBIDDEN, str(denial)).faults)
    change = Change("mergeOrganizations", found.partnership_id, asked.idempotency_key, asked)
    return await changed(
        context, change, lambda session: _merge(Checks(session, found.partnership_id), asked)
    )


@strawberry.type
class OrganizationMutation:
    """What is recorded of organizations."""

    @strawberry.mutation
    async def record_organization(
        self,
        info: Asked,
        input: RecordOrganizationInput,  # noqa: A002 - the contract's name
    ) -> OrganizationPayload:
        """Anyone around the table, or whom they pay."""

        async def work(checks: Checks) -> GlobalId:
            return await _record(checks, input)

        change = ("recordOrganization", input)
        return _payload(await _in_partnership(info.context, change, input.partnership, work))

    @strawberry.mutation
    async def merge_organizations(
        self,
        info: Asked,
        input: MergeOrganizationsInput,  # noqa: A002 - as above
    ) -> OrganizationPayload:
        """Everything that names a duplicate comes to name the one that stays; the trail keeps what was before."""
        return _payload(await _merged(info.context, input))
