"""Alignment of the small partnership. Expected figures are those of small.py, reckoned by hand."""

from collections.abc import Awaitable, Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from allocation.ledger import AccountKey, Line, Posting, open_accounts, post
from api.access import COMMUNITY, Caller
from models.database import Database, Scope
from models.ledger import AccountKind, Phase, TransactionKind
from models.obligations import InvestmentLink, LinkKind
from models.people import Role
from models.resources import Investment, ResourceUse

from .conftest import Ask, member
from .small import Small

Answer = dict[str, Any]  # an alignment as JSON
Aligned = Callable[..., Awaitable[Answer]]
FIELDS = """{ rows { bucketStart keys { dimension code label } values { measure value reason currency } }
  notes truncated }"""
QUERY = f"""query($slug: String!, $input: AlignmentInput!) {{
  partnership(slug: $slug) {{ alignment(input: $input) {FIELDS} }} }}"""


@pytest.fixture
def align(ask: Ask) -> Aligned:
    """align(small, caller, measures=..., ...) -> the alignment."""

    async def asked(small: Small, caller: Caller = COMMUNITY, **wanted: object) -> Answer:
        answer = await ask(QUERY, caller, slug=small.slug, input=wanted)
        assert "errors" not in answer, answer["errors"]
        found: Answer = answer["data"]["partnership"]["alignment"]
        return found

    return asked


def values(answer: Answer, n: int = 0) -> dict[str, list[str | None]]:
    """By the labels of the keys, the values of the n-th measure, one for each currency."""
    measures = list(dict.fromkeys(each["measure"] for row in answer["rows"] for each in row["values"]))
    return {
        " | ".join(key["label"] for key in row["keys"]): [
            f"{each['value']} {each['currency']}" if each["currency"] else each["value"]
            for each in row["values"]
            if each["measure"] == measures[n]
        ]
        for row in answer["rows"]
    }


async def test_dollars_without_an_outcome_stay_in_under_unknown(align: Aligned, small: Small) -> None:
    answer = await align(small, measures=["COMMITTED"], groupBy=["OUTCOME"])
    assert answer["rows"][0]["keys"] == [
        {"dimension": "OUTCOME", "code": small.global_id("Outcome", "reading"), "label": "Reading"}
    ]
    assert answer["rows"][1]["keys"][0]["code"] == "UNKNOWN"
    assert values(answer) == {"Reading": ["700.00 USD"], "Not said": ["40.00 EUR", "2300.00 USD"]}


async def test_two_currencies_are_never_added(align: Aligned, small: Small) -> None:
    answer = await align(small, measures=["COMMITTED", "SHARE"])
    assert values(answer) == {"": ["40.00 EUR", "3000.00 USD"]}
    assert values(answer, 1) == {"": ["1.000000 EUR", "1.000000 USD"]}
    assert answer["notes"] == ["EUR, USD stand apart: currencies are never added."]
    by_currency = await align(small, measures=["SPENT"], groupBy=["CURRENCY"])
    assert values(by_currency) == {"USD": ["100.00 USD"]}


async def test_a_key_leads_to_its_row(ask: Ask, small: Small) -> None:
    query = """query($slug: String!) { partnership(slug: $slug) {
      alignment(input: {measures: [COMMITTED], groupBy: [PRACTICE]}) {
      rows { keys { node { __typename id ... on Practice { name tier { tier } } } } } } } }"""
    answer = await ask(query, slug=small.slug)
    nodes = [row["keys"][0]["node"] for row in answer["data"]["partnership"]["alignment"]["rows"]]
    assert [node and node["name"] for node in nodes] == ["Camp", "Tutoring", None]
    assert nodes[1] == {
        "__typename": "Practice",
        "id": small.global_id("Practice", "tutoring"),
        "name": "Tutoring",
        "tier": {"tier": "PROMISING"},
    }


