"""What reads the site's code and forks its processes: `python -m api.serving_child FD PART...`.

FD is a listening socket; a PART is `web`, which answers requests on it, or `worker`, which works the queue off. It
reads the code first, and begins with the first byte on its standard input.
"""

import asyncio
import gc
import os
import signal
import socket
import sys
import threading
from collections.abc import Coroutine
from typing import Any

from api.logs import configure_logs
from api.nursery import told_what_to_be
from api.runtime import open_database
from models.settings import Settings

PARTS = ("web", "worker")


async def answer_requests(fd: int) -> None:
    """Serves the application on a listening socket until SIGTERM."""
    import uvicorn

    from api.app import create_app

    settings = Settings.read()
    async with open_database(settings) as database:
        config = uvicorn.Config(
            create_app(database, settings),
            log_config=None,
            access_log=settings.log == "debug",
            proxy_headers=False,
            server_header=False,
            lifespan="off",
            timeout_graceful_shutdown=5,
            ws_max_size=100_000,
        )
        with socket.socket(fileno=fd) as listener:
            await uvicorn.Server(config).serve(sockets=[listener])


async def work_the_queue_off() -> None:
    """Takes jobs until SIGTERM."""
    from api.jobs import work

    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with open_database(Settings.read(), pool_size=4) as database:
        await work(database, stop)


def read_code() -> None:
    """What takes long and needs no database."""
    import api.app
    import api.graphql.schema
    import api.jobs

    api.graphql.schema.schema()
    keep_what_was_read()


def keep_what_was_read() -> None:
    """The schema and the code stay for good: the collector need not look through them again (gc.freeze)."""
    gc.collect()
    gc.freeze()


def run_on_the_fastest_loop(work: Coroutine[Any, Any, None]) -> None:
    """uvloop's where it is installed, else asyncio's own."""
    from uvicorn.loops.auto import auto_loop_factory

    with asyncio.Runner(loop_factory=auto_loop_factory()) as runner:
        runner.run(work)


def is_told_to_begin() -> bool:
    """Waits for the first byte; false where the parent is gone."""
    return bool(os.read(0, 1))


def end_with_parent() -> None:
    """Ends this process as by SIGTERM when its standard input, held by the parent, closes."""

    def watch() -> None:
        while os.read(0, 1):
            pass
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch, name="parent-watch", daemon=True).start()


def main(arguments: list[str]) -> None:
    """Reads the code, and runs the parts that are named, each in a process of its own."""
    fd, *parts = arguments
    if not parts or not {*parts} <= {*PARTS}:
        sys.exit("usage: python -m api.serving_child FD PART..., a part is web or worker")
    configure_logs(Settings.read().log)
    read_code()
    if not is_told_to_begin():
        return
    part = told_what_to_be(parts)
    if part is None:
        return
    end_with_parent()
    if part == "web":
        run_on_the_fastest_loop(answer_requests(int(fd)))
    else:
        asyncio.run(work_the_queue_off())


if __name__ == "__main__":
    main(sys.argv[1:])
