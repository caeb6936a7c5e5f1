"""What is known of the practices' effects in one partnership, reckoned once an operation."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from allocation.evidence.pooling import AdditionalShare, PooledEffect
from allocation.evidence.tiers import TierAssessment, assess, weigh
from allocation.frames.evidence import Ground, Shelf
from allocation.frames.practice_pages import read_community
from allocation.practice_facts import Community, additional_here
from allocation.standing import StandingPopulation
from allocation.targets import Target
from api.graphql.common.context import Context

__all__ = ["SHELF", "Evidence", "in_words", "read_evidence", "read_ground"]

SHELF: Final = Shelf()
"""Of this process; what lies on it is made anew when one of its rows changes."""

UUIDS: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """The findings of a partnership, what they come to, and the people whom they meet here."""

    community: Community
    ground: Ground

    def tier(self, practice: UUID, population: UUID | None, outcome: UUID | None = None) -> TierAssessment:
        """The tier here; without a population, for everybody, which includes every group.

        Without an outcome, on the one where it is highest.
        """
        group = str(population) if population else self.community.everybody
        served = self.community.served(group) if group else set(self.community.populations)
        known = self.ground.library.of(str(practice))
        weighed = weigh(
            known.findings,
            outcome=str(outcome) if outcome else None,
            reports=self.ground.reports.get(str(practice), ()),
            counted=known.counted,
            rationale=self.ground.rationales.get(str(practice)),
        )
        return assess(weighed, served, self.community.settings)

    def effect(self, practice: UUID, outcome: UUID) -> PooledEffect | None:
        """The pooled effect; None where there is no finding at all."""
        return self.ground.library.of(str(practice)).effects.get(str(outcome))

    def additional(self, practice: UUID, outcome: UUID, population: UUID | None) -> AdditionalShare | None:
        """Additional people better off per participant here; None without an effect or a disclosed rate."""
        effect, target = self.effect(practice, outcome), self._target(outcome, population)
        return None if effect is None or target is None else additional_here(effect, target)

    def _target(self, outcome: UUID, population: UUID | None) -> Target | None:
        """The group's disclosed rate in the whole area; every total, and no population, is everybody."""
        named = str(population) if population else None
        is_total = named is None or self.community.populations[named].is_total
        return self.community.targets.get(
            (str(outcome), (self.community.everybody if is_total else named) or "")
        )


def in_words(sentence: str | None, populations: Mapping[str, StandingPopulation]) -> str | None:
    """A sentence of the arithmetic, which knows groups by their ids, with the groups' labels."""
    if sentence is None:
        return None
    return UUIDS.sub(
        lambda found: populations[found[0]].label if found[0] in populations else found[0], sentence
    )


async def read_ground(context: Context, partnership_id: UUID) -> Ground:
    """What the evidence rests on; once an operation."""
    return await context.once(("ground", partnership_id), lambda session: SHELF.of(session, partnership_id))


async def read_evidence(context: Context, partnership_id: UUID) -> Evidence:
    """Read and reckoned once an operation."""
    ground = await read_ground(context, partnership_id)

    async def read(session: AsyncSession) -> Evidence:
        return Evidence(community=await read_community(session, partnership_id, ground.people), ground=ground)

    return await context.once(("evidence", partnership_id), read)
