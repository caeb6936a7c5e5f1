"""The site as processes: one that answers requests or several, a worker, and the one that looks after them.

The parent holds the listening socket and a lease on the embedded server; the children inherit the socket. A child
ends when it is told to, and when its parent is gone (its standard input closes), so nothing is left behind.
Reading the code takes seconds, so a spare that has read it waits to take the place of one that dies.
"""

import asyncio
import os
import signal
import socket
import sys
from asyncio.subprocess import Process
from collections.abc import Callable, Coroutine, Sequence
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
SETTLED_SECONDS = 5.0  # a child that lives so long did not fail at its start
SPARE_AFTER_SECONDS = 1.0
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
        database = await stack.enter_async_context(open_database(site.settings, pool_size=2))
        listener = stack.enter_context(closing(listening(site.host, site.port)))
        for line in await greeting(database, listener, site):
            say(line)
        tasks = [asyncio.create_task(each) for each in _children(site, listener, stop)]
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


def _children(
    site: Site, listener: socket.socket, stop: asyncio.Event
) -> Sequence[Coroutine[None, None, None]]:
    """What keeps each part of the site up; those who answer requests share a spare."""
    web = Bench((sys.executable, "-m", CHILD, "web", str(listener.fileno())), listener.fileno())
    found = [_kept_up(web, stop, has_spare=True) for _ in range(site.workers)]
    if site.has_worker:
        found.append(_kept_up(Bench((sys.executable, "-m", CHILD, "worker")), stop, has_spare=False))
    return found


@dataclass
class Bench:
    """Where children of one kind come from; one may sit ready. `fd` is the descriptor that they inherit."""

    command: Sequence[str]
    fd: int | None = None
    spare: Process | None = None

    async def sent(self) -> Process:
        """A child that is told to begin: the spare if there is one that lives."""
        child, self.spare = self.spare, None
        if child is None or child.returncode is not None:
            child = await self._started()
        assert child.stdin is not None  # noqa: S101 - it was given a pipe
        child.stdin.write(BEGIN)
        return child

    async def fill(self) -> None:
        """Sees to a spare."""
        if self.spare is None or self.spare.returncode is not None:
            self.spare = await self._started()

    async def _started(self) -> Process:
        return await asyncio.create_subprocess_exec(
            *self.command,
            stdin=asyncio.subprocess.PIPE,
            pass_fds=() if self.fd is None else (self.fd,),
            start_new_session=True,  # Ctrl-C in a terminal reaches the parent alone, which tells its children
            env=dict(os.environ),
        )


async def _kept_up(bench: Bench, stop: asyncio.Event, *, has_spare: bool) -> None:
    """Runs a child until `stop`, and another where it ends by itself."""
    clock = asyncio.get_running_loop()
    while not stop.is_set():
        child, began = await bench.sent(), clock.time()
        ended = asyncio.create_task(child.wait())
        stopping = asyncio.create_task(stop.wait())
        both = {ended, stopping}
        done, _ = await asyncio.wait(both, timeout=SPARE_AFTER_SECONDS, return_when=asyncio.FIRST_COMPLETED)
        if not done and has_spare:
            await bench.fill()
        await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
        stopping.cancel()
        if ended.done() and clock.time() - began < SETTLED_SECONDS:
            await _paused(stop)
        elif not ended.done():
            await _ended(child)
    if bench.spare is not None:
        await _ended(bench.spare)


async def _ended(child: Process) -> None:
    """Tells a child to end, and sees to it."""
    if child.returncode is not None:
        return
    child.terminate()
    try:
        await asyncio.wait_for(child.wait(), GRACE_SECONDS)
    except TimeoutError:
        child.kill()
        await child.wait()


async def _paused(stop: asyncio.Event) -> None:
    try:
        await asyncio.wait_for(stop.wait(), RESTART_SECONDS)
    except TimeoutError:
        return
