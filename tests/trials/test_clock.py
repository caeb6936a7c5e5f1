"""A wall clock that steps forward and back: keys, order and the chain do not hang on it, and no token ends early.

The clock of the site and of PostgreSQL is moved by a small library (clock_shim.c), which a C compiler makes; without
one the trial is skipped. That transfers are recorded at times that run backwards shows that the clock was moved, and
is the control: an order by the wall clock would not be the order of the book.
"""

import asyncio
import shutil
import struct
import subprocess
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from models import embedded
from models.embedded import launch, leases

from .conftest import place, times
from .site import running
from .writers import Journal, writing

WRITERS, SECONDS = times("WRITERS", 8), times("CLOCK_SECONDS", 5)
DAY_SECONDS = 86_400
STEPS = (400 * DAY_SECONDS, -400 * DAY_SECONDS, -1, 0)
BACKWARDS = """
select count(*) from (select recorded_at < lag(recorded_at) over (order by sequence) as is_back
  from ledger.transfer where partnership_id = $1) t where is_back
"""
LAST = "select max(recorded_at) from ledger.transfer where partnership_id = $1"
LONGER = "update access_token set expires_at = now() + interval '1500 days' where partnership_id = $1"


@pytest.fixture
def shim(tmp_path: Path) -> Mapping[str, str]:
    """The environment of a program whose clock follows the file in CLOCK_SHIM."""
    compiler = shutil.which("cc")
    if compiler is None:
        pytest.skip("there is no C compiler to make the library that moves the clock")
    library, file = tmp_path / "clock_shim.so", tmp_path / "shift"
    source = Path(__file__).with_name("clock_shim.c")
    subprocess.run((compiler, "-shared", "-fPIC", "-O2", "-o", str(library), str(source)), check=True)
    file.write_bytes(struct.pack("q", 0))
    for each in (library, file):
        each.chmod(0o755)
    for folder in (tmp_path, *tmp_path.parents):
        if folder.is_relative_to(Path("/tmp")) and folder != Path("/tmp"):  # noqa: S108 - PostgreSQL's user reads there
            folder.chmod(folder.stat().st_mode | 0o755)
    return {"LD_PRELOAD": str(library), "CLOCK_SHIM": str(file)}


@pytest.fixture
def shimmed_programs(shim: Mapping[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """PostgreSQL's programs, with a `postgres` whose clock follows the file: its keeper passes no environment on."""
    real = embedded.binaries()
    folder = tmp_path / "bin"
    folder.mkdir(mode=0o755)
    for program in real.iterdir():
        if program.name != "postgres":
            (folder / program.name).symlink_to(program)
    said = " ".join(f"{name}='{value}'" for name, value in shim.items())
    (folder / "postgres").write_text(f'#!/bin/sh\n{said} exec "{real / "postgres"}" "$@"\n')
    (folder / "postgres").chmod(0o755)
    for module in (launch, leases):
        monkeypatch.setattr(module, "binaries", lambda: folder)


@pytest.mark.trial
@pytest.mark.usefixtures("shimmed_programs")
def test_steps_of_the_clock_lose_and_double_nothing(shim: Mapping[str, str], tmp_path: Path) -> None:
    file = Path(shim["CLOCK_SHIM"])
    with place(tmp_path / "server") as made:
        asyncio.run(_asked(made.url, LONGER, made.ground.partnership_id))
        with running({**made.environ, **shim}, tmp_path / "site.log") as site:
            journal, seen = Journal(), []
            with writing((site.host, site.port), made.ground, journal, WRITERS):
                for step in STEPS:
                    journal.wait_after(time.monotonic())
                    with file.open("r+b") as kept:
                        kept.write(struct.pack("q", step))
                    time.sleep(SECONDS)
                    journal.wait_after(time.monotonic())
                    last = asyncio.run(_asked(made.url, LAST, made.ground.partnership_id))
                    seen.append(last)
            verdict = asyncio.run(made.court(site).judge(journal))
            backwards = asyncio.run(_asked(made.url, BACKWARDS, made.ground.partnership_id))
    print(f"\nclock: {verdict}; the time of recording ran backwards {backwards} times, up to {seen[0]}")
    assert (seen[0] - datetime.now(UTC)).days in (399, 400), "the clock was not moved"
    assert backwards >= 1
    assert verdict.faults == {}
    assert journal.not_retryable == []


async def _asked(url: str, query: str, partnership: object) -> Any:  # Any: whatever is selected
    connection = await asyncpg.connect(url)
    try:
        return await connection.fetchval(query, partnership)
    finally:
        await connection.close()
