"""Forks the processes that do the site's work, and forks another where one ends by itself.

Reading the code takes seconds; a process that has read it hands it on by fork(2) in milliseconds, and its children
share what they do not change. It runs no thread and no loop of its own: a fork copies neither whole.
"""

import os
import select
import signal
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

__all__ = ["GRACE_SECONDS", "told_what_to_be"]

GRACE_SECONDS = 8.0
RESTART_SECONDS = 1.0
SETTLED_SECONDS = 5.0  # a child that lives so long did not fail at its start
TICK_SECONDS = 0.05
HEEDED = (signal.SIGTERM, signal.SIGINT, signal.SIGCHLD)
OURS = Path("/proc/self/comm")  # proc(5): how `ps` and `top` call a process


@dataclass
class Seat:
    """One of the processes that are wanted: what it does, and who does it."""

    part: str
    pid: int | None = None
    began_at: float = 0.0
    due_at: float = 0.0

    def left(self, now: float) -> None:
        """Notes that who sat here is gone; one who failed at once is replaced a little later."""
        self.pid = None
        self.due_at = now + (RESTART_SECONDS if now - self.began_at < SETTLED_SECONDS else 0.0)


def told_what_to_be(parts: Sequence[str]) -> str | None:
    """In each child, the part that it is to do; here None, once SIGTERM came or standard input closed.

    A child's standard input closes when this process is gone.
    """
    life, held = os.pipe()
    with _woken_by_signals() as woken:
        seats = [Seat(part) for part in parts]
        while True:
            for seat in seats:
                if seat.pid is None and seat.due_at <= time.monotonic() and _forked(seat) == 0:
                    os.dup2(life, 0)
                    os.close(held)
                    os.close(life)
                    _call_it(seat.part)
                    return seat.part
            if _is_over(woken, all(seat.pid for seat in seats)):
                break
            _take_leave(seats)
    _end(seats)
    return None


def _forked(seat: Seat) -> int:
    seat.began_at = time.monotonic()
    seat.pid = os.fork()
    return seat.pid


def _call_it(part: str) -> None:
    with suppress(OSError):  # there is no such file but on Linux
        OURS.write_text(f"align-{part}")  # of 15 characters at most


@contextmanager
def _woken_by_signals() -> Iterator[int]:
    """A descriptor that can be read when a signal came; all is as it was after the block, in a child too."""
    woken, waking = os.pipe()
    os.set_blocking(waking, False)
    before = {number: signal.signal(number, lambda *_: None) for number in HEEDED}
    signal.set_wakeup_fd(waking)
    try:
        yield woken
    finally:
        signal.set_wakeup_fd(-1)
        for number, handler in before.items():
            signal.signal(number, handler)
        os.close(woken)
        os.close(waking)


def _is_over(woken: int, are_all_there: bool) -> bool:
    """Waits for what happens next; whether it is the end."""
    ready, _, _ = select.select([0, woken], [], [], None if are_all_there else TICK_SECONDS)
    if 0 in ready and not os.read(0, 1):
        return True
    return woken in ready and any(each != signal.SIGCHLD for each in os.read(woken, 64))


def _take_leave(seats: Sequence[Seat]) -> None:
    """Reaps those that ended."""
    for seat in seats:
        if seat.pid is not None and os.waitpid(seat.pid, os.WNOHANG)[0]:
            seat.left(time.monotonic())


def _end(seats: Sequence[Seat]) -> None:
    """Tells every child to end, and sees to it."""
    for number, patience in ((signal.SIGTERM, GRACE_SECONDS), (signal.SIGKILL, GRACE_SECONDS)):
        for seat in seats:
            if seat.pid is not None:
                os.kill(seat.pid, number)
        end = time.monotonic() + patience
        while any(seat.pid for seat in seats) and time.monotonic() < end:
            _take_leave(seats)
            time.sleep(TICK_SECONDS)
