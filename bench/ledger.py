"""Is posting linear in its lines, and what does a line cost beside COPY of the rows that it leaves?

    python -m bench.ledger [--lines N]

Posts batches of 5,000 lines between accounts of their own in a new partnership, first a tenth of the lines and then
all of them, and prints the time of a line in each. The peer is COPY in binary of the very transfers and entries into
tables with the same constraints and indexes in another database of the same server.
"""

import argparse
import asyncio
import sys
import tempfile
import time
from datetime import date
from pathlib import Path
from uuid import UUID

import asyncpg
from sqlalchemy import insert

from allocation.ledger import AccountKey, Posting, open_accounts, post
from allocation.partnerships import Terms, create_partnership
from bench.imports import dump, prepared, refill
from models import embedded
from models.base import new_id
from models.database import Database, Logins, Scope
from models.ledger import AccountKind, TransactionKind
from models.organizations import Organization
from models.resources import Funder, Investment, ResourceUse

BATCH = 5_000
GROWTH_AIM, COPY_AIM = 1.5, 5.0
BEFORE = ("partnership", "organization", "funder", "investment", "ledger.book", "ledger.account")
LEFT = ("ledger.transfer", "ledger.entry", "ledger.idempotency")


async def found(database: Database, slug: str, count: int) -> tuple[UUID, list[Posting]]:
    """A partnership with `count` awards, and a line that promises each."""
    async with database.session(Scope()) as session:
        p = (await create_partnership(session, Terms(slug, "Bench"))).id
        organization, funder = new_id(), new_id()
        await session.execute(insert(Organization).values(partnership_id=p, id=organization, name="Fund"))
        await session.execute(
            insert(Funder).values(partnership_id=p, id=funder, organization_id=organization)
        )
        awards = [new_id() for _ in range(count)]
        rows = [
            {
                "partnership_id": p,
                "id": award,
                "funder_id": funder,
                "title": "Award",
                "use": ResourceUse.UNASSIGNED,
                "currency": "USD",
                "source_system": "bench",
            }
            for award in awards
        ]
        await session.execute(insert(Investment), rows)
        keys = [
            AccountKey(award, kind, "USD")
            for award in awards
            for kind in (AccountKind.RECEIVABLE, AccountKind.AVAILABLE)
        ]
        ids = await open_accounts(session, p, keys)
    return p, [
        Posting(
            kind=TransactionKind.COMMITMENT,
            debit=ids[AccountKey(award, AccountKind.RECEIVABLE, "USD")],
            credit=ids[AccountKey(award, AccountKind.AVAILABLE, "USD")],
            unit="USD",
            amount=10_000,
            effective_on=date(2026, 7, 1),
        )
        for award in awards
    ]


async def time_of_a_line(database: Database, slug: str, count: int) -> float:
    """Seconds a line."""
    p, lines = await found(database, slug, count)
    start = time.perf_counter()
    async with database.session(Scope.of(p)) as session:
        for first in range(0, count, BATCH):
            await post(session, "bench", str(first), lines[first : first + BATCH])
    return (time.perf_counter() - start) / count


async def time_of_copy(source: str, target: str) -> float:
    """Seconds that COPY takes for the transfers and entries of the whole database."""
    origin, copy = await asyncpg.connect(source), await asyncpg.connect(target)
    for table in BEFORE:
        await refill(copy, table, await dump(origin, table))
    held = {table: await dump(origin, table) for table in LEFT}
    start = time.perf_counter()
    async with copy.transaction():
        for table, rows in held.items():
            await refill(copy, table, rows)
    taken = time.perf_counter() - start
    await origin.close()
    await copy.close()
    return taken


async def measure(server: str, count: int) -> bool:
    """Prints what was found; whether every aim is met."""
    url = await prepared(server, "bench_ledger")
    database = Database(Logins.read(url))
    few = await time_of_a_line(database, "few", count // 10)
    many = await time_of_a_line(database, "many", count)
    await database.close()
    copied = await time_of_copy(url, await prepared(server, "bench_copy")) / (count + count // 10)
    print(
        f"a line of {count // 10} takes {few * 1e6:.0f} us, a line of {count} {many * 1e6:.0f} us: "
        f"ratio {many / few:.2f} (aim {GROWTH_AIM}); COPY {copied * 1e6:.0f} us: ratio {many / copied:.1f} "
        f"(aim {COPY_AIM:.0f})"
    )
    return many / few <= GROWTH_AIM and many / copied <= COPY_AIM


def main() -> None:
    """Exit code 1 where an aim is missed."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--lines", type=int, default=50_000)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as place, embedded.lease(Path(place) / "server") as server:
        met = asyncio.run(measure(server.url(), asked.lines))
    sys.exit(0 if met else 1)


if __name__ == "__main__":
    main()
