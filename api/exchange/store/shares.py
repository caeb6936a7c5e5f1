"""Stores where a publisher of awards says that their dollars sit: the same lines that an allocation makes."""

import json
from collections.abc import Iterator
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from allocation.ledger import Line
from api.exchange.report import Example, ImportReport, Severity
from api.exchange.store.allocations import Wanted, allocate
from api.exchange.store.names import Names, UnknownName
from api.exchange.store.staging import Import, fetch
from models.resources import ResourceUse

TOLD = """
select n.row, n.investment_id, n.use, n.shares from incoming n
where n.shares is not null and n.action in ('created', 'updated') order by n.n
"""

Told = dict[str, Any]  # Any: a JSON value, as investments wrote it


async def store_shares(session: AsyncSession, run_of: Import, report: ImportReport) -> None:
    """Allocates what the awards of `incoming` say of their dollars.

    A line that names what the partnership does not know is left untargeted, with a warning.
    """
    told = await fetch(session, TOLD)
    if not told:
        return
    names = await Names.read(session, run_of.partnership_id)
    wanted = [
        line
        for award in told
        for line in _lines(names, award.row, award.investment_id, json.loads(award.shares), report)
    ]
    await allocate(session, run_of, list({(w.investment_id, w.line): w for w in wanted}.values()), report)


def _lines(
    names: Names, row: int, investment_id: UUID, told: list[Told], report: ImportReport
) -> Iterator[Wanted]:
    for line in told:
        if line["amount"] is None:
            report.reject(
                "line-without-amount",
                "a line of dollars has an amount or a share",
                Example(row, "classifications", None),
            )
            continue
        try:
            yield Wanted(row, investment_id, _line(names, line), line["amount"], line["obligated"])
        except UnknownName as error:
            message = f"{error}; the line's dollars stay untargeted"
            report.add(Severity.WARNING, "line-not-ours", message, Example(row, error.field, error.word))


def _line(names: Names, told: Told) -> Line:
    use = told["use"] or (ResourceUse.PRACTICE if told["practice"] else ResourceUse.UNASSIGNED)
    return Line(
        use=ResourceUse(use),
        practice_id=names.practices.find(told["practice"]),
        outcome_id=names.outcomes.find(told["outcome"]),
        population_id=names.populations.find(told["population"]),
        area_id=names.areas.find(told["area"]),
        fiscal_year=told["fiscal_year"],
    )
