"""An importer into one partnership, with a look at what the database holds of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Row, text

from allocation.ledger import audit
from api.exchange.imports import Order, import_file
from api.exchange.recipe_files import load_recipe, parse_recipe
from api.exchange.report import ImportReport
from models.base import Base
from models.database import Database, Scope
from models.partnerships import Partnership

RECIPES = Path(__file__).parent / "recipes"


@dataclass(frozen=True)
class Importer:
    """Imports into one partnership, and looks at what came of it."""

    database: Database
    partnership: Partnership
    folder: Path

    @property
    def scope(self) -> Scope:
        return Scope.of(self.partnership.id)

    async def file(
        self,
        path: Path,
        format_name: str,
        recipe: str | None = None,
        *,
        keep_good: bool = False,
        dry_run: bool = False,
    ) -> ImportReport:
        """Imports a file; the recipe is its text, or the name of one in recipes/."""
        is_name = recipe is not None and recipe.endswith(".toml")
        taken = None if recipe is None else load_recipe(RECIPES / recipe) if is_name else parse_recipe(recipe)
        order = Order(
            self.partnership.id, path, format_name, taken, "somebody", dry_run=dry_run, keep_good=keep_good
        )
        return await import_file(self.database, order)

    async def text(
        self, content: str, format_name: str, recipe: str | None = None, **how: bool
    ) -> ImportReport:
        """Imports a small CSV file of this content."""
        path = self.folder / f"{format_name}.csv"
        path.write_text(content, encoding="utf-8")
        return await self.file(path, format_name, recipe, **how)

    async def rows(self, sql: str, **values: object) -> Sequence[Row[Any]]:  # Any: a column's value
        """What a query finds in this partnership, as a steward."""
        async with self.database.steward_session(self.scope) as session:
            return (await session.execute(text(sql), values)).all()

    async def value(self, sql: str, **values: object) -> Any:  # Any: a column's value
        """The one value that a query finds."""
        return (await self.rows(sql, **values))[0][0]

    async def counts(self) -> dict[str, int]:
        """How many rows of this partnership each table holds, import_run left out."""
        tables = {table.fullname for table in Base.metadata.sorted_tables} - {"import_run", "partnership"}
        return {table: await self.value(f"select count(*) from {table}") for table in sorted(tables)}  # noqa: S608 - our own tables

    async def audit(self) -> list[str]:
        """What the ledger's audit finds."""
        async with self.database.session(self.scope) as session:
            return [rule for _, rule, _ in await audit(session)]


def told(report: ImportReport) -> tuple[int, int, int, int]:
    """created, updated, unchanged, rejected."""
    return report.created, report.updated, report.unchanged, report.rejected


def codes(report: ImportReport) -> set[str]:
    """The codes of the report's findings."""
    return {finding.code for finding in report}
