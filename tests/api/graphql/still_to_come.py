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
        "AllocateInput",
        "AllocationLineInput",
        "AllocationLineKeyInput",
        "Mutation.allocate",
        "Mutation.mergeOrganizations",
        "Mutation.previewImport",
        "Mutation.recordInvestment",
        "Mutation.recordOrganization",
        "Mutation.recordTransaction",
        "Mutation.requestExport",
        "Mutation.reverseTransaction",
        "Mutation.updateInvestment",
        "PreviewImportInput",
        "RecordInvestmentInput",
        "RecordOrganizationInput",
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
