"""Connections: pages of a list with cursors that stay right while rows come and go.

Source: GraphQL Cursor Connections Specification (Relay), sections 2 to 5; `nodes` and `totalCount` are the
usual additions. A cursor names the place in the order (the sort values and the key of a row), not a number
of rows, so a page neither repeats nor skips a row that others write around it.
"""

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from typing import Final, Generic, TypeVar

import strawberry

from api.graphql.common.errors import Code, Refusal
from api.graphql.door.limits import LIMITS

__all__ = [
    "Connection",
    "Edge",
    "PageInfo",
    "connection_of",
    "page_size",
    "read_cursor",
    "written_cursor",
]

T = TypeVar("T")
Place = Sequence[str | int | None]
_LONGEST: Final = 4_000


@strawberry.type
class PageInfo:
    """Where a page stands in its list."""

    has_next_page: bool
    has_previous_page: bool
    start_cursor: str | None
    end_cursor: str | None


@strawberry.type
class Edge(Generic[T]):
    """One row of a page with its cursor."""

    node: T
    cursor: str


@strawberry.type
class Connection(Generic[T]):
    """One page of a list; `totalCount` is of the whole list under the same filter."""

    edges: list[Edge[T]]
    nodes: list[T]
    page_info: PageInfo
    total_count: int


def page_size(first: int | None, default: int = 50) -> int:
    """The size of a page; raises Refusal INVALID outside 0 to 1,000."""
    size = default if first is None else first
    if not 0 <= size <= LIMITS.first:
        raise Refusal(Code.INVALID, f"`first` must be between 0 and {LIMITS.first:,}.")
    return size


def written_cursor(order: str, place: Place) -> str:
    """The cursor of a row: the order's name and the row's place in it, base64url without padding."""
    text = json.dumps([order, *place], ensure_ascii=False)
    return base64.urlsafe_b64encode(text.encode()).rstrip(b"=").decode()


def read_cursor(cursor: str, order: str, length: int) -> list[str | int | None]:
    """The place in a cursor of this order; raises Refusal INVALID for any other text."""
    refusal = Refusal(Code.INVALID, "`after` is not a cursor of this list in this order.")
    if len(cursor) > _LONGEST or not cursor.isascii():
        raise refusal
    try:
        text = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True).decode()
        parts = json.loads(text)
    except (binascii.Error, ValueError, RecursionError) as fault:
        raise refusal from fault
    if not isinstance(parts, list) or len(parts) != length + 1 or parts[0] != order or "\x00" in text:
        raise refusal
    place = parts[1:]
    if not all(
        part is None or (isinstance(part, str | int) and not isinstance(part, bool)) for part in place
    ):
        raise refusal
    return place


def connection_of(
    items: Sequence[T],
    key: Callable[[T], tuple[str | int, ...]],
    *,
    first: int | None,
    after: str | None,
    order: str = "",
) -> Connection[T]:
    """A page of a list that is already reckoned.

    `key` is a row's place: `items` are in its ascending order and no two have the same.
    """
    size = page_size(first)
    rest = items
    if after is not None and items:
        place = tuple(read_cursor(after, order, len(key(items[0]))))
        try:
            rest = [item for item in items if key(item) > place]
        except TypeError as fault:
            raise Refusal(Code.INVALID, "`after` is not a cursor of this list in this order.") from fault
    page = list(rest[:size])
    edges = [Edge(node=item, cursor=written_cursor(order, key(item))) for item in page]
    info = PageInfo(
        has_next_page=len(rest) > size,
        has_previous_page=len(rest) < len(items),
        start_cursor=edges[0].cursor if edges else None,
        end_cursor=edges[-1].cursor if edges else None,
    )
    return Connection(edges=edges, nodes=page, page_info=info, total_count=len(items))
