"""The command line: `alignment ...`. Each file beside this one holds the commands of one subject.

What is heavy is imported inside the commands, so that help and completion answer at once.
"""

import typer

from api.cli import (
    databases,
    exports,
    files,
    partnerships,
    people,
    quality,
    queries,
    scenario_life,
    scenarios,
    servers,
)

commands = typer.Typer(
    name="alignment",
    help="Where a partnership's dollars meet outcomes, and which to move to which practice for whom.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
for part in (
    servers,
    scenarios,
    scenario_life,
    partnerships,
    people,
    files,
    exports,
    quality,
    queries,
    databases,
):
    part.add_to(commands)


def main() -> None:
    """Runs one command and exits with its code: 0 done, 1 findings, 2 wrong usage, 3 not possible now."""
    commands()
