"""A large made-up partnership: as a question in memory, and in a database. Same seed, same facts."""

import csv
import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import asyncpg

from allocation.partnerships import Terms, create_partnership
from allocation.problem import Cell, Fund, Group, Line, Practice, Problem, Rules, Segment
from api.exchange.imports import Order, import_file
from api.exchange.recipe_files import load_recipe
from models.base import new_id
from models.database import Database, Scope

FISCAL_YEAR = 2027
OUTCOME = "Early grade reading"
PRACTICES_ALLOWED, POPULATIONS_ALLOWED = 10, 5
FUNDERS_COUNT = 100
USE = "PRACTICE"
FREE = (1, "AVAILABLE", "USD", "NO_OVERDRAFT", USE)
ACCOUNT = (
    "id,investment_id,practice_id,population_id,credits_posted,outcome_id,area_id,fiscal_year,"
    "version,kind,unit,guard,use"
)


@dataclass(frozen=True)
class Size:
    """How large a partnership is; `signatures_count` are the different pairs of a funder and a restriction."""

    investments_count: int = 20_000
    practices_count: int = 50
    populations_count: int = 12
    signatures_count: int = 400


def question(size: Size, rules: Rules, seed: int = 1) -> Problem:
    """About 50 cells a fund; money is scarce: the gaps are several times what the dollars can close."""
    rng = random.Random(seed)
    practices = tuple(_practice(rng, place, size) for place in range(size.practices_count))
    groups = tuple(_group(rng, place, size) for place in range(size.populations_count))
    cells = tuple(
        _cell(practice, group, max(0.0, rng.gauss(0.01, 0.01)) * rng.uniform(0.5, 1.5), rng.randrange(1, 5))
        for practice in practices
        for group in groups
    )
    signatures = [_signature(rng, place, cells) for place in range(size.signatures_count)]
    funds = tuple(_fund(rng, place, signatures) for place in range(size.investments_count))
    return Problem(practices, groups, cells, funds, rules)


def _practice(rng: random.Random, place: int, size: Size) -> Practice:
    returns = (Segment(0.3, 1.0), Segment(0.3, 0.7), Segment(0.4, 0.4))
    capacity = rng.choice([None, 2.0 * size.investments_count, 5.0 * size.investments_count])
    return Practice(f"p{place:03}", rng.randrange(20_000, 300_000), capacity=capacity, returns=returns)


def _group(rng: random.Random, place: int, size: Size) -> Group:
    people, gap = size.investments_count * rng.uniform(2, 20), size.investments_count * rng.uniform(0.1, 1)
    return Group(f"g{place:03}", people, float(int(gap)), persistent=rng.random() < 0.4)


def _cell(practice: Practice, group: Group, effect: float, tier: int) -> Cell:
    ends = (effect * 0.5, effect * 1.5)
    return Cell(
        f"{practice.id}-{group.id}", practice.id, group.id, FISCAL_YEAR, effect, *ends, tier_rank=tier
    )


def _signature(rng: random.Random, place: int, cells: Sequence[Cell]) -> tuple[str, frozenset[str]]:
    practices = _some(rng, {cell.practice_id for cell in cells}, PRACTICES_ALLOWED)
    groups = _some(rng, {cell.group_id for cell in cells}, POPULATIONS_ALLOWED)
    allowed = frozenset(
        cell.id for cell in cells if cell.practice_id in practices and cell.group_id in groups
    )
    return f"funder{place % FUNDERS_COUNT:03}", allowed


def _some(rng: random.Random, names: Iterable[str], count: int) -> set[str]:
    ordered = sorted(names)
    return set(rng.sample(ordered, min(count, len(ordered))))


def _fund(rng: random.Random, place: int, signatures: Sequence[tuple[str, frozenset[str]]]) -> Fund:
    funder, allowed = signatures[place % len(signatures)]
    amount = rng.randrange(500_000, 20_000_000)
    first, second = rng.sample(sorted(allowed), 2)
    part = int(amount * rng.random())
    lines = (Line(f"f{place:06}a", part, first), Line(f"f{place:06}b", amount - part, second))
    return Fund(f"f{place:06}", f"i{place:06}", funder, amount, allowed, lines)


YEARS = range(2018, 2026)
MEASUREMENTS = f"""
[columns]
period = "year"
area = "area"
dimension = "dimension"
population = "group"
numerator = "reached"
denominator = "tested"
[constants]
indicator = "reading"
[values]
scale = "percent"
[indicator]
name = "Reading at grade level"
definition = "Of those tested."
outcome = "{OUTCOME}"
stage = "EARLY_GRADES"
unit = "percent"
higher_is_better = true
core = true
[reference]
dimension = "race"
population = "Reference"
[disclosure]
already_public = true
"""
FINDINGS = """
[columns]
identifier = "source"
practice = "practice"
study = "study"
design = "design"
rating = "rating"
outcome = "outcome"
effect_size = "effect_size"
standard_error = "standard_error"
p_value = "p_value"
sample_size = "sample_size"
site_count = "sites"
populations = "populations"
"""
Rows = Iterable[Sequence[object]]


