"""One process for each server: ours as it is served, hand-written JSON SQL as the limit, and PostGraphile.

python -m bench._graphql.servers own|raw JSON
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.request import urlopen

import asyncpg
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp

from api.serving_child import read_code, run_on_the_fastest_loop
from bench._graphql.filling import Filled
from models.database import SESSION_SETTINGS, Database, Logins

CONNECTIONS = 8
ENTER = (
    "begin isolation level repeatable read; select set_config('app.partnerships', '{}', true),"
    " set_config('app.partnership', '', true), set_config('app.actor', 'community', true),"
    " set_config('statement_timeout', '8000ms', true),"
    " set_config('idle_in_transaction_session_timeout', '8000ms', true)"
)
WAIT_SECONDS = 60


@dataclass
class Running:
    """A server that answers."""

    process: subprocess.Popen[bytes]
    port: int

    @property
    def peak_mb(self) -> float:
        """The most memory that it has held (VmHWM, proc(5))."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(status.partition("VmHWM:")[2].split()[0]) / 1024


@contextmanager
def running(command: list[str], port: int, *, folder: Path | None = None) -> Iterator[Running]:
    """Starts a server and waits until it takes connections. Errors: RuntimeError."""
    process = subprocess.Popen(command, cwd=folder, env=dict(os.environ))
    try:
        for _ in range(WAIT_SECONDS * 10):
            if _answers(port):
                break
            if process.poll() is not None:
                raise RuntimeError(f"{command[:3]} ended with {process.returncode}")
            time.sleep(0.1)
        yield Running(process, port)
    finally:
        process.terminate()
        process.wait()


def _answers(port: int) -> bool:
    try:
        urlopen(f"http://127.0.0.1:{port}/", timeout=1).close()
    except OSError as error:
        return hasattr(error, "code")
    return True


def own(filled: Filled, port: int, raw: dict[str, str] | None = None) -> list[str]:
    """The command for our own server, or with SQL by path for the limit."""
    given = {
        "url": filled.logins.url.render_as_string(hide_password=False),
        "partnership": str(filled.partnership),
        "port": port,
        "raw": raw,
    }
    return [sys.executable, "-m", "bench._graphql.servers", json.dumps(given)]


def limit(pool: list[asyncpg.Pool], partnership: str, raw: dict[str, str]) -> Starlette:
    """Nothing but HTTP and one statement: what no server in Python can beat."""
    enter = ENTER.format(partnership)

    async def answer(request: Request) -> Response:
        body = (await request.body()).decode()
        sql = raw[request.path_params["shape"]]
        async with pool[0].acquire() as connection:
            await connection.execute(enter)
            found = await connection.fetchval(sql, body)
            await connection.execute("commit")
        return Response(found, media_type="application/json")

    return Starlette(routes=[Route("/{shape}", answer, methods=["POST"])])


async def serve(url: str, partnership: str, port: int, raw: dict[str, str] | None) -> None:
    """Serves until it is told to end."""
    from api.app import create_app
    from models.settings import Settings

    logins = Logins.read(url)
    database = Database(logins, pool_size=CONNECTIONS)
    app: ASGIApp
    if raw is None:
        app = create_app(database, Settings.read())
    else:
        login = logins.login("app").set(drivername="postgresql").render_as_string(hide_password=False)
        pool = await asyncpg.create_pool(
            login,
            min_size=CONNECTIONS,
            max_size=CONNECTIONS,
            server_settings=SESSION_SETTINGS,
            reset=_nothing,
        )
        texts = {name: f"select convert_to(({sql})::text, 'UTF8')" for name, sql in raw.items()}
        app = limit([pool], partnership, texts)
    config = uvicorn.Config(
        app, port=port, log_config=None, access_log=False, server_header=False, lifespan="off"
    )
    await uvicorn.Server(config).serve()


async def _nothing(_: object) -> None:
    """Every transaction ends with its settings, so there is nothing to reset."""


if __name__ == "__main__":
    read_code()
    run_on_the_fastest_loop(serve(**json.loads(sys.argv[1])))
