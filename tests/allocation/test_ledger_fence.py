"""Nobody changes the books but through their door, and the audit sees who did it with a superuser's power."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from models.database import Logins

from .ledger_desk import Desk


@pytest.mark.parametrize(
    "statement",
    [
        "update ledger.transfer set amount = 1",
        "delete from ledger.transfer",
        "truncate ledger.transfer cascade",
        "update ledger.entry set posted = 0",
        "delete from ledger.entry",
        "update ledger.account set credits_posted = 5",
        "delete from ledger.account",
        "update ledger.book set sequence = 0",
        "update ledger.idempotency set response = '{}'",
        "insert into ledger.entry select * from ledger.entry",
        "insert into ledger.transfer select * from ledger.transfer",
        "insert into ledger.account select * from ledger.account",
        "alter table ledger.transfer disable trigger all",
        "alter table ledger.account disable row level security",
    ],
)
@pytest.mark.parametrize("login", ["session", "steward_session"])
async def test_no_login_changes_the_books_but_through_the_door(
    desk: Desk, login: str, statement: str
) -> None:
    await desk.fund(10_000)
    with pytest.raises(DBAPIError) as error:
        async with getattr(desk.database, login)(desk.scope) as session:
            await session.execute(text(statement))
    assert getattr(error.value.orig, "sqlstate", "") == "42501"
    assert await desk.audit() == []


@pytest.mark.parametrize("role", ["owner", "steward"])
async def test_the_app_login_cannot_become_another_role(desk: Desk, logins: Logins, role: str) -> None:
    with pytest.raises(DBAPIError) as error:
        async with desk.database.session(desk.scope) as session:
            await session.execute(text(f"set role {logins.role(role)}"))
    assert getattr(error.value.orig, "sqlstate", "") == "42501"


TAMPERINGS: dict[str, tuple[str, str]] = {
    "an amount": (
        "update ledger.transfer set amount = amount + 1 where partnership_id = :p and sequence = 1",
        "each transfer continues the hash chain",
    ),
    "a note": (
        "update ledger.transfer set note = 'another' where partnership_id = :p and sequence = 2",
        "each transfer continues the hash chain",
    ),
    "a date": (
        "update ledger.transfer set effective_on = '2020-01-01' where partnership_id = :p and sequence = 2",
        "each transfer continues the hash chain",
    ),
    "an entry's amount": (
        "update ledger.entry set posted = posted + 1 where partnership_id = :p and version = 1 and side = 'D'",
        "an account is the sum of its entries",
    ),
    "an account's balance": (
        "update ledger.account set credits_posted = credits_posted + 1 where partnership_id = :p and version > 0",
        "an account is the sum of its entries",
    ),
    "a lost entry": (
        "delete from ledger.entry where partnership_id = :p and version = 1 and side = 'C'",
        "a transfer has one debit and one credit entry of its amount",
    ),
    "a lost transfer": (
        "delete from ledger.transfer where partnership_id = :p and sequence = 2",
        "the sequence has no gap",
    ),
    "a head turned back": (
        "update ledger.book set head = '\\x00' where partnership_id = :p",
        "the book ends where the chain ends",
    ),
    "a sequence turned back": (
        "update ledger.book set sequence = 1 where partnership_id = :p",
        "the sequence has no gap",
    ),
}


@pytest.mark.parametrize("name", TAMPERINGS)
async def test_tampering_by_a_superuser_is_seen_by_the_audit(desk: Desk, name: str) -> None:
    statement, rule = TAMPERINGS[name]
    await desk.fund(10_000)
    await desk.post("k", desk.line(2_500))
    assert await desk.audit() == []
    async with desk.database.owner_connection() as connection:
        await connection.execute(text("set local session_replication_role = replica"))
        changed = await connection.execute(text(statement), {"p": desk.partnership_id})
        assert changed.rowcount > 0
    assert rule in await desk.audit()
