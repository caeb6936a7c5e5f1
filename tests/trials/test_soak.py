"""Hours of use with bad input mixed in: the site's memory and files do not grow with the requests.

TRIAL_MINUTES says how long (60), TRIAL_RATE how many requests a second. Before the clock starts the clients warm the
site up: caches fill that have limits, and memory comes to what questions take that are asked at once. Growth is the
slope of a least-squares line through what VmRSS was (proc(5)), by requests answered, after the first quarter.
A failure that says that the request may be sent again (a machine too busy) is counted apart; no other is allowed.
The control soaks a server that keeps 4 KB of each request and a file of every twentieth; the trial must see both.
"""

import asyncio
import http.client
import random
import sys
import threading
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from allocation.tokens import create_token
from api.demo.riverbend import SLUG, load_riverbend
from models.database import Database, Scope
from models.people import Role

from .conftest import Place, times
from .ground import Ground
from .leaky import FILE_EVERY, KEPT_BYTES
from .load import BIG, HOSTILE, Sent, questions, unseen
from .site import SERVE, Site, descriptor_count, resident_megabytes, running
from .writers import Body, Line

MINUTES, RATE = times("MINUTES", 60), times("RATE", 20)
CONTROL_SECONDS, CONTROL_RATE = times("CONTROL_SECONDS", 90), 60
CLIENTS = 4
PRIMING = (
    600  # documents that no cache has met, from each client: more than any cache of texts or statements holds
)
SAMPLE_SECONDS, TELL_EVERY, CALM_OF = 5.0, 12, 6
MOST_MEGABYTES = 0.05  # per 1,000 requests
MOST_DESCRIPTORS = 0.05  # as above: fewer than one file in 20,000 requests
PATIENCE_SECONDS = 20.0
FAULT, AGAIN = 500, 503
HOSTILE_SHARE, WRITING_SHARE = 0.4, 0.1
LEAKY = (sys.executable, "-m", "tests.trials.leaky")


@dataclass(frozen=True)
class Sample:
    """What a process holds after so many requests."""

    requests: int
    megabytes: float
    descriptors: int


