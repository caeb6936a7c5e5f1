"""What does an alignment cost beside the bare SQL aggregate of the same dollars under the same policies?

    python -m bench.alignment [--investments N] [--rounds N]

Fills a partnership with N awards (500 funders, 300 practices, 20 outcomes, 12 groups, 3 fiscal years) and asks, in
process with all checks, for dollars by outcome x tier x year. The peer sums the same accounts, grouped by what tells
the tier, joined to the same tiers and grouped again, as the same login in a transaction with the same settings: of
two ways to write that, the faster. Before every request a transfer is posted, so no answer can have been kept.
Answers are compared for equality first; the medians and their ratio are printed. Exit code 1 above the aim.
"""

import argparse
import asyncio
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from uuid import UUID

import asyncpg
from sqlalchemy import text

from allocation.alignment import KnownTier
from allocation.ledger import Posting, post
from allocation.partnerships import Terms, create_partnership
from api.access import Caller
from api.graphql.alignment.known import read_known
from api.graphql.common.context import Context
from api.graphql.door.operations import Call
from api.graphql.door.requests import Request
from api.graphql.schema import build_for_operator
from migrations.upgrade import upgrade
from models import embedded
from models.database import Database, Logins, Scope
from models.ledger import TransactionKind
from models.people import Role

AIM = 1.5
QUERY = """{ partnership(slug: "bench") { alignment(input: {
  measures: [COMMITTED], groupBy: [OUTCOME, EVIDENCE_TIER, FISCAL_YEAR], limit: 10000 }) {
    rows { keys { code } values { value currency } } truncated } } }"""
FILL = (
    "set session_replication_role = replica",  # the rows refer to each other rightly by how they are made
    (
        "insert into organization (partnership_id, id, name) select $p, gen_random_uuid(), 'Organization ' || n"
        " from generate_series(1, 500) n"
    ),
    (
        "insert into funder (partnership_id, id, organization_id, kind) select $p, gen_random_uuid(), id, 'FOUNDATION'"
        " from organization where partnership_id = $p"
    ),
    (
        "insert into outcome (partnership_id, id, name, stage) select $p, gen_random_uuid(), 'Outcome ' || n,"
        " 'EARLY_GRADES' from generate_series(1, 20) n"
    ),
    (
        "insert into population (partnership_id, id, dimension, value, label) select $p, gen_random_uuid(), 'race',"
        " 'Group ' || n, 'Group ' || n from generate_series(1, 12) n"
    ),
    (
        "insert into practice (partnership_id, id, name) select $p, gen_random_uuid(), 'Practice ' || n"
        " from generate_series(1, 300) n"
    ),
    """insert into finding (partnership_id, id, practice_id, outcome_id, study, design, rating, standards_version,
  effect_size, standard_error, p_value, sample_size, site_count, settings, source_system, source_identifier)
select $p, gen_random_uuid(), p.id, o.id, 'Study ' || row_number() over (), 'RCT',
  case when hashtext(p.id::text) % 3 = 0 then 'Meets WWC standards without reservations' end, '4.0', 0.2, 0.05,
  case when hashtext(p.id::text) % 2 = 0 then 0.001 else 0.4 end, 500, 3, '{URBAN}', 'bench', p.id::text || o.id::text
from practice p join lateral (select id from outcome where partnership_id = $p
  order by hashtext(p.id::text || id::text) limit 2) o on true where p.partnership_id = $p""",
    """insert into investment (partnership_id, id, funder_id, title, use, currency, awarded_on, awarded_on_precision,
  source_system)
select $p, gen_random_uuid(), f.ids[1 + n % 500], 'Award ' || n, 'PRACTICE', 'USD', date '2024-07-01' + n % 1000, 'DAY',
  'bench' from generate_series(1, $n) n, (select array_agg(id) as ids from funder where partnership_id = $p) f""",
    """insert into ledger.account (partnership_id, id, kind, unit, guard, investment_id, debits_posted)
select $p, gen_random_uuid(), 'RECEIVABLE', 'USD', 'NONE', id, 100 + hashtext(id::text) % 100 + 100
from investment where partnership_id = $p""",
    """insert into ledger.account (partnership_id, id, kind, unit, guard, investment_id, practice_id, outcome_id,
  population_id, use, fiscal_year, credits_posted)
select $p, gen_random_uuid(), 'AVAILABLE', 'USD', 'NO_OVERDRAFT', i.id, p.ids[1 + i.n % 300], o.ids[1 + i.n * 7 % 20],
  g.ids[1 + i.n * 11 % 12], 'PRACTICE', 2025 + (i.n % 3), 100 + hashtext(i.id::text) % 100 + 100
from (select id, row_number() over () as n from investment where partnership_id = $p) i,
  (select array_agg(id) as ids from practice where partnership_id = $p) p,
  (select array_agg(id) as ids from outcome where partnership_id = $p) o,
  (select array_agg(id) as ids from population where partnership_id = $p) g""",
    "set session_replication_role = default",
    "analyze",
)
GIVEN = "unnest($2::uuid[], $3::uuid[], $4::uuid[], $5::text[]) t(practice, outcome, population, tier)"
TIERS = f"tier as materialized (select * from {GIVEN})"
LINES = "a.partnership_id = $1 and a.investment_id is not null and a.kind in ('AVAILABLE', 'OBLIGATED', 'SPENT', 'FEE')"
AMOUNT = "sum(a.credits_posted - a.debits_posted)"
NOBODY = "'00000000-0000-0000-0000-000000000000'"
ON = f"t.practice = {{0}}.practice_id and t.outcome = coalesce({{0}}.outcome_id, {NOBODY})"
BARE = (
    f"""with {TIERS} select a.outcome_id, coalesce(t.tier, 'NONE'), a.fiscal_year, {AMOUNT} from ledger.account a
left join tier t on {ON.format("a")} where {LINES} group by 1, 2, 3""",
    f"""with {TIERS}, sums as (select a.practice_id, a.outcome_id, a.population_id, a.fiscal_year, {AMOUNT} as amount
  from ledger.account a where {LINES} group by 1, 2, 3, 4)
select s.outcome_id, coalesce(t.tier, 'NONE'), s.fiscal_year, sum(s.amount) from sums s
left join tier t on {ON.format("s")} group by 1, 2, 3""",
)
Key = tuple[str, str, int]
Work = Callable[[], Awaitable[object]]


