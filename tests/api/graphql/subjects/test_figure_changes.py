"""Figures as the data manager records, corrects and approves them, and what readers see of it.

Expected figures are those that each test sends: 80 of 160 is 50 percent, and so on by hand. Nine children are
one fewer than the least group that a release shows.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import text

from models.database import Database, Scope
from models.people import Role

from .conftest import Ask, member
from .small import Small

Answer = dict[str, Any]  # a GraphQL object

RECORD = """mutation ($input: RecordMeasurementsInput!) { recordMeasurements(input: $input) {
  measurements { id status value numerator denominator reason suppression source { system }
    population { value } periodEnd }
  submission { id step version figureCount recordedBy steps { step takenBy note } }
  replayed userErrors { field code message } } }"""
CORRECT = """mutation ($input: CorrectMeasurementInput!) { correctMeasurement(input: $input) {
  measurements { id value } submission { step version id } replayed userErrors { field code message } } }"""
MOVE = """mutation ($input: MoveSubmissionInput!) { moveSubmission(input: $input) {
  submission { step version steps { step takenBy note } } replayed userErrors { field code message } } }"""
REVIEW = """mutation ($input: SetFigureReviewInput!) { setFigureReview(input: $input) {
  partnership { figureReview } userErrors { field code message } } }"""
SEEN = """query ($id: ID!, $on: DateTime!) { node(id: $id) { ... on Measurement { status value numerator reason
  publishedAs(on: $on) { value status } recordings { version value numerator status step recordedBy } } } }"""


def line(small: Small, group: str = "black", year: int = 2030, **more: object) -> Answer:
    """A figure of the city; 80 of 160 unless said otherwise."""
    return {
        "area": small.global_id("Area", "city"),
        "population": small.global_id("PopulationGroup", group),
        "periodStart": f"{year - 1}-07-01",
        "periodEnd": f"{year}-06-30",
        **(more or {"numerator": 80, "denominator": 160}),
    }


def sent(small: Small, *lines: Answer, key: str = "first", **more: object) -> Answer:
    """The input of recordMeasurements."""
    return {
        "partnership": f"Partnership:{small.partnership.id}",
        "indicator": small.global_id("Indicator", "grade3"),
        "idempotencyKey": key,
        "lines": list(lines),
        **more,
    }


async def recorded(ask: Ask, small: Small, asked: Answer, role: Role = Role.DATA) -> Answer:
    answer = await ask(RECORD, member(small, role), input=asked)
    assert "errors" not in answer, answer
    found: Answer = answer["data"]["recordMeasurements"]
    return found


def paths(payload: Mapping[str, Any]) -> dict[str, str]:
    """Each refusal's place and code."""
    return {".".join(each["field"]): each["code"] for each in payload["userErrors"]}


async def raw_versions(database: Database, small: Small) -> list[tuple[int, int | None]]:
    async with database.steward_session(Scope.of(small.partnership.id)) as session:
        rows = await session.execute(
            text("select version, numerator from raw.figure where partnership_id = :p order by version"),
            {"p": small.partnership.id},
        )
        return [(row.version, row.numerator) for row in rows]


async def test_a_recorded_figure_is_released_with_its_source(ask: Ask, small: Small) -> None:
    made = await recorded(ask, small, sent(small, line(small), alreadyPublic=True, source="State report"))
    [figure] = made["measurements"]
    assert (figure["status"], figure["value"], figure["numerator"]) == ("REPORTED", "50.000000", 80)
    assert figure["source"] == {"system": "State report"}
    assert made["submission"]["step"] == "PUBLISHED"
    assert [each["step"] for each in made["submission"]["steps"]] == ["APPROVED", "PUBLISHED"]
    assert made["submission"]["steps"][0]["takenBy"] == "token:data"


async def test_the_same_key_gives_the_same_answer_and_records_nothing_again(
    ask: Ask, small: Small, database: Database
) -> None:
    asked = sent(small, line(small))
    first = await recorded(ask, small, asked)
    again = await recorded(ask, small, asked)
    assert again == {**first, "replayed": True}
    assert len(await raw_versions(database, small)) == 1


async def test_a_figure_that_is_known_is_not_recorded_twice(
    ask: Ask, small: Small, database: Database
) -> None:
    await recorded(ask, small, sent(small, line(small)))
    again = await recorded(ask, small, sent(small, line(small), key="second"))
    assert again["userErrors"] == []
    assert again["submission"] is None
    assert len(await raw_versions(database, small)) == 1


