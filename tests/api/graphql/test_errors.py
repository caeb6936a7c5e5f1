"""Errors as callers read them."""

import logging
from typing import Any

import asyncpg
import pytest
from graphql import GraphQLError, GraphQLSyntaxError, Source, located_error
from sqlalchemy.exc import OperationalError

from api.graphql.common.errors import Code, Refusal, Reporter, code_of, refused


def told(error: GraphQLError) -> dict[str, Any]:
    return Reporter("r1").formatted([error])[0]


def test_every_code_is_its_name_and_has_a_sentence() -> None:
    for code in Code:
        assert code == code.name
        assert code.sentence.endswith(".")
        assert 400 <= code.status < 600


def test_only_what_may_be_sent_again_is_retryable() -> None:
    assert {code for code in Code if code.is_retryable} == {
        Code.UNAVAILABLE,
        Code.DEADLINE,
        Code.RATE_LIMITED,
    }


def test_a_refusal_is_told_with_its_code_its_path_and_what_it_adds() -> None:
    error = located_error(Refusal(Code.FORBIDDEN, "Only an anchor.", role="ANCHOR"), None, ["a", 0])
    assert told(error) == {
        "message": "Only an anchor.",
        "path": ["a", 0],
        "extensions": {"role": "ANCHOR", "code": "FORBIDDEN", "requestId": "r1"},
    }


def test_a_refusal_before_execution_is_told_too() -> None:
    assert told(refused(Code.TOO_COSTLY))["extensions"]["code"] == "TOO_COSTLY"


def test_what_went_wrong_inside_is_logged_and_not_told(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR):
        shown = told(located_error(ZeroDivisionError("column secret"), None, ["a"]))
    assert shown["message"] == Code.INTERNAL.sentence
    assert "secret" not in str(shown)
    assert "r1" in caplog.text
    assert "column secret" in caplog.text


def test_what_graphql_says_of_the_document_is_told() -> None:
    shown = told(GraphQLSyntaxError(Source("{"), 1, "Expected a name."))
    assert shown["message"] == "Syntax Error: Expected a name."
    assert shown["locations"] == [{"line": 1, "column": 2}]
    assert shown["extensions"]["code"] == "INVALID"


def test_what_graphql_says_of_an_argument_during_execution_is_told() -> None:
    error = located_error(GraphQLError("Argument 'a' of required type 'Int!' was not provided."), None, ["a"])
    assert told(error)["extensions"]["code"] == "INVALID"


def test_what_graphql_says_of_our_own_values_is_not_told() -> None:
    error = located_error(GraphQLError("Abstract type 'Node' ... with value <secret>"), None, ["a"])
    assert "secret" not in str(told(error))


def test_a_message_is_cut_short_where_it_quotes_a_long_text() -> None:
    message = told(GraphQLError("Expected a name, found " + "x" * 90_000))["message"]
    assert message.startswith("Expected a name, found xxx")
    assert len(message) == 501


def test_at_most_five_errors_are_told() -> None:
    assert len(Reporter("r1").formatted([refused(Code.INVALID)] * 8)) == 5


def test_a_retryable_error_says_so() -> None:
    assert told(located_error(TimeoutError(), None, ["a"]))["extensions"]["retryable"] is True
    assert "retryable" not in told(refused(Code.INVALID))["extensions"]


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        (TimeoutError(), Code.DEADLINE),
        (asyncpg.QueryCanceledError(), Code.DEADLINE),
        (ConnectionRefusedError(), Code.UNAVAILABLE),
        (asyncpg.CannotConnectNowError(), Code.UNAVAILABLE),
        (asyncpg.DeadlockDetectedError(), Code.UNAVAILABLE),
        (asyncpg.UniqueViolationError(), Code.INTERNAL),
        (ValueError(), Code.INTERNAL),
        (OperationalError("select 1", {}, asyncpg.AdminShutdownError()), Code.UNAVAILABLE),
        (None, Code.INTERNAL),
    ],
)
def test_the_code_of_an_exception_is_what_the_database_said(fault: BaseException | None, code: Code) -> None:
    assert code_of(fault) is code


def test_the_drivers_exception_is_found_under_its_wrappers() -> None:
    wrapper = RuntimeError("wrapped")
    wrapper.__cause__ = asyncpg.QueryCanceledError()
    assert code_of(OperationalError("select 1", {}, wrapper)) is Code.DEADLINE
