"""What funders take out, what data managers bring in, and what changed: docs/questions asked of Riverbend.

Every expected figure is summed or counted here from the demo's CSV files and from what each test itself has done.
"""

import asyncio
import json
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from lxml import etree
from sqlalchemy import text

from api.demo.riverbend import SLUG, load_riverbend
from api.exporting import make_export
from api.graphql.door.operations import Call
from api.graphql.door.requests import Request
from api.graphql.schema import build_for_operator
from migrations.upgrade import upgrade
from models.database import Database, Logins, Scope
from tests.conftest import scratch_database
from tests.riverbend_files import awards, rows

QUESTIONS = Path(__file__).resolve().parents[2] / "docs" / "questions"
FUNDER = "Greater River Foundation"
Answer = dict[str, Any]  # a GraphQL object
Ask = Callable[..., Awaitable[Answer]]


@pytest.fixture(scope="module")
def riverbend_logins(server_url: str) -> Iterator[Logins]:
    """A database of its own, since these questions change it."""
    with scratch_database(server_url) as logins:
        asyncio.run(upgrade(logins))
        yield logins


@pytest.fixture(scope="module")
async def riverbend(riverbend_logins: Logins) -> AsyncGenerator[Database]:
    """Riverbend, loaded once for this file."""
    database = Database(riverbend_logins)
    await load_riverbend(database)
    yield database
    await database.close()


@pytest.fixture
def run(riverbend: Database) -> Ask:
    """run(query, **variables) -> the data of the answer, as the operator."""

    async def asked(query: str, **variables: object) -> Answer:
        answer = json.loads(
            (await build_for_operator(riverbend).run(Request(query, variables=variables), Call())).body()
        )
        assert "errors" not in answer, answer
        found: Answer = answer["data"]
        return found

    return asked


@pytest.fixture
async def home(run: Ask) -> Answer:
    """The partnership's id, and its funders' by name."""
    query = """query($slug: String!) { partnership(slug: $slug) {
      id funders(first: 100) { nodes { id organization { id name } } } } }"""
    found = (await run(query, slug=SLUG))["partnership"]
    givers = {each["organization"]["name"]: each for each in found["funders"]["nodes"]}
    return {"id": found["id"], "givers": givers}


def question(name: str) -> str:
    return (QUESTIONS / f"{name}.graphql").read_text("utf-8")


def now() -> str:
    return datetime.now(UTC).isoformat()


async def test_a_funder_takes_its_awards_out_in_both_standards(
    run: Ask, home: Answer, riverbend: Database
) -> None:
    asked = await run(
        question("funder-export"),
        partnership=home["id"],
        funder=home["givers"][FUNDER]["id"],
        key=str(uuid4()),
        otherKey=str(uuid4()),
    )
    files = {}
    for name, payload in asked.items():
        assert (payload["userErrors"], payload["export"]["status"]) == ([], "QUEUED")
        p, id_ = map(UUID, payload["export"]["id"].split(":")[1:])
        await make_export(riverbend, p, id_)
        async with riverbend.session(Scope.of(p)) as session:
            found = await session.execute(text("select content from export where id = :id"), {"id": id_})
            files[name] = found.scalar_one()
        look = "query($id: ID!) { node(id: $id) { ... on Export { status downloadUrl } } }"
        assert (await run(look, id=payload["export"]["id"]))["node"] == {
            "status": "READY",
            "downloadUrl": f"/exports/{payload['export']['id']}",
        }
    mine = [Decimal(row["Amount"]) for row in awards().values() if row["Funder"] == FUNDER]
    grants = json.loads(files["threeSixtyGiving"])["grants"]
    assert len(grants) == len(mine)
    assert sum(Decimal(str(each["amountAwarded"])) for each in grants) == sum(mine)
    transactions = etree.fromstring(files["iati"]).iterfind("iati-activity/transaction")
    promised = [
        Decimal(each.findtext("value") or "0")
        for each in transactions
        if each.find("transaction-type[@code='11']") is not None
    ]
    assert sum(promised) == sum(mine)


