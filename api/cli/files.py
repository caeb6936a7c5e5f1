"""Commands that bring files in: `import`."""

from pathlib import Path
from typing import Annotated

import typer

from api.cli.running import FINDINGS, partnership_named, print_json, run, words
from models.database import Database


def add_to(commands: typer.Typer) -> None:
    """Adds this subject's commands."""
    commands.command("import")(import_files)


def import_files(
    files: Annotated[list[Path], typer.Argument(help="The files, in order.")],
    partnership: Annotated[str, typer.Option(help="The partnership's slug.")],
    format: Annotated[str, typer.Option(help="360giving, investments, measurements, wwc-findings, practices, ...")],  # noqa: A002 - the option's name
    recipe: Annotated[Path | None, typer.Option(help="What the file's layout is (TOML).")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Do everything, keep nothing.")] = False,
    keep_good: Annotated[bool, typer.Option("--keep-good", help="Keep the good rows of a file with bad ones.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the report as JSON.")] = False,
) -> None:
    """Imports files. A file with rejected rows leaves nothing, unless --keep-good. Exit 1: rows were rejected."""
    from rich.progress import Progress, TextColumn, TimeElapsedColumn

    from api.exchange.imports import Order, import_file
    from api.exchange.recipe_files import load_recipe
    from api.exchange.report import ImportReport

    async def work(database: Database) -> list[ImportReport]:
        partnership_id = await partnership_named(database, partnership)
        terms = load_recipe(recipe) if recipe else None
        reports = []
        columns = (TextColumn("{task.description}"), TextColumn("{task.completed:,} rows"), TimeElapsedColumn())
        with Progress(*columns, console=words, transient=True, disable=None if words.is_terminal else True) as bar:
            for path in files:
                task = bar.add_task(path.name, total=None)

                def tell(rows: int, task: object = task) -> None:
                    bar.update(task, completed=rows)  # type: ignore[arg-type] # rich's own task id

                order = Order(partnership_id, path, format, terms, dry_run=dry_run, keep_good=keep_good)
                reports.append(await import_file(database, order, tell))
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


def show(report: "object") -> None:
    """One report in words, on stderr."""
    from api.exchange.report import ImportReport

    assert isinstance(report, ImportReport)  # noqa: S101 - narrows the type, imported late
    counts = ", ".join(
        f"{getattr(report, name):,} {name}" for name in ("read", "created", "updated", "unchanged", "rejected")
    )
    words.print(f"{report.file}: {counts}", markup=False)
    for finding in report:
        places = "; ".join(
            " ".join(filter(None, (f"row {e.row}" if e.row else "", e.field or "", repr(e.value) if e.value else "")))
            for e in finding.examples[:3]
        )
        words.print(
            f"  {finding.severity.value.lower()}: {finding.message} ({finding.count:,}x{': ' + places if places else ''})",
            markup=False,
        )
