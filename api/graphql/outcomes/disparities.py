"""Disparities: which groups are behind, for how long, which way it goes, and what is done about it."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import strawberry
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from allocation import disparities as reckoned
from allocation.disparities import DisparityStatus
from allocation.gaps import DisparityError, Figure
from allocation.gaps import ReferenceKind as PairKind
from allocation.movements import NarrowingCause
from allocation.persistence import DisparityMethod as RuleMethod
from api.graphql.common.basics import Money, row
from api.graphql.common.connections import Connection, connection_of
from api.graphql.common.context import Context
from api.graphql.common.errors import Code, Refusal
from api.graphql.common.ids import NotFound, read_id
from api.graphql.common.lazy import (
    LazyArea,
    LazyIndicator,
    LazyMeasurement,
    LazyPolicyPlan,
    LazyPopulationGroup,
    LazyPractice,
)
from api.graphql.money.dollars import Dollars, read_dollars, summed
from api.graphql.outcomes.comparisons import Judged, Proposal, read_judged
from api.graphql.policy.visibility import may_see_all
from api.graphql.practices.evidence import in_words
from models.outcomes import Population
from models.partnerships import DisparityMethod, ReferenceKind
from models.plans import PolicyPlan, PolicyPlanOutcome, PolicyPlanPopulation, PolicyStatus

__all__ = [
    "Disparity",
    "DisparityConnection",
    "DisparityFilter",
    "DisparityRuleInput",
    "arguments",
    "load_disparities",
]

OPEN_PLANS = (PolicyStatus.ADOPTED, PolicyStatus.ACTIVE, PolicyStatus.WON, PolicyStatus.IMPLEMENTED)


@strawberry.type
class DisparityResponse:
    """The practices whose dollars are for the group and outcome, and the open plans that serve both."""

    practices: list[LazyPractice]
    policy_plans: list[LazyPolicyPlan]


@strawberry.type
class Disparity:
    """A group and its reference in one indicator and area; `gap` in points, positive where it is behind.

    `consecutivePeriods` is the run at the end of the series, `longestRun` the longest ever; `trend` in points
    a year, negative where the gap narrows. Levelling down is not progress: see `narrowingBecause`.
    """

    indicator: LazyIndicator
    area: LazyArea
    population: LazyPopulationGroup
    reference: LazyPopulationGroup | None
    reference_kind: ReferenceKind
    status: DisparityStatus
    gap: Decimal | None
    reason: str | None
    gap_low: Decimal | None
    gap_high: Decimal | None
    ratio: Decimal | None
    students_behind: int | None
    latest: LazyMeasurement | None
    latest_reference: LazyMeasurement | None
    consecutive_periods: int
    longest_run: int
    first_period: date | None
    last_period: date | None
    trend: Decimal | None
    narrowing_because: NarrowingCause | None
    addressed_by: DisparityResponse
    lines: strawberry.Private[Sequence[Dollars]]

    @strawberry.field
    def dollars(self, fiscal_year: int | None = None) -> list[Money]:
        """What lies on lines for this group and outcome, here or in no named area."""
        return summed(self.lines, fiscal_year)


DisparityConnection = Connection[Disparity]


@strawberry.input
class DisparityFilter:
    """Every part that is given holds; it is applied after the whole family has been judged."""

    statuses: list[DisparityStatus] | None = None
    indicators: list[strawberry.ID] | None = None
    areas: list[strawberry.ID] | None = None
    populations: list[strawberry.ID] | None = None
    dimension: str | None = None
    unaddressed: bool | None = None


@strawberry.input
class DisparityRuleInput:
    """What is to differ from the partnership's own rule; `reference` names the group where the kind is GROUP."""

    method: DisparityMethod | None = None
    margin: Decimal | None = None
    periods: int | None = None
    reference_kind: ReferenceKind | None = None
    reference: strawberry.ID | None = None


def arguments(
    filter: DisparityFilter | None = None,  # noqa: A002 - the contract's name
    rule: DisparityRuleInput | None = None,
    first: int | None = 100,
    after: str | None = None,
) -> None:
    """The field's arguments; the disparities are reckoned in `load_disparities`."""


async def load_disparities(
    context: Context, rows: Sequence[Mapping[str, Any]], asked: Mapping[str, Any]
) -> list[Any]:  # a connection, or why not
    """Partnership.disparities: a page for each partnership."""
    found: list[Any] = []
    for each in rows:
        try:
            found.append(await _page(context, each["id"], asked))
        except Refusal as refusal:
            found.append(refusal)
    return found


