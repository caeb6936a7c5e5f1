"""What a loss takes: staff month by month, dollars by line, students by known effect; its laws, and cases by hand."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from allocation.losses import LineAtRisk, Loss, LossError, StaffAndLines, lost_lines, simulate_loss, without
from allocation.positions import CostStep, Funding, Position
from allocation.staffing import outlook

JANUARY, JULY = date(2026, 1, 1), date(2026, 7, 1)


def position(name: str, annual: int = 1_200_000) -> Position:
    return Position(
        id=name, title=name, role="OTHER", costs=(CostStep(date(2020, 1, 1), annual),), currency="USD"
    )


def funding(payer: str, monthly: int, **changes: Any) -> Funding:  # Any: the dataclass checks each field
    known = {
        "id": payer,
        "position": "p",
        "currency": "USD",
        "starts_on": JANUARY,
        "ends_on": date(2027, 12, 31),
    }
    return Funding(**{**known, "payer": payer, "monthly": monthly, **changes})


def line(amount: int, **changes: Any) -> LineAtRisk:  # Any: the dataclass checks each field
    return LineAtRisk(**{"investment": "i", "payer": "city", "currency": "USD", "amount": amount, **changes})


def standing(**changes: Any) -> StaffAndLines:  # Any: the dataclass checks each field
    known = {"positions": [position("p")], "fundings": [], "lines": [], "currency": "USD"}
    return StaffAndLines(**{**known, **changes})


def lose(stands: StaffAndLines, loss: Loss) -> Any:  # Any: a FunderLoss, whose fields the tests name
    before = outlook(stands.positions, stands.fundings, JANUARY, currency=stands.currency)
    return simulate_loss(stands, loss, before)


def test_a_payer_who_leaves_opens_the_gap_on_that_day() -> None:
    """By hand: 600.00 of 1,000.00 a month go from 16 July 2026 to December 2027: 16/31 of July and 17 months."""
    stands = standing(fundings=[funding("city", 60_000), funding("bank", 40_000)])
    found = lose(stands, Loss({"city"}, date(2026, 7, 16)))
    (only,) = found.positions
    assert (found.first_gap, found.runway_months, only.first_month) == (date(2026, 7, 16), 6, JULY)
    assert only.lost == 30_968 + 17 * 60_000


def test_a_cut_takes_its_share_of_every_month() -> None:
    """By hand: a quarter of 600.00 for the 18 months from July 2026."""
    stands = standing(fundings=[funding("city", 60_000), funding("bank", 40_000)])
    found = lose(stands, Loss({"city"}, JULY, Decimal("0.25")))
    assert [each.lost for each in found.positions] == [18 * 15_000]


def test_several_payers_leave_at_once() -> None:
    stands = standing(
        positions=[position("p"), position("q")],
        fundings=[funding("city", 100_000), funding("bank", 100_000, position="q")],
    )
    both = lose(stands, Loss({"city", "bank"}, JULY))
    assert [each.after.position.id for each in both.positions] == ["p", "q"]
    assert both.months[6].secured == 0


def test_a_position_that_others_pay_in_full_loses_nothing() -> None:
    stands = standing(fundings=[funding("city", 60_000), funding("bank", 100_000)])
    assert lose(stands, Loss({"city"}, JULY)).positions == []


def test_the_loss_of_a_hope_counts_as_a_loss_of_no_secured_dollar() -> None:
    hoped = funding("city", 60_000, certain=False)
    found = lose(standing(fundings=[hoped]), Loss({"city"}, JULY))
    assert [(each.lost, each.first_month) for each in found.positions] == [(0, JULY)]


def test_a_loan_of_a_person_ends_when_the_lender_leaves() -> None:
    loan = funding("district", 100_000, in_kind="loan")
    found = lose(standing(fundings=[loan]), Loss({"district"}, JULY))
    assert (found.first_gap, found.dollars) == (JULY, {})


@pytest.mark.parametrize(
    ("changes", "lost"),
    [
        ({"fiscal_year": 2027}, 365_00),
        ({"fiscal_year": 2026}, 181_00),
        ({"fiscal_year": 2025}, 0),
        ({"starts_on": JANUARY, "ends_on": date(2026, 12, 31)}, 365_00),
        ({"fiscal_year": 2027, "ends_on": date(2026, 12, 31)}, 365_00),
        ({}, 365_00),
        ({"ends_on": date(2025, 12, 31)}, 0),
    ],
)
def test_dollars_go_by_the_days_that_they_are_for(changes: dict[str, Any], lost: int) -> None:
    """By hand, from 1 January 2026: of fiscal year 2026 (from July 2025, 365 days) 181 days are left."""
    found = lost_lines(standing(lines=[line(365_00, **changes)]), Loss({"city"}, JANUARY))
    assert sum(amount for _, amount in found) == lost


def test_no_more_is_lost_than_has_yet_to_come() -> None:
    """By hand: 100.00 and 200.00 of an award of which 30.00 is still to come lose 10.00 and 20.00."""
    stands = standing(lines=[line(100_00), line(200_00)], yet_to_come={"i": 30_00})
    assert [amount for _, amount in lost_lines(stands, Loss({"city"}, JANUARY))] == [10_00, 20_00]


def test_currencies_are_never_summed() -> None:
    stands = standing(lines=[line(100), line(200, currency="EUR"), line(300)])
    assert lose(stands, Loss({"city"}, JANUARY)).dollars == {"USD": 400, "EUR": 200}


def test_students_are_lost_by_the_known_effect_of_the_lost_dollars() -> None:
    """By hand: 0.12 more of each participant at 1,000.00: 50,000.00 is 50 participants and 6 students."""
    per_unit = 0.12 / 100_000
    stands = standing(
        lines=[
            line(5_000_000, practice="tutoring", students_per_unit=per_unit),
            line(700, practice="mentoring"),
            line(900, payer="bank", practice="tutoring", students_per_unit=per_unit),
        ]
    )
    found = lose(stands, Loss({"city"}, JANUARY))
    assert found.students == pytest.approx(6.0)
    parts = {name: (part.dollars, part.students) for name, part in found.practices.items()}
    assert parts == {
        "tutoring": ({"USD": 5_000_000}, pytest.approx(6.0)),
        "mentoring": ({"USD": 700}, None),
    }
    assert found.unknown_effect == {"USD": 700}


def test_networks_lose_what_pays_for_collaborative_action_from_the_day_it_is_for() -> None:
    """By hand: fiscal year 2027 begins on 1 July 2026, after the funder leaves; the other award is for any day."""
    stands = standing(
        lines=[
            line(700, use="COLLABORATIVE_ACTION", outcome="reading", fiscal_year=2027),
            line(500, use="COLLABORATIVE_ACTION", investment="j"),
            line(300, use="OPERATIONS"),
        ]
    )
    found = lose(stands, Loss({"city"}, JANUARY))
    assert {key: (part.dollars, part.from_on) for key, part in found.networks.items()} == {
        ("i", "reading"): ({"USD": 700}, JULY),
        ("j", None): ({"USD": 500}, JANUARY),
    }
    assert found.practices == {}


def test_students_are_not_known_where_no_effect_is() -> None:
    assert lose(standing(lines=[line(1, practice="camp")]), Loss({"city"}, JANUARY)).students is None


def test_a_loss_of_nobody_is_refused() -> None:
    with pytest.raises(LossError, match="names at least one funder"):
        Loss(set(), JULY)


@pytest.mark.parametrize("share", ["0", "-0.1", "1.01", "NaN"])
def test_a_share_that_is_none_is_refused(share: str) -> None:
    with pytest.raises(LossError, match="is not above 0 and up to 1"):
        Loss({"city"}, JULY, Decimal(share))


@given(
    st.lists(st.integers(0, 10**9), max_size=6),
    st.decimals("0.01", 1, places=2),
    st.dates(date(2025, 1, 1), date(2028, 12, 31)),
)
def test_no_line_loses_more_than_it_holds(amounts: list[int], share: Decimal, day: date) -> None:
    lines = [line(amount, fiscal_year=2025 + n % 4) for n, amount in enumerate(amounts)]
    for lost, amount in lost_lines(standing(lines=lines), Loss({"city"}, day, share)):
        assert 0 < amount <= lost.amount


@given(st.integers(0, 10**7), st.decimals("0.01", 1, places=2), st.dates(JANUARY, date(2027, 12, 31)))
def test_what_is_kept_and_what_is_cut_are_the_whole(monthly: int, share: Decimal, day: date) -> None:
    """In a month after the cut the payer gives what it gave less the share, to half a minor unit."""
    left = without([funding("city", monthly)], Loss({"city"}, day, share))
    after = sum(each.monthly for each in left if each.starts_on <= date(2027, 12, 31) <= each.ends_on)
    assert abs(after - monthly * (1 - share)) <= Decimal("0.5")
    before = sum(each.monthly for each in left if each.starts_on <= JANUARY <= each.ends_on)
    assert before == (monthly if day > JANUARY else after)
