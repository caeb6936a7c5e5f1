"""Opening the database that the settings name."""

from pathlib import Path

import pytest
from sqlalchemy import text

from api.runtime import DATABASE, open_database, open_logins
from models import embedded
from models.database import DatabaseError, Logins
from models.settings import Settings, SettingsError


def settings_for(logins: Logins, **change: object) -> Settings:
    """Settings that name a database; `change` alters its address."""
    url = logins.url.set(drivername="postgresql", **change)  # type: ignore[arg-type]  # parts of an address
    return Settings(Path("unused"), url.render_as_string(hide_password=False), logins.secret)


async def test_without_an_address_the_embedded_server_is_started_migrated_and_stopped(tmp_path: Path) -> None:
    settings = Settings(tmp_path / "home")
    for _ in range(2):
        async with open_database(settings, pool_size=1) as database, database.connection() as connection:
            assert database.logins.database == DATABASE
            found = await connection.execute(text("select count(*) from partnership"))
            assert found.scalar_one() == 0
        assert not embedded.status(settings.home).is_running


async def test_a_named_database_is_never_migrated_by_itself(unmigrated: Logins) -> None:
    with pytest.raises(DatabaseError, match="is not up to date: run `alignment migrate`"):
        async with open_database(settings_for(unmigrated)):
            raise AssertionError
    async with open_logins(settings_for(unmigrated)) as logins:
        assert logins.database == unmigrated.database


async def test_a_server_that_is_away_is_named(logins: Logins) -> None:
    with pytest.raises(DatabaseError, match=rf"{logins.url.host}:1 does not answer"):
        async with open_database(settings_for(logins, port=1)):
            raise AssertionError


async def test_an_address_that_cannot_be_read_is_not_repeated_with_its_password(tmp_path: Path) -> None:
    settings = Settings(tmp_path, "postgresql://user:verysecret@host:port/x")
    with pytest.raises(SettingsError) as refused:
        async with open_logins(settings):
            raise AssertionError
    assert "verysecret" not in str(refused.value)


async def test_an_address_without_a_password_asks_for_a_secret(tmp_path: Path) -> None:
    settings = Settings(tmp_path, "postgresql://user@host/x")
    with pytest.raises(DatabaseError, match="set ALIGNMENT_SECRET"):
        async with open_logins(settings):
            raise AssertionError
