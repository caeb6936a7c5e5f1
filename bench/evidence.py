"""How long tiers of all practices and one practice's page take, against a plain read of the same rows.

    python -m bench.evidence FOLDER    # FOLDER holds wwc_Findings.csv and wwc_InterventionReports.csv

Each figure is the best of several runs in one process on an embedded server; the ratio is what carries over
to another machine.
"""

import asyncio
import csv
import json
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from allocation.evidence.finding import Finding
from allocation.evidence.pooling import pooled_effects
from allocation.frames.evidence import Shelf, read_rationales, read_reports
from allocation.frames.practice_pages import read_practice_evidence
from allocation.frames.practices import read_findings
from allocation.partnerships import Terms, create_partnership
from allocation.practice_facts import practice_facts, tiers_of
from allocation.tokens import create_token
from api.exchange.imports import Order, import_file
from api.graphql.door.operations import Call, Operations
from api.graphql.door.requests import Request
from api.graphql.door.sign_in import callers
from api.graphql.schema import schema
from migrations.upgrade import upgrade
from models import embedded
from models.database import Database, Logins, Scope
from models.people import Role
from models.practices import Finding as FindingRow

RUNS = 15
QUERY = Path(__file__).resolve().parents[1] / "docs" / "questions" / "practice-page.graphql"
TIERS_LIMIT, PAGE_LIMIT = 5.0, 0.050  # seconds
Work = Callable[[AsyncSession, UUID], Awaitable[object]]
PLAIN = "select * from finding where partnership_id = :p"
PLAIN_PAGE = "select * from finding where partnership_id = :p and practice_id = :practice"


async def load(database: Database, folder: Path, scratch: Path) -> UUID:
    """The clearinghouse's file in a partnership whose outcomes are its domains."""
    async with database.session(Scope()) as session:
        partnership = (await create_partnership(session, Terms("bench", "Bench"))).id
    with (folder / "wwc_Findings.csv").open(encoding="utf-8-sig", newline="") as lines:
        domains = sorted({row["Outcome_Domain"] for row in csv.DictReader(lines)})
    with (scratch / "outcomes.csv").open("w", encoding="utf-8", newline="") as lines:
        csv.writer(lines).writerows([["name", "stage"], *([each, "EARLY_GRADES"] for each in domains)])
    groups = "\n".join(f"race,{word},{word}" for word in ("Black", "Hispanic", "White", "Asian"))
    (scratch / "populations.csv").write_text(f"dimension,value,label\nrace,All,All students\n{groups}\n")
    for path, kind in (
        (scratch / "outcomes.csv", "outcomes"),
        (scratch / "populations.csv", "populations"),
        (folder / "wwc_Findings.csv", "wwc-findings"),
        (folder / "wwc_InterventionReports.csv", "wwc-reports"),
    ):
        report = await import_file(database, Order(partnership, path, kind))
        if report.rejected:
            sys.exit(f"{path.name}: {report.rejected} rows are refused")
    return partnership


class Took(NamedTuple):
    """The best of several runs, in seconds: by the clock, and of this process's own time."""

    clock: float
    own: float


async def timed(database: Database, partnership: UUID, work: Work) -> Took:
    """After one run that warms the connection; other work on the machine only adds."""
    taken = []
    for _ in range(RUNS + 1):
        async with database.session(Scope.of(partnership)) as session:
            started, own = time.perf_counter(), time.process_time()
            await work(session, partnership)
            taken.append((time.perf_counter() - started, time.process_time() - own))
    clock, cpu = zip(*taken[1:], strict=True)
    return Took(min(clock), min(cpu))


async def plain(session: AsyncSession, partnership: UUID) -> object:
    return (await session.execute(text(PLAIN), {"p": partnership})).all()


async def pools(session: AsyncSession, partnership: UUID) -> object:
    return pooled_effects(await read_findings(session, partnership))


async def tiers(session: AsyncSession, partnership: UUID) -> object:
    by_practice: dict[str, list[Finding]] = defaultdict(list)
    for finding in await read_findings(session, partnership):
        by_practice[finding.practice].append(finding)
    reports = await read_reports(session, partnership)
    rationales = await read_rationales(session, partnership)
    return tiers_of(by_practice, {"any"}, (), reports=reports, rationales=rationales)


