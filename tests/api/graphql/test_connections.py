"""Pages of lists that Python has reckoned. Expected pages are counted by hand."""

import base64
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.graphql.common.connections import Connection, connection_of, page_size, read_cursor, written_cursor
from api.graphql.common.errors import Code, Refusal

WORDS = ["a", "b", "c", "d", "e"]


def page(items: list[str], first: int | None, after: str | None = None) -> Connection[str]:
    return connection_of(items, lambda word: (word,), first=first, after=after, order="WORD")


def test_a_page_in_the_middle_knows_both_sides() -> None:
    middle = page(WORDS, 2, page(WORDS, 2).page_info.end_cursor)
    assert middle.nodes == ["c", "d"]
    assert [edge.node for edge in middle.edges] == ["c", "d"]
    assert (middle.page_info.has_previous_page, middle.page_info.has_next_page) == (True, True)
    assert middle.total_count == 5


def test_an_empty_page_has_no_cursors() -> None:
    none = page(WORDS, 0)
    assert none.nodes == []
    assert (none.page_info.start_cursor, none.page_info.end_cursor) == (None, None)
    assert none.page_info.has_next_page


def test_a_cursor_holds_when_its_row_has_gone_and_others_have_come() -> None:
    cursor = page(WORDS, 2).page_info.end_cursor
    assert page(["a", "bb", "c", "d"], 2, cursor).nodes == ["bb", "c"]


@given(st.lists(st.text(max_size=5), unique=True), st.integers(1, 4))
def test_pages_in_a_row_are_the_whole_list(words: list[str], size: int) -> None:
    words = sorted(word.replace("\0", "") for word in words)
    words = sorted(set(words))
    seen: list[str] = []
    after = None
    for _ in range(len(words) + 1):
        found = page(words, size, after)
        seen += found.nodes
        after = found.page_info.end_cursor
        if not found.page_info.has_next_page:
            break
    assert seen == words


@pytest.mark.parametrize("first", [-1, 1001, 10**9])
def test_a_page_has_0_to_1000_rows(first: int) -> None:
    assert (page_size(0), page_size(1000), page_size(None)) == (0, 1000, 50)
    with pytest.raises(Refusal) as refusal:
        page_size(first)
    assert refusal.value.code is Code.INVALID


def packed(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


@pytest.mark.parametrize(
    "cursor",
    [
        *("", "!", "ü", "A" * 5000, packed({}), packed([]), packed(["WORD"]), packed(["OTHER", "a"])),
        *(packed(["WORD", "a", "b"]), packed(["WORD", 1.5]), packed(["WORD", True]), packed(["WORD", ["a"]])),
        *(packed(["WORD", 7]), base64.urlsafe_b64encode(b"[" * 3000).decode(), packed("x")[:-1]),
    ],
)
def test_a_forged_cursor_is_invalid(cursor: str) -> None:
    with pytest.raises(Refusal) as refusal:
        page(WORDS, 2, cursor)
    assert refusal.value.code is Code.INVALID


@given(
    st.text(),
    st.lists(
        st.none() | st.integers() | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))
    ),
)
def test_a_cursor_survives_being_written_and_read(order: str, place: list[str | int | None]) -> None:
    order = order.encode("ascii", "ignore").decode().replace("\0", "")
    cursor = written_cursor(order, place)
    assert cursor.isascii()
    if len(cursor) <= 4000:
        assert read_cursor(cursor, order, len(place)) == place
