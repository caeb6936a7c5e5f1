"""Which practices have shown an effect, as a value that is reckoned before a statement which needs it runs.

The third tier (PROMISING) asks for a design and a significant positive result, and the tiers above ask for
more of the same findings, so "at least promising" is the same for all groups.
"""

from collections import defaultdict
from collections.abc import Sequence
from typing import Final

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from allocation.evidence.finding import Finding
from allocation.evidence.tier_rules import EvidenceTier
from allocation.evidence.tiers import InterventionReport, tier
from allocation.frames.evidence import read_reports
from allocation.frames.practices import read_findings
from api.graphql.common.context import Context
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
        reports = await read_reports(session, partnership_id)
        findings: dict[str, list[Finding]] = defaultdict(list)
        for finding in await read_findings(session, partnership_id):
            findings[finding.practice].append(finding)
        for practice in {*findings, *reports}:
            found |= _shown(practice, findings.get(practice, []), reports.get(practice, ()))
    return sorted(found)


def _shown(practice: str, findings: Sequence[Finding], reports: Sequence[InterventionReport]) -> set[str]:
    """The outcomes on which a practice has shown an effect, and that it has on any."""
    outcomes = {each.outcome for each in findings} | {each.outcome for each in reports}
    shown = {
        f"{practice}/{outcome}"
        for outcome in outcomes
        if tier(findings, outcome=outcome, reports=reports).tier in SHOWN
    }
    return shown | {f"{practice}/"} if shown else shown
