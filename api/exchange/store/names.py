"""Looks up what a file's words mean in a partnership: a name, a value, an alias, an identifier."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Self
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from api.exchange.report import Example, ImportReport
from models.barriers import Barrier
from models.in_kind import InKindResource
from models.organizations import Organization, OrganizationIdentifier
from models.outcomes import Indicator, Outcome, Population, PopulationAlias
from models.partnerships import Area
from models.plans import PolicyPlan
from models.practices import Practice
from models.resources import Investment
from models.staffing import StaffPosition


class UnknownName(Exception):  # noqa: N818 - what it is, not that it went wrong
    """A word that means nothing here, or more than one thing."""

    def __init__(self, kind: str, word: str, count: int) -> None:
        super().__init__(f"{count} {kind}s are called {word!r}" if count else f"no {kind} is called {word!r}")
        self.field = kind
        self.word = word
        self.is_ambiguous = count > 0


def tell_unknown(error: UnknownName, row: int, report: ImportReport) -> None:
    """Rejects a record that names something unknown, or something of which there are several."""
    code = f"{'ambiguous' if error.is_ambiguous else 'unknown'}-{error.field.replace(' ', '-')}"
    report.reject(code, str(error), Example(row, error.field, error.word))


@dataclass
class Index:
    """Words of one kind and the rows they mean; a word with several rows is ambiguous."""

    kind: str
    rows: dict[str, set[UUID]] = field(default_factory=dict)

    def add(self, word: str | None, row: UUID) -> None:
        """`word` means `row` (too)."""
        if word:
            self.rows.setdefault(word.strip().casefold(), set()).add(row)

    def knows(self, word: str) -> bool:
        """Whether the word means anything."""
        return word.strip().casefold() in self.rows

    def first(self, word: str) -> UUID | None:
        """One row that the word means, or None."""
        return min(self.rows.get(word.strip().casefold(), ()), default=None)

    def find(self, word: str | None) -> UUID | None:
        """The row, or None for no word. Errors: UnknownName."""
        if not word:
            return None
        found = self.rows.get(word.strip().casefold(), set())
        if len(found) == 1:
            return next(iter(found))
        raise UnknownName(self.kind, word, len(found))

    def find_all(self, words: Iterable[str]) -> list[UUID]:
        """The rows of several words, each once, in order."""
        found = (self.find(word) for word in words)
        return list(dict.fromkeys(row for row in found if row))


@dataclass
class Names:
    """Everything that a file may name in one partnership."""

    organizations: Index = field(default_factory=lambda: Index("organization"))
    outcomes: Index = field(default_factory=lambda: Index("outcome"))
    indicators: Index = field(default_factory=lambda: Index("indicator"))
    populations: Index = field(default_factory=lambda: Index("population"))
    areas: Index = field(default_factory=lambda: Index("area"))
    practices: Index = field(default_factory=lambda: Index("practice"))
    investments: Index = field(default_factory=lambda: Index("investment"))
    positions: Index = field(default_factory=lambda: Index("position"))
    in_kind: Index = field(default_factory=lambda: Index("in-kind resource"))
    plans: Index = field(default_factory=lambda: Index("plan"))
    barriers: Index = field(default_factory=lambda: Index("barrier"))

    @classmethod
    async def read(cls, session: AsyncSession, partnership_id: UUID) -> Self:
        """All names of the partnership."""
        names = cls()
        merged = func.coalesce(Organization.merged_into_id, Organization.id).label("id")
        standing = select(merged, Organization.name).where(Organization.partnership_id == partnership_id)
        for row, name in await session.execute(standing):
            names.organizations.add(name, row)
        for model, index, words in (
            (Outcome, names.outcomes, ("name",)),
            (Indicator, names.indicators, ("code", "name")),
            (Area, names.areas, ("name", "code")),
            (Practice, names.practices, ("name",)),
            (StaffPosition, names.positions, ("title",)),
            (InKindResource, names.in_kind, ("description",)),
            (Investment, names.investments, ("source_identifier",)),
            (PolicyPlan, names.plans, ("title",)),
            (Barrier, names.barriers, ("title",)),
        ):
            columns = [getattr(model, word) for word in words]
            rows = await session.execute(
                select(model.id, *columns).where(model.partnership_id == partnership_id)
            )
            for row, *found in rows:
                for word in found:
                    index.add(word, row)
        await names._read_identifiers(session, partnership_id)
        await names._read_groups(session, partnership_id)
        return names

    async def _read_identifiers(self, session: AsyncSession, partnership_id: UUID) -> None:
        rows = await session.execute(
            select(OrganizationIdentifier).where(OrganizationIdentifier.partnership_id == partnership_id)
        )
        for each in rows.scalars():
            self.organizations.add(
                f"{each.scheme}-{each.value}" if each.scheme else each.value, each.organization_id
            )

    async def _read_groups(self, session: AsyncSession, partnership_id: UUID) -> None:
        """A group is named by its value, its label, an alias, or any of them after `dimension:`."""
        groups = await session.execute(select(Population).where(Population.partnership_id == partnership_id))
        aliases = await session.execute(
            select(PopulationAlias).where(PopulationAlias.partnership_id == partnership_id)
        )
        words = [(g.dimension, word, g.id) for g in groups.scalars() for word in {g.value, g.label}]
        words += [(a.dimension, a.alias, a.population_id) for a in aliases.scalars()]
        for dimension, word, row in words:
            self.populations.add(word, row)
            self.populations.add(f"{dimension}:{word}", row)