async def _page(context: Context, partnership_id: UUID, asked: Mapping[str, Any]) -> Connection[Disparity]:
    proposal = _proposal(partnership_id, asked.get("rule"))
    key = ("judged", partnership_id, None if proposal is None else repr(proposal))

    async def read(session: AsyncSession) -> Judged:
        reference = proposal.reference if proposal else None
        if reference and await session.get(Population, (partnership_id, UUID(reference))) is None:
            raise NotFound
        try:
            return await read_judged(session, partnership_id, proposal)
        except DisparityError as error:
            raise Refusal(Code.INVALID, f"The rule cannot be applied: {error}.") from error

    judged = await context.once(key, read)
    answers = await _answers(context, partnership_id)
    wanted = _Wanted.of(partnership_id, asked.get("filter") or DisparityFilter())
    kept = [each for each in judged.disparities if wanted.holds(each, judged, answers)]
    ordered = sorted(kept, key=_place)
    page = connection_of(ordered, _place, first=asked.get("first"), after=asked.get("after"), order="gap")
    shown = [_shown(each, partnership_id, judged, answers) for each in page.nodes]
    for edge, node in zip(page.edges, shown, strict=True):
        edge.node = node  # type: ignore[assignment]  # only what is on the page is made into nodes
    return Connection(
        edges=page.edges,  # type: ignore[arg-type]  # as above
        nodes=shown,
        page_info=page.page_info,
        total_count=page.total_count,
    )


def _place(each: reckoned.Disparity) -> tuple[str | int, ...]:
    """By status in its order, then the largest gap first; ties by ids."""
    rank = list(DisparityStatus).index(each.status)
    gap = -int((each.gap if each.gap is not None else Decimal(-(10**9))) * 10_000)
    pair = each.pair
    return (rank, gap, pair.indicator, pair.area, pair.group)


def _proposal(partnership_id: UUID, rule: DisparityRuleInput | None) -> Proposal | None:
    if rule is None:
        return None
    changes: dict[str, object] = {}
    if rule.method is not None:
        changes["method"] = RuleMethod(rule.method.value)
    if rule.margin is not None:
        changes["margin"] = rule.margin
    if rule.periods is not None:
        if not 1 <= rule.periods <= 20:
            raise Refusal(Code.INVALID, "`periods` must be between 1 and 20.")
        changes["periods"] = rule.periods
    kind, reference = rule.reference_kind, None
    if rule.reference is not None:
        found = read_id(rule.reference, "PopulationGroup")
        if found is None or found.partnership_id != partnership_id:
            raise NotFound
        kind, reference = kind or ReferenceKind.GROUP, str(found.key[-1])
    if (kind is ReferenceKind.GROUP) != (reference is not None):
        raise Refusal(Code.INVALID, "Name the group to compare with in `reference`, and only with GROUP.")
    return Proposal(changes, PairKind(kind.value) if kind else None, reference)


@dataclass(frozen=True)
class Answers:
    """What is done: the lines of dollars, and the groups and outcomes that open policy plans serve."""

    lines: Sequence[Dollars]
    planned: Mapping[tuple[UUID, UUID], Sequence[UUID]]
    """The open plans for an outcome and population that the caller may read, by title."""

    def dollars_for(self, each: reckoned.Disparity, judged: Judged) -> list[Dollars]:
        """The lines for a disparity's group and outcome."""
        outcome, group = judged.outcomes[each.pair.indicator], each.pair.group
        return [
            line
            for line in self.lines
            if str(line.outcome) == outcome
            and str(line.population) == group
            and (line.area is None or str(line.area) == each.pair.area)
        ]

    def plans_for(self, each: reckoned.Disparity, judged: Judged) -> Sequence[UUID]:
        """The open plans for its group and outcome."""
        return self.planned.get((UUID(judged.outcomes[each.pair.indicator]), UUID(each.pair.group)), ())

    def is_unaddressed(self, each: reckoned.Disparity, judged: Judged) -> bool:
        """No practice has dollars for it, and no open plan serves it that the caller may read."""
        has_practice = any(line.practice for line in self.dollars_for(each, judged))
        return not has_practice and not self.plans_for(each, judged)


