"""Stores measurements: their areas and groups, and each figure as a new version where it differs."""

from collections.abc import AsyncIterable
from operator import attrgetter

from sqlalchemy.ext.asyncio import AsyncSession

from allocation.submissions import HandedIn, arrival, hand_in
from api.exchange.records import MeasurementRecord
from api.exchange.report import Example, ImportReport, Severity
from api.exchange.store.groups import store_groups
from api.exchange.store.indicators import store_indicators, store_others
from api.exchange.store.places import store_areas
from api.exchange.store.rows import settle
from api.exchange.store.staging import Import, analyze, count_actions, fetch, leave_out, recount, run, stage
from models.submissions import DataSource

FIELDS = {
    "row": "int",
    "indicator": "text",
    "area": "text",
    "area_code": "text",
    "dimension": "text",
    "population": "text",
    "period_start": "date",
    "period_end": "date",
    "status": "text",
    "value": "numeric",
    "low": "numeric",
    "high": "numeric",
    "mark": "text",
    "numerator": "bigint",
    "denominator": "bigint",
}
FOUND = {
    **dict.fromkeys(("indicator_id", "area_id", "population_id", "measurement_id"), "uuid"),
    "version": "int",
    "action": "text",
}

UNKNOWN_INDICATOR = """
select n, row, 'unknown-indicator' as code,
  'no indicator has this code; describe it in the recipe''s [indicator]' as message,
  'indicator' as field, indicator as value
from incoming where not exists (
  select from indicator i where i.partnership_id is not distinct from :p and i.code = incoming.indicator) order by n
"""

MATCH = """
update incoming n set
  indicator_id = (select i.id from indicator i where i.partnership_id is not distinct from :p and i.code = n.indicator),
  area_id = (select place.area_id from place where place.key = coalesce('c:' || n.area_code, 'n:' || n.area)),
  population_id = (
    select g.population_id from named_group g where g.dimension = n.dimension and g.population = n.population)
"""

SAID = "status, value, low, high, numerator, denominator"
REPEATED = f"""
create temporary table repeated on commit drop as
select n, row, area || ', ' || population || ', ' || period_end as value, ({SAID}) is distinct from ({
    ", ".join(f"first_value({name}) over w" for name in SAID.split(", "))
}) as differs, row_number() over w as nth
from incoming window w as (partition by indicator_id, area_id, population_id, period_start, period_end order by n)
"""  # noqa: S608 - our own words
CONTRADICTIONS = """
select n, row, 'contradiction' as code, 'the same area, group and period stand twice with different figures' as message,
  'population' as field, value from repeated where nth > 1 and differs order by n
"""

MATCH_MEASUREMENTS = """
update incoming n set measurement_id = (
  select m.id from measurement m where m.partnership_id is not distinct from :p and m.indicator_id = n.indicator_id
    and m.area_id = n.area_id and m.population_id = n.population_id and m.period_start = n.period_start
    and m.period_end = n.period_end)
"""
CREATE_THE_REST = """
update incoming set measurement_id = coalesce(measurement_id, gen_random_uuid()),
  action = case when measurement_id is null then 'created' else 'known' end
"""
NEW_MEASUREMENTS = """
insert into measurement (partnership_id, id, indicator_id, area_id, population_id, period_start, period_end)
select :p, n.measurement_id, n.indicator_id, n.area_id, n.population_id, n.period_start, n.period_end
from incoming n where n.action = 'created' order by n.n
"""
# Files that repeat former readings may differ on them. What a file has said before it does not say anew, or bringing
# last week's file again would take back what this week's has corrected. A file is known by its name, and by its bytes
# where it only repeated what stood, so that no version bears its name.
SAME = """(f.status, f.value, f.low, f.high, f.mark, f.numerator, f.denominator, f.already_public)
    is not distinct from (k.status, k.value, k.low, k.high, k.mark, k.numerator, k.denominator, :already_public)"""
