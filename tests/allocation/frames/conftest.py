"""Riverbend's staff and money in a database, imported once; and an anchor entity with a small ledger of its own."""

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from uuid import UUID

import pytest

import api.demo
from allocation.ledger import AccountKey, Line, Posting, open_accounts, post
from allocation.partnerships import Terms, create_partnership
from api.exchange.imports import Order, import_file
from api.exchange.recipe_files import load_recipe
from models.base import new_id
from models.database import Database, Scope
from models.ledger import AccountKind, TransactionKind
from models.organizations import Organization
from models.partnerships import AnchorEntity, Partnership
from models.resources import Funder, Investment, ResourceUse

RIVERBEND = Path(api.demo.__file__).parent / "riverbend"
FILES = (
    "organizations",
    "outcomes",
    "populations",
    "practices",
    "measurements-third-grade-reading",
    "findings",
    "investments",
    "restrictions",
    "in-kind",
    "positions",
    "allocations",
    "position-funding",
)


def rows_of(name: str) -> Sequence[Mapping[str, str]]:
    """The rows of one of Riverbend's files."""
    with (RIVERBEND / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def cents(amount: str) -> int:
    """A file's amount in minor units."""
    return int(Decimal(amount) * 100)


@pytest.fixture(scope="session")
async def riverbend(database: Database) -> UUID:
    """Riverbend's partners, money and staff, and of its figures those of third-grade reading."""
    async with database.session(Scope()) as session:
        founded = await create_partnership(session, Terms(f"r{new_id().hex[:12]}", "Riverbend"))
    for name in FILES:
        recipe = RIVERBEND / f"{name}.toml"
        report = await import_file(
            database,
            Order(
                founded.id,
                RIVERBEND / f"{name}.csv",
                name.removesuffix("-third-grade-reading"),
                load_recipe(recipe) if recipe.exists() else None,
            ),
        )
        assert report.rejected == 0, (name, list(report))
    return founded.id


@dataclass
class Anchored:
    """A partnership whose anchor entity receives the awards that a test posts."""

    database: Database
    partnership: Partnership
    anchor: UUID
    other: UUID
    funder: UUID

    async def award(self, title: str = "Award", *, use: str = "OPERATIONS", to: UUID | None = None) -> UUID:
        """An investment with nothing in the ledger yet; to the anchor entity where nobody is named."""
        row = Investment(
            partnership_id=self.partnership.id,
            id=new_id(),
            funder_id=self.funder,
            recipient_id=to or self.anchor,
            title=title,
            use=ResourceUse(use),
            currency="USD",
            source_system="test",
            source_identifier=title,
        )
        async with self.database.session(Scope.of(self.partnership.id)) as session:
            session.add(row)
        return row.id

    async def post(self, investment: UUID, kind: str, sides: tuple[str, str], amount: int, on: date) -> None:
        """One transfer from the first account to the second; `SPENT:PRACTICE` is an account with that use."""
        keys = [_key(investment, side) for side in sides]
        async with self.database.session(Scope.of(self.partnership.id)) as session:
            ids = await open_accounts(session, self.partnership.id, keys)
            posting = Posting(TransactionKind(kind), ids[keys[0]], ids[keys[1]], "USD", amount, on)
            await post(session, "test", str(new_id()), [posting])


def _key(investment: UUID, side: str) -> AccountKey:
    kind, _, use = side.partition(":")
    line = Line(use=ResourceUse(use)) if use else None
    return AccountKey(investment, AccountKind(kind), "USD", line)


@pytest.fixture
async def anchored(database: Database, partnership: Partnership) -> Anchored:
    """An anchor entity with a fee of 7 %, a partner beside it, and a funder."""
    p = partnership.id
    anchor, other, giver = (
        Organization(partnership_id=p, id=new_id(), name=name) for name in ("Anchor", "Other", "Giver")
    )
    funder = Funder(partnership_id=p, id=new_id(), organization_id=giver.id)
    async with database.session(Scope.of(p)) as session:
        session.add_all([anchor, other, giver])
        await session.flush()
        entity = AnchorEntity(partnership_id=p, organization_id=anchor.id, fee_rate=Decimal("0.07"))
        session.add_all([funder, entity])
    return Anchored(database, partnership, anchor.id, other.id, funder.id)
