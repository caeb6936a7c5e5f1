"""What is owed to funders and when, and the sub-grants that wait for their reports."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Obligation:
    """Something due under an investment."""

    id: str
    kind: str
    title: str
    due_on: date
    investment: str
    done_on: date | None = None

    def is_late(self, as_of: date) -> bool:
        """Whether its day has passed and it was not done by `as_of`."""
        return self.due_on < as_of and self.is_open(as_of)

    def is_open(self, as_of: date) -> bool:
        """Whether it was not done by the end of `as_of`."""
        return self.done_on is None or self.done_on > as_of


def obligations_due(
    obligations: Iterable[Obligation],
    as_of: date,
    *,
    due: tuple[date | None, date | None] = (None, None),
    kinds: Collection[str] = (),
    is_open: bool | None = None,
) -> Sequence[Obligation]:
    """Those due within the days (both included), of the kinds, open or done; the earliest first."""
    first, last = due[0] or date.min, due[1] or date.max
    found = [
        each
        for each in obligations
        if first <= each.due_on <= last
        and (not kinds or each.kind in kinds)
        and (is_open is None or each.is_open(as_of) == is_open)
    ]
    return sorted(found, key=lambda each: (each.due_on, each.title, each.id))


@dataclass(frozen=True)
class SubGrant:
    """An investment paid from others, with its reports; amounts in minor units of `currency`.

    `paid` is what has left for the recipient: disbursed or spent.
    """

    investment: str
    title: str
    recipient: str | None
    currency: str
    committed: int
    paid: int
    funded_from: Sequence[str]
    reports: Sequence[Obligation] = ()

    def report_status(self, as_of: date) -> str:
        """LATE, DUE, DONE, or NONE where no report was agreed."""
        if any(each.is_late(as_of) for each in self.reports):
            return "LATE"
        if any(each.is_open(as_of) for each in self.reports):
            return "DUE"
        return "DONE" if self.reports else "NONE"
