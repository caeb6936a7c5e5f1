"""A weak server, for the soak's control: it keeps 4 KB of every request, and a file of every twentieth.

python -m tests.trials.leaky serves the database that the settings name on any free port.
"""

import asyncio
import os
import sys

import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send

from api.app import create_app
from api.runtime import open_database
from api.serving import listening
from models.settings import Settings

KEPT_BYTES, FILE_EVERY = 4096, 20


class Leaky:
    """Passes requests on, and forgets nothing."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._kept: list[bytes] = []
        self._files: list[int] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        self._kept.append(os.urandom(KEPT_BYTES))
        if len(self._kept) % FILE_EVERY == 0:
            self._files.append(os.open(os.devnull, os.O_RDONLY))
        await self._app(scope, receive, send)


async def main() -> None:
    """Until SIGTERM."""
    async with open_database(Settings.read()) as database:
        listener = listening("127.0.0.1", 0)
        host, port = listener.getsockname()
        sys.stderr.write(f"Serving on http://{host}:{port} (leaking)\n")
        sys.stderr.flush()
        config = uvicorn.Config(Leaky(create_app(database)), log_level="warning", lifespan="off")
        await uvicorn.Server(config).serve(sockets=[listener])


if __name__ == "__main__":
    asyncio.run(main())
