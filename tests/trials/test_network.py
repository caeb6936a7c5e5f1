"""A network that delays, cuts, halves and swallows, before the site and between it and its database.

The journal of the writers is judged as after a kill; nothing waits longer than the deadline. The control sends the
same keys again to a database that forgets them (its superuser took the keeping of keys away): the trial must see
effects that are doubled.
"""

import asyncio
import time
from pathlib import Path

import asyncpg
import pytest
from sqlalchemy import make_url

from .conftest import Place, place, times
from .oracle import Verdict
from .proxy import Fault, Proxy, proxying
from .site import running
from .test_races import NO_KEYS
from .writers import Journal, Told, writing

TURNS, WRITERS = times("TURNS", 3), times("WRITERS", 8)
FAULT_SECONDS = 3.0
DEADLINE_SECONDS = 8.0 + 1.0  # the site's own, and a second for a machine that is busy
RECOVERED_SECONDS = 10.0
FAULTS = tuple(fault for fault in Fault if fault is not Fault.NONE)


@pytest.mark.trial
@pytest.mark.parametrize("side", ["front", "back"])
def test_no_write_is_lost_or_doubled_by_the_network(sound: Place, tmp_path: Path, side: str) -> None:
    journal, longest, recovered, verdict = _tried(sound, tmp_path, side)
    print(f"\nnetwork, {side}: {verdict}; longest answer {longest:.2f} s, recovered in {recovered:.2f} s")
    assert verdict.unknown > 0, "the network broke nothing"
    assert verdict.faults == {}
    assert journal.not_retryable == []
    assert longest <= DEADLINE_SECONDS
    assert recovered <= RECOVERED_SECONDS


@pytest.mark.trial
def test_the_trial_sees_a_server_that_forgets_its_keys(tmp_path: Path) -> None:
    with place(tmp_path / "server", durable=False) as broken:
        asyncio.run(_planted(broken.url))
        _, _, _, verdict = _tried(broken, tmp_path, "front", faults=(Fault.HALVE,))
    print(f"\nnetwork, control: {verdict}")
    assert verdict.doubled
    assert verdict.resent_badly or verdict.present == 0


async def _planted(url: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(NO_KEYS)
    finally:
        await connection.close()


def _tried(
    made: Place, folder: Path, side: str, *, faults: tuple[Fault, ...] = FAULTS
) -> tuple[Journal, float, float, Verdict]:
    """The journal, the longest answer, the longest wait for the first acknowledgement after a fault, the verdict."""
    url = make_url(made.url)
    assert url.host
    assert url.port
    with proxying((url.host, url.port)) as back:
        through = url.set(port=back.port).render_as_string(hide_password=False)
        environ = {**made.environ, "ALIGNMENT_DATABASE_URL": through}
        with running(environ, folder / "site.log") as site, proxying((site.host, site.port)) as front:
            journal, recovered = _disturbed(made, front if side == "front" else back, front, faults)
            verdict = asyncio.run(made.court(site).judge(journal))
    answered = [told for told in (*journal.acknowledged.values(), *journal.failures) if _is_whole(told)]
    longest = max(told.ended_at - told.began_at for told in answered)
    return journal, longest, recovered, verdict


def _is_whole(told: Told) -> bool:
    return told.transaction is not None or told.failure is not None


def _disturbed(
    made: Place, disturbed: Proxy, front: Proxy, faults: tuple[Fault, ...]
) -> tuple[Journal, float]:
    journal, longest = Journal(), 0.0
    with writing(("127.0.0.1", front.port), made.ground, journal, WRITERS):
        for _ in range(TURNS):
            for fault in faults:
                journal.wait_after(time.monotonic())
                disturbed.become(fault)
                time.sleep(FAULT_SECONDS)
                disturbed.become(Fault.NONE)
                moment = time.monotonic()
                longest = max(longest, journal.wait_after(moment) - moment)
    return journal, longest
