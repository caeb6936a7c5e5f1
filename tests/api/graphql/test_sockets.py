"""WS /graphql. Expected messages and close codes are those of graphql-ws PROTOCOL.md."""

from collections.abc import Iterator
from typing import Any

import pytest
from starlette.testclient import TestClient, WebSocketTestSession
from starlette.websockets import WebSocketDisconnect

from api.graphql.door.limits import Limits

Session = WebSocketTestSession
INIT = {"type": "connection_init", "payload": {"token": "good"}}


def connect(client: TestClient, **headers: str) -> Session:
    return client.websocket_connect("/graphql", subprotocols=["graphql-transport-ws"], headers=headers)


@pytest.fixture
def session(client: TestClient) -> Iterator[Session]:
    """A connection that is signed in."""
    with connect(client) as session:
        session.send_json(INIT)
        assert session.receive_json() == {"type": "connection_ack"}
        yield session


def subscribe(session: Session, query: str, id_: str = "1", **more: Any) -> None:
    session.send_json({"type": "subscribe", "id": id_, "payload": {"query": query, **more}})


def closed(session: Session) -> tuple[int, str]:
    """The close code and reason, after any messages."""
    try:
        while True:
            session.receive_json()
    except WebSocketDisconnect as left:
        return left.code, left.reason


def test_a_subscription_sends_its_events_and_ends(session: Session) -> None:
    subscribe(session, "subscription($n: Int!) { count(to: $n) }", variables={"n": 2})
    assert session.receive_json() == {"type": "next", "id": "1", "payload": {"data": {"count": 0}}}
    assert session.receive_json() == {"type": "next", "id": "1", "payload": {"data": {"count": 1}}}
    assert session.receive_json() == {"type": "complete", "id": "1"}


def test_a_query_is_one_event(session: Session) -> None:
    subscribe(session, "{ word }")
    assert session.receive_json()["payload"] == {"data": {"word": "hello"}}
    assert session.receive_json()["type"] == "complete"


def test_an_id_may_be_used_again_when_it_is_complete(session: Session) -> None:
    for _ in range(3):
        subscribe(session, "{ word }")
        assert [session.receive_json()["type"] for _ in range(2)] == ["next", "complete"]


def test_a_subscription_ends_when_the_client_says_so(session: Session) -> None:
    subscribe(session, "subscription { endless }")
    assert session.receive_json()["type"] == "next"
    session.send_json({"type": "complete", "id": "1"})
    subscribe(session, "{ word }")
    assert session.receive_json()["payload"] == {"data": {"word": "hello"}}


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("subscription { nothing }", "INVALID"),
        ("subscription {", "INVALID"),
        ("subscription {" + " count" * 21 + "}", "TOO_COSTLY"),
        ("{ planets(first: -1) { totalCount } }", "INVALID"),
        ("", "BAD_REQUEST"),
    ],
)
def test_a_refused_document_is_told_in_its_operation(session: Session, query: str, code: str) -> None:
    subscribe(session, query)
    message = session.receive_json()
    assert (message["type"], message["id"]) == ("error", "1")
    assert message["payload"][0]["extensions"]["code"] == code
    session.send_json({"type": "ping"})
    assert session.receive_json() == {"type": "pong"}  # and the connection goes on


def test_a_fault_during_a_subscription_is_masked(session: Session) -> None:
    subscribe(session, "subscription { broken }")
    assert session.receive_json()["payload"] == {"data": {"broken": 0}}
    message = session.receive_json()
    assert message["type"] == "error"
    assert message["payload"][0]["extensions"]["code"] == "INTERNAL"
    assert "secret" not in str(message)


def test_five_operations_run_at_once_and_the_sixth_is_refused(session: Session) -> None:
    for number in range(5):
        subscribe(session, "subscription { endless }", str(number))
        assert session.receive_json()["type"] == "next"
    subscribe(session, "subscription { endless }", "6")
    message = session.receive_json()
    assert (message["type"], message["id"]) == ("error", "6")
    assert message["payload"][0]["extensions"]["code"] == "RATE_LIMITED"


