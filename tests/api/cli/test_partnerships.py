"""`partnership create` and `token create`."""

import asyncio
import re
import secrets

import pytest

from allocation.tokens import bearer
from models.database import Database, Scope
from models.people import Role
from tests.api.conftest import Demonstration

from .conftest import Command


def test_a_partnership_is_founded_once(command: Command) -> None:
    slug = f"oak-{secrets.token_hex(4)}"
    first = command("partnership", "create", slug, "--name", "Oak", "--state", "CT", "--public")
    assert (first.exit_code, first.stdout) == (0, "")
    again = command("partnership", "create", slug, "--name", "Oak")
    assert again.exit_code == 2
    assert f"the slug '{slug}' is taken" in again.stderr


@pytest.mark.parametrize(
    ("arguments", "saying"),
    [
        (("Oak Town", "--name", "Oak"), "is not 1 to 63 small letters"),
        (("oak-town", "--name", "Oak", "--currency", "dollars"), "three capital letters"),
        (("oak-town", "--name", "Oak", "--fiscal-year-start", "13"), "fiscal-year-start"),
    ],
)
def test_what_no_partnership_can_be_is_refused(
    command: Command, arguments: tuple[str, ...], saying: str
) -> None:
    done = command("partnership", "create", *arguments)
    assert done.exit_code == 2
    assert saying in done.stderr


def test_a_token_is_alone_on_stdout_and_opens_its_partnership(
    command: Command, demonstration: Demonstration
) -> None:
    done = command("token", "create", "--partnership", "riverbend", "--role", "policy")
    assert done.exit_code == 0
    assert re.fullmatch(r"ra_[\w-]{43}\n", done.stdout)

    async def borne() -> tuple[object, object]:
        database = Database(demonstration.logins, pool_size=1)
        try:
            async with database.session(Scope()) as session:
                found = await bearer(session, done.stdout.strip())
        finally:
            await database.close()
        return (found.partnership_id, found.role) if found else (None, None)

    assert asyncio.run(borne()) == (demonstration.partnership_id, Role.POLICY)


@pytest.mark.parametrize(
    ("arguments", "saying"),
    [
        (("--partnership", "nowhere", "--role", "ADMIN"), "alignment partnership create nowhere"),
        (("--partnership", "riverbend", "--role", "FUNDER"), "needs the funder's organization"),
        (("--partnership", "riverbend", "--role", "KING"), "KING"),
        (("--partnership", "riverbend", "--role", "ADMIN", "--days", "0"), "days"),
    ],
)
def test_a_token_that_cannot_be_made_is_refused(
    command: Command, arguments: tuple[str, ...], saying: str
) -> None:
    done = command("token", "create", *arguments)
    assert (done.exit_code, done.stdout) == (2, "")
    assert saying in done.stderr
