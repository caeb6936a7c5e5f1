"""Recording organizations, finding duplicates and making them one. What a merger must conserve is read before it."""

from typing import Any
from uuid import uuid4

import pytest

from allocation.ledger import audit
from models.base import new_id
from models.database import Database, Scope
from models.organizations import OrganizationIdentifier
from models.people import Role

from .conftest import Answered, Ask, member
from .small import Small

RECORD = """mutation($input: RecordOrganizationInput!) { recordOrganization(input: $input) {
  organization { id name sector isPublic identifiers { scheme value preferred } }
  userErrors { field code message } replayed } }"""
MERGE = """mutation($input: MergeOrganizationsInput!) { mergeOrganizations(input: $input) {
  organization { id name identifiers { scheme value preferred } } userErrors { field code message } replayed } }"""
MATCHES = """query($slug: String!, $least: Decimal!) { partnership(slug: $slug) {
  organizationMatches(minimumScore: $least) { first { name } second { name } score because } } }"""
GIVERS = """query($slug: String!) { partnership(slug: $slug) { funders { nodes { id kind organization { name }
  totals { committed { amount currency } received { amount } spent { amount } } investments { totalCount } } } } }"""
PAID = """query($id: ID!) { node(id: $id) { ... on Investment { recipient { name }
  transactions { nodes { from { name } to { name } } } } } }"""
AWARD = """mutation($input: RecordInvestmentInput!) { recordInvestment(input: $input) {
  investment { id } userErrors { field code } } }"""
EVENTS = """query($slug: String!) { partnership(slug: $slug) { auditEvents(since: "2020-01-01T00:00:00Z", first: 1000) {
  nodes { action by node { id } } } } }"""


async def _record(ask: Ask, small: Small, name: str, role: Role = Role.ANCHOR, **more: Any) -> Answered:
    asked = {
        "partnership": f"Partnership:{small.partnership.id}",
        "idempotencyKey": str(uuid4()),
        "name": name,
    }
    answer = await ask(RECORD, member(small, role), input=asked | more)
    found: Answered = answer["data"]["recordOrganization"]
    return found


async def _merge(ask: Ask, small: Small, stays: str, *goes: str, key: str = "") -> Answered:
    asked = {"organization": stays, "duplicates": goes, "idempotencyKey": key or str(uuid4())}
    answer = await ask(MERGE, member(small, Role.ANCHOR), input=asked)
    found: Answered = answer["data"]["mergeOrganizations"]
    return found


def faults(payload: Answered) -> dict[str, str]:
    return {".".join(each["field"]): each["code"] for each in payload["userErrors"]}


@pytest.fixture
async def planted(ask: Ask, small: Small) -> str:
    """A second Hill Foundation, with an award of 300.00 of its own that it pays the school."""
    made = await _record(ask, small, "The HILL Fdn, Inc.", identifier="US-DUNS-77", funderKind="FOUNDATION")
    duplicate: str = made["organization"]["id"]
    award = {
        "partnership": f"Partnership:{small.partnership.id}",
        "idempotencyKey": "planted",
        "title": "Planted",
        "funder": duplicate,
        "recipient": small.global_id("Organization", "school"),
        "committed": {"amount": "300.00", "currency": "USD"},
    }
    answer = await ask(AWARD, member(small, Role.ANCHOR), input=award)
    assert answer["data"]["recordInvestment"]["userErrors"] == []
    return duplicate


def summed(answer: Answered) -> dict[str, float]:
    """What all funders have committed, a currency at a time."""
    found: dict[str, float] = {}
    for each in answer["data"]["partnership"]["funders"]["nodes"]:
        for money in each["totals"]["committed"]:
            found[money["currency"]] = found.get(money["currency"], 0) + float(money["amount"])
    return found


