"""What a file says of a bill, rule or bylaw, before anything is looked up."""

from dataclasses import dataclass
from datetime import date
from typing import NamedTuple


class Act(NamedTuple):
    """One step taken on a measure."""

    occurred_on: date | None
    words: str
    chamber: str | None


class Sponsor(NamedTuple):
    """Who brought a measure in."""

    name: str


class Referral(NamedTuple):
    """A committee before which a measure came."""

    name: str
    chamber: str | None
    referred_on: date | None


class Ballot(NamedTuple):
    """A vote; `ballots` maps each kind of vote to those who cast it."""

    motion: str | None
    occurred_on: date | None
    chamber: str | None
    committee: str | None
    aye_count: int
    nay_count: int
    other_count: int
    ballots: dict[str, list[str]]


class Named(NamedTuple):
    """Another measure of the same jurisdiction."""

    identifier: str
    session: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasureRecord:
    """One measure. A list that is None was not in the file, and what is on record of it stays.

    `delivered_on` is when it went to whoever signs or vetoes it.
    """

    row: int
    jurisdiction: str
    identifier: str
    title: str
    status: str
    status_as_published: str
    session: str | None = None
    summary: str | None = None
    introduced_on: date | None = None
    last_action_on: date | None = None
    last_action: str | None = None
    delivered_on: date | None = None
    source_url: str | None = None
    actions: tuple[Act, ...] | None = None
    sponsors: tuple[Sponsor, ...] | None = None
    committees: tuple[Referral, ...] | None = None
    votes: tuple[Ballot, ...] | None = None
    same_as: tuple[Named, ...] | None = None
    refiled_from: tuple[Named, ...] | None = None
    extra: str | None = None
