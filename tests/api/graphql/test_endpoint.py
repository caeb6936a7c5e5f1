"""POST /graphql. Expected statuses are those of GraphQL over HTTP (draft), and of RFC 9110 for the rest."""

from typing import Any

import pytest
from starlette.testclient import TestClient

from api.graphql.door.endpoint import answer_type
from api.graphql.door.limits import Limits

PRECISE = "application/graphql-response+json"
GOOD = {"authorization": "Bearer good"}


def post(client: TestClient, query: object, accept: str = PRECISE, **more: Any) -> Any:
    headers = {"accept": accept, **more.pop("headers", {})}
    return client.post("/graphql", json={"query": query, **more}, headers=headers)


def code(response: Any) -> str:
    found: str = response.json()["errors"][0]["extensions"]["code"]
    return found


def test_a_query_is_answered(client: TestClient) -> None:
    response = post(client, "{ word }")
    assert response.status_code == 200
    assert response.json() == {"data": {"word": "hello"}}
    assert response.headers["content-type"] == f"{PRECISE}; charset=utf-8"
    assert len(response.headers["x-request-id"]) == 32


def test_the_named_operation_is_run_with_its_variables(client: TestClient) -> None:
    query = "query a($t: String) { echo(text: $t) } query b { word }"
    response = post(client, query, operationName="a", variables={"t": "hi"})
    assert response.json() == {"data": {"echo": "hi None"}}


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS"])
def test_only_post_is_taken(client: TestClient, method: str) -> None:
    response = client.request(method, "/graphql?query={word}")
    assert response.status_code == 405
    assert response.headers["allow"] == "POST"


@pytest.mark.parametrize(
    "media_type",
    [
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data",
        "application/graphql",
        "application/json; charset=utf-16",
        "",
    ],
)
def test_other_media_types_are_refused(client: TestClient, media_type: str) -> None:
    response = client.post("/graphql", content=b'{"query": "{word}"}', headers={"content-type": media_type})
    assert response.status_code == 415


@pytest.mark.parametrize("encoding", ["gzip", "br", "deflate", "identity, gzip"])
def test_a_content_encoding_is_refused(client: TestClient, encoding: str) -> None:
    headers = {"content-type": "application/json", "content-encoding": encoding}
    assert client.post("/graphql", content=b'{"query": "{word}"}', headers=headers).status_code == 415


def test_utf_8_may_be_named(client: TestClient) -> None:
    headers = {"content-type": 'Application/JSON; Charset="UTF-8"', "content-encoding": "identity"}
    assert client.post("/graphql", content=b'{"query": "{word}"}', headers=headers).status_code == 200


@pytest.mark.parametrize("is_declared", [True, False])
def test_a_body_over_100_kb_is_too_large(client: TestClient, is_declared: bool) -> None:
    body = b'{"query": "{word}", "variables": {"a": "' + b"x" * 100_000 + b'"}}'
    content: Any = body if is_declared else iter([body[:50_000], body[50_000:]])
    response = client.post("/graphql", content=content, headers={"content-type": "application/json"})
    assert response.status_code == 413
    assert code(response) == "TOO_LARGE"


@pytest.mark.parametrize(
    "body", [b'{"query": NaN}', b"[{}]", b'{"query": "{word}", "query": "{word}"}', b"{", b"null"]
)
@pytest.mark.parametrize("accept", [PRECISE, "application/json"])
def test_what_is_no_request_is_400_in_both_forms(client: TestClient, body: bytes, accept: str) -> None:
    headers = {"content-type": "application/json", "accept": accept}
    response = client.post("/graphql", content=body, headers=headers)
    assert response.status_code == 400
    assert code(response) == "BAD_REQUEST"
    assert "data" not in response.json()


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("{ word", "INVALID"),
        ("{ nothing }", "INVALID"),
        ("{ day(on: 5) }", "INVALID"),
        ("subscription { count }", "INVALID"),
        ("query a { word } query b { word }", "INVALID"),
        ("{ planets(first: 1001) { totalCount } }", "INVALID"),
        ("{" + " word" * 21 + "}", "TOO_COSTLY"),
        ("{ __schema { queryType { name } } }", "UNAUTHENTICATED"),
    ],
)
def test_a_refused_document_is_400_or_200_by_the_form_of_the_answer(
    client: TestClient, query: str, expected: str
) -> None:
    precise, legacy = post(client, query), post(client, query, "application/json")
    assert (precise.status_code, legacy.status_code) == (400, 200)
    assert code(precise) == code(legacy) == expected
    assert "data" not in precise.json()


