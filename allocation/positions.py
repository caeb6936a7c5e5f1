"""Staff positions, what they cost and who pays for them, as plain values: changes when a term of employment does."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from functools import cached_property
from itertools import pairwise

from allocation.months import FIRST_YEAR, LAST_YEAR, Term

BEGINNING, END = date(FIRST_YEAR, 1, 1), date(LAST_YEAR, 12, 31)
ONE_DAY = timedelta(days=1)


class StaffingError(ValueError):
    """A position or a funding contradicts itself; the sentence names it and the field."""


class KeyRole(StrEnum):
    """The five key roles of a partnership's daily management."""

    PARTNERSHIP_DIRECTOR = "PARTNERSHIP_DIRECTOR"
    FACILITATOR = "FACILITATOR"
    DATA_MANAGER = "DATA_MANAGER"
    COMMUNICATION_MANAGER = "COMMUNICATION_MANAGER"
    COMMUNITY_ENGAGEMENT_MANAGER = "COMMUNITY_ENGAGEMENT_MANAGER"
    OTHER = "OTHER"


KEY_ROLES = tuple(role for role in KeyRole if role is not KeyRole.OTHER)


class Provision(StrEnum):
    """How a position is filled."""

    PAID = "PAID"
    IN_KIND = "IN_KIND"
    LOANED = "LOANED"
    VACANT = "VACANT"


ROLES, PROVISIONS = frozenset(KeyRole), frozenset(Provision)


@dataclass(frozen=True)
class CostStep:
    """From `from_on` on, the position's yearly pay in minor units; benefits come on top as a share of the pay."""

    from_on: date
    annual_pay: int
    benefit_rate: Decimal = Decimal(0)

    def __post_init__(self) -> None:
        place, rate = f"the cost from {self.from_on}", self.benefit_rate
        if self.annual_pay < 0:
            raise StaffingError(f"{place}: the annual pay {self.annual_pay} is negative")
        if not (rate.is_finite() and rate >= 0):
            raise StaffingError(f"{place}: the benefit rate {rate} is not 0 or above")

    @property
    def annual_cost(self) -> int:
        """Pay and benefits a year in whole minor units; benefits are rounded half up, once."""
        benefits = (self.annual_pay * self.benefit_rate).to_integral_value(ROUND_HALF_UP)
        return self.annual_pay + int(benefits)


@dataclass(frozen=True)
class Position:
    """A position. `costs` are those of the position as it is held, at its full-time equivalent; empty: not known.

    A day costs what the latest step on or before it says; days before the first step cost nothing.
    """

    id: str
    title: str
    role: str
    full_time_equivalent: Decimal = Decimal(1)
    costs: Sequence[CostStep] = ()
    currency: str | None = None
    provision: str = Provision.PAID
    starts_on: date | None = None
    ends_on: date | None = None
    term: Term = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        place = f"position {self.title!r}"
        if self.role not in ROLES:
            raise StaffingError(f"{place}: the role {self.role!r} is none of {', '.join(KeyRole)}")
        if self.provision not in PROVISIONS:
            raise StaffingError(
                f"{place}: the provision {self.provision!r} is none of {', '.join(Provision)}"
            )
        part = self.full_time_equivalent
        if not (part.is_finite() and part > 0):
            raise StaffingError(f"{place}: the full-time equivalent {part} is not above 0")
        if self.costs and not self.currency:
            raise StaffingError(f"{place}: its cost has no currency")
        if any(a.from_on >= b.from_on for a, b in pairwise(self.costs)):
            raise StaffingError(
                f"{place}: two costs begin on the same day, or they are not in the order of their dates"
            )
        object.__setattr__(self, "term", _term(place, self.starts_on, self.ends_on))

    @property
    def is_filled(self) -> bool:
        """Whether somebody does the work; a vacant position costs nothing until it is filled."""
        return self.provision != Provision.VACANT

    @cached_property
    def cost_terms(self) -> Sequence[tuple[Term, int]]:
        """The terms during which one yearly cost is in force, oldest first; none for a vacant position."""
        if not self.is_filled:
            return []
        ends = [*(step.from_on - ONE_DAY for step in self.costs[1:]), END]
        return [
            (shared, step.annual_cost)
            for step, end in zip(self.costs, ends, strict=False)
            if (shared := Term(step.from_on, end).within(self.term))
        ]


@dataclass(frozen=True)
class Funding:
    """What one payer gives a position each month of a term, in minor units of `currency`.

    `payer` is the organization that gives, by money (`investment`) or in kind (`in_kind`); None where nobody is
    named. An uncertain funding is hoped for, with the probability of its renewal where that is known.
    """

    id: str
    position: str
    monthly: int
    currency: str
    starts_on: date
    ends_on: date
    payer: str | None = None
    investment: str | None = None
    in_kind: str | None = None
    certain: bool = True
    recurring: bool = False
    probability: Decimal | None = None
    term: Term = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        place = f"funding {self.id!r} of position {self.position!r}"
        if self.monthly < 0:
            raise StaffingError(f"{place}: the monthly amount {self.monthly} is negative")
        if self.investment is not None and self.in_kind is not None:
            raise StaffingError(f"{place}: it names two payers")
        chance = self.probability
        if chance is not None and not (chance.is_finite() and 0 <= chance <= 1):
            raise StaffingError(f"{place}: the probability {chance} is not within 0 and 1")
        object.__setattr__(self, "term", _term(place, self.starts_on, self.ends_on))

    @property
    def expected_monthly(self) -> int:
        """The monthly amount times its probability, half up to whole minor units; in full where that is unknown."""
        if self.probability is None:
            return self.monthly
        return int((self.monthly * self.probability).to_integral_value(ROUND_HALF_UP))


def _term(place: str, starts_on: date | None, ends_on: date | None) -> Term:
    """The days of a term; one that is open, or that runs past what a calendar of staff needs, ends there."""
    first, last = starts_on or BEGINNING, ends_on or END
    if first > last:
        raise StaffingError(f"{place}: it ends on {ends_on}, before it starts on {starts_on}")
    return Term(min(max(first, BEGINNING), END), min(max(last, BEGINNING), END))
