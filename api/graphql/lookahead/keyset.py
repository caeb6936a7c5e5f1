"""Keyset pages: the place of a row in an order as a cursor, and the rows after it.

Source: M. Winand, "SQL Performance Explained" (2012), chapter 7 (the seek method); PostgreSQL documentation,
"Row and Array Comparisons" (row-wise comparison).
"""

import re
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa

from api.graphql.common.connections import read_cursor
from api.graphql.common.errors import Code, Refusal
from api.graphql.lookahead.rows import By
from api.graphql.lookahead.sql import Scope, literal

__all__ = ["Keyset"]

_NUMBER: Final = re.compile(r"-?[0-9]{1,40}(\.[0-9]{1,40})?")
_FLOAT: Final = re.compile(r"-?[0-9]{1,20}(\.[0-9]{1,20})?(e[+-][0-9]{1,3})?")
_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_MOMENT: Final = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?([+-][0-9]{2})?"
)
_WHOLE: Final = re.compile(r"-?[0-9]{1,18}")
_CHECKS: Final[dict[str, Callable[[str], Any]]] = {
    "uuid": UUID,
    "date": lambda text: date.fromisoformat(_matching(_DATE, text)),
    "timestamp": lambda text: datetime.fromisoformat(_matching(_MOMENT, text)),
    "bigint": lambda text: _matching(_WHOLE, text),
    "integer": lambda text: _matching(_WHOLE, text),
    "smallint": lambda text: _matching(_WHOLE, text),
    "numeric": lambda text: _matching(_NUMBER, text),
    "double": lambda text: _matching(_FLOAT, text),
    "boolean": lambda text: {"true": True, "false": False}[text],
    "text": str,
    "varchar": str,
}
"""What a value in a cursor has to be, by the first word of its type, so that PostgreSQL can read it."""


def _matching(pattern: re.Pattern[str], text: str) -> str:
    if not pattern.fullmatch(text):
        raise ValueError(text)
    return text


@dataclass(frozen=True)
class Keyset:
    """An order made total by the primary key, over one reading of a table."""

    scope: Scope
    steps: tuple[By, ...]
    written: tuple[str, ...]

    @classmethod
    def of(cls, scope: Scope, order: Sequence[By]) -> "Keyset":
        """Ties are broken in the direction of the last step, so that one index can serve the whole order."""
        last = order[-1].descending if order else False
        ties = [By(column, descending=last) for column in scope.table.primary_key]
        steps = (*order, *(tie for tie in ties if not any(step.of is tie.of for step in order)))
        written = tuple(
            scope.column(step.of) if isinstance(step.of, sa.Column) else step.of(scope) for step in steps
        )
        return cls(scope, steps, written)

    @property
    def name(self) -> str:
        """What a cursor calls this order: a short sum of its steps, so that one of another order is known."""
        return format(zlib.crc32(",".join(step.step_name for step in self.steps).encode()), "08x")

    def order_by(self) -> str:
        """The ORDER BY list."""
        return ", ".join(
            written + (" desc" if step.descending else "") + (" nulls last" if step.is_nullable else "")
            for step, written in zip(self.steps, self.written, strict=True)
        )

    def place(self) -> str:
        """The row's place in the order as JSON text."""
        parts = (literal(self.name), *(f"{written}::text" for written in self.written))
        return f"json_build_array({', '.join(parts)})::text"

    @staticmethod
    def cursor(place: str) -> str:
        """A place as a cursor: base64url without padding or line breaks, as api.graphql.common.connections."""
        return f"translate(encode(convert_to({place}, 'UTF8'), 'base64'), E'+/=\\n', '-_')"

    def after(self, cursor: str) -> str:
        """The condition for the rows after a cursor; raises Refusal INVALID for one of another order."""
        values = read_cursor(cursor, self.name, len(self.steps))
        bound = [self._bound(step, value) for step, value in zip(self.steps, values, strict=True)]
        is_simple = not any(step.is_nullable for step in self.steps)
        if is_simple and len({step.descending for step in self.steps}) == 1:
            sign = "<" if self.steps[0].descending else ">"
            return f"({', '.join(self.written)}) {sign} ({', '.join(str(b) for b in bound)})"
        return self._after(list(zip(self.steps, self.written, bound, strict=True)))

    def _after(self, steps: Sequence[tuple[By, str, str | None]]) -> str:
        (step, written, bound), *rest = steps
        more = self._after(rest) if rest else "false"
        if bound is None:
            return f"({written} is null and {more})"  # unknown comes last, so only its equals follow
        unknown = f" or {written} is null" if step.is_nullable else ""
        sign = "<" if step.descending else ">"
        return f"({written} {sign} {bound}{unknown} or ({written} = {bound} and {more}))"

    def _bound(self, step: By, value: object) -> str | None:
        refusal = Refusal(Code.INVALID, "`after` is not a cursor of this list in this order.")
        if value is None and step.is_nullable:
            return None
        if not isinstance(value, str):
            raise refusal
        try:
            _CHECKS[re.split(r"[ (]", step.kind)[0]](value)
        except (ValueError, KeyError) as fault:
            raise refusal from fault
        return f"{self.scope.bind(value)}::text::{step.kind}"
