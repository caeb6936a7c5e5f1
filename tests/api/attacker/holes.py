"""Holes to be made in the product, each at one place, by which what lies behind the releases comes out."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from allocation.evidence.finding import StudyDesign
from allocation.evidence.local import Baseline
from allocation.evidence.local_disclosure import ShownPeriod
from allocation.frames import followups, practice_pages, standing
from allocation.frames.grid import read_told
from allocation.frames.local_results import read_shown_periods
from allocation.frames.quality import read_recorded
from allocation.grid import Told
from allocation.quality import Noted
from api.access import Right
from api.exchange.exports import making
from api.exchange.exports.awards import Book, read_book
from api.graphql import import_changes, imports
from api.graphql.alignment import known
from api.graphql.outcomes import comparisons, coverage, inequalities, quality, submissions
from api.graphql.policy import effects
from api.graphql.reallocation import judgements
from models.database import Database, Scope

RAW = """
select m.id, m.indicator_id, m.area_id, m.population_id, m.period_end, r.status, r.value, r.numerator, r.denominator,
  r.denominator as size_low, null as indicator_version
from measurement m join raw.figure r on r.partnership_id = m.partnership_id and r.measurement_id = m.id
where m.partnership_id = :p and r.version = (select max(n.version) from raw.figure n
  where n.partnership_id = r.partnership_id and n.measurement_id = r.measurement_id)
order by m.period_end, m.id
"""


@dataclass(frozen=True)
class Behind:
    """What only a steward may read."""

    database: Database
    partnership_id: UUID

    async def figures(self, *_: object) -> Sequence[Any]:  # rows as of read_figures
        """What `read_figures` would answer if it read what was recorded."""
        rows = await self.rows(RAW)
        return [
            SimpleNamespace(**{**row._mapping, "status": SimpleNamespace(value=row.status)}) for row in rows
        ]

    async def rows(self, query: str) -> Sequence[Any]:  # as above
        async with self.database.steward_session(Scope.of(self.partnership_id)) as session:
            return (await session.execute(text(query), {"p": self.partnership_id})).all()


Made = Callable[[pytest.MonkeyPatch, Behind], None]


@dataclass(frozen=True)
class Hole:
    """How it is made, and the queries by which it shows."""

    make: Made
    queries: tuple[str, ...]


def _figures_in(*modules: object) -> Made:
    def make(patch: pytest.MonkeyPatch, behind: Behind) -> None:
        for module in modules:
            patch.setattr(module, "read_figures", behind.figures)

    return make


def _rates(patch: pytest.MonkeyPatch, behind: Behind) -> None:
    """Rates of groups, and prices reckoned from them, from what was recorded."""
    patch.setattr(practice_pages, "_newest_figures", behind.figures)


def _local_counts(patch: pytest.MonkeyPatch, behind: Behind) -> None:
    """A practice's page that says how many of how many, however few."""
    plain = read_shown_periods

    async def read(session: AsyncSession, partnership_id: UUID, practice_id: UUID | None = None) -> object:
        rows = await behind.rows("""select r.practice_id, r.outcome_id, c.participants_reached, c.participants
          from local_result r join raw.local_count c on c.local_result_id = r.id where r.partnership_id = :p""")
        mine = [row for row in rows if row.practice_id == practice_id]
        told: Mapping[Any, Sequence[ShownPeriod]] = {
            (row.practice_id, row.outcome_id): [
                ShownPeriod(
                    period="2024-25",
                    design=StudyDesign.UNKNOWN,
                    baseline=Baseline.NOT_STATED,
                    sentence=f"{row.participants_reached} of {row.participants}",
                )
            ]
            for row in mine
        }
        return {**await plain(session, partnership_id, practice_id), **told}

    patch.setattr(practice_pages, "read_shown_periods", read)


def _holes_with_counts(patch: pytest.MonkeyPatch, behind: Behind) -> None:
    """A coverage matrix whose reasons say how few there are."""

    async def read(session: AsyncSession, partnership_id: UUID, *, core: bool) -> Sequence[Told]:
        cells = await read_told(session, partnership_id, core=core)
        sizes = {
            (str(row.indicator_id), str(row.area_id), str(row.population_id), row.period_end): row.denominator
            for row in await behind.rows(RAW)
        }
        return [
            replace(each, reason=f"Only {sizes.get(key)} children are in this group.")
            if each.reason and (key := (each.indicator, each.area, each.population, each.period_end)) in sizes
            else each
            for each in cells
        ]

    patch.setattr(coverage, "read_told", read)


def _examined_behind(patch: pytest.MonkeyPatch, behind: Behind) -> None:
    """Quality findings of what was recorded, for everybody."""

    async def read(*_: object) -> Sequence[Noted]:
        async with behind.database.steward_session(Scope.of(behind.partnership_id)) as session:
            return await read_recorded(session, behind.partnership_id)

    patch.setattr(quality, "read_disclosed", read)


def _recordings_for_all(patch: pytest.MonkeyPatch, _: Behind) -> None:
    """The right to what was recorded taken for one that everybody at the table has."""
    patch.setattr(submissions, "Right", SimpleNamespace(READ_RECORDED=Right.READ_SCENARIOS))


def _previews_for_all(patch: pytest.MonkeyPatch, _: Behind) -> None:
    """Previews of figures, and reports, for whoever brings in other files: what is unchanged is what was recorded."""
    made = SimpleNamespace(KEEP_FIGURES=Right.PREVIEW_IMPORT, PREVIEW_IMPORT=Right.PREVIEW_IMPORT)
    patch.setattr(import_changes, "Right", made)
    read = SimpleNamespace(READ_IMPORTS=Right.READ_IMPORTS, READ_RECORDED=Right.READ_IMPORTS)
    patch.setattr(imports, "Right", read)


def _counts_in_files(patch: pytest.MonkeyPatch, behind: Behind) -> None:
    """Exports that say of an award how many children it is for."""
    plain = read_book

    async def read(*given: Any) -> Book:  # as read_book takes them
        book = await plain(*given)
        least = min(row.denominator for row in await behind.rows(RAW) if row.denominator)
        first = replace(book.awards[0], title=f"{book.awards[0].title} (for {least} children)")
        return replace(book, awards=[first, *book.awards[1:]])

    patch.setattr(making, "read_book", read)


HOLES: Mapping[str, Hole] = {
    "gaps": Hole(_figures_in(comparisons), ("disparities",)),
    "inequality": Hole(_figures_in(inequalities), ("inequality",)),
    "briefs": Hole(_figures_in(comparisons), ("policyBrief",)),
    "policy effects": Hole(_figures_in(effects), ("policyPlans",)),
    "alignment": Hole(_figures_in(known, comparisons), ("alignment",)),
    "results of awards": Hole(_figures_in(followups), ("investments",)),
    "promised and judged": Hole(_figures_in(judgements), ("reallocationScenarios",)),
    "a subscription": Hole(_figures_in(judgements), ("subscription",)),
    "rates and prices": Hole(_rates, ("practices",)),
    "what a loss costs": Hole(_figures_in(standing), ("simulateFunderLoss",)),
    "local results": Hole(_local_counts, ("practices",)),
    "coverage": Hole(_holes_with_counts, ("coverage",)),
    "quality findings": Hole(_examined_behind, ("qualityFindings",)),
    "recordings": Hole(_recordings_for_all, ("measurements",)),
    "import previews": Hole(_previews_for_all, ("preview",)),
    "exports": Hole(_counts_in_files, ("export CSV",)),
}
