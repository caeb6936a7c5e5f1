"""The fictional partnership's money, staff and evidence files agree, and tell docs/riverbend.md's plot.

Every expected figure is reckoned here from the rows with plain integers and Decimal, by no code of ours.
"""

import csv
import tomllib
from collections import Counter
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path

import pytest

FOLDER = Path(__file__).resolve().parents[3] / "api" / "demo" / "riverbend"
TODAY = date(2026, 11, 23)
AREAS = {"Riverbend", "North Bank", "South Bank", "Hillside"}
EVERYBODY = "All students"
SECTORS = "EARLY_CHILDHOOD K12 HIGHER_EDUCATION COMMUNITY_BASED PHILANTHROPIC CIVIC_GOVERNMENT BUSINESS"

Row = dict[str, str]


@cache
def rows(name: str) -> tuple[Row, ...]:
    with (FOLDER / f"{name}.csv").open(encoding="utf-8", newline="") as lines:
        return tuple(csv.DictReader(lines, strict=True))


def listed(cell: str) -> list[str]:
    return [word for word in cell.split(";") if word]


def column(name: str, field: str) -> set[str]:
    return {row[field] for row in rows(name)}


def funded(year: int) -> list[Row]:
    return [row for row in rows("allocations") if row["fiscal_year"] == str(year)]


def test_every_csv_row_fills_every_column_of_its_header() -> None:
    for path in FOLDER.glob("*.csv"):
        if path.stem != "measurements-four-year-graduation":  # two lines stand above its header
            assert all(None not in row and None not in row.values() for row in rows(path.stem)), path.name


def test_organizations_and_groups_are_named_in_the_closed_words() -> None:
    identifiers = [row["identifier"] for row in rows("organizations")]
    assert len(set(identifiers)) == len(identifiers)
    assert all(identifier.startswith("XX-RIVERBEND-") for identifier in identifiers)
    assert column("organizations", "sector") == set(SECTORS.split())
    assert len(rows("populations")) == 12
    assert all(row["rationale"] for row in rows("populations") if row["key"] == "true")


def test_every_name_that_a_file_uses_is_told_in_another() -> None:
    awards, practices = column("investments", "Award"), column("practices", "practice")
    outcomes, groups = column("outcomes", "name"), column("populations", "value") - {EVERYBODY}
    organizations = {row["identifier"]: row["name"] for row in rows("organizations")}
    recipes = [tomllib.loads(path.read_text("utf-8")) for path in FOLDER.glob("measurements-*.toml")]
    known = {
        ("allocations", "investment"): awards,
        ("restrictions", "investment"): awards,
        ("position-funding", "investment"): awards,
        ("position-funding", "position"): column("positions", "title"),
        ("position-funding", "in_kind"): column("in-kind", "description"),
        ("allocations", "practice"): practices,
        ("restrictions", "practices"): practices,
        ("findings", "practice"): practices,
        ("in-kind", "practice"): practices,
        ("practices", "outcomes"): outcomes,
        ("allocations", "outcome"): outcomes,
        ("restrictions", "outcomes"): outcomes,
        ("findings", "outcome"): outcomes,
        ("policy-plans", "outcomes"): outcomes,
        ("allocations", "population"): groups,
        ("restrictions", "populations"): groups,
        ("findings", "populations"): groups,
        ("policy-plans", "populations"): groups,
        **{
            (f"policy-{name}", "plan"): column("policy-plans", "title")
            for name in ("steps", "milestones", "actions", "dollars", "positions")
        },
        ("policy-plans", "barriers"): column("barriers", "title"),
        ("policy-plans", "indicators"): {each["constants"]["indicator"] for each in recipes},
        ("allocations", "area"): AREAS,
        ("restrictions", "areas"): AREAS,
        ("in-kind", "donor"): set(organizations),
        ("policy-plans", "owner"): set(organizations),
        ("policy-plans", "decided_by"): set(organizations),
        ("policy-actions", "organization"): set(organizations),
        ("policy-positions", "organization"): set(organizations),
        ("barriers", "owner"): set(organizations),
    }
    strange = {
        (name, field, word)
        for (name, field), words in known.items()
        for row in rows(name)
        for word in listed(row[field])
        if word not in words
    }
    assert strange == set()
    for row in rows("investments"):
        assert organizations[row["Funder ID"]] == row["Funder"]
        assert organizations[row["Recipient ID"]] == row["Recipient"]
    assert {each["indicator"]["outcome"] for each in recipes} == outcomes


