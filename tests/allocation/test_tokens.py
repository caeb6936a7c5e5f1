"""Tokens: only their hash is kept, and whoever bears none that is valid learns nothing of why."""

import re
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import select, text, update

from allocation.tokens import TokenError, bearer, create_token, digest, revoke_token
from models.base import new_id
from models.database import Database, Scope
from models.organizations import Organization, OrganizationIdentifier
from models.partnerships import Partnership
from models.people import AccessToken, Role

LATER = datetime(2099, 1, 1, tzinfo=UTC)


async def made(
    database: Database, partnership: Partnership, role: Role = Role.ANCHOR, *, organization: str | None = None
) -> str:
    """A token that is good for long."""
    async with database.session(Scope.of(partnership.id)) as session:
        return await create_token(session, partnership.id, role, LATER, organization=organization)


async def kept(database: Database, partnership: Partnership) -> AccessToken:
    """The partnership's only token, as its own session reads it."""
    async with database.session(Scope.of(partnership.id)) as session:
        query = select(AccessToken).where(AccessToken.partnership_id == partnership.id)
        return (await session.execute(query)).scalar_one()


@pytest.fixture
async def giver(database: Database, partnership: Partnership) -> UUID:
    """An organization with an identifier."""
    row = Organization(partnership_id=partnership.id, id=new_id(), name="River Fund")
    named = OrganizationIdentifier(
        partnership_id=partnership.id, organization_id=row.id, scheme="US-EIN", value="123456789"
    )
    async with database.session(Scope.of(partnership.id)) as session:
        session.add(row)
        await session.flush()
        session.add(named)
    return row.id


async def test_a_token_has_256_random_bits_behind_its_prefix(
    database: Database, partnership: Partnership
) -> None:
    """32 bytes are 43 characters of base64 without padding (RFC 4648, section 5)."""
    first, second = await made(database, partnership), await made(database, partnership)
    assert re.fullmatch(r"ra_[A-Za-z0-9_-]{43}", first)
    assert first != second


async def test_only_the_hash_is_kept(database: Database, partnership: Partnership) -> None:
    token = await made(database, partnership)
    async with database.owner_connection() as connection:
        rows = await connection.execute(
            text("select t::text from access_token t where partnership_id = :p"), {"p": partnership.id}
        )
        (row,) = rows.scalars()
    assert token not in row
    assert digest(token).hex() in row


async def test_a_bearer_is_known_without_saying_which_partnership(
    database: Database, partnership: Partnership
) -> None:
    token = await made(database, partnership, Role.DATA)
    async with database.session(Scope()) as session:
        found = await bearer(session, token)
    assert found is not None
    assert (found.partnership_id, found.role, found.organization_id) == (partnership.id, Role.DATA, None)
    assert found.actor == f"token:{(await kept(database, partnership)).id}"


async def test_unknown_expired_revoked_and_malformed_tokens_look_the_same(
    database: Database, partnership: Partnership
) -> None:
    expired, revoked = await made(database, partnership), await made(database, partnership)
    async with database.session(Scope.of(partnership.id)) as session:
        rows = (await session.execute(select(AccessToken))).scalars().all()
        past = next(row for row in rows if row.secret_sha256 == digest(expired))
        past.expires_at = datetime.now(UTC) - timedelta(seconds=1)
        ended = next(row for row in rows if row.secret_sha256 == digest(revoked))
        await revoke_token(session, partnership.id, ended.id)
    for token in (
        expired,
        revoked,
        "ra_" + "A" * 43,
        "",
        "ra_",
        "Bearer x",
        "ra_" + "A" * 100_000,
        "ra_\x00",
    ):
        async with database.session(Scope()) as session:
            assert await bearer(session, token) is None


async def test_revoking_again_keeps_the_moment_of_the_first_time(
    database: Database, partnership: Partnership
) -> None:
    await made(database, partnership)
    moments = []
    for _ in range(2):
        row = await kept(database, partnership)
        async with database.session(Scope.of(partnership.id)) as session:
            await revoke_token(session, partnership.id, row.id)
        moments.append((await kept(database, partnership)).revoked_at)
    assert moments[0] is not None
    assert moments[0] == moments[1]


async def test_a_use_is_noted_at_most_once_a_minute(database: Database, partnership: Partnership) -> None:
    token = await made(database, partnership)
    noted = []
    for back in (0, 0, 61):
        if back:
            async with database.session(Scope.of(partnership.id)) as session:
                await session.execute(
                    update(AccessToken)
                    .where(AccessToken.partnership_id == partnership.id)
                    .values(last_used_at=datetime.now(UTC) - timedelta(seconds=back))
                )
        async with database.session(Scope()) as session:
            assert await bearer(session, token) is not None
        noted.append((await kept(database, partnership)).last_used_at)
    assert noted[0] is not None
    assert noted[0] == noted[1]
    assert noted[2] is not None
    assert noted[2] > noted[1]


async def test_a_session_without_the_token_sees_no_token(
    database: Database, partnership: Partnership
) -> None:
    await made(database, partnership)
    async with database.session(Scope()) as session:
        assert (await session.execute(select(AccessToken))).all() == []


@pytest.mark.parametrize("named", ["US-EIN-123456789", "123456789", "River Fund"])
async def test_a_funder_s_token_is_of_its_organization(
    database: Database, partnership: Partnership, giver: UUID, named: str
) -> None:
    token = await made(database, partnership, Role.FUNDER, organization=named)
    async with database.session(Scope()) as session:
        found = await bearer(session, token)
    assert found is not None
    assert (found.organization_id, found.name) == (giver, "River Fund")


async def test_a_funder_without_an_organization_is_refused(
    database: Database, partnership: Partnership
) -> None:
    with pytest.raises(TokenError, match="needs the funder's organization"):
        await made(database, partnership, Role.FUNDER)
    with pytest.raises(TokenError, match="there is no organization 'Nobody'"):
        await made(database, partnership, Role.FUNDER, organization="Nobody")


async def test_another_partnership_s_organization_is_not_there(
    database: Database, giver: UUID, other_partnership: Partnership
) -> None:
    assert giver
    with pytest.raises(TokenError, match="there is no organization"):
        await made(database, other_partnership, Role.FUNDER, organization="River Fund")


async def test_of_several_organizations_of_one_name_an_identifier_is_asked_for(
    database: Database, partnership: Partnership, giver: UUID
) -> None:
    assert giver
    async with database.session(Scope.of(partnership.id)) as session:
        session.add(Organization(partnership_id=partnership.id, id=new_id(), name="River Fund"))
    with pytest.raises(TokenError, match="several organizations"):
        await made(database, partnership, Role.FUNDER, organization="River Fund")


async def test_a_token_that_has_expired_is_not_made(database: Database, partnership: Partnership) -> None:
    async with database.session(Scope.of(partnership.id)) as session:
        with pytest.raises(TokenError, match="in the future"):
            await create_token(session, partnership.id, Role.ADMIN, datetime(2020, 1, 1, tzinfo=UTC))
