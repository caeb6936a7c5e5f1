"""The anchor's questions about its books, asked of Riverbend; every figure is reckoned apart from the files."""

from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest

from .conftest import Answer, AskAnchor
from .files import (
    ANCHOR,
    TODAY,
    anchors_awards,
    awards,
    cost,
    fiscal_year,
    free,
    half_up,
    is_tied,
    lines_of,
    money,
    month_after,
    moved,
    organizations,
    rows,
    used_on_line,
)

RATE = Decimal("0.05")  # of the anchor entity, since 1 July 2023


@pytest.mark.parametrize("use", ["OPERATIONS", "OVERHEAD"])
@pytest.mark.parametrize("day", ["2024-12-31", "2026-06-30", "2026-11-23"])
async def test_the_balances_as_of_a_day(ask_anchor: AskAnchor, day: str, use: str) -> None:
    found = (await ask_anchor("balances", asOf=day))["anchorEntity"]["balances"]
    told = {each["restricted"]: each for each in found if each["use"] == use}
    expected: dict[bool, dict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    for award, row in anchors_awards(day).items():
        if row["Use"] == use:
            sums, amount = expected[is_tied(award)], Decimal(row["Amount"])
            came, spent, fee = (moved(award, kind, until=day) for kind in ("RECEIPT", "EXPENDITURE", "FEE"))
            sums["committed"] += amount
            sums["promised"] += amount - came
            sums["received"] += came
            sums["cash"] += came - spent - fee
            sums["spent"] += spent
            sums["fees"] += fee
            sums["available"] += free(award, day)
            sums["obligated"] += amount - spent - fee - free(award, day)
    assert set(told) == set(expected)
    for is_restricted, sums in expected.items():
        for name in ("committed", "promised", "received", "cash", "spent", "fees", "available", "obligated"):
            assert told[is_restricted][name] == money(sums[name]), (is_restricted, name)


@pytest.mark.parametrize("year", [2026, 2027])
async def test_budget_against_actual(ask_anchor: AskAnchor, year: int) -> None:
    found = (await ask_anchor("budget", fiscalYear=year))["budget"]
    expected: dict[tuple[str | None, ...], list[Decimal]] = defaultdict(lambda: [Decimal(0), Decimal(0)])
    by_position = {
        row["funder"]: row["position"]
        for row in rows("budgets")
        if row["fiscal_year"] == str(year) and row["position"]
    }
    for row in rows("budgets"):
        if row["fiscal_year"] == str(year):
            expected[row["use"], organizations().get(row["funder"]), row["position"] or None][0] += Decimal(
                row["amount"]
            )
    for row in rows("ledger"):
        day = date.fromisoformat(row["occurred_on"])
        if row["kind"] == "EXPENDITURE" and day.year + (day.month >= 7) == year:
            award = awards()[row["investment"]]
            funder: str | None = award["Funder"]
            position = by_position.get(award["Funder ID"])
            if award["Use"] == "OVERHEAD" and ("OVERHEAD", None, None) in expected:
                funder = None  # its line names no funder
            assert position is None or position == row["position"]
            expected[award["Use"], funder, position][1] += Decimal(row["amount"])
    told = {
        (
            each["use"],
            each["funder"]["organization"]["name"] if each["funder"] else None,
            each["position"]["title"] if each["position"] else None,
        ): [Decimal(each[name]["amount"]) for name in ("budget", "actual", "variance")]
        for each in found
    }
    assert told == {key: [plan, used, plan - used] for key, (plan, used) in expected.items()}
    assert any(variance < 0 for _, _, variance in told.values()) is (year == 2026)


def agreed_rate(award: str, on: str) -> Decimal:
    """The award's own agreement while it lasts, else the anchor entity's rate; a monthly fee is no rate."""
    for row in rows("fee-agreements"):
        if row["investment"] == award and row["starts_on"] <= on <= (row["ends_on"] or "9999"):
            return Decimal(row["fee_rate"] or 0)
    return RATE


FIRST, LAST = "2025-07-01", "2026-11-30"


def dues() -> list[tuple[str, str, Decimal]]:
    """(award, month, amount) of every fee that is due: a rate of each receipt, or an amount for each month."""
    found = [
        (
            row["investment"],
            row["occurred_on"][:7],
            Decimal(row["amount"]) * agreed_rate(row["investment"], row["occurred_on"]),
        )
        for row in rows("ledger")
        if row["kind"] == "RECEIPT" and FIRST <= row["occurred_on"] <= LAST
    ]
    for row in rows("fee-agreements"):
        month = date(2025, 7, 1)
        while row["monthly"] and month.isoformat() <= LAST:
            if row["starts_on"] <= month.isoformat() <= row["ends_on"]:
                found.append((row["investment"], month.isoformat()[:7], Decimal(row["monthly"])))
            month = month_after(month)
    return found


async def test_fees_by_agreement(ask_anchor: AskAnchor) -> None:
    report = (await ask_anchor("fees", **{"from": FIRST, "to": LAST}))["anchorEntity"]["feeReport"]
    due: dict[str, Decimal] = defaultdict(Decimal)
    for award, _, amount in dues():
        due[award] += amount
    told = {each["investment"]["source"]["identifier"]: each for each in report["lines"]}
    assert set(told) == set(due)
    for award, each in told.items():
        received, charged = (moved(award, kind, since=FIRST, until=LAST) for kind in ("RECEIPT", "FEE"))
        assert each["received"] == money(received)
        assert each["due"] == money(due[award])
        assert each["charged"] == money(charged)
        assert each["difference"] == money(charged - due[award])
    assert told["RB-TRUST-2702"]["agreements"] == [{"feeRate": None, "monthly": {"amount": "250.00"}}]


async def test_fees_earned_and_the_cost_of_hosting_by_month(ask_anchor: AskAnchor) -> None:
    report = (await ask_anchor("fees", **{"from": FIRST, "to": LAST}))["anchorEntity"]["feeReport"]
    months: dict[str, dict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    for _, month, amount in dues():
        months[month]["due"] += amount
    for row in rows("ledger"):
        if FIRST <= row["occurred_on"] <= LAST:
            is_overhead = row["kind"] == "EXPENDITURE" and awards()[row["investment"]]["Use"] == "OVERHEAD"
            name = "charged" if row["kind"] == "FEE" else "hosting" if is_overhead else "other"
            months[row["occurred_on"][:7]][name] += Decimal(row["amount"])
    names = ("due", "charged", "hosting")
    expected = {month: [sums[name] for name in names] for month, sums in months.items()}
    assert {
        each["startsOn"][:7]: [Decimal(each[name]["amount"]) for name in names] for each in report["periods"]
    } == {month: amounts for month, amounts in expected.items() if any(amounts)}


@pytest.mark.parametrize("bucket", ["QUARTER", "YEAR"])
async def test_fees_of_quarters_and_years_are_those_of_their_months(
    ask_anchor: AskAnchor, bucket: str
) -> None:
    period = {"from": "2025-07-01", "to": "2026-11-30"}
    months, longer = [
        (await ask_anchor("fees", bucket=each, **period))["anchorEntity"]["feeReport"]["periods"]
        for each in ("MONTH", bucket)
    ]
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for each in months:
        day = date.fromisoformat(each["startsOn"])
        start = (
            day.replace(month=(day.month - 1) // 3 * 3 + 1)
            if bucket == "QUARTER"
            else date(fiscal_year(day) - 1, 7, 1)
        )
        sums[start.isoformat()] += Decimal(each["due"]["amount"])
    assert {each["startsOn"]: Decimal(each["due"]["amount"]) for each in longer} == sums


@pytest.mark.parametrize("day", ["2026-09-01", "2026-11-23"])
async def test_sub_grants_out_and_their_reports(ask_anchor: AskAnchor, day: str) -> None:
    found = (await ask_anchor("sub-grants", asOf=day))["anchorEntity"]["subGrants"]
    told = {each["investment"]["source"]["identifier"]: each for each in found}
    given = {
        award: row
        for award, row in awards().items()
        if row["Funder ID"] == ANCHOR != row["Recipient ID"] and row["Awarded"] <= day
    }
    assert set(told) == set(given)
    for award, each in told.items():
        assert each["committed"] == money(Decimal(given[award]["Amount"]))
        assert each["paid"] == money(moved(award, "DISBURSEMENT", until=day))
        assert each["investment"]["recipient"]["name"] == given[award]["Recipient"]
        owed = [row for row in rows("obligations") if row["investment"] == award and row["kind"] == "REPORT"]
        waits = [row for row in owed if not row["done_on"] or row["done_on"] > day]
        late = any(row["due_on"] < day for row in waits)
        status = "LATE" if late else "DUE" if waits else "DONE" if owed else "NONE"
        assert each["reportStatus"] == status
        assert [(report["title"], report["dueOn"]) for report in each["reports"]] == [
            (row["title"], row["due_on"]) for row in owed
        ]
    assert {each["reportStatus"] for each in found} >= {"LATE", "DUE"}


@pytest.mark.parametrize(
    ("first", "last"),
    [("2023-07-01", "2024-06-30"), ("2025-07-01", "2026-06-30"), ("2026-07-01", "2026-11-23")],
)
async def test_the_statement_of_activity_of_a_period(ask_anchor: AskAnchor, first: str, last: str) -> None:
    (found,) = (await ask_anchor("statement", **{"from": first, "to": last}))["anchorEntity"]["statements"]
    before = (date.fromisoformat(first) - timedelta(days=1)).isoformat()
    zero = Decimal(0)
    opening, revenue, released = ({True: zero, False: zero} for _ in range(3))
    expenses: dict[str, Decimal] = defaultdict(Decimal)
    fees = cash = promised = zero
    for award, row in anchors_awards(last).items():
        tied, amount, is_old = is_tied(award), Decimal(row["Amount"]), row["Awarded"] < first
        spent, fee = (moved(award, kind, since=first, until=last) for kind in ("EXPENDITURE", "FEE"))
        opening[tied] += (amount - moved(award, "EXPENDITURE", "FEE", until=before)) * is_old
        revenue[tied] += amount * (not is_old)
        released[tied] += spent + fee
        expenses[row["Use"]] += spent
        fees += fee
        cash += moved(award, "RECEIPT", until=last)
        promised += amount - moved(award, "RECEIPT", until=last)
    free_of = {True: -released[True], False: released[True]}
    used = {True: zero, False: sum(expenses.values(), zero) + fees}
    for each in found["classes"]:
        tied = each["restricted"]
        closing = opening[tied] + revenue[tied] + free_of[tied] - used[tied]
        assert [Decimal(each[name]["amount"]) for name in ("opening", "revenue", "released", "closing")] == [
            opening[tied],
            revenue[tied],
            free_of[tied],
            closing,
        ]
        assert Decimal(each["fees"]["amount"]) == fees * (not tied)
    told = {each["use"]: Decimal(each["amount"]["amount"]) for each in found["expenses"]}
    assert told == {use: amount for use, amount in expenses.items() if amount}
    net = sum(opening.values(), zero) + sum(revenue.values(), zero) - used[False]
    assert found["closingNetAssets"] == money(net)
    closing_of = {each["account"]: Decimal(each["closing"]["amount"]) for each in found["accounts"]}
    assert closing_of["AVAILABLE"] + closing_of["OBLIGATED"] == net
    assert (closing_of["CASH"], closing_of["RECEIVABLE"]) == (cash, promised)
    assert closing_of["CASH"] + closing_of["RECEIVABLE"] + closing_of["PAID"] == net + sum(
        (moved(award, "EXPENDITURE", "FEE", until=last) for award in anchors_awards(last)), zero
    )


def operations_by_year() -> dict[int, dict[str, Fraction]]:
    """Cents that each award gives operations in each fiscal year: its lines less fees, the rest by the award's days."""
    found: dict[int, dict[str, Fraction]] = defaultdict(lambda: defaultdict(Fraction))
    for award, row in awards().items():
        if row["Use"] != "OPERATIONS":
            continue
        rest = Decimal(row["Amount"])
        for line in lines_of(award):
            rest -= Decimal(line["amount"])
            amount = Decimal(line["amount"]) - used_on_line(line, "FEE")
            found[int(line["fiscal_year"])][award] += Fraction(amount * 100)
        first, last = date.fromisoformat(row["Starts"]), date.fromisoformat(row["Ends"])
        whole, run = (last - first).days + 1, 0
        for year in range(fiscal_year(first), fiscal_year(last) + 1):
            begins, ends = max(first, date(year - 1, 7, 1)), min(last, date(year, 6, 30))
            upto = half_up(Fraction(int(rest * 100) * ((ends - first).days + 1), whole))
            assert begins <= ends
            if upto - run:
                found[year][award] += upto - run
            run = upto
    return found


async def test_how_long_operations_can_last(ask_anchor: AskAnchor) -> None:
    found = (await ask_anchor("sustainability", asOf=TODAY.isoformat()))["anchorEntity"]["sustainability"]
    until = TODAY.isoformat()
    reserve = sum(
        (
            free(award, until) - free_elsewhere(award)
            for award, row in anchors_awards(until).items()
            if row["Use"] in {"OPERATIONS", "UNASSIGNED"} and not is_tied(award)
        ),
        Decimal(0),
    )
    assert found["reserve"] == money(reserve)
    yearly = Decimal(0)
    for n in range(12):
        month = month_after(TODAY.replace(day=1), n)
        yearly += sum((cost(row, month) for row in rows("positions")), Decimal(0))
        yearly -= sum(
            (
                Decimal(row["monthly"])
                for row in rows("position-funding")
                if row["in_kind"] and row["starts_on"] <= month.isoformat() <= row["ends_on"]
            ),
            Decimal(0),
        )
    assert found["yearlyCost"] == money(yearly)
    assert Decimal(found["reserveMonths"]) == Decimal(int(reserve * 120 / yearly)) / 10
    _check_years(found["years"])


def free_elsewhere(award: str) -> Decimal:
    """What is free on an award's lines for another use than operations or nothing yet."""
    return sum(
        (
            Decimal(line["amount"]) - Decimal(line["obligated"])
            for line in lines_of(award)
            if line["use"] not in {"OPERATIONS", "UNASSIGNED"}
        ),
        Decimal(0),
    )


def _check_years(told: list[Answer]) -> None:
    by_year = operations_by_year()
    again = {row["investment"] for row in rows("position-funding") if row["recurring"] == "true"}
    assert [each["fiscalYear"] for each in told] == sorted(by_year) == [2024, 2025, 2026, 2027, 2028]
    before = None
    for each in told:
        amounts = by_year[int(str(each["fiscalYear"]))]
        total = sum(amounts.values(), Fraction())
        by_funder: dict[str, Fraction] = defaultdict(Fraction)
        for award, amount in amounts.items():
            by_funder[awards()[award]["Funder"]] += amount
        long = [a for a in amounts if _days(awards()[a]) > 366]
        shares = {
            "multiYearShare": sum(amounts[award] for award in long) / total,
            "recurringShare": sum(amount for award, amount in amounts.items() if award in again) / total,
            "concentration": sum((amount / total) ** 2 for amount in by_funder.values()),
            "largestFunderShare": max(by_funder.values()) / total,
        }
        assert each["amount"] == money(Decimal(int(total)) / 100)
        for name, share in shares.items():
            assert abs(Fraction(Decimal(str(each[name]))) - share) <= Fraction(1, 10**6), name
        assert each["largestFunder"] == {"organization": {"name": max(by_funder, key=lambda f: by_funder[f])}}
        assert each["funderCount"] == len(by_funder)
        if before is not None:
            assert abs(Fraction(Decimal(str(each["change"]))) - (total - before) / before) <= Fraction(
                1, 10**6
            )
        before = total


def _days(row: dict[str, str]) -> int:
    return (date.fromisoformat(row["Ends"]) - date.fromisoformat(row["Starts"])).days + 1


@pytest.mark.parametrize("award", ["RB-TRUST-2702", "RB-GRF-2602", "RB-FED-2601"])
async def test_the_trail_of_one_investment(ask_anchor: AskAnchor, id_of: AskAnchor, award: str) -> None:
    """One revision for its coming in, and one for each row of the files that says something about it."""
    found = await ask_anchor("trail", investment=await id_of("investments", award))
    listed = (
        "restrictions",
        "fee-agreements",
        "obligations",
        "renewals",
        "match",
        "instalments",
        "position-funding",
    )
    about = sum(row["investment"] == award for name in listed for row in rows(name))
    terms = sum(
        len(row[name].split(";"))
        for row in rows("restrictions")
        for name in ("outcomes", "practices", "populations", "areas", "fiscal_years")
        if row["investment"] == award and row[name]
    )
    told = found["revisions"]
    assert told["totalCount"] == len(told["nodes"]) == 1 + about + terms
    assert [each["version"] for each in told["nodes"]] == list(range(1, 2 + about + terms))
    assert {each["recordedBy"] for each in told["nodes"]} == {"riverbend"}
    times = [each["recordedAt"] for each in told["nodes"]]
    assert times == sorted(times)
    changes = {change["field"]: change["after"] for each in told["nodes"] for change in each["changes"]}
    for row in rows("renewals"):
        if row["investment"] == award and row["probability"]:
            assert Decimal(changes["renewal.probability"]) == Decimal(row["probability"])
    for row in rows("fee-agreements"):
        if row["investment"] == award and row["monthly"]:
            assert changes["feeAgreement.monthly"] == row["monthly"]
    movements = [(row["occurred_on"], row["amount"]) for row in rows("ledger") if row["investment"] == award]
    kept = [(each["occurredOn"], each["amount"]["amount"]) for each in found["transactions"]["nodes"]]
    assert set(movements) <= set(kept)