@pytest.mark.parametrize(
    "payload",
    [
        None,
        {},
        {"token": "wrong"},
        {"token": "expired"},
        {"token": 5},
        "good",
        {"authorization": "Bearer expired"},
    ],
)
def test_a_connection_needs_a_token_that_is_good(client: TestClient, payload: object) -> None:
    with connect(client) as session:
        session.send_json({"type": "connection_init", "payload": payload})
        assert closed(session)[0] == 4403


def test_the_token_may_be_sent_as_in_http(client: TestClient) -> None:
    with connect(client) as session:
        session.send_json({"type": "connection_init", "payload": {"Authorization": "bearer good"}})
        assert session.receive_json() == {"type": "connection_ack"}


def test_a_ping_is_answered_before_sign_in(client: TestClient) -> None:
    with connect(client) as session:
        session.send_json({"type": "ping", "payload": {"any": "thing"}})
        assert session.receive_json() == {"type": "pong"}


def test_nothing_is_run_before_sign_in(client: TestClient) -> None:
    with connect(client) as session:
        subscribe(session, "{ word }")
        assert closed(session) == (4401, "Unauthorized")


@pytest.mark.parametrize(
    ("message", "code"),
    [
        (INIT, 4429),
        ({"type": "unknown"}, 4400),
        ({"type": 5}, 4400),
        ([], 4400),
        ({"type": "subscribe", "payload": {"query": "{ word }"}}, 4400),
        ({"type": "subscribe", "id": "", "payload": {"query": "{ word }"}}, 4400),
        ({"type": "complete"}, 4400),
    ],
)
def test_a_breach_of_the_protocol_closes_the_connection(session: Session, message: object, code: int) -> None:
    session.send_json(message)
    assert closed(session)[0] == code


@pytest.mark.parametrize(
    "text", ["{", '{"type": "ping", "type": "ping"}', '{"type": NaN}', "[" * 50 + "]" * 50]
)
def test_what_is_no_json_closes_the_connection(session: Session, text: str) -> None:
    session.send_text(text)
    assert closed(session)[0] == 4400


def test_bytes_close_the_connection(session: Session) -> None:
    session.send_bytes(b'{"type": "ping"}')
    assert closed(session)[0] == 4400


def test_an_id_that_is_running_closes_the_connection(session: Session) -> None:
    subscribe(session, "subscription { endless }")
    subscribe(session, "subscription { endless }")
    assert closed(session) == (4409, "Subscriber for 1 already exists")


def test_a_message_over_100_kb_closes_the_connection(session: Session) -> None:
    session.send_json({"type": "ping", "payload": "x" * 100_000})
    assert closed(session)[0] == 1009


@pytest.mark.parametrize("protocols", [[], ["graphql-ws"]])
def test_another_protocol_is_not_acceptable(client: TestClient, protocols: list[str]) -> None:
    with client.websocket_connect("/graphql", subprotocols=protocols) as session:
        assert closed(session)[0] == 4406


@pytest.mark.parametrize("origin", ["https://elsewhere.example", "http://testserver", "https://testserver"])
def test_pages_of_this_host_and_of_the_list_may_connect(client: TestClient, origin: str) -> None:
    with connect(client, origin=origin) as session:
        session.send_json(INIT)
        assert session.receive_json() == {"type": "connection_ack"}


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "null", "https://testserver.evil.example", "file://"]
)
def test_pages_of_other_hosts_may_not(client: TestClient, origin: str) -> None:
    with pytest.raises(WebSocketDisconnect), connect(client, origin=origin):
        pytest.fail("the connection was accepted")


class TestTheTimeToSignIn:
    @pytest.fixture
    def front_limits(self) -> Limits:
        return Limits(init_seconds=0.05)

    def test_is_limited(self, client: TestClient) -> None:
        with connect(client) as session:
            assert closed(session) == (4408, "Connection initialisation timeout")
