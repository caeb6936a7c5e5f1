"""PostgreSQL is set up once, completely, closed to all but the password, and refuses in plain words."""

import os
import signal
import stat
import sys
from contextlib import ExitStack
from pathlib import Path

import pytest

from models import embedded
from models.embedded import EmbeddedError

from .owners import OWNER, Owners, ask, on_linux, postmaster_of, until


def test_the_cluster_speaks_utf8_and_utc(folder: Path) -> None:
    question = "select datlocale, pg_encoding_to_char(encoding), current_setting('timezone') from pg_database"
    with embedded.lease(folder, durable=False) as server:
        assert ask(server.url(), f"{question} where datname = 'postgres'") == "C.UTF-8|UTF8|UTC"


@on_linux
def test_only_the_loopback_address_listens(folder: Path) -> None:
    """By the kernel's own list (proc(5), /proc/net/tcp): state 0A is LISTEN, 0100007F is 127.0.0.1."""
    with embedded.lease(folder, durable=False) as server:
        tables = [table for table in (Path("/proc/net/tcp"), Path("/proc/net/tcp6")) if table.exists()]
        rows = [row.split() for table in tables for row in table.read_text(encoding="ascii").splitlines()[1:]]
        sockets = list((folder / "cluster").glob(".s.PGSQL*"))
    ours = f":{server.port:04X}"
    assert [row[1] for row in rows if row[3] == "0A" and row[1].endswith(ours)] == [f"0100007F{ours}"]
    assert sockets == []


def test_a_wrong_password_is_refused(folder: Path) -> None:
    with embedded.lease(folder, durable=False) as server:
        assert ask(server.url().replace(server.password, "guess")) is None


def test_every_way_in_asks_for_a_scram_password(folder: Path) -> None:
    with embedded.lease(folder, durable=False) as server:
        ways = ask(server.url(), "select distinct auth_method from pg_hba_file_rules")
    assert ways == "scram-sha-256"


def test_the_folder_and_its_files_are_for_their_owner_alone(fresh: Path) -> None:
    with embedded.lease(fresh, durable=False):
        open_to_others = [
            place.name for place in (fresh, *fresh.iterdir()) if stat.S_IMODE(place.stat().st_mode) & 0o077
        ]
    assert open_to_others == []


def test_a_stale_lock_file_that_names_another_program_is_no_hindrance(own: Path) -> None:
    """As after a crash of the machine: the number in postmaster.pid is by then somebody else's."""
    with embedded.lease(own, durable=False):
        lines = (own / "cluster" / "postmaster.pid").read_text(encoding="utf-8").splitlines()
    stale = "\n".join([str(os.getpid()), *lines[1:]])
    (own / "cluster" / "postmaster.pid").write_text(stale, encoding="utf-8")
    with embedded.lease(own, durable=False) as server:
        assert ask(server.url()) == "1"


@on_linux
def test_the_server_knows_nothing_of_our_environment(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALIGNMENT_SECRET", "hush")
    monkeypatch.setenv("PGOPTIONS", "-c work_mem=1GB")
    with embedded.lease(folder, durable=False):
        known = Path(f"/proc/{postmaster_of(folder)}/environ").read_bytes()
    assert b"PATH=" in known
    assert b"hush" not in known
    assert b"PGOPTIONS" not in known


@on_linux
def test_a_set_up_that_was_killed_half_way_is_done_anew(fresh: Path, owners: Owners) -> None:
    owner = owners.start(fresh)
    until(lambda: any(fresh.glob("initdb-*/global")), "the set-up is half way")
    for pid in _parts_of_set_up(fresh):
        os.kill(pid, signal.SIGKILL)
    owner.end(signal.SIGKILL)
    assert not (fresh / "cluster").exists()
    with embedded.lease(fresh, durable=False) as server:
        assert ask(server.url()) == "1"
    assert list(fresh.glob("initdb-*")) == []


def _parts_of_set_up(folder: Path) -> list[int]:
    """The keeper first, then initdb and its bootstrap server: all whose command line names the folder."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            try:
                line = (entry / "cmdline").read_bytes()
            except OSError:
                continue
            if os.fsencode(folder) in line and OWNER.encode() not in line:
                found.append(int(entry.name))
    return sorted(found)


def test_a_set_up_that_cannot_write_is_refused_with_what_it_said(fresh: Path, owners: Owners) -> None:
    """A limit on the size of files (ulimit -f, in blocks of 512 bytes or 1 KiB) stands for a full disk."""
    limited = ("sh", "-c", 'ulimit -f 64; exec "$0" "$@"', sys.executable)
    owner = owners.start(fresh, *limited)
    said = owner.says()
    owner.leave()
    assert "REFUSED" in said
    assert "initdb" in said
    assert "ALIGNMENT_HOME" in said
    assert not (fresh / "cluster").exists()


def test_a_cluster_that_will_not_start_is_refused_with_the_end_of_its_log(own: Path) -> None:
    (own / "cluster" / "global" / "pg_control").unlink()
    with pytest.raises(EmbeddedError, match=r"(?s)did not start.*pg_control"):
        ExitStack().enter_context(embedded.lease(own, durable=False))


def test_a_cluster_of_another_version_is_refused(own: Path) -> None:
    (own / "cluster" / "PG_VERSION").write_text("16\n", encoding="utf-8")
    with pytest.raises(EmbeddedError, match="made by PostgreSQL 16"):
        ExitStack().enter_context(embedded.lease(own, durable=False))


def test_a_cluster_without_its_password_is_refused(own: Path) -> None:
    (own / "password").unlink()
    with pytest.raises(EmbeddedError, match="password is missing"):
        ExitStack().enter_context(embedded.lease(own, durable=False))
