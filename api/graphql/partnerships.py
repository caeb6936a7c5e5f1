"""The partnership: the door to everything in it, and the entity that holds its money."""

from decimal import Decimal

import strawberry

from api.access import Right
from api.graphql.alignment.alignment import Alignment, alignments, at_alignment
from api.graphql.anchor.activity import ActivityStatement, at_period, load_statements
from api.graphql.anchor.agreements import MatchOfferConnection, ObligationConnection, match_offers, owed
from api.graphql.anchor.books import (
    BudgetLine,
    FundBalance,
    at_balances,
    at_budget,
    load_balances,
    load_budgets,
)
from api.graphql.anchor.fees import FeeReport, at_fees, load_fees
from api.graphql.anchor.gift_movements import InKindBalance, at_gifts, load_gift_totals
from api.graphql.anchor.in_kind import InKindResourceConnection, in_kind_resources
from api.graphql.anchor.losses import FunderLoss, at_loss, load_losses
from api.graphql.anchor.outlooks import StaffingOutlook, at_staffing, load_staffing
from api.graphql.anchor.renewal_calendar import RenewalDue, at_calendar, load_calendars
from api.graphql.anchor.sub_grants import SubGrant, at_sub_grants, load_sub_grants
from api.graphql.anchor.sustainability import Sustainability, at_sustainability, load_sustainability
from api.graphql.common.basics import Node, listed, table_of
from api.graphql.common.connections import Connection
from api.graphql.common.permissions import Permission, may, permission
from api.graphql.common.references import members_only
from api.graphql.history import AuditEventConnection, audit_events
from api.graphql.imports import ImportConnection, imports
from api.graphql.lookahead import (
    By,
    Computed,
    Listed,
    Many,
    One,
    Part,
    Rows,
    Scope,
    TypePlan,
    equals,
)
from api.graphql.money.funders import FunderConnection, funders
from api.graphql.money.investment_filters import investments
from api.graphql.money.investments import InvestmentConnection
from api.graphql.organization_matches import OrganizationMatch, at_matches
from api.graphql.organization_matches import load_matches as load_namesakes
from api.graphql.organizations import Organization, OrganizationConnection, organizations
from api.graphql.outcomes import disparities as gaps
from api.graphql.outcomes.coverage import CoverageCell, Source, at_coverage, load_coverage, load_sources
from api.graphql.outcomes.disparities import DisparityConnection, load_disparities
from api.graphql.outcomes.indicators import OUTCOME, IndicatorConnection, Outcome, indicators
from api.graphql.outcomes.inequalities import Inequality, at_inequality, load_inequality
from api.graphql.outcomes.measurements import MeasurementConnection, measurements
from api.graphql.outcomes.places import AREA, POPULATION, Area, PopulationGroup
from api.graphql.outcomes.quality import QualityFindingConnection, at_quality, load_quality
from api.graphql.outcomes.submissions import SubmissionConnection, submissions
from api.graphql.policy.advocacy import (
    PolicyActionConnection,
    PolicyMilestone,
    PolicyPosition,
    milestones,
    policy_actions,
    policy_positions,
)
from api.graphql.policy.barriers import BarrierConnection, barriers
from api.graphql.policy.board import PolicyColumn, at_board, load_board
from api.graphql.policy.briefs import PolicyBrief, at_brief, load_brief
from api.graphql.policy.lobbying import LobbyingPosition, at_lobbying, load_lobbying
from api.graphql.policy.measure_rules import PolicyMeasureSummary, at_summary, load_summaries
from api.graphql.policy.measure_search import PolicyMeasureMatch, at_search, load_matches
from api.graphql.policy.measures import (
    PolicyMeasureChangeConnection,
    PolicyMeasureConnection,
    policy_measure_changes,
    policy_measures,
)
from api.graphql.policy.plans import PolicyPlanConnection, policy_plans
from api.graphql.practices.practices import PracticeConnection, practices
from api.graphql.reallocation.scenarios import ReallocationScenarioConnection, reallocation_scenarios
from models.partnerships import AnchorEntity as AnchorRow
from models.partnerships import DisparityMethod, FigureReview
from models.partnerships import Partnership as PartnershipRow

