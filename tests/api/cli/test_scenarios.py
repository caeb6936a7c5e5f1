"""`suggest` and `demo`, with a real solve of the demonstration."""

import json
import secrets
import subprocess
from decimal import Decimal

import pytest
import typer

from api.cli.scenarios import minor_units
from tests.api.conftest import Demonstration

from .conftest import Command

SUGGEST = ("suggest", "--partnership", "riverbend", "--fiscal-year", "2027")


@pytest.mark.parametrize(
    ("typed", "cents"), [("0", 0), ("1000", 100_000), ("$1,250.50", 125_050), ("0.01", 1), ("7.5", 750)]
)
def test_an_amount_is_read_as_a_person_types_it(typed: str, cents: int) -> None:
    assert minor_units(typed, "--new-money") == cents


@pytest.mark.parametrize(
    "typed", ["", "-1", "0.001", "NaN", "inf", "1e99", "ten", "١٢", "1e3", "1e-99999999999", "$", "9" * 40]
)
def test_what_is_no_amount_is_refused(typed: str) -> None:
    with pytest.raises(typer.BadParameter, match="no amount of dollars and cents"):
        minor_units(typed, "--new-money")


def test_a_suggestion_is_json_alone_on_stdout(demonstration: Demonstration, alignment: str) -> None:
    """In a process of its own, with no worker about: it works the queue itself."""
    done = subprocess.run(
        [alignment, *SUGGEST, "--json", "--smallest-move", "25000", "--name", "For the board"],
        capture_output=True,
        text=True,
        env=dict(demonstration.environ),
    )
    assert done.returncode == 0, done.stderr
    document = json.loads(done.stdout)
    assert (document["name"], document["status"], document["progress"]) == ("For the board", "READY", 1.0)
    assert document["question"]["smallestMoveAmount"] == 2_500_000
    for move in document["moves"]:
        assert Decimal(move["amount"]["amount"]).as_tuple().exponent == -2
        assert move["to"]["practice"]["name"]
        assert move["investment"]["funder"]["name"]
        assert move["decision"] == "PENDING"


def test_the_demonstration_prints_a_table_and_a_sentence_a_move(command: Command) -> None:
    done = command("demo")
    assert done.exit_code == 0
    assert done.stdout.startswith("Demonstration, fiscal year 2027: ready\n")
    for words in ("dollars", "students", "What holds the plan back:", "Practices that receive nothing:"):
        assert words in done.stdout
    assert "   1. " in done.stdout
    assert "is fictional" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "saying"),
    [
        (("--fiscal-year", "1"), "between 1990 and 2100"),
        (("--maximum-shift", "2"), "between 0 and 1"),
        (("--objective", "PROFIT"), "PROFIT"),
        (("--minimum-tier", "GOOD"), "GOOD"),
        (("--new-money", "lots"), "no amount"),
        (("--protect", "No such practice"), "there is no practice 'No such practice' to protect"),
        (("--partnership", "nowhere"), "there is no partnership 'nowhere'"),
    ],
)
def test_what_cannot_be_asked_is_wrong_usage(
    command: Command, arguments: tuple[str, ...], saying: str
) -> None:
    done = command(*SUGGEST, "--json", *arguments)
    assert (done.exit_code, done.stdout) == (2, "")
    assert saying in " ".join(done.stderr.replace("│", " ").split())


def test_a_partnership_without_dollars_is_answered_with_the_reason(command: Command) -> None:
    slug = f"empty-{secrets.token_hex(4)}"
    command("partnership", "create", slug, "--name", "Empty")
    done = command("suggest", "--partnership", slug, "--fiscal-year", "2027")
    assert done.exit_code == 0
    assert "There are no dollars in the question." in done.stdout
