"""Commands about one scenario: `scenario show`, `decide`, `revise`, `compare`, `export`, `apply`."""

import sys
from datetime import UTC, date, datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

import typer

from api.cli.running import NOT_NOW, WRONG_USAGE, CommandError, print_json, run, say
from api.cli.scenarios import show as shown
from api.cli.scenarios import waited_for

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.ext.asyncio import AsyncSession

    from models.database import Database
    from models.scenarios import Move, Scenario

ID = Annotated[
    str, typer.Argument(help="The scenario's id, as `alignment suggest --json` or the API tells it.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print it as JSON.")]
Places = Annotated[list[int] | None, typer.Option(help="A move by its number in the list; may be repeated.")]
Document = dict[str, Any]  # Any: JSON


class FormatName(StrEnum):
    """api.scenario_exports.ExportFormat, without its weight."""

    CSV = "csv"
    JSON = "json"
    LP = "lp"
    MPS = "mps"


def add_to(commands: typer.Typer) -> None:
    """Adds this subject's commands."""
    life = typer.Typer(help="One scenario: decide, ask again, compare, export, apply.", no_args_is_help=True)
    for command in (show, decide, revise, compare, export, apply):
        life.command(command.__name__)(command)
    commands.add_typer(life, name="scenario")


def show(scenario: ID, as_json: AsJson = False) -> None:
    """Prints a scenario."""

    async def work(database: "Database") -> Document:
        from api.scenario_documents import read_scenario

        place = await scenario_named(database, scenario)
        async with database.session(_scope(place)) as session:
            return await read_scenario(session, *place)

    shown(run(work), as_json=as_json)


def decide(
    scenario: ID,
    accept: Places = None,
    decline: Places = None,
    accept_rest: Annotated[
        bool, typer.Option("--accept-rest", help="Accept every move on which nothing was decided.")
    ] = False,
    note: Annotated[str | None, typer.Option(help="What the board said.")] = None,
) -> None:
    """Accepts and declines moves by their numbers in the list."""

    async def work(database: "Database") -> tuple[int, int]:
        from allocation.scenarios import decide_move, moves_of_scenario
        from models.scenarios import MoveDecision

        place = await scenario_named(database, scenario)
        async with database.session(_scope(place)) as session:
            moves = await moves_of_scenario(session, await _found(session, place))
            chosen = dict.fromkeys(accept or [], MoveDecision.ACCEPTED)
            chosen |= dict.fromkeys(decline or [], MoveDecision.DECLINED)
            _check_numbers(accept or [], decline or [], moves)
            for number, move in enumerate(moves, 1):
                fate = chosen.get(number)
                if fate is None and accept_rest and move.decision is MoveDecision.PENDING:
                    fate = MoveDecision.ACCEPTED
                if fate is not None:
                    await decide_move(session, move, fate, actor="operator", note=note)
            decisions = [move.decision for move in moves]
        return decisions.count(MoveDecision.ACCEPTED), decisions.count(MoveDecision.DECLINED)

    accepted, declined = run(work)
    say(f"{accepted} moves are accepted, {declined} declined")


def _check_numbers(accept: list[int], decline: list[int], moves: "Sequence[Move]") -> None:
    both = sorted(set(accept) & set(decline))
    if both:
        raise CommandError(WRONG_USAGE, f"move {both[0]} cannot be both accepted and declined")
    strange = sorted(number for number in {*accept, *decline} if not 1 <= number <= len(moves))
    if strange:
        raise CommandError(WRONG_USAGE, f"there is no move {strange[0]}: the scenario has {len(moves)}")


def revise(
    scenario: ID,
    name: Annotated[str | None, typer.Option(help="What the scenario is called.")] = None,
    as_json: AsJson = False,
) -> None:
    """Asks again with accepted moves kept and declined ones left out. Exit 3: no plan keeps every rule."""

    async def work(database: "Database") -> Document:
        from allocation.scenarios import revise as revised
        from api.jobs import enqueue_scenario

        place = await scenario_named(database, scenario)
        async with database.session(_scope(place)) as session:
            again = await revised(session, await _found(session, place), actor="operator", name=name)
            await enqueue_scenario(session, place[0], again.id)
        return await waited_for(database, place[0], again.id)

    document = run(work)
    shown(document, as_json=as_json)
    if document["status"] != "READY":
        raise typer.Exit(NOT_NOW)


