"""How near does an import come to COPY of the rows that it leaves, and does its memory stay flat?

    python -m bench.imports [--records N] [--kind investments|measurements]
    python -m bench.imports --memory

The peer is COPY in binary of the very rows that the import left, in one transaction, into tables with the same
constraints and indexes in another database of the same server. It does nothing else: no reading of a file, no
matching, no ledger. A database of its own for each run, durable settings for both.
"""

import argparse
import asyncio
import csv
import json
import resource
import subprocess
import sys
import tempfile
import time
from datetime import date, timedelta
from io import BytesIO
from pathlib import Path

import asyncpg
from sqlalchemy import make_url

from allocation.partnerships import Terms, create_partnership
from api.exchange.imports import Order, import_file
from api.exchange.recipe_files import load_recipe
from migrations.upgrade import upgrade
from models import embedded
from models.database import Database, Logins, Scope

AIM = 5.0
MEMORY_LIMIT_MEGABYTES = 400
LEFT = {
    "investments": (
        *("import_run", "organization", "organization_identifier", "funder", "investment"),
        *("ledger.account", "ledger.transfer", "ledger.entry", "ledger.idempotency"),
    ),
    "measurements": (
        *(
            "import_run",
            "outcome",
            "indicator",
            "area",
            "population",
            "reference",
            "measurement",
            "raw.figure",
        ),
        *("release", "figure"),
    ),
}
INVESTMENTS = """
[columns]
identifier = "id"
title = "title"
funder = "funder"
funder_identifier = "funder_id"
recipient = "recipient"
recipient_identifier = "recipient_id"
amount = "amount"
awarded_on = "awarded"
[constants]
currency = "USD"
"""
MEASUREMENTS = """
[columns]
area = "area"
population = "group"
period = "year"
numerator = "numerator"
denominator = "denominator"
[constants]
indicator = "graduation"
dimension = "race"
[values]
scale = "percent"
[indicator]
name = "Graduation"
outcome = "Graduation"
stage = "HIGH_SCHOOL"
[disclosure]
already_public = true
"""
GROUPS = ("All students", "Asian", "Black", "Hispanic", "Two or more races", "White")


