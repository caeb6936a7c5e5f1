"""Founding a partnership."""

import pytest
from sqlalchemy import select

from allocation.partnerships import PartnershipError, Terms, create_partnership
from models.database import Database, Scope
from models.ledger import Book
from models.partnerships import Partnership


async def test_a_new_partnership_has_an_empty_book(database: Database, partnership: Partnership) -> None:
    async with database.session(Scope.of(partnership.id)) as session:
        book = (await session.execute(select(Book))).scalar_one()
    assert (book.partnership_id, book.sequence, book.head) == (partnership.id, 0, b"\0")


async def test_a_partnership_takes_the_defaults_of_the_rules(partnership: Partnership) -> None:
    assert (partnership.minimum_group_size, partnership.disparity_periods, partnership.is_public) == (
        10,
        3,
        False,
    )


@pytest.mark.parametrize(
    ("terms", "sentence"),
    [
        (Terms("No Spaces", "N"), "small letters"),
        (Terms("n", "N", currency="usd"), "three capital letters"),
        (Terms("n", "N", fiscal_year_start_month=13), "a month from 1 to 12"),
    ],
)
async def test_terms_that_the_table_refuses_are_refused_in_words(
    database: Database, terms: Terms, sentence: str
) -> None:
    with pytest.raises(PartnershipError, match=sentence):
        async with database.session(Scope()) as session:
            await create_partnership(session, terms)


async def test_a_slug_is_taken_once(database: Database, partnership: Partnership) -> None:
    with pytest.raises(PartnershipError, match="is taken"):
        async with database.session(Scope()) as session:
            await create_partnership(session, Terms(partnership.slug, "Another"))
