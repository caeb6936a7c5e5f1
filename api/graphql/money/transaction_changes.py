"""Records what moved: a transaction, its reversal, and what an investment's dollars are for."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

import strawberry
from strawberry.types import Info

from allocation import bookkeeping
from allocation.ledger import LedgerError, LedgerRefusal, Line
from api.graphql.anchor.anchor_changes import InvestmentPayload
from api.graphql.common.basics import row
from api.graphql.common.changes import Changed, Refused, UserError, not_found
from api.graphql.common.checks import MOST, Checks, of_row
from api.graphql.common.context import Context
from api.graphql.common.days import YEAR_SENTENCE, is_fiscal_year
from api.graphql.common.enums import UserErrorCode
from api.graphql.common.ids import GlobalId
from api.graphql.money import transaction_inputs as given
from api.graphql.money.transactions import Transaction
from api.graphql.reallocation.reallocation_inputs import MoneyInput
from models.base import new_id
from models.ledger import Transfer
from models.organizations import Organization
from models.outcomes import Outcome, Population
from models.partnerships import Area
from models.practices import Practice
from models.resources import Investment as InvestmentRow
from models.staffing import StaffPosition

__all__ = ["TransactionMutation"]

Asked = Info[Context, None]
MOST_LINES: Final = 1000
TARGETS: Final = (
    ("practice", Practice, "Practice"),
    ("outcome", Outcome, "Outcome"),
    ("population", Population, "PopulationGroup"),
    ("area", Area, "Area"),
    ("position", StaffPosition, "StaffPosition"),
)


@strawberry.type
class TransactionPayload:
    """The transaction as recorded; null with `userErrors` where nothing was."""

    transaction: Transaction | None
    user_errors: list[UserError]
    replayed: bool


def _object(made: Changed) -> Any:  # a row stands for its object
    return row(made.id.type_name, *made.id.key) if made.id else None


async def _record(
    checks: Checks, asked: given.RecordTransactionInput, investment: InvestmentRow, actor: str
) -> GlobalId:
    amount = _above_zero(checks, asked.amount, investment.currency)
    checks.day(asked.occurred_on, "occurredOn")
    checks.text(asked.note, "note")
    line = await _line(checks, asked.line, "line") if asked.line else None
    payer = await checks.row(Organization, asked.from_, "Organization", "from")
    payee = await checks.row(Organization, asked.to, "Organization", "to")
    checks.done()
    assert amount is not None  # noqa: S101 - checked above
    event = bookkeeping.Event(
        asked.kind,
        amount,
        asked.occurred_on,
        line,
        payer.id if payer else None,
        payee.id if payee else None,
        asked.note,
    )
    try:
        made = await bookkeeping.record(
            checks.session, investment, event, actor=actor, key=_key("transaction")
        )
    except bookkeeping.RecordingError as error:
        raise Refused.at(error.field, UserErrorCode.INVALID, str(error)) from error
    except LedgerError as error:
        raise _refused(error) from error
    return GlobalId("Transaction", (checks.partnership_id, made))


async def _reverse(
    checks: Checks, asked: given.ReverseTransactionInput, transfer: Transfer, actor: str
) -> GlobalId:
    if transfer.investment_id is None:  # it is a gift's, which has movements of its own
        raise not_found("transaction")
    amount = _above_zero(checks, asked.amount, transfer.unit) if asked.amount else None
    checks.text(asked.note, "note")
    checks.done()
    today = datetime.now(UTC).date()
    try:
        made = await bookkeeping.reverse(
            checks.session, transfer, amount, asked.note, actor=actor, key=_key("reversal"), on=today
        )
    except bookkeeping.RecordingError as error:
        raise Refused.at(error.field, UserErrorCode.CONFLICT, str(error)) from error
    except LedgerError as error:
        raise _refused(error) from error
    return GlobalId("Transaction", (checks.partnership_id, made))


async def _allocate(
    checks: Checks, asked: given.AllocateInput, investment: InvestmentRow, actor: str
) -> GlobalId:
    if asked.version != investment.version:
        message = f"The investment is at version {investment.version}: read it again."
        raise Refused.at("version", UserErrorCode.STALE, message)
    wanted = await _wanted(checks, asked)
    checks.done()
    today = datetime.now(UTC).date()
    try:
        is_changed = await bookkeeping.allocate(
            checks.session, investment, wanted, actor=actor, key=_key("lines"), on=today
        )
    except bookkeeping.RecordingError as error:
        path = ("lines", error.field)
        checks.wrong(path, str(error))
        raise Refused(*checks.faults) from error
    except LedgerError as error:
        raise _refused(error, "lines") from error
    if is_changed:
        investment.version += 1
        await checks.session.flush()
    return GlobalId("Investment", (checks.partnership_id, investment.id))


async def _wanted(checks: Checks, asked: given.AllocateInput) -> dict[Line, int]:
    """Each line's amount in minor units; no line stands twice."""
    count = len(asked.lines)
    checks.must(1 <= count <= MOST_LINES, ("lines",), f"An allocation has 1 to {MOST_LINES} lines.")
    found: dict[Line, int] = {}
    for n, each in enumerate(asked.lines[:MOST_LINES]):
        place = ("lines", str(n))
        line = await _line(checks, each, *place)
        checks.must(line not in found, place, "Another line is the same.")
        found[line] = checks.money(MoneyInput(amount=each.amount, currency="USD"), *place) or 0
    return found


