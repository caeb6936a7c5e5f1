"""The steps of figures on their way to readers: handed in, returned or approved, and published by a release."""

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from models.base import new_id
from models.partnerships import FigureReview, Partnership
from models.submissions import StepTaken, Submission, SubmissionStep

NEXT: Final = {
    SubmissionStep.DRAFT: (SubmissionStep.SUBMITTED,),
    SubmissionStep.SUBMITTED: (SubmissionStep.RETURNED, SubmissionStep.APPROVED),
    SubmissionStep.RETURNED: (SubmissionStep.SUBMITTED,),
    SubmissionStep.APPROVED: (),
    SubmissionStep.PUBLISHED: (),
}
"""The steps that people take. PUBLISHED is taken by a release alone, and nothing approved is taken back."""
ON_ARRIVAL: Final = "approved on arrival"

APPROVED: Final = """
select f.measurement_id, max(f.version) as version from raw.figure f
left join submission s on s.partnership_id = f.partnership_id and s.id = f.submission_id
where f.partnership_id = :p and (f.submission_id is null or s.step in ('APPROVED', 'PUBLISHED')) group by 1
"""
"""The newest approved version of each measurement: what a release may be made from."""

PUBLISH = """
with standing as (
  update submission set step = 'PUBLISHED', version = version + 1
  where partnership_id = :p and step = 'APPROVED' returning id)
insert into submission_step (partnership_id, submission_id, step, taken_by)
select :p, id, 'PUBLISHED', :actor from standing
"""
# The first period that was ever released as a number; what is recorded of earlier years later moves no baseline.
BASELINES = """
insert into baseline (partnership_id, indicator_id, area_id, population_id, measurement_id, figure_version, set_by)
select distinct on (m.indicator_id, m.area_id, m.population_id)
  :p, m.indicator_id, m.area_id, m.population_id, m.id, f.version, :actor
from measurement m
join figure f on f.partnership_id = m.partnership_id and f.measurement_id = m.id and f.is_newest
where m.partnership_id = :p and f.status = 'REPORTED'
  and not exists (select from baseline b where b.partnership_id = :p and b.indicator_id = m.indicator_id
    and b.area_id = m.area_id and b.population_id = m.population_id)
order by m.indicator_id, m.area_id, m.population_id, m.period_end, m.period_start
"""


class SubmissionError(ValueError):
    """A step that cannot be taken; the sentence says why."""


@dataclass(frozen=True)
class HandedIn:
    """Who hands figures in, how many, and by which file where by one."""

    actor: str
    figure_count: int
    import_id: UUID | None = None


async def arrival(session: AsyncSession, partnership_id: UUID, *, is_imported: bool) -> SubmissionStep:
    """The step at which figures arrive, as the partnership has decided (`figure_review`)."""
    chosen = select(Partnership.figure_review).where(Partnership.id == partnership_id)
    review = (await session.execute(chosen)).scalar_one()
    waits = review is FigureReview.ALL or (review is FigureReview.RECORDED and not is_imported)
    return SubmissionStep.SUBMITTED if waits else SubmissionStep.APPROVED


async def hand_in(
    session: AsyncSession, partnership_id: UUID, handed_in: HandedIn, step: SubmissionStep
) -> UUID:
    """A submission at its first step, in a steward's session; the figures that follow name it."""
    kept = Submission(
        partnership_id=partnership_id,
        id=new_id(),
        step=step,
        figure_count=handed_in.figure_count,
        recorded_by=handed_in.actor,
        import_id=handed_in.import_id,
    )
    session.add(kept)
    await session.flush()
    note = ON_ARRIVAL if step is SubmissionStep.APPROVED else None
    await _note(session, kept, handed_in.actor, note)
    return kept.id


async def take_step(
    session: AsyncSession, submission: Submission, step: SubmissionStep, *, actor: str, note: str | None
) -> None:
    """Moves a submission by one step, in a steward's session. Errors: SubmissionError."""
    if step not in NEXT[submission.step]:
        ahead = ", ".join(NEXT[submission.step]) or "nothing"
        raise SubmissionError(f"It is {submission.step}, after which may come: {ahead}.")
    if step is SubmissionStep.RETURNED and not note:
        raise SubmissionError("Say in the note what is to be put right.")
    submission.step = step
    submission.version += 1
    await session.flush()
    await _note(session, submission, actor, note)


async def _note(session: AsyncSession, submission: Submission, actor: str, note: str | None) -> None:
    session.add(
        StepTaken(
            partnership_id=submission.partnership_id,
            id=new_id(),
            submission_id=submission.id,
            step=submission.step,
            taken_by=actor,
            note=note,
        )
    )
    await session.flush()


async def close_release(session: AsyncSession, partnership_id: UUID, actor: str) -> None:
    """After a release: what was approved is published, and what was released for the first time is a baseline."""
    for statement in (PUBLISH, BASELINES):
        await session.execute(text(statement), {"p": partnership_id, "actor": actor})