async def test_a_preview_tells_each_row_and_the_organizations_stay(run: Ask, home: Answer) -> None:
    known = rows("organizations")[0]
    content = (
        "identifier,name,sector,is_public,funder_kind\n"
        f"{','.join(known.values())}\n"
        f"{known['identifier']},Greater River Fund,PHILANTHROPIC,false,FOUNDATION\n"
        "XX-RIVERBEND-99,New Harbor,BUSINESS,false,\n"
        "XX-RIVERBEND-98,Odd,SPORT,false,\n"
    )
    made = await run(
        question("data-preview"),
        partnership=home["id"],
        key=str(uuid4()),
        format="organizations",
        file="organizations.csv",
        content=content,
    )
    told = made["previewImport"]
    assert told["userErrors"] == []
    assert [
        (each["row"], each["action"]) for each in told["import"]["rows"] if each["action"] != "REJECTED"
    ] == [
        (2, "UNCHANGED"),
        (3, "UPDATED"),
        (4, "CREATED"),
    ]
    (refused,) = [each for each in told["import"]["rows"] if each["action"] == "REJECTED"]
    assert (refused["row"], refused["field"], refused["value"]) == (5, "sector", "SPORT")
    counted = await run(
        "query($slug: String!) { partnership(slug: $slug) { organizations { totalCount } } }", slug=SLUG
    )
    assert counted["partnership"]["organizations"]["totalCount"] == len(rows("organizations"))


async def test_what_changed_since_a_moment_holds_changes_and_looks(run: Ask, home: Answer) -> None:
    since = now()
    nothing = await run(question("data-changes"), slug=SLUG, since=since)
    assert nothing["partnership"]["auditEvents"]["nodes"] == []
    record = """mutation($input: RecordOrganizationInput!) { recordOrganization(input: $input) {
      organization { id } userErrors { message } } }"""
    made = await run(
        record, input={"partnership": home["id"], "idempotencyKey": str(uuid4()), "name": "Tannery Trust"}
    )
    look = """query($slug: String!) { partnership(slug: $slug) { measurements(first: 1) { nodes {
      id recordings { version } } } } }"""
    seen = (await run(look, slug=SLUG))["partnership"]["measurements"]["nodes"][0]
    events = (await run(question("data-changes"), slug=SLUG, since=since))["partnership"]["auditEvents"]
    told = [(each["action"], each["by"], each["node"] and each["node"]["id"]) for each in events["nodes"]]
    assert ("created organization", "operator", made["recordOrganization"]["organization"]["id"]) in told
    assert ("looked behind a release", "operator", seen["id"]) in told


async def test_planted_duplicates_are_found_and_a_merger_conserves_every_funders_dollars(
    run: Ask, home: Answer
) -> None:
    ask = {"slug": SLUG, "least": "0.9"}
    assert (await run(question("data-duplicates"), **ask))["partnership"]["organizationMatches"] == []
    record = """mutation($input: RecordOrganizationInput!) { recordOrganization(input: $input) {
      organization { id } userErrors { message } } }"""
    planted = {"partnership": home["id"], "idempotencyKey": str(uuid4()), "name": "Greater River Fdn., Inc."}
    duplicate = (await run(record, input=planted | {"funderKind": "FOUNDATION"}))["recordOrganization"]
    (match,) = (await run(question("data-duplicates"), **ask))["partnership"]["organizationMatches"]
    assert {match["first"]["name"], match["second"]["name"]} == {FUNDER, "Greater River Fdn., Inc."}
    assert match["score"] == "0.98"
    merge = """mutation($input: MergeOrganizationsInput!) { mergeOrganizations(input: $input) {
      organization { name } userErrors { message } } }"""
    pair = {
        "organization": home["givers"][FUNDER]["organization"]["id"],
        "duplicates": [duplicate["organization"]["id"]],
        "idempotencyKey": str(uuid4()),
    }
    assert (await run(merge, input=pair))["mergeOrganizations"]["userErrors"] == []
    assert (await run(question("data-duplicates"), **ask))["partnership"]["organizationMatches"] == []
    query = """query($slug: String!) { partnership(slug: $slug) { funders(first: 100) { nodes {
      organization { name } totals { committed { amount currency } } } } } }"""
    found = {
        each["organization"]["name"]: sum(Decimal(money["amount"]) for money in each["totals"]["committed"])
        for each in (await run(query, slug=SLUG))["partnership"]["funders"]["nodes"]
    }
    expected: dict[str, Decimal] = {}
    for row in awards().values():
        expected[row["Funder"]] = expected.get(row["Funder"], Decimal(0)) + Decimal(row["Amount"])
    assert {name: amount for name, amount in found.items() if amount} == expected
