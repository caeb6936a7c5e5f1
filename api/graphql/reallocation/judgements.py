"""An applied scenario judged: what it promised each group, and what the disclosed figures then showed."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

import strawberry
from sqlalchemy.ext.asyncio import AsyncSession

from allocation.frames.figures import newest_rates, read_figures
from allocation.frames.places import read_indicators, read_populations
from allocation.judgements import CAUTION, Judged, Known, Verdict, judge
from api.graphql.common.basics import row
from api.graphql.common.context import Context
from api.graphql.common.lazy import LazyArea, LazyOutcome, LazyPopulationGroup
from api.graphql.lookahead.sources import Load

__all__ = ["ScenarioJudgement", "judgement"]


@strawberry.type
class JudgedPromise:
    """Students that a plan promised a group, and how many more the figures then showed; rates are percentages.

    `shown` is null where no later figure is known or disclosed.
    """

    outcome: LazyOutcome
    area: LazyArea
    population: LazyPopulationGroup
    promised: Decimal
    promised_low: Decimal
    rate_before: Decimal
    rate_after: Decimal | None
    period_end: date | None
    shown: Decimal | None
    verdict: Verdict
    sentence: str


@strawberry.type
class ScenarioJudgement:
    """Only disclosed figures of periods that ended after the decision are looked at; read the caution."""

    decided_on: date
    groups: list[JudgedPromise]
    caution: str


async def _load(
    context: Context, rows: Sequence[Mapping[str, Any]], _: Mapping[str, Any]
) -> list[ScenarioJudgement | None]:
    partnerships = {each["partnership"] for each in rows if each["decided_on"] is not None}
    known = {id_: await _known(context, id_) for id_ in sorted(partnerships)}
    return [_judged(each, known) for each in rows]


def _judged(each: Mapping[str, Any], known: Mapping[UUID, Known]) -> ScenarioJudgement | None:
    since, answer = each["decided_on"], each["answer"] or {}
    if since is None:
        return None
    day = since if isinstance(since, date) else date.fromisoformat(since)
    partnership = each["partnership"]
    found = judge(answer.get("promises", ()), known[partnership], day)
    return ScenarioJudgement(
        decided_on=day, groups=[_promise(partnership, one) for one in found], caution=CAUTION
    )


def _promise(partnership: UUID, judged: Judged) -> JudgedPromise:
    return JudgedPromise(
        outcome=row("Outcome", partnership, UUID(judged.outcome)),
        area=row("Area", partnership, UUID(judged.area)),
        population=row("PopulationGroup", partnership, UUID(judged.population)),
        promised=judged.promised,
        promised_low=judged.promised_low,
        rate_before=judged.rate_before,
        rate_after=judged.rate_after,
        period_end=judged.period_end,
        shown=judged.shown,
        verdict=judged.verdict,
        sentence=judged.sentence,
    )


async def _known(context: Context, partnership: UUID) -> Known:
    async def read(session: AsyncSession) -> Known:
        return Known(
            newest_rates(await read_figures(session, partnership)),
            await read_indicators(session, partnership),
            await read_populations(session, partnership),
        )

    return await context.run(read)


judgement: Final[Load] = _load