def write_investments(folder: Path, count: int) -> None:
    """A file of awards by 50 funders to as many recipients as a fifth of the awards."""
    with (folder / "investments.csv").open("w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file)
        rows.writerow(
            ("id", "title", "funder", "funder_id", "recipient", "recipient_id", "amount", "awarded")
        )
        for n in range(count):
            giver, taker = n % 50, n * 7919 % max(count // 5, 1)
            day = date(2010, 1, 1) + timedelta(days=n % 4000)
            rows.writerow(
                (
                    f"B-{n}",
                    f"Award {n} for tutoring and family literacy",
                    f"Funder {giver}",
                    f"XX-BENCH-F{giver}",
                    f"Recipient {taker}",
                    f"XX-BENCH-R{taker}",
                    f"{1000 + n % 90000}.{n % 100:02d}",
                    day.isoformat(),
                )
            )


def write_measurements(folder: Path, count: int) -> None:
    """A file of figures: six groups, twelve years, and as many areas as that takes."""
    with (folder / "measurements.csv").open("w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file)
        rows.writerow(("area", "group", "year", "numerator", "denominator"))
        for n in range(count):
            group, year, area = n % 6, n // 6 % 12, n // 72
            size = 100 + n * 31 % 900
            rows.writerow(
                (
                    f"District {area}",
                    GROUPS[group],
                    f"{2008 + year}-{(9 + year) % 100:02d}",
                    size * (60 + n % 40) // 100,
                    size,
                )
            )


WRITE = {"investments": write_investments, "measurements": write_measurements}
RECIPES = {"investments": INVESTMENTS, "measurements": MEASUREMENTS}


async def import_one(url: str, folder: Path, kind: str) -> None:
    """The child: imports the file and prints what it took, as JSON."""
    database = Database(Logins.read(url))
    async with database.session(Scope()) as session:
        partnership = await create_partnership(session, Terms("bench", "Bench"))
    recipe = load_recipe(folder / f"{kind}.toml")
    order = Order(partnership.id, folder / f"{kind}.csv", kind, recipe)
    start = time.perf_counter()
    report = await import_file(database, order)
    taken = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    await database.close()
    assert report.rejected == 0, report.to_json()
    json.dump(
        {"created": report.created, "seconds": taken, "peak": peak // 1024},
        sys.stdout,
    )


async def copy_rows(source: str, target: str, kind: str) -> tuple[float, int]:
    """Seconds that COPY takes for the same rows, and how many they are."""
    origin, copy = await asyncpg.connect(source), await asyncpg.connect(target)
    for table in ("partnership", "ledger.book"):
        await refill(copy, table, await dump(origin, table))
    held = {table: await dump(origin, table) for table in LEFT[kind]}
    count = sum([await origin.fetchval(f"select count(*) from {table}") for table in LEFT[kind]])
    start = time.perf_counter()
    async with copy.transaction():
        for table, rows in held.items():
            await refill(copy, table, rows)
    taken = time.perf_counter() - start
    await origin.close()
    await copy.close()
    return taken, count


async def dump(connection: asyncpg.Connection, table: str) -> bytes:
    """A table's rows as COPY writes them in binary."""
    held = BytesIO()
    await connection.copy_from_query(f"select * from {table}", output=held, format="binary")
    return held.getvalue()


async def refill(connection: asyncpg.Connection, table: str, rows: bytes) -> None:
    """Copies dumped rows into the table of the same name, which keeps its references and leaves no trail of them."""
    await connection.execute(f"alter table {table} disable trigger user")
    schema, _, name = table.rpartition(".")
    await connection.copy_to_table(
        name, schema_name=schema or "public", source=BytesIO(rows), format="binary"
    )


async def prepared(server: str, name: str) -> str:
    """A new migrated database on the server; its URL."""
    at = make_url(server).set(drivername="postgresql")
    connection = await asyncpg.connect(at.render_as_string(hide_password=False))
    await connection.execute(f"drop database if exists {name} with (force)")
    await connection.execute(f"create database {name}")
    await connection.close()
    url = at.set(database=name).render_as_string(hide_password=False)
    await upgrade(Logins.read(url))
    return url


def imported(url: str, folder: Path, kind: str) -> dict[str, float]:
    """Imports in a process of its own, whose memory is measured alone."""
    words = (sys.executable, "-m", "bench.imports", "--child", url, str(folder), "--kind", kind)
    child = subprocess.run(words, check=True, stdout=subprocess.PIPE, text=True)
    told: dict[str, float] = json.loads(child.stdout)
    return told


def measure(server: str, folder: Path, kind: str, count: int) -> dict[str, float]:
    """Writes the file, imports it, and copies what it left."""
    WRITE[kind](folder, count)
    (folder / f"{kind}.toml").write_text(RECIPES[kind])
    url = asyncio.run(prepared(server, f"bench_{kind}"))
    told = imported(url, folder, kind)
    target = asyncio.run(prepared(server, "bench_copy"))
    seconds, rows = asyncio.run(copy_rows(url, target, kind))
    return {**told, "copy": seconds, "rows": rows}


def tell(kind: str, count: int, told: dict[str, float]) -> float:
    """Prints one line and returns the ratio."""
    ratio = told["seconds"] / told["copy"]
    print(
        f"{kind:13} {count:>7} records  import {float(told['seconds']):6.1f} s  COPY of the {told['rows']} rows "
        f"{float(told['copy']):6.1f} s  ratio {ratio:4.1f} (aim {AIM:.0f})  peak {told['peak']} MB "
        f"(aim {MEMORY_LIMIT_MEGABYTES})"
    )
    return ratio


def main() -> None:
    """Runs what the command line asks for; exit code 1 where an aim is missed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--records", type=int, default=100_000)
    parser.add_argument("--kind", choices=sorted(WRITE))
    parser.add_argument("--memory", action="store_true", help="compare 50,000 records with 200,000")
    parser.add_argument("--child", nargs=2, metavar=("URL", "FOLDER"), help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.child:
        asyncio.run(import_one(asked.child[0], Path(asked.child[1]), asked.kind))
        return
    counts = (50_000, 200_000) if asked.memory else (asked.records,)
    missed = False
    with tempfile.TemporaryDirectory() as place, embedded.lease(Path(place) / "server") as server:
        for kind in [asked.kind] if asked.kind else sorted(WRITE):
            for count in counts:
                told = measure(server.url(), Path(place), kind, count)
                missed |= tell(kind, count, told) > AIM or told["peak"] > MEMORY_LIMIT_MEGABYTES
    sys.exit(1 if missed else 0)


if __name__ == "__main__":
    main()