def test_every_funder_of_an_award_has_a_kind() -> None:
    kinds = {row["identifier"]: row["funder_kind"] for row in rows("organizations")}
    assert all(kinds[row["Funder ID"]] for row in rows("investments"))
    assert column("investments", "Funder ID") == {identifier for identifier, kind in kinds.items() if kind}


def test_no_award_is_allocated_beyond_its_amount_nor_a_line_obligated_beyond_its_own() -> None:
    placed: Counter[str] = Counter()
    for row in rows("allocations"):
        assert Decimal(0) <= Decimal(row["obligated"]) <= Decimal(row["amount"]), row
        placed[row["investment"]] += int(Decimal(row["amount"]) * 100)
    for row in rows("investments"):
        assert placed[row["Award"]] <= int(Decimal(row["Amount"]) * 100), row["Award"]


def test_a_line_lies_in_a_fiscal_year_of_its_award() -> None:
    terms = {row["Award"]: (row["Starts"], row["Ends"]) for row in rows("investments")}
    for row in rows("allocations"):
        starts, ends = terms[row["investment"]]
        year = int(row["fiscal_year"])
        assert starts <= f"{year}-06-30", row
        assert ends >= f"{year - 1}-07-01", row


def test_the_dollars_of_past_years_are_spent_or_promised() -> None:
    past = [row for row in rows("allocations") if int(row["fiscal_year"]) < 2027]
    assert all(row["obligated"] == row["amount"] for row in past)


@pytest.mark.parametrize(
    ("field", "list_field"),
    [("outcome", "outcomes"), ("practice", "practices"), ("population", "populations"), ("area", "areas")],
)
def test_lines_obey_what_the_donor_allows(field: str, list_field: str) -> None:
    allowed = {
        row["investment"]: listed(row[list_field])
        for row in rows("restrictions")
        if row[list_field] and not row["amount"]
    }
    placed = [row for row in rows("allocations") if row["investment"] in allowed]
    assert placed
    assert [row for row in placed if row[field] not in allowed[row["investment"]]] == []


def test_an_award_restricted_in_part_holds_that_part_on_what_the_donor_names() -> None:
    partial = [row for row in rows("restrictions") if row["amount"]]
    assert len(partial) == 3
    for row in partial:
        held = sum(
            Decimal(line["amount"])
            for line in rows("allocations")
            if line["investment"] == row["investment"]
            and (
                line["practice"] in listed(row["practices"])
                or line["population"] in listed(row["populations"])
            )
        )
        assert held >= Decimal(row["amount"]), row


def test_a_line_serves_an_outcome_that_its_practice_is_meant_for() -> None:
    meant = {row["practice"]: listed(row["outcomes"]) for row in rows("practices")}
    for row in rows("allocations"):
        assert (row["use"] == "PRACTICE") == bool(row["practice"]), row
        if row["practice"]:
            assert row["outcome"] in meant[row["practice"]], row


def test_this_years_dollars_fit_the_practices_capacity_and_the_hours_given_in_kind() -> None:
    dollars: Counter[str] = Counter()
    for row in funded(2027):
        dollars[row["practice"]] += int(Decimal(row["amount"]))
    given = {(row["practice"], row["kind"]): Decimal(row["quantity"]) for row in rows("in-kind")}
    for row in rows("practices"):
        if not row["cost_per_participant"]:
            continue
        participants = dollars[row["practice"]] / Decimal(row["cost_per_participant"])
        assert 0 < participants < int(row["capacity"]), row["practice"]
        for need in listed(row["in_kind_needs"]):
            kind, quantity, _ = need.split(":")
            assert participants * Decimal(quantity) < given[row["practice"], kind], row["practice"]


def test_about_ten_million_dollars_are_active_and_some_of_them_lie_on_nothing() -> None:
    active = {
        row["Award"]: Decimal(row["Amount"])
        for row in rows("investments")
        if row["Starts"] <= TODAY.isoformat() <= row["Ends"]
    }
    placed = sum(Decimal(row["amount"]) for row in rows("allocations") if row["investment"] in active)
    assert sum(active.values()) == Decimal(10_117_000)
    assert sum(active.values()) - placed == Decimal(747_000)
    assert sum(Decimal(row["amount"]) for row in funded(2027)) == Decimal(6_854_000)