async def test_the_ladder_is_the_one_of_single_awards(align: Aligned, small: Small) -> None:
    answer = await align(small, measures=["COMMITTED"], groupBy=["LADDER"])
    assert values(answer) == {"nothing named": ["40.00 EUR", "2300.00 USD"], "results known": ["700.00 USD"]}
    assert [row["keys"][0]["code"] for row in answer["rows"]] == ["0", "6"]


async def test_those_behind_are_told_by_group_beside_the_dollars(align: Aligned, small: Small) -> None:
    """20 points of 400 Black third graders in 2025 are 80 children; White ones are who they are compared with."""
    asked = ["COMMITTED", "SHARE", "STUDENTS_BEHIND", "SHARE_OF_STUDENTS_BEHIND"]
    answer = await align(small, measures=asked, groupBy=["POPULATION"])
    assert values(answer, 1)["Black"] == ["0.233333 USD"]  # 700 of 3,000
    assert values(answer, 2) == {"Black": ["80"], "Not said": [None]}
    assert values(answer, 3) == {"Black": ["1.000000"], "Not said": [None]}
    only = await align(small, measures=asked, groupBy=["POPULATION"], filter={"persistentOnly": True})
    assert values(only) == {"Black": ["700.00 USD"]}


async def test_a_group_that_gets_nothing_is_not_left_out(align: Aligned, small: Small) -> None:
    wanted = {"practices": [small.global_id("Practice", "camp")]}
    answer = await align(
        small, measures=["COMMITTED", "STUDENTS_BEHIND"], groupBy=["POPULATION"], filter=wanted
    )
    assert values(answer) == {"Black": ["0.00 USD"], "Not said": ["2000.00 USD"]}
    assert values(answer, 1) == {"Black": ["80"], "Not said": [None]}


async def test_those_behind_are_never_added_over_groups_or_time(align: Aligned, small: Small) -> None:
    for wanted in ({"groupBy": ["OUTCOME"]}, {"groupBy": ["POPULATION"], "bucket": "YEAR"}):
        answer = await align(small, member(small), measures=["COMMITTED", "STUDENTS_BEHIND"], **wanted)
        told = [row["values"][-1] for row in answer["rows"]]
        assert told
        assert all(each["value"] is None and each["reason"] for each in told)


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ({"fiscalYears": [2027]}, "2700.00 USD"),
        ({"fiscalYears": [2026]}, None),
        ({"tiers": ["PROMISING"]}, "700.00 USD"),
        ({"tiers": ["NONE"]}, "2000.00 USD"),
        ({"uses": ["PRACTICE"], "investment": {"currencies": ["USD"]}}, "3000.00 USD"),
        ({"investment": {"search": "summer"}}, "2000.00 USD"),
        ({"outcomes": ["Outcome:nonsense"]}, None),
        ({"outcomes": []}, None),
    ],
)
async def test_a_filter_keeps_what_meets_all_of_it(
    align: Aligned, small: Small, wanted: dict[str, object], expected: str | None
) -> None:
    answer = await align(small, measures=["COMMITTED"], filter=wanted)
    assert values(answer) == ({"": [expected]} if expected else {})


# ------------------------------------------------------------------ regrants
async def link(database: Database, small: Small, child: str, source: str) -> None:
    async with database.session(Scope.of(small.partnership.id)) as session:
        session.add(
            InvestmentLink(
                partnership_id=small.partnership.id,
                investment_id=small.id(child),
                kind=LinkKind.FUNDED_FROM,
                other_id=small.id(source),
            )
        )


async def award(database: Database, small: Small, name: str, amount: int, source: str | None = None) -> None:
    """An award of the state's on an open line, paid from another one."""
    p = small.partnership.id
    async with database.session(Scope.of(p)) as session:
        session.add(
            Investment(
                partnership_id=p,
                id=small.id(name),
                funder_id=small.id("state-funder"),
                title=name,
                use=ResourceUse.PRACTICE,
                currency="USD",
                source_system="test",
            )
        )
        await session.flush()
        await move(session, small, (name, "RECEIVABLE", "AVAILABLE"), amount)
    if source:
        await link(database, small, name, source)


