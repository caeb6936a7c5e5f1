"""Commands that bring files in: `import`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from api.cli.faults import FINDINGS
from api.cli.running import partnership_named, print_json, progress_bar, run, say

if TYPE_CHECKING:
    from api.exchange.report import ImportReport
    from models.database import Database

COUNTS = ("read", "created", "updated", "unchanged", "rejected")
SHOWN_EXAMPLES = 3


def add_to(commands: typer.Typer) -> None:
    """Adds this subject's commands."""
    commands.command("import")(import_files)


def import_files(
    files: Annotated[list[Path], typer.Argument(help="The files, in order.", show_default=False)],
    partnership: Annotated[str, typer.Option(help="The partnership's slug.")],
    format: Annotated[str, typer.Option(help="360giving, investments, measurements, ...")],  # noqa: A002 - the option's name
    recipe: Annotated[Path | None, typer.Option(help="How the files are laid out (TOML).")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Do everything, keep nothing.")] = False,
    keep_good: Annotated[
        bool, typer.Option("--keep-good", help="Keep the good rows of a file that has bad ones.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the report as JSON.")] = False,
) -> None:
    """Imports files. A file with rejected rows leaves nothing, unless --keep-good. Exit 1: rows were rejected."""

    async def work(database: "Database") -> "list[ImportReport]":
        from api.exchange.imports import Order, import_file
        from api.exchange.recipe_files import load_recipe

        terms = load_recipe(recipe) if recipe else None
        partnership_id = await partnership_named(database, partnership)
        reports = []
        for path in files:
            order = Order(partnership_id, path, format, terms, dry_run=dry_run, keep_good=keep_good)
            with progress_bar("{task.description}", "{task.completed:,} rows") as bar:
                task = bar.add_task(path.name, total=None)
                reports.append(
                    await import_file(database, order, lambda rows: bar.update(task, completed=rows))  # noqa: B023 - called within this turn of the loop only
                )
        return reports

    reports = run(work)
    documents = [report.to_json() for report in reports]
    if as_json:
        print_json(documents[0] if len(documents) == 1 else documents)
    else:
        for report in reports:
            show(report)
    if any(report.rejected for report in reports):
        raise typer.Exit(FINDINGS)


def show(report: "ImportReport") -> None:
    """One report in words, on stderr."""
    say(f"{report.file}: {', '.join(f'{getattr(report, name):,} {name}' for name in COUNTS)}")
    for finding in report:
        places = "; ".join(
            " ".join(
                filter(
                    None,
                    (
                        f"row {each.row}" if each.row else "",
                        each.field or "",
                        repr(each.value) if each.value else "",
                    ),
                )
            )
            for each in finding.examples[:SHOWN_EXAMPLES]
        )
        where = f": {places}" if places else ""
        say(f"  {finding.severity.value.lower()}: {finding.message} ({finding.count:,}x{where})")
