"""Checks of an input's fields: each notes what is wrong at its path, so that all of it is told at once."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Final, TypeVar
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from api.graphql.common.changes import Fault, Refused
from api.graphql.common.enums import UserErrorCode
from api.graphql.common.ids import read_id
from api.graphql.reallocation.reallocation_inputs import MoneyInput
from models.base import TenantRow

__all__ = ["Checks"]

CENT: Final = Decimal("0.01")
MOST: Final = Decimal(10) ** 13
R = TypeVar("R", bound=TenantRow)


@dataclass
class Checks:
    """The checks of one input of one partnership; `done` refuses it where any failed."""

    session: AsyncSession
    partnership_id: UUID
    faults: list[Fault] = field(default_factory=list)

    def wrong(self, path: Iterable[str], message: str, code: UserErrorCode = UserErrorCode.INVALID) -> None:
        """Notes a fault."""
        self.faults.append(Fault(tuple(path), code, message))

    def must(self, holds: bool, path: Iterable[str], message: str) -> None:
        """Notes a fault where something does not hold."""
        if not holds:
            self.wrong(path, message)

    def text(self, value: str | None, *path: str, longest: int = 2000) -> None:
        """A text that is given is not blank, nor too long, and holds no zero byte."""
        is_fit = value is None or (len(value.strip()) >= 1 and len(value) <= longest and "\0" not in value)
        self.must(is_fit, path, f"A text here has 1 to {longest} characters.")

    def share(self, value: Decimal | None, *path: str) -> None:
        """A number within 0 and 1."""
        self.must(value is None or 0 <= value <= 1, path, "It lies between 0 and 1.")

    def above_zero(self, value: Decimal | None, *path: str, most: Decimal = MOST) -> None:
        """A number above 0, up to `most`."""
        self.must(value is None or 0 < value <= most, path, f"It is above 0, up to {most:f}.")

    def term(self, starts_on: date | None, ends_on: date | None, *path: str) -> None:
        """A term ends on or after the day on which it starts."""
        is_fit = starts_on is None or ends_on is None or starts_on <= ends_on
        self.must(is_fit, (*path, "endsOn"), "It ends before it starts.")

    def money(self, value: MoneyInput | None, *path: str, currency: str | None = None) -> int | None:
        """The minor units of an amount of 0 or more with at most two decimal places."""
        if value is None:
            return None
        is_fit = 0 <= value.amount <= MOST and value.amount == value.amount.quantize(CENT)
        self.must(is_fit, (*path, "amount"), "An amount is 0 or more, with at most two decimal places.")
        code = value.currency
        is_code = len(code) == 3 and code.isascii() and code.isalpha() and code.isupper()
        self.must(is_code, (*path, "currency"), "A currency is three capital letters (ISO 4217).")
        if is_code and currency is not None and code != currency:
            self.wrong((*path, "currency"), f"It is in {code}, and what it belongs to is in {currency}.")
        return int(value.amount * 100) if is_fit else None

    async def row(self, model: type[R], text: str | None, type_name: str, *path: str) -> R | None:
        """The row of a global id in this partnership; None where none is named or it is not there."""
        if text is None:
            return None
        found = read_id(text, type_name)
        row = None
        if found is not None and len(found.key) == 2 and found.partnership_id == self.partnership_id:
            row = await self.session.get(model, found.key)
        if row is None:
            self.wrong(path, "There is nothing with this id that you may see.", UserErrorCode.NOT_FOUND)
        return row

    def done(self) -> None:
        """Raises Refused with every fault."""
        if self.faults:
            raise Refused(*self.faults)