async def _answers(context: Context, partnership_id: UUID) -> Answers:
    async def read(session: AsyncSession) -> Mapping[tuple[UUID, UUID], Sequence[UUID]]:
        plan, aim, group = PolicyPlan, PolicyPlanOutcome, PolicyPlanPopulation
        query = (
            select(aim.outcome_id, group.population_id, plan.id, plan.is_published)
            .join(plan, (plan.partnership_id == aim.partnership_id) & (plan.id == aim.plan_id))
            .join(group, (group.partnership_id == plan.partnership_id) & (group.plan_id == plan.id))
            .where(plan.partnership_id == partnership_id, plan.status.in_(OPEN_PLANS))
            .order_by(plan.title)
        )
        planned: dict[tuple[UUID, UUID], list[UUID]] = defaultdict(list)
        for outcome, population, id_, is_published in await session.execute(query):
            if is_published or may_see_all(context, partnership_id):
                planned[outcome, population].append(id_)
        return planned

    planned = await context.once(("planned", partnership_id), read)
    return Answers(await read_dollars(context, partnership_id), planned)


@dataclass(frozen=True)
class _Wanted:
    """A filter with its ids read; None for what was not asked."""

    asked: DisparityFilter
    indicators: frozenset[str] | None
    areas: frozenset[str] | None
    populations: frozenset[str] | None

    @classmethod
    def of(cls, partnership_id: UUID, asked: DisparityFilter) -> "_Wanted":
        def ids(texts: Sequence[str] | None, type_: str) -> frozenset[str] | None:
            if texts is None:
                return None
            found = (read_id(text, type_) for text in texts)
            return frozenset(
                str(id_.key[-1]) for id_ in found if id_ and id_.partnership_id == partnership_id
            )

        return cls(
            asked,
            ids(asked.indicators, "Indicator"),
            ids(asked.areas, "Area"),
            ids(asked.populations, "PopulationGroup"),
        )

    def holds(self, each: reckoned.Disparity, judged: Judged, answers: Answers) -> bool:
        """Whether a disparity passes."""
        pair, asked = each.pair, self.asked
        named = (
            (self.indicators, pair.indicator),
            (self.areas, pair.area),
            (self.populations, pair.group),
            (asked.statuses, each.status),
        )
        if any(among is not None and value not in among for among, value in named):
            return False
        if asked.dimension is not None and judged.populations[pair.group].dimension != asked.dimension:
            return False
        return asked.unaddressed in (None, answers.is_unaddressed(each, judged))


def _shown(each: reckoned.Disparity, partnership_id: UUID, judged: Judged, answers: Answers) -> Disparity:
    pair = each.pair
    lines = answers.dollars_for(each, judged)
    practices = sorted({line.practice for line in lines if line.practice is not None})
    plans = answers.plans_for(each, judged)
    is_aim = pair.reference_kind is PairKind.TARGET
    has_own_figure = not is_aim and pair.reference_kind is not PairKind.REST

    def measured(figure: Figure | None, population: str) -> Any:  # a row, or None
        if figure is None:
            return None
        id_ = judged.measurements.get((pair.indicator, pair.area, population, figure.period_end))
        return row("Measurement", partnership_id, id_) if id_ else None

    return Disparity(
        indicator=row("Indicator", partnership_id, UUID(pair.indicator)),
        area=row("Area", partnership_id, UUID(pair.area)),
        population=row("PopulationGroup", partnership_id, UUID(pair.group)),
        reference=None if is_aim else row("PopulationGroup", partnership_id, UUID(pair.reference)),
        reference_kind=ReferenceKind(pair.reference_kind.value),
        status=each.status,
        gap=each.gap,
        reason=in_words(each.reason, judged.populations),
        gap_low=each.gap_low,
        gap_high=each.gap_high,
        ratio=each.ratio,
        students_behind=each.students_behind,
        latest=measured(each.latest, pair.group),
        latest_reference=measured(each.latest_reference, pair.reference) if has_own_figure else None,
        consecutive_periods=each.consecutive_periods,
        longest_run=each.longest_run,
        first_period=each.first_period,
        last_period=each.last_period,
        trend=each.trend,
        narrowing_because=each.narrowing_because,
        addressed_by=DisparityResponse(
            practices=[row("Practice", partnership_id, id_) for id_ in practices],
            policy_plans=[row("PolicyPlan", partnership_id, id_) for id_ in plans],
        ),
        lines=lines,
    )
