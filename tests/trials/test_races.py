"""Many at once, at the ledger's door and over HTTP: no overdraft, one effect a key, no deadlock.

Each control runs the same race on a ledger that lacks one guard, taken away by the superuser of a server of its own;
the trial must see it.
"""

import asyncio
import threading
import uuid
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID

import asyncpg
import pytest

from allocation.ledger import AccountKey, LedgerError, LedgerRefusal, Posted, Posting, audit, open_accounts
from allocation.ledger import post as posted
from models.database import Database, Scope
from models.ledger import Account, AccountKind, TransactionKind

from .conftest import Place, place, times
from .ground import DAY, found
from .site import running
from .writers import Body, Line, Told

TRANSFERS, EQUAL_KEYS, OPPOSITE = times("TRANSFERS", 1000), times("EQUAL_KEYS", 600), times("OPPOSITE", 500)
AMOUNT = 10
AT_ONCE = 40  # connections; the server takes 60
HTTP_CLIENTS = 60
NO_KEYS = """
create function ledger.forget() returns trigger language plpgsql as 'begin return null; end';
create trigger forget before insert on ledger.idempotency for each row execute function ledger.forget();
"""
NO_GUARD = "alter table ledger.account drop constraint ck_account_no_overdraft"
NO_LOCK = """
do $$ begin
  execute replace(pg_get_functiondef('ledger.post(text, text, jsonb)'::regprocedure), 'for update;', ';');
end $$
"""


@dataclass(frozen=True)
class Desk:
    """Two accounts of one investment, and a way to post between them."""

    database: Database
    partnership_id: UUID
    free: UUID
    signed: UUID
    gate: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(AT_ONCE))

    def there(self) -> Posting:
        return Posting(TransactionKind.COMMITMENT, self.free, self.signed, "USD", AMOUNT, DAY)

    def back(self) -> Posting:
        return Posting(TransactionKind.COMMITMENT, self.signed, self.free, "USD", AMOUNT, DAY)

    async def post(self, key: str, posting: Posting) -> Posted:
        async with self.gate, self.database.session(Scope.of(self.partnership_id)) as session:
            return await posted(session, "racer", key, [posting])

    async def race(self, posts: Sequence[Awaitable[Posted]]) -> tuple[list[Posted], list[BaseException]]:
        """What was posted, and what was raised instead."""
        answers = await asyncio.gather(*posts, return_exceptions=True)
        done = [each for each in answers if isinstance(each, Posted)]
        return done, [each for each in answers if isinstance(each, BaseException)]

    async def balance(self, account: UUID) -> int:
        async with self.database.session(Scope.of(self.partnership_id)) as session:
            kept = await session.get_one(Account, (self.partnership_id, account))
            return kept.credits_posted - kept.debits_posted

    async def findings(self) -> list[str]:
        async with self.database.session(Scope.of(self.partnership_id)) as session:
            return [rule for _, rule, _ in await audit(session)]


@asynccontextmanager
async def desk(made: Place, funded: int) -> AsyncGenerator[Desk]:
    """A desk over a new investment with so much on it, in minor units."""
    database = Database(made.logins, pool_size=AT_ONCE)
    try:
        ground = await found(database, f"race-{uuid.uuid4().hex[:8]}", 1, funded)
        p, investment = ground.partnership_id, ground.investments[0]
        keys = [
            AccountKey(investment, kind, "USD") for kind in (AccountKind.AVAILABLE, AccountKind.OBLIGATED)
        ]
        async with database.session(Scope.of(p)) as session:
            ids = await open_accounts(session, p, keys)
        free, signed = (ids[key] for key in keys)
        yield Desk(database, p, free, signed)
    finally:
        await database.close()


@pytest.fixture
def broken(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[str], Place]:
    """broken(statement) -> a server whose ledger lacks what the statement takes away."""

    def planted(statement: str) -> Place:
        block = place(tmp_path / "broken", durable=False)
        made = block.__enter__()
        request.addfinalizer(lambda: block.__exit__(None, None, None))
        asyncio.run(_execute(made.url, statement))
        return made

    return planted


