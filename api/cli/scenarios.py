"""Commands about reallocation: `suggest`, `demo`."""

import asyncio
import math
import re
import time
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

import typer

from api.cli.running import (
    NOT_NOW,
    WRONG_USAGE,
    CommandError,
    partnership_named,
    print_json,
    progress_bar,
    run,
    say,
    words,
)

if TYPE_CHECKING:
    from allocation.question import Ask
    from models.database import Database

TAKE_OVER_SECONDS = 2.0
LOOK_SECONDS = 0.2
PAGE_WIDTH = 110
LARGEST_MINOR_UNITS = 10**17
AMOUNT = re.compile(r"\$?([0-9][0-9,]{0,30})(?:\.([0-9]{1,2}))?")
DEMO_SMALLEST_MOVE = 2_500_000  # minor units: a page of moves that a board can go through


class ObjectiveName(StrEnum):
    """Which good comes first; allocation.problem.Objective, without its weight."""

    GAP_CLOSING = "GAP_CLOSING"
    STUDENTS_REACHED = "STUDENTS_REACHED"
    WORST_OFF_FIRST = "WORST_OFF_FIRST"


class TierName(StrEnum):
    """The weakest evidence; allocation.cells.TIERS, without its weight."""

    STRONG = "STRONG"
    MODERATE = "MODERATE"
    PROMISING = "PROMISING"
    RATIONALE = "RATIONALE"
    NONE = "NONE"


def add_to(commands: typer.Typer) -> None:
    """Adds this subject's commands."""
    commands.command("suggest")(suggest)
    commands.command("demo")(demo)


def suggest(
    partnership: Annotated[str, typer.Option(help="The partnership's slug.")],
    fiscal_year: Annotated[list[int], typer.Option(help="Named by the year it ends in; may be repeated.")],
    new_money: Annotated[str, typer.Option(help="Unrestricted dollars to place as well.")] = "0",
    objective: Annotated[
        ObjectiveName, typer.Option(case_sensitive=False, help="Which good comes first.")
    ] = ObjectiveName.GAP_CLOSING,
    equity_weight: Annotated[
        float, typer.Option(help="How much a student of a persistently behind group counts.")
    ] = 2.0,
    minimum_tier: Annotated[
        TierName, typer.Option(case_sensitive=False, help="The weakest evidence that may receive dollars.")
    ] = TierName.PROMISING,
    maximum_shift: Annotated[
        float, typer.Option(help="The share of a funder's dollars that may move.")
    ] = 0.25,
    confidence: Annotated[
        float, typer.Option(help="0.5 plans on the best estimate, 0.95 on the worst tail.")
    ] = 0.5,
    protect: Annotated[
        list[str] | None, typer.Option(help="The name of a practice that keeps its money; may be repeated.")
    ] = None,
    smallest_move: Annotated[str, typer.Option(help="No move under this many dollars.")] = "1000",
    maximum_moves: Annotated[int | None, typer.Option(help="At most so many moves.")] = None,
    frontier_points: Annotated[
        int, typer.Option(help="Points between most students and the worst off first.")
    ] = 0,
    total_shift: Annotated[
        float | None, typer.Option(help="The share of all dollars together that may move.")
    ] = None,
    practices_per_person: Annotated[
        float | None, typer.Option(help="At most so many practices for one person a year.")
    ] = None,
    leximin: Annotated[
        bool, typer.Option("--leximin", help="Also raise those next furthest behind, one after another.")
    ] = False,
    outcome_weight: Annotated[
        list[str] | None, typer.Option(help="OUTCOME=WEIGHT: what a student counts; may be repeated.")
    ] = None,
    viable_scale: Annotated[
        list[str] | None, typer.Option(help="PRACTICE=PARTICIPANTS: no fewer, or none; may be repeated.")
    ] = None,
    sensitivity_draws: Annotated[
        int, typer.Option(help="Draws of the effects that tell how sure each move is.")
    ] = 0,
    staffing_floor: Annotated[
        bool, typer.Option(help="Leave in place what secures the months of key roles.")
    ] = True,
    name: Annotated[str | None, typer.Option(help="What the scenario is called.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the scenario as JSON.")] = False,
) -> None:
    """Suggests which dollars to move to which practice for whom. Exit 3: no plan keeps every rule."""
    terms: dict[str, Any] = {  # Any: the fields of allocation.question.Ask
        "fiscal_years": tuple(fiscal_year),
        "new_money_amount": minor_units(new_money, "--new-money"),
        "equity_weight": equity_weight,
        "minimum_tier": minimum_tier.value,
        "maximum_shift_share": maximum_shift,
        "confidence": confidence,
        "smallest_move_amount": minor_units(smallest_move, "--smallest-move"),
        "maximum_moves_count": maximum_moves,
        "frontier_points_count": frontier_points,
        "maximum_total_shift_share": total_shift,
        "practices_per_person": practices_per_person,
        "leximin": leximin,
        "sensitivity_draws_count": sensitivity_draws,
        "staffing_floor": staffing_floor,
    }
    weights = [named_number(each, "--outcome-weight") for each in outcome_weight or []]
    scales = [named_number(each, "--viable-scale") for each in viable_scale or []]

    async def work(database: "Database") -> dict[str, Any]:  # Any: a scenario's document
        from allocation.problem import Objective
        from allocation.question import Ask

        Ask(**terms)  # says what is wrong with it before anything is looked up
        partnership_id = await partnership_named(database, partnership)
        protected = await practices_named(database, partnership_id, protect or [])
        outcomes = await rows_named(database, partnership_id, "outcome", [key for key, _ in weights])
        practices = await rows_named(database, partnership_id, "practice", [key for key, _ in scales])
        ask = Ask(
            **terms,
            objective=Objective(objective),
            protected_ids=protected,
            outcome_weights=tuple((outcomes[key], weight) for key, weight in weights),
            viable_scales=tuple((practices[key], least) for key, least in scales),
        )
        return await suggested(database, partnership_id, ask, name)

    document = run(work)
    show(document, as_json=as_json)
    if document["status"] != "READY":
        raise typer.Exit(NOT_NOW)