async def test_one_wrong_line_leaves_nothing_and_every_fault_is_told_at_its_place(
    ask: Ask, small: Small, database: Database
) -> None:
    lines = [
        line(small),
        line(small, "white", numerator=9, denominator=8),
        {**line(small, "all", value="101")},
        {**line(small, year=2031), "population": "PopulationGroup:nobody"},
        {**line(small, year=2032), "area": small.global_id("Outcome", "reading")},
        {**line(small, year=2033), "periodEnd": "2031-01-01"},
        line(small, year=2034, status="BANDED"),
        line(small, year=2035, status="SUPPRESSED"),
        line(small, year=2036, status="MISSING", value="3"),
        line(small, year=2037, status="BANDED", low="9", high="3"),
        line(small, year=2038, numerator=3),
        line(small),
    ]
    made = await recorded(ask, small, sent(small, *lines))
    assert made["measurements"] is None
    assert paths(made) == {
        "lines.1.numerator": "INVALID",
        "lines.2.value": "INVALID",
        "lines.3.population": "NOT_FOUND",
        "lines.4.area": "NOT_FOUND",
        "lines.5.periodEnd": "INVALID",
        "lines.6.low": "INVALID",
        "lines.7.status": "INVALID",
        "lines.8.value": "INVALID",
        "lines.9.high": "INVALID",
        "lines.10.value": "INVALID",
        "lines.11": "INVALID",
    }
    assert await raw_versions(database, small) == []


async def test_no_line_and_too_many_lines_are_refused(ask: Ask, small: Small) -> None:
    assert paths(await recorded(ask, small, sent(small))) == {"lines": "INVALID"}
    many = [line(small) for _ in range(1_001)]
    assert paths(await recorded(ask, small, sent(small, *many))) == {"lines": "TOO_LARGE"}


async def test_only_the_data_manager_and_an_administrator_record(ask: Ask, small: Small) -> None:
    for role in Role:
        made = await recorded(ask, small, sent(small, line(small), key=role.value), role)
        is_allowed = role in {Role.DATA, Role.ADMIN}
        assert paths(made) == ({} if is_allowed else {"partnership": "FORBIDDEN"}), role


async def test_another_partnerships_rows_are_not_found(ask: Ask, small: Small, private: Small) -> None:
    asked = {**sent(small, line(private)), "indicator": small.global_id("Indicator", "grade3")}
    made = await recorded(ask, small, asked)
    assert paths(made) == {"lines.0.area": "NOT_FOUND", "lines.0.population": "NOT_FOUND"}
    foreign = {**sent(small, line(small)), "indicator": private.global_id("Indicator", "grade3")}
    assert paths(await recorded(ask, small, foreign)) == {"indicator": "NOT_FOUND"}


async def test_what_a_release_withholds_the_data_manager_may_read_and_the_look_is_kept(
    ask: Ask, small: Small, database: Database
) -> None:
    lines = [
        line(small, "all", numerator=60, denominator=100),
        line(small, "white", numerator=51, denominator=91),
        line(small, "black", numerator=9, denominator=9),
    ]
    made = await recorded(ask, small, sent(small, *lines))
    withheld = next(each for each in made["measurements"] if each["population"]["value"] == "Black")
    assert (withheld["status"], withheld["value"], withheld["numerator"]) == ("SUPPRESSED", None, None)
    assert withheld["suppression"] == "SMALL_COUNT"
    assert withheld["reason"]
    asked = {"id": withheld["id"], "on": datetime.now(UTC).isoformat()}
    for role in (Role.COMMUNITY, Role.FUNDER, Role.ANCHOR):
        answer = await ask(SEEN, member(small, role), **asked)
        assert answer["data"]["node"]["recordings"] is None
        assert answer["errors"][0]["extensions"]["code"] == "FORBIDDEN"
        assert answer["data"]["node"]["status"] == "SUPPRESSED"
    answer = await ask(SEEN, member(small, Role.DATA), **asked)
    assert answer["data"]["node"]["status"] == "SUPPRESSED"
    assert answer["data"]["node"]["recordings"] == [
        {
            "version": 1,
            "value": "100.000000",
            "numerator": 9,
            "status": "REPORTED",
            "step": "PUBLISHED",
            "recordedBy": "token:data",
        }
    ]
    async with database.session(Scope.of(small.partnership.id)) as session:
        looks = await session.execute(
            text("select actor, measurement_id::text from look where partnership_id = :p"),
            {"p": small.partnership.id},
        )
        assert [tuple(each) for each in looks] == [("token:data", withheld["id"].split(":")[-1])]


async def test_a_correction_keeps_what_was_published(ask: Ask, small: Small) -> None:
    made = await recorded(ask, small, sent(small, line(small), alreadyPublic=True))
    [figure] = made["measurements"]
    before = datetime.now(UTC).isoformat()
    correction = {
        "measurement": figure["id"],
        "idempotencyKey": "better",
        "numerator": 40,
        "denominator": 160,
        "version": 1,
    }
    answer = (await ask(CORRECT, member(small, Role.DATA), input=correction))["data"]["correctMeasurement"]
    assert answer["userErrors"] == []
    assert answer["measurements"] == [{"id": figure["id"], "value": "25.000000"}]
    seen = (await ask(SEEN, member(small, Role.DATA), id=figure["id"], on=before))["data"]["node"]
    assert (seen["value"], seen["publishedAs"]["value"]) == ("25.000000", "50.000000")
    assert [(each["version"], each["numerator"]) for each in seen["recordings"]] == [(2, 40), (1, 80)]


