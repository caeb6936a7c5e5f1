"""What all commands share: JSON on stdout alone, words on stderr, errors in one line, and the database."""

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar
from uuid import UUID

import typer
from rich.console import Console

from api.cli.faults import NOT_NOW, STOPPED, WRONG_USAGE, CommandError, told

if TYPE_CHECKING:
    from rich.progress import Progress

    from models.database import Database

Answer = TypeVar("Answer")


def words() -> Console:
    """Where words go: stderr as it is at this moment, so that stdout stays for what is asked for."""
    return Console(stderr=True, highlight=False, soft_wrap=True)


def run(work: "Callable[[Database], Awaitable[Answer]]", *, pool_size: int = 4) -> Answer:
    """Runs `work` with the database open; every error that a person can cause ends in one clear line."""

    async def opened() -> Answer:
        from api.runtime import open_database
        from models.settings import Settings

        async with open_database(Settings.read(), pool_size=pool_size) as database:
            return await work(database)

    return run_plainly(opened)


def run_plainly(work: Callable[[], Awaitable[Answer]]) -> Answer:
    """Runs `work`; every error that a person can cause ends in one clear line and an exit code."""
    try:
        return asyncio.run(_awaited(work))
    except KeyboardInterrupt:
        stop(STOPPED, "stopped")
    except Exception as error:
        known = told(error)
        if known is None:
            raise
        stop(known.code, str(known))


async def _awaited(work: Callable[[], Awaitable[Answer]]) -> Answer:
    return await work()


def stop(code: int, sentence: str) -> NoReturn:
    """Says why on stderr, in one line, and exits."""
    words().print(f"alignment: {' '.join(sentence.split())}", style="red", markup=False)
    raise typer.Exit(code)


def say(sentence: str) -> None:
    """A sentence on stderr."""
    words().print(sentence, markup=False)


def print_json(document: Any) -> None:  # Any: a JSON value
    """One JSON document on stdout and nothing else."""
    sys.stdout.write(json.dumps(document, ensure_ascii=False, indent=2) + "\n")


def progress_bar(*columns: Any) -> "Progress":  # Any: rich's columns, texts or renderables
    """A bar on stderr that is seen on a terminal only, and gone when done."""
    from rich.progress import Progress

    console = words()
    return Progress(*columns, console=console, transient=True, disable=not console.is_terminal)


async def partnership_named(database: "Database", slug: str) -> UUID:
    """The partnership's id. The operator on this machine may name any. Errors: CommandError."""
    from sqlalchemy import text

    async with database.owner_connection() as connection:
        query = text("select id from partnership where slug = :slug")
        row = (await connection.execute(query, {"slug": slug})).first()
    if row is None:
        raise CommandError(
            WRONG_USAGE,
            f"there is no partnership {slug!r}: create it with `alignment partnership create {slug} --name NAME`",
        )
    return UUID(str(row.id))


__all__ = [
    "NOT_NOW",
    "WRONG_USAGE",
    "CommandError",
    "partnership_named",
    "print_json",
    "progress_bar",
    "run",
    "run_plainly",
    "say",
    "stop",
    "words",
]
