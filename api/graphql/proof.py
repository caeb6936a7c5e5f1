"""Which practices have shown an effect, as a value that is reckoned before a statement which needs it runs.

The third tier (PROMISING) asks for a design and a significant positive result, and the tiers above ask for
more of the same findings, so "at least promising" is the same for all groups.
"""

from typing import Final

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from allocation.evidence.tier_rules import EvidenceTier
from allocation.evidence.tiers import tier
from allocation.frames.practices import read_findings
from api.graphql.context import Context
from models.partnerships import Partnership

__all__ = ["PROVEN", "Proven"]

SHOWN: Final = (EvidenceTier.STRONG, EvidenceTier.MODERATE, EvidenceTier.PROMISING)


class Proven:
    """Bound in a statement, it becomes the list of "practice/outcome" with evidence, and "practice/" of any."""

    async def value(self, context: Context) -> list[str]:
        """In all partnerships that the caller may read; once an operation."""
        return await context.once("proven", _read)


PROVEN: Final = Proven()


async def _read(session: AsyncSession) -> list[str]:
    found: set[str] = set()
    for partnership_id in (await session.execute(select(Partnership.id))).scalars().all():
        findings = await read_findings(session, partnership_id)
        for practice, outcome in {(each.practice, each.outcome) for each in findings}:
            own = [each for each in findings if each.practice == practice]
            if tier(own, outcome=outcome).tier in SHOWN:
                found |= {f"{practice}/{outcome}", f"{practice}/"}
    return sorted(found)
