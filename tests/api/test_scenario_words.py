"""A scenario in words, from a small document made by hand."""

from typing import Any

import pytest

from api.scenario_words import SHOWN_MOVES, cut, dollars, in_words, number, signed


def move(amount: str, gain: str, sentence: str = "Move it.") -> dict[str, Any]:
    """Idle dollars to tutoring for Black students."""
    nothing = dict.fromkeys(("practice", "outcome", "population", "area", "position"))
    return {
        "from": {"use": "PRACTICE", **nothing},
        "to": {
            "use": "PRACTICE",
            **nothing,
            "practice": {"id": "t", "name": "Tutoring"},
            "population": {"id": "b", "name": "Black students"},
        },
        "amount": {"amount": amount, "currency": "USD"},
        "gain": gain,
        "sentence": sentence,
    }


def impact(students: str, share: str) -> dict[str, Any]:
    population = {
        "population": {"id": "b", "name": "Black students"},
        "persistent": True,
        "students": students,
    }
    other = {"population": {"id": "w", "name": "White students"}, "persistent": False, "students": "0"}
    return {
        "students": students,
        "low": "1",
        "high": "12.36",
        "shareOnEvidence": share,
        "byPopulation": [population, other],
    }


def document(*moves: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A ready scenario; Any: other fields."""
    base = {
        "name": "For the board",
        "status": "READY",
        "message": None,
        "moves": list(moves),
        "conflicts": [],
        "repairs": [],
        "before": impact("2", "0.25"),
        "after": impact("9.6", "0.5"),
        "bindings": [],
        "refusedPractices": [],
        "notes": [],
    }
    return base | more


def test_moves_are_a_table_and_one_sentence_each() -> None:
    """12,000 + 3,000.50 dollars; 5.04 + 2.52 students are +7.6 to one decimal."""
    lines = list(in_words(document(move("12000.00", "5.04", "First."), move("3000.50", "2.52", "Second."))))
    assert lines[0] == "For the board: ready"
    assert lines[1] == "2 moves of $15,000: +7.6 students expected to reach their outcome"
    row = next(line for line in lines if "$12,000" in line)
    assert row.split() == ["$12,000", "not", "yet", "targeted", "Tutoring,", "Black", "students", "+5.0"]
    assert "   1. First." in lines
    assert "   2. Second." in lines


def test_smaller_moves_are_counted_not_listed() -> None:
    moves = [move("100.00", "1") for _ in range(SHOWN_MOVES + 3)]
    text = "\n".join(in_words(document(*moves)))
    assert text.count("Move it.") == SHOWN_MOVES
    assert "and 3 smaller moves of $300 together (--json shows all)" in text


def test_what_groups_get_is_shown_before_and_after_and_nothing_is_left_out_but_noughts() -> None:
    lines = list(in_words(document(move("1.00", "1"))))
    all_of_them = next(line for line in lines if line.startswith("  all "))
    assert all_of_them.startswith("  all (after, between 1.0 and 12.4) ")
    assert all_of_them.split()[-2:] == ["2.0", "9.6"]
    behind = next(line for line in lines if "(persistently behind)" in line)
    assert behind.split()[-2:] == ["2.0", "9.6"]
    assert not any("White students" in line for line in lines)
    assert next(line for line in lines if "evidence asked for" in line).split()[-2:] == ["25%", "50%"]


def test_a_scenario_without_a_plan_says_why_and_what_would_do() -> None:
    lines = list(
        in_words(
            document(
                status="INFEASIBLE",
                message="The two cannot both hold.",
                before=None,
                after=None,
                conflicts=[{"rules": ["a", "b"], "sentence": "The levy's minimum and its capacity."}],
                repairs=[{"sentence": "add 5 places"}],
            )
        )
    )
    assert lines == [
        "For the board: infeasible",
        "The two cannot both hold.",
        "  The levy's minimum and its capacity.",
        "  It would do to: add 5 places",
    ]


def test_what_holds_the_plan_back_comes_dearest_first() -> None:
    bindings = [{"students": each, "sentence": f"costs {each}"} for each in ("1", "-3", "2")]
    refused = [{"practice": {"id": "m", "name": "Mentoring"}, "reason": "no finding"}]
    lines = list(in_words(document(bindings=bindings, refusedPractices=refused, notes=["A note."])))
    start = lines.index("What holds the plan back:")
    assert lines[start + 1 : start + 4] == ["  - costs -3", "  - costs 2", "  - costs 1"]
    assert "  - Mentoring: no finding" in lines
    assert lines[-1] == "  - A note."


@pytest.mark.parametrize("width", [80, 110, 160])
def test_the_table_fits_its_width(width: int) -> None:
    long = move("12000.00", "5")
    long["to"]["population"]["name"] = "Students eligible for free or reduced-price meals " * 3
    rows = [line for line in in_words(document(long), width=width) if "$12,000" in line][1:]
    assert all(len(line) <= width for line in rows)


def test_numbers_are_rounded_half_to_even_and_nought_has_no_sign() -> None:
    assert (number("0.25"), number("1234.56"), signed(_decimal("-0.04"))) == ("0.2", "1,234.6", "+0.0")
    assert dollars(_decimal("1234.50"), "EUR") == "EUR 1,234"
    assert (cut("abcdef", 6), cut("abcdefg", 6)) == ("abcdef", "abc...")


def _decimal(text: str) -> Any:  # a Decimal
    from decimal import Decimal

    return Decimal(text)
