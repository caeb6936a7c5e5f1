"""Loads Riverbend, the fictional partnership of docs/riverbend.md, from the files beside this one."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from allocation.partnerships import Terms, create_partnership
from api.demo.riverbend_terms import add_terms
from api.exchange.errors import ReadError
from api.exchange.imports import Order, import_file
from api.exchange.recipe_files import load_recipe
from api.exchange.store.facts import split_identifier
from api.exchange.store.rows import settle
from models.base import new_id
from models.database import Database, Scope
from models.history import ImportRun
from models.organizations import OrganizationIdentifier
from models.outcomes import Indicator, Reference
from models.partnerships import AnchorEntity, Area, Partnership, ReferenceKind

FOLDER = Path(__file__).parent / "riverbend"
SLUG = "riverbend"
TERMS = Terms(SLUG, "Riverbend Cradle to Career", is_public=True, is_fictional=True)
FACTS_FIRST = ("organizations", "outcomes", "populations", "practices")
THEN_MONEY = (
    *("investments", "restrictions", "in-kind", "positions", "position-costs", "allocations", "findings"),
    *("position-funding", "ledger", "fee-agreements", "budgets", "obligations", "renewals", "match"),
    *("instalments", "match-offers", "in-kind-movements"),
    *(
        "barriers",
        "measures",
        "policy-plans",
        "policy-steps",
        "policy-milestones",
        "policy-actions",
        "policy-dollars",
    ),
    *("policy-positions", "exempt-purpose-spending", "local-results", "testimony"),
)
SURVEYS = ("survey-preschool", "survey-preschool-revised")
CITY, PARTS = "Riverbend", ("North Bank", "South Bank", "Hillside")
ANCHOR, FEE_RATE, ANCHOR_SINCE = "XX-RIVERBEND-2", Decimal("0.05"), date(2023, 7, 1)
REST_DIMENSIONS = ("meals", "english_learner")
FISCAL_YEAR = 2027  # the year in which the story is told

Progress = Callable[[str], None]
"""Told the name of the file that is loaded next."""


@dataclass(frozen=True)
class Step:
    """One file of the demo, the format that reads it, and whether figures are released after it."""

    path: Path
    format: str
    release: bool = True


def steps() -> list[Step]:
    """The files in the order in which each finds what it names."""
    measured = sorted(FOLDER.glob("measurements-*.csv"))
    return [
        *(Step(FOLDER / f"{name}.csv", name) for name in FACTS_FIRST),
        *(Step(path, "measurements", release=path == measured[-1]) for path in measured),
        *(Step(FOLDER / f"{name}.csv", "measurements") for name in SURVEYS),
        *(Step(FOLDER / f"{name}.csv", name) for name in THEN_MONEY),
    ]


async def load_riverbend(database: Database, progress: Progress | None = None) -> UUID:
    """Loads what is not there yet and returns the partnership; one that is complete is left as it is.

    Errors: ReadError where a file of the demo is refused; PartnershipError where the slug is another's.
    """
    partnership_id = await _find(database) or await _create(database)
    loaded = await _loaded(database, partnership_id)
    for step in steps():
        if step.path.name not in loaded:
            if progress:
                progress(step.path.name)
            if step.release:
                await _join_areas(database, partnership_id)
            await _load(database, partnership_id, step)
    async with database.session(Scope.of(partnership_id)) as session:
        await _name_anchor(session, partnership_id)
        await _compare_with_rest(session, partnership_id)
        await add_terms(session, partnership_id)
    return partnership_id


async def _find(database: Database) -> UUID | None:
    async with database.session(Scope()) as session:
        found = select(Partnership.id).where(Partnership.slug == SLUG, Partnership.is_fictional)
        return (await session.execute(found)).scalar_one_or_none()


async def _create(database: Database) -> UUID:
    async with database.session(Scope()) as session:
        return (await create_partnership(session, TERMS)).id


async def _loaded(database: Database, partnership_id: UUID) -> set[str]:
    async with database.session(Scope.of(partnership_id)) as session:
        kept = select(ImportRun.file).where(
            ImportRun.partnership_id == partnership_id, ImportRun.rejected == 0, ~ImportRun.is_dry_run
        )
        return set((await session.execute(kept)).scalars())


async def _load(database: Database, partnership_id: UUID, step: Step) -> None:
    beside = step.path.with_suffix(".toml")
    recipe = load_recipe(beside) if beside.exists() else None
    order = Order(partnership_id, step.path, step.format, recipe, actor=SLUG, release=step.release)
    report = await import_file(database, order)
    if report.rejected:
        faults = "; ".join(f"{finding.code}: {finding.message}" for finding in report)
        raise ReadError(step.path.name, "", f"{report.rejected} rows are refused: {faults}")


async def _join_areas(database: Database, partnership_id: UUID) -> None:
    """The parts of the city lie in it: said before a release, which must know what adds up to what."""
    mine = Area.partnership_id == partnership_id
    city = select(Area.id).where(mine, Area.name == CITY).scalar_subquery()
    async with database.session(Scope.of(partnership_id)) as session:
        await session.execute(
            update(Area).where(mine, Area.name.in_(PARTS), Area.parent_id.is_(None)).values(parent_id=city)
        )


async def _name_anchor(session: AsyncSession, partnership_id: UUID) -> None:
    """The United Riverbend Fund holds the partnership's money."""
    known = select(AnchorEntity.id).where(AnchorEntity.partnership_id == partnership_id)
    if (await session.execute(known)).first():
        return
    scheme, value = split_identifier(ANCHOR)
    fund = select(OrganizationIdentifier.organization_id).where(
        OrganizationIdentifier.partnership_id == partnership_id,
        OrganizationIdentifier.scheme == scheme,
        OrganizationIdentifier.value == value,
    )
    session.add(
        AnchorEntity(
            partnership_id=partnership_id,
            id=new_id(),
            organization_id=(await session.execute(fund)).scalar_one(),
            fee_rate=FEE_RATE,
            starts_on=ANCHOR_SINCE,
        )
    )


async def _compare_with_rest(session: AsyncSession, partnership_id: UUID) -> None:
    """By meals and by language a group is compared with the other children; by race the recipes name White."""
    indicators = select(Indicator.id).where(Indicator.partnership_id == partnership_id)
    known = select(Reference.indicator_id, Reference.dimension).where(
        Reference.partnership_id == partnership_id
    )
    present = {(row.indicator_id, row.dimension) for row in await session.execute(known)}
    for indicator in (await session.execute(indicators)).scalars():
        for dimension in REST_DIMENSIONS:
            if (indicator, dimension) not in present:
                key = {"indicator_id": indicator, "dimension": dimension}
                await settle(session, Reference, partnership_id, key=key, values={"kind": ReferenceKind.REST})
