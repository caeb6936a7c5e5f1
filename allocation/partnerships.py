"""Founding a partnership: its row, and the book of its ledger."""

from dataclasses import asdict, dataclass

from sqlalchemy import insert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from models.base import new_id
from models.database import Scope, enter
from models.ledger import Book
from models.partnerships import Partnership

_SAYINGS = {
    "uq_partnership_slug": "the slug {slug!r} is taken",
    "ck_partnership_slug_shape": (
        "the slug {slug!r} is not 1 to 63 small letters, digits and hyphens that begin with a letter or digit"
    ),
    "ck_partnership_currency_shape": "the currency {currency!r} is not three capital letters (ISO 4217)",
    "ck_partnership_fiscal_year_start_month": "the fiscal year begins in a month from 1 to 12",
}


class PartnershipError(Exception):
    """The partnership cannot be founded; the sentence says why."""


@dataclass(frozen=True)
class Terms:
    """What a new partnership is called and how it counts its years and its money."""

    slug: str
    name: str
    currency: str = "USD"
    fiscal_year_start_month: int = 7
    state: str | None = None
    is_public: bool = False
    is_fictional: bool = False


async def create_partnership(session: AsyncSession, terms: Terms, *, actor: str = "operator") -> Partnership:
    """The new partnership with an empty book; from here on the session reads and writes its rows.

    Errors: PartnershipError, after which the transaction is over.
    """
    partnership = Partnership(id=new_id(), **asdict(terms))
    await enter(session, Scope.of(partnership.id, actor))
    session.add(partnership)
    try:
        await session.flush()
    except IntegrityError as error:
        raise _refusal(error, terms) from error
    await session.execute(insert(Book).values(partnership_id=partnership.id))
    await session.refresh(partnership)
    return partnership


def _refusal(error: IntegrityError, terms: Terms) -> Exception:
    """The sentence of the constraint that was broken; an error that is none of them comes back as it is."""
    said = str(error.orig)
    for constraint, saying in _SAYINGS.items():
        if constraint in said:
            return PartnershipError(saying.format(slug=terms.slug, currency=terms.currency))
    return error
