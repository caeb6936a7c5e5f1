"""Judges a fault: what the journal says against what the ledger holds."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

import asyncpg

from .writers import Body, Journal, Told, resend

# The app's own transactions; autovacuum and the like go on for ever.
BUSY = "select count(*) from pg_stat_activity where application_name = 'alignment' and xact_start is not null"
EFFECTS = """
select t.note as key, count(*) as times, min(t.id::text) as id,
  sum((select count(*) from ledger.entry e
    where e.partnership_id = t.partnership_id and e.transfer_id = t.id)) as entries
from ledger.transfer t where t.partnership_id = $1 and t.note = any($2::text[]) group by t.note
"""
KEPT = "select key from ledger.idempotency where partnership_id = $1 and key = any($2::text[])"
AUDIT = "select rule || ': ' || detail from ledger.audit()"


@dataclass
class Verdict:
    """What a fault did. All but `acknowledged`, `unknown` and `present` must be empty or 0."""

    acknowledged: int = 0
    unknown: int = 0
    present: int = 0
    lost: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    refused_but_present: list[str] = field(default_factory=list)
    resent_badly: list[str] = field(default_factory=list)
    findings: list[str] = field(default_factory=list)

    @property
    def faults(self) -> Mapping[str, int]:
        """How many of each fault there are; empty where every promise was kept."""
        lists = ("lost", "changed", "doubled", "refused_but_present", "resent_badly", "findings")
        return {name: len(getattr(self, name)) for name in lists if getattr(self, name)}

    def __str__(self) -> str:
        found = ", ".join(f"{count} {name}" for name, count in self.faults.items()) or "no fault"
        return f"{self.acknowledged} acknowledged, {self.unknown} unknown of which {self.present} present: {found}"


@dataclass(frozen=True)
class Court:
    """Where to judge: the database as its superuser, and the site where unknown keys are sent again."""

    url: str
    partnership_id: UUID
    place: tuple[str, int]
    token: str

    async def judge(self, journal: Journal) -> Verdict:
        """Waits until nothing is under way, then compares; writers have stopped."""
        connection = await asyncpg.connect(self.url)
        try:
            await _settled(connection)
            return await self._judged(connection, journal)
        finally:
            await connection.close()

    async def _judged(self, connection: asyncpg.Connection, journal: Journal) -> Verdict:
        verdict = Verdict(len(journal.acknowledged), len(journal.unknown))
        await self._compare(connection, journal.acknowledged, verdict)
        refused = await self._effects(connection, list(journal.refused))
        verdict.refused_but_present = list(refused)
        unknown = list(journal.unknown.values())
        kept = {
            row["key"] for row in await connection.fetch(KEPT, self.partnership_id, [b.key for b in unknown])
        }
        verdict.present = len(kept)
        answers = await asyncio.to_thread(resend, self.place, self.token, unknown)
        verdict.resent_badly = _resent_badly(unknown, kept, answers)
        await self._compare(connection, {k: told for k, told in answers.items() if told.transaction}, verdict)
        verdict.findings = [row[0] for row in await connection.fetch(AUDIT)]
        return verdict

    async def _compare(
        self, connection: asyncpg.Connection, told: Mapping[str, Told], verdict: Verdict
    ) -> None:
        effects = await self._effects(connection, list(told))
        for key, each in told.items():
            found = effects.get(key)
            if found is None:
                verdict.lost.append(key)
            elif found["times"] > 1:
                verdict.doubled.append(key)
            elif not str(each.transaction).endswith(found["id"]) or found["entries"] != 2:
                verdict.changed.append(key)

    async def _effects(
        self, connection: asyncpg.Connection, keys: Sequence[str]
    ) -> Mapping[str, asyncpg.Record]:
        rows = await connection.fetch(EFFECTS, self.partnership_id, keys)
        return {row["key"]: row for row in rows}


def _resent_badly(unknown: Sequence[Body], kept: set[str], answers: Mapping[str, Told]) -> list[str]:
    """Keys whose second answer says "replayed" where it was not there, or the other way about."""
    return [
        body.key
        for body in unknown
        if answers[body.key].transaction and answers[body.key].is_replayed != (body.key in kept)
    ]


async def _settled(connection: asyncpg.Connection) -> None:
    for _ in range(600):
        if await connection.fetchval(BUSY) == 0:
            return
        await asyncio.sleep(0.1)
    raise AssertionError("transactions of the site do not end")
