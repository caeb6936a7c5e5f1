"""The search for measures by words, or by what an outcome is about."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

import strawberry
from sqlalchemy.ext.asyncio import AsyncSession

from api.graphql.common.basics import row
from api.graphql.common.connections import page_size
from api.graphql.common.context import Context
from api.graphql.common.errors import Code, Refusal
from api.graphql.common.ids import NotFound, read_id
from api.graphql.policy.measures import PolicyMeasure
from policy.measure_search import Match, search_measures, words_of_outcome

__all__ = ["PolicyMeasureMatch", "at_search", "load_matches"]

LONGEST: Final = 1000


@strawberry.type
class PolicyMeasureMatch:
    """A measure that holds words that were asked for; ranks compare within one answer, and higher is likelier."""

    measure: PolicyMeasure
    rank: Decimal


def at_search(text: str | None = None, outcome: strawberry.ID | None = None, first: int | None = 20) -> None:
    """The field's arguments: words, an outcome (its name and its indicators' names), or both."""


async def load_matches(
    context: Context, rows: Sequence[Mapping[str, Any]], asked: Mapping[str, Any]
) -> list[Any]:  # matches, or why there are none
    """Partnership.searchPolicyMeasures."""
    size = page_size(asked.get("first", 20))
    words = asked.get("text") or ""
    if not words.strip() and asked.get("outcome") is None:
        raise Refusal(Code.INVALID, "Give `text`, or an `outcome` to search for.")
    if len(words) > LONGEST or "\0" in words:
        raise Refusal(Code.INVALID, f"A text to search for has at most {LONGEST:,} characters.")
    return [await _matches(context, each["id"], words, asked.get("outcome"), size) for each in rows]


async def _matches(
    context: Context, partnership_id: UUID, words: str, outcome: str | None, size: int
) -> Any:  # as above
    async def read(session: AsyncSession) -> list[Match] | None:
        about = await _about(session, partnership_id, outcome) if outcome is not None else ""
        if about is None:
            return None
        return await search_measures(session, partnership_id, f"{words}\n{about}", most=size)

    found = await context.run(read)
    if found is None:
        return NotFound()
    return [
        PolicyMeasureMatch(measure=row("PolicyMeasure", partnership_id, each.measure_id), rank=each.rank)
        for each in found
    ]


async def _about(session: AsyncSession, partnership_id: UUID, outcome: str) -> str | None:
    found = read_id(outcome, "Outcome")
    if found is None or len(found.key) != 2 or found.partnership_id != partnership_id:
        return None
    return await words_of_outcome(session, partnership_id, found.key[1])
