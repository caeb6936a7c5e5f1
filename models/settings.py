"""What the operator decides about an installation, read from the environment."""

import hashlib
import os
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple, Self

LOG_LEVELS = ("debug", "info", "warning", "error", "critical")
DATABASE_SCHEMES = ("postgresql", "postgres", "postgresql+asyncpg")


class Setting(NamedTuple):
    """One environment variable and what it decides, in one line."""

    name: str
    description: str


SETTINGS = (
    Setting(
        "ALIGNMENT_DATABASE_URL",
        "The PostgreSQL to use, as a postgresql:// URL; without it, the embedded server.",
    ),
    Setting(
        "ALIGNMENT_HOME",
        "The folder of the embedded server; by default under the platform's user data folder.",
    ),
    Setting("ALIGNMENT_SECRET", "The secret that signs page sessions; without it, one is made and kept."),
    Setting("ALIGNMENT_HOST", "The address that the site listens on; by default 127.0.0.1."),
    Setting("ALIGNMENT_PORT", "The port that the site listens on, 0 for any free one; by default 8000."),
    Setting(
        "ALIGNMENT_LOG", f"The least severe level that is logged: {', '.join(LOG_LEVELS)}; by default info."
    ),
)


class SettingsError(Exception):
    """A setting cannot be used; the message names it and says what would do."""


@dataclass(frozen=True)
class Settings:
    """The settings of one installation. `home` is where the embedded server keeps its folder.

    The two that may hold a password are left out of the printed form.
    """

    home: Path
    database_url: str | None = field(default=None, repr=False)
    secret: str | None = field(default=None, repr=False)
    host: str = "127.0.0.1"
    port: int = 8000
    log: str = "info"

    @classmethod
    def read(cls, environ: Mapping[str, str] = os.environ) -> Self:
        """Reads every setting; one that is empty counts as absent. Raises SettingsError."""
        return cls(
            home=_home(environ),
            database_url=_database_url(_value(environ, "ALIGNMENT_DATABASE_URL")),
            secret=_value(environ, "ALIGNMENT_SECRET"),
            host=_host(_value(environ, "ALIGNMENT_HOST") or "127.0.0.1"),
            port=_port(_value(environ, "ALIGNMENT_PORT") or "8000"),
            log=_log(_value(environ, "ALIGNMENT_LOG") or "info"),
        )


def clone_key() -> str:
    """A short name for the folder that this code runs from, so that two clones never share a server."""
    clone = Path(__file__).resolve().parents[1]
    return hashlib.sha256(os.fsencode(clone)).hexdigest()[:12]


def _value(environ: Mapping[str, str], name: str) -> str | None:
    return environ.get(name, "").strip() or None


def _home(environ: Mapping[str, str]) -> Path:
    named = _value(environ, "ALIGNMENT_HOME")
    if named is None:
        return _user_data_folder(environ) / "resource-alignment" / clone_key()
    return _expanded(named).absolute()


def _expanded(named: str) -> Path:
    try:
        return Path(named).expanduser()
    except RuntimeError as fault:
        raise SettingsError(f"ALIGNMENT_HOME: the folder {named} cannot be found: {fault}") from fault


def _user_data_folder(environ: Mapping[str, str]) -> Path:
    """Linux by the XDG Base Directory Specification 0.8; macOS by Apple's File System Programming Guide."""
    if sys.platform == "darwin":
        return _user_folder(environ) / "Library" / "Application Support"
    stated = Path(environ.get("XDG_DATA_HOME", ""))
    return stated if stated.is_absolute() else _user_folder(environ) / ".local" / "share"


def _user_folder(environ: Mapping[str, str]) -> Path:
    stated = Path(environ.get("HOME", ""))
    if stated.is_absolute():
        return stated
    try:
        return Path.home()
    except RuntimeError as fault:
        raise SettingsError("ALIGNMENT_HOME: this user has no home folder, so name a folder here") from fault


def _database_url(url: str | None) -> str | None:
    """Keeps the URL as given; a refusal never repeats it, because it may hold a password."""
    if url is None:
        return None
    scheme, separator, place = url.partition("://")
    if not separator or scheme not in DATABASE_SCHEMES:
        kind = f"{scheme}://" if separator else "no URL"
        raise SettingsError(
            f"ALIGNMENT_DATABASE_URL: this is {kind}, "
            "but only PostgreSQL is served: postgresql://USER:PASSWORD@HOST:PORT/DATABASE"
        )
    if not place:
        raise SettingsError("ALIGNMENT_DATABASE_URL: the URL names no host and no database")
    return url


def _host(host: str) -> str:
    if re.search(r"[\s/@]", host):
        raise SettingsError(f"ALIGNMENT_HOST: {host!r} is not an address; give one such as 127.0.0.1 or ::1")
    return host


def _port(text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,5}", text) or int(text) > 65535:
        raise SettingsError(f"ALIGNMENT_PORT: {text!r} is not a port; give a whole number from 0 to 65535")
    return int(text)


def _log(text: str) -> str:
    if text.lower() not in LOG_LEVELS:
        raise SettingsError(f"ALIGNMENT_LOG: {text!r} is not a level; give one of {', '.join(LOG_LEVELS)}")
    return text.lower()
