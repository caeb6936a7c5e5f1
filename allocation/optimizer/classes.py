"""Funds under the same restriction as one class: changes when a rule makes two such funds differ.

Exact for the optimum and for the dollars released: with class totals given, cut each shrinking cell out of
releasable lines; every fund then has room, the rooms cover the increases, and equal eligibility lets any fund
fill any cell. Released dollars equal sum of max(0, X0 - X), a lower bound for any split (docs/optimizer.md).
"""

import hashlib
import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from allocation.optimizer.layout import Layout, Purse
from allocation.problem import Fund


@dataclass(frozen=True)
class FundClass:
    """Purses (by index) that the solver may treat as one; amounts are sums in minor units.

    `key` comes from what the members share, so that splitting an investment in two changes nothing; a fund
    with a rule of its own (`is_own`) is keyed by its id.
    """

    key: str
    members: tuple[int, ...]
    funder_id: str
    growable: frozenset[int]
    current: Mapping[int, int]
    locked: Mapping[int, int]
    other: int
    other_locked: int
    budget: int
    minimum_spend: int
    overhead_share: float
    change_cap: int | None
    is_own: bool

    @property
    def spots(self) -> tuple[int, ...]:
        """Spots on which the class may hold money."""
        return tuple(sorted(self.growable | set(self.current)))


def fund_classes(layout: Layout, *, aggregate: bool = True) -> tuple[FundClass, ...]:
    """The classes in the order of their keys; `aggregate=False` gives each fund a class of its own."""
    alike: dict[tuple[object, ...], list[int]] = {}
    for place, purse in enumerate(layout.purses):
        own = not aggregate or _has_rule_of_its_own(purse)
        fund = purse.fund
        shared = (fund.funder_id, fund.overhead_share, purse.growable, fund.allowed_years)
        alike.setdefault((fund.id,) if own else shared, []).append(place)
    classes = [_class(layout, members, is_own=len(shared) == 1) for shared, members in alike.items()]
    return tuple(sorted(classes, key=lambda each: each.key))


def _has_rule_of_its_own(purse: Purse) -> bool:
    """A fund's minimum spend, change cap, commitment above its line or overdrawn budget is its own."""
    fund = purse.fund
    return fund.minimum_spend_amount > 0 or fund.change_cap_share is not None or _is_overcommitted(purse)


def _is_overcommitted(purse: Purse) -> bool:
    committed = sum(purse.locked.values()) + purse.other_locked
    above = any(amount > purse.current[spot] for spot, amount in purse.locked.items())
    above = above or purse.other_locked > purse.other
    return above or purse.is_overdrawn or committed > purse.fund.budget_amount


def _signature(layout: Layout, purse: Purse, *, is_own: bool) -> tuple[str, ...]:
    if is_own:
        return ("own", purse.fund.id)
    fund, cells = purse.fund, sorted(layout.spots[place].cell.id for place in purse.growable)
    years = [] if fund.allowed_years is None else ["years", *map(str, sorted(fund.allowed_years))]
    return ("shared", fund.funder_id, repr(fund.overhead_share), *cells, *years)


def _class(layout: Layout, members: list[int], *, is_own: bool) -> FundClass:
    purses = [layout.purses[place] for place in members]
    fund = purses[0].fund
    signature = _signature(layout, purses[0], is_own=is_own)
    return FundClass(
        key=hashlib.blake2b("\x1f".join(signature).encode(), digest_size=16).hexdigest(),
        members=tuple(members),
        funder_id=fund.funder_id,
        growable=purses[0].growable,
        current=_sums(purses, lambda purse: purse.current),
        locked=_sums(purses, lambda purse: purse.locked),
        other=sum(purse.other for purse in purses),
        other_locked=sum(purse.other_locked for purse in purses),
        budget=sum(purse.fund.budget_amount for purse in purses),
        minimum_spend=sum(purse.fund.minimum_spend_amount for purse in purses),
        overhead_share=fund.overhead_share,
        change_cap=_change_cap(fund),
        is_own=is_own,
    )


def _change_cap(fund: Fund) -> int | None:
    return None if fund.change_cap_share is None else whole_share(fund.change_cap_share, fund.budget_amount)


def whole_share(share: float, amount: int) -> int:
    """A share of minor units, rounded down to whole ones; 1e-6 forgives binary fractions."""
    return math.floor(share * amount + 1e-6)


def _sums(purses: Iterable[Purse], amounts: Callable[[Purse], Mapping[int, int]]) -> dict[int, int]:
    found: dict[int, int] = {}
    for purse in purses:
        for spot, amount in amounts(purse).items():
            found[spot] = found.get(spot, 0) + amount
    return found
