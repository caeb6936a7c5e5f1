"""The models and the migrated database say the same, and the whole of it can be taken down and put up again."""

from collections.abc import Iterator

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from migrations.upgrade import downgrade, is_current, upgrade
from models import Base
from models.database import Logins
from tests.conftest import scratch_database

SCHEMAS = "('public', 'ledger', 'raw', 'queue')"

# Everything that our migrations make, as PostgreSQL itself writes it down.
CATALOG = f"""
select 'column' as kind, format('%s.%s.%s %s %s %s', table_schema, table_name, column_name, data_type, is_nullable,
  column_default) as said from information_schema.columns where table_schema in {SCHEMAS}
union all select 'constraint', format('%s %s %s', conrelid::regclass, conname, pg_get_constraintdef(oid))
  from pg_constraint where connamespace::regnamespace::text in {SCHEMAS}
union all select 'index', indexdef from pg_indexes where schemaname in {SCHEMAS}
union all select 'policy', format('%s.%s %s %s %s %s', schemaname, tablename, policyname, cmd, qual, with_check)
  from pg_policies where schemaname in {SCHEMAS}
union all select 'function', format('%s %s %s %s', p.oid::regprocedure, p.prosecdef, p.proconfig, p.prosrc)
  from pg_proc p where p.pronamespace::regnamespace::text in {SCHEMAS}
union all select 'trigger', format('%s %s', tgrelid::regclass, pg_get_triggerdef(oid)) from pg_trigger
  where not tgisinternal
union all select 'relation', format('%s %s %s %s %s', oid::regclass, relkind, relrowsecurity, relforcerowsecurity,
  reloptions) from pg_class where relnamespace::regnamespace::text in {SCHEMAS}
union all select 'grant', format('%s %s %s', oid::regclass, a.grantee::regrole, a.privilege_type)
  from pg_class cross join aclexplode(relacl) a where relnamespace::regnamespace::text in {SCHEMAS}
order by 1, 2
"""  # noqa: S608 - our own words


@pytest.fixture
def scratch(server_url: str) -> Iterator[Logins]:
    """A database of its own, not migrated."""
    with scratch_database(server_url) as logins:
        yield logins


async def _catalog(logins: Logins) -> set[tuple[str, str]]:
    engine = create_async_engine(logins.url, poolclass=NullPool)
    async with engine.connect() as connection:
        found = {(row.kind, row.said) for row in await connection.execute(text(CATALOG))}
    await engine.dispose()
    return found


def _differences(connection: Connection) -> list[object]:
    def is_ours(name: str | None, kind: str, _: object) -> bool:
        if kind == "schema":
            return name in {None, "ledger", "raw"}
        return kind != "table" or not (name or "").startswith("alembic_")

    context = MigrationContext.configure(
        connection, opts={"include_schemas": True, "include_name": is_ours, "compare_type": True}
    )
    return list(compare_metadata(context, Base.metadata))


async def test_the_models_say_what_the_migrations_make(logins: Logins) -> None:
    engine = create_async_engine(logins.url, poolclass=NullPool)
    async with engine.connect() as connection:
        assert await connection.run_sync(_differences) == []
    await engine.dispose()


async def test_the_comparison_sees_a_column_that_no_model_has(logins: Logins) -> None:
    engine = create_async_engine(logins.url, poolclass=NullPool)
    async with engine.connect() as connection:
        await connection.execute(text("alter table practice add planted text"))
        assert len(await connection.run_sync(_differences)) == 1
        await connection.rollback()
    await engine.dispose()


async def test_every_check_of_the_models_stands_in_the_database(logins: Logins) -> None:
    """Alembic does not compare checks, so their names are counted here."""
    engine = create_async_engine(logins.url, poolclass=NullPool)
    async with engine.connect() as connection:
        rows = await connection.execute(
            text(
                "select format('%s.%s', connamespace::regnamespace, conname) from pg_constraint where contype = 'c'"
            )
        )
        standing = {row[0] for row in rows}
    await engine.dispose()
    said = {
        f"{table.schema or 'public'}.{check.name}"[: len(table.schema or "public") + 64]
        for table in Base.metadata.sorted_tables
        for check in table.constraints
        if check.__visit_name__ in {"check_constraint", "table_or_column_check_constraint"}
    }
    assert said
    assert said - standing == set()


async def test_down_leaves_nothing_and_up_again_makes_the_same(scratch: Logins) -> None:
    await upgrade(scratch)
    first = await _catalog(scratch)
    await downgrade(scratch, "base")
    assert {said for kind, said in await _catalog(scratch) if "alembic_version" not in said} == set()
    assert not await is_current(scratch)
    await upgrade(scratch)
    assert await _catalog(scratch) == first
    assert await is_current(scratch)


async def test_an_upgrade_of_what_is_up_to_date_changes_nothing(scratch: Logins) -> None:
    await upgrade(scratch)
    first = await _catalog(scratch)
    await upgrade(scratch)
    assert await _catalog(scratch) == first
