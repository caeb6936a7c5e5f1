"""Writes what is aimed at: outcomes, indicators and their definitions, areas, groups and targets."""

import re
from datetime import date
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, select

from api.exchange.store.groups import is_total
from api.graphql.common.checks import Checks
from api.graphql.common.enums import UserErrorCode
from api.graphql.common.ids import GlobalId
from api.graphql.outcomes import aim_inputs as given
from models import outcomes
from models.base import TenantRow, new_id
from models.partnerships import Area

__all__ = [
    "record_area",
    "record_group",
    "record_indicator",
    "record_outcome",
    "record_version",
    "set_target",
]

NAME: Final = 200
CODE: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,99}")
FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(2200, 12, 31)


async def _is_known(checks: Checks, model: type[TenantRow], *conditions: ColumnElement[bool]) -> bool:
    mine = model.partnership_id == checks.partnership_id
    found = await checks.session.execute(select(model.id).where(mine, *conditions).limit(1))
    return found.first() is not None


def _taken(checks: Checks, what: str, *path: str) -> None:
    checks.wrong(path, f"Another {what} is known by this.", UserErrorCode.DUPLICATE)


async def record_outcome(checks: Checks, asked: given.RecordOutcomeInput) -> GlobalId:
    """An outcome. Errors: Refused."""
    checks.text(asked.name, "name", longest=NAME)
    o = outcomes.Outcome
    if await _is_known(checks, o, o.name == asked.name):
        _taken(checks, "outcome", "name")
    checks.done()
    kept = o(
        partnership_id=checks.partnership_id,
        id=new_id(),
        name=asked.name,
        stage=asked.stage,
        is_academic=asked.academic,
    )
    checks.session.add(kept)
    await checks.session.flush()
    return GlobalId("Outcome", (checks.partnership_id, kept.id))


async def record_indicator(checks: Checks, asked: given.RecordIndicatorInput) -> GlobalId:
    """An indicator. Errors: Refused."""
    outcome = await checks.row(outcomes.Outcome, asked.outcome, "Outcome", "outcome")
    checks.text(asked.name, "name", longest=NAME)
    checks.text(asked.definition, "definition")
    checks.text(asked.unit, "unit", longest=50)
    code = _code_of(asked.name) if asked.code is None else asked.code
    path = "name" if asked.code is None else "code"
    checks.must(bool(CODE.fullmatch(code)), (path,), "A code has small letters, digits and hyphens.")
    i = outcomes.Indicator
    if await _is_known(checks, i, i.name == asked.name):
        _taken(checks, "indicator", "name")
    elif await _is_known(checks, i, i.code == code):
        _taken(checks, "indicator", path)
    checks.done()
    assert outcome is not None  # noqa: S101 - checked above
    kept = i(
        partnership_id=checks.partnership_id,
        id=new_id(),
        outcome_id=outcome.id,
        code=code,
        name=asked.name,
        definition=asked.definition,
        unit=asked.unit,
        higher_is_better=asked.higher_is_better,
        is_core=asked.core,
    )
    checks.session.add(kept)
    await checks.session.flush()
    return GlobalId("Indicator", (checks.partnership_id, kept.id))


def _code_of(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:100]


async def record_version(
    checks: Checks, asked: given.RecordIndicatorVersionInput, indicator: outcomes.Indicator
) -> GlobalId:
    """A definition from a day on; the one before it ends on that day. Errors: Refused."""
    checks.text(asked.definition, "definition")
    checks.text(asked.reason, "reason")
    checks.text(asked.bridge, "bridge")
    checks.must(FIRST_DAY <= asked.valid_from <= LAST_DAY, ("validFrom",), "No figures are of that time.")
    v = outcomes.IndicatorVersion
    rows = await checks.session.execute(
        select(v)
        .where(v.partnership_id == checks.partnership_id, v.indicator_id == indicator.id)
        .order_by(v.valid_from)
    )
    known = rows.scalars().all()
    if any(each.valid_from == asked.valid_from for each in known):
        checks.wrong(("validFrom",), "Another definition begins on this day.", UserErrorCode.DUPLICATE)
    checks.done()
    later = [each.valid_from for each in known if each.valid_from > asked.valid_from]
    for each in known:
        if each.valid_from < asked.valid_from and (each.valid_to is None or each.valid_to > asked.valid_from):
            each.valid_to = asked.valid_from
    checks.session.add(
        v(
            partnership_id=checks.partnership_id,
            id=new_id(),
            indicator_id=indicator.id,
            definition=asked.definition,
            valid_from=asked.valid_from,
            valid_to=min(later, default=None),
            reason=asked.reason,
            bridge=asked.bridge,
        )
    )
    await checks.session.flush()
    return GlobalId("Indicator", (checks.partnership_id, indicator.id))