def test_a_variable_of_the_wrong_type_is_refused_before_anything_runs(client: TestClient) -> None:
    response = post(client, "query($d: Date!) { day(on: $d) }", variables={"d": "2025-02-30"})
    assert response.status_code == 400
    assert code(response) == "INVALID"


def test_an_unknown_operation_is_invalid(client: TestClient) -> None:
    assert code(post(client, "{ word }", operationName="other")) == "INVALID"


def test_the_schema_is_read_when_signed_in(client: TestClient) -> None:
    response = post(client, "{ __schema { queryType { name } } }", headers=GOOD)
    assert response.json()["data"]["__schema"]["queryType"]["name"] == "Query"


@pytest.mark.parametrize("accept", [PRECISE, "application/json"])
def test_a_refused_token_is_401_in_both_forms(client: TestClient, accept: str) -> None:
    response = post(client, "{ word }", accept, headers={"authorization": "Bearer expired"})
    assert response.status_code == 401
    assert code(response) == "UNAUTHENTICATED"


def test_an_error_of_a_field_leaves_the_rest_and_200(client: TestClient) -> None:
    response = post(client, "{ word forbidden }")
    assert response.status_code == 200
    assert response.json()["data"] == {"word": "hello", "forbidden": None}
    (error,) = response.json()["errors"]
    assert (error["message"], error["path"]) == ("Only an anchor may see this.", ["forbidden"])
    assert error["extensions"] == {"code": "FORBIDDEN", "requestId": response.headers["x-request-id"]}


def test_a_fault_of_ours_is_masked(client: TestClient) -> None:
    response = post(client, "{ broken }")
    assert code(response) == "INTERNAL"
    assert "secret" not in response.text


def test_at_most_five_errors_are_sent_and_the_rest_counted(client: TestClient) -> None:
    response = post(client, "{ failures }")
    assert len(response.json()["errors"]) == 5
    assert response.json()["extensions"] == {"errorsLeftOut": 3}


def test_a_mutation_is_run(client: TestClient) -> None:
    assert post(client, "mutation { record }").json() == {"data": {"record": True}}


class TestADeadline:
    @pytest.fixture
    def front_limits(self) -> Limits:
        return Limits(deadline_seconds=0.05)

    def test_passes_and_says_that_it_may_be_sent_again(self, client: TestClient) -> None:
        response = post(client, "{ slow }")
        assert response.status_code == 504
        assert code(response) == "DEADLINE"
        assert response.json()["errors"][0]["extensions"]["retryable"] is True


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        (None, "application/json"),
        ("", "application/json"),
        ("*/*", "application/json"),
        ("application/*;q=0.5", "application/json"),
        (PRECISE, PRECISE),
        (f"{PRECISE}, application/json", PRECISE),
        (f"{PRECISE};q=0.4, application/json;q=0.9", "application/json"),
        (f"{PRECISE}; charset=utf-8, */*;q=0.1", PRECISE),
        ("application/json;q=0, */*", PRECISE),
        (f"{PRECISE};q=0, */*", "application/json"),
        ("text/html", None),
        ("application/json;q=0", None),
        ("application/json;q=often", None),
    ],
)
def test_the_form_of_the_answer_follows_accept(accept: str | None, expected: str | None) -> None:
    assert answer_type(accept) == expected


def test_a_form_that_is_not_there_is_406(client: TestClient) -> None:
    assert post(client, "{ word }", "text/html").status_code == 406
