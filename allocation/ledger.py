"""The ledger as the rest of the program uses it: open accounts, post batches, read balances.

Every posting goes through the database's one door, `ledger.post`; its refusals come back as LedgerError.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, any_, literal, select, text
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.dialects.postgresql import UUID as UUID_COLUMN
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from models.base import new_id
from models.ledger import Account, AccountKind, Guard, Phase, TransactionKind
from models.resources import ResourceUse


class LedgerRefusal(StrEnum):
    """Why the ledger does not post."""

    DUPLICATE = "DUPLICATE"
    NOT_FOUND = "NOT_FOUND"
    CONFLICT = "CONFLICT"
    STALE = "STALE"
    INSUFFICIENT_FUNDS = "INSUFFICIENT_FUNDS"
    INVALID = "INVALID"
    RESTRICTED = "RESTRICTED"


class LedgerError(Exception):
    """A batch was refused; nothing of it was posted."""

    def __init__(self, refusal: LedgerRefusal, sentence: str) -> None:
        super().__init__(sentence)
        self.refusal = refusal


@dataclass(frozen=True)
class Line:
    """What an amount of an investment is for; None means not said."""

    use: ResourceUse = ResourceUse.UNASSIGNED
    practice_id: UUID | None = None
    outcome_id: UUID | None = None
    population_id: UUID | None = None
    area_id: UUID | None = None
    position_id: UUID | None = None
    fiscal_year: int | None = None


@dataclass(frozen=True)
class AccountKey:
    """An account by what it holds. Only AVAILABLE, OBLIGATED and SPENT accounts have a line.

    What is spent on lobbying is kept apart (`is_lobbying`), where the database guards it.
    """

    investment_id: UUID
    kind: AccountKind
    unit: str
    line: Line | None = None
    is_lobbying: bool = False


@dataclass(frozen=True)
class Posting:
    """One transfer to be posted; `amount` is in minor units of `unit`, above zero."""

    kind: TransactionKind
    debit: UUID
    credit: UUID
    unit: str
    amount: int
    effective_on: date
    phase: Phase = Phase.POSTED
    id: UUID = field(default_factory=new_id)
    pending_id: UUID | None = None
    reverses_id: UUID | None = None
    payer_id: UUID | None = None
    payee_id: UUID | None = None
    note: str | None = None
    expect_debit_version: int | None = None


@dataclass(frozen=True)
class Posted:
    """The ledger's acknowledgement: the batch, the book's sequence and chain head after it."""

    batch: UUID
    sequence: int
    hash: str
    replayed: bool


GUARDED = frozenset({AccountKind.AVAILABLE, AccountKind.OBLIGATED, AccountKind.SPENT})

LOBBYING = "LG006"
_REFUSALS = {
    "LG001": LedgerRefusal.DUPLICATE,
    "LG002": LedgerRefusal.NOT_FOUND,
    "LG003": LedgerRefusal.CONFLICT,
    "LG004": LedgerRefusal.INVALID,
    "LG005": LedgerRefusal.STALE,
    LOBBYING: LedgerRefusal.RESTRICTED,
    "22003": LedgerRefusal.INVALID,
    "22023": LedgerRefusal.INVALID,
}


async def open_accounts(
    session: AsyncSession, partnership_id: UUID, keys: Sequence[AccountKey]
) -> Mapping[AccountKey, UUID]:
    """The accounts' ids in one statement; those that are absent are opened with a zero balance."""
    rows = [_account_row(partnership_id, key) for key in dict.fromkeys(keys)]
    if not rows:
        return {}
    await session.execute(insert(Account).on_conflict_do_nothing(), rows)
    investments = {key.investment_id for key in keys}
    found = await session.execute(
        select(Account).where(
            Account.partnership_id == partnership_id, Account.investment_id == any_of(investments)
        )
    )
    ids = {_key_of(account): account.id for account in found.scalars()}
    return {key: ids[_normal(key)] for key in keys}


def any_of(ids: Iterable[UUID]) -> ColumnElement[Any]:  # Any: SQLAlchemy's element of an array
    """All of the ids as one parameter: a statement takes 32,767 at most."""
    return any_(literal(list(ids), ARRAY(UUID_COLUMN(as_uuid=True))))