def compare(scenario: ID, other: ID, as_json: AsJson = False) -> None:
    """Two scenarios of one partnership side by side."""

    async def work(database: "Database") -> Document:
        from api.scenario_comparisons import compared

        places = [await scenario_named(database, each) for each in (scenario, other)]
        if places[0][0] != places[1][0]:
            raise CommandError(WRONG_USAGE, "scenarios of different partnerships cannot be compared")
        async with database.session(_scope(places[0])) as session:
            return await compared(session, places[0][0], (places[0][1], places[1][1]))

    document = run(work)
    if as_json:
        print_json(document)
        return
    from api.scenario_comparisons import in_words

    for line in in_words(document):
        typer.echo(line)


def export(
    scenario: ID,
    form: Annotated[
        FormatName, typer.Option("--format", case_sensitive=False, help="Moves, everything, or the program.")
    ] = FormatName.CSV,
    output: Annotated[Path | None, typer.Option(help="The file to write; else standard output.")] = None,
) -> None:
    """Writes a scenario: its moves as CSV, all as JSON, the program of its first aim as LP or MPS."""

    async def work(database: "Database") -> str:
        from api.scenario_exports import ExportFormat, exported

        place = await scenario_named(database, scenario)
        async with database.session(_scope(place)) as session:
            return await exported(session, *place, ExportFormat(form.value))

    text = run(work)
    if output is None:
        sys.stdout.write(text)
        return

    async def write() -> None:
        output.write_text(text, encoding="utf-8")

    from api.cli.running import run_plainly

    run_plainly(write)
    say(f"wrote {output}")


def apply(
    scenario: ID,
    decided_on: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="The day of the decision; else today.")
    ] = None,
    note: Annotated[str | None, typer.Option(help="What the board said.")] = None,
) -> None:
    """Posts the accepted moves to the ledger, all or none. Exit 3: the books have moved since."""
    day: date = decided_on.date() if decided_on else datetime.now(UTC).date()

    async def work(database: "Database") -> int:
        from allocation.ledger import LedgerError, LedgerRefusal
        from allocation.scenarios import accepted_moves, apply_scenario, mark_stale

        place = await scenario_named(database, scenario)
        try:
            async with database.session(_scope(place)) as session:
                found = await _found(session, place)
                key = f"apply:{found.id}"
                await apply_scenario(session, found, actor="operator", key=key, decided_on=day, note=note)
                return len(await accepted_moves(session, found))
        except LedgerError as error:
            if error.refusal is LedgerRefusal.STALE:
                async with database.session(_scope(place)) as session:
                    await mark_stale(session, await _found(session, place))
            raise CommandError(NOT_NOW, f"nothing was posted: {error}") from error

    say(f"posted {run(work)} moves")


async def scenario_named(database: "Database", text: str) -> tuple[UUID, UUID]:
    """The partnership's and the scenario's id, from either id that is told. Errors: CommandError."""
    from sqlalchemy import select
    from sqlalchemy import text as sql

    from models.database import Scope
    from models.scenarios import Scenario

    try:
        wanted = UUID(text.rsplit(":", 1)[-1])
    except ValueError as error:
        raise CommandError(WRONG_USAGE, f"{text!r} is no scenario's id") from error
    async with database.owner_connection() as connection:
        partnerships = tuple((await connection.execute(sql("select id from partnership"))).scalars())
    async with database.session(Scope(tuple(UUID(str(each)) for each in partnerships))) as session:
        query = select(Scenario.partnership_id).where(Scenario.id == wanted)
        partnership_id = (await session.execute(query)).scalar_one_or_none()
    if partnership_id is None:
        raise CommandError(WRONG_USAGE, f"there is no scenario {text!r}")
    return partnership_id, wanted


async def _found(session: "AsyncSession", place: tuple[UUID, UUID]) -> "Scenario":
    from models.scenarios import Scenario

    found = await session.get(Scenario, place, with_for_update=True)
    assert found is not None  # noqa: S101 - it was just named
    return found


def _scope(place: tuple[UUID, UUID]) -> Any:  # models.database.Scope, which is imported late
    from models.database import Scope

    return Scope.of(place[0])
