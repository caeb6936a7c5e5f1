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
        "TimeBucket",
    }
)
ANCHORS_BOOKS_AND_STAFF: Final = frozenset(
    {
        "InstalmentInput",
        "MatchRequirementInput",
        "OrganizationMatch",
        "Partnership.organizationMatches",
        "RenewalInput",
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
        "AuditEvent",
        "Export",
        "ExportFormat",
        "ExportStatus",
        "FieldChange",
        "Investment.revisions",
        "Partnership.auditEvents",
        "Revision",
    }
)
CHANGES: Final = frozenset(
    {
        "AllocateInput",
        "AllocationLineInput",
        "AllocationLineKeyInput",
        "InKindNeedInput",
        "Mutation.allocate",
        "Mutation.answerBarrier",
        "Mutation.completeMilestone",
        "Mutation.mergeOrganizations",
        "Mutation.movePolicyPlan",
        "Mutation.previewImport",
        "Mutation.recordBarrier",
        "Mutation.recordExemptPurposeSpending",
        "Mutation.recordFinding",
        "Mutation.recordInvestment",
        "Mutation.recordOrganization",
        "Mutation.recordPolicyAction",
        "Mutation.recordPolicyMeasure",
        "Mutation.recordPolicyPlan",
        "Mutation.recordPractice",
        "Mutation.recordTransaction",
        "Mutation.requestExport",
        "Mutation.reverseTransaction",
        "Mutation.updateInvestment",
        "Mutation.updatePolicyPlan",
        "PreviewImportInput",
        "RecordFindingInput",
        "RecordInvestmentInput",
        "RecordOrganizationInput",
        "RecordPracticeInput",
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
