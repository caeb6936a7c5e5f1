"""A scenario as a file: its moves as CSV, all of it as JSON, and its program as LP or MPS."""

import asyncio
import csv
import io
import json
import tempfile
from enum import StrEnum
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from allocation.frames.standing import read_standing
from allocation.results import write_program
from allocation.scenarios import ScenarioError, ask_of, find_scenario
from api.scenario_documents import Document, read_scenario

ENDS = ("use", "practice", "outcome", "population", "area", "position", "fiscalYear")
COLUMNS = (
    "move",
    "investment",
    "funder",
    *(f"from_{end}" for end in ENDS),
    *(f"to_{end}" for end in ENDS),
    "amount",
    "currency",
    "gain",
    "gain_low",
    "gain_high",
    "decision",
    "stays_share",
    "sentence",
)
FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r")


class ExportFormat(StrEnum):
    """What a scenario can be written as."""

    CSV = "csv"
    JSON = "json"
    LP = "lp"
    MPS = "mps"


async def exported(session: AsyncSession, partnership_id: UUID, scenario_id: UUID, form: ExportFormat) -> str:
    """The file's text. Errors: ScenarioError where there is nothing of it to write."""
    if form in (ExportFormat.LP, ExportFormat.MPS):
        return await _program(session, partnership_id, scenario_id, form)
    document = await read_scenario(session, partnership_id, scenario_id)
    if form is ExportFormat.JSON:
        return json.dumps(document, ensure_ascii=False, indent=2) + "\n"
    if document["after"] is None:
        raise ScenarioError(f"the scenario is {document['status'].lower()}, it has no moves to write")
    return _moves(document)


def _moves(document: Document) -> str:
    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\n")
    writer.writerow(COLUMNS)
    for number, move in enumerate(document["moves"], 1):
        award = move["investment"]
        writer.writerow(
            (
                number,
                _safe(award["title"] if award else "new money"),
                _safe(award["funder"]["name"] if award else ""),
                *(_safe(each) for each in _end(move["from"])),
                *(_safe(each) for each in _end(move["to"])),
                move["amount"]["amount"],
                move["amount"]["currency"],
                move["gain"],
                move["gainLow"],
                move["gainHigh"],
                move["decision"],
                "" if move["staysShare"] is None else move["staysShare"],
                _safe(move["sentence"]),
            )
        )
    return written.getvalue()


def _end(end: Document | None) -> list[Any]:  # Any: a text, a year or nothing
    found = [end[name] if end else None for name in ENDS]
    return [each["name"] if isinstance(each, dict) else each for each in found]


def _safe(value: Any) -> Any:  # Any: as above
    """A text that no spreadsheet takes for a formula (OWASP, CSV injection)."""
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA_SIGNS) else value


async def _program(session: AsyncSession, partnership_id: UUID, scenario_id: UUID, form: ExportFormat) -> str:
    scenario = await find_scenario(session, partnership_id, scenario_id)
    if scenario is None:
        raise ScenarioError("there is no such scenario")
    if scenario.inputs_hash is None:
        raise ScenarioError(
            f"the scenario is {scenario.status.value.lower()}, no program was solved for it yet"
        )
    ask = ask_of(scenario)
    standing = await read_standing(session, partnership_id, min(ask.fiscal_years))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"program.{form.value}"
        written = await asyncio.to_thread(write_program, standing, ask, path)
        if written != scenario.inputs_hash:
            raise ScenarioError(
                "dollars, figures or evidence have changed since this scenario was solved, so its program cannot "
                "be written any more: ask again, and export the new scenario"
            )
        return await asyncio.to_thread(path.read_text)
