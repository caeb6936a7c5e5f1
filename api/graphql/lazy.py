"""Types by name, so that subjects may point at each other without importing each other."""

from typing import TYPE_CHECKING, Annotated

import strawberry

if TYPE_CHECKING:
    from api.graphql.allocations import Allocation
    from api.graphql.disparities import Disparity
    from api.graphql.findings import Finding
    from api.graphql.funders import Funder
    from api.graphql.imports import Import
    from api.graphql.in_kind import InKindResource
    from api.graphql.indicators import Indicator, Outcome
    from api.graphql.investments import Investment
    from api.graphql.measurements import Measurement
    from api.graphql.organizations import Organization
    from api.graphql.partnerships import Partnership
    from api.graphql.places import Area, PopulationGroup
    from api.graphql.practices import Practice
    from api.graphql.scenarios import ReallocationScenario
    from api.graphql.staffing import StaffPosition
    from api.graphql.transactions import Transaction

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
    "LazyOrganization",
    "LazyOutcome",
    "LazyPartnership",
    "LazyPopulationGroup",
    "LazyPractice",
    "LazyReallocationScenario",
    "LazyStaffPosition",
    "LazyTransaction",
]

LazyAllocation = Annotated["Allocation", strawberry.lazy("api.graphql.allocations")]
LazyArea = Annotated["Area", strawberry.lazy("api.graphql.places")]
LazyDisparity = Annotated["Disparity", strawberry.lazy("api.graphql.disparities")]
LazyFinding = Annotated["Finding", strawberry.lazy("api.graphql.findings")]
LazyFunder = Annotated["Funder", strawberry.lazy("api.graphql.funders")]
LazyImport = Annotated["Import", strawberry.lazy("api.graphql.imports")]
LazyInKindResource = Annotated["InKindResource", strawberry.lazy("api.graphql.in_kind")]
LazyIndicator = Annotated["Indicator", strawberry.lazy("api.graphql.indicators")]
LazyInvestment = Annotated["Investment", strawberry.lazy("api.graphql.investments")]
LazyMeasurement = Annotated["Measurement", strawberry.lazy("api.graphql.measurements")]
LazyOrganization = Annotated["Organization", strawberry.lazy("api.graphql.organizations")]
LazyOutcome = Annotated["Outcome", strawberry.lazy("api.graphql.indicators")]
LazyPartnership = Annotated["Partnership", strawberry.lazy("api.graphql.partnerships")]
LazyPopulationGroup = Annotated["PopulationGroup", strawberry.lazy("api.graphql.places")]
LazyPractice = Annotated["Practice", strawberry.lazy("api.graphql.practices")]
LazyReallocationScenario = Annotated["ReallocationScenario", strawberry.lazy("api.graphql.scenarios")]
LazyStaffPosition = Annotated["StaffPosition", strawberry.lazy("api.graphql.staffing")]
LazyTransaction = Annotated["Transaction", strawberry.lazy("api.graphql.transactions")]
