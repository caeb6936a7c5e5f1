"""The ladder from a dollar to a result: outcome, indicator, population, practice, evidence, results.

A step is missing from an investment where none of its dollars meet it; the level is the highest rung that one
of its lines reaches with all rungs below. EVIDENCE means a finding of the third tier at least (PROMISING, 34
CFR 77.1) on the line's practice and outcome; RESULTS means a disclosed figure of the line's outcome and group
for a period that ends on or after the day on which the award starts.
"""

from typing import Final

from api.graphql.common.basics import table_of
from api.graphql.common.enums import AlignmentStep
from api.graphql.lookahead import Scope, Sql, negated, never
from api.graphql.money.amounts import ACCOUNT, INVESTMENT, LINES
from api.graphql.outcomes.measurements import MEASUREMENT, newest_figure
from api.graphql.practices.proof import PROVEN
from models.outcomes import Indicator

__all__ = ["lacks", "level", "level_below", "missing"]

INDICATOR = table_of(Indicator)
STEPS: Final = tuple(AlignmentStep)


def _meets(step: AlignmentStep, investment: Scope, line: Scope) -> str:
    """The condition on a line's account that its dollars are on this rung."""
    c = ACCOUNT.c
    if step is AlignmentStep.INDICATOR:
        return _is_measured(line)
    if step is AlignmentStep.EVIDENCE:
        pair = f"concat({line.column(c.practice_id)}, '/', {line.column(c.outcome_id)})"
        return f"{pair} = any({line.bind(PROVEN)}::text[])"
    if step is AlignmentStep.RESULTS:
        return _has_results(investment, line)
    return f"{line.column(c[f'{step.value.lower()}_id'])} is not null"


def _is_measured(line: Scope) -> str:
    indicator, c = line.reading(INDICATOR), INDICATOR.c
    met = (
        f"{indicator.column(c.partnership_id)} = {line.column(ACCOUNT.c.partnership_id)}"
        f" and {indicator.column(c.outcome_id)} = {line.column(ACCOUNT.c.outcome_id)}"
    )
    return f"exists (select 1 from {indicator.source} where {met})"  # noqa: S608 - names from metadata


def _has_results(investment: Scope, line: Scope) -> str:
    indicator, measured = line.reading(INDICATOR), line.reading(MEASUREMENT)
    i, m, a = INDICATOR.c, MEASUREMENT.c, ACCOUNT.c
    start = (
        f"coalesce({investment.column(INVESTMENT.c.starts_on)}, {investment.column(INVESTMENT.c.awarded_on)})"
    )
    met = (
        f"{indicator.column(i.partnership_id)} = {line.column(a.partnership_id)}"
        f" and {indicator.column(i.outcome_id)} = {line.column(a.outcome_id)}"
        f" and {measured.column(m.partnership_id)} = {indicator.column(i.partnership_id)}"
        f" and {measured.column(m.indicator_id)} = {indicator.column(i.id)}"
        f" and {measured.column(m.population_id)} = {line.column(a.population_id)}"
        f" and {measured.column(m.period_end)} >= {start}"
        f" and {newest_figure('status')(measured)} in ('REPORTED', 'BANDED')"
    )
    return f"exists (select 1 from {indicator.source}, {measured.source} where {met})"  # noqa: S608 - as above


def _a_line_meets(scope: Scope, steps: tuple[AlignmentStep, ...]) -> str:
    """Some dollars of the investment are on all of these rungs."""
    line, c = scope.reading(ACCOUNT), ACCOUNT.c
    kinds = ", ".join(f"'{kind}'" for kind in LINES)
    met = (
        f"{line.column(c.partnership_id)} = {scope.column(INVESTMENT.c.partnership_id)}",
        f"{line.column(c.investment_id)} = {scope.column(INVESTMENT.c.id)}",
        f"{line.column(c.kind)} in ({kinds})",
        f"{line.column(c.credits_posted)} > {line.column(c.debits_posted)}",
        *(_meets(step, scope, line) for step in steps),
    )
    return f"exists (select 1 from {line.source} where {' and '.join(met)})"  # noqa: S608 - as above


def lacks(step: AlignmentStep) -> Sql:
    """None of the investment's dollars are on this rung."""
    return negated(lambda scope: _a_line_meets(scope, (step,)))


def level_below(level: int) -> Sql:
    """The investment's level is less than this."""
    if level <= 0:
        return never
    if level > len(STEPS):
        return lambda _: "true"
    return negated(lambda scope: _a_line_meets(scope, STEPS[:level]))


def level(scope: Scope) -> str:
    """0 to 6."""
    rungs = (f"{_a_line_meets(scope, STEPS[:height])}::int" for height in range(1, len(STEPS) + 1))
    return f"({' + '.join(rungs)})"


def missing(scope: Scope) -> str:
    """The steps that none of the dollars meet, in order."""
    steps = (f"case when {lacks(step)(scope)} then '{step.value}' end" for step in STEPS)
    return f"array_remove(array[{', '.join(steps)}], null)"
