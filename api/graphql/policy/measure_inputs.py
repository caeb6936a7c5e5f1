"""What the policy team sends about the measures that it follows."""

from datetime import date

import strawberry

from models.measures import MeasureStatus

__all__ = ["RecordPolicyMeasureInput", "SetMeasureRuleInput"]


@strawberry.input
class RecordPolicyMeasureInput:
    """A measure under its jurisdiction, session and identifier, for what no legislature publishes.

    One that is on record is changed by sending it whole, with the `version` that was read; without a version it
    is a DUPLICATE. `sameAs` and `refiledFrom` are identifiers, of another session where `@SESSION` follows.
    """

    partnership: strawberry.ID
    idempotency_key: str
    jurisdiction: str
    identifier: str
    title: str
    status: MeasureStatus
    session: str | None = None
    summary: str | None = None
    status_as_published: str | None = None
    introduced_on: date | None = None
    last_action: str | None = None
    last_action_on: date | None = None
    delivered_on: date | None = None
    source_url: str | None = None
    sponsors: list[str] = strawberry.field(default_factory=list)
    same_as: list[str] = strawberry.field(default_factory=list)
    refiled_from: list[str] = strawberry.field(default_factory=list)
    version: int | None = None


@strawberry.input
class SetMeasureRuleInput:
    """After how many days without an action a measure lies still, and how many a signature may take.

    What is absent stays. Sundays do not count for a signature.
    """

    partnership: strawberry.ID
    idempotency_key: str
    stale_days: int | None = None
    pocket_approval_days: int | None = None