async def move(
    session: Any,  # SQLAlchemy's
    small: Small,
    flow: tuple[str, str, str],
    amount: int,
    **more: Any,  # as a Posting takes them
) -> Posting:
    name, debit, credit = flow
    plain = {"RECEIVABLE", "CASH", "PAID", "FEE"}
    keys = [
        AccountKey(
            small.id(name), AccountKind(each), "USD", None if each in plain else Line(ResourceUse.PRACTICE)
        )
        for each in (debit, credit)
    ]
    ids = await open_accounts(session, small.partnership.id, keys)
    given: dict[str, Any] = {"kind": TransactionKind.COMMITMENT, "effective_on": date(2024, 2, 29)} | more
    line = Posting(
        **given,
        debit=ids[keys[0]],
        credit=ids[keys[1]],
        unit="USD",
        amount=amount,
    )
    await post(session, "test", str(line.id), [line])
    return line


async def test_a_dollar_that_is_regranted_twice_counts_once(
    align: Aligned, small: Small, database: Database
) -> None:
    """A of 100.00 pays B of 60.00, which pays C of 25.00: 100 came in; 40, 35 and 25 were delivered."""
    await award(database, small, "A", 10_000)
    await award(database, small, "B", 6_000, "A")
    await award(database, small, "C", 2_500, "B")
    chain = {
        "groupBy": ["INVESTMENT"],
        "filter": {"investment": {"currencies": ["USD"]}},
        "measures": ["COMMITTED"],
    }
    expected = {
        "GROSS": {"A": "100.00", "B": "60.00", "C": "25.00"},
        "NET_INTO_PARTNERSHIP": {"A": "100.00"},
        "NET_TO_DELIVERY": {"A": "40.00", "B": "35.00", "C": "25.00"},
    }
    for level, amounts in expected.items():
        answer = await align(small, **chain, level=level)
        told = {key: each for key, each in values(answer).items() if key in "ABC"}
        assert told == {key: [f"{each} USD"] for key, each in amounts.items()}, level
        assert "85.00 USD in 2 regrants" in " ".join(answer["notes"])
    assert await align(small, **chain) == await align(small, **chain, level="NET_INTO_PARTNERSHIP")


async def test_of_a_regrant_only_what_its_source_can_pay_is_taken_out(
    align: Aligned, small: Small, database: Database
) -> None:
    """The camp's 2,000 are paid from the reading grant's 1,000, so half of it is money of its own."""
    await link(database, small, "public", "award")
    into = await align(small, measures=["COMMITTED", "INVESTMENTS"], groupBy=["PRACTICE"])
    assert values(into) == {
        "Camp": ["1000.00 USD"],
        "Tutoring": ["700.00 USD"],
        "Not said": ["40.00 EUR", "300.00 USD"],
    }
    out = await align(
        small, measures=["COMMITTED", "INVESTMENTS"], groupBy=["PRACTICE"], level="NET_TO_DELIVERY"
    )
    assert values(out) == {"Camp": ["2000.00 USD"], "Not said": ["40.00 EUR"]}
    assert values(out, 1) == {"Camp": ["1"], "Not said": ["1"]}


async def test_cents_that_do_not_divide_still_add_up(
    align: Aligned, small: Small, database: Database
) -> None:
    """700.00 and 300.00 of the grant less a third: the lines round, and their sum is exact."""
    await award(database, small, "third", 33_333, "award")
    answer = await align(small, measures=["COMMITTED"], groupBy=["OUTCOME"], level="NET_TO_DELIVERY")
    dollars = [
        Decimal(each.split()[0]) for row in values(answer).values() for each in row if each and "USD" in each
    ]
    assert sum(dollars) == 3000
    reading = next(row for row in answer["rows"] if row["keys"][0]["label"] == "Reading")["values"][0][
        "value"
    ]
    assert Decimal(reading) == pytest.approx(Decimal("466.67"), abs=Decimal("0.01"))