async def post(session: AsyncSession, actor: str, key: str, postings: Sequence[Posting]) -> Posted:
    """Posts all or none, once per (actor, key). Errors: LedgerError, after which the transaction is over."""
    lines = json.dumps([_document(posting) for posting in postings])
    try:
        answer = (
            await session.execute(
                text("select ledger.post(:actor, :key, cast(:lines as jsonb))"),
                {"actor": actor, "key": key, "lines": lines},
            )
        ).scalar_one()
    except DBAPIError as error:
        raise refusal_of(error) from error
    return Posted(
        batch=UUID(answer["batch"]),
        sequence=answer["sequence"],
        hash=answer["hash"],
        replayed=answer.get("replayed", False),
    )


def refusal_of(error: DBAPIError) -> Exception:
    """What a database error means to a caller; an error that is no refusal comes back as it is."""
    state = getattr(error.orig, "sqlstate", None) or ""
    sentence = str(error.orig).rsplit(">: ", maxsplit=1)[-1]
    if state in _REFUSALS:
        return LedgerError(_REFUSALS[state], sentence)
    if "no_overdraft" in sentence:
        return LedgerError(
            LedgerRefusal.INSUFFICIENT_FUNDS, "an account holds less than is to be taken from it"
        )
    if state == "23514":
        return LedgerError(LedgerRefusal.INVALID, sentence)
    if state == "23505":
        return LedgerError(LedgerRefusal.CONFLICT, sentence)
    return error


def lobbying_refusal(error: DBAPIError) -> LedgerError | None:
    """The refusal of the guard that keeps lobbying off forbidden dollars; None for any other error.

    It also watches what is recorded of awards (migrations/sql/lobbying_regrants.sql), far from the ledger's door.
    """
    is_guarded = getattr(error.orig, "sqlstate", None) == LOBBYING
    found = refusal_of(error) if is_guarded else None
    return found if isinstance(found, LedgerError) else None


async def audit(session: AsyncSession) -> list[tuple[UUID, str, str]]:
    """(partnership, rule, detail) for each promise of the ledger that does not hold; empty when sound."""
    rows = await session.execute(
        text(
            "select partnership_id, rule, detail from ledger.audit()"
            " union all select partnership_id, rule, detail from ledger.gift_audit()"
        )
    )
    return [(row.partnership_id, row.rule, row.detail) for row in rows]


def line_of(account: Account) -> Line:
    """What the account's dollars are for."""
    return Line(
        use=account.use or ResourceUse.UNASSIGNED,
        practice_id=account.practice_id,
        outcome_id=account.outcome_id,
        population_id=account.population_id,
        area_id=account.area_id,
        position_id=account.position_id,
        fiscal_year=account.fiscal_year,
    )


def _normal(key: AccountKey) -> AccountKey:
    return key if key.line is not None or key.kind not in GUARDED else replace(key, line=Line())


def _account_row(partnership_id: UUID, key: AccountKey) -> dict[str, Any]:  # Any: a column's value
    line = _normal(key).line
    guard = Guard.NO_OVERDRAFT if key.kind in GUARDED else Guard.NONE
    return {
        "partnership_id": partnership_id,
        "id": new_id(),
        "kind": key.kind,
        "unit": key.unit,
        "guard": guard,
        "investment_id": key.investment_id,
        "is_lobbying": key.is_lobbying,
        **(asdict(line) if line else dict.fromkeys(asdict(Line()), None)),
    }


def _key_of(account: Account) -> AccountKey:
    line = line_of(account) if account.kind in GUARDED else None
    assert account.investment_id is not None  # noqa: S101 - the query asked for investments' accounts
    return AccountKey(account.investment_id, account.kind, account.unit, line, account.is_lobbying)


def _document(posting: Posting) -> dict[str, Any]:  # Any: a JSON value
    return {
        name: (str(value) if isinstance(value, UUID | date) else value)
        for name, value in asdict(posting).items()
        if value is not None
    }
