"""Measures that a policy plan may aim at (bills, rules, bylaws): as published, what changed, and their words."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, LargeBinary, PrimaryKeyConstraint, func
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Json, TenantRow, belongs, closed_list, imported_by, looked_up_by, refers


class MeasureStatus(StrEnum):
    """How far a measure has come, in one vocabulary for all who publish them."""

    INTRODUCED = "INTRODUCED"
    IN_COMMITTEE = "IN_COMMITTEE"
    ON_FLOOR = "ON_FLOOR"
    PASSED_ONE_CHAMBER = "PASSED_ONE_CHAMBER"
    PASSED = "PASSED"
    SIGNED = "SIGNED"
    VETOED = "VETOED"
    FAILED = "FAILED"
    WITHDRAWN = "WITHDRAWN"
    PROPOSED = "PROPOSED"
    ADOPTED = "ADOPTED"
    IN_EFFECT = "IN_EFFECT"
    VETO_OVERRIDDEN = "VETO_OVERRIDDEN"
    TABLED = "TABLED"
    UNKNOWN = "UNKNOWN"


class PolicyMeasure(TenantRow):
    """A bill, rule or bylaw. The same identifier in two jurisdictions or sessions is two measures.

    `import_id` is the last import that held it; `missing_since` the day of the first that no longer did.
    `delivered_on` is when it went to whoever signs or vetoes it.
    """

    __tablename__ = "policy_measure"
    __table_args__ = (
        belongs(),
        imported_by(),
        CheckConstraint("length(jurisdiction) between 1 and 200", name="jurisdiction"),
        CheckConstraint("length(session) between 1 and 100", name="session"),
        CheckConstraint("length(identifier) between 1 and 100", name="identifier"),
        CheckConstraint("length(title) between 1 and 2000", name="title"),
        CheckConstraint("length(summary) between 1 and 100000", name="summary"),
        CheckConstraint("length(status_as_published) between 1 and 200", name="status_as_published"),
        CheckConstraint("introduced_on > '0001-01-01' and last_action_on > '0001-01-01'", name="dates"),
        CheckConstraint("version > 0", name="version"),
        Index(
            "uq_policy_measure_name",
            *("partnership_id", "jurisdiction", "session", "identifier"),
            unique=True,
            postgresql_nulls_not_distinct=True,
        ),
        looked_up_by("policy_measure", "identifier"),
        looked_up_by("policy_measure", "last_action_on"),
        looked_up_by("policy_measure", "import_id"),
    )

    jurisdiction: Mapped[str]
    session: Mapped[str | None]
    identifier: Mapped[str]
    title: Mapped[str]
    summary: Mapped[str | None]
    status: Mapped[MeasureStatus] = mapped_column(closed_list(MeasureStatus, "status"))
    status_as_published: Mapped[str]
    introduced_on: Mapped[date | None]
    last_action_on: Mapped[date | None]
    last_action: Mapped[str | None]
    delivered_on: Mapped[date | None]
    source_url: Mapped[str | None]
    source_system: Mapped[str]
    source_file: Mapped[str | None]
    source_row: Mapped[int | None]
    fingerprint_sha256: Mapped[bytes | None] = mapped_column(LargeBinary)
    extra: Mapped[Json | None]
    import_id: Mapped[UUID | None]
    missing_since: Mapped[date | None]
    created_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())
    version: Mapped[int] = mapped_column(server_default="1")


class MeasureAction(Base):
    """One step that was taken on a measure, in the publisher's words; `position` is its place in their list."""

    __tablename__ = "measure_action"
    __table_args__ = (
        PrimaryKeyConstraint("partnership_id", "measure_id", "position"),
        belongs(),
        refers("measure_id", "policy_measure"),
    )

    partnership_id: Mapped[UUID]
    measure_id: Mapped[UUID]
    position: Mapped[int]
    occurred_on: Mapped[date | None]
    words: Mapped[str]
    chamber: Mapped[str | None]


class MeasureSponsor(Base):
    """Who brought a measure in; the first is the main sponsor."""

    __tablename__ = "measure_sponsor"
    __table_args__ = (
        PrimaryKeyConstraint("partnership_id", "measure_id", "position"),
        belongs(),
        refers("measure_id", "policy_measure"),
    )

    partnership_id: Mapped[UUID]
    measure_id: Mapped[UUID]
    position: Mapped[int]
    name: Mapped[str]


