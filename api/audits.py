"""What the operator asks of a whole installation: whether its ledgers are sound, and what stands."""

from typing import Any

from sqlalchemy import text

from api.runtime import open_logins
from migrations.upgrade import is_current
from models import embedded
from models.database import Database, Logins, Scope
from models.settings import Settings


async def audit_all(logins: Logins) -> list[dict[str, str]]:
    """Each promise of each partnership's ledger that does not hold; empty where all are sound."""
    from allocation.ledger import audit

    database = Database(logins, pool_size=1)
    found = []
    try:
        async with database.owner_connection() as connection:
            rows = (await connection.execute(text("select id, slug from partnership order by slug"))).all()
        for row in rows:
            async with database.session(Scope.of(row.id)) as session:
                found += [
                    {"partnership": row.slug, "rule": rule, "detail": detail}
                    for _, rule, detail in await audit(session)
                ]
    finally:
        await database.close()
    return found


async def describe(settings: Settings) -> dict[str, Any]:  # Any: JSON
    """What stands, without starting the embedded server. Errors: DatabaseError, EmbeddedError."""
    if not settings.database_url:
        server = embedded.status(settings.home)
        document: dict[str, Any] = {
            "server": "embedded",
            "folder": str(server.folder),
            "running": server.is_running,
            "kept": server.is_held,
            "used": server.is_leased,
            "port": server.port,
        }
        if not server.is_running:
            return document
    else:
        document = {"server": "named by ALIGNMENT_DATABASE_URL"}
    async with open_logins(settings) as logins:
        return document | {"database": logins.database, "current": await is_current(logins)}
