"""From 20,000 awards in a database to a stored, explained scenario: what does that cost beside the solver alone?

    python -m bench.optimizer [--investments N] [--patience SECONDS] [--growth]

400 signatures x 50 practices x 12 populations: about a million pairs of an award and a cell that it may buy. The same
run solves the class program of the same inputs once by HiGHS alone, cold and with its own defaults; the program
without classes through PuLP as its documentation shows it, on a fifth of the awards; and 21 points of the frontier,
each cold. `--growth` prints the growth up to ten times that size instead (some minutes).
"""

import argparse
import asyncio
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID

import pulp

from allocation.ask import Ask
from allocation.frames.standing import read_standing
from allocation.optimizer import solve
from allocation.optimizer import solver as door
from allocation.optimizer.build import formulate, question_of
from allocation.optimizer.formulation import Formulation
from allocation.optimizer.front import to_pulp
from allocation.optimizer.frontier import frontier_of
from allocation.optimizer.plans import find_plan
from allocation.optimizer.program import Program
from allocation.optimizer.stages import stages_of, students_stage
from allocation.optimizer.whatifs import solved_base
from allocation.problem import Problem, Rules
from allocation.question import set_out
from allocation.scenarios import ask_for, find_scenario, moves_of_scenario
from api.jobs import answer_scenario
from bench._large import FISCAL_YEAR, Size, found, question
from migrations.upgrade import upgrade
from models import embedded
from models.database import Database, Logins, Scope

WHOLE_AIM, PULP_AIM, FRONTIER_AIM = 3.0, 50.0, 8.0
POINTS = 21
SHARE = 5  # of the awards, one in so many goes through PuLP without classes
T = TypeVar("T")


def timed(work: Callable[[], T]) -> tuple[float, T]:
    """Seconds, and what came of it."""
    start = time.perf_counter()
    made = work()
    return time.perf_counter() - start, made


@dataclass(frozen=True)
class Stored:
    """A scenario from the database and back: seconds, its inputs, what it holds, and the solving process's peak."""

    seconds: float
    problem: Problem
    words: str
    megabytes: int


async def stored(database: Database, partnership: UUID) -> Stored:
    """Asks for a scenario and lets the worker's own code answer it, in a process of its own as always."""
    ask, scope = Ask((FISCAL_YEAR,)), Scope.of(partnership)
    async with database.session(scope) as session:
        asked = (await ask_for(session, partnership, ask, actor="bench")).id
    start = time.perf_counter()
    await answer_scenario(database, partnership, asked)
    seconds = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024
    async with database.session(scope) as session:
        scenario = await find_scenario(session, partnership, asked)
        assert scenario is not None
        moves = len(await moves_of_scenario(session, scenario))
        bindings = len((scenario.answer or {}).get("bindings", ()))
        problem = set_out(await read_standing(session, partnership, FISCAL_YEAR), ask).problem
    words = f"{scenario.status.value}, {moves} moves, {bindings} bindings"
    return Stored(seconds, problem, words, peak)


async def from_database(size: Size) -> Stored:
    """Fills a database of its own and answers a scenario there."""
    with tempfile.TemporaryDirectory() as place:
        (Path(place) / "files").mkdir()
        with embedded.lease(Path(place) / "server", durable=False) as server:
            logins = Logins.read(server.url())
            await upgrade(logins)
            database = Database(logins)
            try:
                return await stored(database, await found(database, size, Path(place) / "files"))
            finally:
                await database.close()


def bare(problem: Problem) -> tuple[float, Program]:
    """Seconds of one run of HiGHS on the class program for its first aim: nothing around it, no further aim."""
    model = formulate(question_of(problem))
    with door.highs() as solver:
        solver.resetOptions()
        for option, value in (("output_flag", False), ("threads", door.THREADS)):
            door.set_option(solver, option, value)
        door.load(solver, model.program, stages_of(model)[0].costs)
        seconds, _ = timed(solver.run)
    return seconds, model.program


def _through_pulp(pipe: Any, problem: Problem) -> None:  # Any: a connection, generic in what it carries
    model = formulate(question_of(problem), aggregate=False)
    costs, start = stages_of(model)[0].costs, time.perf_counter()
    program = to_pulp(model.program, costs)
    program.solve(pulp.HiGHS(msg=False, threads=door.THREADS))
    pipe.send((time.perf_counter() - start, pulp.LpStatus[program.status]))


def through_pulp(problem: Problem, patience: float) -> tuple[float, str]:
    """Seconds that PuLP needs to build and solve the program with a row for each award; at most `patience`."""
    here, there = get_context("spawn").Pipe(duplex=False)
    child = get_context("spawn").Process(target=_through_pulp, args=(there, problem), daemon=True)
    child.start()
    told: tuple[float, str] = here.recv() if here.poll(patience) else (patience, "not ended, stopped there")
    child.kill()
    child.join()
    return told


