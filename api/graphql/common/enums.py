"""The closed lists of the API: the domain's own, under the domain's names."""

from enum import StrEnum

import strawberry

from allocation.answer import BindingKind
from allocation.disparities import DisparityStatus
from allocation.evidence.finding import Setting
from allocation.evidence.local import Baseline
from allocation.evidence.pooling import EffectBasis
from allocation.movements import NarrowingCause
from allocation.problem import Objective
from allocation.trends import OutcomeTrend
from models.advocacy import AdvocacyKind, LobbyingClass, PolicyDollarKind, Position
from models.exports import ExportFormat, ExportStatus
from models.in_kind import InKindKind, InKindUnit
from models.ledger import AccountKind, TransactionKind
from models.measurements import MeasurementStatus, SuppressionRule
from models.measures import MeasureAspect, MeasureStatus
from models.obligations import ObligationKind
from models.organizations import Sector
from models.outcomes import Stage
from models.partnerships import DisparityMethod, FigureReview, ReferenceKind
from models.people import Role
from models.plans import PolicyLevel, PolicyStance, PolicyStatus
from models.practices import EffectDirection, StudyDesign
from models.resources import DatePrecision, EvidenceTier, FunderKind, ResourceUse
from models.scenarios import MoveDecision, ScenarioStatus
from models.staffing import KeyRole, Provision
from models.submissions import QualityKind, SubmissionStep
from models.testimony import TestimonyView
from policy.lobbying import Audience, Body, Exemption

__all__ = ["AlignmentStep", "FindingSeverity", "LockReason", "ReportStatus", "TimeBucket", "UserErrorCode"]

for _kind in (
    *(
        AccountKind,
        BindingKind,
        DatePrecision,
        DisparityMethod,
        DisparityStatus,
        EffectBasis,
        EffectDirection,
        ExportFormat,
        ExportStatus,
        EvidenceTier,
        FunderKind,
    ),
    *(InKindKind, InKindUnit, KeyRole, MeasurementStatus, MoveDecision, NarrowingCause, Objective),
    *(MeasureAspect, MeasureStatus),
    *(ObligationKind, Provision),
    *(ReferenceKind, ResourceUse, Role, ScenarioStatus, Sector, Setting, Stage, StudyDesign, SuppressionRule),
    *(FigureReview, OutcomeTrend, QualityKind, SubmissionStep),
    *(AdvocacyKind, Audience, Body, Exemption, LobbyingClass, PolicyDollarKind, Position),
    *(PolicyLevel, PolicyStance, PolicyStatus),
    *(TestimonyView, TransactionKind),
):
    strawberry.enum(_kind)
strawberry.enum(Baseline, name="BaselineEquivalence")  # a figure's first value has the plain name


@strawberry.enum
class AlignmentStep(StrEnum):
    """The rungs from a dollar to a result, in order."""

    OUTCOME = "OUTCOME"
    INDICATOR = "INDICATOR"
    POPULATION = "POPULATION"
    PRACTICE = "PRACTICE"
    EVIDENCE = "EVIDENCE"
    RESULTS = "RESULTS"


@strawberry.enum
class LockReason(StrEnum):
    """Why dollars cannot move freely."""

    RESTRICTION = "RESTRICTION"
    SPENT = "SPENT"
    OBLIGATED = "OBLIGATED"
    EXPIRED = "EXPIRED"
    PROTECTED = "PROTECTED"
    NOT_RECEIVED = "NOT_RECEIVED"


@strawberry.enum
class FindingSeverity(StrEnum):
    """How grave a finding of an import is: an ERROR rejected its row."""

    ERROR = "ERROR"
    WARNING = "WARNING"
    NOTICE = "NOTICE"


@strawberry.enum
class TimeBucket(StrEnum):
    """How long a period of an answer is; quarters and years are of the fiscal year."""

    MONTH = "MONTH"
    QUARTER = "QUARTER"
    YEAR = "YEAR"


@strawberry.enum
class ReportStatus(StrEnum):
    """How a sub-grant's reports stand: one is LATE, one is still DUE, all are DONE, or NONE is owed."""

    LATE = "LATE"
    DUE = "DUE"
    DONE = "DONE"
    NONE = "NONE"


@strawberry.enum
class UserErrorCode(StrEnum):
    """Why a change was refused."""

    INVALID = "INVALID"
    NOT_FOUND = "NOT_FOUND"
    CONFLICT = "CONFLICT"
    STALE = "STALE"
    FORBIDDEN = "FORBIDDEN"
    INSUFFICIENT_FUNDS = "INSUFFICIENT_FUNDS"
    RESTRICTED = "RESTRICTED"
    INFEASIBLE = "INFEASIBLE"
    DUPLICATE = "DUPLICATE"
    TOO_LARGE = "TOO_LARGE"
