"""The lines of a standing as dollars at risk: whose they are, and whom each minor unit is known to help."""

from collections.abc import Mapping, Sequence

from allocation.cells import Cells
from allocation.losses import LineAtRisk
from allocation.standing import Standing, StandingInvestment, StandingLine


def lines_at_risk(standing: Standing, organization_of: Mapping[str, str]) -> Sequence[LineAtRisk]:
    """Every line's unspent dollars, told in row ids. `organization_of` maps a funder's row to its organization's.

    A participant's effect over a participant's cost is what a minor unit does (allocation/cells.py); a line
    without a cell, or without a fiscal year, has no known effect. A harmful practice's dollars lose no students.
    """
    years = {line.fiscal_year for each in standing.investments for line in each.lines if line.fiscal_year}
    cells = Cells.of(standing, sorted(years))
    costs = {practice.id: practice.cost for practice in standing.practices}
    return [
        _line(standing, each, line, (organization_of, _per_unit(cells, costs, line)))
        for each in standing.investments
        for line in each.lines
    ]


def _line(
    standing: Standing,
    investment: StandingInvestment,
    line: StandingLine,
    known: tuple[Mapping[str, str], float | None],
) -> LineAtRisk:
    organization_of, students = known
    funder = standing.row(investment.funder) or investment.funder
    return LineAtRisk(
        investment=standing.row(investment.id) or investment.id,
        payer=organization_of.get(funder, funder),
        currency=investment.currency,
        amount=line.available + line.obligated,
        fiscal_year=line.fiscal_year,
        starts_on=investment.starts_on,
        ends_on=investment.ends_on,
        practice=standing.row(line.practice),
        outcome=standing.row(line.outcome),
        position=standing.row(line.position),
        use=line.use,
        students_per_unit=students,
    )


def _per_unit(cells: Cells, costs: Mapping[str, int | None], line: StandingLine) -> float | None:
    cost = costs.get(line.practice or "")
    cell = cells.cell_of(line, line.fiscal_year) if line.fiscal_year else None
    if cell is None or not cost:
        return None
    return max(cells.places[cell].effect, 0.0) / cost
