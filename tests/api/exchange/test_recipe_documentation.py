"""docs/recipes.md against the program: the keys it shows are taken, the headers it lists are the formats' own."""

import re
import tomllib
from pathlib import Path

import pytest

from api.exchange.investments import FIELDS as INVESTMENT_FIELDS
from api.exchange.measurements import FIELDS as MEASUREMENT_FIELDS
from api.exchange.native import TABLES
from api.exchange.recipe_files import parse_recipe
from api.exchange.studies import FIELDS as FINDING_FIELDS

PAGE = Path(__file__).resolve().parents[3] / "docs" / "recipes.md"


def blocks() -> list[str]:
    return re.findall(r"```toml\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)


def listed(format_name: str) -> tuple[set[str], set[str]]:
    """All fields of a format's row in the page, and those in bold."""
    row = re.search(rf"^\| `{format_name}` \| (.*) \|$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    assert row is not None
    without_notes = re.sub(r"\((?!or )[^)]*\)", "", row[1])
    names = set(re.findall(r"[a-z][a-z_]+", without_notes)) - {"or", "and"}
    return names, set(re.findall(r"\*\*([a-z_]+)\*\*", row[1]))


@pytest.mark.parametrize("block", blocks())
def test_every_block_of_the_page_is_a_recipe(block: str) -> None:
    if "[unpivot.columns]" in block:  # the page shows the two ways of naming columns side by side
        block = re.sub(r"^pattern = .*$", "", block, flags=re.MULTILINE)
    assert parse_recipe(block)


def test_the_page_shows_every_section() -> None:
    shown = {section for block in blocks() for section in tomllib.loads(block)}
    assert shown == {
        *("file", "columns", "constants", "values", "aliases", "indicator", "indicators"),
        *("reference", "disclosure", "source", "rows", "unpivot", "pivot"),
    }


@pytest.mark.parametrize("format_name", sorted(TABLES))
def test_the_headers_of_our_own_tables_are_those_of_the_page(format_name: str) -> None:
    names, needed = listed(format_name)
    assert names - {"an", "amount", "true", "for", "all", "of", "it"} <= set(TABLES[format_name].columns)
    assert set(TABLES[format_name].columns) <= names
    assert needed == set(TABLES[format_name].needed)


@pytest.mark.parametrize(
    ("format_name", "fields"),
    [("investments", INVESTMENT_FIELDS), ("measurements", MEASUREMENT_FIELDS), ("findings", FINDING_FIELDS)],
)
def test_the_fields_of_a_recipe_are_those_of_the_page(format_name: str, fields: frozenset[str]) -> None:
    names, _ = listed(format_name)
    assert names == fields