async def test_a_regrant_in_another_currency_is_told(
    align: Aligned, small: Small, database: Database
) -> None:
    await link(database, small, "euro", "award")
    answer = await align(small, measures=["COMMITTED"])
    assert values(answer) == {"": ["40.00 EUR", "3000.00 USD"]}
    assert "1 regrants in another currency" in " ".join(answer["notes"])


# ------------------------------------------------------------------ time, pledges, fees
async def test_a_leap_day_lies_in_its_month_quarter_and_fiscal_year(
    align: Aligned, small: Small, database: Database
) -> None:
    async with database.session(Scope.of(small.partnership.id)) as session:
        await move(session, small, ("public", "CASH", "RECEIVABLE"), 700, kind=TransactionKind.RECEIPT)
    for bucket, first in (("MONTH", "2024-02-01"), ("QUARTER", "2024-01-01"), ("YEAR", "2023-07-01")):
        answer = await align(small, member(small), measures=["RECEIVED"], bucket=bucket)
        assert (answer["rows"][0]["bucketStart"], answer["rows"][0]["values"][0]["value"]) == (first, "7.00")


async def test_an_award_without_a_date_stands_in_no_bucket(
    align: Aligned, small: Small, database: Database
) -> None:
    await award(database, small, "undated", 5_000)
    answer = await align(
        small,
        member(small),
        measures=["COMMITTED"],
        bucket="YEAR",
        filter={"investment": {"search": "undated"}},
    )
    assert [(row["bucketStart"], row["values"][0]["value"]) for row in answer["rows"]] == [(None, "50.00")]
    assert "without any date" in " ".join(answer["notes"])


async def test_a_pledge_counts_until_it_is_voided_and_commits_nothing(
    align: Aligned, small: Small, database: Database
) -> None:
    async with database.session(Scope.of(small.partnership.id)) as session:
        pledge = await move(
            session,
            small,
            ("award", "RECEIVABLE", "AVAILABLE"),
            900,
            kind=TransactionKind.PLEDGE,
            phase=Phase.PENDING,
        )
    asked = {"measures": ["PLEDGED", "COMMITTED"], "filter": {"investment": {"search": "Reading"}}}
    answer = await align(small, member(small), **asked)
    assert (values(answer), values(answer, 1)) == ({"": ["9.00 USD"]}, {"": ["1000.00 USD"]})
    community = await align(small, **asked)
    assert community["rows"][0]["values"][0]["value"] is None
    assert "at the table" in community["rows"][0]["values"][0]["reason"]
    async with database.session(Scope.of(small.partnership.id)) as session:
        await move(
            session,
            small,
            ("award", "RECEIVABLE", "AVAILABLE"),
            900,
            kind=TransactionKind.PLEDGE,
            phase=Phase.VOID,
            pending_id=pledge.id,
        )
    assert values(await align(small, member(small), **asked)) == {"": ["0.00 USD"]}


async def test_a_reversal_takes_a_commitment_back(align: Aligned, small: Small, database: Database) -> None:
    async with database.session(Scope.of(small.partnership.id)) as session:
        first = await move(session, small, ("public", "RECEIVABLE", "AVAILABLE"), 5_000)
        await move(
            session,
            small,
            ("public", "AVAILABLE", "RECEIVABLE"),
            5_000,
            kind=TransactionKind.REVERSAL,
            reverses_id=first.id,
        )
    assert values(await align(small, measures=["COMMITTED"])) == {"": ["40.00 EUR", "3000.00 USD"]}
    by_use = await align(small, measures=["COMMITTED"], groupBy=["PRACTICE"])
    assert values(by_use)["Camp"] == ["2000.00 USD"]


async def test_a_partnership_without_anything_has_no_rows(ask: Ask, partnership: Any) -> None:
    caller = Caller(roles={partnership.id: Role.ADMIN})
    answer = await ask(QUERY, caller, slug=partnership.slug, input={"measures": ["COMMITTED", "INVESTMENTS"]})
    assert answer["data"]["partnership"]["alignment"] == {"rows": [], "notes": [], "truncated": False}


