"""What the contract promises and the schema does not have yet, by the part that will bring it."""

from typing import Final

STILL_TO_COME: Final[frozenset[str]] = frozenset()
