"""Answers a question in a process of its own, which can be killed, while this one goes on."""

import asyncio
import logging
import multiprocessing
import multiprocessing.context
import os
import sys
import threading
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection

from allocation.question import Ask
from allocation.results import Result, answered
from allocation.standing import Standing

LISTEN_SECONDS = 0.1
READ_BEFORE = ("allocation.results", "api.runtime")
ASK_SECONDS = 0.3

StillWanted = Callable[[float, str], Awaitable[bool]]
"""Told (progress 0..1, what is being done) at least every half second; false ends the work."""

_log = logging.getLogger("alignment.solving")


class SolvingError(Exception):
    """The process ended without an answer; the sentence says why, as far as it is known."""


@dataclass(frozen=True)
class _Said:
    progress: float
    message: str


async def solve_apart(standing: Standing, ask: Ask, still_wanted: StillWanted) -> Result | None:
    """The result, or None where it was not wanted any more (the process is killed within a second).

    Errors: SolvingError with the sentence of the question's own error, or of the process's end.
    """
    here, there = multiprocessing.Pipe(duplex=False)
    child = _apart().Process(target=_answer, args=(there, standing, ask), name="alignment-solve", daemon=True)
    await asyncio.to_thread(child.start)
    there.close()
    try:
        return await _listen(here, still_wanted)
    finally:
        if child.is_alive():
            child.kill()
        await asyncio.to_thread(child.join)
        child.close()
        here.close()


def _apart() -> multiprocessing.context.ForkServerContext:
    """Where processes come from that have read the code: the first takes seconds, those that follow do not."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([*READ_BEFORE])
    return context


async def _listen(pipe: Connection, still_wanted: StillWanted) -> Result | None:
    said = _Said(0.0, "Reading the question")
    asked_at = 0.0
    while True:
        message = await asyncio.to_thread(_next, pipe)
        if isinstance(message, Result):
            return message
        if isinstance(message, SolvingError):
            raise message
        if isinstance(message, _Said):
            said = message
        if time.monotonic() - asked_at >= ASK_SECONDS:
            asked_at = time.monotonic()
            if not await still_wanted(said.progress, said.message):
                return None


def _next(pipe: Connection) -> object:
    """What the process says next, None where it says nothing for a moment. Errors: SolvingError."""
    try:
        return pipe.recv() if pipe.poll(LISTEN_SECONDS) else None
    except (EOFError, ConnectionResetError) as error:
        raise SolvingError("The solving process ended without an answer; ask again.") from error


def _end_with_parent() -> None:
    """Ends this process as soon as its parent is gone, however that ended: nobody would take the answer."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _answer(pipe: Connection, standing: Standing, ask: Ask) -> None:
    threading.Thread(target=_end_with_parent, daemon=True).start()
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # the solver's banner is no part of anybody's output
    try:
        pipe.send(answered(standing, ask, lambda progress, message: pipe.send(_Said(progress, message))))
    except BrokenPipeError:
        return  # nobody listens any more
    except ValueError as error:  # the question's own errors are ValueErrors with a sentence for a person
        pipe.send(SolvingError(str(error)))
    except Exception as error:  # the worker must hear of whatever else it is, or the scenario never ends
        _log.exception("the solving process failed")
        pipe.send(
            SolvingError(f"The solver failed ({type(error).__name__}); the log of the worker says more.")
        )
