"""Writers that move money over HTTP, and the journal of what they were told."""

import http.client
import json
import threading
import time
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from .ground import Ground

PATIENCE_SECONDS = 12.0  # the server's own deadline is 8 s
PAUSE_SECONDS = 0.25
MUTATION = """mutation($input: RecordTransactionInput!) { recordTransaction(input: $input) {
  transaction { id } userErrors { code } replayed } }"""


@dataclass(frozen=True)
class Body:
    """One request: a key and what is asked under it; the note bears the key, so that its effects can be counted."""

    key: str
    investment: str
    amount: str = "1.00"

    def document(self) -> bytes:
        asked = {
            "investment": self.investment,
            "idempotencyKey": self.key,
            "kind": "EXPENDITURE",
            "occurredOn": "2026-07-02",
            "amount": {"amount": self.amount, "currency": "USD"},
            "note": self.key,
        }
        return json.dumps({"query": MUTATION, "variables": {"input": asked}}).encode()


@dataclass(frozen=True)
class Told:
    """What came back: an acknowledgement, a refusal, a failure with its code, or nothing whole."""

    transaction: str | None = None
    is_replayed: bool = False
    refusal: str | None = None
    failure: str | None = None
    is_retryable: bool = True
    began_at: float = 0.0
    ended_at: float = 0.0


@dataclass
class Journal:
    """What each writer sent and was told; safe to be read while they write."""

    acknowledged: dict[str, Told] = field(default_factory=dict)
    refused: dict[str, Told] = field(default_factory=dict)
    unknown: dict[str, Body] = field(default_factory=dict)
    failures: list[Told] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def note(self, body: Body, told: Told) -> None:
        with self.lock:
            if told.transaction:
                self.acknowledged[body.key] = told
            elif told.refusal:
                self.refused[body.key] = told
            else:
                self.unknown[body.key] = body
                self.failures.append(told)

    def first_after(self, moment: float) -> Told | None:
        """The first acknowledgement of a request that began after a moment."""
        with self.lock:
            later = [told for told in self.acknowledged.values() if told.began_at >= moment]
        return min(later, key=lambda told: told.ended_at, default=None)

    def wait_after(self, moment: float, patience: float = 90.0) -> float:
        """When the first request that began after a moment was acknowledged; waits for it."""
        end = time.monotonic() + patience
        while (told := self.first_after(moment)) is None:
            assert time.monotonic() < end, "nothing is acknowledged any more"
            time.sleep(0.02)
        return told.ended_at

    @property
    def not_retryable(self) -> list[str]:
        """Failed answers that do not say that the same key may be sent again."""
        return [str(told.failure) for told in self.failures if not told.is_retryable]


class Line:
    """One writer's connection, opened anew after each failure."""

    def __init__(self, host: str, port: int, token: str) -> None:
        self._place = (host, port)
        self._token = token
        self._connection: http.client.HTTPConnection | None = None

    def send(self, body: Body) -> Told:
        """What was told; never raises for what a network or a server does."""
        began = time.monotonic()
        try:
            status, text = self._exchange(body)
        except (OSError, http.client.HTTPException):
            self.close()
            return Told(began_at=began, ended_at=time.monotonic())  # no answer: nothing can be marked
        return read(status, text, began)

    def _exchange(self, body: Body) -> tuple[int, bytes]:
        if self._connection is None:
            self._connection = http.client.HTTPConnection(*self._place, timeout=PATIENCE_SECONDS)
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {self._token}"}
        self._connection.request("POST", "/graphql", body.document(), headers)
        answer = self._connection.getresponse()
        text = answer.read()
        if answer.getheader("Content-Length") is None:  # half of the head came, so what came is no answer
            raise http.client.IncompleteRead(text)
        return answer.status, text

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def read(status: int, text: bytes, began: float) -> Told:
    """The meaning of a whole answer."""
    ended = time.monotonic()
    try:
        answer: dict[str, Any] = json.loads(text)  # a GraphQL response
    except ValueError:
        return Told(failure=f"HTTP {status}", is_retryable=False, began_at=began, ended_at=ended)
    if answer.get("errors"):
        extensions = answer["errors"][0].get("extensions", {})
        failure = str(extensions.get("code"))
        is_retryable = extensions.get("retryable") is True
        return Told(failure=failure, is_retryable=is_retryable, began_at=began, ended_at=ended)
    payload = answer["data"]["recordTransaction"]
    if payload["userErrors"]:
        return Told(refusal=payload["userErrors"][0]["code"], began_at=began, ended_at=ended)
    # An acknowledgement whose transaction was gone when it was read back is one all the same.
    transaction = (payload["transaction"] or {"id": "gone"})["id"]
    return Told(transaction, payload["replayed"], began_at=began, ended_at=ended)


@contextmanager
def writing(place: tuple[str, int], ground: Ground, journal: Journal, count: int = 8) -> Iterator[None]:
    """`count` writers that write without end while the block lasts."""
    over = threading.Event()

    def write(number: int) -> None:
        line = Line(*place, ground.token)
        while not over.is_set():
            body = Body(uuid.uuid4().hex, ground.investment(number))
            told = line.send(body)
            journal.note(body, told)
            if told.transaction is None:
                over.wait(PAUSE_SECONDS)
        line.close()

    threads = [threading.Thread(target=write, args=(n,)) for n in range(count)]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        over.set()
        for thread in threads:
            thread.join()


def resend(place: tuple[str, int], token: str, bodies: Sequence[Body]) -> dict[str, Told]:
    """Each body once more under its key, until it is acknowledged or refused."""
    line, found = Line(*place, token), {}
    for body in bodies:
        end = time.monotonic() + 60
        told = line.send(body)
        while not (told.transaction or told.refusal):
            assert time.monotonic() < end, f"{body.key} is not answered: {told}"
            time.sleep(PAUSE_SECONDS)
            told = line.send(body)
        found[body.key] = told
    line.close()
    return found
