"""The cache of documents, and nesting before the parser."""

import pytest
import strawberry
from graphql import GraphQLError
from hypothesis import given
from hypothesis import strategies as st

from api.graphql.common.errors import Code, Refusal
from api.graphql.door.documents import Documents, Prepared, is_nested_deeper
from api.graphql.door.limits import Limits
from api.graphql.door.operations import core_schema


@pytest.fixture
def documents(small_schema: strawberry.Schema) -> Documents:
    return Documents(core_schema(small_schema), Limits(documents=3, document_bytes=300))


def prepare(documents: Documents, text: str) -> Prepared | list[GraphQLError]:
    return documents.prepare(text, None, {}, may_introspect=False)


def code(found: Prepared | list[GraphQLError]) -> Code:
    assert isinstance(found, list)
    assert isinstance(found[0].original_error, Refusal)
    return found[0].original_error.code


def test_the_same_text_is_parsed_once(documents: Documents) -> None:
    first, second = prepare(documents, "{ word }"), prepare(documents, "{ word }")
    assert isinstance(first, Prepared)
    assert isinstance(second, Prepared)
    assert first.document is second.document
    assert len(documents) == 1


def test_the_documents_used_last_are_kept(documents: Documents) -> None:
    for text in ("{ a: word }", "{ b: word }", "{ c: word }", "{ a: word }", "{ d: word }"):
        prepare(documents, text)
    assert len(documents) == 3
    kept = prepare(documents, "{ a: word }")
    again = prepare(documents, "{ a: word }")
    assert isinstance(kept, Prepared)
    assert isinstance(again, Prepared)
    assert kept.document is again.document


def test_the_text_of_all_documents_is_bounded(documents: Documents) -> None:
    for letter in "abc":
        prepare(documents, f"{{ {letter}: word }} # {letter * 130}")
    assert len(documents) == 2


def test_a_document_larger_than_the_cache_is_answered_and_not_kept(documents: Documents) -> None:
    assert isinstance(prepare(documents, "{ word } #" + "x" * 400), Prepared)
    assert len(documents) == 0


def test_a_document_that_costs_too_much_is_not_kept(small_schema: strawberry.Schema) -> None:
    """Thirty aliases are allowed; refused documents would otherwise take the place of good ones."""
    documents = Documents(core_schema(small_schema))
    aliases = " ".join(f"a{n}: word" for n in range(31))
    assert code(prepare(documents, f"{{ {aliases} }}")) is Code.TOO_COSTLY
    assert len(documents) == 0


@pytest.mark.parametrize("text", ["{ nothing }", "{ word"])
def test_what_is_not_valid_is_not_kept(documents: Documents, text: str) -> None:
    assert isinstance(prepare(documents, text), list)
    assert len(documents) == 0


def test_limits_hold_for_a_document_that_is_already_known(documents: Documents) -> None:
    text = "query($n: Int!) { planets(first: $n) { totalCount } }"
    assert isinstance(documents.prepare(text, None, {"n": 5}, may_introspect=False), Prepared)
    assert code(documents.prepare(text, None, {"n": 5000}, may_introspect=False)) is Code.INVALID


def test_a_document_known_from_a_signed_in_caller_is_refused_to_another(documents: Documents) -> None:
    text = "{ __schema { queryType { name } } }"
    assert isinstance(documents.prepare(text, None, {}, may_introspect=True), Prepared)
    assert code(documents.prepare(text, None, {}, may_introspect=False)) is Code.UNAUTHENTICATED


def test_no_name_of_the_schema_is_suggested(documents: Documents) -> None:
    found = prepare(documents, "{ wrd }")
    assert isinstance(found, list)
    assert found[0].message == "Cannot query field 'wrd' on type 'Query'."


def test_at_most_five_faults_are_looked_for(documents: Documents) -> None:
    found = prepare(documents, "{ a b c d e f g h }")
    assert isinstance(found, list)
    assert len(found) == 6  # the sixth says that there are more


def test_two_thousand_tokens_pass_and_more_do_not(small_schema: strawberry.Schema) -> None:
    documents = Documents(core_schema(small_schema))
    assert isinstance(prepare(documents, '{ echo(text: "' + "x" * 90_000 + '") }'), Prepared)
    assert code(prepare(documents, "{ " + "word " * 2000 + "}")) is Code.TOO_COSTLY


def test_comments_are_limited_too(small_schema: strawberry.Schema) -> None:
    documents = Documents(core_schema(small_schema))
    assert code(prepare(documents, "#\n" * 501 + "{ word }")) is Code.TOO_COSTLY


@pytest.mark.parametrize("escape", [r"\u0000", r"\u{0}", r"\u{0000}", "\0"])
def test_a_document_cannot_hold_nul(documents: Documents, escape: str) -> None:
    assert code(prepare(documents, f'{{ echo(text: "{escape}") }}')) is Code.INVALID


def test_nesting_is_refused_before_the_parser(documents: Documents) -> None:
    assert code(prepare(documents, "{ echo(text: " + "[" * 41 + "]" * 41 + ") }")) is Code.TOO_COSTLY


@pytest.mark.parametrize(
    ("text", "is_deeper"),
    [
        ("{" * 3 + "}" * 3, False),
        ("{" * 4 + "}" * 4, True),
        ("{}" * 9, False),
        ("{([" + '"[[["' + "])}{", False),
        ("{([" + '"\\"[[["' + "])}", False),
        ("{([" + "# [[[\n" + "])}", False),
        ("{([" + '""" [ " [ \\""" [ """' + "])}", False),
        ("{([" + '""" [ """ [' + "]])}", True),
        ('{(["" [', True),
    ],
)
def test_brackets_nest_outside_strings_and_comments(text: str, is_deeper: bool) -> None:
    assert is_nested_deeper(text, 3) is is_deeper


@given(st.text("{}[]()\"'\\#\n x", max_size=60))
def test_nesting_is_never_more_than_the_brackets_there_are(text: str) -> None:
    assert not is_nested_deeper(text, sum(text.count(bracket) for bracket in "{[("))
