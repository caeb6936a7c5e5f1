"""Reads everything that a reallocation starts from."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from allocation.disparities import assess_disparities
from allocation.evidence.finding import Setting
from allocation.frames.evidence import read_rationales, read_reports
from allocation.frames.figures import newest_rates, read_figures, read_pairs
from allocation.frames.keys import read_keys
from allocation.frames.money import read_investments
from allocation.frames.places import (
    read_areas,
    read_indicators,
    read_names,
    read_partnership,
    read_populations,
    rule_of,
)
from allocation.frames.practices import read_findings, read_practices, read_supplies
from allocation.keys import told_in_keys
from allocation.standing import Standing
from models import outcomes


async def read_standing(
    session: AsyncSession, partnership_id: UUID, fiscal_year: int | None = None
) -> Standing:
    """Everything that a reallocation in this partnership starts from, told in keys (allocation/keys.py).

    Costs are brought to the prices of `fiscal_year`, or to the newest that the price index knows.
    """
    partnership = await read_partnership(session, partnership_id)
    populations = await read_populations(session, partnership_id)
    indicators = await read_indicators(session, partnership_id)
    figures = await read_figures(session, partnership_id)
    pairs = await read_pairs(session, partnership_id, figures, populations, indicators)
    investments = await read_investments(session, partnership_id)
    standing = Standing(
        currency=partnership.currency,
        fiscal_year_start_month=partnership.fiscal_year_start_month,
        settings=frozenset(Setting(each) for each in partnership.settings),
        practices=await read_practices(session, partnership_id, fiscal_year),
        populations=populations,
        areas=await read_areas(session, partnership_id),
        outcomes=await read_names(session, outcomes.Outcome, partnership_id),
        indicators=indicators,
        rates=newest_rates(figures),
        disparities=assess_disparities(pairs, rule_of(partnership)),
        findings=await read_findings(session, partnership_id),
        investments=investments,
        supplies=await read_supplies(session, partnership_id),
        reports=await read_reports(session, partnership_id),
        rationales=await read_rationales(session, partnership_id),
    )
    return told_in_keys(standing, await read_keys(session, partnership_id, investments))
