"""Finds measures by their words, the likeliest first, through an index that row-level security lets a caller use.

A tsvector under a GIN index is the usual way, and of no use here: its operator `@@` is not leakproof, so
PostgreSQL applies the tenant's guard first and the operator to each row that is left (Rules and Privileges, in
the manual). The stems that `to_tsvector` makes are kept one a row instead, and `=` on text is leakproof.

A measure's rank is the sum, over the stems that are asked for, of how rare each is among the partnership's
measures, ln(1 + (N - n + 0.5) / (n + 0.5)) (Robertson and Zaragoza, The Probabilistic Relevance Framework: BM25
and Beyond, 2009), times 1.0 where it stands in the title and 0.4 where only in the summary (PostgreSQL's own
weights of the classes A and B).
"""

from dataclasses import dataclass
from decimal import Decimal
from typing import Final
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from models.outcomes import Indicator, Outcome

# "offset 0" has each stem looked up by itself; logarithms are taken of floats, since those of numeric are slow.
SEARCH: Final = """
with asked as (select lexeme from unnest(to_tsvector('pg_catalog.english', :words))),
measures as (select count(*)::float8 as number from policy_measure where partnership_id = :partnership),
found as (
  select w.measure_id, w.in_title, (count(*) over (partition by w.lexeme))::float8 as number
  from asked a cross join lateral (
    select o.lexeme, o.measure_id, o.in_title from measure_word o
    where o.partnership_id = :partnership and o.lexeme = a.lexeme offset 0
  ) w
)
select f.measure_id, round(sum(ln(1 + (m.number - f.number + 0.5) / (f.number + 0.5))
  * case when f.in_title then 1.0 else 0.4 end)::numeric, 4) as rank
from found f cross join measures m group by f.measure_id order by rank desc, f.measure_id limit :most
"""


@dataclass(frozen=True)
class Match:
    """A measure that holds a word that was asked for; a higher rank is likelier. Ranks of one search compare."""

    measure_id: UUID
    rank: Decimal


async def search_measures(
    session: AsyncSession, partnership_id: UUID, words: str, *, most: int
) -> list[Match]:
    """The likeliest `most` measures that hold one of the words, in any form; none where there is no word in it."""
    asked = {"words": words, "partnership": partnership_id, "most": most}
    rows = await session.execute(text(SEARCH), asked)
    return [Match(row.measure_id, row.rank) for row in rows]


async def words_of_outcome(session: AsyncSession, partnership_id: UUID, outcome_id: UUID) -> str | None:
    """What an outcome is searched by: its name and those of its indicators. None where there is no such outcome."""
    mine = (Outcome.partnership_id == partnership_id, Outcome.id == outcome_id)
    name = (await session.execute(select(Outcome.name).where(*mine))).scalar_one_or_none()
    if name is None:
        return None
    its = (Indicator.partnership_id == partnership_id, Indicator.outcome_id == outcome_id)
    indicators = (await session.execute(select(Indicator.name).where(*its))).scalars()
    return "\n".join((name, *indicators))
