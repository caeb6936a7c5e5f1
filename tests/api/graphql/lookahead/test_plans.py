"""What is found to be wrong with a plan before anything is asked."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import pytest
import strawberry

from api.graphql.door.operations import core_schema
from api.graphql.lookahead import (
    By,
    Computed,
    ConnectionPlan,
    Guarded,
    Items,
    Many,
    One,
    Part,
    PlanError,
    Plans,
    Rows,
    TypePlan,
    Value,
)

from .tables import FUNDER, INVESTMENT, PRACTICE, TAG


def checked(type_: type, *plans: TypePlan | ConnectionPlan) -> str:
    """What the check says, or nothing."""
    query = type("Query", (), {"__annotations__": {"one": type_}})
    try:
        Plans(*plans).check(core_schema(strawberry.Schema(strawberry.type(query))))
    except PlanError as fault:
        return str(fault)
    return ""


@strawberry.type
class Giver:
    id: strawberry.ID
    name: str


@strawberry.type
class Gift:
    title: str
    awarded_on: date | None
    funder: Giver


GIVER = TypePlan("Giver", FUNDER)


def test_columns_and_keys_are_found_by_their_names() -> None:
    assert checked(Gift, GIVER, TypePlan("Gift", INVESTMENT)) == ""


def test_a_field_without_a_source_is_named() -> None:
    @strawberry.type
    class Thing:
        unheard_of: str

    assert "Thing.unheardOf has no source" in checked(Thing, TypePlan("Thing", FUNDER))


def test_a_source_without_a_field_is_named() -> None:
    plan = TypePlan("Giver", FUNDER, {"surname": FUNDER.c.name})
    assert checked(Giver, plan) == "Giver.surname is no field of the schema"


def test_a_type_that_is_not_there_is_named() -> None:
    assert checked(Giver, GIVER, TypePlan("Taker", FUNDER)) == "Taker is no object type of the schema"


def test_all_that_is_wrong_is_told_at_once() -> None:
    @strawberry.type
    class Thing:
        unheard_of: str
        more: str

    assert checked(Thing, TypePlan("Thing", FUNDER)).count("has no source") == 2


@pytest.mark.parametrize(
    "source",
    [
        INVESTMENT.c.awarded_on,
        Value(lambda _: "null"),
        One(on=lambda _, __: "true"),
        Part({}, lambda _: "true"),
    ],
)
def test_what_must_not_be_null_has_a_source_that_never_is(source: Any) -> None:
    @strawberry.type
    class Thing:
        on: date
        of: Giver

    name = "on" if not isinstance(source, One | Part) else "of"
    plan = TypePlan("Thing", INVESTMENT, {"on": INVESTMENT.c.id, "of": One(via="funder_id"), name: source})
    assert f"Thing.{name}: the field is not null, and its source may be" in checked(Thing, GIVER, plan)


def test_a_key_that_may_be_null_does_not_make_a_field_that_may_not() -> None:
    @strawberry.type
    class Thing:
        recipient: Giver

    assert "Thing.recipient: the field is not null" in checked(Thing, GIVER, TypePlan("Thing", INVESTMENT))


def test_a_leaf_is_no_row_and_a_row_no_leaf() -> None:
    plan = TypePlan("Gift", INVESTMENT, {"title": One(via="funder_id"), "funder": INVESTMENT.c.funder_id})
    assert checked(Gift, GIVER, plan).count("a leaf is read from a column or a Value") == 2


def test_two_keys_to_one_table_need_a_choice() -> None:
    @strawberry.type
    class Taker:
        gifts: list[Gift]

    assert "2 foreign keys" in checked(Taker, GIVER, TypePlan("Gift", INVESTMENT), TypePlan("Taker", FUNDER))
    chosen = TypePlan("Taker", FUNDER, {"gifts": Many(via="recipient_id")})
    assert checked(Taker, GIVER, TypePlan("Gift", INVESTMENT), chosen) == ""


def test_tables_without_a_key_between_them_are_named() -> None:
    @strawberry.type
    class Method:
        givers: list[Giver]

    assert "no foreign key between practice and funder" in checked(
        Method, GIVER, TypePlan("Method", PRACTICE)
    )


def test_a_resolver_of_a_row_gets_only_arguments() -> None:
    @strawberry.type
    class Thing:
        @strawberry.field
        def late(self) -> list[str]:
            return []

    assert "takes only the field's arguments" in checked(Thing, TypePlan("Thing", FUNDER))


def test_what_python_computes_may_be_anything() -> None:
    async def load(_: Any, rows: Sequence[Mapping[str, Any]], __: Mapping[str, Any]) -> list[Any]:
        return [None] * len(rows)

    computed: dict[str, Computed | Guarded] = {
        "title": Computed(load),
        "funder": Computed(load),
        "awardedOn": Guarded(Computed(load), lambda _: None),
    }
    assert checked(Gift, TypePlan("Gift", INVESTMENT, computed)) == ""


def test_items_are_leaves_or_parts() -> None:
    @strawberry.type
    class Mark:
        word: str

    @strawberry.type
    class Thing:
        words: list[str]
        marks: list[Mark]

    right = {"words": Items(TAG, TAG.c.word), "marks": Items(TAG, Part({"word": TAG.c.word}))}
    assert checked(Thing, TypePlan("Thing", INVESTMENT, right)) == ""
    wrong = {"words": Items(TAG, Part({})), "marks": Items(TAG, TAG.c.word)}
    assert checked(Thing, TypePlan("Thing", INVESTMENT, wrong)).count("a leaf is read from") == 2


def test_what_every_connection_has_is_not_replaced() -> None:
    assert "Giver.totalCount cannot be replaced" in checked(
        Giver, GIVER, ConnectionPlan("Giver", {"totalCount": Value(lambda _: "1")})
    )


def test_an_order_by_an_expression_has_a_name() -> None:
    with pytest.raises(TypeError, match="has a name"):
        _ = By(lambda _: "1").step_name
    assert Rows(order=[By(lambda _: "1", name="one", descending=True)]).order[0].step_name == "-one"
