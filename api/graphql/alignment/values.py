"""The values of a row as JSON: one for each measure, and of money one for each currency.

A value that nothing is said of is null with its reason, never nought.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from api.access import Right
from api.graphql.alignment.asked import AlignmentDimension, AlignmentMeasure
from api.graphql.alignment.dimensions import DIMENSIONS
from api.graphql.alignment.facts import column_of
from api.graphql.alignment.plan import COUNTS, IN_KIND, PEOPLE, SUMS, Plan
from api.graphql.common.context import Context
from api.graphql.lookahead.sql import literal

__all__ = ["Parts", "Values"]

Measure = AlignmentMeasure
_NOT_BY_LINE: Final = (
    "The ledger says this of whole awards, and not what their single lines are for: it is under UNKNOWN."
)
_NO_LINES: Final = "The ledger says this of whole awards, and the filter asks for single lines."
_NOT_OF_GIFTS: Final = "Gifts in kind do not say this: theirs is under UNKNOWN."
_NO_GIFTS: Final = "Gifts in kind are no investments, and the filter asks for what only those say."
_NOTHING: Final = "There is nothing to share out."
_BY_GROUP: Final = (
    "Groups overlap, so children who are behind are never added up over groups: group by POPULATION."
)
_NO_TIME: Final = "Who is behind is known of the latest period alone: leave out the bucket."
_WITHHELD: Final = "The figures that it would be made of are withheld or not known."


@dataclass(frozen=True)
class Parts:
    """SQL of the parts of one value."""

    measure: str
    value: str
    reason: str = "null::text"
    currency: str = "null::text"


Spelling = Callable[[Parts], str]
"""The JSON of a value as the caller selects it."""


@dataclass(frozen=True)
class Values:
    """Spells the values of one plan: `s` is a shown row, `c` the sums of it in one currency."""

    plan: Plan
    context: Context
    partnership: str

    def told(self, spellings: list[Spelling]) -> str:
        """The CTE `told`: for each shown row and each selection, the values that are sums."""
        columns = []
        for i, spelling in enumerate(spellings):
            for measure in self.plan.asked.measures:
                if measure is Measure.IN_KIND_HOURS:
                    continue
                if measure in SUMS or measure in (Measure.IN_KIND_VALUE, Measure.SHARE):
                    column = column_of(self._summed(measure))
                    spelled = spelling(self._in_currency(measure))
                    columns.append(
                        f"string_agg(({spelled})::text, ',' order by c.currency)"
                        f" filter (where c.{column} <> 0) as v{i}_{measure.value.lower()}"
                    )
        if Measure.IN_KIND_HOURS in self.plan.asked.measures:
            columns.append(f"sum(c.{column_of(Measure.IN_KIND_HOURS)}) as hours")
        names = ["bucket", *(f"k{n}" for n in range(len(self.plan.axes)))]
        met = " and ".join(f"c.{name} = s.{name}" for name in names)
        total = f"(select currency, sum({column_of(self.plan.shared)}) as amount from keyed group by 1)"  # noqa: S608 - our own words
        joins = f"join keyed c on {met}"
        if Measure.SHARE in self.plan.asked.measures:
            joins += f" left join {total} total on total.currency = c.currency"
        every = "".join(f", {column}" for column in columns)
        return f"told as (select s.n{every} from shown s {joins} group by s.n)"  # noqa: S608 - as above

    def listed(self, spelling: Spelling, i: int) -> str:
        """The list of a shown row's values, over `s` and its `told`."""
        texts = [self._one(measure, spelling, i) for measure in self.plan.asked.measures]
        return f"('[' || concat_ws(',', {', '.join(texts)}) || ']')::json"

    def _one(self, measure: Measure, spelling: Spelling, i: int) -> str:
        if measure in COUNTS:
            spelled = spelling(Parts(measure.value, f"s.c_{measure.value.lower()}::numeric"))
            return f"({spelled})::text"
        if measure in PEOPLE:
            return f"({spelling(self._people(measure))})::text"
        untold = self._untold(measure)
        if measure is Measure.IN_KIND_HOURS:
            parts = Parts(measure.value, *_unless(untold, "trim_scale(told.hours)"))
            return f"({spelling(parts)})::text"
        nought = "0::numeric" if measure is Measure.SHARE else "0.00::numeric"
        if measure is Measure.SHARE:
            some = f"(select sum(abs({column_of(self.plan.shared)})) from keyed) <> 0"  # noqa: S608 - as above
            untold = [*untold, (f"({some}) is not true", _NOTHING)]
        parts = Parts(measure.value, *_unless(untold, nought), self._currency())
        return f"coalesce(told.v{i}_{measure.value.lower()}, ({spelling(parts)})::text)"

    def _summed(self, measure: Measure) -> Measure:
        return self.plan.shared if measure is Measure.SHARE else measure

    def _in_currency(self, measure: Measure) -> Parts:
        column = f"c.{column_of(self._summed(measure))}"
        if measure is not Measure.SHARE:
            return Parts(measure.value, f"{column} * 0.01", currency="c.currency")
        value = f"round({column} / nullif(total.amount, 0), 6)"
        reason = f"case when total.amount = 0 then {literal(_NOTHING)} end"
        return Parts(measure.value, value, reason, "c.currency")

    def _currency(self) -> str:
        """The currency of nought: the row's, where it is one of its keys, else the partnership's own."""
        axes = self.plan.axes
        if AlignmentDimension.CURRENCY in axes:
            return f"s.k{axes.index(AlignmentDimension.CURRENCY)}"
        return f"(select p.currency from partnership p where p.id = {self.partnership})"  # noqa: S608 - as above

    def _untold(self, measure: Measure) -> list[tuple[str, str]]:
        """When a measure is not said of a row, and why."""
        summed = self._summed(measure)
        if summed in IN_KIND:
            if not self.plan.has_gifts:
                return [("true", _NO_GIFTS)]
            return self._known(self.plan.giftless_axes, _NOT_OF_GIFTS)
        if summed is Measure.PLEDGED and self.context.caller.denied_everywhere(Right.READ_FLOWS):
            return [("true", Right.READ_FLOWS.reason)]
        if SUMS[summed].is_lined:
            return []
        if self.plan.filters_lines:
            return [("true", _NO_LINES)]
        return self._known(self.plan.line_axes, _NOT_BY_LINE)

    def _known(self, places: list[int], reason: str) -> list[tuple[str, str]]:
        known = [f"s.k{n} <> {DIMENSIONS[self.plan.axes[n]].shape.unknown}" for n in places]
        return [(" or ".join(known), reason)] if known else []

    def _people(self, measure: Measure) -> Parts:
        if not self.plan.has_people:
            reason = _NO_TIME if self.plan.asked.bucket else _BY_GROUP
            return Parts(measure.value, "null::numeric", literal(reason))
        value = "s.students" if measure is Measure.STUDENTS_BEHIND else "round(s.student_share, 6)"
        return Parts(measure.value, value, f"case when {value} is null then {literal(_WITHHELD)} end")


def _unless(untold: list[tuple[str, str]], value: str) -> tuple[str, str]:
    """The value and the reason, where the first condition that holds makes the value null."""
    if not untold:
        return value, "null::text"
    reasons = " ".join(f"when {condition} then {literal(reason)}" for condition, reason in untold)
    nulls = " ".join(f"when {condition} then null" for condition, _ in untold)
    return f"case {nulls} else {value} end", f"case {reasons} end"
