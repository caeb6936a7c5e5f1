"""Reads whom a partnership serves: groups, areas and outcomes with their rates, and nothing of money or studies."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from allocation.evidence.finding import Setting
from allocation.frames.figures import DisclosedRow, newest_rates
from allocation.frames.places import read_areas, read_indicators, read_names, read_populations
from allocation.standing import Standing
from models.outcomes import Outcome
from models.partnerships import Partnership


async def read_people(
    session: AsyncSession, partnership: Partnership, figures: Sequence[DisclosedRow]
) -> Standing:
    """The standing without money, practices or findings; its rates are the newest of these disclosed figures."""
    return Standing(
        currency=partnership.currency,
        fiscal_year_start_month=partnership.fiscal_year_start_month,
        settings=frozenset(Setting(each) for each in partnership.settings),
        practices=(),
        populations=await read_populations(session, partnership.id),
        areas=await read_areas(session, partnership.id),
        outcomes=await read_names(session, Outcome, partnership.id),
        indicators=await read_indicators(session, partnership.id),
        rates=newest_rates(figures),
        disparities=(),
        findings=(),
        investments=(),
    )