@dataclass
class Bench:
    """A filled database."""

    database: Database
    partnership: UUID
    accounts: tuple[UUID, UUID]
    posted: int = 0

    async def write(self) -> None:
        """A dollar more on one award."""
        self.posted += 1
        line = Posting(TransactionKind.COMMITMENT, *self.accounts, "USD", 100, date(2026, 7, 1))
        async with self.database.session(Scope.of(self.partnership)) as session:
            await post(session, "bench", str(self.posted), [line])

    async def asked(self) -> dict[Key, Decimal]:
        """The answer of the API, by outcome, tier and year."""
        answer = await build_for_operator(self.database).run(Request(QUERY), Call())
        found = json.loads(answer.body())["data"]["partnership"]["alignment"]
        assert not found["truncated"]
        return {
            (
                row["keys"][0]["code"].rsplit(":", 1)[-1],
                row["keys"][1]["code"],
                int(row["keys"][2]["code"]),
            ): Decimal(row["values"][0]["value"])
            for row in found["rows"]
        }

    async def answered(self) -> object:
        """As `asked`, without reading the text."""
        return await build_for_operator(self.database).run(Request(QUERY), Call())

    async def tiers(self) -> list[KnownTier]:
        """The tiers that both sides join."""
        async with Context(
            self.database, Caller(roles={self.partnership: Role.ADMIN}, is_operator=True)
        ) as context:
            known = await read_known(context, [self.partnership], tiers=True, needs=False, outcomes=False)
        return known.tiers

    async def bare(self, sql: str, tiers: list[KnownTier]) -> dict[Key, Decimal]:
        """The same by SQL alone, as the same login under the same policies."""
        nobody = UUID(int=0)
        columns = (  # no study tells groups apart here
            [UUID(each.practice) for each in tiers],
            [UUID(each.outcome) if each.outcome else nobody for each in tiers],
            [UUID(each.population) if each.population else nobody for each in tiers],
            [each.tier.value for each in tiers],
        )
        async with self.database.session(Scope((self.partnership,))) as session:
            raw = await (await session.connection()).get_raw_connection()
            rows = await raw.driver_connection.fetch(sql, self.partnership, *columns)  # type: ignore[union-attr]  # asyncpg's own
        return {(str(outcome), tier, year): Decimal(amount) / 100 for outcome, tier, year, amount in rows}


async def filled(server: str, count: int) -> Bench:
    """A database of its own with `count` awards."""
    logins = Logins.read(server)
    await upgrade(logins)
    database = Database(logins)
    async with database.session(Scope()) as session:
        partnership = (await create_partnership(session, Terms("bench", "Bench"))).id
    owner = await asyncpg.connect(server)
    for statement in FILL:
        await owner.execute(statement.replace("$p", f"'{partnership}'::uuid").replace("$n", str(count)))
    await owner.close()
    pair = text(
        "select r.id, l.id from ledger.account r join ledger.account l on l.investment_id = r.investment_id"
        " and l.kind = 'AVAILABLE' where r.kind = 'RECEIVABLE' and r.partnership_id = :p limit 1"
    )
    async with database.session(Scope.of(partnership)) as session:
        debit, credit = (await session.execute(pair, {"p": partnership})).one()
    return Bench(database, partnership, (debit, credit))


async def median(bench: Bench, rounds: int, work: Work) -> float:
    """Seconds, of `rounds` runs with a write before each."""
    taken = []
    for _ in range(rounds):
        await bench.write()
        start = time.perf_counter()
        await work()
        taken.append(time.perf_counter() - start)
    return statistics.median(taken)


async def measure(server: str, count: int, rounds: int) -> bool:
    """Prints what was found; whether the aim is met."""
    start = time.perf_counter()
    bench = await filled(server, count)
    print(f"filled with {count:,} awards in {time.perf_counter() - start:.0f} s")
    tiers = await bench.tiers()
    expected = await bench.asked()
    for sql in BARE:
        assert await bench.bare(sql, tiers) == expected, "the answers differ"
    own = await median(bench, rounds, bench.answered)
    bare = min([await median(bench, rounds, lambda sql=sql: bench.bare(sql, tiers)) for sql in BARE])  # type: ignore[misc]  # bound at once
    print(
        f"{len(expected)} rows by outcome, tier and year: {own * 1000:.0f} ms, bare SQL {bare * 1000:.0f} ms:"
        f" ratio {own / bare:.2f} (aim {AIM})"
    )
    await bench.database.close()
    return own / bare <= AIM


def main() -> None:
    """Exit code 1 where the aim is missed."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--investments", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=5)
    asked = parser.parse_args()
    with (
        tempfile.TemporaryDirectory() as place,
        embedded.lease(Path(place) / "server", durable=False) as server,
    ):
        met = asyncio.run(measure(server.url(), asked.investments, asked.rounds))
    sys.exit(0 if met else 1)


if __name__ == "__main__":
    main()
