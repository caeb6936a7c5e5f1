"""`partnership create`, `token create`, `token list` and `token revoke`."""

import asyncio
import json
import re
import secrets
from uuid import UUID

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

    assert borne(demonstration, done.stdout.strip()) == (demonstration.partnership_id, Role.POLICY)


def borne(demonstration: Demonstration, token: str) -> tuple[UUID, Role] | None:
    """Whose token it is, and as what; None where it opens nothing."""

    async def asked() -> tuple[UUID, Role] | None:
        database = Database(demonstration.logins, pool_size=1)
        try:
            async with database.session(Scope()) as session:
                found = await bearer(session, token)
        finally:
            await database.close()
        return (found.partnership_id, found.role) if found else None

    return asyncio.run(asked())


@pytest.mark.parametrize("named_by", ["id", "itself"])
def test_a_revoked_token_opens_nothing_and_is_listed_as_revoked(
    command: Command, demonstration: Demonstration, named_by: str
) -> None:
    token = command("token", "create", "--partnership", "riverbend", "--role", "data").stdout.strip()
    assert borne(demonstration, token) == (demonstration.partnership_id, Role.DATA)
    listed = command("token", "list", "--partnership", "riverbend")
    assert token not in listed.stdout
    youngest = json.loads(listed.stdout)[0]
    assert (youngest["role"], youngest["revokedAt"]) == ("DATA", None)
    assert youngest["lastUsedAt"] is not None
    name = token if named_by == "itself" else youngest["id"]
    done = command("token", "revoke", name, "--partnership", "riverbend")
    assert (done.exit_code, done.stdout) == (0, "")
    assert borne(demonstration, token) is None
    again = json.loads(command("token", "list", "--partnership", "riverbend").stdout)[0]
    assert again["id"] == youngest["id"]
    assert again["revokedAt"] is not None


def test_a_token_of_another_partnership_is_not_found_and_goes_on(
    command: Command, demonstration: Demonstration
) -> None:
    slug = f"elm-{secrets.token_hex(4)}"
    command("partnership", "create", slug, "--name", "Elm")
    token = command("token", "create", "--partnership", "riverbend", "--role", "data").stdout.strip()
    done = command("token", "revoke", token, "--partnership", slug)
    assert done.exit_code == 2
    assert f"{slug} has no such token" in done.stderr
    assert borne(demonstration, token) is not None


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
