"""`scenario ...` on the demonstration: shown, decided, asked again, compared and exported; nothing is applied."""

import json
from pathlib import Path
from typing import Any

import pytest

from .conftest import Command

SUGGEST = (
    "suggest",
    "--partnership",
    "riverbend",
    "--fiscal-year",
    "2027",
    "--smallest-move",
    "25000",
    "--json",
)


def asked(command: Command, *arguments: str) -> dict[str, Any]:  # Any: a scenario's document
    done = command(*arguments)
    assert done.exit_code == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def ends(move: dict[str, Any]) -> str:  # Any: a move's document
    return json.dumps([move["investment"], move["from"], move["to"]])


def test_a_scenario_is_decided_asked_again_compared_and_exported(command: Command, tmp_path: Path) -> None:
    first = asked(command, *SUGGEST)
    done = command("scenario", "decide", first["id"], "--accept", "1", "--decline", "2", "--note", "Board")
    assert "1 moves are accepted, 1 declined" in done.stderr
    second = asked(command, "scenario", "revise", first["id"], "--name", "Second", "--json")
    accepted, declined = first["moves"][:2]
    kept = [move for move in second["moves"] if move["decision"] == "ACCEPTED"]
    assert [(ends(move), move["amount"]) for move in kept] == [(ends(accepted), accepted["amount"])]
    assert ends(declined) not in {ends(move) for move in second["moves"]}
    assert second["askedFrom"] == first["id"]

    beside = asked(command, "scenario", "compare", first["id"], second["id"], "--json")
    assert declined["id"] in {move["id"] for move in beside["onlyHere"]}
    assert beside["students"] == [first["after"]["students"], second["after"]["students"]]
    told = command("scenario", "compare", first["id"], second["id"])
    assert "Only in (1):" in told.stdout

    path = tmp_path / "moves.csv"
    assert command("scenario", "export", second["id"], "--output", str(path)).exit_code == 0
    assert len(path.read_text().splitlines()) == 1 + len(second["moves"])
    assert command("scenario", "show", second["id"]).stdout.startswith("Second: ready\n")


@pytest.mark.parametrize(
    ("arguments", "code", "saying"),
    [
        (("show", "nonsense"), 2, "'nonsense' is no scenario's id"),
        (("show", "00000000-0000-0000-0000-000000000000"), 2, "there is no scenario"),
        (("export", "nonsense", "--format", "xlsx"), 2, "xlsx"),
    ],
)
def test_what_is_no_scenario_or_format_is_wrong_usage(
    command: Command, arguments: tuple[str, ...], code: int, saying: str
) -> None:
    done = command("scenario", *arguments)
    assert (done.exit_code, done.stdout) == (code, "")
    assert saying in " ".join(done.stderr.replace("│", " ").split())


def test_moves_that_are_not_there_or_decided_twice_are_refused_and_nothing_is_applied(
    command: Command,
) -> None:
    scenario = asked(command, *SUGGEST)["id"]
    assert "there is no move 99" in command("scenario", "decide", scenario, "--accept", "99").stderr
    both = command("scenario", "decide", scenario, "--accept", "1", "--decline", "1")
    assert "both accepted and declined" in both.stderr
    refused = command("scenario", "apply", scenario)
    assert refused.exit_code != 0
    assert "no move is accepted yet" in refused.stderr