def demo(
    as_json: Annotated[bool, typer.Option("--json", help="Print the scenario as JSON.")] = False,
) -> None:
    """Loads the fictional partnership Riverbend where it is absent, and prints a suggested reallocation."""

    async def work(database: "Database") -> dict[str, Any]:  # Any: a scenario's document
        from allocation.question import Ask
        from api.demo.riverbend import FISCAL_YEAR, load_riverbend

        partnership_id = await load_riverbend(database, lambda what: say(f"loading {what}"))
        ask = Ask((FISCAL_YEAR,), smallest_move_amount=DEMO_SMALLEST_MOVE)
        return await suggested(database, partnership_id, ask, f"Demonstration, fiscal year {FISCAL_YEAR}")

    say("Riverbend Cradle to Career is fictional: no child, funder or dollar in it is real.")
    document = run(work)
    show(document, as_json=as_json)
    if document["status"] != "READY":
        raise typer.Exit(NOT_NOW)


def minor_units(text: str, option: str) -> int:
    """Minor units of an amount as a person types it. Errors: typer.BadParameter."""
    found = AMOUNT.fullmatch(text)
    amount = int(found[1].replace(",", "")) * 100 + int((found[2] or "").ljust(2, "0")) if found else -1
    if not 0 <= amount <= LARGEST_MINOR_UNITS:
        raise typer.BadParameter(f"{text!r} is no amount of dollars and cents", param_hint=option)
    return amount


def named_number(text: str, option: str) -> tuple[str, float]:
    """A name and a number: "High school graduation=2". Errors: typer.BadParameter."""
    name, _, number = text.rpartition("=")
    try:
        value = float(number)
    except ValueError:
        value = math.nan
    if not name.strip() or not math.isfinite(value):
        raise typer.BadParameter(f"{text!r} is not NAME=NUMBER", param_hint=option)
    return name.strip(), value


