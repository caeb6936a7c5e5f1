"""Joins by the foreign keys of the metadata."""

import pytest
import sqlalchemy as sa

from api.graphql.lookahead import Items, Listed, Many, One, PlanError, Rows
from api.graphql.lookahead.joins import join_of
from api.graphql.lookahead.relations import joined, joins_of
from api.graphql.lookahead.sql import Binder

from .tables import FUNDER, INVESTMENT, PARTNERSHIP, PRACTICE, TAG, USED_FOR

METADATA = sa.MetaData()
GROUP = sa.Table(
    "grouping",
    METADATA,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("parent_id", sa.Uuid, sa.ForeignKey("grouping.id")),
)
PART = sa.Table(
    "part",
    METADATA,
    sa.Column("whole_id", sa.Uuid, sa.ForeignKey("grouping.id"), primary_key=True),
    sa.Column("part_id", sa.Uuid, sa.ForeignKey("grouping.id"), primary_key=True),
)


def on(source: One | Many | Listed | Items, parent: sa.Table, child: sa.Table) -> str:
    binder = Binder()
    upper = binder.scope(parent)
    return joined(source, upper)(binder.scope(child))


def test_a_composite_key_joins_on_all_its_columns() -> None:
    assert on(One(via="funder_id"), INVESTMENT, FUNDER) == (
        't2."partnership_id" = t1."partnership_id" and t2."id" = t1."funder_id"'
    )


def test_a_list_is_joined_from_the_other_side() -> None:
    assert on(Many(via="funder_id"), FUNDER, INVESTMENT) == (
        't2."partnership_id" = t1."partnership_id" and t2."funder_id" = t1."id"'
    )
    assert on(Items(TAG, TAG.c.word), INVESTMENT, TAG) == (
        't2."partnership_id" = t1."partnership_id" and t2."investment_id" = t1."id"'
    )
    assert on(Listed(Rows), PARTNERSHIP, INVESTMENT) == 't2."partnership_id" = t1."id"'


def test_a_table_between_has_to_lead_to_both() -> None:
    assert on(Many(through=USED_FOR), INVESTMENT, PRACTICE) == (
        'exists (select 1 from "investment_practice" t3 where t3."partnership_id" = t1."partnership_id" '
        'and t3."investment_id" = t1."id" and t2."partnership_id" = t3."partnership_id" and t2."id" = t3."practice_id")'
    )


def test_a_table_that_refers_to_itself_is_joined_up_and_down() -> None:
    assert on(One(via="parent_id"), GROUP, GROUP) == 't2."id" = t1."parent_id"'
    assert on(Many(via="parent_id"), GROUP, GROUP) == 't2."parent_id" = t1."id"'


def test_a_table_between_may_lead_twice_to_the_same_table() -> None:
    assert on(Many(through=PART, via="whole_id", to="part_id"), GROUP, GROUP) == (
        'exists (select 1 from "part" t3 where t3."whole_id" = t1."id" and t2."id" = t3."part_id")'
    )
    with pytest.raises(PlanError, match="2 foreign keys"):
        joins_of(Many(through=PART), GROUP, GROUP)


def test_a_join_knows_whether_there_is_always_a_row() -> None:
    assert join_of(INVESTMENT, FUNDER, "funder_id").is_required
    assert not join_of(INVESTMENT, FUNDER, "recipient_id").is_required
    assert not join_of(FUNDER, INVESTMENT, "funder_id", holder="child").is_required


@pytest.mark.parametrize(
    ("via", "said"), [(None, "2 foreign keys"), ("title", "no foreign key that holds title")]
)
def test_a_join_that_is_not_one_is_refused(via: str | None, said: str) -> None:
    with pytest.raises(PlanError, match=said):
        join_of(INVESTMENT, FUNDER, via)


def test_a_condition_of_ones_own_takes_the_place_of_a_key() -> None:
    source = One(on=lambda parent, child: f"{child.alias}.x = {parent.alias}.y")
    assert on(source, PRACTICE, FUNDER) == "t2.x = t1.y"
