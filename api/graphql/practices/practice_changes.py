"""The changes to practices and findings: who may, and what each payload shows. See common/changes.py for the rest."""

from typing import Any

import strawberry
from strawberry.types import Info

from api.access import Right
from api.graphql.common.basics import row
from api.graphql.common.changes import Change, Changed, Refused, UserError, changed, not_found, partnership_of
from api.graphql.common.checks import Checks
from api.graphql.common.context import Context
from api.graphql.common.enums import UserErrorCode
from api.graphql.common.ids import read_id
from api.graphql.practices.findings import Finding
from api.graphql.practices.practice_inputs import RecordFindingInput, RecordPracticeInput
from api.graphql.practices.practice_records import record_finding, record_practice
from api.graphql.practices.practices import Practice
from models import practices

__all__ = ["PracticeMutation"]

Asked = Info[Context, None]
RIGHT = Right.RECORD_EVIDENCE


@strawberry.type
class PracticePayload:
    """The practice after the change; null with `userErrors` where nothing was changed."""

    practice: Practice | None
    user_errors: list[UserError]
    replayed: bool


@strawberry.type
class FindingPayload:
    """The finding after the change, kept also where its `refusal` says why it does not count."""

    finding: Finding | None
    user_errors: list[UserError]
    replayed: bool


def _object(made: Changed) -> Any:  # a row stands for its object
    return row(made.id.type_name, *made.id.key) if made.id else None


async def _practice(context: Context, asked: RecordPracticeInput) -> Changed:
    try:
        partnership = await partnership_of(context, asked.partnership, "partnership", RIGHT)
    except Refused as refused:
        return Changed.refused(refused.faults)
    change = Change("recordPractice", partnership.id, asked.idempotency_key, asked)
    return await changed(
        context, change, lambda session: record_practice(Checks(session, partnership.id), asked)
    )


async def _finding(context: Context, asked: RecordFindingInput) -> Changed:
    """Those who may read a practice and not record are told why; to the others it is not there."""
    found = read_id(asked.practice, "Practice")
    if found is None or len(found.key) != 2:
        return Changed.refused(not_found("practice").faults)
    kept = await context.run(lambda session: session.get(practices.Practice, found.key))
    if kept is None:
        return Changed.refused(not_found("practice").faults)
    if context.caller.denied(RIGHT, found.partnership_id):
        return Changed.refused(Refused.at("practice", UserErrorCode.FORBIDDEN, RIGHT.reason).faults)
    change = Change("recordFinding", found.partnership_id, asked.idempotency_key, asked)
    return await changed(
        context, change, lambda session: record_finding(Checks(session, found.partnership_id), asked)
    )


@strawberry.type
class PracticeMutation:
    """What is recorded of practices."""

    @strawberry.mutation
    async def record_practice(
        self,
        info: Asked,
        input: RecordPracticeInput,  # noqa: A002 - the contract's name
    ) -> PracticePayload:
        """Something done for children, with its price and its room."""
        made = await _practice(info.context, input)
        return PracticePayload(practice=_object(made), user_errors=made.errors, replayed=made.replayed)

    @strawberry.mutation
    async def record_finding(
        self,
        info: Asked,
        input: RecordFindingInput,  # noqa: A002 - as above
    ) -> FindingPayload:
        """One result of one study; one that cannot count is kept, with the reason."""
        made = await _finding(info.context, input)
        return FindingPayload(finding=_object(made), user_errors=made.errors, replayed=made.replayed)
