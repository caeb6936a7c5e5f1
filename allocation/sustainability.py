"""How long operations can last: multi-year and recurring shares, how spread the funders are, and the reserve."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

YEAR_DAYS = 366  # a term of more days than this is more than one year, in a leap year too
PLACES = 6


@dataclass(frozen=True)
class OperationsDollars:
    """Dollars that a funder gives to operations in a fiscal year, in minor units.

    The award's term tells whether they are multi-year; `recurring` is what the funder has said of them.
    """

    funder: str
    fiscal_year: int
    amount: int
    recurring: bool = False
    starts_on: date | None = None
    ends_on: date | None = None

    @property
    def is_multi_year(self) -> bool:
        """Whether the award lasts longer than a year; False where its term is not known."""
        if self.starts_on is None or self.ends_on is None:
            return False
        return (self.ends_on - self.starts_on).days + 1 > YEAR_DAYS


@dataclass(frozen=True)
class YearOfOperations:
    """One fiscal year's funding of operations. Shares are 0 to 1, None where there are no dollars.

    `concentration` is the Herfindahl-Hirschman index, the sum of the funders' squared shares: 1 for one funder
    alone, 1/n for n equal ones (Herfindahl 1950; Carroll and Stater 2009 on nonprofits' revenue). `change` is of
    the dollars against the year before, as a share of it.
    """

    fiscal_year: int
    amount: int
    multi_year_share: Decimal | None
    recurring_share: Decimal | None
    concentration: Decimal | None
    largest_funder: str | None
    largest_funder_share: Decimal | None
    funder_count: int
    change: Decimal | None

    @property
    def effective_funders(self) -> Decimal | None:
        """How many equal funders would be as concentrated: one over the index."""
        return None if self.concentration is None else round(1 / self.concentration, 2)


def years_of_operations(dollars: Iterable[OperationsDollars]) -> Sequence[YearOfOperations]:
    """The years in order, each with its change; a year of which nothing is known is not there."""
    by_year: dict[int, list[OperationsDollars]] = defaultdict(list)
    for each in dollars:
        by_year[each.fiscal_year].append(each)
    found: list[YearOfOperations] = []
    for year in sorted(by_year):
        before = found[-1].amount if found and found[-1].fiscal_year == year - 1 else None
        found.append(_year(year, by_year[year], before))
    return found


def _year(year: int, dollars: Sequence[OperationsDollars], before: int | None) -> YearOfOperations:
    funders: dict[str, int] = defaultdict(int)
    for each in dollars:
        funders[each.funder] += each.amount
    total = sum(funders.values())
    largest = min(funders, key=lambda funder: (-funders[funder], funder)) if total else None
    return YearOfOperations(
        fiscal_year=year,
        amount=total,
        multi_year_share=share(sum(each.amount for each in dollars if each.is_multi_year), total),
        recurring_share=share(sum(each.amount for each in dollars if each.recurring), total),
        concentration=concentration(funders),
        largest_funder=largest,
        largest_funder_share=None if largest is None else share(funders[largest], total),
        funder_count=sum(amount > 0 for amount in funders.values()),
        change=None if not before else share(total - before, before),
    )


def concentration(amounts: Mapping[str, int]) -> Decimal | None:
    """The Herfindahl-Hirschman index of the amounts, 0 to 1; None where they add up to nothing."""
    total = sum(amounts.values())
    if total <= 0:
        return None
    return round(Decimal(sum(amount * amount for amount in amounts.values())) / (total * total), PLACES)


def reserve_months(unrestricted: int, yearly_cost: int) -> Decimal | None:
    """How many months of operations the free dollars at hand pay, to a tenth, rounded down; None without a cost.

    Unrestricted dollars over the average monthly cost (Nonprofit Operating Reserves Initiative Workgroup 2008,
    which calls a quarter of a year the least).
    """
    if yearly_cost <= 0:
        return None
    return Decimal(max(unrestricted, 0) * 120 // yearly_cost) / 10


def share(part: int, whole: int) -> Decimal | None:
    """Part over whole to six places; None where there is no whole."""
    return None if whole == 0 else round(Decimal(part) / whole, PLACES)
