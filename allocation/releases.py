"""Makes a release: the one gate between the raw figures and everything that readers see."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from allocation.disclosure import cells as gate
from allocation.disclosure.gate import AuditSummary
from allocation.disclosure.release import Release as Released
from allocation.disclosure.release import release
from allocation.disclosure.structure import AreaParts, Dimension, Intersection, Measure, Structure
from allocation.frames.places import read_areas, read_indicators, read_partnership, read_populations
from allocation.standing import StandingPopulation
from allocation.submissions import APPROVED, close_release
from models.base import new_id
from models.measurements import Figure, Measurement, RawBasis, RawFigure, Release

RawRow = Any  # a row of the query in _raw: its columns are named there
SHOWN_FIELDS = (
    "status", "value", "low", "high", "numerator", "denominator", "size_low", "size_high", "rule", "reason",
)  # fmt: skip

# What a public body has released passes as published: it joins no release of ours (interface: already_public).
PUBLISHED = """
insert into figure (partnership_id, measurement_id, version, release_id, status, value, low, high, numerator,
  denominator, size_low, size_high, rule, reason, already_public, source_system, source_file, source_row, is_newest)
select r.partnership_id, r.measurement_id, coalesce(f.version, 0) + 1, :release, r.status, r.value, r.low, r.high,
  r.numerator, r.denominator, r.denominator, r.denominator,
  case r.status when 'SUPPRESSED_AT_SOURCE' then 'AT_SOURCE' end,
  case r.status when 'SUPPRESSED_AT_SOURCE' then 'The body that published this figure withheld it.'
    when 'NOT_APPLICABLE' then 'There was nobody in the group.' when 'MISSING' then 'No figure was published.' end,
  true, r.source_system, r.source_file, r.source_row, false
from raw.figure r
join (%s) newest
  on newest.measurement_id = r.measurement_id and newest.version = r.version
left join figure f on f.partnership_id = :p and f.measurement_id = r.measurement_id and f.is_newest
where r.partnership_id = :p and r.already_public and (f.version is null or not f.already_public or
  (f.status, f.value, f.low, f.high, f.numerator, f.denominator) is distinct from
  (r.status, r.value, r.low, r.high, r.numerator, r.denominator))
""".replace("%s", APPROVED)
OWN_TO_RELEASE = """
select exists (
    select from raw.figure r
    left join submission s on s.partnership_id = r.partnership_id and s.id = r.submission_id
    where r.partnership_id = :p and not r.already_public and (s.id is null or s.step = 'APPROVED'))
  or :minimum is distinct from (
    select minimum_group_size from release where partnership_id = :p order by released_at desc limit 1)
"""
# Two steps, since only one figure of a measurement may be the newest at any moment.
OLDER = """
update figure o set is_newest = false from figure n
where o.partnership_id = :p and o.is_newest and n.partnership_id = :p and n.measurement_id = o.measurement_id
  and n.release_id = :release
"""
NEWEST = "update figure set is_newest = true where partnership_id = :p and release_id = :release"


@dataclass(frozen=True)
class Tally:
    """What a release did: figures newly shown or changed, how many of them withheld, breakdowns dropped."""

    release_id: UUID
    figures: int
    withheld: int
    dropped: tuple[str, ...]
    audit: AuditSummary | None


async def release_figures(session: AsyncSession, partnership_id: UUID, actor: str) -> Tally:
    """Releases what was recorded since the last release, in a steward's session. Nothing released changes."""
    await session.execute(
        text("select pg_advisory_xact_lock(hashtextextended(:p, 7))"), {"p": str(partnership_id)}
    )
    # A release reads all of a partnership. Where nobody has gathered statistics yet, the planner takes a table for
    # empty and joins row by row: minutes for what a hash join does in a moment.
    await session.execute(text("select set_config('enable_nestloop', 'off', true)"))
    partnership = await read_partnership(session, partnership_id)
    release_id = new_id()
    kept = Release(
        partnership_id=partnership_id,
        id=release_id,
        released_by=actor,
        minimum_group_size=partnership.minimum_group_size,
        figure_count=0,
        withheld_count=0,
        dropped=None,
    )
    made, drafts = None, Drafts([], [])
    if await _has_own_to_release(session, partnership_id, partnership.minimum_group_size):
        made, drafts = await _own_release(session, partnership_id, partnership.minimum_group_size)
    kept.dropped = "\n".join(str(each) for each in made.dropped) or None if made else None
    kept.withheld_count = sum(row["value"] is None for row in drafts.figures)
    session.add(kept)
    await session.flush()
    passed = await session.execute(text(PUBLISHED), {"p": partnership_id, "release": release_id})
    if drafts.figures:
        await session.execute(insert(Figure), [{**row, "release_id": release_id} for row in drafts.figures])
    if drafts.bases:
        await session.execute(insert(RawBasis), drafts.bases)
    for statement in (OLDER, NEWEST):
        await session.execute(text(statement), {"p": partnership_id, "release": release_id})
    await close_release(session, partnership_id, actor)
    return Tally(
        release_id,
        len(drafts.figures) + int(getattr(passed, "rowcount", 0)),
        kept.withheld_count,
        tuple(str(each) for each in made.dropped) if made else (),
        made.audit if made else None,
    )


