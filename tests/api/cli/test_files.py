"""`import`: the report, its exit code, and what cannot be read."""

import json
import secrets
from pathlib import Path

import pytest

from .conftest import Command

GOOD = "name,stage,academic\nReading by nine,EARLY_GRADES,true\n"
BAD = "name,stage,academic\nReading by ten,EARLY_GRADES,true\nMath,NO_SUCH_STAGE,true\n"


@pytest.fixture
def oak(command: Command) -> str:
    """A fresh partnership."""
    slug = f"oak-{secrets.token_hex(4)}"
    assert command("partnership", "create", slug, "--name", "Oak").exit_code == 0
    return slug


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "outcomes.csv"
    path.write_text(GOOD)
    return path


def test_a_report_is_json_and_a_second_import_changes_nothing(command: Command, oak: str, file: Path) -> None:
    reports = [
        json.loads(
            command("import", str(file), "--partnership", oak, "--format", "outcomes", "--json").stdout
        )
        for _ in range(2)
    ]
    assert [(each["created"], each["unchanged"]) for each in reports] == [(1, 0), (0, 1)]
    assert set(reports[0]) == {
        *("file", "format", "read", "created", "updated", "unchanged", "rejected", "findings")
    }


def test_a_dry_run_keeps_nothing(command: Command, oak: str, file: Path) -> None:
    arguments = ("import", str(file), "--partnership", oak, "--format", "outcomes", "--json")
    assert json.loads(command(*arguments, "--dry-run").stdout)["created"] == 1
    assert json.loads(command(*arguments).stdout)["created"] == 1


def test_rejected_rows_leave_nothing_and_exit_1(command: Command, oak: str, file: Path) -> None:
    file.write_text(BAD)
    arguments = ("import", str(file), "--partnership", oak, "--format", "outcomes")
    done = command(*arguments)
    assert (done.exit_code, done.stdout) == (1, "")
    assert "1 rejected" in done.stderr
    assert "row 3" in done.stderr
    kept = command(*arguments, "--keep-good", "--json")
    assert kept.exit_code == 1
    assert json.loads(kept.stdout)["created"] == 1


def test_several_files_are_a_list_of_reports(command: Command, oak: str, file: Path) -> None:
    done = command("import", str(file), str(file), "--partnership", oak, "--format", "outcomes", "--json")
    assert [each["unchanged"] for each in json.loads(done.stdout)] == [0, 1]


@pytest.mark.parametrize(
    ("path", "options", "saying"),
    [
        ("missing.csv", (), "missing.csv"),
        (".", (), "folder"),
        ("outcomes.csv", ("--format", "nonsense"), "no such format"),
        ("outcomes.csv", ("--recipe", "missing.toml"), "missing.toml"),
        ("outcomes.csv", ("--partnership", "nowhere"), "there is no partnership 'nowhere'"),
    ],
)
def test_what_cannot_be_read_is_wrong_usage(
    command: Command, oak: str, file: Path, path: str, options: tuple[str, ...], saying: str
) -> None:
    base = ("--partnership", oak, "--format", "outcomes", "--json")
    done = command("import", str(file.parent / path), *base, *options)
    assert (done.exit_code, done.stdout) == (2, "")
    assert saying in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
