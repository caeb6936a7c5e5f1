"""Files that are asked for through the API: who may, what is in them, and who gets them.

The small partnership's awards: Hill's 1,000.00 USD and 40.00 EUR, the state's 2,000.00 USD.
"""

import json
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import httpx2
import pytest
from sqlalchemy import text

from api.app import create_app
from api.exporting import make_export
from models.database import Database, Scope
from models.people import Role

from .conftest import Answered, Ask, member
from .small import Small

REQUEST = """mutation($input: RequestExportInput!) { requestExport(input: $input) {
  export { id format status progress downloadUrl expiresAt findings { code } }
  userErrors { field code message } replayed } }"""
LOOK = """query($id: ID!) { node(id: $id) { ... on Export {
  status progress downloadUrl expiresAt findings { severity code count } } } }"""


async def request(ask: Ask, small: Small, caller: Any = None, **more: Any) -> Answered:
    """The payload."""
    asked = {
        "partnership": f"Partnership:{small.partnership.id}",
        "idempotencyKey": str(uuid4()),
        "format": "THREESIXTY_JSON",
    }
    answer = await ask(REQUEST, caller or member(small, Role.ANCHOR), input=asked | more)
    found: Answered = answer["data"]["requestExport"]
    return found


async def made(database: Database, small: Small, payload: Answered) -> bytes:
    """What the worker makes of it."""
    id_ = UUID(payload["export"]["id"].rpartition(":")[2])
    await make_export(database, small.partnership.id, id_)
    async with database.session(Scope.of(small.partnership.id)) as session:
        row = (await session.execute(text("select content from export where id = :id"), {"id": id_})).one()
    content: bytes = row.content
    return content


def faults(payload: Answered) -> dict[str, str]:
    return {".".join(each["field"]): each["code"] for each in payload["userErrors"]}


async def test_a_file_is_queued_made_and_found(ask: Ask, small: Small, database: Database) -> None:
    asked = await request(ask, small)
    assert asked["userErrors"] == []
    assert (asked["export"]["status"], asked["export"]["downloadUrl"]) == ("QUEUED", None)
    content = await made(database, small, asked)
    found = (await ask(LOOK, member(small, Role.ANCHOR), id=asked["export"]["id"]))["data"]["node"]
    assert (found["status"], found["progress"]) == ("READY", 1.0)
    assert found["downloadUrl"] == f"/exports/{asked['export']['id']}"
    assert found["expiresAt"] > datetime.now(UTC).isoformat()
    told = sorted((each["currency"], each["amountAwarded"]) for each in json.loads(content)["grants"])
    left_out = sum(each["count"] for each in found["findings"] if each["code"] == "no-recipient")
    assert len(told) + left_out == 3


async def test_one_funders_file_holds_its_awards_alone(ask: Ask, small: Small, database: Database) -> None:
    for funder in (small.global_id("Funder", "state-funder"), small.global_id("Organization", "state")):
        asked = await request(ask, small, format="CSV", funder=funder)
        content = (await made(database, small, asked)).decode("utf-8")
        rows = content.splitlines()[1:]
        assert len(rows) == 1
        assert "2000.00" in rows[0]


async def test_a_funder_sees_the_payments_of_its_own_awards_alone(
    ask: Ask, small: Small, database: Database
) -> None:
    record = """mutation($input: RecordTransactionInput!) { recordTransaction(input: $input) {
      userErrors { message } } }"""
    payment = {
        "investment": small.global_id("Investment", "award"),
        "idempotencyKey": str(uuid4()),
        "kind": "DISBURSEMENT",
        "occurredOn": "2026-11-02",
        "amount": {"amount": "7.00", "currency": "USD"},
    }
    answer = await ask(record, member(small, Role.ANCHOR), input=payment)
    assert answer["data"]["recordTransaction"]["userErrors"] == []
    for organization, is_there in (("hill", True), ("state", False)):
        asked = await request(ask, small, member(small, Role.FUNDER, organization), format="IATI")
        content = await made(database, small, asked)
        assert (b">7.00</value>" in content) is is_there


async def test_nobody_else_sees_an_export(ask: Ask, small: Small) -> None:
    asked = await request(ask, small)
    for caller in (member(small, Role.ADMIN), member(small, Role.FUNDER, "hill")):
        answer = await ask(LOOK, caller, id=asked["export"]["id"])
        assert answer["data"]["node"] is None


async def test_the_community_asks_for_none(ask: Ask, small: Small) -> None:
    assert faults(await request(ask, small, member(small, Role.COMMUNITY))) == {"partnership": "FORBIDDEN"}


async def test_a_funder_that_is_not_there_is_told(ask: Ask, small: Small, private: Small) -> None:
    foreign = private.global_id("Funder", "hill-funder")
    assert faults(await request(ask, small, funder=foreign)) == {"funder": "NOT_FOUND"}
    school = small.global_id("Organization", "school")
    assert faults(await request(ask, small, funder=school)) == {"funder": "INVALID"}


async def test_the_same_key_asks_once(ask: Ask, small: Small) -> None:
    first, again = [await request(ask, small, idempotencyKey="e") for _ in range(2)]
    assert (again["replayed"], again["export"]["id"]) == (True, first["export"]["id"])


async def test_a_file_goes_to_its_asker_and_expires(ask: Ask, small: Small, database: Database) -> None:
    headers = {name: {"Authorization": f"Bearer {token}"} for name, token in small.tokens.items()}
    transport = httpx2.ASGITransport(create_app(database))
    async with httpx2.AsyncClient(transport=transport, base_url="http://site.test") as client:
        mine, other = list(headers)[:2]
        body = {
            "query": REQUEST,
            "variables": {
                "input": {
                    "partnership": f"Partnership:{small.partnership.id}",
                    "idempotencyKey": "http",
                    "format": "CSV",
                }
            },
        }
        answer = (await client.post("/graphql", json=body, headers=headers[mine])).json()
        payload = answer["data"]["requestExport"]
        assert payload["userErrors"] == []
        address = f"/exports/{payload['export']['id']}"
        assert (await client.get(address, headers=headers[mine])).status_code == 404  # not made yet
        content = await made(database, small, payload)
        got = await client.get(address, headers=headers[mine])
        assert (got.status_code, got.content) == (200, content)
        assert got.headers["content-disposition"] == f'attachment; filename="{small.slug}-csv.csv"'
        assert got.headers["x-content-type-options"] == "nosniff"
        assert got.headers["cache-control"] == "no-store"
        assert (await client.get(address, headers=headers[other])).status_code == 404
        assert (await client.get(address)).status_code == 404
        wrong = {"Authorization": "Bearer nothing"}
        assert (await client.get(address, headers=wrong)).status_code == 401
        assert (await client.get("/exports/Export:x", headers=headers[mine])).status_code == 404
        async with database.session(Scope.of(small.partnership.id)) as session:
            await session.execute(text("update export set expires_at = now() - interval '1 second'"))
        assert (await client.get(address, headers=headers[mine])).status_code == 404
        body["variables"]["input"]["idempotencyKey"] = "again"  # type: ignore[index]  # JSON
        await client.post("/graphql", json=body, headers=headers[mine])
    async with database.session(Scope.of(small.partnership.id)) as session:
        rows = await session.execute(text("select status, content from export order by requested_at"))
        assert next((row.status, row.content) for row in rows) == ("EXPIRED", None)


@pytest.mark.parametrize("form", ["THREESIXTY_JSON", "THREESIXTY_CSV", "IATI", "CSV"])
async def test_every_format_is_made(ask: Ask, small: Small, database: Database, form: str) -> None:
    assert await made(database, small, await request(ask, small, format=form))
