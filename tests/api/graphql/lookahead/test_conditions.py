"""Conditions as SQL text: what is bound, and how they are joined."""

from collections.abc import Callable

import pytest

from api.graphql.lookahead import (
    Sql,
    all_of,
    any_of,
    at_least,
    at_most,
    contains,
    equals,
    has,
    is_null,
    is_one_of,
    key_is,
    negated,
    never,
)
from api.graphql.lookahead.sql import Binder, quoted, stored

from .tables import FUNDER, HERE, INVESTMENT, PRACTICE, TAG, Kind

C = INVESTMENT.c


def written(condition: Sql) -> tuple[str, list[object]]:
    binder = Binder()
    return condition(binder.scope(INVESTMENT)), binder.args


@pytest.mark.parametrize(
    ("condition", "sql", "args"),
    [
        (equals(C.title, "x"), 't1."title" = $1', ["x"]),
        (equals(C.title, None), 't1."title" is null', []),
        (is_null(C.title, False), 't1."title" is not null', []),
        (at_least(C.amount_minor, 5), 't1."amount_minor" >= $1', [5]),
        (at_most(C.amount_minor, 5), 't1."amount_minor" <= $1', [5]),
        (is_one_of(C.title, ["a", "b"]), 't1."title" = any($1::TEXT[])', [["a", "b"]]),
        (
            contains([C.title, C.source_system], "5%_\\"),
            '(t1."title" ilike $1 or t1."source_system" ilike $1)',
            [r"%5\%\_\\%"],
        ),
        (key_is(INVESTMENT, (HERE, HERE)), '(t1."partnership_id" = $1 and t1."id" = $2)', [HERE, HERE]),
        (negated(never), "not (false)", []),
        (all_of(), "true", []),
        (any_of(), "false", []),
        (all_of(None, never, None), "(false)", []),
        (any_of(never, equals(C.title, "x")), '(false or t1."title" = $1)', ["x"]),
    ],
)
def test_a_condition_binds_its_values(condition: Sql, sql: str, args: list[object]) -> None:
    assert written(condition) == (sql, args)


def test_a_condition_on_another_table_is_tied_to_the_row() -> None:
    sql, args = written(has(TAG, lambda scope: f"{scope.column(TAG.c.word)} = {scope.bind('a')} or true"))
    assert sql == (
        'exists (select 1 from "tag" t2 where t2."partnership_id" = t1."partnership_id" '
        'and t2."investment_id" = t1."id" and (t2."word" = $1 or true))'
    )
    assert args == ["a"]


def test_an_enum_is_bound_as_it_is_stored() -> None:
    assert stored(FUNDER.c.kind, Kind.FEDERAL) == "federal"
    assert stored(C.title, Kind.FEDERAL) == "federal"
    assert stored(C.title, "x") == "x"


def test_a_column_of_another_table_is_a_mistake() -> None:
    condition: Callable[[], object] = lambda: written(equals(PRACTICE.c.name, "x"))  # noqa: E731 - called below
    with pytest.raises(TypeError, match="not a column of investment"):
        condition()


def test_a_name_is_quoted() -> None:
    assert quoted('a"b') == '"a""b"'
