"""The limits let pass what every client sends."""

from graphql import Lexer, Source, TokenKind, get_introspection_query

from api.graphql.door.limits import LIMITS


def test_the_standard_introspection_query_has_fewer_than_250_tokens() -> None:
    lexer = Lexer(Source(get_introspection_query()))
    count = 0
    while lexer.advance().kind != TokenKind.EOF:
        count += 1
    assert 150 < count < 250
    assert count < LIMITS.tokens


def test_the_limits_are_those_that_are_promised() -> None:
    # the numbers of docs/graphql.md
    assert (LIMITS.body_bytes, LIMITS.nesting, LIMITS.tokens, LIMITS.depth) == (100_000, 40, 2_000, 15)
    assert (LIMITS.root_fields, LIMITS.aliases, LIMITS.directives, LIMITS.same_key) == (10, 30, 4, 20)
    assert (LIMITS.cost, LIMITS.first, LIMITS.rows, LIMITS.errors) == (20_000, 1_000, 10_000, 5)
    assert (LIMITS.subscriptions, LIMITS.init_seconds, LIMITS.message_bytes) == (5, 5.0, 100_000)
    assert (LIMITS.objects_per_second, LIMITS.objects_held, LIMITS.request_objects) == (
        100_000,
        30_000_000,
        50,
    )
    assert (LIMITS.deadline_seconds, LIMITS.partnership_share) == (8.0, 0.5)
