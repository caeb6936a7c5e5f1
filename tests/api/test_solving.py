"""Solving in a process of its own. The right answer is the one that the same question gets in this process."""

import multiprocessing
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

import api.solving
from allocation.question import Ask
from allocation.results import answered
from api.solving import SolvingError, solve_apart
from tests.allocation.standings import YEAR, award, line, practice, standing

ASK = Ask((YEAR,), smallest_move_amount=0)
WHOLE = standing(award("a", [line("l", 1_000_000)]))


def children() -> list[int]:
    """The processes that solve."""
    return [
        each.pid for each in multiprocessing.active_children() if each.name == "alignment-solve" and each.pid
    ]


async def test_another_process_gives_the_same_result_and_tells_its_progress_in_order() -> None:
    told: list[float] = []

    async def still_wanted(progress: float, _: str) -> bool:
        told.append(progress)
        return True

    assert await solve_apart(WHOLE, ASK, still_wanted) == answered(WHOLE, ASK)
    assert told == sorted(told)
    assert children() == []


async def test_work_that_is_not_wanted_any_more_ends_with_its_process() -> None:
    async def unwanted(_: float, __: str) -> bool:
        return False

    assert await solve_apart(WHOLE, ASK, unwanted) is None
    assert children() == []


async def test_a_question_that_contradicts_itself_is_told_in_its_own_words() -> None:
    twice = replace(WHOLE, practices=(practice("tutoring"), practice("tutoring")))
    with pytest.raises(SolvingError, match="tutoring"):
        await solve_apart(twice, ASK, _always)


async def test_a_process_that_is_killed_is_told_as_such() -> None:
    async def killing(_: float, __: str) -> bool:
        for pid in children():
            os.kill(pid, signal.SIGKILL)
        return True

    with pytest.raises(SolvingError, match="ended without an answer"):
        await solve_apart(WHOLE, ASK, killing)


PARENT = """
import multiprocessing, time
from api.solving import _end_with_parent

def endless(pipe):
    import threading
    threading.Thread(target=_end_with_parent, daemon=True).start()
    pipe.send(multiprocessing.current_process().pid)
    time.sleep(600)

if __name__ == "__main__":
    here, there = multiprocessing.Pipe(duplex=False)
    multiprocessing.get_context("spawn").Process(target=endless, args=(there,), daemon=True).start()
    print(here.recv(), flush=True)
    time.sleep(600)
"""


def test_a_solving_process_does_not_outlive_a_worker_that_is_killed(tmp_path: Path) -> None:
    script = tmp_path / "parent.py"
    script.write_text(PARENT)
    environment = {**os.environ, "PYTHONPATH": str(Path(api.solving.__file__).parents[1])}
    with subprocess.Popen(
        [sys.executable, script], stdout=subprocess.PIPE, text=True, env=environment
    ) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        parent.kill()
    assert ended_within(child, seconds=5)


def ended_within(pid: int, seconds: float) -> bool:
    """Whether a process is gone in time."""
    limit = time.monotonic() + seconds
    while time.monotonic() < limit:
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        if Path(f"/proc/{pid}/stat").exists() and Path(f"/proc/{pid}/stat").read_text().split()[2] == "Z":
            return True
        time.sleep(0.05)
    return False


async def _always(_: float, __: str) -> bool:
    return True
