"""Stores the organizations that a file of investments names: known by an identifier, else by name."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from api.exchange.store.staging import analyze, drop, recount, run

# An identifier is a list's code and a value in it (org-id.guide): two leading parts make the code where they look so.
# Both are columns of their own: behind row-level security only a plain column finds its row through an index.
PARTIES = """
create temporary table party on commit drop as
select key, identifier, coalesce(substring(identifier from '^([A-Z]{2}-[A-Z0-9_]+)-.+$'), '') as scheme,
  coalesce(substring(identifier from '^[A-Z]{2}-[A-Z0-9_]+-(.+)$'), identifier) as value, name, gives,
  null::uuid as organization_id, null::uuid as funder_id, false as is_new
from (
select key, min(identifier) as identifier, (array_agg(name order by n))[1] as name, bool_or(gives) as gives
from (
  select coalesce('i:' || funder_identifier, 'n:' || funder_name) as key, funder_identifier as identifier,
    coalesce(funder_name, funder_identifier) as name, n, true as gives from incoming
  union all
  select coalesce('i:' || recipient_identifier, 'n:' || recipient_name), recipient_identifier,
    coalesce(recipient_name, recipient_identifier), n, false from incoming
  union all
  select coalesce('i:' || fiscal_agent_identifier, 'n:' || fiscal_agent_name), fiscal_agent_identifier,
    coalesce(fiscal_agent_name, fiscal_agent_identifier), n, false from incoming
) named where key is not null group by key) party
"""

KNOWN_BY_IDENTIFIER = """
update party set organization_id = (
  select known.organization_id from organization_identifier known
  where known.partnership_id is not distinct from :p and known.scheme = party.scheme and known.value = party.value)
where identifier is not null
"""

# A name alone means the organization of that name without an identifier, else the first of that name. One that
# turned out to be another means that one.
KNOWN_BY_NAME = """
update party set organization_id = (
  select coalesce(o.merged_into_id, o.id) from organization o
  where o.partnership_id is not distinct from :p and o.name = party.name
  order by exists (
    select from organization_identifier i
    where i.partnership_id is not distinct from :p and i.organization_id = o.id), o.id
  limit 1)
where identifier is null
"""

NEW_BY_IDENTIFIER = """
update party set organization_id = gen_random_uuid(), is_new = true
where organization_id is null and identifier is not null
"""

# A name without identifier also means the one party of that name that has an identifier in the file.
SAME_NAME_IN_FILE = """
update party set organization_id = other.organization_id
from (select name, min(organization_id::text)::uuid as organization_id from party where identifier is not null
  group by name having count(distinct organization_id) = 1) other
where party.organization_id is null and party.identifier is null and party.name = other.name
"""

NEW_BY_NAME = (
    "update party set organization_id = gen_random_uuid(), is_new = true where organization_id is null"
)

INSERT_ORGANIZATIONS = """
insert into organization (partnership_id, id, name) select :p, organization_id, name from party where is_new
"""

INSERT_IDENTIFIERS = """
insert into organization_identifier (partnership_id, id, organization_id, scheme, value, preferred)
select :p, gen_random_uuid(), organization_id, scheme, value, true from party where is_new and identifier is not null
"""

INSERT_FUNDERS = """
insert into funder (partnership_id, id, organization_id)
select distinct on (organization_id) :p, gen_random_uuid(), organization_id from party where gives
on conflict do nothing
"""

FIND_FUNDERS = """
update party set funder_id = (
  select f.id from funder f where f.partnership_id is not distinct from :p and f.organization_id = party.organization_id)
where gives
"""

NAME_PARTIES = """
update incoming n set funder_id = f.funder_id, payer_id = f.organization_id, recipient_id = r.organization_id,
  fiscal_agent_id = a.organization_id
from incoming k
join party f on f.key = coalesce('i:' || k.funder_identifier, 'n:' || k.funder_name)
left join party r on r.key = coalesce('i:' || k.recipient_identifier, 'n:' || k.recipient_name)
left join party a on a.key = coalesce('i:' || k.fiscal_agent_identifier, 'n:' || k.fiscal_agent_name)
where n.n = k.n
"""


async def store_parties(session: AsyncSession, partnership_id: UUID) -> None:
    """Finds or creates the parties of `incoming`: fills funder_id, payer_id, recipient_id and fiscal_agent_id."""
    await drop(session, "party")
    await run(session, PARTIES)
    await run(session, "create unique index on party (key)")
    await analyze(session, "party")
    for statement in (
        KNOWN_BY_IDENTIFIER,
        KNOWN_BY_NAME,
        NEW_BY_IDENTIFIER,
        SAME_NAME_IN_FILE,
        NEW_BY_NAME,
        INSERT_ORGANIZATIONS,
        INSERT_IDENTIFIERS,
        INSERT_FUNDERS,
    ):
        await run(session, statement, **({"p": partnership_id} if ":p" in statement else {}))
    await recount(session, "organization", "organization_identifier", "funder")
    await run(session, FIND_FUNDERS, p=partnership_id)
    await run(session, NAME_PARTIES)
