"""Limits on documents. Expected sizes are counted by hand; times are measured in the same run."""

import time
from contextlib import suppress

import pytest
from graphql import (
    GraphQLError,
    GraphQLSchema,
    OverlappingFieldsCanBeMergedRule,
    build_schema,
    get_introspection_query,
    parse,
    validate,
)
from hypothesis import given
from hypothesis import strategies as st

from api.graphql.common.errors import Code, Refusal
from api.graphql.door.guard import Guard, selected
from api.graphql.door.limits import Limits

SCHEMA = build_schema("""
    type Query { a: Query  b: Query  x: Int  list(first: Int = 50): Things!  plain: [Query!]!
      figures(input: FigureInput!): Figures!  money: Money }
    type Things { nodes: [Query!]!  edges: [Edge!]!  totalCount: Int!  pageInfo: PageInfo! }
    type Edge { node: Query!  cursor: String! }
    type PageInfo { hasNextPage: Boolean! }
    input FigureInput { limit: Int = 1000 }
    type Figures { rows: [Row!]! }
    type Row { name: String  keys: [AlignmentKey!]! }
    type AlignmentKey { label: String }
    type Money { amount: String }
""")


def cost(
    text: str,
    variables: dict[str, object] | None = None,
    *,
    limits: Limits | None = None,
    may_introspect: bool = False,
    schema: GraphQLSchema = SCHEMA,
) -> int:
    document = parse(text)
    guard = Guard(schema, limits or Limits())
    return guard.check(document, selected(document, None), variables or {}, may_introspect=may_introspect)


def refusal(text: str, variables: dict[str, object] | None = None) -> Code:
    with pytest.raises(GraphQLError) as caught:
        cost(text, variables)
    assert isinstance(caught.value.original_error, Refusal)
    return caught.value.original_error.code


def doubling(levels: int) -> str:
    """Each fragment spreads the next one twice, one field deeper: 2 ** levels fields when expanded."""
    steps = "".join(f"fragment f{n} on Query{{a{{...f{n + 1}}}b{{...f{n + 1}}}}}" for n in range(levels))
    return f"{{...f0}}{steps}fragment f{levels} on Query{{x}}"


def test_an_object_counts_one_and_a_leaf_nothing() -> None:
    assert cost("{ a { b { x } } x }") == 2


def test_a_connection_counts_its_rows_and_not_its_wrapping() -> None:
    assert cost("{ list(first: 7) { totalCount pageInfo { hasNextPage } edges { node { x } } } }") == 7


def test_nested_lists_multiply() -> None:
    assert cost("{ list(first: 10) { nodes { list(first: 20) { nodes { x } } } } }") == 10 + 10 * 20


def test_the_default_of_first_counts_where_it_is_left_out() -> None:
    assert cost("{ list { nodes { x } } }") == 50


def test_a_variable_counts_by_its_value() -> None:
    assert cost("query($n: Int) { list(first: $n) { nodes { x } } }", {"n": 12}) == 12


def test_a_variable_left_out_counts_by_its_default() -> None:
    assert cost("query($n: Int = 9) { list(first: $n) { nodes { x } } }") == 9


def test_first_null_counts_as_the_largest_page() -> None:
    assert cost("{ list(first: null) { nodes { x } } }") == 1000


def test_a_list_with_a_known_bound_counts_the_smaller_of_both() -> None:
    limits = Limits(bounds={"Query.list": 12})
    assert cost("{ list(first: 1000) { nodes { x } } }", limits=limits) == 12


def test_a_list_without_first_counts_five() -> None:
    assert cost("{ plain { a { x } } }") == 5 + 5


def test_money_is_a_part_of_its_row() -> None:
    assert cost("{ money { amount } }") == 0


def test_ten_thousand_figures_may_be_asked_for() -> None:
    assert cost("{ figures(input: {limit: 10000}) { rows { name keys { label } } } }") == 10_000


def test_more_figures_are_refused_as_invalid() -> None:
    assert refusal("{ figures(input: {limit: 10001}) { rows { name } } }") is Code.INVALID


def test_twenty_thousand_objects_pass_and_one_more_row_does_not() -> None:
    text = "{ list(first: 1000) { nodes { list(first: %s) { nodes { x } } } } }"
    assert cost(text % 19) == 20_000
    assert refusal(text % 20) is Code.TOO_COSTLY


@pytest.mark.parametrize("first", [-1, 1001, 1_000_000])
def test_first_out_of_bounds_is_invalid(first: int) -> None:
    assert refusal(f"{{ list(first: {first}) {{ nodes {{ x }} }} }}") is Code.INVALID


def test_first_out_of_bounds_in_a_variable_is_invalid() -> None:
    assert refusal("query($n: Int) { list(first: $n) { nodes { x } } }", {"n": -1}) is Code.INVALID


def test_fifteen_levels_pass_and_sixteen_do_not() -> None:
    assert cost("{" + "a{" * 14 + "x" + "}" * 14 + "}") == 14
    assert refusal("{" + "a{" * 15 + "x" + "}" * 15 + "}") is Code.TOO_COSTLY


def test_the_standard_introspection_query_is_fifteen_deep_and_costs_nothing() -> None:
    assert cost(get_introspection_query(), may_introspect=True, limits=Limits(depth=15)) == 0
    with pytest.raises(GraphQLError, match="levels"):
        cost(get_introspection_query(), may_introspect=True, limits=Limits(depth=14))


def test_introspection_needs_sign_in_and_typename_does_not() -> None:
    assert refusal("{ __schema { queryType { name } } }") is Code.UNAUTHENTICATED
    assert refusal('{ t: __type(name: "Query") { kind } }') is Code.UNAUTHENTICATED
    assert cost("{ __typename }") == 0


