"""The lists of a measure (actions, sponsors, committees, votes, twins, lineage): each as rows and as tuples."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import delete, insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from api.exchange.records_measures import Act, Ballot, MeasureRecord, Named, Referral, Sponsor
from api.exchange.store.rows import Values
from models.measures import (
    MeasureAction,
    MeasureAspect,
    MeasureCommittee,
    MeasureLink,
    MeasureLinkKind,
    MeasureSponsor,
    MeasureVote,
)

Members = Sequence[Any]  # Any: the part's own kind of tuple
Kept = dict[UUID, tuple[Any, ...]]  # as above
LONGEST_TOLD = 500


@dataclass(frozen=True)
class Part:
    """One list: where it is kept, what its members are, what of them is told of a change, and its fixed columns."""

    field: str
    model: Any  # a row class with a measure and a position
    member: Any  # a NamedTuple whose fields are columns
    aspect: MeasureAspect
    shown: Callable[[Any], str]
    kind: MeasureLinkKind | None = None

    def said(self, record: MeasureRecord) -> Members | None:
        """The list as a file holds it; None where the file says nothing of it."""
        found: Members | None = getattr(record, self.field)
        return found

    def rows(self, partnership_id: UUID, measure_id: UUID, members: Members) -> list[Values]:
        """The rows of a list."""
        fixed = {} if self.kind is None else {"kind": self.kind}
        key: Values = {"partnership_id": partnership_id, "measure_id": measure_id, **fixed}
        return [{**key, "position": n, **each._asdict()} for n, each in enumerate(members)]

    async def kept(self, session: AsyncSession, partnership_id: UUID, measures: Sequence[UUID]) -> Kept:
        """The lists on record."""
        m = self.model
        rows = await session.execute(
            select(m.measure_id, *(getattr(m, name) for name in self.member._fields))
            .where(*self._mine(partnership_id), m.measure_id.in_(measures))
            .order_by(m.measure_id, m.position)
        )
        found: Kept = {}
        for measure, *values in rows:
            found[measure] = (*found.get(measure, ()), self.member(*values))
        return found

    async def replace(
        self, session: AsyncSession, partnership_id: UUID, measure_id: UUID, members: Members
    ) -> None:
        """Makes the list of a measure just these."""
        m = self.model
        await session.execute(delete(m).where(*self._mine(partnership_id), m.measure_id == measure_id))
        rows = self.rows(partnership_id, measure_id, members)
        if rows:
            await session.execute(insert(m), rows)

    def words(self, members: Iterable[Any]) -> str | None:  # as above
        """The list in words; None where it is empty."""
        written = "; ".join(self.shown(each) for each in members)
        return (written if len(written) <= LONGEST_TOLD else "…" + written[-LONGEST_TOLD:]) or None

    def _mine(self, partnership_id: UUID) -> list[Any]:  # Any: conditions
        conditions = [self.model.partnership_id == partnership_id]
        return conditions if self.kind is None else [*conditions, self.model.kind == self.kind]


def _act(each: Act) -> str:
    return f"{each.occurred_on or 'undated'} {each.words}"


def _ballot(each: Ballot) -> str:
    return f"{each.motion or each.committee or 'vote'} {each.aye_count}:{each.nay_count}"


def _named(each: Named) -> str:
    return f"{each.identifier}-{each.session}" if each.session else each.identifier


def _name(each: Sponsor | Referral) -> str:
    return each.name


PARTS: tuple[Part, ...] = (
    Part("actions", MeasureAction, Act, MeasureAspect.ACTION, _act),
    Part("sponsors", MeasureSponsor, Sponsor, MeasureAspect.SPONSORS, _name),
    Part("committees", MeasureCommittee, Referral, MeasureAspect.COMMITTEES, _name),
    Part("votes", MeasureVote, Ballot, MeasureAspect.VOTES, _ballot),
    Part("same_as", MeasureLink, Named, MeasureAspect.SAME_AS, _named, MeasureLinkKind.SAME_AS),
    Part(
        "refiled_from", MeasureLink, Named, MeasureAspect.REFILED_FROM, _named, MeasureLinkKind.REFILED_FROM
    ),
)
