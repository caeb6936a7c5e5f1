"""What is asked of a server, and the launch of the keeper that is to provide it."""

import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from .locks import EXCLUSIVE, is_same, open_lock, try_lock
from .places import Phase, Places, Report, binaries, last_lines, make_private
from .postmaster import FIXED, NOT_DURABLE, SMALL_MACHINE, plain_environment

PACKAGE = Path(__file__).parent
# The package alone, by its own name: importing `models` would load every table into the keeper.
_RUN_KEEPER = """
import sys
sys.path.append(sys.argv[1])
from embedded.keeper import main
sys.exit(main(*sys.argv[2:]))
"""


@dataclass(frozen=True)
class Wish:
    """What a caller asks of the server: `options` is all it would start with, `stated` what it insists on."""

    places: Places
    options: Mapping[str, str]
    stated: Mapping[str, str]

    @classmethod
    def of(cls, folder: Path, durable: bool, options: Mapping[str, str] | None) -> "Wish":
        asked = dict(options or {})
        if taken := sorted(asked.keys() & FIXED):
            raise ValueError(f"the embedded server sets these options itself: {', '.join(taken)}")
        insisted = {"fsync": "on", **asked} if durable else asked
        defaults = SMALL_MACHINE if durable else SMALL_MACHINE | NOT_DURABLE
        return cls(Places.at(folder), {**defaults, **asked}, insisted)


def launch_if_unkept(wish: Wish) -> bool:
    """Starts a keeper if the keeper's lock is free, and hands it the lock; True if it did."""
    places = wish.places
    lock = open_lock(places.keeper)
    try:
        if not (try_lock(lock, EXCLUSIVE) and is_same(lock, places.keeper)):
            return False
        former = Report.read(places.report)
        port = former.port if former is not None and former.port is not None else 0
        Report(Phase.STARTING, port=port).write(places.report)
        _launch(wish, lock, port)
    finally:
        os.close(lock)
    return True


def _launch(wish: Wish, lock: int, port: int) -> None:
    """Runs the keeper in a session of its own, out of reach of our terminal and our environment."""
    places = wish.places
    words = (str(PACKAGE.parent), str(places.folder), str(binaries()), str(lock), str(port))
    make_private(places.keeper_log)
    with places.keeper_log.open("wb") as log:
        launched = subprocess.run(  # noqa: S603 - our own words
            (sys.executable, "-I", "-S", "-c", _RUN_KEEPER, *words, *map("=".join, wish.options.items())),
            check=False,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd="/",
            env=plain_environment(),
            pass_fds=(lock,),
            start_new_session=True,
        )
    if launched.returncode != 0:
        raise places.refusal("its keeper cannot be started", last_lines(places.keeper_log))