class MeasureCommittee(Base):
    """A committee before which a measure came, in order."""

    __tablename__ = "measure_committee"
    __table_args__ = (
        PrimaryKeyConstraint("partnership_id", "measure_id", "position"),
        belongs(),
        refers("measure_id", "policy_measure"),
    )

    partnership_id: Mapped[UUID]
    measure_id: Mapped[UUID]
    position: Mapped[int]
    name: Mapped[str]
    chamber: Mapped[str | None]
    referred_on: Mapped[date | None]


class MeasureVote(Base):
    """A vote on a measure; `ballots` maps each kind of vote to those who cast it, as published."""

    __tablename__ = "measure_vote"
    __table_args__ = (
        PrimaryKeyConstraint("partnership_id", "measure_id", "position"),
        belongs(),
        refers("measure_id", "policy_measure"),
        CheckConstraint("least(aye_count, nay_count, other_count) >= 0", name="counts"),
    )

    partnership_id: Mapped[UUID]
    measure_id: Mapped[UUID]
    position: Mapped[int]
    motion: Mapped[str | None]
    occurred_on: Mapped[date | None]
    chamber: Mapped[str | None]
    committee: Mapped[str | None]
    aye_count: Mapped[int]
    nay_count: Mapped[int]
    other_count: Mapped[int]
    ballots: Mapped[Json]


class MeasureLinkKind(StrEnum):
    """SAME_AS: the same text in the other chamber. REFILED_FROM: what it was called in an earlier session."""

    SAME_AS = "SAME_AS"
    REFILED_FROM = "REFILED_FROM"


class MeasureLink(Base):
    """Another measure of the same jurisdiction that this one names; it need not be on record here."""

    __tablename__ = "measure_link"
    __table_args__ = (
        PrimaryKeyConstraint("partnership_id", "measure_id", "kind", "position"),
        belongs(),
        refers("measure_id", "policy_measure"),
        looked_up_by("measure_link", "identifier"),
    )

    partnership_id: Mapped[UUID]
    measure_id: Mapped[UUID]
    kind: Mapped[MeasureLinkKind] = mapped_column(closed_list(MeasureLinkKind, "kind"))
    position: Mapped[int]
    identifier: Mapped[str]
    session: Mapped[str | None]


class MeasureAspect(StrEnum):
    """What of a measure changed. FEED: it vanished from what its publisher sends, or came back."""

    TITLE = "TITLE"
    SUMMARY = "SUMMARY"
    STATUS = "STATUS"
    ACTION = "ACTION"
    SPONSORS = "SPONSORS"
    COMMITTEES = "COMMITTEES"
    VOTES = "VOTES"
    SAME_AS = "SAME_AS"
    REFILED_FROM = "REFILED_FROM"
    DATES = "DATES"
    OTHER = "OTHER"
    FEED = "FEED"


class MeasureChange(TenantRow):
    """What a later import, or a person, changed of a measure: told to whoever follows it."""

    __tablename__ = "measure_change"
    __table_args__ = (
        belongs(),
        refers("measure_id", "policy_measure"),
        imported_by(),
        looked_up_by("measure_change", "measure_id"),
        looked_up_by("measure_change", "import_id"),
        looked_up_by("measure_change", "noticed_at"),
    )

    measure_id: Mapped[UUID]
    import_id: Mapped[UUID | None]
    noticed_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())
    noticed_by: Mapped[str]
    aspect: Mapped[MeasureAspect] = mapped_column(closed_list(MeasureAspect, "aspect"))
    before: Mapped[str | None]
    after: Mapped[str | None]


class MeasureWord(Base):
    """A word's stem that stands in a measure's title or summary: kept by the database's own trigger.

    Row-level security lets only leakproof operators reach an index, and a text search's is none; text equality is.
    """

    __tablename__ = "measure_word"
    __table_args__ = (
        PrimaryKeyConstraint("partnership_id", "lexeme", "measure_id"),
        refers("measure_id", "policy_measure"),
        looked_up_by("measure_word", "measure_id"),
    )

    partnership_id: Mapped[UUID]
    lexeme: Mapped[str]
    measure_id: Mapped[UUID]
    in_title: Mapped[bool]
