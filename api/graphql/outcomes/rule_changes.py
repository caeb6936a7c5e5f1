"""Writes how figures are judged: the disparity rule, reviews, sources' cadence, and findings that are allowed."""

from decimal import Decimal
from typing import Final

from sqlalchemy import select

from api.exchange.store.rows import settle
from api.graphql.common.checks import Checks
from api.graphql.common.enums import UserErrorCode
from api.graphql.common.ids import GlobalId
from api.graphql.outcomes import aim_inputs as given
from models import outcomes
from models.partnerships import Partnership, ReferenceKind
from models.submissions import DataSource, QualityAllowance

__all__ = ["allow_finding", "set_review", "set_rule", "set_source"]

MOST_PERIODS: Final = 20
MOST_MARGIN: Final = Decimal(1000)
MOST_DAYS: Final = 36_525


async def set_rule(checks: Checks, asked: given.SetDisparityRuleInput) -> GlobalId:
    """What is given of the rule, and the references of some dimensions. Errors: Refused."""
    if asked.margin is not None:
        checks.must(
            0 <= asked.margin <= MOST_MARGIN, ("margin",), "A margin lies between 0 and 1,000 points."
        )
    if asked.periods is not None:
        checks.must(1 <= asked.periods <= MOST_PERIODS, ("periods",), "There are 1 to 20 periods in a run.")
    references = [
        await _reference(checks, each, "references", str(n)) for n, each in enumerate(asked.references)
    ]
    checks.done()
    partnership = await _own_row(checks)
    for name, value in (
        ("disparity_method", asked.method),
        ("disparity_margin", asked.margin),
        ("disparity_periods", asked.periods),
    ):
        if value is not None:
            setattr(partnership, name, value)
    for key, values in filter(None, references):
        await settle(checks.session, outcomes.Reference, checks.partnership_id, key=key, values=values)
    await checks.session.flush()
    return GlobalId("Partnership", (checks.partnership_id,))


Settled = tuple[dict[str, object], dict[str, object]]
"""The key of a row, and the values that it is to hold."""


async def _reference(checks: Checks, asked: given.DisparityReferenceInput, *path: str) -> Settled | None:
    indicator = await checks.row(outcomes.Indicator, asked.indicator, "Indicator", *path, "indicator")
    group = await checks.row(outcomes.Population, asked.population, "PopulationGroup", *path, "population")
    is_named = asked.kind is ReferenceKind.GROUP
    checks.must(
        is_named == (asked.population is not None),
        (*path, "population"),
        "Name the group to compare with where the kind is GROUP, and only there.",
    )
    if group is not None and group.dimension != asked.dimension:
        checks.wrong((*path, "population"), f"This group is of the dimension {group.dimension}.")
    if not await _has_dimension(checks, asked.dimension):
        checks.wrong((*path, "dimension"), "No group is of this dimension.", UserErrorCode.NOT_FOUND)
    if indicator is None:
        return None
    key: dict[str, object] = {"indicator_id": indicator.id, "dimension": asked.dimension}
    return key, {"kind": asked.kind, "population_id": group.id if group else None}


async def _has_dimension(checks: Checks, dimension: str) -> bool:
    p = outcomes.Population
    mine = (p.partnership_id == checks.partnership_id, p.dimension == dimension)
    return (await checks.session.execute(select(p.id).where(*mine).limit(1))).first() is not None


async def _own_row(checks: Checks) -> Partnership:
    return await checks.session.get_one(Partnership, checks.partnership_id, with_for_update=True)


async def set_review(checks: Checks, asked: given.SetFigureReviewInput) -> GlobalId:
    """Holds for what arrives from then on; what waits still waits."""
    partnership = await _own_row(checks)
    partnership.figure_review = asked.review
    await checks.session.flush()
    return GlobalId("Partnership", (checks.partnership_id,))


async def set_source(checks: Checks, asked: given.SetSourceInput) -> GlobalId:
    """How fresh decisions need a source. Errors: Refused."""
    checks.text(asked.system, "system", longest=200)
    days = asked.decision_cadence_days
    is_fit = days is None or 1 <= days <= MOST_DAYS
    checks.must(is_fit, ("decisionCadenceDays",), "It is 1 day or more, up to a hundred years.")
    checks.done()
    key, values = {"name": asked.system}, {"decision_cadence_days": days}
    await settle(checks.session, DataSource, checks.partnership_id, key=key, values=values)
    await checks.session.flush()
    return GlobalId("Partnership", (checks.partnership_id,))


async def allow_finding(
    checks: Checks, asked: given.AllowQualityFindingInput, indicator: outcomes.Indicator, actor: str
) -> GlobalId:
    """Findings of this kind are known and explained; the finding stays, and is told as allowed. Errors: Refused."""
    checks.text(asked.reason, "reason")
    if asked.dimension is not None and not await _has_dimension(checks, asked.dimension):
        checks.wrong(("dimension",), "No group is of this dimension.", UserErrorCode.NOT_FOUND)
    checks.done()
    key = {"indicator_id": indicator.id, "kind": asked.kind, "dimension": asked.dimension}
    values = {"reason": asked.reason, "allowed_by": actor}
    await settle(checks.session, QualityAllowance, checks.partnership_id, key=key, values=values)
    await checks.session.flush()
    return GlobalId("Indicator", (checks.partnership_id, indicator.id))
