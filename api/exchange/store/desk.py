"""What storing a plain fact needs: the session, the partnership, and what its words mean."""

from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from api.exchange.report import ImportReport
from api.exchange.store.names import Names
from api.exchange.store.restrictions import Restrictions
from api.exchange.store.rows import Values, replace_links, settle
from models.base import Base, TenantRow


class Unfit(Exception):  # noqa: N818 - it describes a row
    """A row that contradicts what is there, with its code, its field and the word."""

    def __init__(self, code: str, sentence: str, field: str, word: str | None) -> None:
        super().__init__(sentence)
        self.code, self.field, self.word = code, field, word


@dataclass
class Desk:
    """Where each record is stored, row by row."""

    session: AsyncSession
    partnership_id: UUID
    names: Names
    restrictions: Restrictions
    report: ImportReport
    actor: str
    paid_rows: dict[UUID, int] = field(default_factory=dict)  # the last row that pays each position

    async def settle(self, model: type[TenantRow], key: Values, values: Values) -> tuple[UUID, str]:
        """Makes the row of this key hold these values: its id, and what became of it."""
        row, action = await settle(self.session, model, self.partnership_id, key=key, values=values)
        return row.id, action

    async def links(self, model: type[Base], owner: Values, links: list[Values]) -> bool:
        """Makes the rows of this owner just these; says whether that changed any."""
        mine = {"partnership_id": self.partnership_id, **owner}
        return await replace_links(self.session, model, mine, links)
