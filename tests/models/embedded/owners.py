"""Programs that lease a server, and the questions that tests ask about it."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from models import embedded
from models.embedded.places import Places
from models.embedded.programs import programs_of

on_linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads Linux's /proc")
PACKAGE = Path(embedded.__file__).parents[1]
SITE_PACKAGES = embedded.binaries().parents[2]
WITHIN_SECONDS = 60

# Leases the server of a folder until its standard input ends. It knows the package alone.
OWNER = """
import sys
sys.path += sys.argv[2:4]
from pathlib import Path
import embedded
try:
    with embedded.lease(Path(sys.argv[1]), durable=False) as server:
        print(server.url(), flush=True)
        sys.stdin.read()
except embedded.EmbeddedError as refusal:
    print("REFUSED", refusal, flush=True)
"""


@dataclass
class Owner:
    """A running program that holds a lease."""

    program: subprocess.Popen[str]

    def says(self) -> str:
        """What it printed: the server's URL, or the first line of why it was refused."""
        assert self.program.stdout is not None
        return self.program.stdout.readline().strip()

    def leave(self) -> None:
        self.program.communicate(timeout=WITHIN_SECONDS)

    def end(self, number: signal.Signals) -> None:
        self.program.send_signal(number)
        self.leave()


class Owners(list[Owner]):
    """The owners that a test started."""

    def start(self, folder: Path, *python: str, path: str | None = None) -> Owner:
        """Starts one more, with another interpreter or another PATH if that is asked for."""
        environ = os.environ if path is None else {**os.environ, "PATH": path}
        words = (*(python or (sys.executable,)), "-c", OWNER, str(folder), str(PACKAGE), str(SITE_PACKAGES))
        pipe = subprocess.PIPE
        self.append(Owner(subprocess.Popen(words, stdin=pipe, stdout=pipe, text=True, env=environ, cwd="/")))
        return self[-1]


def until(is_so: Callable[[], bool], what: str) -> None:
    """Asks again and again until it is so, and fails when it does not come to be."""
    end = time.monotonic() + WITHIN_SECONDS
    while not is_so():
        assert time.monotonic() < end, f"not within {WITHIN_SECONDS} s: {what}"
        time.sleep(0.02)


def ask(url: str, statement: str = "select 1") -> str | None:
    """The server's answer by PostgreSQL's own client; None where it cannot be had."""
    client = (str(embedded.binaries() / "psql"), url, "-XAtqc", statement)
    answer = subprocess.run(
        client, capture_output=True, text=True, env={**os.environ, "PGCONNECT_TIMEOUT": "10"}
    )
    return answer.stdout.strip() if answer.returncode == 0 else None


def postmaster_of(folder: Path) -> int:
    return int((folder / "cluster" / "postmaster.pid").read_text(encoding="utf-8").splitlines()[0])


def keeper_of(folder: Path) -> int:
    """The postmaster's parent."""
    status = Path(f"/proc/{postmaster_of(folder)}/status").read_text(encoding="utf-8")
    return int(status.split("PPid:")[1].split()[0])


def user_of(pid: int) -> int:
    return Path(f"/proc/{pid}").stat().st_uid


def is_left_alone(folder: Path) -> bool:
    return not programs_of(Places.at(folder).name)


def leaves_nothing(folder: Path) -> None:
    until(lambda: is_left_alone(folder), "no program of the server runs")
