"""How a program comes to use the embedded server, keeps it going, and leaves it."""

import logging
import os
import socket
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from .launch import Wish, launch_if_unkept
from .locks import EXCLUSIVE, SHARED, is_free, is_same, wait_for_lock
from .places import (
    LOOPBACK,
    EmbeddedError,
    Phase,
    Places,
    Report,
    Server,
    Status,
    binaries,
    last_lines,
    make_private,
)
from .postmaster import (
    READY_WITHIN_SECONDS,
    STOPPED_WITHIN_SECONDS,
)

_TICK_SECONDS = 0.02
_LAUNCHES = 3
_WATCH_SECONDS = 0.5
_LONGEST_WATCH_SECONDS = 15.0

_log = logging.getLogger(__name__)


@contextmanager
def lease(
    folder: Path, *, durable: bool = True, options: Mapping[str, str] | None = None
) -> Iterator[Server]:
    """Uses the server in `folder`, which is made, set up and started if need be, until the block ends.

    Every call in every program gets the same server; when the last one leaves, the server is stopped, and
    that call waits for it. An owner that is killed leaves likewise. `durable=False` is for tests: a crash of
    the machine may lose everything. `options` are server settings (text values) for the one who starts it;
    one that differs on a server already running is an error. After a crash the server comes back on its
    port within moments, so a caller reconnects and goes on.

    Blocks while it waits (at most 300 s): in an asyncio program enter and leave it in a thread.
    Raises EmbeddedError.
    """
    wish = Wish.of(folder, durable, options)
    held = _take(wish.places)
    left = threading.Event()
    watch = threading.Thread(target=_watch, args=(wish, held, left), name="embedded-watch", daemon=True)
    try:
        with _in_words(wish.places):
            server = _join(wish)
        watch.start()
        yield server
    finally:
        left.set()
        if watch.is_alive():
            watch.join()
        os.close(held)
        _see_off(wish.places)


def start(folder: Path, *, durable: bool = True, options: Mapping[str, str] | None = None) -> Server:
    """Starts the server and keeps it up without a lease, until `stop`. Raises EmbeddedError.

    The wish outlives a restart of the machine: the next lease starts the server, and then it stays up.
    """
    with lease(folder, durable=durable, options=options) as server:
        make_private(Places.at(folder).hold)
        return server


def stop(folder: Path) -> Status:
    """Takes back `start`, and waits until the server has stopped, unless somebody holds a lease on it.

    The server is never taken from under those who use it: then the status says `is_leased`, and it stops
    when the last of them leaves.
    """
    places = Places.at(folder)
    with _in_words(places):
        places.hold.unlink(missing_ok=True)
        _see_off(places)
    return status(folder)


def status(folder: Path) -> Status:
    """What stands at `folder`, which may be absent. Changes nothing. Raises EmbeddedError."""
    places = Places.at(folder)
    with _in_words(places):
        report = Report.read(places.report)
        if report is None or report.phase is not Phase.READY or is_free(places.keeper, SHARED):
            report = Report(Phase.FAILED)
        return Status(
            folder=places.folder,
            is_running=report.phase is Phase.READY,
            is_held=places.hold.exists(),
            is_leased=_is_leased(places),
            port=report.port,
            pid=report.pid,
        )


@contextmanager
def _in_words(places: Places) -> Iterator[None]:
    """Turns a refusal of the operating system into one that says what to do."""
    try:
        yield
    except OSError as fault:
        raise places.refusal(f"{fault.strerror or fault} ({fault.filename or places.folder})") from fault


def _take(places: Places) -> int:
    """The descriptor of a lease; waits for a keeper that is stopping the server."""
    with _in_words(places):
        places.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        held = wait_for_lock(places.lease, SHARED, READY_WITHIN_SECONDS)
    if held is None:
        raise places.refusal("it is being stopped, and that does not end", last_lines(places.log))
    return held


def _join(wish: Wish) -> Server:
    """Waits for the server to be ready, and launches a keeper whenever there is none."""
    end = time.monotonic() + READY_WITHIN_SECONDS
    launches = 0
    while time.monotonic() < end and launches <= _LAUNCHES:
        report = Report.read(wish.places.report)
        # Without a launch of ours since we came, it is what a former keeper left.
        if report is not None and report.phase is Phase.FAILED and launches:
            raise EmbeddedError(report.message)
        if launch_if_unkept(wish):
            launches += 1
        elif report is not None and (report.phase is Phase.DOWN or _answers(report)):
            return _server(wish, report)
        time.sleep(_TICK_SECONDS)
    said = last_lines(wish.places.keeper_log) or last_lines(wish.places.log)
    raise wish.places.refusal("it did not become ready", said)


def _answers(report: Report) -> bool:
    """Whether the server takes connections: a keeper killed a moment ago leaves an outdated report."""
    if report.phase is not Phase.READY or report.port is None:
        return False
    try:
        socket.create_connection((LOOPBACK, report.port), timeout=5).close()
    except OSError:
        return False
    return True


def _server(wish: Wish, report: Report) -> Server:
    if report.phase is not Phase.READY or report.port is None:
        raise EmbeddedError(report.message)
    for name, value in wish.stated.items():
        running = report.options.get(name, "its default")
        if running != value:
            raise wish.places.refusal(
                f"it runs with {name} = {running}, and {name} = {value} is asked for; "
                "stop it first, or use another folder"
            )
    password = wish.places.password.read_text(encoding="utf-8")
    return Server(LOOPBACK, report.port, password, wish.places.folder, binaries())


def _watch(wish: Wish, held: int, left: threading.Event) -> None:
    """Replaces a keeper that was killed, for as long as the lease lasts and its folder is there."""
    pause = _WATCH_SECONDS
    while not left.wait(pause) and is_same(held, wish.places.lease):
        try:
            is_launched = launch_if_unkept(wish)
        except (EmbeddedError, OSError):
            _log.exception("the embedded PostgreSQL has no keeper")
            is_launched = True
        pause = min(pause * 2, _LONGEST_WATCH_SECONDS) if is_launched else _WATCH_SECONDS


def _see_off(places: Places) -> None:
    """Waits until the keeper has stopped the server, unless it has a reason to stay."""
    end = time.monotonic() + STOPPED_WITHIN_SECONDS
    while time.monotonic() < end and not is_free(places.keeper, SHARED):
        if places.hold.exists() or _is_leased(places):
            return
        time.sleep(_TICK_SECONDS)


def _is_leased(places: Places) -> bool:
    """Whether somebody uses the server: a lease can be shared, and cannot be taken for oneself."""
    return is_free(places.lease, SHARED) and not is_free(places.lease, EXCLUSIVE)
