"""A site as real processes, for trials: started as a person would, and its processes by what they do."""

import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

PROC = Path("/proc")
READY_SECONDS = 120
TICK_SECONDS = 0.02
SERVE = (str(Path(sys.executable).parent / "alignment"), "serve", "--port", "0")


@dataclass(frozen=True)
class Site:
    """A running site."""

    process: "subprocess.Popen[str]"
    host: str
    port: int
    log: Path

    @property
    def address(self) -> str:
        return f"http://{self.host}:{self.port}"

    def child(self, part: str) -> int | None:
        """The process that does a part of the work (`web` or `worker`)."""
        nurseries = children_of(self.process.pid)
        found = [
            pid for nursery in nurseries for pid in children_of(nursery) if name_of(pid) == f"align-{part}"
        ]
        return found[0] if found else None


@contextmanager
def running(environ: Mapping[str, str], log: Path, command: Sequence[str] = SERVE) -> Iterator[Site]:
    """Serves until the block ends; what the site writes goes to `log`."""
    started = subprocess.Popen(
        command, stderr=subprocess.PIPE, text=True, env={**os.environ, **environ}, start_new_session=True
    )
    try:
        site = _greeted(started, log)
        wait_until_ready(site.address)
        yield site
    finally:
        started.send_signal(signal.SIGTERM)
        try:
            started.wait(30)
        except subprocess.TimeoutExpired:
            started.kill()
            started.wait()


def _greeted(started: "subprocess.Popen[str]", log: Path) -> Site:
    assert started.stderr is not None
    said = ""
    while not (place := re.search(r"Serving on http://([\d.]+):(\d+)", said)):
        line = started.stderr.readline()
        assert line, said
        said += line
    lines = started.stderr

    def keep() -> None:
        with lines, log.open("a", encoding="utf-8") as kept:
            kept.write(said)
            for each in lines:
                kept.write(each)
                kept.flush()

    threading.Thread(target=keep, daemon=True).start()
    return Site(started, place[1], int(place[2]), log)


def wait_until_ready(address: str) -> None:
    """Until the site says that it can do its work."""
    end = time.monotonic() + READY_SECONDS
    while True:
        with (
            suppress(OSError, ValueError),
            urllib.request.urlopen(f"{address}/readyz", timeout=5) as answer,  # noqa: S310 - our own site
        ):
            if json.load(answer)["ready"]:
                return
        assert time.monotonic() < end, "the site is not ready"
        time.sleep(TICK_SECONDS)


def children_of(pid: int) -> list[int]:
    """The processes whose parent it is, by age."""
    found = {}
    for each in PROC.glob("[0-9]*/stat"):
        with suppress(OSError):
            fields = each.read_text().rpartition(")")[2].split()
            if int(fields[1]) == pid:
                found[int(each.parent.name)] = int(fields[19])
    return sorted(found, key=lambda child: (found[child], child))


def name_of(pid: int) -> str:
    """What the process calls itself (proc(5), comm); empty where it is gone."""
    try:
        return (PROC / str(pid) / "comm").read_text().strip()
    except OSError:
        return ""


def postgres_of(folder: Path) -> list[int]:
    """Every process of the embedded server in a folder, the first of them last."""
    with suppress(OSError, ValueError, IndexError):
        first = int((folder / "cluster" / "postmaster.pid").read_text().splitlines()[0])
        return [*children_of(first), first]
    return []


def kill(pids: Sequence[int]) -> None:
    """At once, without a word."""
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def resident_megabytes(pid: int) -> float:
    """What the process holds in memory (VmRSS of proc(5))."""
    found = re.search(r"VmRSS:\s+(\d+) kB", (PROC / str(pid) / "status").read_text())
    return int(found[1]) / 1024 if found else 0.0


def descriptor_count(pid: int) -> int:
    """How many files and sockets it has open."""
    return len(list((PROC / str(pid) / "fd").iterdir()))
