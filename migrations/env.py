"""Alembic's entry: migrates over the connection it is handed, as the role that owns the tables."""

from alembic import context
from sqlalchemy import text

from migrations.upgrade import quoted
from models import Base
from models.database import Logins

connection = context.config.attributes["connection"]
logins: Logins = context.config.attributes["logins"]


def _ours(name: str | None, kind: str, parents: object) -> bool:
    if kind == "schema":
        return name in {None, "ledger", "raw"}
    return kind != "table" or not (name or "").startswith("alembic_")


context.configure(
    connection=connection,
    target_metadata=Base.metadata,
    include_schemas=True,
    include_name=_ours,
    compare_type=True,
    compare_server_default=False,
    transaction_per_migration=False,
)
with context.begin_transaction():
    connection.execute(text(f"set local role {quoted(logins.role('owner'))}"))
    context.run_migrations()
