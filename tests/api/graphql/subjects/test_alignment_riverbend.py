"""Alignment of Riverbend: every dimension and measure beside a plain computation from its CSV files."""

import csv
import json
from collections import defaultdict
from collections.abc import Awaitable, Callable
from decimal import Decimal
from functools import cache
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from api.demo.riverbend import FOLDER, SLUG
from api.graphql.alignment.asked import AlignmentDimension, AlignmentMeasure
from api.graphql.door.operations import Call
from api.graphql.door.requests import Request
from api.graphql.schema import build_for_operator
from models.database import Database
from tests.riverbend_files import (
    Dollars,
    awards,
    label_of,
    labels,
    lines,
    moved,
    received,
    rows,
    summed,
    tier,
    value_of,
)

Answer = dict[str, Any]  # an alignment as JSON
AskAlignment = Callable[..., Awaitable[Answer]]
QUERY = """query($slug: String!, $input: AlignmentInput!) { partnership(slug: $slug) { alignment(input: $input) {
  rows { bucketStart keys { dimension code label } values { measure value reason currency } } notes truncated } } }"""
MONEY = ("COMMITTED", "SPENT", "ALLOCATED")


@pytest.fixture
def align(demo_database: Database) -> AskAlignment:
    """align(measures=..., groupBy=...) -> the alignment."""

    async def asked(**wanted: object) -> Answer:
        request = Request(QUERY, variables={"slug": SLUG, "input": {"limit": 1000, **wanted}})
        answer = json.loads((await build_for_operator(demo_database).run(request, Call())).body())
        assert "errors" not in answer, answer
        found: Answer = answer["data"]["partnership"]["alignment"]
        return found

    return asked


def told(answer: Answer, measure: str) -> dict[object, Decimal]:
    """A measure by the labels of the keys (one label alone where there is one), nought left out."""
    found: dict[object, Decimal] = {}
    for row in answer["rows"]:
        key = tuple(each["label"] for each in row["keys"])
        for value in row["values"]:
            if value["measure"] == measure and value["value"] and Decimal(value["value"]):
                found[key[0] if len(key) == 1 else key] = Decimal(value["value"])
    return found


def amount(measure: str) -> Callable[[Dollars], Decimal]:
    return {
        "COMMITTED": lambda each: each.committed,
        "SPENT": lambda each: each.spent,
        "ALLOCATED": lambda each: each.left,
    }[measure]


def in_words(code: str) -> str:
    return code[:1] + code[1:].lower().replace("_", " ")


KEYS: dict[str, Callable[[Dollars], object]] = {
    "FUNDER": lambda each: each.row["Funder"],
    "FUNDER_KIND": lambda each: in_words(
        labels("organizations", "identifier", "funder_kind")[each.row["Funder ID"]]
    ),
    "OUTCOME": lambda each: each.outcome or "Not said",
    "PRACTICE": lambda each: each.practice or "Not said",
    "POPULATION": lambda each: label_of(each.population),
    "AREA": lambda each: each.area or "Not said",
    "FISCAL_YEAR": lambda each: each.fiscal_year or "Not said",
    "USE": lambda each: in_words(each.use),
    "CURRENCY": lambda each: each.row["Currency"],
    "INVESTMENT": lambda each: each.row["Title"],
    "RECIPIENT": lambda each: each.row["Recipient"],
    "POSITION": lambda each: each.position or "Not said",
    "POLICY_PLAN": lambda _: "Not said",
    "EVIDENCE_TIER": tier,
}


@pytest.mark.parametrize("dimension", KEYS)
async def test_each_dimension_adds_up_the_files_lines(align: AskAlignment, dimension: str) -> None:
    answer = await align(measures=[*MONEY], groupBy=[dimension])
    for measure in MONEY:
        assert told(answer, measure) == summed(KEYS[dimension], amount(measure)), measure


async def test_dimensions_are_crossed(align: AskAlignment) -> None:
    wanted = ["OUTCOME", "EVIDENCE_TIER", "POPULATION", "FISCAL_YEAR"]
    answer = await align(measures=["COMMITTED"], groupBy=wanted)
    crossed = summed(lambda each: tuple(KEYS[name](each) for name in wanted), amount("COMMITTED"))
    assert told(answer, "COMMITTED") == crossed


