"""Recording awards through the API. Expected figures are what each test itself has sent."""

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import uuid4

import pytest

from allocation.ledger import audit
from models.database import Database, Scope
from models.people import Role

from .conftest import Answered, Ask, member
from .small import Small

RECORD = """mutation($input: RecordInvestmentInput!) { recordInvestment(input: $input) {
  investment { id version title use committed { amount currency } awardedOn awardedOnPrecision endsOn
    funder { id organization { name } } recipient { name } fiscalAgent { name } fundedFrom { title }
    renewalProbability renewal { dueOn probability ownerName } match { ratio required { amount } }
    instalments { fiscalYear amount { amount } conditional }
    totals { committed { amount } received { amount } }
    transactions { nodes { kind amount { amount } from { name } to { name } occurredOn recordedBy } }
    restrictions { outcomes { name } practices { name } populations { value } areas { name } amount { amount }
      until fiscalYears use minimumTier lobbyingAllowed note } }
  userErrors { field code message } replayed } }"""
UPDATE = """mutation($input: UpdateInvestmentInput!) { updateInvestment(input: $input) {
  investment { version title description endsOn renewalProbability committed { amount }
    restrictions { practices { name } use } }
  userErrors { field code message } replayed } }"""
Change = Callable[..., Awaitable[Answered]]


def usd(amount: str) -> dict[str, str]:
    return {"amount": amount, "currency": "USD"}


@pytest.fixture
def record(ask: Ask, small: Small) -> Change:
    """record(**input) -> the payload, as the anchor."""

    async def recorded(role: Role = Role.ANCHOR, **more: Any) -> Answered:
        asked = {
            "partnership": f"Partnership:{small.partnership.id}",
            "idempotencyKey": str(uuid4()),
            "title": "Reading camps",
            "funder": small.global_id("Funder", "hill-funder"),
            "committed": usd("2500.50"),
            **more,
        }
        answer = await ask(RECORD, member(small, role), input=asked)
        found: Answered = answer["data"]["recordInvestment"]
        return found

    return recorded


@pytest.fixture
def update(ask: Ask, small: Small) -> Change:
    """update(version, **input) -> the payload, as the anchor."""

    async def updated(version: int, **more: Any) -> Answered:
        asked = {
            "investment": small.global_id("Investment", "award"),
            "idempotencyKey": str(uuid4()),
            "version": version,
            **more,
        }
        answer = await ask(UPDATE, member(small, Role.ANCHOR), input=asked)
        found: Answered = answer["data"]["updateInvestment"]
        return found

    return updated


def faults(payload: Answered) -> dict[str, str]:
    """Path -> code."""
    return {".".join(each["field"]): each["code"] for each in payload["userErrors"]}


async def test_an_award_is_promised_on_the_books_on_its_day(
    record: Change, small: Small, database: Database
) -> None:
    made = await record(awardedOn="2026-03-02", recipient=small.global_id("Organization", "school"))
    assert made["userErrors"] == []
    award = made["investment"]
    assert award["committed"] == usd("2500.50")
    assert award["totals"] == {"committed": [{"amount": "2500.50"}], "received": [{"amount": "0.00"}]}
    (promise,) = award["transactions"]["nodes"]
    assert promise == {
        "kind": "COMMITMENT",
        "amount": {"amount": "2500.50"},
        "from": {"name": "Hill Foundation"},
        "to": {"name": "River School"},
        "occurredOn": "2026-03-02",
        "recordedBy": "token:anchor",
    }
    assert award["awardedOnPrecision"] == "DAY"
    async with database.session(Scope.of(small.partnership.id)) as session:
        assert not await audit(session)


async def test_everything_that_is_agreed_comes_back(record: Change, small: Small) -> None:
    rule = {
        "areas": [small.global_id("Area", "city")],
        "amount": usd("1000.00"),
        "until": "2027-06-30",
        "outcomes": [small.global_id("Outcome", "reading")],
        "practices": [small.global_id("Practice", "tutoring"), small.global_id("Practice", "tutoring")],
        "populations": [small.global_id("PopulationGroup", "black")],
        "fiscalYears": [2027],
        "use": "PRACTICE",
        "minimumTier": "PROMISING",
        "lobbyingAllowed": False,
        "note": "As the letter says",
    }
    made = await record(
        use="PRACTICE",
        endsOn="2027-06-30",
        restrictions=[rule],
        fiscalAgent=small.global_id("Organization", "anchor"),
        fundedFrom=[small.global_id("Investment", "award")],
        renewal={"dueOn": "2027-01-15", "probability": "0.5", "ownerName": "Director"},
        match={"ratio": "1", "required": usd("500.00"), "inKindCounts": True},
        instalments=[{"fiscalYear": 2027, "amount": "2500.50", "conditional": True}],
        renewalProbability="0.25",
    )
    assert made["userErrors"] == []
    award = made["investment"]
    assert award["restrictions"] == [
        {
            "outcomes": [{"name": "Reading"}],
            "practices": [{"name": "Tutoring"}],
            "populations": [{"value": "Black"}],
            "areas": [{"name": "City"}],
            "amount": {"amount": "1000.00"},
            "until": "2027-06-30",
            "fiscalYears": [2027],
            "use": "PRACTICE",
            "minimumTier": "PROMISING",
            "lobbyingAllowed": False,
            "note": "As the letter says",
        }
    ]
    assert award["fiscalAgent"] == {"name": "United Fund"}
    assert len(award["fundedFrom"]) == 1
    assert award["renewal"] == {"dueOn": "2027-01-15", "probability": "0.5", "ownerName": "Director"}
    assert award["match"]["required"] == {"amount": "500.00"}
    assert award["instalments"] == [
        {"fiscalYear": 2027, "amount": {"amount": "2500.50"}, "conditional": True}
    ]
    assert award["renewalProbability"] == "0.25"


