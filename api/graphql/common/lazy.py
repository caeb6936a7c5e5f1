"""Types by name, so that subjects may point at each other without importing each other."""

from typing import TYPE_CHECKING, Annotated

import strawberry

if TYPE_CHECKING:
    from api.graphql.anchor.agreements import Obligation
    from api.graphql.anchor.in_kind import InKindResource
    from api.graphql.anchor.staffing import StaffPosition
    from api.graphql.imports import Import
    from api.graphql.money.allocations import Allocation
    from api.graphql.money.funders import Funder
    from api.graphql.money.investments import Investment
    from api.graphql.money.transactions import Transaction
    from api.graphql.organizations import Organization
    from api.graphql.outcomes.disparities import Disparity
    from api.graphql.outcomes.indicators import Indicator, Outcome, Target
    from api.graphql.outcomes.measurements import Measurement
    from api.graphql.outcomes.places import Area, PopulationGroup
    from api.graphql.partnerships import Partnership
    from api.graphql.policy.measures import PolicyMeasure
    from api.graphql.policy.plans import PolicyPlan
    from api.graphql.practices.findings import Finding
    from api.graphql.practices.practices import Practice
    from api.graphql.reallocation.scenarios import ReallocationScenario

__all__ = [
    "LazyAllocation",
    "LazyArea",
    "LazyDisparity",
    "LazyFinding",
    "LazyFunder",
    "LazyImport",
    "LazyInKindResource",
    "LazyIndicator",
    "LazyInvestment",
    "LazyMeasurement",
    "LazyObligation",
    "LazyOrganization",
    "LazyOutcome",
    "LazyPartnership",
    "LazyPolicyMeasure",
    "LazyPolicyPlan",
    "LazyPopulationGroup",
    "LazyPractice",
    "LazyReallocationScenario",
    "LazyStaffPosition",
    "LazyTarget",
    "LazyTransaction",
]

LazyAllocation = Annotated["Allocation", strawberry.lazy("api.graphql.money.allocations")]
LazyArea = Annotated["Area", strawberry.lazy("api.graphql.outcomes.places")]
LazyDisparity = Annotated["Disparity", strawberry.lazy("api.graphql.outcomes.disparities")]
LazyFinding = Annotated["Finding", strawberry.lazy("api.graphql.practices.findings")]
LazyFunder = Annotated["Funder", strawberry.lazy("api.graphql.money.funders")]
LazyImport = Annotated["Import", strawberry.lazy("api.graphql.imports")]
LazyInKindResource = Annotated["InKindResource", strawberry.lazy("api.graphql.anchor.in_kind")]
LazyIndicator = Annotated["Indicator", strawberry.lazy("api.graphql.outcomes.indicators")]
LazyInvestment = Annotated["Investment", strawberry.lazy("api.graphql.money.investments")]
LazyMeasurement = Annotated["Measurement", strawberry.lazy("api.graphql.outcomes.measurements")]
LazyObligation = Annotated["Obligation", strawberry.lazy("api.graphql.anchor.agreements")]
LazyOrganization = Annotated["Organization", strawberry.lazy("api.graphql.organizations")]
LazyOutcome = Annotated["Outcome", strawberry.lazy("api.graphql.outcomes.indicators")]
LazyPartnership = Annotated["Partnership", strawberry.lazy("api.graphql.partnerships")]
LazyPolicyPlan = Annotated["PolicyPlan", strawberry.lazy("api.graphql.policy.plans")]
LazyPolicyMeasure = Annotated["PolicyMeasure", strawberry.lazy("api.graphql.policy.measures")]
LazyPopulationGroup = Annotated["PopulationGroup", strawberry.lazy("api.graphql.outcomes.places")]
LazyPractice = Annotated["Practice", strawberry.lazy("api.graphql.practices.practices")]
LazyReallocationScenario = Annotated[
    "ReallocationScenario", strawberry.lazy("api.graphql.reallocation.scenarios")
]
LazyStaffPosition = Annotated["StaffPosition", strawberry.lazy("api.graphql.anchor.staffing")]
LazyTarget = Annotated["Target", strawberry.lazy("api.graphql.outcomes.indicators")]
LazyTransaction = Annotated["Transaction", strawberry.lazy("api.graphql.money.transactions")]