@dataclass(frozen=True)
class Drafts:
    """Rows to be written: the figures that differ from the newest released ones, and what they were made from."""

    figures: list[dict[str, Any]]  # Any: a column's value
    bases: list[dict[str, Any]]


@dataclass(frozen=True)
class Own:
    """The partnership's own raw figures as cells; several measurements may be one cell (each dimension's total)."""

    cells: Mapping[gate.CellKey, gate.RawCell]
    measurements: Mapping[gate.CellKey, Sequence[RawRow]]


async def _has_own_to_release(session: AsyncSession, partnership_id: UUID, minimum: int) -> bool:
    """Whether figures of our own were approved since they were last released, or the minimum has changed.

    What is public already joins no release of ours, so that its coming changes none.
    """
    found = await session.execute(text(OWN_TO_RELEASE), {"p": partnership_id, "minimum": minimum})
    return bool(found.scalar_one())


async def _own_release(
    session: AsyncSession, partnership_id: UUID, minimum: int
) -> tuple[Released | None, Drafts]:
    populations = await read_populations(session, partnership_id)
    own = _cells(await _raw(session, partnership_id), populations)
    if not own.cells:
        return None, Drafts([], [])
    structure = await _structure(session, partnership_id, own, populations)
    previous = await _previous(session, partnership_id, own, minimum)
    made = release(own.cells.values(), structure, minimum, previous)
    return made, await _drafts(session, partnership_id, own, made)


async def _raw(session: AsyncSession, partnership_id: UUID) -> Sequence[RawRow]:
    """The newest approved raw version of each measurement that is our own."""
    m, r = Measurement, RawFigure
    newest = text(APPROVED).columns(r.measurement_id, r.version).subquery()
    query = (
        select(
            m.id,
            m.indicator_id,
            m.area_id,
            m.population_id,
            m.period_start,
            m.period_end,
            r.status,
            r.value,
            r.low,
            r.high,
            r.numerator,
            r.denominator,
            r.mark,
            r.already_public,
            r.source_system,
            r.source_file,
            r.source_row,
        )
        .join(r, (r.partnership_id == m.partnership_id) & (r.measurement_id == m.id))
        .join(newest, (newest.c.measurement_id == r.measurement_id) & (newest.c.version == r.version))
        .where(m.partnership_id == partnership_id, r.already_public.is_(False))
        .order_by(m.id)
    )
    return list((await session.execute(query, {"p": partnership_id})).all())


def _cells(rows: Iterable[RawRow], populations: Mapping[str, StandingPopulation]) -> Own:
    cells: dict[gate.CellKey, gate.RawCell] = {}
    measurements: dict[gate.CellKey, list[RawRow]] = defaultdict(list)
    for row in rows:
        key = _key(row, populations[str(row.population_id)])
        measurements[key].append(row)
        cells.setdefault(
            key,
            gate.RawCell(
                key,
                row.numerator,
                row.denominator,
                row.value,
                row.low,
                row.high,
                gate.MeasurementStatus(row.status.value),
                row.mark,
            ),
        )
    return Own(cells, measurements)


def _key(row: RawRow, population: StandingPopulation) -> gate.CellKey:
    period = f"{row.period_start}/{row.period_end}"
    if population.is_total:
        return gate.CellKey(str(row.indicator_id), str(row.area_id), gate.TOTAL, gate.TOTAL, period)
    return gate.CellKey(
        str(row.indicator_id), str(row.area_id), population.dimension, population.value, period
    )


async def _structure(
    session: AsyncSession, partnership_id: UUID, own: Own, populations: Mapping[str, StandingPopulation]
) -> Structure:
    """What adds up. A dimension, or an area's parts, count as complete where the recorded sizes say so."""
    areas = await read_areas(session, partnership_id)
    indicators = await read_indicators(session, partnership_id)
    groups: dict[str, set[str]] = defaultdict(set)
    for key in own.cells:
        if not key.is_total:
            groups[key.dimension].add(key.group)
    crossings = [
        Intersection(
            p.dimension,
            p.value,
            tuple(sorted((populations[q].dimension, populations[q].value) for q in p.parts)),
        )
        for p in populations.values()
        if p.parts and p.value in groups[p.dimension]
    ]
    crossed = {(each.dimension, each.group) for each in crossings}
    parts: dict[str, list[str]] = defaultdict(list)
    used = {key.area for key in own.cells}
    for area in areas.values():
        if area.within and area.id in used and area.within[0] in used:
            parts[area.within[0]].append(area.id)
    return Structure(
        dimensions=tuple(
            Dimension(name, members, complete=len(members) > 1 and _adds_up(own, name, members))
            for name in sorted(groups)
            if (members := tuple(sorted(g for g in groups[name] if (name, g) not in crossed)))
        ),
        intersections=tuple(crossings),
        areas=tuple(
            AreaParts(parent, tuple(sorted(children)), complete=_parts_add_up(own, parent, children))
            for parent, children in sorted(parts.items())
        ),
        measures={each.id: _measure(each.unit) for each in indicators.values() if each.unit != "percent"},
    )