async def test_an_organization_that_gives_becomes_a_funder_once(record: Change, small: Small) -> None:
    giver = small.global_id("Organization", "school")
    first, second = [await record(funder=giver) for _ in range(2)]
    assert first["investment"]["funder"]["organization"] == {"name": "River School"}
    assert first["investment"]["funder"]["id"] == second["investment"]["funder"]["id"]
    assert first["investment"]["id"] != second["investment"]["id"]


async def test_the_same_key_records_once(record: Change) -> None:
    first, again = [await record(idempotencyKey="once") for _ in range(2)]
    assert (first["replayed"], again["replayed"]) == (False, True)
    assert again["investment"]["id"] == first["investment"]["id"]
    other = await record(idempotencyKey="once", title="Another")
    assert faults(other) == {"idempotencyKey": "DUPLICATE"}


async def test_every_fault_is_told_at_its_field_and_nothing_is_written(
    record: Change, small: Small, ask: Ask
) -> None:
    count = "query($slug: String!) { partnership(slug: $slug) { investments { totalCount } } }"
    before = await ask(count, member(small), slug=small.slug)
    made = await record(
        title=" ",
        committed={"amount": "0", "currency": "usd"},
        funder=small.global_id("Funder", "nobody"),
        recipient="Organization:x",
        awardedOn="1800-01-01",
        startsOn="2026-02-01",
        endsOn="2026-01-01",
        renewalProbability="1.5",
        fundedFrom=[small.global_id("Investment", "nothing")],
        restrictions=[{"practices": [small.global_id("Practice", "none")], "fiscalYears": [1066]}],
        instalments=[{"fiscalYear": 2027, "amount": "0"}],
        policyPlan=small.global_id("Practice", "tutoring"),
    )
    assert made["investment"] is None
    assert faults(made) == {
        "title": "INVALID",
        "committed.amount": "INVALID",
        "committed.currency": "INVALID",
        "funder": "NOT_FOUND",
        "recipient": "NOT_FOUND",
        "awardedOn": "INVALID",
        "endsOn": "INVALID",
        "renewalProbability": "INVALID",
        "fundedFrom.0": "NOT_FOUND",
        "restrictions.0.practices.0": "NOT_FOUND",
        "restrictions.0.fiscalYears.0": "INVALID",
        "instalments.0.amount": "INVALID",
        "policyPlan": "NOT_FOUND",
    }
    assert await ask(count, member(small), slug=small.slug) == before


@pytest.mark.parametrize("role", [Role.FUNDER, Role.DATA, Role.POLICY, Role.FACILITATOR, Role.COMMUNITY])
async def test_only_the_anchor_records_awards(record: Change, role: Role) -> None:
    assert faults(await record(role)) == {"partnership": "FORBIDDEN"}


async def test_what_pays_an_award_is_in_its_currency(record: Change, small: Small) -> None:
    made = await record(
        committed={"amount": "10.00", "currency": "EUR"}, fundedFrom=[small.global_id("Investment", "award")]
    )
    assert faults(made) == {"fundedFrom.0": "INVALID"}


async def test_what_is_sent_changes_and_the_rest_stays(update: Change, small: Small) -> None:
    made = await update(1, title="Renamed", restrictions=[{"use": "PRACTICE"}])
    assert made["userErrors"] == []
    award = made["investment"]
    assert (award["version"], award["title"]) == (2, "Renamed")
    assert award["committed"] == {"amount": "1000.00"}
    assert award["restrictions"] == [{"practices": [], "use": "PRACTICE"}]
    emptied = await update(2, restrictions=[])
    assert (emptied["investment"]["restrictions"], emptied["investment"]["title"]) == ([], "Renamed")


async def test_an_award_that_was_changed_meanwhile_is_stale(update: Change) -> None:
    await update(1, description="First")
    late = await update(1, description="Second")
    assert (late["investment"], faults(late)) == (None, {"version": "STALE"})


async def test_a_change_of_nothing_keeps_the_version(update: Change) -> None:
    assert (await update(1))["investment"]["version"] == 1


async def test_an_end_before_the_start_that_is_known_is_refused(update: Change) -> None:
    assert faults(await update(1, startsOn="2026-05-01", endsOn="2026-04-30")) == {"endsOn": "INVALID"}


async def test_an_award_of_another_partnership_is_not_there(ask: Ask, small: Small, private: Small) -> None:
    asked = {"investment": private.global_id("Investment", "award"), "idempotencyKey": "x", "version": 1}
    answer = await ask(UPDATE, member(small, Role.ANCHOR), input=asked)
    assert faults(answer["data"]["updateInvestment"]) == {"investment": "NOT_FOUND"}
