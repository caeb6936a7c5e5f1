"""The explorer's page and what it loads."""

import json
import re
from pathlib import Path

import pytest
from graphql import OperationDefinitionNode, parse, validate
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.testclient import TestClient

from api.explorer import explorer_routes, questions
from api.graphql.schema import schema


@pytest.fixture
def client() -> TestClient:
    async def is_signed_in(request: Request) -> bool:
        return request.headers.get("authorization") == "Bearer good"

    return TestClient(Starlette(routes=explorer_routes(is_signed_in)))


def test_the_page_needs_sign_in(client: TestClient) -> None:
    response = client.get("/explorer")
    assert response.status_code == 401
    assert "Sign in" in response.text


def test_everything_the_page_loads_is_here(client: TestClient) -> None:
    page = client.get("/explorer", headers={"authorization": "Bearer good"})
    addresses = re.findall(r'(?:src|href)="([^"]+)"', page.text)
    assert len(addresses) == 7
    for address in addresses:
        assert address.startswith("/explorer/")
        assert client.get(address).status_code == 200


def test_the_page_lets_nothing_in_from_outside(client: TestClient) -> None:
    page = client.get("/explorer", headers={"authorization": "Bearer good"})
    policy = page.headers["content-security-policy"]
    assert policy.startswith("default-src 'self';")
    assert "http:" not in policy
    assert "unsafe-eval" not in policy
    assert "frame-ancestors 'none'" in policy


def test_the_page_starts_the_explorer_at_this_hosts_graphql(client: TestClient) -> None:
    script = client.get("/explorer/start.js")
    assert 'location.origin + "/graphql"' in script.text
    assert script.headers["content-type"].startswith("text/javascript")


def test_every_written_question_is_a_tab_that_bears_its_name(client: TestClient) -> None:
    written = Path(__file__).resolve().parents[2] / "docs" / "questions"
    names = sorted(path.stem for path in written.glob("*.graphql"))
    assert sorted(questions()) == names
    first = client.get("/explorer/start.js").text.splitlines()[0]
    tabs = json.loads(first.removeprefix("const defaultTabs = ").removesuffix(";"))
    operations = [
        each
        for tab in tabs
        for each in parse(tab["query"]).definitions
        if isinstance(each, OperationDefinitionNode)
    ]
    assert [each.name.value for each in operations if each.name] == [
        "".join(word.capitalize() for word in name.split("-")) for name in names
    ]


@pytest.mark.parametrize("name", questions())
def test_every_written_question_is_valid(name: str) -> None:
    assert validate(schema()._schema, parse(questions()[name])) == []