async def found(database: Database, size: Size, folder: Path) -> UUID:
    """Founds the partnership of `question(size)`'s shape: the facts through the import, the money by COPY."""
    async with database.session(Scope()) as session:
        partnership = (await create_partnership(session, Terms("large", "Large"))).id
    for name, recipe_text in (("reading", MEASUREMENTS), ("findings", FINDINGS)):
        (folder / f"{name}.toml").write_text(recipe_text)
    _facts(folder, size)
    steps = {
        "populations": "populations",
        "outcomes": "outcomes",
        "reading": "measurements",
        "practices": "practices",
        "findings": "findings",
    }
    for name, kind in steps.items():
        beside = folder / f"{name}.toml"
        recipe = load_recipe(beside) if beside.exists() else None
        report = await import_file(database, Order(partnership, folder / f"{name}.csv", kind, recipe))
        if report.rejected:
            raise SystemExit(f"{name}: {report.rejected} rows are refused: {list(report)[:1]}")
    address = database.logins.url.set(drivername="postgresql").render_as_string(hide_password=False)
    connection = await asyncpg.connect(address)
    try:
        await _fill(connection, partnership, question(size, Rules()))
    finally:
        await connection.close()
    return partnership


async def _fill(connection: asyncpg.Connection, partnership: UUID, problem: Problem) -> None:
    """The funds of a question as awards with a restriction each, and their lines as balances, all by COPY.

    The rows are right by their making, so the superuser leaves their checks out: a second instead of minutes.
    """
    await connection.execute("set session_replication_role = replica")
    outcome = await connection.fetchval("select id from outcome")
    area = await connection.fetchval("select id from area")
    practices = {row[0]: row[1] for row in await connection.fetch("select name, id from practice")}
    groups = {row[0]: row[1] for row in await connection.fetch("select value, id from population")}
    where = {cell.id: (practices[cell.practice_id], groups[cell.group_id]) for cell in problem.cells}
    funders = {name: (new_id(), new_id()) for name in sorted({fund.funder_id for fund in problem.funds})}
    awards = {fund.id: (new_id(), new_id()) for fund in problem.funds}
    tables: dict[str, tuple[str, Iterable[Sequence[object]]]] = {
        "organization": ("id,name", ([ids[0], name] for name, ids in funders.items())),
        "funder": ("id,organization_id", ([ids[1], ids[0]] for ids in funders.values())),
        "investment": (
            "id,funder_id,title,use,currency,source_system,source_identifier",
            (
                [
                    awards[fund.id][0],
                    funders[fund.funder_id][1],
                    f"Award {fund.id}",
                    USE,
                    "USD",
                    "bench",
                    fund.id,
                ]
                for fund in problem.funds
            ),
        ),
        "restriction": (
            "id,investment_id,use,lobbying_allowed,note",
            ([awards[fund.id][1], awards[fund.id][0], USE, False, "made up"] for fund in problem.funds),
        ),
        "restriction_term": (
            "id,restriction_id,practice_id,population_id",
            ([new_id(), awards[fund.id][1], *term] for fund in problem.funds for term in _terms(fund, where)),
        ),
        "account": (
            ACCOUNT,
            (
                (new_id(), awards[fund.id][0], *where[cell], line.amount, outcome, area, FISCAL_YEAR, *FREE)
                for fund in problem.funds
                for line in fund.lines
                if line.amount and (cell := line.cell_id)
            ),
        ),
    }
    for table, (columns, rows) in tables.items():
        await connection.copy_records_to_table(
            table,
            schema_name="ledger" if table == "account" else "public",
            columns=["partnership_id", *columns.split(",")],
            records=[(partnership, *row) for row in rows],
        )
    await connection.execute("analyze")


def _terms(fund: Fund, where: dict[str, tuple[UUID, UUID]]) -> Iterable[tuple[UUID | None, UUID | None]]:
    """The practices and the groups whose every pair the fund may buy, one a row."""
    yield from ((each, None) for each in sorted({where[cell][0] for cell in fund.cell_ids}))
    yield from ((None, each) for each in sorted({where[cell][1] for cell in fund.cell_ids}))


def _facts(folder: Path, size: Size) -> None:
    rng = random.Random(7)
    groups = [f"g{place:03}" for place in range(size.populations_count)]
    _write(
        folder / "populations.csv",
        "dimension,value,label",
        [["race", name, name] for name in ("All", "Reference", *groups)],
    )
    _write(folder / "outcomes.csv", "name,stage", [[OUTCOME, "EARLY_GRADES"]])
    people = size.investments_count * 10
    figures: list[list[object]] = []
    for year in YEARS:
        figures.append(
            [f"{year}-{year + 1 - 2000}", "Everywhere", "race", "Reference", people * 7 // 10, people]
        )
        for place, name in enumerate(groups):
            reached = people * (30 + place) // 100
            figures.append([f"{year}-{year + 1 - 2000}", "Everywhere", "race", name, reached, people])
    _write(folder / "reading.csv", "year,area,dimension,group,reached,tested", figures)
    practices = [f"p{place:03}" for place in range(size.practices_count)]
    _write(
        folder / "practices.csv",
        "practice,outcomes,cost_per_participant,currency,price_year,source,capacity",
        [[each, OUTCOME, f"{rng.randrange(200, 3000)}.00", "USD", 2026, "made up", ""] for each in practices],
    )
    rating = "Meets WWC standards without reservations"
    _write(
        folder / "findings.csv",
        "source,practice,study,design,rating,outcome,effect_size,standard_error,p_value,sample_size,sites,populations",
        [
            [
                f"{each}-{n}",
                each,
                f"Study {each} {n}",
                "RCT",
                rating,
                OUTCOME,
                f"{rng.uniform(0.02, 0.3):.3f}",
                "0.05",
                "0.01",
                900,
                4,
                ";".join(groups),
            ]
            for each in practices
            for n in range(3)
        ],
    )


def _write(path: Path, head: str, rows: Rows) -> None:
    with path.open("w", encoding="utf-8", newline="") as lines:
        out = csv.writer(lines)
        out.writerow(head.split(","))
        out.writerows(rows)
