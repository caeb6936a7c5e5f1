"""A file's records in a temporary table, so that the rest is a few statements over the whole file."""

from collections.abc import AsyncIterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncSession

from api.exchange.recipes import EMPTY, Recipe
from api.exchange.report import Example, ImportReport

MANY = 500  # records from which counting any table costs less than reading it by a bad plan
REFRESH = """
select refresh_statistics(
  (select count(*) from incoming) >= :many, variadic cast(cast(:tables as text[]) as regclass[]))
"""


@dataclass(frozen=True)
class Import:
    """Which import it is: whose, of which format and file, by whom, by which recipe, and whether it releases."""

    id: UUID
    partnership_id: UUID
    format: str
    file: str
    actor: str
    recipe: Recipe = field(default=EMPTY)
    release: bool = True
    content_sha256: bytes | None = None


async def stage(
    session: AsyncSession,
    columns: Mapping[str, str],
    rows: AsyncIterable[tuple[Any, ...]],  # Any: a column's value
    *,
    found: Mapping[str, str],
) -> None:
    """Copies `rows` as they come into the temporary table `incoming`, gone at the transaction's end.

    `columns` and `found` are names with their types; those of `found` are empty and filled by what follows.
    `n` counts the records; `row` may repeat, since one row of a file can hold several records. Row-level
    security does not let COPY into a tenant's table; a temporary table has no tenant.

    The planner knows nothing of rows that the transaction itself has written, and then reads whole tables once
    for each record. So what follows looks our tables up by subqueries, through an index, and compares the
    partnership by `is not distinct from`, which is no index condition: row-level security has one already, and
    two of them make the planner think that a partnership has one row, so that any index will do.
    """
    await run(session, "set local enable_seqscan = off")
    listed = ", ".join(f"{name} {kind}" for name, kind in {**columns, **found}.items())
    await drop(session, "incoming")
    await run(
        session,
        f"create temporary table incoming (n bigint generated always as identity primary key, {listed}) "
        "on commit drop",
    )
    connection = await session.connection()
    driver = (await connection.get_raw_connection()).driver_connection
    assert driver is not None  # noqa: S101 - the connection is open
    await driver.copy_records_to_table("incoming", records=rows, columns=list(columns))
    await analyze(session, "incoming")


async def run(session: AsyncSession, sql: str, **values: object) -> int:
    """Runs one statement and says how many rows it touched. SQL here is ours; a file's words are bound values."""
    result = await session.execute(text(sql), values)
    return int(getattr(result, "rowcount", 0))


async def fetch(session: AsyncSession, sql: str, **values: object) -> list[Row[Any]]:  # Any: a column's value
    """The rows of one query."""
    return list((await session.execute(text(sql), values)).all())


async def drop(session: AsyncSession, *tables: str) -> None:
    """Drops temporary tables that an earlier import of the same transaction has left."""
    for table in tables:
        await run(session, f"drop table if exists pg_temp.{table}")


async def recount(session: AsyncSession, *tables: str) -> None:
    """Tells the planner what our own tables hold after a file has been written to them."""
    await run(session, REFRESH, many=MANY, tables=list(tables))


async def recount_after(session: AsyncSession, records: int, *tables: str) -> None:
    """As above, for what was written without staging it."""
    sql = "select refresh_statistics(:always, variadic cast(cast(:tables as text[]) as regclass[]))"
    await run(session, sql, always=records >= MANY, tables=list(tables))


async def analyze(session: AsyncSession, table: str) -> None:
    """Tells the planner what a temporary table holds: nothing else does within a transaction."""
    await run(session, f"analyze {table}")


async def leave_out(session: AsyncSession, report: ImportReport, sql: str, **values: object) -> None:
    """Rejects the records that a query names (n, row, code, message, field, value), one finding a record."""
    told: set[int] = set()
    for wrong in await fetch(session, sql, **values):
        if wrong.n not in told:
            report.reject(wrong.code, wrong.message, Example(wrong.row, wrong.field, wrong.value))
        told.add(wrong.n)
    if told:
        await run(session, "delete from incoming where n = any(:told)", told=list(told))


async def count_actions(session: AsyncSession, report: ImportReport) -> None:
    """Counts what became of the records of `incoming` by their column `action`."""
    rows = await fetch(session, "select action, count(*) as number from incoming group by 1")
    counted = {row.action: row.number for row in rows}
    for action in ("created", "updated", "unchanged"):
        setattr(report, action, counted.get(action, 0))
    if report.rows is not None:
        for each in await fetch(session, "select row, action from incoming order by n"):
            report.tell_row(each.row, each.action)
