"""No partnership sees another's rows: rules over the catalog, each shown to find a planted hole, and a trial of it."""

from collections.abc import AsyncIterator

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine
from sqlalchemy.pool import NullPool

from models import Base
from models.database import Database, Logins, Scope, enter
from models.partnerships import Partnership

# Tables of ours; the queue of long work holds no tenant's facts, and alembic its own version.
TABLES = """
  c.relkind in ('r', 'p') and c.relnamespace::regnamespace::text in ('public', 'ledger', 'raw')
  and c.relname not in ('alembic_version', 'partnership')
"""
KEY = """
  (select a.attnum from pg_attribute a where a.attrelid = c.oid and a.attname = 'partnership_id')
"""

RULES = {
    "row-level security is forced": """
      select c.oid::regclass::text from pg_class c
      where ({tables} or c.oid = 'partnership'::regclass) and not (c.relrowsecurity and c.relforcerowsecurity)
    """,
    "each act has a policy, and none lets all rows pass": """
      select c.oid::regclass::text from pg_class c
      where {tables} and (
        (select count(distinct p.polcmd) from pg_policy p where p.polrelid = c.oid) < 4
        or exists (select from pg_policy p where p.polrelid = c.oid and p.polname like 'tenant_%'
          and coalesce(pg_get_expr(p.polqual, c.oid), '') || coalesce(pg_get_expr(p.polwithcheck, c.oid), '')
            !~ 'partnership_id'))
    """,
    "no policy reads true": """
      select p.polrelid::regclass::text from pg_policy p
      where 'true' in (pg_get_expr(p.polqual, p.polrelid), pg_get_expr(p.polwithcheck, p.polrelid))
    """,
    "the partnership leads every key": """
      select c.oid::regclass || ' ' || k.conname from pg_class c join pg_constraint k on k.conrelid = c.oid
      where {tables} and k.contype in ('p', 'u') and k.conkey[1] is distinct from {key}
    """,
    "the partnership leads every index": """
      select i.indexrelid::regclass::text from pg_class c join pg_index i on i.indrelid = c.oid
      where {tables} and i.indkey[0] is distinct from {key}
    """,
    "a reference to a tenant's row carries the partnership on both sides": """
      select c.oid::regclass || ' ' || k.conname from pg_class c join pg_constraint k on k.conrelid = c.oid
      where {tables} and k.contype = 'f' and (k.conkey[1] is distinct from {key}
        or k.confrelid <> 'partnership'::regclass and k.confkey[1] is distinct from (
          select a.attnum from pg_attribute a where a.attrelid = k.confrelid and a.attname = 'partnership_id'))
    """,
    "a function that borrows its owner's power pins its search path": """
      select p.oid::regprocedure::text from pg_proc p
      where p.prosecdef and p.pronamespace::regnamespace::text in ('public', 'ledger', 'raw', 'queue')
        and not exists (select from unnest(p.proconfig) s where s like 'search_path=%')
    """,
    "a function that borrows its owner's power is not open to all": """
      select p.oid::regprocedure::text from pg_proc p
      where p.prosecdef and p.pronamespace::regnamespace::text in ('public', 'ledger', 'raw', 'queue')
        and (p.proacl is null or exists (select from aclexplode(p.proacl) a where a.grantee = 0))
    """,
    "a view asks as its reader, and nothing is kept of what a reader saw": """
      select c.oid::regclass::text from pg_class c
      where c.relnamespace::regnamespace::text in ('public', 'ledger', 'raw') and (c.relkind = 'm'
        or c.relkind = 'v' and not coalesce('security_invoker=true' = any(c.reloptions), false))
    """,
    "no login is a superuser, passes row-level security, or owns or becomes the owner": """
      select r.rolname from pg_roles r
      where r.rolname in (:app, :steward) and (r.rolsuper or r.rolbypassrls or r.rolcreaterole or r.rolcreatedb
        or exists (select from pg_class c where c.relowner = r.oid)
        or pg_has_role(r.rolname, :owner, 'member') or pg_has_role(r.rolname, 'pg_read_all_data', 'member'))
    """,
    "the owner does not log in": "select rolname from pg_roles where rolname = :owner and (rolcanlogin or rolsuper)",
    "the app login reaches no raw figure": """
      select c.oid::regclass::text from pg_class c
      where c.relnamespace = 'raw'::regnamespace and (has_schema_privilege(:app, 'raw', 'usage')
        or has_table_privilege(:app, c.oid, 'select') or has_any_column_privilege(:app, c.oid, 'select'))
        and c.relkind in ('r', 'v', 'm')
    """,
    "nothing is granted to everybody": """
      select c.oid::regclass::text from pg_class c cross join aclexplode(c.relacl) a
      where c.relnamespace::regnamespace::text in ('public', 'ledger', 'raw', 'queue') and a.grantee = 0
    """,
}