def frontiers(problem: Problem) -> tuple[float, float]:
    """Seconds of 21 points as the product traces them, and of 21 cold runs (3 are run and counted sevenfold)."""
    asked = question_of(problem)
    with solved_base(asked) as base:
        if base is None:
            raise SystemExit("the frontier has no base")
        warm, points = timed(partial(frontier_of, base, POINTS))
    shares = [points[place].worst_off_share for place in (0, len(points) // 2, -1)]
    cold = sum(_cold(formulate(asked), share) for share in shares)
    return warm, cold * POINTS / len(shares)


def _cold(model: Formulation, share: float) -> float:
    """Seconds of one point without anything that an earlier one left."""
    model.program.lower[model.program.columns["t",]] = share
    with door.highs() as solver:
        start = time.perf_counter()
        door.load(solver, model.program, students_stage(model, weighted=False).costs)
        door.run_first(solver, model.program)
        return time.perf_counter() - start


def growth(most: int) -> None:
    """Time of the whole answer, in memory, as one size grows at a time: investments, practices, populations."""
    base = Size()
    small = Size(base.investments_count // 10, base.practices_count, base.populations_count)
    rows = {
        "investments": [replace(small, investments_count=small.investments_count * n) for n in (1, 10, 100)],
        "practices": [replace(small, practices_count=n) for n in (10, 50, 500)],
        "populations": [replace(small, populations_count=n) for n in (5, 12, 120)],
    }
    print(
        f"{'grows':<12} {'investments':>11} {'practices':>9} {'populations':>11} {'seconds':>8} {'times':>6}"
    )
    for name, sizes in rows.items():
        first: float | None = None
        for size in sizes[:most]:
            seconds, _ = timed(partial(solve, question(size, Rules())))
            first = first or seconds
            counts = (size.investments_count, size.practices_count, size.populations_count)
            print(
                f"{name:<12} {counts[0]:>11,} {counts[1]:>9} {counts[2]:>11} {seconds:>8.1f} {seconds / first:>6.1f}",
                flush=True,
            )


def measure(size: Size, patience: float) -> bool:
    """Prints what was found; whether every aim is met."""
    kept = asyncio.run(from_database(size))
    arcs = sum(len(fund.cell_ids) for fund in kept.problem.funds)
    print(f"{size.investments_count:,} investments, {arcs:,} pairs of an award and a cell: {kept.words}")
    once, program = bare(kept.problem)
    print(f"HiGHS alone on the class program ({len(program.column_keys):,} columns): {once:.1f} s")
    whole = kept.seconds / once
    print(
        f"database to stored scenario: {kept.seconds:.1f} s, ratio {whole:.1f} (aim {WHOLE_AIM:.0f}); the solving "
        f"process held {kept.megabytes} MB at most",
        flush=True,
    )
    ours, plan = timed(lambda: find_plan(question_of(kept.problem), lambda _share, _sentence: None))
    print(f"the question to a plan in whole cents: {ours:.1f} s ({plan.reached.status.value})", flush=True)
    few = replace(kept.problem, funds=kept.problem.funds[: size.investments_count // SHARE])
    pulp_seconds, status = through_pulp(few, patience)
    quicker = pulp_seconds * SHARE / ours
    print(
        f"plain PuLP, no classes, one award in {SHARE}: {pulp_seconds:.1f} s ({status}); times {SHARE}, which is too "
        f"little as simplex runs grow faster than programs: at least {quicker:.0f} times ours (aim {PULP_AIM:.0f})",
        flush=True,
    )
    warm, cold = frontiers(kept.problem)
    print(
        f"{POINTS} points of the frontier: {warm:.1f} s, cold {cold:.1f} s (from 3 of them): "
        f"{cold / warm:.1f} times (aim {FRONTIER_AIM:.0f})",
        flush=True,
    )
    growth(2)
    return whole <= WHOLE_AIM and quicker >= PULP_AIM and cold / warm >= FRONTIER_AIM


def main() -> None:
    """Exit code 1 where an aim is missed."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--investments", type=int, default=Size.investments_count)
    parser.add_argument("--patience", type=float, default=150.0, help="seconds that PuLP is given")
    parser.add_argument("--growth", action="store_true", help="the growth up to ten times the size, alone")
    asked = parser.parse_args()
    if asked.growth:
        growth(3)
        return
    sys.exit(0 if measure(Size(asked.investments), asked.patience) else 1)


if __name__ == "__main__":
    main()
