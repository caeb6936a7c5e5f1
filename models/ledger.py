"""The ledger: where dollars sit is always balances, and every move is a transfer between two accounts.

Rows are written through `ledger.post` alone (migrations/sql/ledger.sql); these classes read them.
"""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKeyConstraint,
    Index,
    LargeBinary,
    PrimaryKeyConstraint,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Json, TenantRow, belongs, closed_list, looked_up_by, refers
from models.resources import ResourceUse

LEDGER = {"schema": "ledger"}


class AccountKind(StrEnum):
    """What an account holds.

    RECEIVABLE: promised by the funder, yet to come (a debit balance). CASH: received and held (a debit
    balance). PAID: paid by the funder straight to the recipient (a debit balance). AVAILABLE, OBLIGATED and
    SPENT: what a line may still use, has signed for, has used (credit balances). FEE: kept by the fiscal
    agent. Of a gift, in thousandths of its own unit: IN_KIND is all that is promised (a debit balance); of that
    PROMISED is yet to come, AT_HAND came and is not used, and USED is (credit balances).
    """

    RECEIVABLE = "RECEIVABLE"
    CASH = "CASH"
    PAID = "PAID"
    AVAILABLE = "AVAILABLE"
    OBLIGATED = "OBLIGATED"
    SPENT = "SPENT"
    FEE = "FEE"
    IN_KIND = "IN_KIND"
    PROMISED = "PROMISED"
    AT_HAND = "AT_HAND"
    USED = "USED"


class Guard(StrEnum):
    """Which balance an account must keep."""

    NONE = "NONE"
    NO_OVERDRAFT = "NO_OVERDRAFT"


class TransactionKind(StrEnum):
    """What a transfer records."""

    PLEDGE = "PLEDGE"
    COMMITMENT = "COMMITMENT"
    RECEIPT = "RECEIPT"
    DISBURSEMENT = "DISBURSEMENT"
    EXPENDITURE = "EXPENDITURE"
    ALLOCATION = "ALLOCATION"
    REALLOCATION = "REALLOCATION"
    REFUND = "REFUND"
    FEE = "FEE"
    REVERSAL = "REVERSAL"


class Phase(StrEnum):
    """POSTED counts at once; PENDING reserves; POST and VOID end a pending transfer."""

    POSTED = "POSTED"
    PENDING = "PENDING"
    POST = "POST"
    VOID = "VOID"


class Book(Base):
    """A partnership's ledger: the head of its hash chain, and the lock of its one writer."""

    __tablename__ = "book"
    __table_args__ = (
        PrimaryKeyConstraint("partnership_id"),
        belongs(),
        CheckConstraint("sequence >= 0", name="sequence"),
        LEDGER,
    )

    partnership_id: Mapped[UUID]
    sequence: Mapped[int] = mapped_column(BigInteger, server_default="0")
    head: Mapped[bytes] = mapped_column(LargeBinary, server_default="\\x00")


class Account(TenantRow):
    """Where an amount of one unit sits: one investment's line, or what is promised, held or spent of it.

    A gift's accounts are of kinds of their own, in the gift's unit (`u:hour`), and none of dollars is among them.
    """

    __tablename__ = "account"
    __table_args__ = (
        belongs(),
        refers("investment_id", "investment"),
        refers("practice_id", "practice"),
        refers("outcome_id", "outcome"),
        refers("population_id", "population"),
        refers("area_id", "area"),
        refers("position_id", "staff_position"),
        refers("in_kind_id", "in_kind_resource"),
        UniqueConstraint("partnership_id", "id", "unit"),
        Index(
            "uq_account_line",
            "partnership_id",
            "investment_id",
            "kind",
            "unit",
            "practice_id",
            "outcome_id",
            "population_id",
            "area_id",
            "position_id",
            "use",
            "fiscal_year",
            "is_lobbying",
            "in_kind_id",
            unique=True,
            postgresql_nulls_not_distinct=True,
        ),
        CheckConstraint("unit ~ '^([A-Z]{3}|u:[a-z_]{1,20})$'", name="unit_shape"),
        CheckConstraint(
            "(kind in ('IN_KIND', 'PROMISED', 'AT_HAND', 'USED')) = (unit ~ '^u:')", name="gift_unit"
        ),
        CheckConstraint("fiscal_year between 1990 and 2100", name="fiscal_year"),
        CheckConstraint("not is_lobbying or kind = 'SPENT'", name="is_lobbying"),
        CheckConstraint(
            "least(debits_pending, debits_posted, credits_pending, credits_posted) >= 0", name="counters"
        ),
        CheckConstraint(
            "guard <> 'NO_OVERDRAFT' or debits_posted + debits_pending <= credits_posted", name="no_overdraft"
        ),
        *(
            Index(
                f"ix_account_{column}",
                "partnership_id",
                column,
                postgresql_where=text(f"{column} is not null"),
            )
            for column in (
                "practice_id",
                "outcome_id",
                "population_id",
                "area_id",
                "position_id",
                "in_kind_id",
            )
        ),
        # Balances change often and are in no index: with room on its page an account is amended in place.
        {**LEDGER, "postgresql_with": {"fillfactor": "50"}},
    )

    kind: Mapped[AccountKind] = mapped_column(closed_list(AccountKind, "kind"))
    unit: Mapped[str]
    guard: Mapped[Guard] = mapped_column(closed_list(Guard, "guard"))
    investment_id: Mapped[UUID | None]
    practice_id: Mapped[UUID | None]
    outcome_id: Mapped[UUID | None]
    population_id: Mapped[UUID | None]
    area_id: Mapped[UUID | None]
    position_id: Mapped[UUID | None]
    in_kind_id: Mapped[UUID | None]
    use: Mapped[ResourceUse | None] = mapped_column(closed_list(ResourceUse, "use"))
    fiscal_year: Mapped[int | None]
    is_lobbying: Mapped[bool] = mapped_column(server_default="false")
    debits_pending: Mapped[int] = mapped_column(BigInteger, server_default="0")
    debits_posted: Mapped[int] = mapped_column(BigInteger, server_default="0")
    credits_pending: Mapped[int] = mapped_column(BigInteger, server_default="0")
    credits_posted: Mapped[int] = mapped_column(BigInteger, server_default="0")
    version: Mapped[int] = mapped_column(BigInteger, server_default="0")


