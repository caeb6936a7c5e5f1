"""Which practices have shown an effect, as a value that is reckoned before a statement which needs it runs.

The third tier (PROMISING) asks for a design and a significant positive result, and the tiers above ask for
more of the same findings, so "at least promising" is the same for all groups.
"""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from allocation.evidence.tier_rules import EvidenceTier
from allocation.evidence.tiers import InterventionReport, assess, weigh
from allocation.library import Known
from api.graphql.common.context import Context, Later
from api.graphql.practices.evidence import SHELF
from models.partnerships import Partnership

__all__ = ["PROVEN", "Proven"]

SHOWN: Final = (EvidenceTier.STRONG, EvidenceTier.MODERATE, EvidenceTier.PROMISING)


class Proven(Later):
    """Bound in a statement, it becomes the list of "practice/outcome" with evidence, and "practice/" of any."""

    async def value(self, context: Context) -> list[str]:
        """In all partnerships that the caller may read; once an operation."""
        return await context.once("proven", _read)


PROVEN: Final = Proven()


async def _read(session: AsyncSession) -> list[str]:
    found: set[str] = set()
    for partnership_id in (await session.execute(select(Partnership.id))).scalars().all():
        ground = await SHELF.of(session, partnership_id)
        reports, library = ground.reports, ground.library
        for practice in {*library.findings, *reports}:
            found |= _shown(practice, library.of(practice), reports.get(practice, ()))
    return sorted(found)


def _shown(practice: str, known: Known, reports: Sequence[InterventionReport]) -> set[str]:
    """The outcomes on which a practice has shown an effect, and that it has on any."""
    outcomes = {each.outcome for each in known.findings} | {each.outcome for each in reports}
    shown = {f"{practice}/{outcome}" for outcome in outcomes if _tier(known, outcome, reports) in SHOWN}
    return shown | {f"{practice}/"} if shown else shown


def _tier(known: Known, outcome: str, reports: Sequence[InterventionReport]) -> EvidenceTier:
    weighed = weigh(known.findings, outcome=outcome, reports=reports, counted=known.counted)
    return assess(weighed, (), ()).tier
