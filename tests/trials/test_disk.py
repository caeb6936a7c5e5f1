"""A disk that is full: nothing is acknowledged that is not kept, and work goes on once there is room.

The disk is a small tmpfs, so the trial needs the right to mount one. The control's server does not wait for its disk,
so a crash at the full disk loses what it acknowledged; the trial must see it.
"""

import asyncio
import os
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from .conftest import place, times
from .site import Site, kill, postgres_of, running
from .writers import Journal, writing

MEGABYTES, WRITERS = times("DISK_MEGABYTES", 220), times("WRITERS", 8)
FULL_SECONDS, RECOVERED_SECONDS = times("FULL_SECONDS", 20), 15.0
CHUNK = 1 << 20


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of its own, small."""
    at = tmp_path / "disk"
    at.mkdir()
    made = subprocess.run(
        ("mount", "-t", "tmpfs", "-o", f"size={MEGABYTES}m,mode=755", "trial", str(at)),
        capture_output=True,
        text=True,
    )
    if made.returncode:
        pytest.skip(f"a small file system cannot be mounted here: {made.stderr.strip()}")
    try:
        yield at
    finally:
        subprocess.run(("umount", "--lazy", str(at)), check=True)


def fill(disk: Path) -> Path:
    """A file that takes all the room that there is."""
    ballast = disk / "ballast"
    with suppress(OSError), ballast.open("ab", buffering=0) as file:
        while file.write(b"\0" * CHUNK):
            pass
    with suppress(OSError), ballast.open("ab", buffering=0) as file:
        while file.write(b"\0"):
            pass
    return ballast


@pytest.mark.trial
def test_a_full_disk_loses_nothing_and_work_goes_on_afterwards(disk: Path, tmp_path: Path) -> None:
    with place(disk / "server") as made, running(made.environ, tmp_path / "site.log") as site:
        journal = Journal()
        with writing((site.host, site.port), made.ground, journal, WRITERS):
            journal.wait_after(time.monotonic())
            ballast = fill(disk)
            time.sleep(FULL_SECONDS)
            is_alive = _answers(site)
            room = _free(disk)
            ballast.unlink()
            moment = time.monotonic()
            waited = journal.wait_after(moment) - moment
        verdict = asyncio.run(made.court(site).judge(journal))
    print(f"\ndisk: {verdict}; first acknowledgement {waited:.2f} s after there was room")
    assert room < CHUNK, "the disk was never full"
    assert is_alive
    assert verdict.faults == {}
    assert journal.not_retryable == []
    assert waited <= RECOVERED_SECONDS


@pytest.mark.trial
def test_the_trial_sees_a_server_that_does_not_wait_for_its_disk(disk: Path, tmp_path: Path) -> None:
    options = {"synchronous_commit": "off", "wal_writer_delay": "10000ms"}
    with (
        place(disk / "server", durable=False, options=options) as made,
        running(made.environ, tmp_path / "site.log") as site,
    ):
        journal = Journal()
        with writing((site.host, site.port), made.ground, journal, WRITERS):
            journal.wait_after(time.monotonic())
            time.sleep(2)
            ballast = fill(disk)
            kill(postgres_of(made.server.folder))
            ballast.unlink()
            journal.wait_after(time.monotonic())
        verdict = asyncio.run(made.court(site).judge(journal))
    print(f"\ndisk, control: {verdict}")
    assert verdict.lost


def _answers(site: Site) -> bool:
    """Whether the process says that it lives."""
    with urllib.request.urlopen(f"{site.address}/healthz", timeout=10) as answer:  # noqa: S310 - our own site
        return bool(answer.status == 200)


def _free(disk: Path) -> int:
    found = os.statvfs(disk)
    return found.f_bavail * found.f_frsize
