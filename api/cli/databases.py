"""Commands about the database: `migrate`, `audit`, `database start, stop, status, backup, restore`."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

from api.cli.faults import FINDINGS
from api.cli.running import WRONG_USAGE, CommandError, print_json, run_plainly, say

if TYPE_CHECKING:
    from models.database import Logins
    from models.settings import Settings

Answer = TypeVar("Answer")
database_commands = typer.Typer(help="The database: the embedded server, backups.", no_args_is_help=True)
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def add_to(commands: typer.Typer) -> None:
    """Adds this subject's commands."""
    commands.command("migrate")(migrate)
    commands.command("audit")(audit)
    commands.add_typer(database_commands, name="database")


@database_commands.callback()
def _database() -> None:
    """The database: the embedded server, backups."""


def with_logins(work: "Callable[[Logins], Awaitable[Answer]]") -> Answer:
    """Runs `work` on the server that the settings name, whatever state its database is in."""

    async def opened() -> Answer:
        from api.runtime import open_logins
        from models.settings import Settings

        async with open_logins(Settings.read()) as logins:
            return await work(logins)

    return run_plainly(opened)


def migrate() -> None:
    """Brings the database up to date."""

    async def work(logins: "Logins") -> None:
        from migrations.upgrade import upgrade

        await upgrade(logins)
        say(f"the database {logins.database} is up to date")

    with_logins(work)


def audit(as_json: AsJson = False) -> None:
    """Recomputes the ledger from its entries and follows its hash chain. Exit 1: something does not hold."""

    async def work(logins: "Logins") -> list[dict[str, str]]:
        from api.audits import audit_all

        return await audit_all(logins)

    findings = with_logins(work)
    if as_json:
        print_json({"findings": findings})
    elif not findings:
        typer.echo("the ledger is sound")
    for finding in () if as_json else findings:
        typer.echo(f"{finding['partnership']}: {finding['rule']}: {finding['detail']}")
    if findings:
        raise typer.Exit(FINDINGS)


@database_commands.command("start")
def start() -> None:
    """Starts the embedded server and keeps it up until `stop`."""
    from models import embedded

    server = _embedded(lambda settings: embedded.start(settings.home))
    say(f"the embedded server listens on {server.host}:{server.port}; its folder is {server.folder}")


@database_commands.command("stop")
def stop_server() -> None:
    """Stops the embedded server, once nobody uses it any more."""
    from models import embedded

    status = _embedded(lambda settings: embedded.stop(settings.home))
    say(
        "somebody uses it: it stops when they leave"
        if status.is_running
        else "the embedded server is stopped"
    )


@database_commands.command("status")
def status(as_json: AsJson = False) -> None:
    """Says what stands: the embedded server, or the database that the settings name."""

    async def work() -> dict[str, Any]:  # Any: JSON
        from api.audits import describe
        from models.settings import Settings

        return await describe(Settings.read())

    document = run_plainly(work)
    if as_json:
        print_json(document)
        return
    for name, value in document.items():
        shown = {True: "yes", False: "no", None: "unknown"}.get(value, value) if _is_flag(value) else value
        typer.echo(f"{name}: {shown}")


def _is_flag(value: object) -> bool:
    return value is None or isinstance(value, bool)


@database_commands.command("backup")
def backup(
    file: Annotated[Path, typer.Argument(help="The file to write; it must not exist.", show_default=False)],
) -> None:
    """Writes the whole database into one file, as of one moment, while others go on working."""

    async def work(logins: "Logins") -> None:
        from api.backups import back_up

        await back_up(logins, file)
        say(f"wrote {file} ({file.stat().st_size:,} bytes)")

    with_logins(work)


@database_commands.command("restore")
def restore(
    file: Annotated[Path, typer.Argument(help="A file that `backup` wrote.", show_default=False)],
) -> None:
    """Restores a backup into an empty database, migrates it and audits it. Exit 1: the audit found something."""

    async def work(logins: "Logins") -> list[dict[str, str]]:
        from api.audits import audit_all
        from api.backups import restore
        from migrations.upgrade import upgrade

        await restore(logins, file)
        await upgrade(logins)
        return await audit_all(logins)

    findings = with_logins(work)
    for finding in findings:
        say(f"{finding['partnership']}: {finding['rule']}: {finding['detail']}")
    if findings:
        raise typer.Exit(FINDINGS)
    say(f"restored {file}; the ledger is sound")


def _embedded(work: "Callable[[Settings], Answer]") -> Answer:
    async def settled() -> Answer:
        from models.settings import Settings

        settings = Settings.read()
        if settings.database_url:
            raise CommandError(
                WRONG_USAGE,
                "ALIGNMENT_DATABASE_URL names another server, which is started and stopped elsewhere",
            )
        return await asyncio.to_thread(work, settings)

    return run_plainly(settled)
