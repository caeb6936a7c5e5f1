"""The account that PostgreSQL runs under: it refuses to run as root, and to start nameless."""

import os
import pwd
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from .places import EmbeddedError, Places

UNPRIVILEGED = ("postgres", "nobody", "daemon")


@dataclass(frozen=True)
class Account:
    """What to put before a command line so that it runs under the account."""

    prefix: tuple[str, ...]


def choose_account(places: Places, programs: Path) -> Account:
    """Ourselves for an ordinary user; as root the folder's owner, or root under another name.

    A user namespace (user_namespaces(7)) shows root to PostgreSQL as an ordinary user, while files stay
    root's. Where namespaces are closed, the folder is given to an unprivileged system user.
    Raises EmbeddedError.
    """
    if os.geteuid() != 0:
        return _as_ourselves(places, programs)
    if places.folder.stat().st_uid == 0:
        namespace = Account((*_namespace(), *_leash()))
        if _can_run(namespace, places, programs):
            return namespace
        _give_away(places.folder)
    for account in (_as_owner(places.folder, *_passage()), _as_owner(places.folder)):
        if _can_run(account, places, programs):
            return account
    raise places.refusal(
        "it cannot run as root, and this machine lets root neither open a user namespace "
        "nor change to an unprivileged user who reaches the folder"
    )


def _as_ourselves(places: Places, programs: Path) -> Account:
    if _has_name(os.geteuid()):
        return Account(_leash())
    named = Account((*_namespace(), *_leash()))
    if _can_run(named, places, programs):
        return named
    raise places.refusal(f"PostgreSQL does not start under user id {os.geteuid()}, which has no name")


def _has_name(uid: int) -> bool:
    try:
        pwd.getpwuid(uid)
    except KeyError:
        return False
    return True


def _namespace() -> tuple[str, ...]:
    unshare = shutil.which("unshare")
    name = _unprivileged()
    if unshare is None or name is None:
        return ("false",)
    return (unshare, "--user", f"--map-user={name.pw_uid}", f"--map-group={name.pw_gid}", "--")


def _leash() -> tuple[str, ...]:
    """Has the kernel stop the server (fast mode: SIGINT) when its keeper is killed, where it can."""
    setpriv = shutil.which("setpriv")
    return () if setpriv is None else (setpriv, "--pdeathsig", "INT", "--")


def _as_owner(folder: Path, *powers: str) -> Account:
    setpriv = shutil.which("setpriv")
    if setpriv is None:
        return Account(("false",))
    owner = folder.stat()
    user = (f"--reuid={owner.st_uid}", f"--regid={owner.st_gid}", "--clear-groups")
    return Account((setpriv, *user, *powers, "--pdeathsig=INT", "--"))


def _passage() -> tuple[str, ...]:
    """The one power of root's to keep: to pass through folders of others, as ours often lie below /root.

    CAP_DAC_OVERRIDE of capabilities(7). Without the secure bit, access(2) overlooks the power, and
    PostgreSQL asks by it whether its programs are there.
    """
    return ("--inh-caps=+dac_override", "--ambient-caps=+dac_override", "--securebits=+no_setuid_fixup")


def _can_run(account: Account, places: Places, programs: Path) -> bool:
    """Whether PostgreSQL starts under the account, and may write in the folder."""
    trial = '"$0" --version && mkdir "$1" && rmdir "$1"'
    words = (*account.prefix, "sh", "-c", trial, str(programs / "postgres"), str(places.folder / "trial"))
    return subprocess.run(words, capture_output=True, check=False, cwd="/").returncode == 0  # noqa: S603 - our own words


def _give_away(folder: Path) -> None:
    """Makes the folder and all that it holds an unprivileged user's."""
    name = _unprivileged()
    if name is None:
        raise EmbeddedError(
            "PostgreSQL cannot run as root, and this machine has no other user: "
            "add one, or name a PostgreSQL of your own in ALIGNMENT_DATABASE_URL."
        )
    for place in (folder, *folder.rglob("*")):
        os.chown(place, name.pw_uid, name.pw_gid, follow_symlinks=False)


def _unprivileged() -> pwd.struct_passwd | None:
    """The first user of the machine that is made for this; else any that is not root."""
    users = {entry.pw_name: entry for entry in reversed(pwd.getpwall()) if entry.pw_uid != 0}
    for name in UNPRIVILEGED:
        if name in users:
            return users[name]
    return next(iter(users.values()), None)