class Transfer(TenantRow):
    """An amount of one unit from one account (debit) to another (credit). Never changed once written."""

    __tablename__ = "transfer"
    __table_args__ = (
        UniqueConstraint("partnership_id", "sequence"),
        *(
            ForeignKeyConstraint(
                ["partnership_id", f"{side}_account_id", "unit"],
                ["ledger.account.partnership_id", "ledger.account.id", "ledger.account.unit"],
            )
            for side in ("debit", "credit")
        ),
        refers("payer_id", "organization"),
        refers("payee_id", "organization"),
        refers("pending_id", "transfer", schema="ledger"),
        refers("reverses_id", "transfer", schema="ledger"),
        CheckConstraint(f"amount between 1 and {10**17}", name="amount"),
        CheckConstraint("debit_account_id <> credit_account_id", name="two_accounts"),
        CheckConstraint("(phase in ('POST', 'VOID')) = (pending_id is not null)", name="pending"),
        CheckConstraint("(kind = 'REVERSAL') = (reverses_id is not null)", name="reversal"),
        CheckConstraint("effective_on between date '1900-01-01' and date '2100-12-31'", name="effective_on"),
        CheckConstraint("length(note) <= 2000", name="note"),
        Index(
            "uq_transfer_pending_id",
            "partnership_id",
            "pending_id",
            unique=True,
            postgresql_where=text("pending_id is not null"),
        ),
        Index(
            "ix_transfer_reverses_id",
            "partnership_id",
            "reverses_id",
            postgresql_where=text("reverses_id is not null"),
        ),
        *(
            looked_up_by("transfer", column)
            for column in ("debit_account_id", "credit_account_id", "investment_id")
        ),
        LEDGER,
    )

    sequence: Mapped[int] = mapped_column(BigInteger)
    batch: Mapped[UUID]
    phase: Mapped[Phase] = mapped_column(closed_list(Phase, "phase"))
    kind: Mapped[TransactionKind] = mapped_column(closed_list(TransactionKind, "kind"))
    debit_account_id: Mapped[UUID]
    credit_account_id: Mapped[UUID]
    unit: Mapped[str]
    amount: Mapped[int] = mapped_column(BigInteger)
    pending_id: Mapped[UUID | None]
    reverses_id: Mapped[UUID | None]
    investment_id: Mapped[UUID | None]
    payer_id: Mapped[UUID | None]
    payee_id: Mapped[UUID | None]
    effective_on: Mapped[date]
    recorded_at: Mapped[datetime]
    actor: Mapped[str]
    note: Mapped[str | None]
    previous_hash: Mapped[bytes] = mapped_column(LargeBinary)
    hash: Mapped[bytes] = mapped_column(LargeBinary)


class Entry(Base):
    """One side of a transfer in one account; `version` has no gaps, so a lost update cannot hide."""

    __tablename__ = "entry"
    __table_args__ = (
        PrimaryKeyConstraint("partnership_id", "account_id", "version"),
        refers("account_id", "account", schema="ledger"),
        refers("transfer_id", "transfer", schema="ledger"),
        CheckConstraint("side in ('D', 'C')", name="side"),
        looked_up_by("entry", "transfer_id"),
        LEDGER,
    )

    partnership_id: Mapped[UUID]
    account_id: Mapped[UUID]
    version: Mapped[int] = mapped_column(BigInteger)
    transfer_id: Mapped[UUID]
    side: Mapped[str]
    pending: Mapped[int] = mapped_column(BigInteger)
    posted: Mapped[int] = mapped_column(BigInteger)
    balance_after: Mapped[int] = mapped_column(BigInteger)


class Idempotency(Base):
    """An answer kept with its request: the same key and body get it again, another body is refused."""

    __tablename__ = "idempotency"
    __table_args__ = (
        PrimaryKeyConstraint("partnership_id", "actor", "key"),
        belongs(),
        CheckConstraint("length(key) between 1 and 128", name="key"),
        LEDGER,
    )

    partnership_id: Mapped[UUID]
    actor: Mapped[str]
    key: Mapped[str]
    request_sha256: Mapped[bytes] = mapped_column(LargeBinary)
    response: Mapped[Json]
    recorded_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())
