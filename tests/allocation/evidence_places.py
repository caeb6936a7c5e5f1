"""A partnership for tests of evidence through the database: its outcomes, its files, its findings."""

import csv
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from allocation.evidence.finding import Finding
from allocation.frames.practices import read_findings
from allocation.partnerships import Terms, create_partnership
from api.exchange.imports import Order, import_file
from api.exchange.recipe_files import parse_recipe
from api.exchange.report import ImportReport
from models.database import Database, Scope

Rows = list[dict[str, str]]


@dataclass(frozen=True)
class Place:
    """A partnership whose outcomes are the clearinghouse's domains, and where its files are."""

    database: Database
    id: UUID
    folder: Path

    async def load(self, path: Path, kind: str, recipe: str | None = None) -> ImportReport:
        order = Order(self.id, path, kind, parse_recipe(recipe) if recipe else None)
        return await import_file(self.database, order)

    async def write(self, name: str, content: str, kind: str) -> ImportReport:
        path = self.folder / name
        path.write_text(content, encoding="utf-8")
        return await self.load(path, kind)


def rows_of(path: Path) -> Rows:
    with path.open(encoding="utf-8-sig", newline="") as lines:
        return list(csv.DictReader(lines))


async def place_with_domains(database: Database, folder: Path, domains: Sequence[str]) -> Place:
    async with database.session(Scope()) as session:
        terms = Terms(f"t{secrets.token_hex(8)}", "Evidence under test")
        place = Place(database, (await create_partnership(session, terms)).id, folder)
    with (folder / "outcomes.csv").open("w", encoding="utf-8", newline="") as lines:
        csv.writer(lines).writerows(
            [["name", "stage"], *([each, "EARLY_GRADES"] for each in sorted(domains))]
        )
    assert (await place.load(folder / "outcomes.csv", "outcomes")).rejected == 0
    return place


async def findings_in(place: Place) -> Sequence[Finding]:
    async with place.database.session(Scope.of(place.id)) as session:
        return await read_findings(session, place.id)