async def _line(
    checks: Checks, asked: given.AllocationLineKeyInput | given.AllocationLineInput, *path: str
) -> Line:
    ids: dict[str, UUID | None] = {}
    for name, model, type_name in TARGETS:
        kept: Any = await checks.row(model, getattr(asked, name), type_name, *path, name)  # each its own row
        ids[f"{name}_id"] = kept.id if kept else None
    year = asked.fiscal_year
    is_year = year is None or is_fiscal_year(year)
    checks.must(is_year, (*path, "fiscalYear"), YEAR_SENTENCE)
    return Line(use=asked.use, fiscal_year=year, **ids)


def _above_zero(checks: Checks, amount: MoneyInput, currency: str) -> int | None:
    minor = checks.money(amount, "amount", currency=currency)
    checks.must(minor != 0, ("amount", "amount"), f"An amount is above 0, up to {Decimal(MOST):f}.")
    return minor


def _refused(error: LedgerError, path: str = "amount") -> Refused:
    said = str(error)
    code = UserErrorCode(error.refusal.value)
    if error.refusal is LedgerRefusal.INSUFFICIENT_FUNDS:
        return Refused.at(path, code, f"{said[:1].upper()}{said[1:]}.")
    return Refused.at(path, code, f"The ledger refuses: {said}.")


def _key(what: str) -> str:
    """A key of the ledger's own: the caller's key is kept with the change, in the same transaction."""
    return f"{what}:{new_id()}"


@strawberry.type
class TransactionMutation:
    """What the anchor records of its dollars."""

    @strawberry.mutation
    async def record_transaction(
        self,
        info: Asked,
        input: given.RecordTransactionInput,  # noqa: A002 - the contract's name
    ) -> TransactionPayload:
        """Posts what moved to the ledger; it is never changed afterwards, only reversed."""

        async def work(checks: Checks, kept: InvestmentRow) -> GlobalId:
            return await _record(checks, input, kept, info.context.caller.actor)

        of = (InvestmentRow, "Investment", "investment", input.investment)
        made = await of_row(info.context, "recordTransaction", input, of, work)
        return TransactionPayload(transaction=_object(made), user_errors=made.errors, replayed=made.replayed)

    @strawberry.mutation
    async def reverse_transaction(
        self,
        info: Asked,
        input: given.ReverseTransactionInput,  # noqa: A002 - as above
    ) -> TransactionPayload:
        """Posts the opposite of a transaction, in full or in parts that never exceed the whole."""

        async def work(checks: Checks, kept: Transfer) -> GlobalId:
            return await _reverse(checks, input, kept, info.context.caller.actor)

        of = (Transfer, "Transaction", "transaction", input.transaction)
        made = await of_row(info.context, "reverseTransaction", input, of, work, is_locked=False)
        return TransactionPayload(transaction=_object(made), user_errors=made.errors, replayed=made.replayed)

    @strawberry.mutation
    async def allocate(
        self,
        info: Asked,
        input: given.AllocateInput,  # noqa: A002 - as above
    ) -> InvestmentPayload:
        """Says what an investment's dollars are for, line by line, all or none."""

        async def work(checks: Checks, kept: InvestmentRow) -> GlobalId:
            return await _allocate(checks, input, kept, info.context.caller.actor)

        of = (InvestmentRow, "Investment", "investment", input.investment)
        made = await of_row(info.context, "allocate", input, of, work)
        return InvestmentPayload(investment=_object(made), user_errors=made.errors, replayed=made.replayed)