async def practices_named(database: "Database", partnership_id: UUID, names: list[str]) -> frozenset[str]:
    """The ids of practices to protect, by their names. Errors: CommandError."""
    return frozenset((await rows_named(database, partnership_id, "practice", names, " to protect")).values())


async def rows_named(
    database: "Database", partnership_id: UUID, kind: str, names: list[str], why: str = ""
) -> dict[str, str]:
    """The ids of practices or outcomes by their names. Errors: CommandError."""
    from sqlalchemy import select

    from models.database import Scope
    from models.outcomes import Outcome
    from models.practices import Practice

    model: type[Outcome] | type[Practice] = Practice if kind == "practice" else Outcome
    query = select(model.name, model.id).where(model.partnership_id == partnership_id, model.name.in_(names))
    async with database.session(Scope.of(partnership_id)) as session:
        found = {name: str(row_id) for name, row_id in (await session.execute(query))}
    missing = sorted(set(names) - set(found))
    if missing:
        raise CommandError(WRONG_USAGE, f"there is no {kind} {missing[0]!r}{why}")
    return found


async def suggested(
    database: "Database", partnership_id: UUID, ask: "Ask", name: str | None = None
) -> dict[str, Any]:  # Any: a scenario's document
    """Asks for a scenario and waits for its answer."""
    from allocation.scenarios import ask_for
    from api.jobs import enqueue_scenario
    from models.database import Scope

    async with database.session(Scope.of(partnership_id)) as session:
        scenario = await ask_for(session, partnership_id, ask, actor="operator", name=name)
        await enqueue_scenario(session, partnership_id, scenario.id)
    return await waited_for(database, partnership_id, scenario.id)


async def waited_for(
    database: "Database", partnership_id: UUID, scenario_id: UUID
) -> dict[str, Any]:  # Any: a scenario's document
    """Waits with a progress bar, and works the queue itself where no worker takes it within two seconds."""
    stop = asyncio.Event()
    watch = asyncio.create_task(_watched(database, partnership_id, scenario_id))
    own_work = asyncio.create_task(_stand_in(database, partnership_id, scenario_id, stop))
    try:
        return await watch
    finally:
        stop.set()
        await own_work


async def _watched(
    database: "Database", partnership_id: UUID, scenario_id: UUID
) -> dict[str, Any]:  # Any: a scenario's document
    from api.scenario_documents import is_over, read_scenario
    from models.database import Scope

    with progress_bar() as bar:
        task = bar.add_task("waiting", total=1.0)
        while True:
            async with database.session(Scope.of(partnership_id)) as session:
                document = await read_scenario(session, partnership_id, scenario_id)
            bar.update(task, completed=document["progress"], description=document["message"] or "waiting")
            if is_over(document):
                return document
            await asyncio.sleep(LOOK_SECONDS)


async def _stand_in(
    database: "Database", partnership_id: UUID, scenario_id: UUID, stop: asyncio.Event
) -> None:
    """Works as a worker does, if there is none, or if after two seconds nobody has begun."""
    from allocation.scenarios import find_scenario
    from api.jobs import has_worker, work
    from models.database import Scope
    from models.scenarios import ScenarioStatus

    asked_at, is_attended = time.monotonic(), await has_worker(database)
    while is_attended and time.monotonic() - asked_at < TAKE_OVER_SECONDS:
        if stop.is_set():
            return
        await asyncio.sleep(LOOK_SECONDS)
    async with database.session(Scope.of(partnership_id)) as session:
        scenario = await find_scenario(session, partnership_id, scenario_id)
    if scenario is not None and scenario.status is ScenarioStatus.QUEUED:
        await work(database, stop)


def show(document: dict[str, Any], *, as_json: bool) -> None:  # Any: a scenario's document
    """The scenario as JSON, or as a short table with one sentence a move."""
    if as_json:
        print_json(document)
        return
    from api.scenario_words import in_words

    console = words()
    width = max(80, min(160, console.width)) if console.is_terminal else PAGE_WIDTH
    for line in in_words(document, width=width):
        typer.echo(line)
