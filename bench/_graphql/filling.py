"""A large made-up partnership that everybody may read: 100,000 awards, each with one line of dollars."""

from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

import asyncpg

from allocation.partnerships import Terms, create_partnership
from bench.alignment import FILL
from migrations.upgrade import upgrade
from models.database import Database, Logins, Scope

SLUG = "bench"
DAYS_COUNT = 1_000
KIND_SIZE = 20
SPREAD = (
    "set session_replication_role = replica",
    "update partnership set is_public = true where id = $p",
    f"""update funder f set kind = (array['FEDERAL', 'STATE', 'LOCAL', 'INDIVIDUAL'])[n.n]
from (select id, 1 + (row_number() over (order by id) - 1) / {KIND_SIZE} as n from funder where partnership_id = $p) n
where f.partnership_id = $p and f.id = n.id and n.n <= 4""",
    # lines that differ in every way that is asked for: outcome, group and year are independent of each other
    """update ledger.account a set outcome_id = o.ids[1 + abs(hashtext(a.id::text || 'o')) % 20],
  population_id = g.ids[1 + abs(hashtext(a.id::text || 'g')) % 12],
  fiscal_year = 2025 + abs(hashtext(a.id::text || 'y')) % 3
from (select array_agg(id) as ids from outcome where partnership_id = $p) o,
  (select array_agg(id) as ids from population where partnership_id = $p) g
where a.partnership_id = $p and a.kind = 'AVAILABLE'""",
    "set session_replication_role = default",
    "vacuum analyze",
)


@dataclass(frozen=True)
class Filled:
    """A filled database, and what may be asked for by name."""

    logins: Logins
    partnership: UUID
    investments: tuple[UUID, ...]
    days: tuple[date, ...]


async def filled(server: str, count: int) -> Filled:
    """Founds the partnership and fills it on the server, as the owner of the tables' data."""
    logins = Logins.read(server)
    await upgrade(logins)
    database = Database(logins, pool_size=1)
    async with database.session(Scope()) as session:
        partnership = (await create_partnership(session, Terms(SLUG, "Bench"))).id
    await database.close()
    owner = await asyncpg.connect(server)
    for statement in (*FILL, *SPREAD):
        await owner.execute(statement.replace("$p", f"'{partnership}'::uuid").replace("$n", str(count)))
    some = await owner.fetch("select id from investment order by hashtext(id::text) limit 500")
    await owner.close()
    days = tuple(date(2024, 7, 1) + timedelta(days=n) for n in range(0, DAYS_COUNT, 7))
    return Filled(logins, partnership, tuple(row["id"] for row in some), days)
