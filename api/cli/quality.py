"""Commands about what was recorded: `quality`."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from api.cli.faults import FINDINGS
from api.cli.running import partnership_named, print_json, run, say

if TYPE_CHECKING:
    from uuid import UUID

    from sqlalchemy.ext.asyncio import AsyncSession

    from allocation.quality import Noted
    from models.database import Database

Document = dict[str, Any]  # JSON


def add_to(commands: typer.Typer) -> None:
    """Adds this subject's commands."""
    commands.command("quality")(quality)


def quality(
    partnership: Annotated[str, typer.Option(help="The partnership's slug.")],
    released: Annotated[
        bool, typer.Option("--released", help="Look at what readers see; safe to pass on.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the report as JSON.")] = False,
) -> None:
    """Tells what looks wrong in the figures. Exit 1: an error or warning that nobody has explained.

    Without --released the recorded figures are read, and the look is kept: the report may then tell of small
    groups, and is for the data manager alone.
    """

    async def work(database: "Database") -> Document:
        return await report(database, await partnership_named(database, partnership), is_released=released)

    document = run(work)
    if as_json:
        print_json(document)
    else:
        show(document)
    if any(_is_grave(each) for each in document["findings"]):
        raise typer.Exit(FINDINGS)


async def report(database: "Database", partnership_id: "UUID", *, is_released: bool) -> Document:
    """The report as JSON: what was examined, and each finding with its count, share and examples."""
    from allocation.frames.places import read_indicators
    from allocation.frames.quality import (
        read_allowances,
        read_disclosed,
        read_freshness,
        read_recorded,
    )
    from allocation.quality import examine
    from api.access import Caller
    from api.stewardship import Glance, look
    from models.database import Scope
    from models.people import Role
    from models.submissions import QualityKind

    async with database.session(Scope.of(partnership_id)) as session:
        freshness = await read_freshness(session, partnership_id)
        allowed = await read_allowances(session, partnership_id)
        indicators = await read_indicators(session, partnership_id)
        figures = await read_disclosed(session, partnership_id) if is_released else None
    if figures is None:
        caller = Caller("operator", "operator", {partnership_id: Role.ADMIN}, is_operator=True)

        async def read(session: "AsyncSession") -> "Sequence[Noted]":
            return await read_recorded(session, partnership_id)

        figures = await look(database, Glance(caller, partnership_id, "quality report"), read)
    because = {
        (str(indicator), kind.value, dimension): reason
        for (indicator, kind, dimension), reason in allowed.items()
    }
    findings = []
    for each in examine(figures, freshness):
        kind = QualityKind(each.kind).value
        of_all = because.get((each.indicator, kind, None))
        findings.append(
            {
                "kind": kind,
                "severity": each.importance.value,
                "indicator": indicators[each.indicator].name,
                "dimension": each.dimension,
                "message": each.sentence,
                "count": each.count,
                "checked": each.checked,
                "share": str(each.share),
                "because": because.get((each.indicator, kind, each.dimension), of_all),
                "examples": [example.sentence for example in each.examples],
            }
        )
    return {"figures": len(figures), "released": is_released, "findings": findings}


def show(document: Document) -> None:
    """The report in words, on stderr."""
    say(f"{document['figures']:,} figures, {len(document['findings'])} findings")
    for each in document["findings"]:
        where = f"{each['indicator']}, {each['dimension']}" if each["dimension"] else each["indicator"]
        say(
            f"  {each['severity'].lower()}: {where}: {each['message']} ({each['count']:,} of {each['checked']:,})"
        )
        for example in each["examples"]:
            say(f"    {example}")
        if each["because"]:
            say(f"    explained: {each['because']}")


def _is_grave(finding: Document) -> bool:
    return finding["severity"] != "NOTICE" and finding["because"] is None
