"""Stores the levels of a price index, one row a year."""

from collections.abc import AsyncIterable

from sqlalchemy.ext.asyncio import AsyncSession

from api.exchange.records_evidence import PriceLevelRecord
from api.exchange.report import ImportReport
from api.exchange.store.rows import count, settle
from api.exchange.store.staging import Import
from models.practices import PriceIndex


async def store_price_levels(
    session: AsyncSession, run_of: Import, records: AsyncIterable[PriceLevelRecord], report: ImportReport
) -> None:
    """Stores the records; a year that is here already takes the level of the file."""
    async for record in records:
        key = {"name": record.name, "year": record.year}
        values = {"level": record.level, "source": record.source}
        _, action = await settle(session, PriceIndex, run_of.partnership_id, key=key, values=values)
        count(report, action, record.row)
