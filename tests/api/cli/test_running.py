"""What all commands share: quick help, one clear line for each error, the promised exit codes."""

import re
import subprocess
import sys

import pytest
from sqlalchemy import make_url

from tests.api.conftest import Demonstration
from tests.conftest import scratch_database

from .conftest import Command

HEAVY = ("sqlalchemy", "asyncpg", "numpy", "pulp", "strawberry", "starlette", "models", "allocation")


def one_line(text: str) -> str:
    """The only line on stderr, after the program's name."""
    (line,) = text.strip().splitlines()
    assert line.startswith("alignment: ")
    return line.removeprefix("alignment: ")


def test_help_needs_nothing_heavy() -> None:
    """So that it answers at once: what the module imports is looked at, not the clock."""
    script = f"import sys, api.cli; print([each for each in {HEAVY!r} if each in sys.modules])"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_every_command_has_help(command: Command) -> None:
    names = ("serve", "worker", "migrate", "demo", "import", "suggest", "query", "schema", "audit")
    for name in (*names, "partnership create", "token create"):
        assert command(*name.split(), "--help").exit_code == 0
    for name in ("start", "stop", "status", "backup", "restore"):
        assert command("database", name, "--help").exit_code == 0


@pytest.mark.parametrize(
    ("change", "code", "saying"),
    [
        ({"port": 1}, 3, "does not answer"),
        ({"username": "nobody_here"}, 3, "refuses the sign-in"),
        ({"database": "nothing_here"}, 3, "no such database"),
    ],
)
def test_a_server_that_cannot_be_used_is_one_clear_line(
    command: Command,
    demonstration: Demonstration,
    monkeypatch: pytest.MonkeyPatch,
    change: dict[str, object],
    code: int,
    saying: str,
) -> None:
    url = make_url(demonstration.environ["ALIGNMENT_DATABASE_URL"]).set(**change)  # type: ignore[arg-type]  # by name
    monkeypatch.setenv("ALIGNMENT_DATABASE_URL", url.render_as_string(hide_password=False))
    done = command("audit", "--json")
    assert (done.exit_code, done.stdout) == (code, "")
    assert saying in one_line(done.stderr)
    assert str(url.password) not in done.stderr


@pytest.mark.parametrize("url", ["nonsense", "mysql://host/name", "postgresql://u:p@host:port/x"])
def test_an_address_that_is_none_is_wrong_usage(
    command: Command, monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    monkeypatch.setenv("ALIGNMENT_DATABASE_URL", url)
    done = command("audit")
    assert done.exit_code == 2
    assert "ALIGNMENT_DATABASE_URL" in one_line(done.stderr)


def test_a_database_that_is_not_migrated_says_what_to_run_and_migrate_does_it(
    command: Command, server_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with scratch_database(server_url) as logins:
        address = logins.url.set(drivername="postgresql").render_as_string(hide_password=False)
        monkeypatch.setenv("ALIGNMENT_DATABASE_URL", address)
        monkeypatch.setenv("ALIGNMENT_SECRET", logins.secret)
        before = command("partnership", "create", "oak", "--name", "Oak")
        assert before.exit_code == 3
        assert "run `alignment migrate`" in one_line(before.stderr)
        assert command("migrate").exit_code == 0
        assert command("migrate").exit_code == 0
        assert command("partnership", "create", "oak", "--name", "Oak").exit_code == 0


def test_a_bug_is_no_clear_line(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    """What no person caused is shown whole, so that it can be mended."""

    async def broken(_: object) -> None:
        raise RuntimeError("a bug")

    monkeypatch.setattr("migrations.upgrade.upgrade", broken)
    with pytest.raises(RuntimeError, match="a bug"):
        command("migrate")


def test_stdout_is_json_alone_whatever_is_loaded(demonstration: Demonstration, alignment: str) -> None:
    done = subprocess.run(
        [alignment, "audit", "--json"], capture_output=True, text=True, env=dict(demonstration.environ)
    )
    assert done.returncode == 0
    assert re.fullmatch(r'\{\s*"findings": \[\]\s*\}\s*', done.stdout)
