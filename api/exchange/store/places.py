"""Areas by the words of a file: by their code, else by name, else new; a first code is added to a named area."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from api.exchange.report import ImportReport, Severity
from api.exchange.store.staging import analyze, drop, leave_out, run

PLACES = """
create temporary table place on commit drop as
select distinct on (key) key, area, area_code, null::uuid as area_id
from (select coalesce('c:' || area_code, 'n:' || area) as key, area, area_code, n from incoming) named
order by key, n
"""
BY_CODE = """
update place set area_id = (
  select a.id from area a where a.partnership_id is not distinct from :p and a.code = place.area_code)
where area_id is null and area_code is not null
"""
# A name means an area only while one of the two has no code: two codes are two areas.
BY_NAME = """
update place set area_id = (
  select a.id from area a where a.partnership_id is not distinct from :p and a.name = place.area
    and (a.code is null or place.area_code is null))
where area_id is null and not exists (
  select from place other where other.area = place.area and other.area_code <> place.area_code)
"""
FIRST_CODE = """
update area a set code = place.area_code from place
where a.partnership_id is not distinct from :p and a.id = place.area_id and a.code is null and place.area_code is not null
"""
NEW_AREAS = """
insert into area (partnership_id, id, name, code)
select distinct on (place.area) :p, gen_random_uuid(), place.area, place.area_code from place
where place.area_id is null and (place.area_code is not null) = :has_code
  and not exists (select from area a where a.partnership_id is not distinct from :p and a.name = place.area)
order by place.area, place.area_code
"""
CONFLICTS = """
select n.n, n.row, 'area-code-conflict' as code, 'an area of this name is known by another code' as message,
  'area_code' as field, n.area || ' ' || n.area_code as value
from incoming n join place on place.key = coalesce('c:' || n.area_code, 'n:' || n.area)
where place.area_id is null order by n.n
"""


async def store_areas(session: AsyncSession, partnership_id: UUID, report: ImportReport) -> None:
    """Makes the temporary table `place` (key, area_id) of the areas of `incoming`, with the new ones.

    Records whose area's name is known by another code are rejected.
    """
    p, created = partnership_id, 0
    await drop(session, "place")
    await run(session, PLACES)
    await run(session, "create unique index on place (key)")
    await run(session, "create index on place (area)")
    await analyze(session, "place")
    for has_code in (True, False):
        await _find_known(session, p)
        created += await run(session, NEW_AREAS, p=p, has_code=has_code)
    await _find_known(session, p)
    if created:
        report.add(Severity.NOTICE, "new-areas", f"areas created from this file: {created}")
    await leave_out(session, report, CONFLICTS)


async def _find_known(session: AsyncSession, partnership_id: UUID) -> None:
    for statement in (BY_CODE, BY_NAME, FIRST_CODE):
        await run(session, statement, p=partnership_id)