async def test_an_organization_is_recorded_with_its_identifier(ask: Ask, small: Small) -> None:
    made = await _record(
        ask, small, " Harbor Clinic ", identifier="US-EIN-123", sector="BUSINESS", isPublic=True
    )
    assert made["userErrors"] == []
    assert made["organization"] | {"id": ""} == {
        "id": "",
        "name": "Harbor Clinic",
        "sector": "BUSINESS",
        "isPublic": True,
        "identifiers": [{"scheme": "US-EIN", "value": "123", "preferred": True}],
    }


async def test_an_identifier_is_one_organizations_alone(ask: Ask, small: Small) -> None:
    made = await _record(ask, small, "Another", identifier=f"US-EIN-{small.slug}")
    assert faults(made) == {"identifier": "DUPLICATE"}
    assert faults(await _record(ask, small, "  ", identifier=" ")) == {
        "name": "INVALID",
        "identifier": "INVALID",
    }


@pytest.mark.parametrize("role", [Role.FUNDER, Role.POLICY, Role.FACILITATOR, Role.COMMUNITY])
async def test_others_do_not_record_organizations(ask: Ask, small: Small, role: Role) -> None:
    assert faults(await _record(ask, small, "Mine", role)) == {"partnership": "FORBIDDEN"}


async def test_a_planted_duplicate_is_found_with_its_reason(ask: Ask, small: Small, planted: str) -> None:
    answer = await ask(MATCHES, member(small, Role.DATA), slug=small.slug, least="0.9")
    (match,) = answer["data"]["partnership"]["organizationMatches"]
    assert {match["first"]["name"], match["second"]["name"]} == {"Hill Foundation", "The HILL Fdn, Inc."}
    assert match["score"] == "0.98"
    assert match["because"] == ["the same name but for case, punctuation, order, legal form or abbreviation"]


async def test_a_score_lies_within_bounds_and_others_do_not_see_matches(ask: Ask, small: Small) -> None:
    wrong = await ask(MATCHES, member(small), slug=small.slug, least="7")
    assert wrong["errors"][0]["extensions"]["code"] == "INVALID"
    refused = await ask(MATCHES, member(small, Role.FUNDER, "hill"), slug=small.slug, least="0.9")
    assert refused["errors"][0]["extensions"]["code"] == "FORBIDDEN"


async def test_a_merger_conserves_dollars_and_keeps_identifiers(
    ask: Ask, small: Small, planted: str, database: Database
) -> None:
    before = await ask(GIVERS, member(small), slug=small.slug)
    merged = await _merge(ask, small, small.global_id("Organization", "hill"), planted)
    assert merged["userErrors"] == []
    assert merged["organization"]["name"] == "Hill Foundation"
    assert {(each["scheme"], each["preferred"]) for each in merged["organization"]["identifiers"]} == {
        ("US-EIN", True),
        ("US-DUNS", False),
    }
    after = await ask(GIVERS, member(small), slug=small.slug)
    assert summed(after) == summed(before)
    assert len(after["data"]["partnership"]["funders"]["nodes"]) == 2
    hill = next(
        each
        for each in after["data"]["partnership"]["funders"]["nodes"]
        if each["organization"]["name"] == "Hill Foundation"
    )
    assert hill["investments"]["totalCount"] == 3  # two of its own and the planted one
    async with database.session(Scope.of(small.partnership.id)) as session:
        assert not await audit(session)


async def test_what_the_ledger_names_for_ever_is_told_by_the_one_that_stays(
    ask: Ask, small: Small, planted: str
) -> None:
    query = """query($slug: String!) { partnership(slug: $slug) { investments(filter: {search: "Planted"}) {
      nodes { id } } } }"""
    found = await ask(query, member(small), slug=small.slug)
    award = found["data"]["partnership"]["investments"]["nodes"][0]["id"]
    await _merge(ask, small, small.global_id("Organization", "hill"), planted)
    paid = (await ask(PAID, member(small), id=award))["data"]["node"]
    assert paid["transactions"]["nodes"] == [
        {"from": {"name": "Hill Foundation"}, "to": {"name": "River School"}}
    ]
    gone = await ask("query($id: ID!) { node(id: $id) { id } }", member(small), id=planted)
    assert gone["data"]["node"] is None


