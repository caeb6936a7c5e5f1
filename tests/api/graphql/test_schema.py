"""The schema as it is committed, and how its rows are read."""

from pathlib import Path

from graphql import build_schema, validate_schema

import api.graphql
from api.graphql.door.operations import core_schema
from api.graphql.schema import PLANS, print_schema, schema

ROOM = Path(api.graphql.__file__).parent


def test_the_committed_schema_is_current() -> None:
    """`alignment schema > api/graphql/schema.graphql` writes it anew."""
    assert (ROOM / "schema.graphql").read_text() == print_schema()


def test_the_schema_is_valid_by_the_specification() -> None:
    assert validate_schema(build_schema(print_schema())) == []


def test_every_field_of_a_row_has_a_source_and_is_null_only_where_it_may_be() -> None:
    PLANS.check(core_schema(schema()))


def test_nothing_here_reads_what_lies_behind_a_release() -> None:
    """Only what a disclosed release shows may leave: the raw room is not named anywhere."""
    naming = ("raw" + ".figure", "Raw" + "Figure", "Raw" + "Basis", "steward" + "_session")
    found = [path.name for path in ROOM.rglob("*.py") if any(name in path.read_text() for name in naming)]
    assert found == []