def test_findings_state_a_p_value_that_their_effect_and_error_allow() -> None:
    for row in rows("findings"):
        ratio = abs(Decimal(row["effect_size"])) / Decimal(row["standard_error"])
        # 1.645 and 1.96: two-sided 10 % and 5 % points of the normal distribution
        assert (Decimal(row["p_value"]) < Decimal("0.05")) == (ratio > Decimal("1.96")), row["study"]
        assert Decimal(row["p_value"]) < Decimal("0.10") or ratio < Decimal("1.645"), row["study"]


def test_the_findings_hold_a_null_a_negative_an_absurd_and_local_ones() -> None:
    effects = {row["study"]: Decimal(row["effect_size"]) for row in rows("findings")}
    assert effects["Quist and Amara (2019), lottery for jobs"] == Decimal("0.01")
    assert effects["Sato and Whitfield (2019), open clubs"] < 0
    assert effects["Single-site pilot (2019)"] > 6
    assert {row["design"] for row in rows("findings") if row["is_local"] == "true"} == {"PRE_POST"}
    assert column("findings", "practice") == column("practices", "practice")


def test_each_key_role_is_paid_in_full_each_month_until_july_2028_opens_a_gap() -> None:
    for position in rows("positions"):
        due = Decimal(position["annual_cost"]) / 12
        for month, covered in months_of(position):
            paid_by_all = month >= "2028-07-01" and position["provision"] == "PAID"
            assert (covered == due) != paid_by_all, (position["title"], month)


def months_of(position: Row) -> Iterator[tuple[str, Decimal]]:
    """Each month from the position's start to September 2028, with what is certain for it."""
    starts = date.fromisoformat(position["starts_on"])
    for count in range((2028 - starts.year) * 12 + 10 - starts.month):
        years, months = divmod(starts.month - 1 + count, 12)
        month = date(starts.year + years, months + 1, 1).isoformat()
        yield (
            month,
            sum(
                (
                    Decimal(row["monthly"])
                    for row in rows("position-funding")
                    if row["position"] == position["title"]
                    and row["certain"] == "true"
                    and row["starts_on"] <= month <= row["ends_on"]
                ),
                Decimal(0),
            ),
        )


def test_one_role_depends_on_one_funder_alone() -> None:
    payers = {row["investment"] for row in rows("position-funding") if "engagement" in row["position"]}
    assert payers == {"RB-TRUST-2702"}


def test_what_staff_draw_from_an_award_stays_within_its_lines_for_operations() -> None:
    drawn: Counter[str] = Counter()
    for row in (row for row in rows("position-funding") if row["certain"] == "true"):
        first, last = date.fromisoformat(row["starts_on"]), date.fromisoformat(row["ends_on"])
        months = (last.year - first.year) * 12 + last.month - first.month + 1
        drawn[row["investment"]] += months * int(Decimal(row["monthly"]))
    for award in set(drawn) - {""}:
        lines = [r for r in rows("allocations") if r["investment"] == award and r["use"] == "OPERATIONS"]
        assert drawn[award] <= sum(Decimal(row["amount"]) for row in lines), award


def test_no_practice_for_work_has_a_finding_that_tells_it_from_nothing() -> None:
    meant = {row["practice"] for row in rows("practices") if "Employment" in listed(row["outcomes"])}
    for row in rows("findings"):
        if row["practice"] in meant:
            assert Decimal(row["p_value"]) > Decimal("0.05") or row["design"] == "PRE_POST", row["study"]
    assert meant == {"Summer youth jobs"}


def test_dollars_lie_on_practices_that_no_study_tells_from_nothing_and_on_groups_not_behind() -> None:
    favourable = {
        row["practice"]
        for row in rows("findings")
        if Decimal(row["p_value"]) < Decimal("0.05") and Decimal(row["effect_size"]) > 0 and row["rating"]
        if "not meet" not in row["rating"]
    }
    dollars = {
        "unproven": [r for r in funded(2027) if r["practice"] and r["practice"] not in favourable],
        "unnamed": [r for r in funded(2027) if r["practice"] and not r["population"]],
        "not behind": [r for r in funded(2027) if r["population"].startswith("Not eligible")],
        "furthest behind": [r for r in funded(2027) if r["population"] == "English learners"],
    }
    assert {key: sum(Decimal(row["amount"]) for row in lines) for key, lines in dollars.items()} == {
        "unproven": Decimal(1_630_000),
        "unnamed": Decimal(840_000),
        "not behind": Decimal(570_000),
        "furthest behind": Decimal(260_000),
    }
