"""Commands that run until they are stopped: `serve`, `worker`."""

import asyncio
import signal
from typing import TYPE_CHECKING, Annotated

import typer

from api.cli.running import run, run_plainly, say

if TYPE_CHECKING:
    from models.database import Database


def add_to(commands: typer.Typer) -> None:
    """Adds this subject's commands."""
    commands.command("serve")(serve)
    commands.command("worker")(worker)


def serve(
    host: Annotated[
        str | None, typer.Option(help="Where to listen; else ALIGNMENT_HOST, else 127.0.0.1.")
    ] = None,
    port: Annotated[
        int | None,
        typer.Option(min=0, max=65535, help="Or the next free one; else ALIGNMENT_PORT, else 8000."),
    ] = None,
    workers: Annotated[int, typer.Option(min=1, max=64, help="How many processes answer requests.")] = 1,
    no_worker: Annotated[
        bool, typer.Option("--no-worker", help="Leave long work to workers elsewhere.")
    ] = False,
) -> None:
    """Serves the API and the pages until Ctrl-C, with a worker for long work beside it."""

    async def work() -> None:
        from api.serving import Site, serve_site
        from models.settings import Settings

        settings = Settings.read()
        place = (host or settings.host, settings.port if port is None else port)
        await serve_site(Site(settings, *place, workers, has_worker=not no_worker), say)

    run_plainly(work)


def worker() -> None:
    """Takes long work off the queue until Ctrl-C."""

    async def work(database: "Database") -> None:
        from api.jobs import work as work_off

        stop = asyncio.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, stop.set)
        say("taking long work off the queue; Ctrl-C ends it")
        await work_off(database, stop)

    run(work)
