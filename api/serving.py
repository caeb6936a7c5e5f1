"""The site as processes: one that answers requests or several, a worker, and the one that looks after them.

The parent holds the listening socket and a lease on the embedded server; the children inherit the socket. A child
ends when it is told to, and when its parent is gone (its standard input closes), so nothing is left behind.
"""

import asyncio
import os
import signal
import socket
import sys
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack, closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import text

from api.runtime import open_database
from models.database import Database, DatabaseError, Scope
from models.people import Role
from models.settings import Settings

PORTS_TRIED = 100
BACKLOG = 2048
GRACE_SECONDS = 8.0
RESTART_SECONDS = 1.0
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
        database = await stack.enter_async_context(open_database(site.settings, pool_size=2))
        listener = stack.enter_context(closing(listening(site.host, site.port)))
        for line in await greeting(database, listener, site):
            say(line)
        tasks = [
            asyncio.create_task(_kept_up(command, fd, stop)) for command, fd in _children(site, listener)
        ]
        try:
            await stop.wait()
        finally:
            stop.set()
            await asyncio.gather(*tasks)
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


def _children(site: Site, listener: socket.socket) -> Sequence[tuple[Sequence[str], int | None]]:
    """Command lines, each with the descriptor that it inherits."""
    fd = listener.fileno()
    found: list[tuple[Sequence[str], int | None]] = [
        ((sys.executable, "-m", CHILD, "web", str(fd)), fd) for _ in range(site.workers)
    ]
    if site.has_worker:
        found.append(((sys.executable, "-m", CHILD, "worker"), None))
    return found


async def _kept_up(command: Sequence[str], fd: int | None, stop: asyncio.Event) -> None:
    """Runs a child until `stop`, and again where it ends by itself."""
    while not stop.is_set():
        child = await asyncio.create_subprocess_exec(
            *command,
            stdin=asyncio.subprocess.PIPE,
            pass_fds=() if fd is None else (fd,),
            start_new_session=True,  # Ctrl-C in a terminal reaches the parent alone, which tells its children
            env=dict(os.environ),
        )
        ended = asyncio.create_task(child.wait())
        stopping = asyncio.create_task(stop.wait())
        await asyncio.wait({ended, stopping}, return_when=asyncio.FIRST_COMPLETED)
        stopping.cancel()
        if ended.done():
            await _paused(stop)
            continue
        child.terminate()
        try:
            await asyncio.wait_for(asyncio.shield(ended), GRACE_SECONDS)
        except TimeoutError:
            child.kill()
            await ended


async def _paused(stop: asyncio.Event) -> None:
    try:
        await asyncio.wait_for(stop.wait(), RESTART_SECONDS)
    except TimeoutError:
        return
