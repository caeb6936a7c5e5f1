"""Which of the machine's running programs belong to one embedded server, and how they are ended."""

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

_PROC = Path("/proc")
_TICK_SECONDS = 0.02


def programs_of(name: str) -> dict[int, bool]:
    """The ids of the server's programs; True for the postmaster.

    A postmaster bears the server's name in its command line, the programs it starts in their titles
    ("postgres: NAME: checkpointer"), which PostgreSQL sets from cluster_name. A program that ended, reaped
    or not, has no command line.
    """
    found = {}
    for pid, line in _command_lines():
        if line.startswith(f"postgres: {name}:"):
            found[pid] = False
        elif "/postgres -D " in line and f"cluster_name={name}" in line:
            found[pid] = True
    return found


def end_programs(name: str, patience_seconds: float) -> bool:
    """Ends what still runs of the server, gently at first; False if something outlives even SIGKILL.

    Programs that lost their postmaster leave by themselves; a postmaster gets a fast shutdown, then an
    immediate one (PostgreSQL documentation, "Shutting Down the Server").
    """
    for pid, is_postmaster in programs_of(name).items():
        if is_postmaster:
            _send(pid, signal.SIGINT)
    if _are_gone(name, patience_seconds if any(programs_of(name).values()) else 1):
        return True
    for harder in (signal.SIGQUIT, signal.SIGKILL):
        for pid in programs_of(name):
            _send(pid, harder)
        if _are_gone(name, 5):
            return True
    return False


def _are_gone(name: str, within_seconds: float) -> bool:
    end = time.monotonic() + within_seconds
    while programs_of(name):
        if time.monotonic() > end:
            return False
        time.sleep(_TICK_SECONDS)
    return True


def _send(pid: int, number: signal.Signals) -> None:
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return


def _command_lines() -> Iterator[tuple[int, str]]:
    if not (_PROC / "self").exists():
        yield from _listed_by_ps()
        return
    for entry in _PROC.iterdir():
        if entry.name.isdecimal():
            try:
                line = (entry / "cmdline").read_bytes()
            except OSError:
                continue
            yield int(entry.name), line.replace(b"\0", b" ").decode("utf-8", "replace")


def _listed_by_ps() -> Iterator[tuple[int, str]]:
    ps = shutil.which("ps")
    if ps is None:
        return
    listed = subprocess.run((ps, "-axwwo", "pid=,command="), capture_output=True, text=True, check=True)  # noqa: S603 - our own words
    for row in listed.stdout.splitlines():
        pid, _, line = row.strip().partition(" ")
        yield int(pid), line.strip()
