"""Stores what a recipe says of its indicators: the indicator, its outcome, and the locally chosen reference."""

from collections.abc import Iterable
from dataclasses import replace
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from api.exchange.errors import ReadError
from api.exchange.recipes import IndicatorTerms, Recipe, ReferenceTerms
from api.exchange.store.groups import group_of
from api.exchange.store.rows import settle
from models.base import new_id
from models.outcomes import Indicator, Outcome, Reference
from models.partnerships import ReferenceKind

ANY_OTHER = "*"
CHECKED = ("name", "unit", "higher_is_better")


async def store_indicators(session: AsyncSession, partnership_id: UUID, recipe: Recipe) -> None:
    """Creates the recipe's indicators, or checks that they are the same. Errors: ReadError."""
    terms = {code: each for code, each in recipe.indicators.items() if code != ANY_OTHER}
    named = recipe.constants.get("indicator")
    if recipe.indicator and named:
        terms[named] = recipe.indicator
    for code, each in terms.items():
        await _indicator(session, partnership_id, recipe.name, code, each)
    for code in {*terms, *([named] if named else [])}:
        indicator = await _find(session, partnership_id, code)
        if indicator and recipe.reference:
            await store_reference(session, indicator, recipe.reference)


async def store_others(
    session: AsyncSession, partnership_id: UUID, recipe: Recipe, codes: Iterable[str]
) -> None:
    """Creates the indicators among `codes` that nothing describes but `[indicators."*"]`. Errors: ReadError."""
    terms = recipe.indicators.get(ANY_OTHER)
    if terms is None:
        return
    for code in codes:
        if await _find(session, partnership_id, code) is None:
            named = replace(terms, name=f"{terms.name or code} ({code})")
            await _indicator(session, partnership_id, recipe.name, code, named)


async def store_reference(session: AsyncSession, indicator: Indicator, terms: ReferenceTerms) -> None:
    """Makes the terms the indicator's reference in their dimension: a group, `rest` or `total`."""
    p = indicator.partnership_id
    kind = {
        "rest": ReferenceKind.REST,
        "total": ReferenceKind.TOTAL,
        "target": ReferenceKind.TARGET,
    }.get(terms.population.casefold(), ReferenceKind.GROUP)
    is_named = kind is ReferenceKind.GROUP
    group = await group_of(session, p, terms.dimension, terms.population) if is_named else None
    await settle(
        session,
        Reference,
        p,
        key={"indicator_id": indicator.id, "dimension": terms.dimension},
        values={"kind": kind, "population_id": group},
    )
    await session.flush()


async def _indicator(session: AsyncSession, p: UUID, recipe: str, code: str, terms: IndicatorTerms) -> None:
    known = await _find(session, p, code)
    if known is not None:
        _check(recipe, known, terms)
        return
    if not (terms.name and terms.outcome and terms.stage):
        raise ReadError(recipe, "indicator", f"{code} is not known yet: give its name, outcome and stage")
    session.add(
        Indicator(
            partnership_id=p,
            id=new_id(),
            outcome_id=await _outcome(session, p, terms.outcome, terms.stage),
            code=code,
            name=terms.name,
            definition=terms.definition,
            unit=terms.unit or "percent",
            higher_is_better=True if terms.higher_is_better is None else terms.higher_is_better,
            is_core=bool(terms.core),
        )
    )
    await session.flush()


def _check(recipe: str, known: Indicator, terms: IndicatorTerms) -> None:
    for name in CHECKED:
        said, kept = getattr(terms, name), getattr(known, name)
        if said is not None and said != kept:
            raise ReadError(
                recipe, f"[indicator] {name}", f"{known.code} is known with {kept!r}, not {said!r}"
            )


async def _outcome(session: AsyncSession, p: UUID, name: str, stage: str) -> UUID:
    """The outcome of that name, created at this stage where there is none."""
    found = await session.execute(select(Outcome.id).where(Outcome.partnership_id == p, Outcome.name == name))
    known = found.scalar_one_or_none()
    if known is not None:
        return known
    outcome = Outcome(partnership_id=p, id=new_id(), name=name, stage=stage)
    session.add(outcome)
    await session.flush()
    return outcome.id


async def _find(session: AsyncSession, p: UUID, code: str) -> Indicator | None:
    found = await session.execute(
        select(Indicator).where(Indicator.partnership_id == p, Indicator.code == code)
    )
    return found.scalar_one_or_none()