@pytest.mark.parametrize(
    "asked",
    ["name fields { name }", "...f", "... on __Type { fields { name } }", "n: kind", "ofType { name }"],
)
def test_a_type_s_own_name_is_all_that_is_told_without_sign_in(asked: str) -> None:
    assert cost('{ __type(name: "Query") { name __typename } }') == 0
    assert refusal(f'{{ __type(name: "Query") {{ {asked} }} }}') is Code.UNAUTHENTICATED
    twice = f'{{ __type(name: "Query") {{ name }} __type(name: "Query") {{ {asked} }} }}'
    assert refusal(twice) is Code.UNAUTHENTICATED


def test_introspection_inside_a_fragment_needs_sign_in_too() -> None:
    assert refusal("{ ...f } fragment f on Query { __schema { queryType { name } } }") is Code.UNAUTHENTICATED


def test_ten_root_fields_pass_and_eleven_do_not() -> None:
    assert cost("{" + " ".join(f"k{n}: x" for n in range(10)) + "}") == 0
    assert refusal("{" + " ".join(f"k{n}: x" for n in range(11)) + "}") is Code.TOO_COSTLY


def test_root_fields_in_fragments_count() -> None:
    keys = " ".join(f"k{n}: x" for n in range(11))
    assert refusal(f"{{ ...f }} fragment f on Query {{ {keys} }}") is Code.TOO_COSTLY


def test_thirty_aliases_pass_and_one_more_does_not() -> None:
    text = "{ a { %s } }"
    assert cost(text % " ".join(f"k{n}: x" for n in range(30))) == 1
    assert refusal(text % " ".join(f"k{n}: x" for n in range(31))) is Code.TOO_COSTLY


def test_aliases_in_a_fragment_count_at_each_use() -> None:
    keys = " ".join(f"k{n}: x" for n in range(11))
    uses = "a { ...f } b { ...f } plain { ...f }"
    assert refusal(f"{{ {uses} }} fragment f on Query {{ {keys} }}") is Code.TOO_COSTLY


def test_four_directives_in_a_place_pass_and_five_do_not() -> None:
    assert cost("{ x " + "@skip(if: false) " * 4 + "}") == 0
    assert refusal("{ x " + "@skip(if: false) " * 5 + "}") is Code.TOO_COSTLY
    assert refusal("query " + "@skip(if: false) " * 5 + "{ x }") is Code.TOO_COSTLY


def test_twenty_uses_of_a_key_pass_and_one_more_does_not() -> None:
    assert cost("{" + "x " * 20 + "}") == 0
    assert refusal("{" + "x " * 21 + "}") is Code.TOO_COSTLY


def test_uses_of_a_key_count_in_the_merged_level() -> None:
    assert refusal("{" + "a { x x x } " * 7 + "}") is Code.TOO_COSTLY


def test_uses_of_a_key_count_through_fragments_and_their_conditions() -> None:
    assert refusal("{" + "... on Query { x } " * 21 + "}") is Code.TOO_COSTLY


def test_an_operation_that_is_not_executed_has_to_keep_the_limits_of_shape() -> None:
    document = parse("query one { x } query two {" + "x " * 21 + "}")
    with pytest.raises(GraphQLError, match="response key"):
        Guard(SCHEMA, Limits()).check(document, selected(document, "one"), {}, may_introspect=False)


def test_fragments_in_a_circle_are_refused() -> None:
    assert refusal("{ ...A } fragment A on Query { a { ...A } }") is Code.TOO_COSTLY


@pytest.mark.parametrize(("name", "said"), [("three", "of this name"), (None, "Name one")])
def test_an_operation_that_cannot_be_chosen_is_invalid(name: str | None, said: str) -> None:
    with pytest.raises(GraphQLError, match=said):
        selected(parse("query one { x } query two { x }"), name)


def fastest(work: str) -> float:
    """Seconds, the best of twenty, of the guard alone."""
    document = parse(work)
    guard = Guard(SCHEMA, Limits())
    times = []
    for _ in range(20):
        start = time.perf_counter()
        with suppress(GraphQLError):  # refused is an answer too; how long it took is what counts here
            guard.check(document, selected(document, None), {}, may_introspect=False)
        times.append(time.perf_counter() - start)
    return min(times)


def test_doubling_fragments_take_less_than_a_millisecond() -> None:
    text = doubling(13)
    assert 500 < len(text) < 620
    assert fastest(text) < 0.001


def test_the_work_grows_with_the_text_and_not_with_what_it_expands_to() -> None:
    assert cost(doubling(12)) == 2**13 - 2  # every expanded object is counted
    assert fastest(doubling(12)) < 4 * fastest(doubling(6))


def test_many_repeats_of_a_field_are_refused_before_the_rule_that_compares_them() -> None:
    text = "{" + "x:a{x} " * 200 + "}"
    start = time.perf_counter()
    validate(SCHEMA, parse(text), [OverlappingFieldsCanBeMergedRule])
    compared = time.perf_counter() - start
    assert refusal(text) is Code.TOO_COSTLY
    assert fastest(text) < compared / 20


@given(
    st.recursive(
        st.just("x"),
        lambda inner: st.lists(inner, min_size=1, max_size=3).map(
            lambda parts: " ".join(f"k{n}: a {{ {part} }}" for n, part in enumerate(parts))
        ),
        max_leaves=12,
    )
)
def test_the_cost_of_plain_fields_is_the_number_of_objects_in_the_text(selection: str) -> None:
    generous = Limits(aliases=10_000, root_fields=10_000, depth=100)
    assert cost(f"{{ {selection} }}", limits=generous) == selection.count("a {")
