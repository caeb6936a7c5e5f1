"""What the contract promises and the schema does not have yet, by the part that will bring it."""

from typing import Final

METRICS_QUERY: Final[frozenset[str]] = frozenset({})
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
        "Export",
        "ExportFormat",
        "ExportStatus",
    }
)
CHANGES: Final = frozenset(
    {
        "Mutation.mergeOrganizations",
        "Mutation.previewImport",
        "Mutation.recordInvestment",
        "Mutation.recordOrganization",
        "Mutation.requestExport",
        "Mutation.updateInvestment",
        "PreviewImportInput",
        "RecordInvestmentInput",
        "RecordOrganizationInput",
        "RequestExportInput",
        "RestrictionInput",
        "UpdateInvestmentInput",
    }
)

STILL_TO_COME: Final = (
    METRICS_QUERY | ANCHORS_BOOKS_AND_STAFF | POLICY | QUALITY_HISTORY_AND_RESULTS | CHANGES
)