async def test_awards_and_funders_are_counted_once_in_a_row(align: AskAlignment) -> None:
    answer = await align(measures=["INVESTMENTS", "FUNDERS"], groupBy=["OUTCOME"])
    found, givers = defaultdict(set), defaultdict(set)
    for each in lines():
        found[each.outcome or "Not said"].add(each.award)
        givers[each.outcome or "Not said"].add(each.row["Funder"])
    assert told(answer, "INVESTMENTS") == {key: len(ids) for key, ids in found.items()}
    assert told(answer, "FUNDERS") == {key: len(ids) for key, ids in givers.items()}
    whole = await align(measures=["INVESTMENTS", "FUNDERS"])
    assert [value["value"] for value in whole["rows"][0]["values"]] == [
        str(len(awards())),
        str(len({row["Funder"] for row in awards().values()})),
    ]


async def test_what_was_received_is_told_by_award_and_not_by_line(align: AskAlignment) -> None:
    answer = await align(measures=["RECEIVED"], groupBy=["INVESTMENT"])
    assert told(answer, "RECEIVED") == {awards()[award]["Title"]: paid for award, paid in received().items()}
    by_outcome = await align(measures=["RECEIVED"], groupBy=["OUTCOME"])
    assert by_outcome["rows"] == [
        {
            "bucketStart": None,
            "keys": [{"dimension": "OUTCOME", "code": "UNKNOWN", "label": "Not said"}],
            "values": [
                {
                    "measure": "RECEIVED",
                    "value": str(sum(received().values())),
                    "reason": None,
                    "currency": "USD",
                }
            ],
        }
    ]


async def test_where_the_ledger_does_not_say_a_value_is_null_with_its_reason(align: AskAlignment) -> None:
    answer = await align(measures=["COMMITTED", "RECEIVED"], groupBy=["OUTCOME"])
    for row in answer["rows"]:
        value = row["values"][1]
        if row["keys"][0]["code"] == "UNKNOWN":
            assert value["value"] == str(sum(received().values()))
        else:
            assert (value["value"], bool(value["reason"])) == (None, True)


@pytest.mark.parametrize(("bucket", "months"), [("MONTH", 1), ("QUARTER", 3), ("YEAR", 12)])
async def test_buckets_are_of_fiscal_years_from_july(align: AskAlignment, bucket: str, months: int) -> None:
    """Commitments count on the day of the award, expenditures on their own; July is month 0 of a year."""
    answer = await align(measures=["COMMITTED", "SPENT"], bucket=bucket)
    expected: dict[str, dict[str, Decimal]] = {
        "COMMITTED": defaultdict(Decimal),
        "SPENT": defaultdict(Decimal),
    }
    entries = [("COMMITTED", row["Awarded"], row["Amount"]) for row in awards().values()]
    entries += [
        ("SPENT", row["occurred_on"], row["amount"]) for row in rows("ledger") if row["kind"] == "EXPENDITURE"
    ]
    for measure, day, paid in entries:
        year, month = int(day[:4]), int(day[5:7]) - 1
        since = year * 12 + month - 6
        first = since - since % months + 6
        expected[measure][f"{first // 12:04}-{first % 12 + 1:02}-01"] += Decimal(paid)
    for measure, sums in expected.items():
        values = {
            row["bucketStart"]: Decimal(value["value"])
            for row in answer["rows"]
            for value in row["values"]
            if value["measure"] == measure and Decimal(value["value"])
        }
        assert values == sums


async def test_gifts_in_kind_stand_beside_the_dollars(align: AskAlignment) -> None:
    answer = await align(measures=["IN_KIND_VALUE", "IN_KIND_HOURS"], groupBy=["PRACTICE"])
    worth: dict[object, Decimal] = defaultdict(Decimal)
    hours: dict[object, Decimal] = defaultdict(Decimal)
    for row in rows("in-kind"):
        key = row["practice"] or "Not said"
        worth[key] += Decimal(row["quantity"]) * Decimal(row["unit_rate"] or 0)
        hours[key] += Decimal(row["quantity"]) if row["unit"] == "HOUR" else 0
    assert told(answer, "IN_KIND_VALUE") == {key: each for key, each in worth.items() if each}
    assert told(answer, "IN_KIND_HOURS") == {key: each for key, each in hours.items() if each}
    assert (
        f"{sum(not row['unit_rate'] for row in rows('in-kind'))} gifts in kind have no valuation"
        in " ".join(answer["notes"])
    )
    value = next(row["values"][1] for row in answer["rows"] if row["values"][1]["value"])
    assert value["currency"] is None