async def test_a_correction_of_a_figure_that_has_moved_is_stale(ask: Ask, small: Small) -> None:
    made = await recorded(ask, small, sent(small, line(small), alreadyPublic=True))
    correction = {
        "measurement": made["measurements"][0]["id"],
        "idempotencyKey": "late",
        "value": "40",
        "version": 3,
    }
    answer = (await ask(CORRECT, member(small, Role.DATA), input=correction))["data"]["correctMeasurement"]
    assert paths(answer) == {"version": "STALE"}
    refused = {**correction, "idempotencyKey": "no", "measurement": small.global_id("Measurement", "none")}
    answer = (await ask(CORRECT, member(small, Role.DATA), input=refused))["data"]["correctMeasurement"]
    assert paths(answer) == {"measurement": "NOT_FOUND"}


async def reviewed(ask: Ask, small: Small) -> None:
    """From here on figures wait for approval."""
    asked = {
        "partnership": f"Partnership:{small.partnership.id}",
        "idempotencyKey": "review",
        "review": "RECORDED",
    }
    answer = (await ask(REVIEW, member(small), input=asked))["data"]["setFigureReview"]
    assert answer == {"partnership": {"figureReview": "RECORDED"}, "userErrors": []}


async def moved(ask: Ask, small: Small, role: Role, submission: Answer, to: str, **more: object) -> Answer:
    asked = {
        "submission": submission["id"],
        "version": submission["version"],
        "to": to,
        "idempotencyKey": f"{role}{to}{submission['version']}",
        **more,
    }
    found: Answer = (await ask(MOVE, member(small, role), input=asked))["data"]["moveSubmission"]
    return found


async def test_only_what_another_person_approved_is_released(ask: Ask, small: Small) -> None:
    await reviewed(ask, small)
    made = await recorded(ask, small, sent(small, line(small), alreadyPublic=True))
    submission = made["submission"]
    assert (made["measurements"], submission["step"]) == ([], "SUBMITTED")
    own = await moved(ask, small, Role.DATA, submission, "APPROVED")
    assert paths(own) == {"to": "FORBIDDEN"}
    returned = await moved(ask, small, Role.ADMIN, submission, "RETURNED", note="Which cohort is this?")
    assert returned["submission"]["step"] == "RETURNED"
    stale = await moved(ask, small, Role.ADMIN, submission, "APPROVED")
    assert paths(stale)["version"] == "STALE"
    submission = {**submission, "version": returned["submission"]["version"]}
    again = await moved(ask, small, Role.DATA, submission, "SUBMITTED", note="Of 2026.")
    submission = {**submission, "version": again["submission"]["version"]}
    done = (await moved(ask, small, Role.ADMIN, submission, "APPROVED"))["submission"]
    assert [(each["step"], each["takenBy"]) for each in done["steps"]] == [
        ("SUBMITTED", "token:data"),
        ("RETURNED", "token:admin"),
        ("SUBMITTED", "token:data"),
        ("APPROVED", "token:admin"),
        ("PUBLISHED", "token:admin"),
    ]
    shown = await recorded(ask, small, sent(small, line(small), alreadyPublic=True))
    assert [each["value"] for each in shown["measurements"]] == ["50.000000"]


async def test_steps_out_of_order_and_a_return_without_a_reason_are_refused(ask: Ask, small: Small) -> None:
    made = await recorded(ask, small, sent(small, line(small), draft=True))
    draft = made["submission"]
    assert (draft["step"], made["measurements"]) == ("DRAFT", [])
    for to in ("APPROVED", "RETURNED", "PUBLISHED", "DRAFT"):
        assert paths(await moved(ask, small, Role.ADMIN, draft, to)) == {"to": "CONFLICT"}
    submitted = (await moved(ask, small, Role.DATA, draft, "SUBMITTED"))["submission"]
    waiting = {**draft, "version": submitted["version"]}
    assert paths(await moved(ask, small, Role.ADMIN, waiting, "RETURNED")) == {"note": "CONFLICT"}
    assert paths(await moved(ask, small, Role.FUNDER, waiting, "APPROVED")) == {"submission": "FORBIDDEN"}


async def test_an_older_approved_figure_stands_while_its_correction_waits(ask: Ask, small: Small) -> None:
    made = await recorded(ask, small, sent(small, line(small), alreadyPublic=True))
    await reviewed(ask, small)
    correction = {"measurement": made["measurements"][0]["id"], "idempotencyKey": "wait", "value": "20"}
    answer = (await ask(CORRECT, member(small, Role.DATA), input=correction))["data"]["correctMeasurement"]
    assert answer["submission"]["step"] == "SUBMITTED"
    assert [each["value"] for each in answer["measurements"]] == ["50.000000"]
