"""`query` and `schema`."""

import json
from pathlib import Path

import pytest
from graphql import build_schema

from .conftest import Command

VIEWER = "query Who($slug: String!) { viewer { name roles(partnership: $slug) } }"
RIVERBEND = '{"slug": "riverbend"}'


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "who.graphql"
    path.write_text(VIEWER)
    return path


def test_without_a_token_it_is_the_operator(command: Command, file: Path) -> None:
    done = command("query", str(file), "--variables", RIVERBEND)
    assert done.exit_code == 0
    assert json.loads(done.stdout) == {"data": {"viewer": {"name": "operator", "roles": ["ADMIN"]}}}


def test_with_a_token_it_is_its_bearer(command: Command, file: Path) -> None:
    token = command("token", "create", "--partnership", "riverbend", "--role", "DATA").stdout.strip()
    done = command("query", str(file), "--variables", RIVERBEND, "--token", token)
    assert json.loads(done.stdout)["data"]["viewer"]["roles"] == ["DATA"]


def test_an_answer_with_errors_is_printed_and_exits_1(command: Command, file: Path) -> None:
    done = command("query", str(file), "--variables", RIVERBEND, "--token", "ra_unknown")
    assert done.exit_code == 1
    assert json.loads(done.stdout)["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"


@pytest.mark.parametrize("variables", ["{", "[]", "7"])
def test_variables_that_are_no_object_are_wrong_usage(command: Command, file: Path, variables: str) -> None:
    done = command("query", str(file), "--variables", variables)
    assert (done.exit_code, done.stdout) == (2, "")


def test_a_file_that_cannot_be_read_is_wrong_usage(command: Command, tmp_path: Path) -> None:
    (tmp_path / "latin.graphql").write_bytes(b"{ \xff }")
    for name in ("missing.graphql", ".", "latin.graphql"):
        done = command("query", str(tmp_path / name))
        assert (done.exit_code, done.stdout) == (2, "")
        assert len(done.stderr.strip().splitlines()) == 1


def test_the_schema_is_printed_as_sdl(command: Command) -> None:
    done = command("schema")
    assert done.exit_code == 0
    assert "Query" in build_schema(done.stdout).type_map
