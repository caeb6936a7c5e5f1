"""What an answer leaves out or sums up, in plain sentences, reckoned in the same statement."""

from typing import Final

from api.access import Right
from api.graphql.alignment.asked import AlignmentDimension, AlignmentMeasure, CountingLevel
from api.graphql.alignment.facts import column_of
from api.graphql.alignment.plan import SUMS, Plan
from api.graphql.alignment.regrants import CROSSED, FLOWS
from api.graphql.common.context import Context
from api.graphql.lookahead.sql import literal

__all__ = ["notes"]

Axis = AlignmentDimension
Measure = AlignmentMeasure
_ONE_INDICATOR: Final = (
    "An outcome is told by one indicator, the core one with most figures, so that nothing counts twice."
)
_OVERLAP: Final = (
    "A child may be behind in several groups and outcomes, and counts in each; shares are of that sum."
)
_PLEDGES: Final = "Pledges are not netted of regrants."
_OUTSIDE: Final = {
    CountingLevel.NET_INTO_PARTNERSHIP: "counts once, at the award by which it came in",
    CountingLevel.NET_TO_DELIVERY: "counts once, at the last award that it reached",
    CountingLevel.GROSS: "counts at each award that it passed through",
}


def notes(plan: Plan, context: Context, partnership: str) -> str:
    """A JSON list of sentences as SQL."""
    told = [
        *_constant(plan, context),
        _currencies(plan),
        _regrants(plan),
        *_gifts(plan, partnership),
        *([_undated()] if plan.asked.bucket else []),
        *([_withheld()] if plan.has_people else []),
        _limited(),
    ]
    return f"array_to_json(array_remove(array[{', '.join(told)}], null))"


def _constant(plan: Plan, context: Context) -> list[str]:
    axes, wanted = set(plan.axes), set(plan.asked.measures)
    when = {
        _ONE_INDICATOR: bool({Axis.INDICATOR, Axis.DISPARITY_STATUS, Axis.OUTCOME_TREND} & axes)
        or plan.has_people
        or bool(plan.filter.persistent_only),
        _OVERLAP: plan.has_people,
        _PLEDGES: Measure.PLEDGED in wanted and plan.asked.level is not CountingLevel.GROSS,
        Right.READ_FLOWS.reason: plan.asked.bucket is not None
        and context.caller.denied_everywhere(Right.READ_FLOWS) is not None,
    }
    return [literal(sentence) for sentence, holds in when.items() if holds]


def _currencies(plan: Plan) -> str:
    money = [each for each in plan.sums if each in SUMS or each is Measure.IN_KIND_VALUE]
    some = " or ".join(f"{column_of(each)} <> 0" for each in money) or "false"
    return (
        "(select string_agg(x.currency, ', ' order by x.currency) || ' stand apart: currencies are never added.'"  # noqa: S608 - our own words
        f" from (select distinct currency from keyed where {some}) x having count(*) > 1)"
    )


def _regrants(plan: Plan) -> str:
    words = _OUTSIDE[plan.asked.level or CountingLevel.NET_INTO_PARTNERSHIP]
    amounts = "string_agg(x.amount || ' ' || x.currency, ', ' order by x.currency)"
    netted = (
        f"(select 'Of what awards pay on to others, ' || {amounts} || ' in ' || sum(x.links) ||"  # noqa: S608 - as above
        f" ' regrants, each dollar {words}.' from (select currency, round(sum(amount) * 0.01, 2) as amount,"
        f" count(*) as links from {FLOWS} group by 1) x having count(*) > 0)"
    )
    crossed = (
        f"(select links || ' regrants in another currency than the award that pays them count at both.'"  # noqa: S608 - as above
        f" from {CROSSED} where links > 0)"
    )
    return f"{netted}, {crossed}"


def _gifts(plan: Plan, partnership: str) -> list[str]:
    if not plan.has_gifts:
        return []
    found = []
    unpriced = "num_nulls(k.unit_rate, k.method, k.rate_source) > 0"
    for measure, condition, words in (
        (Measure.IN_KIND_VALUE, unpriced, "gifts in kind have no valuation and are left out of their value."),
        (
            Measure.IN_KIND_HOURS,
            "k.unit <> 'HOUR'",
            "gifts in kind are not counted in hours and are left out.",
        ),
    ):
        if measure in plan.wanted:
            found.append(
                f"(select count(*) || {literal(' ' + words)} from in_kind_resource k"  # noqa: S608 - as above
                f" where k.partnership_id = {partnership} and {condition} having count(*) > 0)"
            )
    return found


def _undated() -> str:
    """Every fact without a day lies in the bucket that has none."""
    return (
        "(select 'Awards without any date, and gifts without a first day, stand in rows without a bucket.'"
        " from keyed where bucket = 'infinity' limit 1)"
    )


def _withheld() -> str:
    return (
        "(select sum(hidden) || ' gaps are withheld or not known, and count nobody.'"
        " from need having sum(hidden) > 0)"
    )


def _limited() -> str:
    return (
        "(select 'Only the first ' || (select count(*) from shown) || ' of ' || count(*) || ' rows are shown.'"
        " from grid having count(*) > (select count(*) from shown))"
    )