async def by_findings(database: Database, partnership: UUID) -> list[tuple[int, UUID]]:
    """The practices with how many findings each has, fewest first."""
    async with database.session(Scope.of(partnership)) as session:
        count = func.count().label("found")
        query = (
            select(count, FindingRow.practice_id)
            .where(FindingRow.practice_id.is_not(None))
            .group_by(FindingRow.practice_id)
            .order_by(count, FindingRow.practice_id)
        )
        return [(row.found, UUID(str(row.practice_id))) for row in await session.execute(query)]


async def over_graphql(database: Database, partnership: UUID, practice: UUID) -> Work:
    """The page of docs/questions for somebody with a token, through everything but the network."""
    async with database.session(Scope.of(partnership)) as session:
        until = datetime.now(UTC) + timedelta(hours=1)
        call = Call(token=await create_token(session, partnership, Role.DATA, until))
    lines = QUERY.read_text("utf-8").replace("(fiscalYear: $fiscalYear)", "").splitlines()
    fields = "\n".join(line for line in lines if line.startswith(" " * 8))
    operations = Operations(schema(), callers(database))  # without a limit on how much one may ask

    async def asked(_: AsyncSession, partnership: UUID) -> object:
        document = f'{{ node(id: "Practice:{partnership}:{practice}") {{ ... on Practice {{ {fields} }} }} }}'
        answer = json.loads((await operations.run(Request(document), call)).body())
        if "errors" in answer:
            sys.exit(str(answer["errors"][:1]))
        return answer

    return asked


async def pages(database: Database, partnership: UUID) -> bool:
    """Prints the page of a practice with a middling number of findings, and of the one with most."""
    practices, shelf, holds = await by_findings(database, partnership), Shelf(), True
    for found, practice in (practices[len(practices) // 2], practices[-1]):

        async def plain_page(session: AsyncSession, p: UUID, practice: UUID = practice) -> object:
            return (await session.execute(text(PLAIN_PAGE), {"p": p, "practice": practice})).all()

        async def page(session: AsyncSession, p: UUID, practice: UUID = practice) -> object:
            ground = await shelf.of(session, p)
            return practice_facts(await read_practice_evidence(session, p, practice, ground=ground))

        took = await timed(database, partnership, page)
        base = await timed(database, partnership, plain_page)
        holds &= told(f"a page of {found} findings", took, base, PAGE_LIMIT)
        asked = await timed(database, partnership, await over_graphql(database, partnership, practice))
        holds &= told("the same over GraphQL, every rule of every group in words", asked, base, PAGE_LIMIT)
    return holds


def told(name: str, took: Took, base: Took, limit: float | None) -> bool:
    """Prints a figure; says whether its limit holds."""
    holds = limit is None or took.clock < limit
    verdict = "holds" if holds else "BROKEN"
    share = (
        ""
        if limit is None
        else f", {took.clock / limit:.2f} of the limit of {1000 * limit:.0f} ms: {verdict}"
    )
    figures = f"{1000 * took.clock:.1f} ms ({1000 * took.own:.1f} of them in Python)"
    print(f"{name}: {figures}, {took.clock / base.clock:.1f} times a plain read of its rows{share}")
    return holds


async def measure(database: Database, partnership: UUID) -> bool:
    """Prints every figure; says whether all limits hold."""
    base = await timed(database, partnership, plain)
    holds = told("tiers of all practices", await timed(database, partnership, tiers), base, TIERS_LIMIT)
    told("pooled effects of all practices", await timed(database, partnership, pools), base, None)
    return await pages(database, partnership) and holds


async def main(folder: Path) -> bool:
    with (
        tempfile.TemporaryDirectory() as scratch,
        embedded.lease(Path(scratch) / "server", durable=False) as server,
    ):
        logins = Logins.read(server.url())
        await upgrade(logins)
        database = Database(logins)
        try:
            return await measure(database, await load(database, folder, Path(scratch)))
        finally:
            await database.close()


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("name the folder of wwc_Findings.csv and wwc_InterventionReports.csv")
    sys.exit(0 if asyncio.run(main(Path(sys.argv[1]))) else "a limit is broken")
