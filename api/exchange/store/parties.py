"""Stores the organizations that a file of investments names: known by an identifier, else by name."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from api.exchange.store.staging import analyze, drop, run

# An identifier is a list's code and a value in it (org-id.guide): two leading parts make the code where they look so.
SCHEME = "coalesce(substring({0} from '^([A-Z]{{2}}-[A-Z0-9_]+)-.+$'), '')"
VALUE = "coalesce(substring({0} from '^[A-Z]{{2}}-[A-Z0-9_]+-(.+)$'), {0})"

PARTIES = """
create temporary table party on commit drop as
select key, min(identifier) as identifier, (array_agg(name order by n))[1] as name, bool_or(gives) as gives,
  null::uuid as organization_id, false as is_new
from (
  select coalesce('i:' || funder_identifier, 'n:' || funder_name) as key, funder_identifier as identifier,
    coalesce(funder_name, funder_identifier) as name, n, true as gives from incoming
  union all
  select coalesce('i:' || recipient_identifier, 'n:' || recipient_name), recipient_identifier,
    coalesce(recipient_name, recipient_identifier), n, false from incoming
  union all
  select coalesce('i:' || fiscal_agent_identifier, 'n:' || fiscal_agent_name), fiscal_agent_identifier,
    coalesce(fiscal_agent_name, fiscal_agent_identifier), n, false from incoming
) named where key is not null group by key
"""

KNOWN_BY_IDENTIFIER = f"""
update party set organization_id = known.organization_id from organization_identifier known
where known.partnership_id = :p and known.scheme = {SCHEME.format("party.identifier")}
  and known.value = {VALUE.format("party.identifier")}
"""  # noqa: S608 - our own words

# A name alone means the organization of that name without an identifier, else the first of that name.
KNOWN_BY_NAME = """
update party set organization_id = (
  select o.id from organization o where o.partnership_id = :p and o.name = party.name
  order by exists (select from organization_identifier i where i.partnership_id = :p and i.organization_id = o.id), o.id
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

INSERT_IDENTIFIERS = f"""
insert into organization_identifier (partnership_id, id, organization_id, scheme, value, preferred)
select :p, gen_random_uuid(), organization_id, {SCHEME.format("identifier")}, {VALUE.format("identifier")}, true
from party where is_new and identifier is not null
"""  # noqa: S608 - our own words

INSERT_FUNDERS = """
insert into funder (partnership_id, id, organization_id)
select distinct on (organization_id) :p, gen_random_uuid(), organization_id from party where gives
on conflict do nothing
"""


async def store_parties(session: AsyncSession, partnership_id: UUID) -> None:
    """Makes the temporary table `party` (key, organization_id) of the parties of `incoming`, with the new ones."""
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
    await analyze(session, "party")