# ------------------------------------------------------------------ a funder's own view, rights, statements
OWN = f"""query($slug: String!, $first: Int, $input: AlignmentInput!) {{
  partnership(slug: $slug) {{ funders(first: $first) {{ nodes {{
    organization {{ name }} alignment(input: $input) {FIELDS} }} }} }} }}"""


async def test_the_funders_own_views_are_the_rows_by_funder(ask: Ask, align: Aligned, small: Small) -> None:
    whole = values(await align(small, measures=["COMMITTED"], groupBy=["FUNDER"]))
    answer = await ask(OWN, slug=small.slug, first=10, input={"measures": ["COMMITTED"]})
    own = {
        node["organization"]["name"]: values(node["alignment"])[""]
        for node in answer["data"]["partnership"]["funders"]["nodes"]
    }
    assert (
        own == whole == {"Hill Foundation": ["40.00 EUR", "1000.00 USD"], "State of Example": ["2000.00 USD"]}
    )


async def test_many_funders_take_as_many_statements_as_one(
    ask: Ask, small: Small, statements: list[str]
) -> None:
    counts = []
    for first in (1, 2):
        statements.clear()
        asked = {"measures": ["COMMITTED", "FUNDERS"], "groupBy": ["OUTCOME", "EVIDENCE_TIER"]}
        answer = await ask(OWN, slug=small.slug, first=first, input=asked)
        assert "errors" not in answer
        counts.append(len(statements))
    assert counts[0] == counts[1]
    assert sum("keyed as" in each for each in statements) == 1


async def test_when_money_moved_is_for_those_at_the_table(align: Aligned, small: Small) -> None:
    asked = {"measures": ["COMMITTED"], "bucket": "YEAR"}
    assert values(await align(small, member(small, Role.FACILITATOR), **asked)) == {
        "": ["40.00 EUR", "3000.00 USD"]
    }
    community = await align(small, **asked)
    assert community["rows"] == []
    assert "at the table" in " ".join(community["notes"])


async def test_single_awards_by_time_are_their_funders_and_the_anchors(align: Aligned, small: Small) -> None:
    asked = {"measures": ["COMMITTED"], "bucket": "MONTH", "groupBy": ["INVESTMENT"]}
    assert set(values(await align(small, member(small, Role.ANCHOR), **asked))) == {
        "A gift from abroad",
        "Reading grant",
        "Summer money",
    }
    own = await align(small, member(small, Role.FUNDER, "hill"), **asked)
    assert set(values(own)) == {"A gift from abroad", "Reading grant"}
    assert (await align(small, member(small, Role.POLICY), **asked))["rows"] == []


async def test_another_tenants_dollars_are_never_added(
    ask: Ask, align: Aligned, small: Small, private: Small
) -> None:
    """The private partnership holds the very same rows, and shares no cent."""
    answer = await align(small, member(private), measures=["COMMITTED", "INVESTMENTS"])
    assert values(answer) == {"": ["40.00 EUR", "3000.00 USD"]}
    hidden = await ask(QUERY, member(small), slug=private.slug, input={"measures": ["COMMITTED"]})
    assert hidden["data"]["partnership"] is None


@pytest.mark.parametrize(
    "wanted",
    [{"measures": []}, {"measures": ["COMMITTED"], "limit": 0}, {"measures": ["COMMITTED"], "limit": 10_001}],
)
async def test_a_question_out_of_bounds_is_refused_with_its_reason(
    ask: Ask, small: Small, wanted: dict[str, object]
) -> None:
    answer = await ask(QUERY, slug=small.slug, input=wanted)
    assert answer["errors"][0]["extensions"]["code"] == "INVALID"
    assert "must" in answer["errors"][0]["message"] or "at least" in answer["errors"][0]["message"]
