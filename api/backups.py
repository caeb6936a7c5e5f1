"""A whole database in one file and back: pg_dump and pg_restore, which come with the embedded server.

Roles are not in the file: they belong to a server. On the way back the tables go to the roles of the database that
is filled, and each grant in the file to the role of the same part there, so that a backup may be restored under
another name and secret.
"""

import asyncio
import os
import re
import tempfile
from collections.abc import Mapping
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from migrations.upgrade import provide_roles, quoted
from models import embedded
from models.database import DatabaseError, Logins

MAGIC = b"PGDMP"  # PostgreSQL source, src/bin/pg_dump/pg_backup_archiver.h
SHOWN_LINES = 3
COUNT_TABLES = text(
    "select count(*) from pg_class c join pg_namespace n on n.oid = c.relnamespace "
    "where c.relkind in ('r', 'p') and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'"
)


async def back_up(logins: Logins, file: Path) -> None:
    """Writes the database as of one moment. Errors: DatabaseError, OSError."""
    try:
        # Nobody else may read it: it holds the raw figures of small groups too.
        os.close(os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    except FileExistsError as error:
        raise DatabaseError(f"{file} exists already: a backup is never written over another file") from error
    try:
        await _run("pg_dump", logins, "--format=custom", f"--file={file}", *_at(logins))
    except BaseException:
        await asyncio.to_thread(file.unlink, missing_ok=True)
        raise


async def restore(logins: Logins, file: Path) -> None:
    """Fills an empty database from a backup; the tables come all or not at all. Errors: DatabaseError, OSError."""
    with file.open("rb") as opened:
        if opened.read(len(MAGIC)) != MAGIC:
            raise DatabaseError(f"{file} was not written by `alignment database backup`")
    engine = create_async_engine(logins.url, poolclass=NullPool)
    try:
        async with engine.begin() as connection:
            if (await connection.execute(COUNT_TABLES)).scalar_one():
                raise DatabaseError(f"the database {logins.database} is not empty: restore into a new one")
            await connection.run_sync(provide_roles, logins)
        role = f"--role={logins.role('owner')}"
        once = ("--single-transaction", "--exit-on-error", "--no-owner", "--no-privileges")
        await _run("pg_restore", logins, *once, role, *_at(logins), str(file))
        grants = await _grants(logins, file)
        async with engine.begin() as connection:
            for grant in grants:
                await connection.exec_driver_sql(grant)
    finally:
        await engine.dispose()


async def _grants(logins: Logins, file: Path) -> list[str]:
    """The file's grants, each to the role that plays the same part in the database that is filled."""
    contents = await _run("pg_restore", logins, "--list", str(file))
    found = re.search(r"^;\s+dbname: (.+)$", contents, re.MULTILINE)
    if found is None:
        raise DatabaseError(f"{file} does not say which database it was written from")
    entries = [line for line in contents.splitlines() if re.match(r"\d+; \d+ \d+ ACL ", line)]
    with tempfile.NamedTemporaryFile("w", suffix=".list") as chosen:
        chosen.write("\n".join(entries) + "\n")
        chosen.flush()
        script = await _run("pg_restore", logins, f"--use-list={chosen.name}", "--file=-", str(file))
    parts = {
        Logins(logins.url.set(database=found[1]), "").role(part): part for part in ("app", "steward", "owner")
    }
    statements = (line.rstrip(";") for line in script.splitlines() if line.startswith(("GRANT ", "REVOKE ")))
    return [_renamed(each, {was: logins.role(part) for was, part in parts.items()}) for each in statements]


def _renamed(statement: str, roles: Mapping[str, str]) -> str:
    """A GRANT or REVOKE with its role, which is its last word, renamed."""
    head, _, role = statement.rpartition(" ")
    name = role.strip('"')
    return f"{head} {quoted(roles[name])}" if name in roles else statement


def _at(logins: Logins) -> tuple[str]:
    place = logins.url.set(drivername="postgresql", password=None)
    return (f"--dbname={place.render_as_string(hide_password=False)}",)


async def _run(program: str, logins: Logins, *arguments: str) -> str:
    """What a program of PostgreSQL prints; its password goes by the environment. Errors: DatabaseError."""
    child = await asyncio.create_subprocess_exec(
        embedded.binaries() / program,
        *arguments,
        env=os.environ | {"PGPASSWORD": str(logins.url.password or ""), "LC_ALL": "C"},
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    printed, complaints = await child.communicate()
    if child.returncode:
        said = " ".join(complaints.decode(errors="replace").split("\n")[:SHOWN_LINES])
        raise DatabaseError(f"{program} failed: {said.strip()}")
    return printed.decode(errors="replace")
