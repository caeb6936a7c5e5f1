"""Amounts of a file as minor units of the ledger, and back for a sentence."""

from decimal import Decimal

CENTS = 100


def minor(amount: Decimal) -> int:
    """Minor units of an amount; readers refuse more than two decimals, and what is reckoned rounds half to even."""
    return int((amount * CENTS).to_integral_value())


def optional_minor(amount: Decimal | None) -> int | None:
    """Minor units of an amount that may not be known."""
    return None if amount is None else minor(amount)


def written(amount: int) -> str:
    """Minor units as a person writes the amount: 150000 is 1500.00."""
    return f"{Decimal(amount) / CENTS:.2f}"