__all__ = ["PARTNERSHIP", "PLANS", "Partnership", "PartnershipConnection"]

PARTNERSHIP = table_of(PartnershipRow)
ANCHOR = table_of(AnchorRow)


@strawberry.type
class AnchorEntity:
    """The fiscal agent: whose books the dollars are on, and what share it keeps for that."""

    organization: Organization
    fee_rate: Decimal | None
    balances: list[FundBalance] = listed(at_balances)
    in_kind_balances: list[InKindBalance] = listed(at_gifts)
    statements: list[ActivityStatement] = listed(at_period)
    fee_report: FeeReport | None = listed(at_fees)
    sub_grants: list[SubGrant] = listed(at_sub_grants)
    sustainability: Sustainability | None = listed(at_sustainability)


def population_groups(key: bool | None = None) -> Rows:
    """By dimension."""
    where = equals(POPULATION.c.is_key, key) if key is not None else None
    return Rows(where=where, order=[By(POPULATION.c.dimension), By(POPULATION.c.value)])


@strawberry.type
class OwnRule:
    """How the partnership judges its disparities: `margin` in points, `periods` in a run."""

    method: DisparityMethod
    margin: Decimal
    periods: int


@strawberry.type
class Partnership(Node):
    """A cradle-to-career partnership. A fiscal year bears the calendar year in which it ends."""

    slug: str
    name: str
    currency: str
    fiscal_year_start_month: int
    areas: list[Area]
    anchor_entity: AnchorEntity | None
    organizations: OrganizationConnection = listed(organizations)
    funders: FunderConnection = listed(funders)
    investments: InvestmentConnection = listed(investments)
    in_kind_resources: InKindResourceConnection = listed(in_kind_resources)
    practices: PracticeConnection = listed(practices)
    outcomes: list[Outcome]
    indicators: IndicatorConnection = listed(indicators)
    population_groups: list[PopulationGroup] = listed(population_groups)
    disparities: DisparityConnection = listed(gaps.arguments)
    inequality: Inequality | None = listed(at_inequality)
    alignment: Alignment = listed(at_alignment)
    reallocation_scenarios: ReallocationScenarioConnection = listed(reallocation_scenarios)
    staffing: StaffingOutlook | None = listed(at_staffing)
    simulate_funder_loss: FunderLoss | None = listed(at_loss)
    renewal_calendar: list[RenewalDue] = listed(at_calendar)
    budget: list[BudgetLine] = listed(at_budget)
    obligations: ObligationConnection = listed(owed)
    match_offers: MatchOfferConnection = listed(match_offers)
    policy_plans: PolicyPlanConnection = listed(policy_plans)
    barriers: BarrierConnection = listed(barriers)
    policy_actions: PolicyActionConnection = listed(policy_actions)
    policy_positions: list[PolicyPosition] = listed(policy_positions)
    policy_board: list[PolicyColumn] = listed(at_board)
    policy_brief: PolicyBrief | None = listed(at_brief)
    milestones: list[PolicyMilestone] = listed(milestones)
    lobbying: LobbyingPosition | None = listed(at_lobbying)
    measurements: MeasurementConnection = listed(measurements)
    imports: ImportConnection = listed(imports)
    coverage: list[CoverageCell] = listed(at_coverage)
    sources: list[Source]
    quality_findings: QualityFindingConnection = listed(at_quality)
    submissions: SubmissionConnection = listed(submissions)
    figure_review: FigureReview
    disparity_rule: OwnRule
    permission: Permission = listed(may)
    audit_events: AuditEventConnection = listed(audit_events)
    organization_matches: list[OrganizationMatch] = listed(at_matches)
    policy_measures: PolicyMeasureConnection = listed(policy_measures)
    policy_measure_changes: PolicyMeasureChangeConnection = listed(policy_measure_changes)
    policy_measure_summary: PolicyMeasureSummary = listed(at_summary)
    search_policy_measures: list[PolicyMeasureMatch] = listed(at_search)
    measure_stale_days: int
    pocket_approval_days: int


PartnershipConnection = Connection[Partnership]


