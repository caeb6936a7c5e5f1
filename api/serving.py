"""The site as processes: one that answers requests or several, a worker, and the one that looks after them.

The parent holds the listening socket and a lease on the embedded server. Its one child inherits the socket, reads the
code while the database opens, and forks those who do the work (api.nursery). Each ends when it is told to, and when
its parent is gone (its standard input closes), so nothing is left behind.
"""

import asyncio
import os
import signal
import socket
import sys
from asyncio.subprocess import Process
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack, closing, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import text

from api.nursery import GRACE_SECONDS
from api.runtime import open_database
from models.database import Database, DatabaseError, Scope
from models.people import Role
from models.settings import Settings

PORTS_TRIED = 100
BACKLOG = 2048
MARGIN_SECONDS = 2.0
RESTART_SECONDS = 0.2
BEGIN = b"\n"
TOKEN_DAYS = 7
DEMO = "riverbend"
DEMO_USERS = (Role.FUNDER, Role.ANCHOR, Role.POLICY)
CHILD = "api.serving_child"


@dataclass(frozen=True)
class Site:
    """What to serve, where, and by how many processes."""

    settings: Settings
    host: str
    port: int
    workers: int = 1
    has_worker: bool = True


async def serve_site(site: Site, say: Callable[[str], None]) -> None:
    """Serves until SIGTERM or Ctrl-C. Errors: DatabaseError, EmbeddedError, OSError."""
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with AsyncExitStack() as stack:
        listener = stack.enter_context(closing(listening(site.host, site.port)))
        nursery = Nursery(site, listener.fileno())
        stack.push_async_callback(nursery.close)
        await nursery.start()
        database = await stack.enter_async_context(open_database(site.settings, pool_size=2))
        for line in await greeting(database, listener, site):
            say(line)
        await nursery.keep_up(stop)
    say("stopped")


def listening(host: str, port: int) -> socket.socket:
    """A listening socket on the port, or on the next free one. Errors: DatabaseError, OSError."""
    for tried in range(port, min(port + PORTS_TRIED, 65536)):
        try:
            family = socket.getaddrinfo(host, tried, type=socket.SOCK_STREAM)[0][0]
            found = socket.create_server((host, tried), family=family, backlog=BACKLOG)
        except OSError as error:
            if port == 0 or not _is_taken(error):
                raise DatabaseError(f"cannot listen on {host}:{tried}: {error.strerror or error}") from error
            continue
        found.set_inheritable(True)
        return found
    raise DatabaseError(f"no port from {port} to {port + PORTS_TRIED - 1} of {host} is free")


def _is_taken(error: OSError) -> bool:
    return error.errno == 98 or "in use" in str(error).lower()


async def greeting(database: Database, listener: socket.socket, site: Site) -> Sequence[str]:
    """Where the site is, and how to sign in as each of the three users of the demonstration."""
    host, port = listener.getsockname()[:2]
    place = f"[{host}]" if ":" in host else host
    address = f"http://{place}:{port}"
    lines = [f"Serving on {address} (Ctrl-C stops)"]
    if site.port not in (0, port):
        lines.append(f"Port {site.port} is taken, so this is the next free one.")
    tokens = await demo_tokens(database)
    if tokens:
        lines.append(f"Sign in at {address}/sign-in, or send `Authorization: Bearer TOKEN`, as")
        lines += [f"  {role.value.lower():<7} {token}" for role, token in tokens]
        lines.append(f"These tokens of the fictional partnership end in {TOKEN_DAYS} days.")
    else:
        lines.append(f"Sign in at {address}/sign-in with a token of `alignment token create`.")
    return lines


async def demo_tokens(database: Database) -> Sequence[tuple[Role, str]]:
    """A fresh token for each of the demonstration's users; none where it is not loaded."""
    from allocation.tokens import create_token

    async with database.owner_connection() as connection:
        query = text(
            "select p.id, (select o.name from funder f join organization o "
            "on (o.partnership_id, o.id) = (f.partnership_id, f.organization_id) "
            "where f.partnership_id = p.id order by o.name limit 1) as funder "
            "from partnership p where p.slug = :slug and p.is_fictional"
        )
        row = (await connection.execute(query, {"slug": DEMO})).first()
    if row is None or row.funder is None:
        return ()
    until, found = datetime.now(UTC) + timedelta(days=TOKEN_DAYS), []
    async with database.session(Scope.of(row.id)) as session:
        for role in DEMO_USERS:
            organization = row.funder if role is Role.FUNDER else None
            found.append((role, await create_token(session, row.id, role, until, organization=organization)))
    return found


@dataclass
class Nursery:
    """The child that reads the code and forks the others. `fd` is the listening socket, which they inherit."""

    site: Site
    fd: int
    child: Process | None = None

    async def start(self) -> None:
        """It reads its code, and waits."""
        parts = ["web"] * self.site.workers + ["worker"] * self.site.has_worker
        self.child = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", CHILD, str(self.fd), *parts),
            stdin=asyncio.subprocess.PIPE,
            pass_fds=(self.fd,),
            start_new_session=True,  # Ctrl-C in a terminal reaches the parent alone, which tells its children
            env={"OPENBLAS_NUM_THREADS": "1", **os.environ},  # a fork copies no threads
        )

    async def keep_up(self, stop: asyncio.Event) -> None:
        """Tells it to begin, and starts another where it ends by itself, until `stop`."""
        while not stop.is_set():
            if self.child is None:
                await self.start()
            assert self.child is not None  # noqa: S101 - it was started
            assert self.child.stdin is not None  # noqa: S101 - it was given a pipe
            self.child.stdin.write(BEGIN)
            ended, stopping = asyncio.create_task(self.child.wait()), asyncio.create_task(stop.wait())
            await asyncio.wait({ended, stopping}, return_when=asyncio.FIRST_COMPLETED)
            stopping.cancel()
            if ended.done():
                self.child = None
                await _paused(stop)

    async def close(self) -> None:
        """Tells it to end, and sees to it."""
        if self.child is None or self.child.returncode is not None:
            return
        self.child.terminate()
        try:
            await asyncio.wait_for(self.child.wait(), GRACE_SECONDS + MARGIN_SECONDS)
        except TimeoutError:
            self.child.kill()
            await self.child.wait()


async def _paused(stop: asyncio.Event) -> None:
    with suppress(TimeoutError):
        await asyncio.wait_for(stop.wait(), RESTART_SECONDS)
