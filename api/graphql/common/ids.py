"""Global ids: the type, the partnership and the row, as text: `Investment:3f...:9a...`.

An id that is malformed, unknown or of another partnership is one and the same to the caller: not found.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from api.graphql.common.errors import Code, Refusal

__all__ = ["GlobalId", "NotFound", "read_id", "require_id", "rows_of"]

_UUID: Final = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
_ID: Final = re.compile(rf"([A-Z][A-Za-z0-9]{{0,62}})((?::{_UUID}){{1,3}})")


class NotFound(Refusal):
    """Nothing that the caller may see has this id, for whichever reason."""

    def __init__(self) -> None:
        super().__init__(Code.NOT_FOUND, "There is nothing with this id that you may see.")


@dataclass(frozen=True)
class GlobalId:
    """A GraphQL type and the primary key of a row, the partnership first where the table has one."""

    type_name: str
    key: tuple[UUID, ...]

    def __str__(self) -> str:
        """The id as the API writes it; the seam builds the same text in SQL."""
        return ":".join((self.type_name, *map(str, self.key)))

    @property
    def partnership_id(self) -> UUID:
        """The partnership that the row belongs to (a Partnership belongs to itself)."""
        return self.key[0]


def read_id(text: str, *types: str) -> GlobalId | None:
    """The id in `text`, or None where it is not one, or not one of `types` (any type if none is named).

    Only the form that the API writes is read: lower case, with hyphens, nothing around it.
    """
    found = _ID.fullmatch(text)
    if found is None or (types and found[1] not in types):
        return None
    return GlobalId(found[1], tuple(UUID(part) for part in found[2][1:].split(":")))


def require_id(text: str, *types: str) -> GlobalId:
    """As read_id; raises NotFound."""
    found = read_id(text, *types)
    if found is None:
        raise NotFound
    return found


def rows_of(texts: Iterable[str], partnership_id: UUID, *types: str) -> list[UUID]:
    """The row ids among `texts` in one partnership; others match nothing, as unknown ids do."""
    found = (read_id(text, *types) for text in texts)
    return [id_.key[-1] for id_ in found if id_ and id_.partnership_id == partnership_id]
