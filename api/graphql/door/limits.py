"""How much one request may ask for: each limit with the reason for its number.

Sources: OWASP GraphQL Cheat Sheet (query limiting: depth, amount, aliases, batching, cost; introspection);
GraphQL Armor's list of protections (depth, aliases, directives, tokens, cost, suggestions);
GitHub's GraphQL resource limitations (node limit by multiplying the `first` of nested lists).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

__all__ = ["LIMITS", "Limits", "RowBounds"]

STANDARD_INTROSPECTION_DEPTH: Final = 15

RowBounds = Mapping[str, int]
"""The most items that one list can hold, by "Type.field"; see `Limits.bounds`."""


@dataclass(frozen=True, kw_only=True)
class Limits:
    """The limits of one endpoint. Sizes are bytes, counts are whole numbers, times are seconds."""

    body_bytes: int = 100_000
    """A document of 2,000 tokens with its variables is under 40 KB; files do not come in here."""
    nesting: int = 40
    """Brackets within brackets, in the JSON text and in the document, counted before a parser recurses."""
    tokens: int = 2_000
    """The standard introspection query has fewer than 250."""
    comments: int = 500
    depth: int = STANDARD_INTROSPECTION_DEPTH
    """The standard introspection query is 15 deep; the longest path that the pages use is 9."""
    root_fields: int = 10
    aliases: int = 30
    directives: int = 4
    """On one field, fragment or operation."""
    same_key: int = 20
    """One response key at one level: the rule for overlapping fields compares every pair of them."""
    visits: int = 10_000
    """Selections looked at while measuring a document: keeps measuring linear whatever fragments do."""
    cost: int = 20_000
    """Objects in the answer, at most."""
    list_size: int = 5
    """What a list without `first` counts where no bound is known."""
    first: int = 1_000
    rows: int = 10_000
    """The `limit` of a query for figures (one row is a few numbers, not an object with parts)."""
    errors: int = 5
    documents: int = 512
    document_bytes: int = 1_000_000
    """Of text, over all cached documents; a parsed document takes about 50 times its text."""
    deadline_seconds: float = 8.0
    """Also of each statement and of each pause within a transaction, so that a lock never outlives its request."""
    objects_per_second: int = 100_000
    """That one caller may ask for on the long run: about a third of what one process brings on two cores."""
    held_seconds: int = 300
    """Of the above that may be asked for at once after a pause, so that a report's burst passes."""
    request_objects: int = 50
    """What any request counts besides its objects, so that 2,000 empty ones a second are a caller's share."""
    unknown_token_objects: int = 100_000
    """What a token that nobody has counts for the address it came from: after 300 at once, one a second."""
    callers: int = 10_000
    """Whose accounts are kept; one is about 300 bytes."""
    partnership_share: float = 0.5
    """Of the connections, for one partnership, and for all who have not signed in together."""
    init_seconds: float = 5.0
    subscriptions: int = 5
    """At once on one connection."""
    message_bytes: int = 100_000
    bounds: RowBounds = field(default_factory=dict)
    """The most items that a list can hold, so that `first: 1000` on a list of 12 counts 12."""
    weightless: frozenset[str] = frozenset({"PageInfo", "Money", "AlignmentKey", "AlignmentValue"})
    """Types that are parts of their row and count nothing; connections and edges are added by their shape."""

    @property
    def objects_held(self) -> int:
        """A full account."""
        return self.objects_per_second * self.held_seconds


LIMITS: Final = Limits()
