"""What tests of reading files share: small files, recipes as text, and a reader that returns it all."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from api.exchange.formats import FORMATS
from api.exchange.recipe_files import load_recipe, parse_recipe
from api.exchange.report import Finding, ImportReport
from models.database import Database
from models.partnerships import Partnership

from .importer import Importer

RECIPES = Path(__file__).parent / "recipes"


@dataclass(frozen=True)
class Read:
    """All that one file gave; records are of the kind that the format yields, hence Any."""

    records: list[Any]
    report: ImportReport

    def finding(self, code: str) -> Finding:
        """The finding of a code."""
        return next(finding for finding in self.report if finding.code == code)

    @property
    def codes(self) -> set[str]:
        """The codes of all findings."""
        return {finding.code for finding in self.report}


Reader = Callable[..., Read]
Writer = Callable[[str, str | bytes], Path]


@pytest.fixture(scope="session")
def read() -> Reader:
    """Reads a file in a format, with a recipe given as text or as the name of one in recipes/."""

    def reader(format_name: str, path: Path, recipe: str | None = None) -> Read:
        report = ImportReport(path.name, format_name)
        is_name = recipe is not None and recipe.endswith(".toml")
        taken = None if recipe is None else load_recipe(RECIPES / recipe) if is_name else parse_recipe(recipe)
        return Read(list(FORMATS[format_name].read(path, taken, report)), report)

    return reader


@pytest.fixture
def write(tmp_path: Path) -> Writer:
    """Writes a small file and answers its path."""

    def writer(name: str, content: str | bytes) -> Path:
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
        return path

    return writer


@pytest.fixture
def bring(database: Database, partnership: Partnership, tmp_path: Path) -> Importer:
    """An importer into the partnership of this test."""
    return Importer(database, partnership, tmp_path)