async def record_area(checks: Checks, asked: given.RecordAreaInput) -> GlobalId:
    """An area. Errors: Refused."""
    parent = await checks.row(Area, asked.parent, "Area", "parent")
    checks.text(asked.name, "name", longest=NAME)
    checks.text(asked.code, "code", longest=NAME)
    if await _is_known(checks, Area, Area.name == asked.name):
        _taken(checks, "area", "name")
    if asked.code is not None and await _is_known(checks, Area, Area.code == asked.code):
        _taken(checks, "area", "code")
    checks.done()
    kept = Area(
        partnership_id=checks.partnership_id,
        id=new_id(),
        name=asked.name,
        code=asked.code,
        parent_id=parent.id if parent else None,
    )
    checks.session.add(kept)
    await checks.session.flush()
    return GlobalId("Area", (checks.partnership_id, kept.id))


async def record_group(checks: Checks, asked: given.RecordPopulationGroupInput) -> GlobalId:
    """A group with its aliases, and the groups that it lies in. Errors: Refused."""
    p = outcomes.Population
    checks.text(asked.dimension, "dimension", longest=100)
    checks.text(asked.value, "value", longest=NAME)
    checks.text(asked.label, "label", longest=NAME)
    checks.text(asked.rationale, "rationale")
    if await _is_named(checks, asked.dimension, asked.value):
        _taken(checks, "group of this dimension", "value")
    parts = await _parts(checks, asked)
    await _check_aliases(checks, asked)
    checks.done()
    kept = p(
        partnership_id=checks.partnership_id,
        id=new_id(),
        dimension=asked.dimension,
        value=asked.value,
        label=asked.label or asked.value,
        is_key=asked.key,
        is_total=not parts and is_total(asked.value),
        rationale=asked.rationale,
    )
    checks.session.add(kept)
    await checks.session.flush()
    mine = {"partnership_id": checks.partnership_id, "population_id": kept.id}
    checks.session.add_all(outcomes.PopulationPart(**mine, part_id=part) for part in parts)
    checks.session.add_all(
        outcomes.PopulationAlias(**mine, id=new_id(), dimension=asked.dimension, alias=alias)
        for alias in asked.aliases
    )
    await checks.session.flush()
    return GlobalId("PopulationGroup", (checks.partnership_id, kept.id))


async def _is_named(checks: Checks, dimension: str, word: str) -> bool:
    """Whether a word means a group of the dimension already, by its value or as an alias."""
    p, a = outcomes.Population, outcomes.PopulationAlias
    return await _is_known(checks, p, p.dimension == dimension, p.value == word) or await _is_known(
        checks, a, a.dimension == dimension, a.alias == word
    )


async def _parts(checks: Checks, asked: given.RecordPopulationGroupInput) -> list[UUID]:
    """The groups of an intersection: two or more, of dimensions that differ, none of them everybody."""
    found = [
        await checks.row(outcomes.Population, text, "PopulationGroup", "intersectionOf", str(n))
        for n, text in enumerate(asked.intersection_of)
    ]
    parts = [each for each in found if each is not None]
    checks.must(len(found) != 1, ("intersectionOf",), "An intersection is of two groups or more.")
    dimensions = [each.dimension for each in parts]
    is_fit = len(set(dimensions)) == len(dimensions) and not any(each.is_total for each in parts)
    checks.must(is_fit, ("intersectionOf",), "Each group is of another dimension, and none is everybody.")
    return [each.id for each in parts]


async def _check_aliases(checks: Checks, asked: given.RecordPopulationGroupInput) -> None:
    for n, alias in enumerate(asked.aliases):
        checks.text(alias, "aliases", str(n), longest=NAME)
        if alias == asked.value or alias in asked.aliases[:n]:
            checks.wrong(("aliases", str(n)), "This word is given twice.")
        elif await _is_named(checks, asked.dimension, alias):
            _taken(checks, "group of this dimension", "aliases", str(n))


async def set_target(checks: Checks, asked: given.SetTargetInput, indicator: outcomes.Indicator) -> GlobalId:
    """A target, or another value for the one that is due on that day. Errors: Refused."""
    area = await checks.row(Area, asked.area, "Area", "area")
    group = await checks.row(outcomes.Population, asked.population, "PopulationGroup", "population")
    if indicator.unit == "percent":
        checks.must(0 <= asked.value <= 100, ("value",), "A share lies between 0 and 100 percent.")
    checks.must(FIRST_DAY <= asked.due_on <= LAST_DAY, ("dueOn",), "No target is of that time.")
    checks.done()
    t = outcomes.Target
    of_area = t.area_id == area.id if area else t.area_id.is_(None)
    of_group = t.population_id == group.id if group else t.population_id.is_(None)
    mine = (t.partnership_id == checks.partnership_id, t.indicator_id == indicator.id)
    found = await checks.session.execute(
        select(t).where(*mine, of_area, of_group, t.due_on == asked.due_on).with_for_update()
    )
    known = found.scalar_one_or_none()
    if known is not None:
        known.value = asked.value
    else:
        checks.session.add(
            t(
                partnership_id=checks.partnership_id,
                id=new_id(),
                indicator_id=indicator.id,
                area_id=area.id if area else None,
                population_id=group.id if group else None,
                value=asked.value,
                due_on=asked.due_on,
            )
        )
    await checks.session.flush()
    return GlobalId("Indicator", (checks.partnership_id, indicator.id))
