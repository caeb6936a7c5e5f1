"""How long a large staff's outlook and ten losses take: 200 positions, 500 fundings, 120 months.

The limit in the same run is reading the same rows with bare SQL over the same connection. Both are measured as
the arithmetic's readers give them and as whole GraphQL answers, from the query's text to the JSON text. Prints
medians, the quickest rounds with their ratios, and whether the aims hold: an outlook under 100 ms, ten losses
under 1 s. They are judged by the quickest rounds, since whoever else uses the machine can only lengthen one.
"""

import asyncio
import json
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from uuid import UUID

from sqlalchemy import insert, text
from sqlalchemy.ext.asyncio import AsyncSession

from allocation.frames.staffing import read_losses, read_outlook
from allocation.losses import Loss
from allocation.partnerships import Terms, create_partnership
from api.graphql.door.operations import Call, Operations
from api.graphql.door.requests import Request
from api.graphql.schema import build_for_operator
from migrations.upgrade import upgrade
from models import embedded
from models.base import new_id
from models.database import Database, Logins, Scope
from models.organizations import Organization
from models.resources import Funder, Investment
from models.staffing import PositionCost, StaffFunding, StaffPosition

POSITIONS, FUNDINGS, FUNDERS, MONTHS, LOSSES, ROUNDS = 200, 500, 30, 120, 10, 15
AS_OF = date(2026, 11, 23)
OUTLOOK_LIMIT, LOSSES_LIMIT = 0.1, 1.0
STAFFING = """query($slug: String!, $asOf: Date!) { partnership(slug: $slug) { staffing(asOf: $asOf) {
  firstGap runwayMonths recurringShare largestFunderShare missingRoles
  months { month cost { amount } secured { amount } expected { amount } gap { amount } }
  positions { position { title } fundedThrough runwayMonths largestFunder { organization { name } }
    largestFunderShare } } } }"""
LOSS = """l{n}: simulateFunderLoss(
  funder: "{funder}", from: "2027-07-01", share: {share}, asOf: "2026-11-23") {{
  dollars {{ amount }} firstGap
  positionLosses {{ after {{ position {{ title }} fundedThrough }} lost {{ amount }} }} }}"""
ROLES = ("PARTNERSHIP_DIRECTOR", "FACILITATOR", "DATA_MANAGER", "OTHER")
Rows = list[dict[str, object]]
Work = Callable[[], Awaitable[object]]


async def main() -> bool:
    """Fills a database of its own, measures, prints; whether both aims hold."""
    with tempfile.TemporaryDirectory() as folder, embedded.lease(Path(folder), durable=False) as server:
        logins = Logins.read(server.url())
        await upgrade(logins)
        database = Database(logins)
        try:
            return await _measured(database)
        finally:
            await database.close()


async def _measured(database: Database) -> bool:
    async with database.session(Scope()) as session:
        partnership = await create_partnership(session, Terms("bench", "A large staff"))
        payers = await _fill(session, partnership.id)
    async with database.session(Scope.of(partnership.id)) as session:
        p = partnership.id
        losses = [
            Loss({payer}, date(2027, 7, 1), Decimal("0.5") if n % 2 else Decimal(1))
            for n, payer in enumerate(payers[:LOSSES])
        ]
        rows = await _median(lambda: _read_rows(session, p))
        outlook = await _median(lambda: read_outlook(session, p, AS_OF, months=MONTHS))
        ten = await _median(lambda: read_losses(session, p, losses, AS_OF))
    asked = Request(STAFFING, variables={"slug": partnership.slug, "asOf": AS_OF.isoformat()})
    fields = " ".join(
        LOSS.format(n=n, funder=f"Organization:{p}:{payer}", share=f'"{loss.share}"')
        for n, (payer, loss) in enumerate(zip(payers, losses, strict=False))
    )
    many = Request(f'query {{ partnership(slug: "{partnership.slug}") {{ {fields} }} }}')
    operations = build_for_operator(database)
    whole = await _median(lambda: _answer(operations, asked))
    ten_whole = await _median(lambda: _answer(operations, many))
    for name, took in (
        ("reading the rows", rows),
        (f"outlook of {MONTHS} months", outlook),
        (f"{LOSSES} losses", ten),
        ("the outlook as an answer", whole),
        (f"{LOSSES} losses as one answer", ten_whole),
    ):
        print(
            f"{name:<28} {took.elapsed * 1000:8.1f} ms, quickest {took.quickest * 1000:8.1f} ms,"
            f" {took.quickest / rows.quickest:5.1f} times the rows alone, own work {took.work * 1000:7.1f} ms"
        )
    holds = whole.quickest < OUTLOOK_LIMIT and ten_whole.quickest < LOSSES_LIMIT
    print(
        f"answers: outlook / 100 ms = {whole.quickest / OUTLOOK_LIMIT:.2f},",
        f"losses / 1 s = {ten_whole.quickest / LOSSES_LIMIT:.2f}:",
        "both aims hold" if holds else "an aim does not hold",
    )
    return holds


