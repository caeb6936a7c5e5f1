"""The question as the statement's pieces see it: what must be summed, kept and joined."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from api.graphql.alignment.asked import AlignmentDimension, AlignmentFilter, AlignmentInput, AlignmentMeasure
from api.graphql.alignment.dimensions import DIMENSIONS, LINE, needed_columns
from api.graphql.money.amounts import LINES

__all__ = ["COUNTS", "NEED_DIMENSIONS", "PEOPLE", "SUMS", "Plan", "Sum"]

Measure = AlignmentMeasure
Axis = AlignmentDimension


@dataclass(frozen=True)
class Sum:
    """A measure that is added up from the ledger: kinds of account, and the side on which it grows."""

    kinds: tuple[str, ...]
    sign: int = 1
    is_lined: bool = True
    """Whether the ledger says it of single lines."""


SUMS: Final[Mapping[Measure, Sum]] = {
    Measure.PLEDGED: Sum(("PLEDGED",)),
    Measure.COMMITTED: Sum((*LINES, "FEE")),
    Measure.RECEIVED: Sum(("CASH",), -1, is_lined=False),
    Measure.DISBURSED: Sum(("PAID",), -1, is_lined=False),
    Measure.SPENT: Sum(("SPENT",)),
    Measure.FEES: Sum(("FEE",), is_lined=False),
    Measure.ALLOCATED: Sum(("AVAILABLE", "OBLIGATED")),
}
IN_KIND: Final = (Measure.IN_KIND_VALUE, Measure.IN_KIND_HOURS)
COUNTS: Final = (Measure.INVESTMENTS, Measure.FUNDERS)
PEOPLE: Final = (Measure.STUDENTS_BEHIND, Measure.SHARE_OF_STUDENTS_BEHIND)
NEED_DIMENSIONS: Final = frozenset(
    {Axis.OUTCOME, Axis.INDICATOR, Axis.POPULATION, Axis.AREA, Axis.DISPARITY_STATUS, Axis.OUTCOME_TREND}
)
"""What is said of those who are behind."""
_GIFT_DIMENSIONS: Final = frozenset(
    {
        *(Axis.FUNDER, Axis.FUNDER_KIND, Axis.PRACTICE, Axis.EVIDENCE_TIER, Axis.EVIDENCE_BLOCKER),
        *(Axis.POSITION, Axis.CURRENCY),
    }
)


@dataclass(frozen=True)
class Plan:
    """A checked question; `is_own` of one funder, else of the whole partnership."""

    asked: AlignmentInput
    is_own: bool = False

    @property
    def filter(self) -> AlignmentFilter:
        """What is asked for, everything where nothing was said."""
        return self.asked.filter or AlignmentFilter()

    @property
    def axes(self) -> list[Axis]:
        """The dimensions, in the order of the keys."""
        return self.asked.group_by

    @cached_property
    def wanted(self) -> list[Measure]:
        """What is shown, and what it is ordered by."""
        order = [self.asked.order_by.measure] if self.asked.order_by else []
        return list(dict.fromkeys([*self.asked.measures, *order]))

    @property
    def shared(self) -> Measure:
        """What SHARE is a share of."""
        money = (each for each in self.asked.measures if each in SUMS or each is Measure.IN_KIND_VALUE)
        return next(money, Measure.COMMITTED)

    @cached_property
    def sums(self) -> list[Measure]:
        """What is added up from the ledger and the gifts in kind."""
        found = [each for each in self.wanted if each in SUMS or each in IN_KIND]
        if Measure.SHARE in self.wanted:
            found.append(self.shared)
        if self.has_counts:
            found.append(Measure.COMMITTED)
        if not found:
            found.append(Measure.COMMITTED)  # the rows of those who are behind are those of the dollars too
        return list(dict.fromkeys(found))

    @property
    def has_counts(self) -> bool:
        """Whether awards or funders are counted."""
        return any(each in self.wanted for each in COUNTS)

    @property
    def has_gifts(self) -> bool:
        """Whether gifts in kind are added up; they are no investments, so a filter on those leaves them out."""
        return any(each in self.sums for each in IN_KIND) and self.filter.investment is None

    @property
    def has_people(self) -> bool:
        """Whether those who are behind are asked for, and can be told: by group, and not by time."""
        asked = any(each in self.wanted for each in PEOPLE)
        return asked and Axis.POPULATION in self.axes and self.asked.bucket is None

    @property
    def has_deserts(self) -> bool:
        """Whether those behind for whom there are no dollars get rows too."""
        return self.has_people and NEED_DIMENSIONS.issuperset(self.axes)

    @cached_property
    def kinds(self) -> list[str]:
        """The kinds of account that are read."""
        return sorted({kind for each in self.sums if each in SUMS for kind in SUMS[each].kinds})

    @cached_property
    def joins(self) -> frozenset[str]:
        """What is joined to the facts."""
        found = frozenset().union(*(DIMENSIONS[each].joins for each in self.axes))
        if self.filter.tiers is not None:
            found |= {"tier"}
        if self.filter.persistent_only:
            found |= DIMENSIONS[Axis.DISPARITY_STATUS].joins
        return found

    @cached_property
    def columns(self) -> list[str]:
        """What the facts are grouped by before anything is joined."""
        axes = list(self.axes)
        axes += [Axis.EVIDENCE_TIER] if self.filter.tiers is not None else []
        axes += [Axis.DISPARITY_STATUS] if self.filter.persistent_only else []
        counted = ["investment_id", "funder_id"] if self.has_counts else []
        return list(dict.fromkeys([*needed_columns(axes), *counted]))

    @property
    def is_grouped_first(self) -> bool:
        """Whether dollars are added up before anything is joined to them.

        Practice, outcome, group and year together tell nearly every line apart, so that it would be done twice.
        """
        return not {"practice_id", "outcome_id", "population_id", "fiscal_year"}.issubset(self.columns)

    @property
    def needs_tiers(self) -> bool:
        """Whether the tiers must be reckoned first."""
        return "tier" in self.joins

    @property
    def needs_needs(self) -> bool:
        """Whether the disparities must be."""
        return self.has_people or "own_need" in self.joins

    @property
    def needs_outcomes(self) -> bool:
        """Whether the outcomes' indicators and trends must be."""
        return "headline" in self.joins or self.has_deserts

    @cached_property
    def line_axes(self) -> list[int]:
        """The places of the dimensions that are said of single lines."""
        return [n for n, each in enumerate(self.axes) if each in LINE]

    @cached_property
    def giftless_axes(self) -> list[int]:
        """The places of the dimensions that are not said of gifts in kind."""
        return [n for n, each in enumerate(self.axes) if each not in _GIFT_DIMENSIONS]

    @property
    def filters_lines(self) -> bool:
        """Whether the filter asks for what is said of single lines."""
        wanted = self.filter
        lists = (wanted.fiscal_years, wanted.tiers, wanted.outcomes, wanted.practices)
        return any(each is not None for each in (*lists, wanted.populations, wanted.areas)) or bool(
            wanted.persistent_only
        )
