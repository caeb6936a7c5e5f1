"""Stores what donors allow. A restriction has no name: it is told by all that it says, and how often."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Self
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from api.exchange.records_money import RestrictionRecord
from api.exchange.store.money import optional_minor
from api.exchange.store.names import Names
from api.exchange.store.rows import CREATED, UNCHANGED, Values
from models.base import new_id
from models.resources import Restriction, RestrictionTerm

SAID = ("investment_id", "amount", "use", "minimum_tier", "lobbying_allowed", "until", "note")
TERMS = ("outcome_id", "practice_id", "population_id", "area_id", "fiscal_year")

Content = tuple[tuple[object, ...], frozenset[tuple[str, object]]]


@dataclass
class Restrictions:
    """The restrictions of a partnership, counted by content; each may be met once by a file's record."""

    session: AsyncSession
    partnership_id: UUID
    unmet: Counter[Content] = field(default_factory=Counter)

    @classmethod
    async def read(cls, session: AsyncSession, partnership_id: UUID) -> Self:
        """What stands here."""
        rows = await session.execute(select(Restriction).where(Restriction.partnership_id == partnership_id))
        terms = await session.execute(
            select(RestrictionTerm).where(RestrictionTerm.partnership_id == partnership_id)
        )
        listed: dict[UUID, set[tuple[str, object]]] = {}
        for term in terms.scalars():
            listed.setdefault(term.restriction_id, set()).update(
                (name, value) for name in TERMS if (value := getattr(term, name)) is not None
            )
        known = (
            (tuple(getattr(row, name) for name in SAID), frozenset(listed.get(row.id, ())))
            for row in rows.scalars()
        )
        return cls(session, partnership_id, Counter(known))

    async def put(self, names: Names, record: RestrictionRecord) -> str:
        """Adds the restriction unless one of the same content stands here. Errors: UnknownName."""
        said: Values = {
            "investment_id": names.investments.find(record.investment),
            "amount": optional_minor(record.amount),
            "use": record.use,
            "minimum_tier": record.minimum_tier,
            "lobbying_allowed": record.lobbying_allowed,
            "until": record.until,
            "note": record.note,
        }
        terms = self._terms(names, record)
        content = (tuple(said[name] for name in SAID), frozenset(terms))
        if self.unmet[content] > 0:
            self.unmet[content] -= 1
            return UNCHANGED
        row = Restriction(partnership_id=self.partnership_id, id=new_id(), **said)
        self.session.add(row)
        await self.session.flush()
        self.session.add_all(
            RestrictionTerm(
                partnership_id=self.partnership_id, id=new_id(), restriction_id=row.id, **{name: value}
            )
            for name, value in terms
        )
        return CREATED

    @staticmethod
    def _terms(names: Names, record: RestrictionRecord) -> list[tuple[str, object]]:
        lists: dict[str, Sequence[object]] = {
            "outcome_id": names.outcomes.find_all(record.outcomes),
            "practice_id": names.practices.find_all(record.practices),
            "population_id": names.populations.find_all(record.populations),
            "area_id": names.areas.find_all(record.areas),
            "fiscal_year": list(dict.fromkeys(record.fiscal_years)),
        }
        return [(name, value) for name, values in lists.items() for value in values]
