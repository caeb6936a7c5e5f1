"""Checks of an input's fields: each notes what is wrong at its path, so that all of it is told at once."""

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Final, Protocol, TypeVar
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from api.access import Right
from api.graphql.common.changes import Change, Changed, Fault, Refused, changed, not_found
from api.graphql.common.context import Context
from api.graphql.common.days import DAY_SENTENCE, is_day
from api.graphql.common.enums import UserErrorCode
from api.graphql.common.ids import GlobalId, read_id
from api.graphql.reallocation.reallocation_inputs import MoneyInput
from models.base import TenantRow

__all__ = ["Checks", "Keyed", "of_row"]

CENT: Final = Decimal("0.01")
MOST: Final = Decimal(10) ** 13
R = TypeVar("R", bound=TenantRow)


class Keyed(Protocol):
    """An input of a change."""

    idempotency_key: str


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

    def day(self, value: date | None, *path: str) -> None:
        """A day that the ledger takes."""
        self.must(value is None or is_day(value), path, DAY_SENTENCE)

    def term(self, starts_on: date | None, ends_on: date | None, *path: str) -> None:
        """A term ends on or after the day on which it starts; both are days that the ledger takes."""
        self.day(starts_on, *path, "startsOn")
        self.day(ends_on, *path, "endsOn")
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
        merged_into = getattr(row, "merged_into_id", None)
        if merged_into is not None:  # one that turned out to be another
            row = await self.session.get(model, (self.partnership_id, merged_into))
        if row is None:
            self.wrong(path, "There is nothing with this id that you may see.", UserErrorCode.NOT_FOUND)
        return row

    def done(self) -> None:
        """Raises Refused with every fault."""
        if self.faults:
            raise Refused(*self.faults)


async def of_row(
    context: Context,
    name: str,
    asked: Keyed,
    of: tuple[type[R], str, str, str],
    work: Callable[[Checks, R], Awaitable[GlobalId]],
    *,
    is_locked: bool = True,
) -> Changed:
    """A change of one row; `of` is its class, its GraphQL type, the input's field and the id in it.

    The row stays locked until the change is made, unless it is one that never changes.
    """
    model, type_name, path, text = of
    found = read_id(text, type_name)
    if found is None or len(found.key) != 2 or found.partnership_id not in context.caller.roles:
        return Changed.refused(not_found(path).faults)
    if context.caller.denied(Right.KEEP_BOOKS, found.partnership_id):
        return Changed.refused(Refused.at(path, UserErrorCode.FORBIDDEN, Right.KEEP_BOOKS.reason).faults)

    lock = {"key_share": True} if is_locked else None

    async def done(checks: Checks) -> GlobalId:
        kept = await checks.session.get(model, found.key, with_for_update=lock)
        if kept is None:
            raise not_found(path)
        return await work(checks, kept)

    change = Change(name, found.partnership_id, asked.idempotency_key, asked)
    return await changed(context, change, lambda session: done(Checks(session, found.partnership_id)))
