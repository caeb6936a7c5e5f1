"""Amounts of investments as the ledger has them: one place for what each figure is made of.

Of one investment: committed is what the funder has promised (the credit balances of its lines and fees);
received is what the anchor has been paid of it; disbursed is what the funder has paid straight to the
recipient; spent is what has been used. Amounts are minor units; pending transfers do not count.
"""

from typing import Final

from api.graphql.common.basics import table_of
from api.graphql.lookahead import Scope, Sql
from models.ledger import Account
from models.resources import Investment

__all__ = ["ACCOUNT", "AMOUNTS", "COMMITTED", "HELD", "INVESTMENT", "LINES", "amount_of", "balance"]

ACCOUNT = table_of(Account)
INVESTMENT = table_of(Investment)

LINES: Final = ("AVAILABLE", "OBLIGATED", "SPENT")
"""Accounts that have a line: they say what dollars are for."""
HELD: Final = ("AVAILABLE", "OBLIGATED")
"""Those of them whose dollars are still there."""

AMOUNTS: Final = {
    "committed": ((*LINES, "FEE"), "credits_posted", "debits_posted"),
    "received": (("CASH",), "debits_posted", "credits_posted"),
    "disbursed": (("PAID",), "debits_posted", "credits_posted"),
    "spent": (("SPENT",), "credits_posted", "debits_posted"),
}
"""The figures of an investment: kinds of account, the side on which they grow, and the other."""


def amount_of(name: str) -> Sql:
    """The figure of an investment, in minor units of its currency."""
    kinds, more, less = AMOUNTS[name]
    among = ", ".join(f"'{kind}'" for kind in kinds)

    def written(scope: Scope) -> str:
        c = INVESTMENT.c
        return (
            f"(select coalesce(sum(a.{more} - a.{less}), 0) from ledger.account a"  # noqa: S608 - constants of this module
            f" where a.partnership_id = {scope.column(c.partnership_id)}"
            f" and a.investment_id = {scope.column(c.id)} and a.unit = {scope.column(c.currency)}"
            f" and a.kind in ({among}))"
        )

    return written


COMMITTED: Final = amount_of("committed")


def balance(scope: Scope) -> str:
    """What lies on a line's account and is not spoken for, in minor units."""
    c = ACCOUNT.c
    return (
        f"({scope.column(c.credits_posted)} - {scope.column(c.debits_posted)}"
        f" - {scope.column(c.debits_pending)})"
    )
