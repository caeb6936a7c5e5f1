"""`audit`, `database status, backup, restore`."""

import asyncio
import json
from pathlib import Path

import asyncpg
import pytest

from models.database import Logins
from tests.conftest import scratch_database

from .conftest import Command


def address(logins: Logins) -> str:
    """The URL by which an operator reaches a database."""
    return logins.url.set(drivername="postgresql").render_as_string(hide_password=False)


def point_at(logins: Logins, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALIGNMENT_DATABASE_URL", address(logins))
    monkeypatch.setenv("ALIGNMENT_SECRET", logins.secret)


def select(logins: Logins, query: str) -> list[tuple[object, ...]]:
    """Rows as the operator sees them, whom no policy binds."""

    async def selected() -> list[tuple[object, ...]]:
        connection = await asyncpg.connect(address(logins))
        try:
            return [tuple(row) for row in await connection.fetch(query)]
        finally:
            await connection.close()

    return asyncio.run(selected())


def test_a_sound_ledger_is_said_to_be_sound(command: Command) -> None:
    done = command("audit")
    assert (done.exit_code, done.stdout) == (0, "the ledger is sound\n")


def test_the_status_says_what_the_settings_name(command: Command) -> None:
    document = json.loads(command("database", "status", "--json").stdout)
    assert document["server"] == "named by ALIGNMENT_DATABASE_URL"
    assert document["current"] is True
    assert "current: yes" in command("database", "status").stdout


@pytest.mark.parametrize("verb", ["start", "stop"])
def test_a_server_of_somebody_else_is_not_started_or_stopped_here(command: Command, verb: str) -> None:
    done = command("database", verb)
    assert done.exit_code == 2
    assert "ALIGNMENT_DATABASE_URL names another server" in done.stderr


def test_a_backup_comes_back_whole_in_another_database_and_tampering_is_found(
    command: Command, server_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Under another name and secret: rows, policies and rights are there, and the ledger goes on."""
    file = tmp_path / "all.backup"
    assert command("database", "backup", str(file)).exit_code == 0
    assert file.stat().st_mode & 0o077 == 0
    refused = command("database", "backup", str(file))
    assert refused.exit_code == 3
    assert "never written over another file" in refused.stderr
    moves = json.loads(
        command("suggest", "--partnership", "riverbend", "--fiscal-year", "2027", "--json").stdout
    )
    with scratch_database(server_url) as logins:
        point_at(logins, monkeypatch)
        done = command("database", "restore", str(file))
        assert done.exit_code == 0, done.stderr
        assert "the ledger is sound" in done.stderr
        again = command("suggest", "--partnership", "riverbend", "--fiscal-year", "2027", "--json")
        assert json.loads(again.stdout)["inputsHash"] == moves["inputsHash"]
        (count,) = select(logins, "select count(*) from pg_policies")
        assert count[0]
        (forced,) = select(logins, "select count(*) from pg_class where relforcerowsecurity")
        assert forced[0]
        assert command("database", "restore", str(file)).exit_code == 3
        select(
            logins,
            "update ledger.account set credits_posted = credits_posted + 1 "
            "where id = (select id from ledger.account where kind = 'RECEIVABLE' limit 1)",
        )
        found = command("audit", "--json")
        assert found.exit_code == 1
        assert {each["partnership"] for each in json.loads(found.stdout)["findings"]} == {"riverbend"}


def test_what_is_no_backup_is_refused(
    command: Command, server_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "notes.txt"
    file.write_text("not a backup")
    with scratch_database(server_url) as logins:
        point_at(logins, monkeypatch)
        done = command("database", "restore", str(file))
        assert done.exit_code == 3
        assert "was not written by `alignment database backup`" in done.stderr
        file.write_bytes(b"PGDMP but then nothing of use")
        assert command("database", "restore", str(file)).exit_code == 3
        missing = command("database", "restore", str(tmp_path / "missing"))
        assert missing.exit_code == 2