def _measure(unit: str) -> Measure:
    return Measure.COUNT if unit in {"count", "people", "students"} else Measure.MEAN


def _adds_up(own: Own, dimension: str, members: Sequence[str]) -> bool:
    """Whether the groups' sizes make the total wherever all are recorded, and somewhere they are."""
    verdicts = [
        sum(each.denominator or 0 for each in parts) == cell.denominator
        for key, cell in own.cells.items()
        if key.is_total
        and cell.denominator is not None
        and (parts := _all_known(own, [key.of(dimension, group) for group in members]))
    ]
    return bool(verdicts) and all(verdicts)


def _parts_add_up(own: Own, parent: str, children: Sequence[str]) -> bool:
    verdicts = [
        sum(each.denominator or 0 for each in parts) == cell.denominator
        for key, cell in own.cells.items()
        if key.area == parent
        and cell.denominator is not None
        and (
            parts := _all_known(
                own, [gate.CellKey(key.indicator, c, key.dimension, key.group, key.period) for c in children]
            )
        )
    ]
    return bool(verdicts) and all(verdicts)


def _all_known(own: Own, keys: Sequence[gate.CellKey]) -> list[gate.RawCell] | None:
    found = [own.cells[key] for key in keys if key in own.cells]
    return found if len(found) == len(keys) and all(cell.denominator is not None for cell in found) else None


async def _previous(session: AsyncSession, partnership_id: UUID, own: Own, minimum: int) -> Released | None:
    """The standing release of our own figures, with what it was made from."""
    rows = await session.execute(
        select(Figure, RawBasis.size, RawBasis.count)
        .outerjoin(
            RawBasis,
            (RawBasis.partnership_id == Figure.partnership_id)
            & (RawBasis.measurement_id == Figure.measurement_id)
            & (RawBasis.version == Figure.version),
        )
        .where(Figure.partnership_id == partnership_id, Figure.is_newest, Figure.already_public.is_(False))
    )
    keys = {row.id: key for key, each in own.measurements.items() for row in each}
    cells: dict[gate.CellKey, gate.ReleasedCell] = {}
    bases: dict[gate.CellKey, gate.Basis] = {}
    for figure, size, count in rows:
        key = keys.get(figure.measurement_id)
        if key is None:
            continue
        cells[key] = gate.ReleasedCell(
            key,
            gate.MeasurementStatus(figure.status.value),
            figure.value,
            figure.low,
            figure.high,
            figure.numerator,
            figure.denominator,
            figure.size_low,
            figure.size_high,
            gate.SuppressionRule(figure.rule.value) if figure.rule else None,
            figure.reason,
        )
        if size is not None:
            bases[key] = gate.Basis(size, float(count))
    if not cells:
        return None
    lowest = (
        await session.execute(
            select(Release.minimum_group_size)
            .where(Release.partnership_id == partnership_id)
            .order_by(Release.released_at.desc())
            .limit(1)
        )
    ).scalar_one_or_none()
    return Released(cells, (), AuditSummary(0, 0, 0, 0), (), min(lowest or minimum, minimum), bases)


async def _drafts(session: AsyncSession, partnership_id: UUID, own: Own, made: Released) -> Drafts:
    standing = await session.execute(
        select(Figure).where(Figure.partnership_id == partnership_id, Figure.is_newest)
    )
    newest = {figure.measurement_id: figure for figure in standing.scalars()}
    drafts = Drafts([], [])
    for key, cell in made.cells.items():
        for row in own.measurements.get(key, ()):
            figure = newest.get(row.id)
            if figure is not None and not figure.already_public and _shows(figure) == _shows(cell):
                continue
            version = figure.version + 1 if figure else 1
            drafts.figures.append(
                {
                    "partnership_id": partnership_id,
                    "measurement_id": row.id,
                    "version": version,
                    "is_newest": False,
                    **{name: getattr(cell, name) for name in SHOWN_FIELDS},
                    "already_public": False,
                    "source_system": row.source_system,
                    "source_file": row.source_file,
                    "source_row": row.source_row,
                }
            )
            basis = made.basis.get(key)
            if basis is not None:
                drafts.bases.append(
                    {
                        "partnership_id": partnership_id,
                        "measurement_id": row.id,
                        "version": version,
                        "size": basis.size,
                        "count": basis.count,
                    }
                )
    return drafts


def _shows(shown: Figure | gate.ReleasedCell) -> tuple[Any, ...]:
    return tuple(str(getattr(shown, name)) for name in SHOWN_FIELDS)
