"""What the data manager's changes share: who is asked for the right, and what each payload shows."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, TypeVar
from uuid import UUID

import strawberry
from sqlalchemy import text

from allocation.frames.recorded import read_submitted
from api.access import Right
from api.graphql.common.basics import row
from api.graphql.common.changes import Change, Changed, Refused, UserError, changed, not_found, partnership_of
from api.graphql.common.checks import Checks
from api.graphql.common.context import Context
from api.graphql.common.enums import UserErrorCode
from api.graphql.common.ids import GlobalId, read_id
from api.graphql.lookahead import By, Rows, is_one_of
from api.graphql.outcomes import figure_changes as figures
from api.graphql.outcomes.indicators import Indicator, Outcome
from api.graphql.outcomes.measurements import MEASUREMENT, Measurement
from api.graphql.outcomes.places import Area, PopulationGroup
from api.graphql.outcomes.submissions import Submission
from models.base import TenantRow

__all__ = [
    "AreaPayload",
    "AskedChange",
    "IndicatorPayload",
    "MeasurementsPayload",
    "OutcomePayload",
    "PopulationGroupPayload",
    "SubmissionPayload",
    "measured",
    "object_of",
    "shown",
]

R = TypeVar("R", bound=TenantRow)
InPartnership = Callable[[Checks], Awaitable[GlobalId]]


@strawberry.type
class OutcomePayload:
    """The outcome after the change; null with `userErrors` where nothing was changed."""

    outcome: Outcome | None
    user_errors: list[UserError]
    replayed: bool


@strawberry.type
class IndicatorPayload:
    """The indicator after the change; null with `userErrors` where nothing was changed."""

    indicator: Indicator | None
    user_errors: list[UserError]
    replayed: bool


@strawberry.type
class AreaPayload:
    """The area after the change; null with `userErrors` where nothing was changed."""

    area: Area | None
    user_errors: list[UserError]
    replayed: bool


@strawberry.type
class PopulationGroupPayload:
    """The group after the change; null with `userErrors` where nothing was changed."""

    population_group: PopulationGroup | None
    user_errors: list[UserError]
    replayed: bool


@strawberry.type
class MeasurementsPayload:
    """The measurements that the change touched, as far as a release shows them, and the submission they are in.

    `submission` is null where every figure was known already; nothing is then recorded twice.
    """

    measurements: list[Measurement] | None
    submission: Submission | None
    user_errors: list[UserError]
    replayed: bool


@strawberry.type
class SubmissionPayload:
    """The submission after the change; null with `userErrors` where nothing was changed."""

    submission: Submission | None
    user_errors: list[UserError]
    replayed: bool


def shown(made: Changed) -> dict[str, Any]:  # Any: a row stands for its object
    """What every payload has."""
    return {"user_errors": made.errors, "replayed": made.replayed}


def object_of(made: Changed) -> Any:  # as above
    """The object of a change, null where nothing was changed."""
    return row(made.id.type_name, *made.id.key) if made.id else None


@dataclass(frozen=True)
class AskedChange:
    """A change by its name and input; `of_figures` where it records figures."""

    context: Context
    name: str
    input: Any  # an input of a change, with the fields that its mutation knows
    of_figures: bool = False

    async def in_partnership(self, work: InPartnership) -> Changed:
        """Of what belongs to the partnership that the input names."""
        try:
            found = await partnership_of(
                self.context, self.input.partnership, "partnership", Right.KEEP_FIGURES
            )
        except Refused as refused:
            return Changed.refused(refused.faults)
        return await self._made(found.id, work)

    async def of_row(
        self, model: type[R], type_name: str, path: str, work: Callable[[Checks, R], Awaitable[GlobalId]]
    ) -> Changed:
        """Of the row that the input's field `path` names."""
        found = read_id(getattr(self.input, path), type_name)
        roles = self.context.caller.roles
        if found is None or len(found.key) != 2 or found.partnership_id not in roles:
            return Changed.refused(not_found(path).faults)
        if self.context.caller.denied(Right.KEEP_FIGURES, found.partnership_id):
            refused = Refused.at(path, UserErrorCode.FORBIDDEN, Right.KEEP_FIGURES.reason)
            return Changed.refused(refused.faults)

        async def done(checks: Checks) -> GlobalId:
            kept = await checks.session.get(model, found.key)
            if kept is None:
                raise not_found(path)
            return await work(checks, kept)

        return await self._made(found.partnership_id, done)

    async def _made(self, partnership_id: UUID, work: InPartnership) -> Changed:
        change = Change(self.name, partnership_id, self.input.idempotency_key, self.input)

        async def done(session: Any) -> GlobalId:  # an AsyncSession
            # one at a time, so that two that choose the same name are told and not collided
            lock = text("select pg_advisory_xact_lock(hashtextextended(:name, 13))")
            await session.execute(lock, {"name": f"aims:{partnership_id}"})
            return await work(Checks(session, partnership_id))

        return await changed(self.context, change, done, of_figures=self.of_figures)


async def measured(context: Context, made: Changed) -> MeasurementsPayload:
    """The measurements of a submission, as readers see them; the right was checked when it was recorded."""
    if made.id is None:
        return MeasurementsPayload(measurements=None, submission=None, **shown(made))
    partnership_id, id_ = made.id.key
    ids, submission = [id_], None
    if made.id.type_name == "Submission":
        submission = row("Submission", partnership_id, id_)
        async with context.stewarding(partnership_id) as session:
            versions = await read_submitted(session, partnership_id, id_, figures.MOST_LINES)
        ids = [each.measurement_id for each in versions]
    rows: Any = Rows(where=is_one_of(MEASUREMENT.c.id, ids), order=[By(MEASUREMENT.c.period_end)])
    return MeasurementsPayload(measurements=rows, submission=submission, **shown(made))
