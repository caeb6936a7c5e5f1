"""Commands that hand files out: `export`."""

import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from api.cli.files import show
from api.cli.running import WRONG_USAGE, CommandError, partnership_named, run

if TYPE_CHECKING:
    from api.exchange.report import ImportReport
    from models.database import Database


class FormatName(StrEnum):
    """models.exports.ExportFormat, as one types it."""

    THREESIXTY_JSON = "360giving-json"
    THREESIXTY_CSV = "360giving-csv"
    IATI = "iati"
    CSV = "csv"


def add_to(commands: typer.Typer) -> None:
    """Adds this subject's commands."""
    commands.command("export")(export)


def export(
    partnership: Annotated[str, typer.Option(help="The partnership's slug.")],
    format: Annotated[FormatName, typer.Option(help="How the awards are written.")],  # noqa: A002 - the option's name
    output: Annotated[Path, typer.Option(help="The file to write; - for standard output.")],
    force: Annotated[bool, typer.Option("--force", help="Write over a file that is there.")] = False,
) -> None:
    """Writes a partnership's awards to a file, and tells what the format could not carry."""

    async def work(database: "Database") -> "tuple[bytes, ImportReport]":
        from api.exchange.exports.making import make_file
        from api.exporting import READING_SECONDS
        from models.database import Scope
        from models.exports import ExportFormat

        is_printed = str(output) == "-"
        if not is_printed and output.exists() and not force:
            raise CommandError(WRONG_USAGE, f"{output} is there already; --force writes over it")
        partnership_id = await partnership_named(database, partnership)
        scope = Scope.of(partnership_id)
        async with database.reading(scope, seconds=READING_SECONDS, then="select 1") as reading:
            form = ExportFormat[format.name]
            made = await make_file(reading.session, partnership_id, form, None, sees_payments=lambda _: True)
        if not is_printed:
            output.write_bytes(made[0])
        return made

    content, report = run(work)
    if str(output) == "-":
        sys.stdout.buffer.write(content)
    show(report)
