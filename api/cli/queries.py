"""Commands about GraphQL: `query`, `schema`."""

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from api.cli.faults import FINDINGS
from api.cli.running import run, run_plainly

if TYPE_CHECKING:
    from models.database import Database


def add_to(commands: typer.Typer) -> None:
    """Adds this subject's commands."""
    commands.command("query")(query)
    commands.command("schema")(schema)


def query(
    file: Annotated[Path, typer.Argument(help="A file with the operation; - for standard input.")],
    variables: Annotated[str, typer.Option(help="The variables, as a JSON object.")] = "{}",
    token: Annotated[str | None, typer.Option(help="Whose rights apply; without it, the operator's.")] = None,
) -> None:
    """Runs one operation in process, by the same rules as over HTTP. Exit 1: the response has errors."""
    try:
        given = json.loads(variables)
    except ValueError as error:
        raise typer.BadParameter(f"this is no JSON: {error}", param_hint="--variables") from error
    if not isinstance(given, dict):
        raise typer.BadParameter("the variables are a JSON object", param_hint="--variables")

    async def work(database: "Database") -> tuple[bytes, bool]:
        from api.graphql.door.operations import Call
        from api.graphql.door.requests import Request
        from api.graphql.schema import build, build_for_operator

        text = sys.stdin.read() if str(file) == "-" else file.read_text(encoding="utf-8")
        operations = build(database) if token is not None else build_for_operator(database)
        answer = await operations.run(Request(text, None, given), Call(token=token))
        return answer.body(), bool(answer.errors)

    body, has_errors = run(work)
    sys.stdout.write(json.dumps(json.loads(body), ensure_ascii=False, indent=2) + "\n")
    if has_errors:
        raise typer.Exit(FINDINGS)


def schema() -> None:
    """Prints the GraphQL schema (SDL)."""

    async def work() -> str:
        from api.graphql.schema import print_schema

        return print_schema()

    sys.stdout.write(run_plainly(work))