async def _execute(url: str, statement: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


async def overdraft(made: Place) -> tuple[int, int, int, list[str]]:
    """Races out of an account that holds half of what is asked: posted, refused, what is left, findings."""
    async with desk(made, TRANSFERS // 2 * AMOUNT) as at:
        done, raised = await at.race([at.post(f"race-{n}", at.there()) for n in range(TRANSFERS)])
        refused = [
            each
            for each in raised
            if isinstance(each, LedgerError) and each.refusal is LedgerRefusal.INSUFFICIENT_FUNDS
        ]
        assert len(refused) == len(raised), raised[:3]
        return len(done), len(refused), await at.balance(at.free), await at.findings()


@pytest.mark.trial
def test_racing_transfers_never_overdraw(sound: Place) -> None:
    done, refused, left, findings = asyncio.run(overdraft(sound))
    print(f"\nraces: {done} posted, {refused} refused, {left} left")
    assert (done, refused, left, findings) == (TRANSFERS // 2, TRANSFERS - TRANSFERS // 2, 0, [])


@pytest.mark.trial
def test_the_trial_sees_a_ledger_without_its_guard(broken: Callable[[str], Place]) -> None:
    done, _, left, _ = asyncio.run(overdraft(broken(NO_GUARD)))
    print(f"\nraces, control: {done} posted, {left} left")
    assert left < 0


async def equal_keys(made: Place) -> tuple[int, int, int]:
    """One key and body at once: fresh answers, replays, minor units that moved."""
    async with desk(made, EQUAL_KEYS * AMOUNT) as at:
        line = at.there()
        done, raised = await at.race([at.post("same", line) for _ in range(EQUAL_KEYS)])
        replays = sum(each.replayed for each in done)
        assert not raised, raised[:3]
        return len(done) - replays, replays, await at.balance(at.signed)


@pytest.mark.trial
def test_equal_keys_at_once_have_one_effect(sound: Place) -> None:
    found = asyncio.run(equal_keys(sound))
    print(f"\nequal keys: {found[0]} fresh, {found[1]} replayed")
    assert found == (1, EQUAL_KEYS - 1, AMOUNT)


async def opposite(made: Place) -> tuple[list[BaseException], int, list[str]]:
    """Transfers there and back at once: what was raised, what lies where it lay, findings."""
    async with desk(made, 2 * OPPOSITE * AMOUNT) as at:
        await at.post("half", Posting(**{**vars(at.there()), "amount": OPPOSITE * AMOUNT}))
        there = [at.post(f"there-{n}", at.there()) for n in range(OPPOSITE)]
        back = [at.post(f"back-{n}", at.back()) for n in range(OPPOSITE)]
        _, raised = await at.race([each for pair in zip(there, back, strict=True) for each in pair])
        return raised, await at.balance(at.free), await at.findings()


@pytest.mark.trial
def test_opposite_transfers_never_deadlock(sound: Place) -> None:
    raised, left, findings = asyncio.run(opposite(sound))
    print(f"\nopposite: {2 * OPPOSITE} transfers, {len(raised)} failed")
    assert (raised, left, findings) == ([], OPPOSITE * AMOUNT, [])


@pytest.mark.trial
def test_the_trial_sees_a_ledger_without_its_lock(broken: Callable[[str], Place]) -> None:
    raised, left, findings = asyncio.run(opposite(broken(NO_LOCK)))
    kinds = {str(each).splitlines()[0][:60] for each in raised}
    print(f"\nopposite, control: {len(raised)} failed ({sorted(kinds)[:3]}), {findings}")
    assert raised or findings or left != OPPOSITE * AMOUNT


def equal_keys_over_http(made: Place, log: Path) -> tuple[int, int]:
    """One key and body from many clients at once: fresh answers and replays, once all are answered."""
    body = Body(uuid.uuid4().hex, made.ground.investment(0))
    answers: list[Told] = []
    start = threading.Barrier(HTTP_CLIENTS)

    def send(count: int) -> None:
        line = Line(site.host, site.port, made.ground.token)
        start.wait()
        for _ in range(count):
            told = line.send(body)
            while told.transaction is None and told.refusal is None and told.is_retryable:
                told = line.send(body)
            answers.append(told)
        line.close()

    with running(made.environ, log) as site:
        count = EQUAL_KEYS // HTTP_CLIENTS
        threads = [threading.Thread(target=send, args=(count,)) for _ in range(HTTP_CLIENTS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert all(told.transaction for told in answers), answers[:3]
    replays = sum(told.is_replayed for told in answers)
    return len(answers) - replays, replays


@pytest.mark.trial
def test_equal_keys_over_http_have_one_effect(sound: Place, tmp_path: Path) -> None:
    found = equal_keys_over_http(sound, tmp_path / "site.log")
    print(f"\nequal keys over HTTP: {found[0]} fresh, {found[1]} replayed")
    assert found == (1, EQUAL_KEYS // HTTP_CLIENTS * HTTP_CLIENTS - 1)


@pytest.mark.trial
def test_the_trial_sees_a_server_that_forgets_its_keys(
    broken: Callable[[str], Place], tmp_path: Path
) -> None:
    fresh, replays = equal_keys_over_http(broken(NO_KEYS), tmp_path / "site.log")
    print(f"\nequal keys over HTTP, control: {fresh} fresh, {replays} replayed")
    assert fresh > 1
