"""Records of awards: what is promised and paid, where it sits, and what a donor allows."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class TransactionRecord:
    """Money promised or paid under an award. `kind` is COMMITMENT or DISBURSEMENT."""

    kind: str
    amount: Decimal
    currency: str
    on: date | None = None
    identifier: str | None = None
    description: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ShareRecord:
    """A part of an award as its `c2c-*` classifications tell it: a share (0 to 1), an amount, or neither."""

    practice: str | None = None
    outcome: str | None = None
    indicator: str | None = None
    population: str | None = None
    area: str | None = None
    network: str | None = None
    use: str | None = None
    fiscal_year: int | None = None
    share: Decimal | None = None
    amount: Decimal | None = None
    obligated_amount: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class InvestmentRecord:
    """One award. `content_sha256` and `occurrence` tell it from another under the same identifier.

    `content_sha256` covers publisher, identifier, title, both parties, amount, currency and the dates (without
    an identifier also description and note); `occurrence` counts the same content within the file from 1.
    `fingerprint_sha256` covers everything that the file says of the award, so that an unchanged one is known
    without comparing field by field.
    A recipient who is a person has neither name nor official number here.
    """

    row: int
    title: str
    amount: Decimal
    currency: str
    content_sha256: bytes
    fingerprint_sha256: bytes
    occurrence: int
    publisher: str | None = None
    identifier: str | None = None
    description: str | None = None
    funder_name: str | None = None
    funder_identifier: str | None = None
    recipient_name: str | None = None
    recipient_identifier: str | None = None
    recipient_is_individual: bool = False
    fiscal_agent_name: str | None = None
    fiscal_agent_identifier: str | None = None
    regrant_type: str | None = None
    awarded_on: date | None = None
    awarded_on_precision: str | None = None
    starts_on: date | None = None
    ends_on: date | None = None
    programme: str | None = None
    use: str | None = None
    note: str | None = None
    transactions: tuple[TransactionRecord, ...] = ()
    allocations: tuple[ShareRecord, ...] = ()
    extra: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AllocationRecord:
    """Where dollars of one investment sit in one fiscal year."""

    row: int
    investment: str
    amount: Decimal
    use: str = "UNASSIGNED"
    practice: str | None = None
    outcome: str | None = None
    population: str | None = None
    area: str | None = None
    position: str | None = None
    fiscal_year: int | None = None
    obligated: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RestrictionRecord:
    """What a donor allows; an empty list allows all of its kind."""

    row: int
    investment: str
    amount: Decimal | None = None
    outcomes: tuple[str, ...] = ()
    practices: tuple[str, ...] = ()
    populations: tuple[str, ...] = ()
    areas: tuple[str, ...] = ()
    fiscal_years: tuple[int, ...] = ()
    use: str | None = None
    minimum_tier: str | None = None
    lobbying_allowed: bool = True
    until: date | None = None
    note: str | None = None
