"""What was decided of an earlier plan's moves, by rows: changes when a decision says more of a move."""

from dataclasses import dataclass


@dataclass(frozen=True)
class LineOf:
    """One end of a move: what the dollars are for, by ids; None where nothing is said."""

    use: str
    practice: str | None = None
    outcome: str | None = None
    population: str | None = None
    area: str | None = None
    position: str | None = None
    fiscal_year: int | None = None


@dataclass(frozen=True)
class DecidedMove:
    """A move of an earlier plan, in minor units. `investment` and `origin` are None for new money."""

    investment: str | None
    origin: LineOf | None
    target: LineOf
    amount: int
