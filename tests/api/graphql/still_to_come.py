"""What the contract promises and the schema does not have yet, by the part that will bring it."""

from typing import Final

METRICS_QUERY: Final = frozenset(
    {
        "Alignment",
        "AlignmentDimension",
        "AlignmentFilter",
        "AlignmentInput",
        "AlignmentKey",
        "AlignmentMeasure",
        "AlignmentOrder",
        "AlignmentRow",
        "AlignmentValue",
        "CountingLevel",
        "Funder.alignment",
        "Partnership.alignment",
    }
)
ANCHORS_BOOKS_AND_STAFF: Final = frozenset(
    {
        "OrganizationMatch",
        "Partnership.organizationMatches",
    }
)
POLICY: Final = frozenset(
    {
        "AdvocacyKind",
        "Barrier",
        "DisparityResponse.policyPlans",
        "Investment.policyPlan",
        "InvestmentFilter.policyPlans",
        "LobbyingClass",
        "LobbyingPosition",
        "MeasureStatus",
        "MilestoneInput",
        "MovePolicyPlanInput",
        "Partnership.barriers",
        "Partnership.lobbying",
        "Partnership.milestones",
        "Partnership.policyActions",
        "Partnership.policyMeasures",
        "Partnership.policyPlans",
        "PolicyAction",
        "PolicyActionFilter",
        "PolicyDollarKind",
        "PolicyDollars",
        "PolicyEffect",
        "PolicyLevel",
        "PolicyMeasure",
        "PolicyMeasureFilter",
        "PolicyMilestone",
        "PolicyPlan",
        "PolicyStance",
        "PolicyStatus",
        "PolicyStatusChange",
        "RecordPolicyActionInput",
        "RecordPolicyPlanInput",
    }
)
QUALITY_HISTORY_AND_RESULTS: Final = frozenset(
    {
        "CoverageCell",
        "Export",
        "ExportFormat",
        "ExportStatus",
        "Investment.results",
        "InvestmentResult",
        "OutcomeTrend",
        "Partnership.coverage",
        "Partnership.qualityFindings",
        "Partnership.sources",
        "QualityFilter",
        "QualityFinding",
        "QualityKind",
        "Source",
    }
)
CHANGES: Final = frozenset(
    {
        "InKindNeedInput",
        "MeasurementLineInput",
        "Mutation.answerBarrier",
        "Mutation.completeMilestone",
        "Mutation.correctMeasurement",
        "Mutation.mergeOrganizations",
        "Mutation.movePolicyPlan",
        "Mutation.previewImport",
        "Mutation.recordArea",
        "Mutation.recordBarrier",
        "Mutation.recordExemptPurposeSpending",
        "Mutation.recordFinding",
        "Mutation.recordIndicator",
        "Mutation.recordIndicatorVersion",
        "Mutation.recordInvestment",
        "Mutation.recordMeasurements",
        "Mutation.recordOrganization",
        "Mutation.recordOutcome",
        "Mutation.recordPolicyAction",
        "Mutation.recordPolicyMeasure",
        "Mutation.recordPolicyPlan",
        "Mutation.recordPopulationGroup",
        "Mutation.recordPractice",
        "Mutation.requestExport",
        "Mutation.setDisparityRule",
        "Mutation.setTarget",
        "Mutation.updateInvestment",
        "Mutation.updatePolicyPlan",
        "PreviewImportInput",
        "RecordAreaInput",
        "RecordFindingInput",
        "RecordIndicatorInput",
        "RecordInvestmentInput",
        "RecordMeasurementsInput",
        "RecordOrganizationInput",
        "RecordOutcomeInput",
        "RecordPopulationGroupInput",
        "RecordPracticeInput",
        "RequestExportInput",
        "RestrictionInput",
        "UpdateInvestmentInput",
    }
)

STILL_TO_COME: Final = (
    METRICS_QUERY | ANCHORS_BOOKS_AND_STAFF | POLICY | QUALITY_HISTORY_AND_RESULTS | CHANGES
)