async def _answer(operations: Operations, request: Request) -> bytes:
    """The answer's bytes. Errors: RuntimeError, where the answer tells of any."""
    body = (await operations.run(request, Call())).body()
    if "errors" in json.loads(body):
        raise RuntimeError(body[:400])
    return body


@dataclass(frozen=True)
class Took:
    """Seconds of a round: the median, the quickest, and the median that this process's own processor worked."""

    elapsed: float
    quickest: float
    work: float


async def _median(work: Work) -> Took:
    passed, worked = [], []
    for _ in range(ROUNDS):
        start, busy = time.perf_counter(), time.process_time()
        await work()
        passed.append(time.perf_counter() - start)
        worked.append(time.process_time() - busy)
    return Took(statistics.median(passed), min(passed), statistics.median(worked))


async def _read_rows(session: AsyncSession, partnership_id: UUID) -> int:
    count = 0
    for table in ("staff_position", "position_cost", "staff_funding", "investment", "funder"):
        query = text(f"select * from {table} where partnership_id = :p")
        count += len((await session.execute(query, {"p": partnership_id})).all())
    return count


async def _fill(session: AsyncSession, partnership_id: UUID) -> list[str]:
    chance = random.Random(20261123)
    organizations: Rows = [{"id": new_id(), "name": f"Giver {n}"} for n in range(FUNDERS)]
    funders: Rows = [{"id": new_id(), "organization_id": each["id"]} for each in organizations]
    investments: Rows = [
        {
            "id": new_id(),
            "funder_id": chance.choice(funders)["id"],
            "title": f"Award {n}",
            "use": "OPERATIONS",
            "currency": "USD",
            "source_system": "bench",
            "source_identifier": str(n),
        }
        for n in range(FUNDINGS)
    ]
    positions: Rows = [
        {
            "id": new_id(),
            "title": f"Position {n}",
            "role": chance.choice(ROLES),
            "full_time_equivalent": Decimal(1),
            "annual_cost": chance.randrange(4_000_000, 15_000_000),
            "currency": "USD",
            "provision": "PAID",
        }
        for n in range(POSITIONS)
    ]
    raises: Rows = [
        {
            "position_id": each["id"],
            "from_on": date(year, 7, 1),
            "benefit_rate": Decimal("0.27"),
            "annual_pay": chance.randrange(4_000_000, 15_000_000),
        }
        for each in positions
        for year in (2027, 2028, 2030)
    ]
    fundings: Rows = [
        _funding(chance, positions[n % POSITIONS]["id"], investments[n]["id"]) for n in range(FUNDINGS)
    ]
    for model, rows in (
        (Organization, organizations),
        (Funder, funders),
        (Investment, investments),
        (StaffPosition, positions),
        (PositionCost, raises),
        (StaffFunding, fundings),
    ):
        await session.execute(insert(model), [{"partnership_id": partnership_id, **row} for row in rows])
    return [str(each["id"]) for each in organizations]


def _funding(chance: random.Random, position: object, investment: object) -> dict[str, object]:
    start = date(2026, 1, 1) + timedelta(days=chance.randrange(2000))
    return {
        "position_id": position,
        "investment_id": investment,
        "starts_on": start,
        "ends_on": start + timedelta(days=chance.randrange(200, 2000)),
        "currency": "USD",
        "monthly": chance.randrange(100_000, 700_000),
        "is_certain": chance.random() < 0.8,
        "is_recurring": chance.random() < 0.3,
    }


if __name__ == "__main__":
    sys.exit(0 if asyncio.run(main()) else 1)
