"""`export`: the file, what is told of it, and what is not written over. Counts are of the demo's own CSV."""

import csv
import io
import json
from decimal import Decimal
from pathlib import Path

import pytest

from tests.riverbend_files import awards

from .conftest import Command


@pytest.mark.parametrize("form", ["360giving-json", "360giving-csv", "iati", "csv"])
def test_each_format_is_written_and_what_it_lacks_is_told(
    command: Command, tmp_path: Path, form: str
) -> None:
    path = tmp_path / "out"
    done = command("export", "--partnership", "riverbend", "--format", form, "--output", str(path))
    assert done.exit_code == 0
    assert f"{len(awards())} read, {len(awards())} created" in done.stderr
    assert path.stat().st_size > 1000


def test_the_plain_table_sums_to_what_was_awarded(command: Command) -> None:
    done = command("export", "--partnership", "riverbend", "--format", "csv", "--output", "-")
    found = sum(Decimal(row["committed"]) for row in csv.DictReader(io.StringIO(done.stdout)))
    assert found == sum(Decimal(row["Amount"]) for row in awards().values())


def test_a_file_that_is_there_stays_unless_forced(command: Command, tmp_path: Path) -> None:
    path = tmp_path / "out.json"
    path.write_text("mine")
    arguments = ("export", "--partnership", "riverbend", "--format", "360giving-json", "--output", str(path))
    refused = command(*arguments)
    assert (refused.exit_code, path.read_text()) == (2, "mine")
    assert "--force" in refused.stderr
    assert command(*arguments, "--force").exit_code == 0
    assert json.loads(path.read_text("utf-8"))["grants"]


def test_what_cannot_be_exported_ends_in_one_line(command: Command, tmp_path: Path) -> None:
    for slug, output in (("nowhere", tmp_path / "x"), ("riverbend", tmp_path / "no" / "folder" / "x")):
        done = command("export", "--partnership", slug, "--format", "csv", "--output", str(output))
        assert done.exit_code == 2
        assert len(done.stderr.strip().splitlines()) == 1
