"""The statement of activity: what a period changed, by kind of account and by donor restriction, tied to the ledger.

Net assets are told with and without donor restrictions (FASB ASC 958-205-45). What is spent of dollars that donors
have tied is released from restriction and is an expense of those without (958-205-45-9, 958-225-45-7).
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from allocation.books import PLACES, PURPOSES, Award, Flow, FundBalance, balance_of, fund_balances


@dataclass(frozen=True)
class StatementLine:
    """One kind of account over a period: opening + the changes by kind of transaction = closing, to the cent."""

    account: str
    opening: int
    changes: Mapping[str, int]

    @property
    def closing(self) -> int:
        """The balance at the end of the period's last day."""
        return self.opening + sum(self.changes.values())


@dataclass(frozen=True)
class NetAssets:
    """Net assets of one class, in minor units: opening + revenue + released - expenses - fees = closing.

    `released` is what came free by being used for its purpose: above zero without restrictions, below zero with them,
    and nothing together.
    """

    restricted: bool
    opening: int
    revenue: int
    released: int
    expenses: Mapping[str, int] = field(default_factory=dict)
    fees: int = 0

    @property
    def closing(self) -> int:
        """What is left at the end of the last day."""
        return self.opening + self.revenue + self.released - sum(self.expenses.values()) - self.fees


@dataclass(frozen=True)
class Statement:
    """What a period changed, in one currency. Balances of PLACES are debits less credits, all others the reverse.

    Net assets are what is available and obligated; they change by revenue less expenses less fees. `classes` are
    those with donor restrictions and those without, in this order.
    """

    from_on: date
    to_on: date
    currency: str
    lines: Sequence[StatementLine]
    classes: Sequence[NetAssets]

    @property
    def revenue(self) -> int:
        """What funders have awarded, less what went back to them."""
        return sum(each.revenue for each in self.classes)

    @property
    def expenses(self) -> Mapping[str, int]:
        """What was spent, by use."""
        totals: dict[str, int] = defaultdict(int)
        for each in self.classes:
            for use, amount in each.expenses.items():
                totals[use] += amount
        return totals

    @property
    def fees(self) -> int:
        """What the fiscal agent kept."""
        return sum(each.fees for each in self.classes)

    @property
    def opening_net_assets(self) -> int:
        """Available and obligated before the first day."""
        return sum(line.opening for line in self.lines if line.account in {"AVAILABLE", "OBLIGATED"})

    @property
    def closing_net_assets(self) -> int:
        """Available and obligated after the last day."""
        return sum(line.closing for line in self.lines if line.account in {"AVAILABLE", "OBLIGATED"})


def statements_of_activity(
    before: Iterable[Flow], during: Iterable[Flow], awards: Mapping[str, Award], period: tuple[date, date]
) -> Sequence[Statement]:
    """A statement for each currency, from the flows before the first day and those within the period.

    Flows of investments that are not in `awards` are left out.
    """
    old = [flow for flow in before if flow.investment in awards]
    fresh = [flow for flow in during if flow.investment in awards]
    currencies = sorted({flow.currency for flow in (*old, *fresh)})
    return [_statement(old, fresh, awards, (*period, currency)) for currency in currencies]


def _statement(
    old: Sequence[Flow], fresh: Sequence[Flow], awards: Mapping[str, Award], about: tuple[date, date, str]
) -> Statement:
    from_on, to_on, currency = about
    before = [flow for flow in old if flow.currency == currency]
    during = [flow for flow in fresh if flow.currency == currency]
    opening, closing = fund_balances(before, awards), fund_balances([*before, *during], awards)
    return Statement(
        from_on=from_on,
        to_on=to_on,
        currency=currency,
        lines=[_line(before, during, account) for account in (*PLACES, *PURPOSES)],
        classes=_classes(opening, closing),
    )


def _classes(opening: Sequence[FundBalance], closing: Sequence[FundBalance]) -> Sequence[NetAssets]:
    """What happened between two balances; everything used is an expense of what is not restricted."""
    used = {tied: _grown(opening, closing, tied, ("spent", "fees")) for tied in (True, False)}
    uses = sorted({each.use for each in closing})
    expenses = {
        use: amount
        for use in uses
        if (amount := _of_use(closing, use, "spent") - _of_use(opening, use, "spent"))
    }
    fees = sum(each.fees for each in closing) - sum(each.fees for each in opening)
    return [
        NetAssets(
            tied,
            opening=_held(opening, tied, ("available", "obligated")),
            revenue=_grown(opening, closing, tied, ("committed",)),
            released=-used[True] if tied else used[True],
            expenses={} if tied else expenses,
            fees=0 if tied else fees,
        )
        for tied in (True, False)
    ]


def _held(balances: Iterable[FundBalance], tied: bool, names: Sequence[str]) -> int:
    return sum(getattr(each, name) for each in balances if each.restricted is tied for name in names)


def _grown(
    opening: Iterable[FundBalance], closing: Iterable[FundBalance], tied: bool, names: Sequence[str]
) -> int:
    return _held(closing, tied, names) - _held(opening, tied, names)


def _of_use(balances: Iterable[FundBalance], use: str, name: str) -> int:
    return sum(getattr(each, name) for each in balances if each.use == use)


def _line(before: Sequence[Flow], during: Sequence[Flow], account: str) -> StatementLine:
    sign = -1 if account in PLACES else 1
    changes: dict[str, int] = defaultdict(int)
    for flow in during:
        changes[flow.kind] += sign * balance_of([flow], account)
    return StatementLine(
        account,
        sign * balance_of(before, account),
        {kind: amount for kind, amount in sorted(changes.items()) if amount},
    )