ITS_VERSIONS = (
    "from raw.figure f where f.partnership_id is not distinct from :p and f.measurement_id = k.measurement_id"
)
COMPARE = f"""
update incoming n set version = newest.version, action = case
  when newest.is_same or coalesce(own.is_same, false)
    or (:is_again and exists (select {ITS_VERSIONS} and {SAME})) then 'unchanged' else 'updated' end
from incoming k
cross join lateral (select f.version, {SAME} as is_same {ITS_VERSIONS} order by f.version desc limit 1) newest
left join lateral (
  select {SAME} as is_same {ITS_VERSIONS} and f.source_file = :file order by f.version desc limit 1) own on true
where k.action = 'known' and n.n = k.n
"""  # noqa: S608 - our own words
IS_AGAIN = """
select exists (
  select from import_run where partnership_id is not distinct from :p and content_sha256 = :digest
    and not is_dry_run and created + updated + unchanged > 0) as found
"""
NEW_FIGURES = """
insert into raw.figure (partnership_id, measurement_id, version, recorded_by, status, value, low, high, mark, numerator,
  denominator, already_public, source_system, source_file, source_row, import_id, submission_id)
select :p, measurement_id, coalesce(version, 0) + 1, :actor, status, value, low, high, mark, numerator, denominator,
  :already_public, :system, :file, row, :import_id, :submission_id
from incoming where action in ('created', 'updated', 'known') order by n
"""

DIFFERING = "select count(*) as number from incoming where action in ('created', 'updated', 'known')"

_fields_of = attrgetter(*FIELDS)


async def store_measurements(
    session: AsyncSession, run_of: Import, records: AsyncIterable[MeasurementRecord], report: ImportReport
) -> None:
    """Stores the records in a steward's session, with the indicators that the recipe describes.

    A figure that differs from its newest version becomes the next one; nothing is overwritten. Whether they
    wait for somebody's approval is the partnership's choice (`figure_review`).
    Errors: ReadError where the recipe contradicts an indicator that is known.
    """
    p = run_of.partnership_id
    await store_indicators(session, p, run_of.recipe)
    await _store_source(session, run_of)
    await stage(session, FIELDS, (_fields_of(record) async for record in records), found=FOUND)
    codes = await fetch(session, "select distinct indicator from incoming order by 1")
    await store_others(session, p, run_of.recipe, [row.indicator for row in codes])
    await leave_out(session, report, UNKNOWN_INDICATOR, p=p)
    await store_areas(session, p, report)
    await store_groups(session, p, report)
    await run(session, MATCH, p=p)
    await analyze(session, "incoming")
    await _refuse_repeated(session, report)
    await _write(session, run_of)
    await run(session, "update incoming set action = 'created' where action = 'known'")
    await count_actions(session, report)


async def _store_source(session: AsyncSession, run_of: Import) -> None:
    """Keeps the recipe's source and how fresh decisions need it; a recipe that says nothing of it changes nothing."""
    recipe = run_of.recipe
    if recipe.source and recipe.cadence_days:
        key, values = {"name": recipe.source}, {"decision_cadence_days": recipe.cadence_days}
        await settle(session, DataSource, run_of.partnership_id, key=key, values=values)


async def _write(session: AsyncSession, run_of: Import) -> None:
    p, already_public = run_of.partnership_id, run_of.recipe.already_public
    await run(session, MATCH_MEASUREMENTS, p=p)
    await run(session, CREATE_THE_REST)
    await analyze(session, "incoming")
    await run(session, NEW_MEASUREMENTS, p=p)
    await recount(session, "measurement")
    again = await fetch(session, IS_AGAIN, p=p, digest=run_of.content_sha256)
    await run(session, COMPARE, p=p, already_public=already_public, file=run_of.file, is_again=again[0].found)
    differing = (await fetch(session, DIFFERING))[0].number
    if not differing:
        return
    step = await arrival(session, p, is_imported=True)
    submission_id = await hand_in(session, p, HandedIn(run_of.actor, differing, run_of.id), step)
    await run(
        session,
        NEW_FIGURES,
        p=p,
        actor=run_of.actor,
        already_public=already_public,
        system=run_of.recipe.source or run_of.format,
        file=run_of.file,
        import_id=run_of.id,
        submission_id=submission_id,
    )
    await recount(session, "raw.figure")


async def _refuse_repeated(session: AsyncSession, report: ImportReport) -> None:
    """Leaves out records that repeat an earlier one: rejected where their figures differ, else with a warning."""
    await run(session, "drop table if exists pg_temp.repeated")
    await run(session, REPEATED)
    await leave_out(session, report, CONTRADICTIONS)
    for row in await fetch(
        session, "select row, value from repeated where nth > 1 and not differs order by n"
    ):
        report.add(
            Severity.WARNING,
            "repeated",
            "the same figure stands twice",
            Example(row.row, "population", row.value),
        )
    await run(session, "delete from incoming n using repeated r where r.n = n.n and r.nth > 1")
