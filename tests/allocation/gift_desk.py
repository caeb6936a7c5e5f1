"""Gifts in kind of one partnership and a short way to move them, for tests of the ledger."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import text

from allocation.frames.gifts import read_quantities
from allocation.gifts import GiftMovement, record_movement, reverse_movement
from allocation.ledger import audit
from allocation.quantities import Quantities
from models.base import new_id
from models.database import Database, Scope
from models.in_kind import InKindKind, InKindResource, InKindUnit
from models.ledger import TransactionKind, Transfer
from models.organizations import Organization
from models.partnerships import Partnership

JULY, OCTOBER = date(2026, 7, 1), date(2026, 10, 1)


@dataclass(frozen=True)
class GiftDesk:
    """A donor of a partnership and what it gives."""

    database: Database
    partnership: Partnership
    donor: UUID

    @property
    def scope(self) -> Scope:
        return Scope.of(self.partnership.id)

    async def give(
        self, quantity: str = "10", unit: str = "HOUR", **changes: Any
    ) -> UUID:  # a column's value
        """A gift's row, and nothing else."""
        row = InKindResource(
            partnership_id=self.partnership.id,
            id=new_id(),
            **{
                "donor_id": self.donor,
                "kind": InKindKind.TIME,
                "description": "Hours",
                "quantity": Decimal(quantity),
                "unit": InKindUnit(unit),
                "starts_on": JULY,
                **changes,
            },
        )
        async with self.database.session(self.scope) as session:
            session.add(row)
        return row.id

    async def amend(self, gift: UUID, **changes: Any) -> None:  # as above
        """Changes a gift's row."""
        async with self.database.session(self.scope) as session:
            row = await session.get_one(InKindResource, (self.partnership.id, gift))
            for name, value in changes.items():
                setattr(row, name, value)

    async def move(self, gift: UUID, kind: str, amount: int, on: date = OCTOBER) -> UUID:
        """Records what came or was used, in thousandths."""
        async with self.database.session(self.scope) as session:
            row = await session.get_one(InKindResource, (self.partnership.id, gift))
            movement = GiftMovement(gift, row.unit, TransactionKind(kind), amount, on)
            return await record_movement(
                session, self.partnership.id, movement, actor="test", key=str(new_id())
            )

    async def take_back(self, movement: UUID, amount: int | None = None, on: date = OCTOBER) -> UUID:
        """Reverses a movement."""
        async with self.database.session(self.scope) as session:
            row = await session.get_one(Transfer, (self.partnership.id, movement))
            return await reverse_movement(
                session, row, amount, "wrong", actor="test", key=str(new_id()), on=on
            )

    async def standing(self, gift: UUID, on: date = OCTOBER) -> Quantities:
        """The gift's quantities at the end of a day."""
        async with self.database.session(self.scope) as session:
            return (await read_quantities(session, self.partnership.id, on, [gift]))[gift]

    async def value(self, sql: str) -> Any:  # whatever was asked for
        """The one value of a statement."""
        async with self.database.session(self.scope) as session:
            return (await session.execute(text(sql))).scalar_one()

    async def audit(self) -> list[str]:
        """The rules that do not hold."""
        async with self.database.session(self.scope) as session:
            return [rule for _, rule, _ in await audit(session)]


async def gift_desk(database: Database, partnership: Partnership) -> GiftDesk:
    """A desk with a donor."""
    row = Organization(partnership_id=partnership.id, id=new_id(), name="Bank")
    async with database.session(Scope.of(partnership.id)) as session:
        session.add(row)
    return GiftDesk(database, partnership, row.id)