HOLES = {
    "row-level security is forced": "alter table practice no force row level security",
    "each act has a policy, and none lets all rows pass": "drop policy tenant_deletes on practice",
    "no policy reads true": "create policy planted on practice for select using (true)",
    "the partnership leads every key": "alter table practice add constraint planted unique (id)",
    "the partnership leads every index": "create index planted on practice (name)",
    "a reference to a tenant's row carries the partnership on both sides": (
        "create table planted (partnership_id uuid, other uuid, foreign key (other) references partnership (id))"
    ),
    "a function that borrows its owner's power pins its search path": (
        "create function planted() returns int language sql security definer as 'select 1'"
    ),
    "a function that borrows its owner's power is not open to all": (
        "create function planted() returns int language sql security definer set search_path = '' as 'select 1'"
    ),
    "a view asks as its reader, and nothing is kept of what a reader saw": (
        "create view planted as select * from practice"
    ),
    "no login is a superuser, passes row-level security, or owns or becomes the owner": (
        "grant {owner} to {app}"
    ),
    "the owner does not log in": "alter role {owner} login",
    "the app login reaches no raw figure": "grant usage on schema raw to {app}",
    "nothing is granted to everybody": "grant select on practice to public",
}


@pytest.fixture
async def catalog(logins: Logins) -> AsyncIterator[AsyncConnection]:
    """A connection as one who may do all, whose transaction is rolled back."""
    engine = create_async_engine(logins.url, poolclass=NullPool)
    async with engine.connect() as connection:
        yield connection
        await connection.rollback()
    await engine.dispose()


async def broken(catalog: AsyncConnection, logins: Logins, rule: str) -> list[str]:
    """What breaks the rule."""
    roles = {name: logins.role(name) for name in ("app", "steward", "owner") if f":{name}" in RULES[rule]}
    query = RULES[rule].format(tables=TABLES, key=KEY)
    return [row[0] for row in await catalog.execute(text(query), roles)]


@pytest.mark.parametrize("rule", RULES)
async def test_the_rule_holds(catalog: AsyncConnection, logins: Logins, rule: str) -> None:
    assert await broken(catalog, logins, rule) == []


@pytest.mark.parametrize("rule", RULES)
async def test_the_rule_finds_a_planted_hole(catalog: AsyncConnection, logins: Logins, rule: str) -> None:
    roles = {name: logins.role(name) for name in ("app", "steward", "owner")}
    await catalog.execute(text(HOLES[rule].format(**roles)))
    assert await broken(catalog, logins, rule) != []


async def test_every_table_of_the_models_is_looked_at(catalog: AsyncConnection) -> None:
    named = text(f"select relname from pg_class c where {TABLES}")  # noqa: S608 - our own words
    looked_at = {row[0] for row in await catalog.execute(named)}
    assert {table.name for table in Base.metadata.sorted_tables} - {"partnership"} <= looked_at


TENANT_TABLES = sorted(table.fullname for table in Base.metadata.sorted_tables if table.name != "partnership")

# A value of each type, for rows that only have to be there.
PLANTED = """
select string_agg(quote_ident(a.attname), ', ' order by a.attnum) as names, string_agg(case
    when a.attname = 'partnership_id' then '<whose>' when t.typcategory = 'A' then '''{}''' else case t.typname
      when 'uuid' then 'gen_random_uuid()' when 'bool' then 'true' when 'date' then 'current_date'
      when 'timestamptz' then 'now()' when 'bytea' then '''\\x00''' when 'jsonb' then '''{}''' when 'json' then '''{}'''
      when 'text' then '''x''' when 'varchar' then '''x''' else '1' end end, ', ' order by a.attnum) as held
from pg_attribute a join pg_type t on t.oid = a.atttypid
where a.attrelid = cast(:table as regclass) and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''
  and (a.attnotnull or a.attname = 'partnership_id')
"""


