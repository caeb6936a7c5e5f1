"""What the operator decides about an installation, read from the environment."""

import hashlib
import os
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple, Self
from urllib.parse import SplitResult, urlsplit

LOG_LEVELS = ("debug", "info", "warning", "error", "critical")
LOOPBACK = ("127.0.0.1", "::1", "localhost")
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
        "ALIGNMENT_PUBLIC_URL",
        "The address at which people reach the site, where it differs from the one it listens on.",
    ),
    Setting(
        "ALIGNMENT_OIDC_ISSUER", "The OpenID provider that people sign in at; without it, by token alone."
    ),
    Setting("ALIGNMENT_OIDC_CLIENT", "The name under which the provider knows this site."),
    Setting("ALIGNMENT_OIDC_SECRET", "The provider's secret for this site, where it asks for one."),
    Setting(
        "ALIGNMENT_RATE",
        "How many objects a second one caller may ask for on the long run; by default 100000.",
    ),
    Setting(
        "ALIGNMENT_LOG", f"The least severe level that is logged: {', '.join(LOG_LEVELS)}; by default info."
    ),
)


class SettingsError(Exception):
    """A setting cannot be used; the message names it and says what would do."""


@dataclass(frozen=True)
class Settings:
    """The settings of one installation. `home` is where the embedded server keeps its folder.

    Those that may hold a password are left out of the printed form.
    """

    home: Path
    database_url: str | None = field(default=None, repr=False)
    secret: str | None = field(default=None, repr=False)
    host: str = "127.0.0.1"
    port: int = 8000
    log: str = "info"
    rate: int = 100_000
    public_url: str | None = None
    oidc_issuer: str | None = None
    oidc_client: str | None = None
    oidc_secret: str | None = field(default=None, repr=False)

    @classmethod
    def read(cls, environ: Mapping[str, str] = os.environ) -> Self:
        """Reads every setting; one that is empty counts as absent. Raises SettingsError."""
        issuer = _issuer(_value(environ, "ALIGNMENT_OIDC_ISSUER"))
        client = _value(environ, "ALIGNMENT_OIDC_CLIENT")
        if (issuer is None) != (client is None):
            raise SettingsError("ALIGNMENT_OIDC_ISSUER and ALIGNMENT_OIDC_CLIENT: give both or neither")
        return cls(
            home=_home(environ),
            database_url=_database_url(_value(environ, "ALIGNMENT_DATABASE_URL")),
            secret=_value(environ, "ALIGNMENT_SECRET"),
            host=_host(_value(environ, "ALIGNMENT_HOST") or "127.0.0.1"),
            port=_port(_value(environ, "ALIGNMENT_PORT") or "8000"),
            log=_log(_value(environ, "ALIGNMENT_LOG") or "info"),
            rate=_rate(_value(environ, "ALIGNMENT_RATE") or "100000"),
            public_url=_public_url(_value(environ, "ALIGNMENT_PUBLIC_URL")),
            oidc_issuer=issuer,
            oidc_client=client,
            oidc_secret=_value(environ, "ALIGNMENT_OIDC_SECRET"),
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


def _rate(text: str) -> int:
    if not re.fullmatch(r"[0-9]{2,9}", text) or int(text) < 100:
        raise SettingsError(f"ALIGNMENT_RATE: {text!r} is no rate; give a whole number from 100 to 999999999")
    return int(text)


def _public_url(url: str | None) -> str | None:
    """An origin (RFC 6454): a scheme, a host and perhaps a port."""
    if url is None:
        return None
    parts = _split("ALIGNMENT_PUBLIC_URL", url)
    if parts.path.strip("/") or parts.query or parts.fragment or "@" in parts.netloc:
        raise SettingsError("ALIGNMENT_PUBLIC_URL: give the address alone, such as https://align.example.org")
    return f"{parts.scheme}://{parts.netloc.lower()}"


def _issuer(url: str | None) -> str | None:
    """As the provider writes it, to the letter: the claim `iss` is compared with it."""
    if url is None:
        return None
    parts = _split("ALIGNMENT_OIDC_ISSUER", url)
    if parts.scheme == "http" and parts.hostname not in LOOPBACK:
        raise SettingsError("ALIGNMENT_OIDC_ISSUER: a provider is reached by https, except on this machine")
    return url


def _split(name: str, url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
    except ValueError as fault:
        raise SettingsError(f"{name}: {url!r} is no address") from fault
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise SettingsError(f"{name}: {url!r} is no address; give one that begins with https://")
    return parts


def _log(text: str) -> str:
    if text.lower() not in LOG_LEVELS:
        raise SettingsError(f"ALIGNMENT_LOG: {text!r} is not a level; give one of {', '.join(LOG_LEVELS)}")
    return text.lower()
