"""Population groups by the words of a file: a value, else an alias, else a new group."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from api.exchange.report import ImportReport, Severity
from api.exchange.store.staging import analyze, drop, run
from models.base import new_id
from models.outcomes import Population, PopulationAlias

TOTAL_WORDS = ("all", "all students", "total", "overall", "everyone", "state total", "district total")

GROUPS = """
create temporary table named_group on commit drop as
select distinct dimension, population, null::uuid as population_id from incoming
"""
BY_VALUE = """
update named_group g set population_id = (
  select p.id from population p
  where p.partnership_id is not distinct from :p and p.dimension = g.dimension and p.value = g.population)
where g.population_id is null
"""
BY_ALIAS = """
update named_group g set population_id = (
  select a.population_id from population_alias a
  where a.partnership_id is not distinct from :p and a.dimension = g.dimension and a.alias = g.population)
where g.population_id is null
"""
NEW_GROUPS = """
insert into population (partnership_id, id, dimension, value, label, is_total)
select :p, gen_random_uuid(), dimension, population, population, lower(population) = any(:total_words)
from named_group where population_id is null
"""


async def store_groups(session: AsyncSession, partnership_id: UUID, report: ImportReport) -> None:
    """Makes the temporary table `named_group` (dimension, population, population_id) of the groups of `incoming`."""
    await drop(session, "named_group")
    await run(session, GROUPS)
    await run(session, BY_VALUE, p=partnership_id)
    await run(session, BY_ALIAS, p=partnership_id)
    created = await run(session, NEW_GROUPS, p=partnership_id, total_words=list(TOTAL_WORDS))
    if created:
        report.add(Severity.NOTICE, "new-groups", f"population groups created from this file: {created}")
    await run(session, BY_VALUE, p=partnership_id)
    await run(session, "create unique index on named_group (dimension, population)")
    await analyze(session, "named_group")


async def group_of(session: AsyncSession, partnership_id: UUID, dimension: str, word: str) -> UUID:
    """The group that a word means, created where there is none."""
    by_value = select(Population.id).where(
        Population.partnership_id == partnership_id,
        Population.dimension == dimension,
        Population.value == word,
    )
    by_alias = select(PopulationAlias.population_id).where(
        PopulationAlias.partnership_id == partnership_id,
        PopulationAlias.dimension == dimension,
        PopulationAlias.alias == word,
    )
    for query in (by_value, by_alias):
        found = (await session.execute(query)).scalar_one_or_none()
        if found is not None:
            return found
    group = Population(
        partnership_id=partnership_id,
        id=new_id(),
        dimension=dimension,
        value=word,
        label=word,
        is_total=is_total(word),
    )
    session.add(group)
    await session.flush()
    return group.id


def is_total(value: str) -> bool:
    """Whether a group's value means everybody."""
    return value.strip().casefold() in TOTAL_WORDS