def _is_the_anchor(partnership: Scope, anchor: Scope) -> str:
    """The agreement in force; of several, the one that began last."""
    other, c = anchor.reading(ANCHOR), ANCHOR.c
    mine = f"{other.column(c.partnership_id)} = {partnership.column(PARTNERSHIP.c.id)}"
    starts, ends = other.column(c.starts_on), other.column(c.ends_on)
    in_force = (
        f"coalesce({starts}, '-infinity') <= current_date and coalesce({ends}, 'infinity') > current_date"
    )
    return (
        f"{anchor.column(c.partnership_id)} = {partnership.column(PARTNERSHIP.c.id)}"  # noqa: S608 - names from metadata
        f" and {anchor.column(c.id)} = (select {other.column(c.id)} from {other.source}"
        f" where {mine} and {in_force} order by {starts} desc nulls last, {other.column(c.id)} limit 1)"
    )


_ANCHOR_KEY = {"partnership": ANCHOR.c.partnership_id}
PLANS = (
    TypePlan(
        "AnchorEntity",
        ANCHOR,
        {
            "balances": Computed(load_balances, _ANCHOR_KEY),
            "inKindBalances": Computed(load_gift_totals, _ANCHOR_KEY),
            "statements": Computed(load_statements, _ANCHOR_KEY),
            "feeReport": Computed(load_fees, _ANCHOR_KEY),
            "subGrants": Computed(load_sub_grants, _ANCHOR_KEY),
            "sustainability": Computed(load_sustainability, _ANCHOR_KEY),
        },
    ),
    TypePlan(
        "Partnership",
        PARTNERSHIP,
        {
            "areas": Many(order=[By(AREA.c.name)]),
            "anchorEntity": One(on=_is_the_anchor),
            "outcomes": Many(order=[By(OUTCOME.c.stage), By(OUTCOME.c.name)]),
            "disparities": Computed(load_disparities, {"id": PARTNERSHIP.c.id}),
            "inequality": Computed(load_inequality, {"id": PARTNERSHIP.c.id}),
            "coverage": Computed(load_coverage, {"id": PARTNERSHIP.c.id}),
            "sources": Computed(load_sources, {"id": PARTNERSHIP.c.id}),
            "qualityFindings": Computed(load_quality, {"id": PARTNERSHIP.c.id}),
            "alignment": Computed(alignments(is_own=False), {"partnership": PARTNERSHIP.c.id}),
            "staffing": Computed(load_staffing, {"id": PARTNERSHIP.c.id}),
            "simulateFunderLoss": Computed(load_losses, {"id": PARTNERSHIP.c.id}),
            "permission": permission(PARTNERSHIP.c.id),
            "renewalCalendar": Computed(load_calendars, {"id": PARTNERSHIP.c.id}),
            "lobbying": Computed(load_lobbying, {"id": PARTNERSHIP.c.id}),
            "policyBoard": Computed(load_board, {"id": PARTNERSHIP.c.id}),
            "policyBrief": Computed(load_brief, {"id": PARTNERSHIP.c.id}),
            "budget": Computed(load_budgets, {"id": PARTNERSHIP.c.id}),
            "policyMeasureSummary": Computed(load_summaries, {"id": PARTNERSHIP.c.id}),
            "searchPolicyMeasures": Computed(load_matches, {"id": PARTNERSHIP.c.id}),
            "organizationMatches": Computed(load_namesakes, {"id": PARTNERSHIP.c.id}),
            "obligations": members_only(Listed(owed), Right.READ_OBLIGATIONS),
            "matchOffers": members_only(Listed(match_offers), Right.READ_MATCH),
            "reallocationScenarios": members_only(Listed(reallocation_scenarios), Right.READ_SCENARIOS),
            "imports": members_only(Listed(imports), Right.READ_IMPORTS),
            "submissions": members_only(Listed(submissions), Right.READ_RECORDED),
            "disparityRule": Part(
                {
                    "method": PARTNERSHIP.c.disparity_method,
                    "margin": PARTNERSHIP.c.disparity_margin,
                    "periods": PARTNERSHIP.c.disparity_periods,
                }
            ),
            "auditEvents": members_only(Listed(audit_events), Right.READ_HISTORY),
        },
    ),
)
