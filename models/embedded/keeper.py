"""The keeper: a detached program that holds one folder's server while anybody needs it."""

import os
import signal
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from .locks import EXCLUSIVE, is_same, open_lock, try_lock, unlock
from .places import EmbeddedError, Phase, Places, Report
from .postmaster import Postmaster, free_port

_TICK_SECONDS = 0.1
_PAUSES_SECONDS = (0.0, 0.5, 1.0, 2.0, 5.0)
_PORT_ATTEMPTS = 3


@dataclass
class Keeper:
    """Holds the server of one folder; whoever starts it has locked the folder's keeper lock for it."""

    places: Places
    options: Mapping[str, str]
    postmaster: Postmaster
    lease: int
    port: int
    is_told_to_stop: bool = field(default=False)

    def keep(self) -> None:
        """Starts the server, brings it back when it dies, stops it when nobody needs it."""
        child = self._start()
        try:
            self._report_ready(child)
            while not self._is_over():
                if child.poll() is not None:
                    child = self._revive() or child
                time.sleep(_TICK_SECONDS)
            if is_same(self.lease, self.places.lease):
                self._report(Phase.STARTING)
        finally:
            self.postmaster.stop(child)

    def _start(self) -> subprocess.Popen[bytes]:
        """On the same port if possible, so that pools of connections find the server again."""
        self.postmaster.clear_remains()
        for attempt in range(_PORT_ATTEMPTS):
            self.port = free_port(self.port)
            try:
                return self.postmaster.start(self.options, self.port)
            except EmbeddedError:
                # Somebody may have taken the port between the question and the start.
                if attempt + 1 == _PORT_ATTEMPTS or free_port(self.port) == self.port:
                    raise
        raise AssertionError("the last attempt returns or raises")

    def _revive(self) -> subprocess.Popen[bytes] | None:
        """Starts a dead server again, with growing pauses; None when nobody needs it any longer."""
        attempt = 0
        self._report(Phase.STARTING)
        while not self._is_over():
            try:
                child = self._start()
            except EmbeddedError as refusal:
                self._report(Phase.DOWN, message=str(refusal))
                attempt += 1
                self._pause(_PAUSES_SECONDS[min(attempt, len(_PAUSES_SECONDS) - 1)])
            else:
                self._report_ready(child)
                return child
        return None

    def _pause(self, seconds: float) -> None:
        end = time.monotonic() + seconds
        while time.monotonic() < end and not self._is_over():
            time.sleep(_TICK_SECONDS)

    def _is_over(self) -> bool:
        """True when told to stop, when the folder is gone, or when nobody needs the server.

        In the last case the exclusive lock on the lease stays ours to the end: whoever comes meanwhile
        waits for it, finds no keeper afterwards, and starts one.
        """
        if self.is_told_to_stop or not is_same(self.lease, self.places.lease):
            return True
        if self.places.hold.exists() or not try_lock(self.lease, EXCLUSIVE):
            return False
        if self.places.hold.exists():
            unlock(self.lease)
            return False
        return True

    def _report_ready(self, child: subprocess.Popen[bytes]) -> None:
        self.port = self.postmaster.port()
        self._report(Phase.READY, pid=child.pid)

    def _report(self, phase: Phase, *, pid: int | None = None, message: str = "") -> None:
        Report(phase, self.port, pid, message, self.options).write(self.places.report)


def main(folder: str, programs: str, lock: str, port: str, *options: str) -> int:
    """Keeps the server in `folder`; `lock` is the inherited descriptor of the keeper's lock."""
    if os.fork():
        return 0
    os.set_inheritable(int(lock), False)
    places = Places(Path(folder))
    chosen = dict(option.split("=", 1) for option in options)
    try:
        keeper = Keeper(
            places, chosen, _prepare(places, Path(programs), chosen), open_lock(places.lease), int(port)
        )
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: setattr(keeper, "is_told_to_stop", True))
        keeper.keep()
    except (EmbeddedError, OSError) as refusal:
        Report(Phase.FAILED, message=_sentence(places, refusal), options=chosen).write(places.report)
        return 1
    return 0


def _prepare(places: Places, programs: Path, options: Mapping[str, str]) -> Postmaster:
    postmaster = Postmaster.of(places, programs)
    postmaster.make_cluster(is_durable=options["fsync"] == "on")
    return postmaster


def _sentence(places: Places, fault: EmbeddedError | OSError) -> str:
    return str(fault if isinstance(fault, EmbeddedError) else places.refusal(str(fault)))
