"""A small partnership as plain values, for tests to change one thing of.

A city with a school in it. One outcome, reading, by one indicator. Everybody: 400 children, 50 % reading. Black
students: 100, 30 % reading, 20 points behind for three years, so 20 children short of parity. White students:
200, 60 %, ahead. Tutoring costs 1,000 dollars a participant and has one strong trial; mentoring has no finding.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from allocation.disparities import Disparity, assess_disparities
from allocation.evidence.finding import Finding, Setting, StudyDesign
from allocation.gaps import Figure, FigureStatus, Pair, ReferenceKind
from allocation.persistence import DisparityMethod, Rule
from allocation.standing import (
    Standing,
    StandingArea,
    StandingIndicator,
    StandingInvestment,
    StandingLine,
    StandingPopulation,
    StandingPractice,
    StandingRate,
    StandingRestriction,
)

YEAR = 2027
ENDS = (date(2024, 6, 30), date(2025, 6, 30), date(2026, 6, 30))
INDICATOR = StandingIndicator("reads", "Third graders who read", "reading", "percent", True, True)
POPULATIONS = {
    "all": StandingPopulation("all", "race", "All students", "All students", is_total=True),
    "black": StandingPopulation("black", "race", "Black", "Black students", is_total=False),
    "white": StandingPopulation("white", "race", "White", "White students", is_total=False),
    "learners": StandingPopulation("learners", "language", "EL", "English learners", is_total=False),
    "black-learners": StandingPopulation(
        "black-learners",
        "both",
        "Black EL",
        "Black English learners",
        is_total=False,
        parts=frozenset({"black", "learners"}),
    ),
}
AREAS = {
    "city": StandingArea("city", "Riverbend"),
    "school": StandingArea("school", "North School", ("city",)),
}


def figure(end: date, numerator: int, denominator: int) -> Figure:
    """A disclosed figure with its counts."""
    return Figure(end, FigureStatus.REPORTED, numerator=numerator, denominator=denominator)


def disparity(
    group: str, readers: int, people: int, *, area: str = "city", higher_is_better: bool = True
) -> Disparity:
    """A group against everybody (200 of 400), the same in three years; judged by points, so no test enters."""
    pair = Pair(
        indicator="reads",
        area=area,
        dimension="race",
        group=group,
        reference="all",
        reference_kind=ReferenceKind.TOTAL,
        figures=[figure(end, readers, people) for end in ENDS],
        reference_figures=[figure(end, 200, 400) for end in ENDS],
        higher_is_better=higher_is_better,
    )
    (found,) = assess_disparities([pair], Rule(method=DisparityMethod.POINT))
    return found


def rate(
    population: str, percent: str, people: int | None, *, area: str = "city", **more: Any
) -> StandingRate:
    """The newest rate of a group; Any: another indicator or period."""
    return StandingRate(
        more.get("indicator", "reads"),
        area,
        population,
        more.get("period_end", ENDS[-1]),
        Decimal(percent),
        people,
    )


def practice(name: str, cost: int | None = 100_000, **more: Any) -> StandingPractice:
    """A practice for reading; Any: other fields than its cost in minor units."""
    facts: dict[str, Any] = {  # Any: the fields of StandingPractice
        "currency": None if cost is None else "USD",
        "price_year": None if cost is None else YEAR,
        "capacity": None,
        "needs": {},
        "outcomes": frozenset({"reading"}),
    }
    return StandingPractice(id=name, name=name.capitalize(), cost=cost, **(facts | more))


def trial(of: str, effect: float = 0.4, **more: Any) -> Finding:
    """A large significant trial in an urban place with Black students; Any: other fields of Finding."""
    facts: dict[str, Any] = {  # Any: the fields of Finding
        "id": f"trial of {of}",
        "practice": of,
        "study": f"study of {of}",
        "outcome": "reading",
        "design": StudyDesign.RCT,
        "rating": "Meets WWC standards without reservations",
        "standards_version": "4.1",
        "effect_size": effect,
        "standard_error": 0.05,
        "p_value": 0.0001,
        "sample_size": 1600,
        "site_count": 10,
        "populations": frozenset({"black"}),
        "settings": frozenset({Setting.URBAN}),
    }
    return Finding(**(facts | more))


def line(name: str, available: int, **more: Any) -> StandingLine:
    """A line of the year; Any: other fields than its dollars, which are minor units."""
    facts: dict[str, Any] = {  # Any: the fields of StandingLine
        "use": "PRACTICE",
        "practice": None,
        "outcome": None,
        "population": None,
        "area": None,
        "position": None,
        "fiscal_year": YEAR,
        "obligated": 0,
        "version": 1,
        "account": f"account of {name}",
    }
    return StandingLine(id=name, available=available, **(facts | more))


def award(
    name: str, lines: Iterable[StandingLine], *restrictions: StandingRestriction, **more: Any
) -> StandingInvestment:
    """An award of a funder of its own, active in the year; Any: other fields."""
    facts: dict[str, Any] = {  # Any: the fields of StandingInvestment
        "funder": f"funder of {name}",
        "funder_name": f"Funder of {name}",
        "currency": "USD",
        "use": "PRACTICE",
        "starts_on": date(YEAR - 1, 7, 1),
        "ends_on": date(YEAR, 6, 30),
    }
    return StandingInvestment(
        id=name, title=name, lines=tuple(lines), restrictions=restrictions, **(facts | more)
    )


def restriction(name: str = "terms", amount: int | None = None, **more: Any) -> StandingRestriction:
    """What a donor allows, all where nothing is named; Any: the lists and other fields."""
    empty: dict[str, Any] = {  # Any: the fields of StandingRestriction
        "outcomes": frozenset(),
        "practices": frozenset(),
        "populations": frozenset(),
        "areas": frozenset(),
        "fiscal_years": frozenset(),
        "use": None,
        "minimum_tier": None,
        "until": None,
        "note": None,
    }
    lists = {
        key: frozenset(value) if isinstance(value, set | list | tuple) else value
        for key, value in more.items()
    }
    return StandingRestriction(id=name, amount=amount, **(empty | lists))


def standing(*investments: StandingInvestment, **more: Any) -> Standing:
    """The partnership with these awards; Any: other fields of Standing."""
    base = Standing(
        currency="USD",
        fiscal_year_start_month=7,
        settings=frozenset({Setting.URBAN}),
        practices=(practice("tutoring"), practice("mentoring")),
        populations=POPULATIONS,
        areas=AREAS,
        outcomes={"reading": "Early grade reading"},
        indicators={"reads": INDICATOR},
        rates=(rate("all", "50", 400), rate("black", "30", 100), rate("white", "60", 200)),
        disparities=(disparity("black", 30, 100), disparity("white", 60, 100)),
        findings=(trial("tutoring"),),
        investments=investments,
    )
    return replace(base, **more)
