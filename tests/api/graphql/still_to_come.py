"""What the contract promises and the schema does not have yet, by the part that will bring it."""

from typing import Final

POLICY: Final = frozenset(
    {
        "PolicyMeasure.plans",
        "PolicyMeasureFilter.planned",
        "PolicyPlan.measures",
    }
)

STILL_TO_COME: Final = POLICY
