"""Looks up the bills, rules and bylaws that a file names, in any case of letters."""

from collections.abc import Iterator, Sequence
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from api.exchange.store.names import Index
from models.measures import PolicyMeasure


async def find_measures(session: AsyncSession, partnership_id: UUID, words: Sequence[str]) -> list[UUID]:
    """The measures, each once, in order. Errors: UnknownName, also for a word that means several.

    A measure is named by its identifier, with `@SESSION` behind and `JURISDICTION:` before it where others have
    the same one.
    """
    if not words:
        return []
    m = PolicyMeasure
    rows = await session.execute(
        select(m.id, m.jurisdiction, m.session, m.identifier).where(
            m.partnership_id == partnership_id,
            func.lower(m.identifier).in_({each for word in words for each in _within(word.lower())}),
        )
    )
    index = Index("measure")
    for id_, jurisdiction, its_session, identifier in rows:
        for spelled in {identifier, f"{identifier}@{its_session}" if its_session else identifier}:
            index.add(spelled, id_)
            index.add(f"{jurisdiction}:{spelled}", id_)
    return index.find_all(words)


def _within(word: str) -> Iterator[str]:
    """What of the word may be the identifier."""
    for part in (word, word.rpartition("@")[0]):
        yield part.strip()
        yield part.partition(":")[2].strip()
