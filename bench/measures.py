"""How long a search for bills takes under row-level security: stems one a row against a text search's own index.

The peer is a tsvector with a GIN index over the same titles and summaries, in the same table, asked by the same
weak role; the limit is the same peer asked by a superuser, whom no row-level security binds. Prints the medians and
the ratios, and whether the aim holds: under 10 ms for one of four partnerships with 2,000 bills each.
"""

import asyncio
import random
import statistics
import sys
import tempfile
import time
from pathlib import Path
from uuid import UUID

import asyncpg
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from allocation.partnerships import Terms, create_partnership
from migrations.upgrade import upgrade
from models import embedded
from models.database import Database, Logins, Scope
from policy.measure_search import search_measures

PARTNERSHIPS, BILLS, WORDS, ROUNDS = 4, 2_000, 3_000, 15
LIMIT = 0.01
ASKED = "word17 word450"
FILL = """
insert into policy_measure (partnership_id, jurisdiction, identifier, title, summary, status, status_as_published,
  source_system)
select :partnership, 'US-NY', 'A' || row_number() over (), title, summary, 'IN_COMMITTEE', 'x', 'bench'
from unnest(cast(:titles as text[]), cast(:summaries as text[])) as made (title, summary)
"""
PEER = """
alter table policy_measure add column search tsvector generated always as (
  setweight(to_tsvector('english', title), 'A')
  || setweight(to_tsvector('english', coalesce(summary, '')), 'B')) stored;
create index peer on policy_measure using gin (search);
analyze policy_measure; analyze measure_word;
"""
ASK_PEER = """
select id, ts_rank(search, query) as rank
from policy_measure, cast(replace(cast(plainto_tsquery('english', $2) as text), '&', '|') as tsquery) as query
where partnership_id = $1 and search @@ query order by rank desc limit 20
"""


async def main() -> bool:
    """Fills a database of its own, measures, prints; whether the aim holds."""
    with tempfile.TemporaryDirectory() as folder, embedded.lease(Path(folder), durable=False) as server:
        logins = Logins.read(server.url())
        await upgrade(logins)
        database = Database(logins)
        try:
            ours = [await _filled(database, n) for n in range(PARTNERSHIPS)]
            peer = await asyncpg.connect(server.url())
            await peer.execute(PEER)
            limit = await _median_of_peer(peer, ours[0])
            await peer.close()
            return await _measured(database, ours[0], limit)
        finally:
            await database.close()


async def _filled(database: Database, number: int) -> UUID:
    async with database.session(Scope()) as session:
        partnership = (await create_partnership(session, Terms(f"bench{number}", "Many bills"))).id
    chance = random.Random(number)
    weights = [1 / (rank + 1) for rank in range(WORDS)]  # as words are: the second half as often as the first

    def said(count: int) -> str:
        return " ".join(f"word{rank}" for rank in chance.choices(range(WORDS), weights, k=count))

    made = {"titles": [said(12) for _ in range(BILLS)], "summaries": [said(40) for _ in range(BILLS)]}
    async with database.session(Scope.of(partnership)) as session:
        await session.execute(text(FILL), {"partnership": partnership, **made})
    return partnership


async def _measured(database: Database, partnership: UUID, limit: float) -> bool:
    async with database.session(Scope.of(partnership)) as session:
        stems = await _median_of_stems(session, partnership)
        driver = (await (await session.connection()).get_raw_connection()).driver_connection
        assert driver is not None
        peer = await _median_of_peer(driver, partnership)
    print(f"stems one a row, weak role        {stems * 1000:8.2f} ms")
    print(f"tsvector and GIN, weak role       {peer * 1000:8.2f} ms  {peer / stems:6.1f} times ours")
    print(f"tsvector and GIN, superuser       {limit * 1000:8.2f} ms  {limit / stems:6.1f} times ours")
    print(
        f"ours / {LIMIT * 1000:.0f} ms = {stems / LIMIT:.2f}:",
        "the aim holds" if stems < LIMIT else "the aim does not hold",
    )
    return stems < LIMIT


async def _median_of_stems(session: AsyncSession, partnership: UUID) -> float:
    taken = []
    for _ in range(ROUNDS):
        begun = time.perf_counter()
        found = await search_measures(session, partnership, ASKED, most=20)
        taken.append(time.perf_counter() - begun)
        assert found
    return statistics.median(taken)


async def _median_of_peer(connection: asyncpg.Connection, partnership: UUID) -> float:
    taken = []
    for _ in range(ROUNDS):
        begun = time.perf_counter()
        found = await connection.fetch(ASK_PEER, partnership, ASKED)
        taken.append(time.perf_counter() - begun)
        assert found
    return statistics.median(taken)


if __name__ == "__main__":
    sys.exit(0 if asyncio.run(main()) else 1)
