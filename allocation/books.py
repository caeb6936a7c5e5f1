"""The anchor entity's balances, made from the ledger's flows: what dollars are for, and where they are.

A flow is the sum of like transfers between two kinds of account, in minor units of one currency. Credit balances
say what dollars are for (available, obligated, spent, kept as fee), debit balances where they are (receivable,
cash, paid straight to the recipient); the two sides are always equal, so a statement ties to the ledger.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from allocation.months import shared_out

PURPOSES = ("AVAILABLE", "OBLIGATED", "SPENT", "FEE")
PLACES = ("RECEIVABLE", "CASH", "PAID")
LINED = ("AVAILABLE", "OBLIGATED", "SPENT")


@dataclass(frozen=True, slots=True)
class Side:
    """A kind of account, and what its dollars are for where it has a line."""

    account: str
    use: str | None = None
    position: str | None = None


@dataclass(frozen=True, slots=True)
class Flow:
    """What transfers of one kind took from `debit` to `credit` for an investment, in minor units of `currency`."""

    investment: str
    currency: str
    kind: str
    debit: Side
    credit: Side
    amount: int


@dataclass(frozen=True)
class Award:
    """An investment in the anchor's books.

    `restricted` is how much of it its donor has tied to a purpose, in minor units; None: all of it, 0: nothing.
    """

    investment: str
    funder: str
    use: str
    restricted: int | None = 0


@dataclass(frozen=True)
class FundBalance:
    """Dollars of one use, tied by donors or free, in minor units of `currency`, as of a day.

    committed = available + obligated + spent + fees = promised + received + disbursed: what funders have awarded
    is either for something, and it is either still to come, received by the anchor, or paid past it.
    """

    use: str
    restricted: bool
    currency: str
    committed: int = 0
    received: int = 0
    disbursed: int = 0
    promised: int = 0
    available: int = 0
    obligated: int = 0
    spent: int = 0
    fees: int = 0

    @property
    def cash(self) -> int:
        """What of the receipts is still at hand; what a funder paid past the anchor was not spent from them."""
        return self.received - self.fees - max(self.spent - self.disbursed, 0)


Amounts = dict[str, int]
Key = tuple[str, bool, str]


def fund_balances(flows: Iterable[Flow], awards: Mapping[str, Award]) -> Sequence[FundBalance]:
    """Balances by use, restriction and currency; flows of investments that are not in `awards` are left out.

    Fees count under the award's own use. Where an award's dollars are is counted under each of its uses in
    proportion to what it has committed there, and an award that is restricted in part is split in that proportion.
    """
    totals: dict[Key, Amounts] = defaultdict(lambda: defaultdict(int))
    by_award: dict[tuple[str, str], list[Flow]] = defaultdict(list)
    for flow in flows:
        if flow.investment in awards:
            by_award[flow.investment, flow.currency].append(flow)
    for (investment, currency), mine in by_award.items():
        award = awards[investment]
        for use, amounts in _by_use(mine, award).items():
            for restricted, part in _by_restriction(amounts, award, _committed(mine)):
                into = totals[use, restricted, currency]
                for name, amount in part.items():
                    into[name] += amount
    return [
        FundBalance(use, restricted, currency, **amounts)
        for (use, restricted, currency), amounts in sorted(totals.items())
        if any(amounts.values())
    ]


def balance_of(flows: Iterable[Flow], account: str, use: str | None = None) -> int:
    """The credits less the debits of a kind of account; of one use where that is given."""
    return sum(
        (_is(flow.credit, account, use) - _is(flow.debit, account, use)) * flow.amount for flow in flows
    )


def _is(side: Side, account: str, use: str | None) -> bool:
    return side.account == account and (use is None or side.use == use)


def _committed(flows: Sequence[Flow]) -> int:
    return sum(balance_of(flows, account) for account in PURPOSES)


def _by_use(flows: Sequence[Flow], award: Award) -> Mapping[str, Amounts]:
    uses = sorted(
        {award.use} | {side.use for flow in flows for side in (flow.debit, flow.credit) if side.use}
    )
    found: dict[str, Amounts] = {}
    for use in uses:
        available, obligated, spent = (balance_of(flows, account, use) for account in LINED)
        fees = balance_of(flows, "FEE") if use == award.use else 0
        found[use] = {"available": available, "obligated": obligated, "spent": spent, "fees": fees}
        found[use]["committed"] = available + obligated + spent + fees
    weights = [max(found[use]["committed"], 0) for use in uses]
    if not any(weights):
        weights = [int(use == award.use) for use in uses]
    for name, account in (("received", "CASH"), ("disbursed", "PAID")):
        for use, part in zip(uses, shared_out(-balance_of(flows, account), weights), strict=True):
            found[use][name] = part
    for amounts in found.values():
        amounts["promised"] = amounts["committed"] - amounts["received"] - amounts["disbursed"]
    return found


def _by_restriction(amounts: Amounts, award: Award, committed: int) -> Iterable[tuple[bool, Amounts]]:
    if award.restricted is None or award.restricted >= committed > 0:
        return [(True, amounts)]
    if award.restricted == 0 or committed <= 0:
        return [(False, amounts)]
    weights = [award.restricted, committed - award.restricted]
    parts = {name: shared_out(amount, weights) for name, amount in amounts.items()}
    # The sums are made anew from their rounded parts, so that each half keeps the equation of the whole.
    halves = [{name: pair[half] for name, pair in parts.items()} for half in (0, 1)]
    for half in halves:
        half["committed"] = half["available"] + half["obligated"] + half["spent"] + half["fees"]
        half["promised"] = half["committed"] - half["received"] - half["disbursed"]
    return [(True, halves[0]), (False, halves[1])]
