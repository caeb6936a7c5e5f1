"""PostgreSQL itself: makes a cluster, starts a server on it, stops it."""

import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from .accounts import Account, choose_account
from .places import LOOPBACK, SUPERUSER, Places, last_lines, make_private
from .programs import end_programs

READY_WITHIN_SECONDS = 300
STOPPED_WITHIN_SECONDS = 120
_TICK_SECONDS = 0.02
_LOG_LIMIT_BYTES = 10 * 2**20
_MAJOR_VERSION = "18"

# For two cores and 2 GB: few connections, and no compilation of queries that take milliseconds.
SMALL_MACHINE = {
    "max_connections": "60",
    "shared_buffers": "128MB",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "fsync": "on",
}
if sys.platform == "linux":
    # After a crash one call for the file system, not one for each of two thousand files, which takes seconds
    # (PostgreSQL docs, 19.13: recovery_init_sync_method).
    SMALL_MACHINE["recovery_init_sync_method"] = "syncfs"
# For tests: a crash of the machine may lose or corrupt everything.
NOT_DURABLE = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
# What the rest of this package relies on.
FIXED = {
    "listen_addresses": LOOPBACK,
    # A socket's path may not pass 107 bytes, and a folder's may.
    "unix_socket_directories": "",
    "log_destination": "stderr",
    "logging_collector": "off",
    "port": "",
    "cluster_name": "",
}


@dataclass(frozen=True)
class Postmaster:
    """How to run the server of one folder. Every method expects its caller to hold the keeper's lock."""

    places: Places
    programs: Path
    account: Account

    @classmethod
    def of(cls, places: Places, programs: Path) -> "Postmaster":
        return cls(places, programs, choose_account(places, programs))

    def make_cluster(self, *, is_durable: bool) -> None:
        """Runs initdb beside the cluster's place and renames: what is there is always complete."""
        for leftover in self.places.folder.glob("initdb-*"):
            shutil.rmtree(leftover, ignore_errors=True)
        if self.places.cluster.exists():
            self._check_cluster()
            return
        self._write_password()
        draft = self.places.folder / f"initdb-{secrets.token_hex(4)}"
        made = self._run_initdb(draft, () if is_durable else ("--no-sync",))
        if made.returncode != 0:
            shutil.rmtree(draft, ignore_errors=True)
            said = "\n".join(made.stdout.strip().splitlines()[-8:])
            raise self.places.refusal("its first set-up (initdb) failed", said)
        draft.rename(self.places.cluster)

    def clear_remains(self) -> None:
        """Ends what a former keeper left running, and removes the lock file of a server that was killed."""
        if not end_programs(self.places.name, STOPPED_WITHIN_SECONDS):
            raise self.places.refusal("programs of a former run cannot be ended")
        # Whoever has the number in it is not a server of ours, as none is running.
        (self.places.cluster / "postmaster.pid").unlink(missing_ok=True)

    def start(self, options: Mapping[str, str], port: int) -> subprocess.Popen[bytes]:
        """Starts the server, of which nothing may run, and waits until it takes connections."""
        self._shorten_log()
        logged = self.places.log.stat().st_size
        with self.places.log.open("ab") as log:
            child = subprocess.Popen(  # noqa: S603 - our own words
                (*self.account.prefix, str(self.programs / "postgres"), *self._arguments(options, port)),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=plain_environment(),
                cwd=self.places.folder,
            )
        self._wait_until_ready(child, logged)
        return child

    def stop(self, child: subprocess.Popen[bytes]) -> None:
        """Fast shutdown: clients are cut off, everything committed is written."""
        if child.poll() is None:
            child.send_signal(signal.SIGINT)
        try:
            child.wait(STOPPED_WITHIN_SECONDS)
        except subprocess.TimeoutExpired:
            child.send_signal(signal.SIGQUIT)
        end_programs(self.places.name, 5)
        child.wait()

    def _arguments(self, options: Mapping[str, str], port: int) -> list[str]:
        settings = {**options, **FIXED, "port": str(port), "cluster_name": self.places.name}.items()
        return [
            "-D",
            str(self.places.cluster),
            *(word for item in settings for word in ("-c", "=".join(item))),
        ]

    def _wait_until_ready(self, child: subprocess.Popen[bytes], logged: int) -> None:
        end = time.monotonic() + READY_WITHIN_SECONDS
        while not self._is_ready(child.pid):
            if child.poll() is not None:
                raise self.places.refusal("the server did not start", last_lines(self.places.log, logged))
            if time.monotonic() > end:
                self.stop(child)
                raise self.places.refusal(
                    f"the server was not ready within {READY_WITHIN_SECONDS} seconds",
                    last_lines(self.places.log, logged),
                )
            time.sleep(_TICK_SECONDS)

    def _is_ready(self, pid: int) -> bool:
        """Line 1 of postmaster.pid is the id, line 8 the state (PostgreSQL, src/include/utils/pidfile.h)."""
        lines = self._lock_lines()
        return len(lines) >= 8 and lines[0] == str(pid) and lines[7].strip() == "ready"

    def port(self) -> int:
        """The port that the running server states in line 4 of postmaster.pid."""
        return int(self._lock_lines()[3])

    def _lock_lines(self) -> list[str]:
        try:
            return (self.places.cluster / "postmaster.pid").read_text(encoding="utf-8").splitlines()
        except FileNotFoundError:
            return []

    def _check_cluster(self) -> None:
        version = (self.places.cluster / "PG_VERSION").read_text(encoding="utf-8").strip()
        if version != _MAJOR_VERSION:
            raise self.places.refusal(
                f"{self.places.cluster} was made by PostgreSQL {version} and this is {_MAJOR_VERSION}; "
                "restore a backup into another folder"
            )
        if not self.places.password.exists():
            raise self.places.refusal(
                f"the file {self.places.password} is missing; put it back from a backup"
            )

    def _write_password(self) -> None:
        self.places.password.unlink(missing_ok=True)
        make_private(self.places.password)
        self.places.password.write_text(secrets.token_urlsafe(24), encoding="utf-8")

    def _run_initdb(self, draft: Path, more: tuple[str, ...]) -> subprocess.CompletedProcess[str]:
        command = (
            *(str(self.programs / "initdb"), "--pgdata", str(draft)),
            *("--username", SUPERUSER, "--pwfile", str(self.places.password), "--auth", "scram-sha-256"),
            *("--encoding", "UTF8", "--locale-provider", "builtin", "--builtin-locale", "C.UTF-8"),
            *("--locale", "C.UTF-8" if sys.platform == "linux" else "C", "--no-instructions", *more),
        )
        return subprocess.run(  # noqa: S603 - our own words
            (*self.account.prefix, *command),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            env=plain_environment(),
            cwd=self.places.folder,
        )

    def _shorten_log(self) -> None:
        make_private(self.places.log)
        if self.places.log.stat().st_size > _LOG_LIMIT_BYTES:
            self.places.log.replace(self.places.log.with_suffix(".log.1"))
            make_private(self.places.log)


def free_port(wished: int | None = None) -> int:
    """The wished port if nobody listens on it, else one that the kernel picks."""
    with socket.socket() as probe:
        # As the server does: a port whose last connections are fading is free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, wished or 0))
        except OSError:
            if wished is None:
                raise
            return free_port()
        port: int = probe.getsockname()[1]
        return port


def plain_environment() -> dict[str, str]:
    """What a program needs to start: nothing of ours that steers PostgreSQL, and none of our secrets."""
    needed = ("PATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "TMPDIR")
    return {"LC_ALL": "C", **{name: os.environ[name] for name in needed if name in os.environ}}
