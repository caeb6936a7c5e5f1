"""Commands about reallocation: `suggest`, `demo`."""

import asyncio
import time
from decimal import Decimal, InvalidOperation
from typing import Annotated, Any
from uuid import UUID

import typer

from api.cli.running import NOT_NOW, WRONG_USAGE, CommandError, partnership_named, print_json, run, words
from models.database import Database, Scope

TAKE_OVER_SECONDS = 2.0
LOOK_SECONDS = 0.2


def add_to(commands: typer.Typer) -> None:
    """Adds this subject's commands."""
    commands.command("suggest")(suggest)
    commands.command("demo")(demo)


def suggest(
    partnership: Annotated[str, typer.Option(help="The partnership's slug.")],
    fiscal_year: Annotated[list[int], typer.Option(help="Named by the year in which it ends; may be repeated.")],
    new_money: Annotated[str, typer.Option(help="Dollars without restriction to place as well.")] = "0",
    objective: Annotated[str, typer.Option(help="GAP_CLOSING, STUDENTS_REACHED or WORST_OFF_FIRST.")] = "GAP_CLOSING",
    equity_weight: Annotated[float, typer.Option(help="How much a student of a persistently behind group counts.")] = 2.0,
    minimum_tier: Annotated[str, typer.Option(help="The weakest evidence that may receive dollars.")] = "PROMISING",
    maximum_shift: Annotated[float, typer.Option(help="The share of a funder's dollars that may move.")] = 0.25,
    confidence: Annotated[float, typer.Option(help="0.5 plans on the best estimate, 0.95 on the worst tail.")] = 0.5,
    smallest_move: Annotated[str, typer.Option(help="No move under this many dollars.")] = "1000",
    maximum_moves: Annotated[int | None, typer.Option(help="At most so many moves.")] = None,
    frontier_points: Annotated[int, typer.Option(help="Points between most students and the worst off first.")] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="Print the scenario as JSON.")] = False,
) -> None:
    """Suggests which dollars to move to which practice for whom. Exit 3: no plan keeps every rule."""
    from allocation.cells import TIERS
    from allocation.problem import Objective
    from allocation.question import Ask, QuestionError

    if objective not in list(Objective):
        raise typer.BadParameter(f"choose one of {', '.join(Objective)}", param_hint="--objective")
    if minimum_tier not in TIERS:
        raise typer.BadParameter(f"choose one of {', '.join(TIERS)}", param_hint="--minimum-tier")
    try:
        ask = Ask(
            fiscal_years=tuple(fiscal_year),
            new_money_amount=minor_units(new_money, "--new-money"),
            objective=Objective(objective),
            equity_weight=equity_weight,
            minimum_tier=minimum_tier,
            maximum_shift_share=maximum_shift,
            confidence=confidence,
            smallest_move_amount=minor_units(smallest_move, "--smallest-move"),
            maximum_moves_count=maximum_moves,
            frontier_points_count=frontier_points,
        )
    except QuestionError as error:
        raise typer.BadParameter(str(error)) from error

    async def work(database: Database) -> dict[str, Any]:
        return await suggested(database, await partnership_named(database, partnership), ask)

    document = run(work)
    show(document, as_json=as_json)
    if document["status"] != "READY":
        raise typer.Exit(NOT_NOW)


def demo() -> None:
    """Loads the fictional partnership Riverbend where it is absent, and prints a suggested reallocation."""
    from allocation.question import Ask
    from api.demo.riverbend import FISCAL_YEAR, load_riverbend

    async def work(database: Database) -> dict[str, Any]:
        partnership_id = await load_riverbend(database, lambda what: words.print(f"loading {what}", style="dim"))
        return await suggested(database, partnership_id, Ask((FISCAL_YEAR,)))

    words.print("Riverbend Cradle to Career is fictional: no child, funder or dollar in it is real.", style="italic")
    show(run(work), as_json=False)


def minor_units(text: str, option: str) -> int:
    """Minor units of an amount as a person types it. Errors: typer.BadParameter."""
    try:
        amount = Decimal(text.replace(",", "").replace("$", "")) * 100
    except InvalidOperation:
        amount = Decimal("NaN")
    if not amount.is_finite() or amount < 0 or amount != int(amount) or amount > 10**17:
        raise typer.BadParameter(f"{text!r} is no amount of dollars and cents", param_hint=option)
    return int(amount)


async def suggested(database: Database, partnership_id: UUID, ask: "Any") -> dict[str, Any]:  # Any: an Ask, imported late
    """Asks, waits with progress, and takes the work over where no worker has within two seconds."""
    from rich.progress import Progress

    from allocation.question import QuestionError
    from allocation.scenarios import ask_for
    from api.jobs import answer_scenario, enqueue_scenario
    from api.scenario_documents import is_over, read_scenario

    scope = Scope.of(partnership_id)
    async with database.session(scope) as session:
        try:
            scenario = await ask_for(session, partnership_id, ask, actor="operator")
        except QuestionError as error:
            raise CommandError(WRONG_USAGE, str(error)) from error
        await enqueue_scenario(session, partnership_id, scenario.id)
    asked_at, own_work = time.monotonic(), None
    with Progress(console=words, transient=True, disable=None if words.is_terminal else True) as bar:
        task = bar.add_task("waiting", total=1.0)
        while True:
            async with database.session(scope) as session:
                document = await read_scenario(session, partnership_id, scenario.id)
            bar.update(task, completed=document["progress"], description=document["message"] or "working")
            if is_over(document):
                break
            if own_work is None and document["status"] == "QUEUED" and time.monotonic() - asked_at > TAKE_OVER_SECONDS:
                own_work = asyncio.create_task(answer_scenario(database, partnership_id, scenario.id))
            if own_work is not None and own_work.done():
                own_work.result()
            await asyncio.sleep(LOOK_SECONDS)
    if own_work is not None:
        await own_work
    return document


def show(document: dict[str, Any], *, as_json: bool) -> None:
    """The scenario as JSON, or as a short table with one sentence a move."""
    if as_json:
        print_json(document)
        return
    from api.scenario_documents import in_words

    for line in in_words(document):
        typer.echo(line)
