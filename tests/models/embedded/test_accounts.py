"""The server runs for root and for ordinary users, and never with all of root's powers."""

import os
import pwd
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from models import embedded

from .owners import Owners, ask, leaves_nothing, on_linux, postmaster_of, user_of

pytestmark = [on_linux, pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")]
AS_NOBODY = ("setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups")


@pytest.fixture
def nobody() -> pwd.struct_passwd:
    return pwd.getpwnam("nobody")


@pytest.fixture
def place(nobody: pwd.struct_passwd) -> Iterator[Path]:
    """A folder of nobody's, below folders that he may pass."""
    with tempfile.TemporaryDirectory() as made:
        os.chown(made, nobody.pw_uid, nobody.pw_gid)
        yield Path(made)


def test_for_root_the_server_has_none_of_roots_powers(folder: Path) -> None:
    """CapEff of proc(5): 0 is none; bit 1 alone, CAP_DAC_OVERRIDE, where namespaces are closed."""
    with embedded.lease(folder, durable=False):
        status = Path(f"/proc/{postmaster_of(folder)}/status").read_text(encoding="ascii")
    powers = int(status.split("CapEff:")[1].split()[0], 16)
    assert powers in (0, 2)


def test_where_namespaces_are_closed_root_gives_the_folder_to_an_unprivileged_user(
    fresh: Path, owners: Owners
) -> None:
    """An unshare(1) that is refused, as it is where the kernel forbids user namespaces.

    The folder lies below one that only root may pass, as it does in a root's home.
    """
    closed = fresh.parent / "closed"
    closed.mkdir()
    closed.parent.chmod(0o700)
    (closed / "unshare").write_text("#!/bin/sh\nexit 1\n", encoding="utf-8")
    (closed / "unshare").chmod(0o755)
    owner = owners.start(fresh, path=f"{closed}:{os.environ['PATH']}")
    assert ask(owner.says()) == "1"
    user = user_of(postmaster_of(fresh))
    assert user != 0
    assert user == fresh.stat().st_uid
    owner.end(signal.SIGKILL)
    leaves_nothing(fresh)


def test_a_folder_of_another_user_is_served_as_that_user(own: Path, nobody: pwd.struct_passwd) -> None:
    for part in (own, *own.rglob("*")):
        os.chown(part, nobody.pw_uid, nobody.pw_gid)
    with embedded.lease(own, durable=False) as server:
        assert ask(server.url()) == "1"
        assert user_of(postmaster_of(own)) == nobody.pw_uid
    assert {path.stat().st_uid for path in own.iterdir()} == {nobody.pw_uid}


def test_an_ordinary_user_is_served_too(place: Path, nobody: pwd.struct_passwd, owners: Owners) -> None:
    folder = place / "home"
    owner = owners.start(folder, *AS_NOBODY, _python_for(nobody.pw_uid))
    assert ask(owner.says()) == "1"
    assert user_of(postmaster_of(folder)) == nobody.pw_uid
    owner.end(signal.SIGTERM)
    leaves_nothing(folder)


def test_an_ordinary_user_is_refused_a_folder_that_is_not_his(
    fresh: Path, nobody: pwd.struct_passwd, owners: Owners
) -> None:
    fresh.mkdir(mode=0o700)
    owner = owners.start(fresh, *AS_NOBODY, _python_for(nobody.pw_uid))
    said = owner.says()
    assert "Permission denied" in said
    assert "ALIGNMENT_HOME" in said


def test_a_user_without_a_name_is_served_where_namespaces_are_open(place: Path, owners: Owners) -> None:
    """As in a container that runs under a number that /etc/passwd does not know; initdb asks for the name."""
    nameless = max(entry.pw_uid for entry in pwd.getpwall() if entry.pw_uid < 60_000) + 54
    if subprocess.run(("unshare", "--user", "true"), capture_output=True).returncode != 0:
        pytest.skip("user namespaces are closed here")
    os.chown(place, nameless, nameless)
    user = (f"--reuid={nameless}", f"--regid={nameless}", "--clear-groups")
    owner = owners.start(place / "home", "setpriv", *user, _python_for(nameless))
    assert ask(owner.says()) == "1"
    owner.leave()


def _python_for(user: int) -> str:
    """An interpreter that the user can reach, and with it PostgreSQL's programs."""
    asked = "import sys, os; sys.exit(sys.version_info < (3, 11) or not os.access(sys.argv[1], os.X_OK))"
    for python in (sys.executable, "/usr/bin/python3"):
        try:
            words = (python, "-c", asked, str(embedded.binaries() / "postgres"))
            if subprocess.run(words, user=user, capture_output=True, cwd="/").returncode == 0:
                return python
        except OSError:
            continue
    pytest.skip("an ordinary user reaches no Python 3.11 here, or not PostgreSQL's programs")