async def test_the_ladder_climbs_the_files_facts(align: AskAlignment) -> None:
    """Every outcome is measured; results are of the outcome's indicators, the line's group and since the start."""
    answer = await align(measures=["COMMITTED"], groupBy=["LADDER"])

    def rung(each: Dollars) -> str:
        if each.fees:
            return "Not said"
        if not each.outcome:
            return "nothing named"
        if not each.population:
            return "outcome measured"
        if not each.practice:
            return "group named"
        if tier(each) not in ("Strong", "Moderate", "Promising"):
            return "practice named"
        return (
            "results known"
            if latest()[each.outcome, value_of(each.population)] >= each.row["Starts"]
            else "practice proven"
        )

    assert told(answer, "COMMITTED") == summed(rung, amount("COMMITTED"))


@cache
def latest() -> dict[tuple[str, str], str]:
    """The last day of the newest figure of each outcome and group; school years end in June."""
    found: dict[tuple[str, str], str] = defaultdict(str)
    for path in FOLDER.glob("measurements-*.csv"):
        recipe = path.with_suffix(".toml").read_text("utf-8")
        outcome = next(row["name"] for row in rows("outcomes") if f'outcome = "{row["name"]}"' in recipe)
        text = path.read_text("utf-8")
        for row in csv.DictReader(text[text.index("School") :].splitlines()):
            year, group = (
                row.get("School year") or row["School Year"],
                row.get("Group") or row["Student Group"],
            )
            key = (outcome, value_of(group))
            day = f"{int(year[:4]) + 1}-06-30"
            found[key] = max(found[key], day)
    return found


async def test_the_blockers_say_what_keeps_dollars_from_the_second_tier(align: AskAlignment) -> None:
    answer = await align(measures=["COMMITTED"], groupBy=["EVIDENCE_TIER", "EVIDENCE_BLOCKER"])
    for row in answer["rows"]:
        code, blocker = (key["code"] for key in row["keys"])
        assert (blocker == "NONE") == (code in ("STRONG", "MODERATE"))
        assert (blocker == "UNKNOWN") == (code == "UNKNOWN")


# ------------------------------------------------------------------ laws
ADDED = [
    each.value
    for each in AlignmentMeasure
    if each.value in ("PLEDGED", "COMMITTED", "RECEIVED", "DISBURSED", "SPENT", "FEES", "ALLOCATED")
]
AXES = st.lists(st.sampled_from([each.value for each in AlignmentDimension]), max_size=4, unique=True)


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    axes=AXES,
    bucket=st.sampled_from([None, "MONTH", "QUARTER", "YEAR"]),
    level=st.sampled_from(["GROSS", "NET_INTO_PARTNERSHIP", "NET_TO_DELIVERY"]),
)
async def test_the_rows_of_any_question_add_up_to_the_whole(
    align: AskAlignment, axes: list[str], bucket: str | None, level: str
) -> None:
    """A law: no dollar is lost to a key or a bucket, and none counts twice."""
    answer = await align(measures=ADDED, groupBy=axes, bucket=bucket, level=level, limit=10_000)
    assert not answer["truncated"]
    whole: dict[str, Decimal | int] = {
        "COMMITTED": sum(each.committed for each in lines()),
        "SPENT": sum(each.spent for each in lines()),
    }
    whole |= {"RECEIVED": sum(received().values()), "ALLOCATED": sum(each.left for each in lines())}
    whole |= {"DISBURSED": sum(moved("DISBURSEMENT").values()), "FEES": sum(moved("FEE").values())}
    for measure in ADDED:
        values = [v["value"] for row in answer["rows"] for v in row["values"] if v["measure"] == measure]
        assert sum(Decimal(value or 0) for value in values) == whole.get(measure, 0), measure


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(axes=AXES, measure=st.sampled_from(ADDED), descending=st.booleans(), limit=st.integers(1, 30))
async def test_an_order_and_a_limit_show_the_first_of_all_rows(
    align: AskAlignment, axes: list[str], measure: str, descending: bool, limit: int
) -> None:
    """A law: what is shown is the beginning of the whole, which is sorted with the unknown last."""
    asked: dict[str, object] = {
        "measures": [measure, "SHARE"],
        "groupBy": axes,
        "orderBy": {"measure": measure, "descending": descending},
    }
    whole, part = await align(**asked, limit=10_000), await align(**asked, limit=limit)
    assert part["rows"] == whole["rows"][:limit]
    assert part["truncated"] == (len(whole["rows"]) > limit)
    known = [Decimal(row["values"][0]["value"]) for row in whole["rows"] if row["values"][0]["value"]]
    assert known == sorted(known, reverse=descending)
    shares = [Decimal(row["values"][1]["value"]) for row in whole["rows"] if row["values"][1]["value"]]
    assert not shares or abs(sum(shares, Decimal(0)) - 1) < Decimal("0.001")
