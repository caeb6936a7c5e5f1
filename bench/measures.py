"""How long a search for bills takes under row-level security: stems one a row against a text search's own index.

The peer is a tsvector with a GIN index over the same titles and summaries, in the same table, asked in bare SQL by the
same weak role, whom the same policies bind; the limit is the peer asked by a superuser, whom none binds. All three are
asked in turns, so that a busy machine is as busy for each. Prints the medians, their ratios, and whether each uses
its index; the aim is a ratio to the peer.
"""

import asyncio
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import asyncpg
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from allocation.partnerships import Terms, create_partnership
from migrations.upgrade import upgrade
from models import embedded
from models.database import Database, Logins, Scope
from policy.measure_search import SEARCH, search_measures

PARTNERSHIPS, BILLS, WORDS, ROUNDS = 2, 6_000, 3_000, 25
AIM = 3.0  # times as quick as the peer with rare words; whoever finds a third of all has to read that third
ASKED = {"rare words": "word450 word1200 word2100", "a word of every third bill": "word17 word450"}
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
"""
ASK_PEER = """
select id, ts_rank(search, query) as rank
from policy_measure, cast(replace(cast(plainto_tsquery('english', $2) as text), '&', '|') as tsquery) as query
where partnership_id = $1 and search @@ query order by rank desc limit 20
"""


@dataclass(frozen=True)
class Asked:
    """Who asks, by which connections, of which partnership's bills."""

    session: AsyncSession
    weak: asyncpg.Connection
    owner: asyncpg.Connection
    mine: UUID


async def main() -> bool:
    """Fills a database of its own, measures, prints; whether the aim holds."""
    with tempfile.TemporaryDirectory() as folder, embedded.lease(Path(folder), durable=False) as server:
        logins = Logins.read(server.url())
        await upgrade(logins)
        database = Database(logins)
        owner = await asyncpg.connect(server.url())
        try:
            ours = [await _filled(database, n) for n in range(PARTNERSHIPS)]
            await owner.execute(PEER)
            await owner.execute("vacuum analyze")
            async with database.session(Scope.of(ours[0])) as session:
                weak = (await (await session.connection()).get_raw_connection()).driver_connection
                assert weak is not None
                asked = Asked(session, weak, owner, ours[0])
                ratios = [await _measured(asked, name, words) for name, words in ASKED.items()]
            return ratios[0] >= AIM
        finally:
            await owner.close()
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


async def _measured(asked: Asked, name: str, words: str) -> float:
    """Prints what was found; how many times as long the peer takes."""
    ways: dict[str, Callable[[], Awaitable[object]]] = {
        "stems one a row, weak role": lambda: search_measures(asked.session, asked.mine, words, most=20),
        "tsvector and GIN, weak role": lambda: asked.weak.fetch(ASK_PEER, asked.mine, words),
        "tsvector and GIN, superuser": lambda: asked.owner.fetch(ASK_PEER, asked.mine, words),
    }
    taken: dict[str, list[float]] = {way: [] for way in ways}
    for _ in range(ROUNDS):
        for way, ask in ways.items():
            begun = time.perf_counter()
            assert await ask()
            taken[way].append(time.perf_counter() - begun)
    stems, peer, limit = (statistics.median(each) for each in taken.values())
    given = {"words": words, "partnership": asked.mine, "most": 20}
    plan = [str(row[0]) for row in await asked.session.execute(text(f"explain {SEARCH}"), given)]
    indexed = (
        any("Index Cond" in line and "lexeme" in line for line in plan),
        await _uses_gin(asked.weak, asked.mine, words),
        await _uses_gin(asked.owner, asked.mine, words),
    )
    print(name)
    for way, median, has_index in zip(ways, (stems, peer, limit), indexed, strict=True):
        through = "through its index" if has_index else "past its index"
        print(f"  {way:28} {median * 1000:8.2f} ms  {median / stems:6.2f} times ours, {through}")
    print(
        f"  the peer / ours = {peer / stems:.1f} (aim {AIM} with rare words); ours / the limit = {stems / limit:.2f}"
    )
    return peer / stems if indexed[0] else 0.0


async def _uses_gin(connection: asyncpg.Connection, partnership: UUID, words: str) -> bool:
    plan = await connection.fetch(f"explain {ASK_PEER}", partnership, words)
    return any("Bitmap Index Scan on peer" in row[0] for row in plan)


if __name__ == "__main__":
    sys.exit(0 if asyncio.run(main()) else 1)
