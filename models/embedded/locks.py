"""File locks that the kernel drops when their owner ends, however it ends."""

import fcntl
import os
import time
from pathlib import Path

from .places import make_private

SHARED = fcntl.LOCK_SH
EXCLUSIVE = fcntl.LOCK_EX
TICK_SECONDS = 0.02


def open_lock(path: Path) -> int:
    """Opens a file to lock."""
    make_private(path)
    return os.open(path, os.O_RDWR)


def try_lock(descriptor: int, kind: int) -> bool:
    """Takes the lock if that is possible at once; True if it was."""
    try:
        fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def unlock(descriptor: int) -> None:
    """Gives the lock back, in every program that shares the descriptor."""
    fcntl.flock(descriptor, fcntl.LOCK_UN)


def is_free(path: Path, kind: int) -> bool:
    """Whether a lock of this kind could be taken; the file is not made for the question."""
    try:
        descriptor = os.open(path, os.O_RDWR)
    except FileNotFoundError:
        return True
    try:
        return try_lock(descriptor, kind)
    finally:
        os.close(descriptor)


def is_same(descriptor: int, path: Path) -> bool:
    """Whether the open file is still the one at the path: a removed folder takes its locks along."""
    try:
        there = path.stat()
    except OSError:
        return False
    return os.path.samestat(there, os.fstat(descriptor))


def wait_for_lock(path: Path, kind: int, within_seconds: float) -> int | None:
    """Opens the file and waits for the lock on it; None when the time is over."""
    end = time.monotonic() + within_seconds
    descriptor = open_lock(path)
    while not (try_lock(descriptor, kind) and is_same(descriptor, path)):
        if time.monotonic() > end:
            os.close(descriptor)
            return None
        if not is_same(descriptor, path):
            os.close(descriptor)
            descriptor = open_lock(path)
        time.sleep(TICK_SECONDS)
    return descriptor
