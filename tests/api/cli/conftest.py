"""The command line in this process: what it prints on each stream, and its exit code."""

from collections.abc import Callable

import pytest
from typer.testing import CliRunner, Result

from api.cli import commands
from tests.api.conftest import Demonstration

Command = Callable[..., Result]


@pytest.fixture
def command(demonstration: Demonstration, monkeypatch: pytest.MonkeyPatch) -> Command:
    """Runs `alignment ARGUMENTS` on the demonstration's database."""
    for name in ("ALIGNMENT_DATABASE_URL", "ALIGNMENT_SECRET"):
        monkeypatch.setenv(name, demonstration.environ[name])

    def run(*arguments: str) -> Result:
        return CliRunner().invoke(commands, arguments, catch_exceptions=False)

    return run
