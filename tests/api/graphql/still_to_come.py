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
        "PolicyMeasure.plans",
        "PolicyMeasureFilter.planned",
        "PolicyPlan.measures",
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
        "AllocateInput",
        "AllocationLineInput",
        "AllocationLineKeyInput",
        "MeasurementLineInput",
        "Mutation.allocate",
        "Mutation.correctMeasurement",
        "Mutation.mergeOrganizations",
        "Mutation.previewImport",
        "Mutation.recordArea",
        "Mutation.recordIndicator",
        "Mutation.recordIndicatorVersion",
        "Mutation.recordInvestment",
        "Mutation.recordMeasurements",
        "Mutation.recordOrganization",
        "Mutation.recordOutcome",
        "Mutation.recordPopulationGroup",
        "Mutation.recordTransaction",
        "Mutation.requestExport",
        "Mutation.reverseTransaction",
        "Mutation.setDisparityRule",
        "Mutation.setTarget",
        "Mutation.updateInvestment",
        "PreviewImportInput",
        "RecordAreaInput",
        "RecordIndicatorInput",
        "RecordInvestmentInput",
        "RecordMeasurementsInput",
        "RecordOrganizationInput",
        "RecordOutcomeInput",
        "RecordPopulationGroupInput",
        "RecordTransactionInput",
        "RequestExportInput",
        "RestrictionInput",
        "ReverseTransactionInput",
        "UpdateInvestmentInput",
    }
)

STILL_TO_COME: Final = (
    METRICS_QUERY | ANCHORS_BOOKS_AND_STAFF | POLICY | QUALITY_HISTORY_AND_RESULTS | CHANGES
)
