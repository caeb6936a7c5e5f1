"""Commands about what runs: `migrate`, `worker`, `serve`, `audit`, `schema`."""

import typer


def add_to(commands: typer.Typer) -> None:
    """Adds this subject's commands."""
