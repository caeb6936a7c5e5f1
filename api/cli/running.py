"""What all commands share: exit codes, JSON on stdout alone, words on stderr, and the database."""

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable
from typing import Any, NoReturn, TypeVar
from uuid import UUID

import typer
from rich.console import Console

from api.exchange.errors import ReadError
from models.database import Database, DatabaseError
from models.embedded import EmbeddedError
from models.settings import Settings, SettingsError

Answer = TypeVar("Answer")
FINDINGS, WRONG_USAGE, NOT_NOW = 1, 2, 3
words = Console(stderr=True, highlight=False)


class CommandError(Exception):
    """A command cannot do what it was asked; `code` is its exit code."""

    def __init__(self, code: int, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code


def run(work: Callable[[Database], Awaitable[Answer]]) -> Answer:
    """Runs `work` with the database open; every error that a person can cause ends in one clear line."""

    async def opened() -> Answer:
        from api.runtime import open_database

        async with open_database(Settings.read()) as database:
            return await work(database)

    return run_plainly(opened)


def run_plainly(work: Callable[[], Awaitable[Answer]]) -> Answer:
    """Runs `work`; every error that a person can cause ends in one clear line and an exit code."""
    import asyncpg

    try:
        return asyncio.run(_awaited(work))
    except CommandError as error:
        stop(error.code, str(error))
    except (ReadError, SettingsError) as error:
        stop(WRONG_USAGE, str(error))
    except (DatabaseError, EmbeddedError, OSError, asyncpg.PostgresConnectionError) as error:
        stop(NOT_NOW, str(error))
    except KeyboardInterrupt:
        stop(130, "stopped")


async def _awaited(work: Callable[[], Awaitable[Answer]]) -> Answer:
    return await work()


def stop(code: int, sentence: str) -> NoReturn:
    """Says why on stderr and exits."""
    words.print(f"alignment: {sentence}", style="red", markup=False, soft_wrap=True)
    raise typer.Exit(code)


def print_json(document: Any) -> None:  # Any: a JSON value
    """One JSON document on stdout and nothing else."""
    sys.stdout.write(json.dumps(document, ensure_ascii=False, indent=2, default=str) + "\n")


async def partnership_named(database: Database, slug: str) -> UUID:
    """The partnership's id. The operator on this machine may name any. Errors: CommandError."""
    from sqlalchemy import text

    async with database.owner_connection() as connection:
        found = await connection.execute(text("select id from partnership where slug = :slug"), {"slug": slug})
        row = found.first()
    if row is None:
        raise CommandError(
            WRONG_USAGE,
            f"there is no partnership {slug!r}: create it with `alignment partnership create {slug} --name NAME`",
        )
    return UUID(str(row.id))
