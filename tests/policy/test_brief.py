"""A brief says what is known, the largest gap first, and what is not known."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

from policy.brief import BriefFacts, BriefGap, Statement, brief

GAP = BriefGap(
    "Reading", "City", "White students", Decimal("20.0"), 16, date(2025, 6, 30), 3, "report.csv, row 4"
)
FACTS = BriefFacts(
    "Tutoring",
    "Early grade reading",
    "Black students",
    "STRONG",
    ("Alder (2018)", "Voss (2020)", "Alder (2018)"),
    (replace(GAP, indicator="Writing", gap=Decimal("5.0"), students_behind=None, periods=1), GAP),
    Decimal("1200.50"),
    "USD",
    "Budget 2025",
)


def test_evidence_then_gaps_then_cost_each_with_its_source() -> None:
    assert brief(FACTS) == [
        Statement(
            "Tutoring has strong evidence (the first tier) for Early grade reading and Black students"
            " (ESSA, 20 USC 7801(21)).",
            "Alder (2018); Voss (2020)",
        ),
        Statement(
            "In City, Black students are 20.0 points behind White students in Reading (period ending 2025-06-30),"
            " for 3 periods in a row; 16 would have to reach it to close the gap.",
            "report.csv, row 4",
        ),
        Statement(
            "In City, Black students are 5.0 points behind White students in Writing (period ending 2025-06-30).",
            "report.csv, row 4",
        ),
        Statement("Tutoring costs 1,200.50 USD for a participant.", "Budget 2025"),
    ]


def test_what_is_not_known_is_said() -> None:
    said = [each.sentence for each in brief(replace(FACTS, gaps=(), cost=None))]
    assert said[1:] == [
        "No gap of Black students is disclosed for Early grade reading.",
        "What Tutoring costs for a participant is not recorded.",
    ]
