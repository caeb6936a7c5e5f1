"""The renewal calendar: which awards come up for renewal, how likely that is, and what hangs on it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

from allocation.positions import Funding


@dataclass(frozen=True)
class AwardTerms:
    """An investment and its renewal. `committed` is in minor units; without a renewal of its own it is due at its end.

    `is_renewed` where another investment follows it already.
    """

    investment: str
    title: str
    funder: str
    currency: str
    committed: int
    ends_on: date | None = None
    renewal_due_on: date | None = None
    probability: Decimal | None = None
    owner_name: str | None = None
    is_renewed: bool = False

    @property
    def due_on(self) -> date | None:
        """The day on which the renewal is due."""
        return self.renewal_due_on or self.ends_on


@dataclass(frozen=True)
class RenewalDue:
    """A renewal on the calendar. `at_risk` is committed times the chance of no renewal; None: no chance is known.

    `positions` are those that the award pays, `is_late` says that the day has passed.
    """

    award: AwardTerms
    due_on: date
    at_risk: int | None
    positions: Sequence[str]
    is_late: bool


def renewals_due(
    awards: Iterable[AwardTerms], fundings: Iterable[Funding], as_of: date, *, within_days: int = 180
) -> Sequence[RenewalDue]:
    """The renewals due within so many days and those that are late and still open, the earliest first.

    An award without a recorded renewal is on the calendar until it ends.
    """
    paid: dict[str, set[str]] = {}
    for each in fundings:
        if each.investment is not None:
            paid.setdefault(each.investment, set()).add(each.position)
    until = as_of + timedelta(days=within_days)
    found = [
        RenewalDue(
            each, each.due_on, at_risk(each), sorted(paid.get(each.investment, ())), each.due_on < as_of
        )
        for each in awards
        if not each.is_renewed
        and each.due_on is not None
        and each.due_on <= until
        and (each.due_on >= as_of or _is_open(each, as_of))
    ]
    return sorted(found, key=lambda due: (due.due_on, due.award.title, due.award.investment))


def at_risk(award: AwardTerms) -> int | None:
    """Committed minor units times the probability that there is no renewal, half up."""
    if award.probability is None:
        return None
    return int((award.committed * (1 - award.probability)).to_integral_value(ROUND_HALF_UP))


def _is_open(award: AwardTerms, as_of: date) -> bool:
    return award.renewal_due_on is not None and (award.ends_on is None or award.ends_on >= as_of)