async def test_a_merger_leaves_a_trail_and_its_id_leads_to_the_one_that_stays(
    ask: Ask, small: Small, planted: str
) -> None:
    hill = small.global_id("Organization", "hill")
    await _merge(ask, small, hill, planted)
    events = (await ask(EVENTS, member(small), slug=small.slug))["data"]["partnership"]["auditEvents"][
        "nodes"
    ]
    told = [each["action"] for each in events if each["by"] == "token:anchor"]
    assert {"created organization", "changed organization", "removed funder", "changed investment"} <= set(
        told
    )
    again = await _merge(ask, small, hill, planted)
    assert faults(again) == {"duplicates.0": "INVALID"}  # it is the one that stays


async def test_a_chain_of_mergers_ends_at_the_last(ask: Ask, small: Small, planted: str) -> None:
    hill, school = small.global_id("Organization", "hill"), small.global_id("Organization", "school")
    await _merge(ask, small, hill, planted)
    assert (await _merge(ask, small, school, hill))["userErrors"] == []
    award = {
        "partnership": f"Partnership:{small.partnership.id}",
        "idempotencyKey": "chain",
        "title": "Chain",
        "funder": planted,
        "committed": {"amount": "1.00", "currency": "USD"},
    }
    query = AWARD.replace("investment { id }", "investment { funder { organization { name } } }")
    made = (await ask(query, member(small, Role.ANCHOR), input=award))["data"]["recordInvestment"]
    assert made["investment"] == {"funder": {"organization": {"name": "River School"}}}


async def test_nothing_is_merged_across_partnerships_nor_with_itself(
    ask: Ask, small: Small, private: Small
) -> None:
    hill, foreign = small.global_id("Organization", "hill"), private.global_id("Organization", "hill")
    assert faults(await _merge(ask, small, hill, foreign)) == {"duplicates.0": "NOT_FOUND"}
    assert faults(await _merge(ask, small, foreign, hill)) == {"organization": "NOT_FOUND"}
    assert faults(await _merge(ask, small, hill, hill)) == {"duplicates.0": "INVALID"}
    assert faults(await _merge(ask, small, hill)) == {"duplicates": "INVALID"}


async def test_the_same_key_merges_once(ask: Ask, small: Small, planted: str) -> None:
    hill = small.global_id("Organization", "hill")
    first, again = [await _merge(ask, small, hill, planted, key="once") for _ in range(2)]
    assert (first["replayed"], again["replayed"]) == (False, True)


async def test_an_import_that_names_what_was_merged_finds_the_one_that_stays(
    ask: Ask, small: Small, planted: str, database: Database
) -> None:
    from api.exchange.store.names import Names

    await _merge(ask, small, small.global_id("Organization", "hill"), planted)
    async with database.session(Scope.of(small.partnership.id)) as session:
        names = await Names.read(session, small.partnership.id)
    assert names.organizations.find("The HILL Fdn, Inc.") == small.id("hill")
    assert names.organizations.find("US-DUNS-77") == small.id("hill")


async def test_an_identifier_in_another_writing_is_a_sure_match(
    ask: Ask, small: Small, database: Database
) -> None:
    async with database.session(Scope.of(small.partnership.id)) as session:
        for key, scheme, value in (("school", "US-EIN", "98-7654321"), ("state", "", "987654321")):
            session.add(
                OrganizationIdentifier(
                    partnership_id=small.partnership.id,
                    id=new_id(),
                    organization_id=small.id(key),
                    scheme=scheme,
                    value=value,
                    preferred=True,
                )
            )
    answer = await ask(MATCHES, member(small), slug=small.slug, least="1")
    (match,) = answer["data"]["partnership"]["organizationMatches"]
    assert {match["first"]["name"], match["second"]["name"]} == {"River School", "State of Example"}
