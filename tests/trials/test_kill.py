"""kill -9 of the server, the worker and PostgreSQL in turn, under writers: what was acknowledged stays.

TRIAL_ROUNDS says how many kills. The control runs on a server that does not wait for its disk
(synchronous_commit=off, PostgreSQL docs, section 28.4), which loses what it acknowledged; the trial must see it.
"""

import asyncio
import json
import time
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from .conftest import Place, place, times
from .oracle import Verdict
from .site import Site, kill, postgres_of, running
from .writers import Journal, writing

ROUNDS, WRITERS = times("ROUNDS", 50), times("WRITERS", 8)
FIRST_WITHIN_SECONDS = 10.0
GIVE_UP_SECONDS = 90.0
BETWEEN_SECONDS = 0.5
CONTROL_ROUNDS = 3
SUGGEST = """mutation($input: SuggestReallocationInput!) { suggestReallocation(input: $input) {
  reallocationScenario { id status } userErrors { code } } }"""
ENDED = (
    "select count(*) filter (where status in ('QUEUED', 'RUNNING')) from scenario where partnership_id = $1"
)
Victims = Callable[[], Sequence[int]]


@pytest.mark.trial
def test_no_acknowledged_write_is_lost_or_doubled_by_a_kill(sound: Place, tmp_path: Path) -> None:
    with running(sound.environ, tmp_path / "site.log") as site:
        waits, journal, asked = _killed(sound, site, ROUNDS)
        verdict = asyncio.run(sound.court(site).judge(journal))
        unanswered = asyncio.run(_unanswered(sound))
    worst = {name: round(max(each), 2) for name, each in waits.items() if each}
    print(
        f"\nkill: {sum(map(len, waits.values()))} rounds, {verdict}; longest waits {worst} s; {asked} scenarios"
    )
    assert verdict.acknowledged > ROUNDS
    assert verdict.faults == {}
    assert journal.not_retryable == []
    assert max(max(each) for each in waits.values() if each) <= FIRST_WITHIN_SECONDS
    assert unanswered == 0


@pytest.mark.trial
def test_the_trial_sees_a_server_that_loses_what_it_acknowledged(tmp_path: Path) -> None:
    options = {"synchronous_commit": "off", "wal_writer_delay": "10000ms"}
    with (
        place(tmp_path / "server", durable=False, options=options) as broken,
        running(broken.environ, tmp_path / "site.log") as site,
    ):
        _, journal, _ = _killed(broken, site, CONTROL_ROUNDS, only="postgres")
        verdict: Verdict = asyncio.run(broken.court(site).judge(journal))
    print(f"\nkill, control: {verdict}")
    assert verdict.lost


def _killed(
    made: Place, site: Site, rounds: int, *, only: str | None = None
) -> tuple[Mapping[str, list[float]], Journal, int]:
    """The seconds until the first acknowledgement after each kill, by victim; the journal; scenarios asked for."""
    victims: dict[str, Victims] = {
        "server": lambda: _known(site.child("web")),
        "worker": lambda: _known(site.child("worker")),
        "postgres": lambda: postgres_of(made.server.folder),
    }
    turns = [only] if only else list(victims)
    waits: dict[str, list[float]] = {name: [] for name in turns}
    journal, asked = Journal(), 0
    with writing((site.host, site.port), made.ground, journal, WRITERS):
        journal.wait_after(time.monotonic())
        for number in range(rounds):
            name = turns[number % len(turns)]
            asked += name == "worker" and _ask(site, made, number)
            time.sleep(BETWEEN_SECONDS)
            pids = _there(victims[name])
            moment = time.monotonic()
            kill(pids)
            waits[name].append(journal.wait_after(moment) - moment)
    return waits, journal, asked


def _known(pid: int | None) -> Sequence[int]:
    return [] if pid is None else [pid]


def _there(victims: Victims) -> Sequence[int]:
    """The victims, once they are there again after an earlier round."""
    end = time.monotonic() + GIVE_UP_SECONDS
    while not (found := victims()):
        assert time.monotonic() < end, "what was killed does not come back"
        time.sleep(0.05)
    return found


def _ask(site: Site, made: Place, number: int) -> bool:
    """Asks for a scenario; whether it was acknowledged."""
    asked: dict[str, Any] = {
        "partnership": f"Partnership:{made.ground.partnership_id}",
        "fiscalYears": [2027],
        "idempotencyKey": f"scenario-{number}",
    }
    body = json.dumps({"query": SUGGEST, "variables": {"input": asked}}).encode()
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {made.ground.token}"}
    request = urllib.request.Request(f"{site.address}/graphql", body, headers)  # noqa: S310 - our own site
    with suppress(OSError, ValueError, KeyError, TypeError):
        with urllib.request.urlopen(request, timeout=15) as answer:  # noqa: S310 - our own site
            payload = json.load(answer)["data"]["suggestReallocation"]
        return payload["reallocationScenario"] is not None
    return False


async def _unanswered(made: Place) -> int:
    """Scenarios that are still waited for once the worker has had its time."""
    connection = await asyncpg.connect(made.url)
    try:
        for _ in range(600):
            left: int = await connection.fetchval(ENDED, made.ground.partnership_id)
            if left == 0:
                break
            await asyncio.sleep(0.2)
        return left
    finally:
        await connection.close()
