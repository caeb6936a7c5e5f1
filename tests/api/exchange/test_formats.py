"""The list of formats, and what each refuses to read."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from api.exchange.errors import ReadError
from api.exchange.formats import FORMATS

if TYPE_CHECKING:
    from tests.api.exchange.conftest import Reader, Writer


def test_every_format_goes_by_its_own_name() -> None:
    assert {name: each.name for name, each in FORMATS.items()} == {name: name for name in FORMATS}
    assert {"360giving", "investments", "measurements", "wwc-findings", "practices", "allocations"} <= set(
        FORMATS
    )


@pytest.mark.parametrize("name", [name for name in FORMATS if name not in {"360giving", "bills-ny"}])
def test_a_table_format_does_not_read_json(read: Reader, write: Writer, name: str) -> None:
    recipe = "" if FORMATS[name].needs_recipe else None
    with pytest.raises(ReadError, match=r"reads csv or workbook files, not json"):
        read(name, write("a.json", "{}"), recipe)


def test_a_broken_file_gives_nothing(read: Reader, write: Writer) -> None:
    with pytest.raises(ReadError):
        read("outcomes", write("a.csv", b"name,stage\nReading,CAREER\nCaf\xe9,CAREER\n"))
