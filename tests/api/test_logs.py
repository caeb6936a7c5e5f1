"""The log: JSON, and nothing of anybody's data."""

import json
import logging
from typing import Any

import pytest
from graphql import GraphQLError
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from api.graphql.common.errors import Reporter
from api.logs import formatter
from models.database import Database, Scope
from models.partnerships import Partnership

SECRETS = ("ra_5ecret-token", "mary@example.org", "Literacy for the Lowlands")


@pytest.fixture
def lines(caplog: pytest.LogCaptureFixture) -> Any:
    """lines() -> what has been logged, as it is written."""
    caplog.set_level(logging.DEBUG)

    def written() -> list[str]:
        written_by = formatter()
        return [written_by.format(record) for record in caplog.records]

    return written


async def test_a_database_s_complaint_about_a_row_is_logged_without_the_row(
    database: Database, partnership: Partnership, lines: Any
) -> None:
    """PostgreSQL's DETAIL quotes the row, and SQLAlchemy's text the parameters."""
    insert = text(
        "insert into organization (partnership_id, id, name) values (:p, :p, :name), (:p, :p, :name)"
    )
    with pytest.raises(DBAPIError) as raised:
        async with database.session(Scope.of(partnership.id)) as session:
            await session.execute(insert, {"p": partnership.id, "name": " ".join(SECRETS)})
    assert any(secret in str(raised.value) for secret in SECRETS), "the error itself quotes them"
    error = GraphQLError("failed", path=["recordOrganization"], original_error=raised.value)
    Reporter("the-request").formatted([error])
    (line,) = lines()
    assert [secret for secret in SECRETS if secret in line] == []
    found = json.loads(line)
    assert (found["level"], found["logger"]) == ("error", "alignment.graphql")
    assert "the-request" in found["event"]
    assert any("23505" in kind for kind in found["fault"]), "unique_violation (PostgreSQL, appendix A)"
    assert any(place.startswith("tests/api/test_logs.py:") for place in found["places"])


def test_an_exception_s_own_words_are_not_logged(lines: Any) -> None:
    for secret in SECRETS:
        fault = ValueError(secret)
        fault.__cause__ = KeyError(secret)
        logging.getLogger("anything").error("it failed", exc_info=fault)
    assert len(lines()) == len(SECRETS)
    assert [line for line in lines() if any(secret in line for secret in SECRETS)] == []
    assert json.loads(lines()[0])["fault"] == ["builtins.ValueError", "builtins.KeyError"]


def test_a_plain_record_is_one_line_of_json(lines: Any) -> None:
    logging.getLogger("anything").error("Started\nserver %s", 7)
    (line,) = lines()
    assert "\n" not in line
    assert json.loads(line)["event"] == "Started\nserver 7"