@dataclass
class Soak:
    """What was sent and answered, and what each process held meanwhile."""

    statuses: Counter[int] = field(default_factory=Counter)
    broken: Counter[str] = field(default_factory=Counter)
    retryable: Counter[str] = field(default_factory=Counter)
    samples: dict[str, list[Sample]] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)
    over: threading.Event = field(default_factory=threading.Event)
    together: threading.Barrier = field(default_factory=lambda: threading.Barrier(CLIENTS))
    warm: threading.Barrier = field(default_factory=lambda: threading.Barrier(CLIENTS + 1))

    @property
    def requests(self) -> int:
        return sum(self.statuses.values())

    def note(self, name: str, status: int, *, may_be_silent: bool = False) -> None:
        """One more request; 0 stands for no answer, 500 for a fault of ours, 503 for one that may be sent again."""
        with self.lock:
            self.statuses[status] += 1
            if status == FAULT or (status == 0 and not may_be_silent):
                self.broken[name] += 1
            elif status == AGAIN:
                self.retryable[name] += 1

    def growth(self, part: str) -> tuple[float, float]:
        """Megabytes and descriptors per 1,000 requests, after the first quarter of the samples.

        Callers' sockets come and go, so that of some samples in a row the one with the fewest descriptors counts.
        """
        kept = self.samples[part][len(self.samples[part]) // 4 :]
        calm = [
            min(kept[n : n + CALM_OF], key=lambda each: each.descriptors)
            for n in range(0, len(kept), CALM_OF)
        ]
        return (
            1000 * slope([each.requests for each in kept], [each.megabytes for each in kept]),
            1000 * slope([each.requests for each in calm], [each.descriptors for each in calm]),
        )

    def last(self) -> str:
        return ", ".join(
            f"{name}: {kept[-1].megabytes:.1f} MB, {kept[-1].descriptors} descriptors"
            for name, kept in self.samples.items()
        )

    def told(self, part: str) -> str:
        first, last = self.samples[part][0], self.samples[part][-1]
        megabytes, descriptors = self.growth(part)
        return (
            f"{part}: {first.megabytes:.1f} -> {last.megabytes:.1f} MB ({megabytes:+.4f} per 1,000 requests), "
            f"{first.descriptors} -> {last.descriptors} descriptors ({descriptors:+.4f})"
        )


def slope(along: Sequence[float], values: Sequence[float]) -> float:
    """Of the least-squares line."""
    middle, level = sum(along) / len(along), sum(values) / len(values)
    spread = sum((x - middle) ** 2 for x in along)
    return sum((x - middle) * (y - level) for x, y in zip(along, values, strict=True)) / spread


@pytest.mark.trial
def test_memory_and_descriptors_do_not_grow_with_the_requests(sound: Place, tmp_path: Path) -> None:
    token = asyncio.run(_demonstrated(sound))
    with running(sound.environ, tmp_path / "site.log", SERVE) as site:
        parts = {name: pid for name in ("web", "worker") if (pid := site.child(name))}
        soak = soaked(site, parts, sound.ground, token, seconds=MINUTES * 60, rate=RATE)
        assert {name: site.child(name) for name in parts} == parts, "a process ended meanwhile"
    print(f"\nsoak: {MINUTES} minutes, {soak.requests} requests, {dict(soak.statuses)}")
    print(f"to be sent again: {dict(soak.retryable)}; broken: {dict(soak.broken)}")
    print("\n".join(soak.told(part) for part in parts))
    assert len(parts) == 2
    assert soak.broken == {}
    for part in parts:
        megabytes, descriptors = soak.growth(part)
        assert megabytes < MOST_MEGABYTES, part
        assert descriptors < MOST_DESCRIPTORS, part


@pytest.mark.trial
def test_the_trial_sees_a_server_that_leaks(sound: Place, tmp_path: Path) -> None:
    token = asyncio.run(_demonstrated(sound))
    with running(sound.environ, tmp_path / "site.log", LEAKY) as site:
        parts = {"leaky": site.process.pid}
        soak = soaked(site, parts, sound.ground, token, seconds=CONTROL_SECONDS, rate=CONTROL_RATE)
    print(f"\nsoak, control: {soak.requests} requests; {soak.told('leaky')}")
    megabytes, descriptors = soak.growth("leaky")
    assert (
        megabytes >= KEPT_BYTES * 1000 / 2**20 / 2
    )  # half of what it keeps: the rest may lie in room that was free
    assert descriptors >= 1000 / FILE_EVERY / 2


async def _demonstrated(made: Place) -> str:
    """Loads the fictional partnership, and gives its anchor's token."""
    database = Database(made.logins, pool_size=2)
    try:
        p = await load_riverbend(database)
        async with database.session(Scope.of(p)) as session:
            return await create_token(session, p, Role.ANCHOR, datetime.now(UTC) + timedelta(days=1))
    finally:
        await database.close()


def soaked(
    site: Site, parts: Mapping[str, int], ground: Ground, token: str, *, seconds: float, rate: float
) -> Soak:
    """Warms up, sends for so long, and samples meanwhile."""
    soak = Soak(samples={name: [] for name in parts})
    clients = [Client(number, CLIENTS / rate, site, ground, token) for number in range(CLIENTS)]
    threads = [threading.Thread(target=_use, args=(client, soak)) for client in clients]
    for thread in threads:
        thread.start()
    try:
        soak.warm.wait()
        began = time.monotonic()
        while time.monotonic() < began + seconds:
            for name, pid in parts.items():
                soak.samples[name].append(
                    Sample(soak.requests, resident_megabytes(pid), descriptor_count(pid))
                )
            if len(soak.samples[name]) % TELL_EVERY == 1:
                print(f"{time.monotonic() - began:5.0f} s, {soak.requests} requests", soak.last(), flush=True)
            soak.over.wait(SAMPLE_SECONDS)
    finally:
        soak.over.set()
        soak.warm.abort()
        for thread in threads:
            thread.join()
    return soak


@dataclass(frozen=True)
class Client:
    """One of the clients: its choices follow from its number; `pause` is the time from one request to the next."""

    number: int
    pause: float
    site: Site
    ground: Ground
    token: str

    def send(self, sent: Sent, soak: Soak) -> None:
        _send(self.site, sent, self.token, soak)


def _use(client: Client, soak: Soak) -> None:
    """Fills the caches, asks each question at once with the others (the most that it takes), then goes on."""
    chance, known = random.Random(client.number), questions(SLUG)
    writer = Line(client.site.host, client.site.port, client.ground.token)
    with suppress(threading.BrokenBarrierError):  # where the others have given up
        for _ in range(PRIMING):
            client.send(unseen(chance, SLUG), soak)
        for sent in (*known, *known):
            soak.together.wait()
            client.send(sent, soak)
        soak.warm.wait()
    while not soak.over.is_set():
        began, what = time.monotonic(), chance.random()
        if what < WRITING_SHARE:
            _write(client, writer, f"{chance.getrandbits(128):032x}", soak)
        elif what < WRITING_SHARE + HOSTILE_SHARE:
            client.send(chance.choice(HOSTILE)(chance, SLUG), soak)
        else:
            client.send(chance.choice(known), soak)
        soak.over.wait(max(0.0, client.pause - (time.monotonic() - began)))
    writer.close()


def _write(client: Client, writer: Line, key: str, soak: Soak) -> None:
    """Once more under its key where the server had closed the idle connection (RFC 9112, section 9.3.1)."""
    body = Body(key, client.ground.investment(client.number))
    told = writer.send(body)
    if not (told.transaction or told.refusal or told.failure):
        told = writer.send(body)
    fault = told.refusal or told.failure
    if told.transaction:
        status = 200
    elif fault:
        status = AGAIN if told.failure and told.is_retryable else FAULT
    else:
        status = 0
    soak.note(f"write: {fault or 'no answer'}", status)


def _send(site: Site, sent: Sent, token: str, soak: Soak) -> None:
    """On a connection of its own, as strangers come."""
    headers = dict(sent.headers)
    if sent.is_signed_in:
        headers.setdefault("Authorization", f"Bearer {token}")
    connection = http.client.HTTPConnection(site.host, site.port, timeout=PATIENCE_SECONDS)
    status = 0
    with suppress(OSError, http.client.HTTPException):
        if sent.cut:
            headers["Content-Length"] = str(2 * len(sent.body))
        connection.request(sent.method, sent.path, sent.body or None, headers)
        if not sent.cut:
            answer = connection.getresponse()
            status = _meaning(answer.status, answer.read())
    connection.close()
    soak.note(sent.name, status, may_be_silent=sent.cut or len(sent.body) > BIG)


def _meaning(status: int, body: bytes) -> int:
    """What an answer says, also where it says so in an answer of 200."""
    if b'"INTERNAL"' in body or b"Traceback" in body:
        return FAULT
    return AGAIN if b'"retryable":true' in body.replace(b" ", b"") else status