async def plant(catalog: AsyncConnection, table: str, whose: Partnership) -> str:
    """Puts a row of that partnership into the table, whatever the table asks of a row; the statement that did."""
    await catalog.execute(text("set local session_replication_role = replica"))
    checks = await catalog.execute(
        text("select conname from pg_constraint where conrelid = cast(:t as regclass) and contype = 'c'"),
        {"t": table},
    )
    for check in list(checks):
        await catalog.execute(text(f"alter table {table} drop constraint {check.conname}"))
    parts = (await catalog.execute(text(PLANTED), {"table": table})).one()
    held = parts.held.replace("<whose>", f"'{whose.id}'")
    insert = f"insert into {table} ({parts.names}) values ({held})"  # noqa: S608 - our own words
    mine = f"delete from {table} where partnership_id = '{whose.id}'"  # noqa: S608 - our own words
    await catalog.execute(text(mine))  # the book, which every partnership has
    await catalog.execute(text(insert))
    return insert


async def become(catalog: AsyncConnection, role: str, scope: Scope) -> None:
    """Goes on as a login with a caller's scope."""
    await catalog.execute(text("set local session_replication_role = origin"))
    await enter(catalog, scope)
    await catalog.execute(text(f"set local role {role}"))


@pytest.mark.parametrize("table", TENANT_TABLES)
async def test_a_row_is_seen_by_its_own_partnership_and_by_no_other(
    catalog: AsyncConnection,
    logins: Logins,
    partnership: Partnership,
    other_partnership: Partnership,
    table: str,
) -> None:
    await plant(catalog, table, other_partnership)
    count = text(f"select count(*) from {table}")  # noqa: S608 - our own words
    before = (await catalog.execute(count)).scalar_one()
    await become(catalog, logins.role("steward"), Scope.of(partnership.id))
    mine = (await catalog.execute(count)).scalar_one()
    await enter(catalog, Scope.of(other_partnership.id))
    theirs = (await catalog.execute(count)).scalar_one()
    await enter(catalog, Scope())
    nobodys = (await catalog.execute(count)).scalar_one()
    assert before >= 1
    assert (mine, nobodys) == (1 if table == "ledger.book" else 0, 0)
    assert theirs == 1


@pytest.mark.parametrize("table", TENANT_TABLES)
@pytest.mark.parametrize("login", ["app", "steward"])
async def test_nobody_writes_into_another_partnership(
    catalog: AsyncConnection,
    logins: Logins,
    partnership: Partnership,
    other_partnership: Partnership,
    table: str,
    login: str,
) -> None:
    insert = await plant(catalog, table, other_partnership)
    await become(catalog, logins.role(login), Scope.of(partnership.id))
    with pytest.raises(DBAPIError) as error:
        await catalog.execute(text(insert))
    assert getattr(error.value.orig, "sqlstate", "") == "42501"


@pytest.mark.parametrize("table", TENANT_TABLES)
@pytest.mark.parametrize("act", ["update {0} set partnership_id = :mine", "delete from {0}"])
async def test_nobody_changes_or_takes_a_row_of_another_partnership(
    catalog: AsyncConnection,
    logins: Logins,
    partnership: Partnership,
    other_partnership: Partnership,
    table: str,
    act: str,
) -> None:
    await plant(catalog, table, other_partnership)
    await become(catalog, logins.role("steward"), Scope.of(partnership.id))
    bound = {"mine": partnership.id} if ":mine" in act else {}
    try:
        changed = (await catalog.execute(text(act.format(table)), bound)).rowcount
    except DBAPIError as error:
        changed = 0 if getattr(error.orig, "sqlstate", "") == "42501" else -1
    assert changed == 0


async def test_a_broken_scope_shows_nothing_or_is_refused(
    database: Database, partnership: Partnership
) -> None:
    async with database.session(Scope()) as session:
        assert (await session.execute(text("select count(*) from import_run"))).scalar_one() == 0
    garbage = text("select count(*) from practice, set_config('app.partnerships', 'garbage', true)")
    with pytest.raises(DBAPIError) as error:
        async with database.session(Scope()) as session:
            await session.execute(garbage)
    assert getattr(error.value.orig, "sqlstate", "") == "22P02"


async def test_a_scope_ends_with_its_transaction(database: Database, partnership: Partnership) -> None:
    """The pool hands the same connection on: what was set must not be there for the next caller."""
    for _ in range(20):
        async with database.session(Scope.of(partnership.id)) as session:
            await session.execute(text("select 1"))
        async with database.connection() as connection:
            kept = await connection.execute(text("select current_setting('app.partnerships', true)"))
            assert kept.scalar_one() in {None, ""}
