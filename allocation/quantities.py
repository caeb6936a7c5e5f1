"""What of a gift in kind was promised, came and was used, in the gift's own unit: changes when a movement counts anew.

Quantities are whole thousandths of the unit, as the ledger keeps them; hours never add to seats, nor to dollars.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import accumulate

PLACES = 3  # a quarter of an hour is 0.250
MOST = Decimal(10) ** 13


class MovementError(ValueError):
    """A movement that cannot be; `field` is what is wrong with it."""

    def __init__(self, field: str, sentence: str) -> None:
        super().__init__(sentence)
        self.field = field


@dataclass(frozen=True)
class Quantities:
    """A gift's standing: yet to come, at hand, and used.

    pledged = promised + received, and received = available + used.
    """

    unit: str
    promised: int = 0
    available: int = 0
    used: int = 0

    @property
    def received(self) -> int:
        """All that came."""
        return self.available + self.used

    @property
    def pledged(self) -> int:
        """All that was promised."""
        return self.promised + self.received


@dataclass(frozen=True)
class Day:
    """What one day changed of what is yet to come, at hand and used."""

    on: date
    promised: int = 0
    available: int = 0
    used: int = 0


@dataclass(frozen=True)
class GiftBook:
    """The days of one gift in one unit, oldest first, each once."""

    unit: str
    days: Sequence[Day] = ()

    def at(self, as_of: date) -> Quantities:
        """The standing at the end of a day."""
        known = [each for each in self.days if each.on <= as_of]
        return Quantities(
            self.unit,
            promised=sum(each.promised for each in known),
            available=sum(each.available for each in known),
            used=sum(each.used for each in known),
        )

    def receive(self, quantity: int, on: date) -> "GiftBook":
        """The book after more came. Errors: MovementError, before the promise or beyond what it leaves."""
        if not self.days or on < self.days[0].on:
            since = self.days[0].on if self.days else None
            raise MovementError("occurred_on", f"it was promised from {since} on, and cannot come before")
        left = sum(each.promised for each in self.days)
        if quantity > left:
            raise MovementError("quantity", f"{written(left)} are yet to come: raise what is promised first")
        return self._with(Day(on, promised=-quantity, available=quantity))

    def use(self, quantity: int, on: date) -> "GiftBook":
        """The book after some was used. Errors: MovementError, beyond what is at hand from that day on."""
        self._require_at_hand(quantity, on)
        return self._with(Day(on, available=-quantity, used=quantity))

    def send_back(self, quantity: int, on: date) -> "GiftBook":
        """The book after some of what came did not. Errors: MovementError, beyond what is at hand from then on."""
        self._require_at_hand(quantity, on)
        return self._with(Day(on, promised=quantity, available=-quantity))

    def _require_at_hand(self, quantity: int, on: date) -> None:
        running = list(accumulate(each.available for each in self.days))
        before = [total for day, total in zip(self.days, running, strict=True) if day.on <= on]
        after = [total for day, total in zip(self.days, running, strict=True) if day.on > on]
        least = min([before[-1] if before else 0, *after])
        if quantity > least:
            raise MovementError("quantity", f"{written(max(least, 0))} are at hand from {on} on")

    def _with(self, day: Day) -> "GiftBook":
        return book_of(self.unit, [*self.days, day])


def book_of(unit: str, changes: Iterable[Day]) -> GiftBook:
    """The book of changes in any order."""
    sums: dict[date, list[int]] = defaultdict(lambda: [0, 0, 0])
    for each in changes:
        for place, more in enumerate((each.promised, each.available, each.used)):
            sums[each.on][place] += more
    return GiftBook(unit, [Day(on, *sums[on]) for on in sorted(sums)])


def sums_by_unit(standings: Iterable[Quantities]) -> Mapping[str, Quantities]:
    """The standings added up, each unit by itself."""
    totals: dict[str, Quantities] = {}
    for each in standings:
        known = totals.get(each.unit, Quantities(each.unit))
        totals[each.unit] = Quantities(
            each.unit,
            known.promised + each.promised,
            known.available + each.available,
            known.used + each.used,
        )
    return dict(sorted(totals.items()))


def thousandths(quantity: Decimal) -> int:
    """The ledger's whole number. Errors: MovementError for a quantity that is none, or finer than the ledger's."""
    if not (quantity.is_finite() and 0 < quantity <= MOST):
        raise MovementError("quantity", f"the quantity {quantity} is not above 0, up to {MOST:f}")
    found = quantity.scaleb(PLACES)
    if found != found.to_integral_value():
        raise MovementError("quantity", f"the quantity {quantity} has more than {PLACES} decimal places")
    return int(found)


def quantity_of(amount: int) -> Decimal:
    """The quantity of the ledger's whole number, without idle zeros: 2500 is 2.5 and 1000 is 1."""
    return Decimal(written(amount))


def written(amount: int) -> str:
    """The quantity in digits."""
    text = f"{Decimal(amount).scaleb(-PLACES):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
