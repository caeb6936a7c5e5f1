"""The search for measures: who is found, in what order, for whom, and through which index."""

import math
from collections.abc import Sequence
from decimal import Decimal

import pytest
from sqlalchemy import insert, select, text

from models.base import new_id
from models.database import Database, Scope
from models.measures import MeasureStatus, PolicyMeasure
from models.outcomes import Indicator, Outcome, Stage
from models.partnerships import Partnership
from policy.measure_search import SEARCH, search_measures, words_of_outcome

FILLED = """
insert into policy_measure (partnership_id, jurisdiction, identifier, title, summary, status, status_as_published,
  source_system)
select :partnership, 'US-NY', 'A' || n, 'Relates to topic' || n % 400, 'On subject' || n % 700 || ' and term' || n % 90,
  'IN_COMMITTEE', 'x', 'test' from generate_series(1, 4000) n
"""


async def keep(
    database: Database, partnership: Partnership, *titles: str, summary: str | None = None
) -> None:
    rows = [
        {
            "partnership_id": partnership.id,
            "id": new_id(),
            "jurisdiction": "US-NY",
            "identifier": f"{title[:80]}",
            "title": title,
            "summary": summary,
            "status": MeasureStatus.IN_COMMITTEE,
            "status_as_published": "x",
            "source_system": "test",
        }
        for title in titles
    ]
    async with database.session(Scope.of(partnership.id)) as session:
        await session.execute(insert(PolicyMeasure), rows)


async def found(
    database: Database, partnership: Partnership, words: str, most: int = 10
) -> Sequence[tuple[str, Decimal]]:
    async with database.session(Scope.of(partnership.id)) as session:
        matches = await search_measures(session, partnership.id, words, most=most)
        rows = await session.execute(select(PolicyMeasure.id, PolicyMeasure.title))
        titles = {row.id: row.title for row in rows}
    return [(titles[each.measure_id], each.rank) for each in matches]


async def test_the_rarer_word_and_the_title_rank_first(database: Database, partnership: Partnership) -> None:
    await keep(database, partnership, "School buses", "School reading", "School meals")
    await keep(database, partnership, "Libraries", summary="They read aloud")
    # four measures: `read` stands in 2, `school` in 3
    read, school = (math.log(1 + (4 - n + 0.5) / (n + 0.5)) for n in (2, 3))
    ranks = await found(database, partnership, "reading schools")
    assert [title for title, _ in ranks][:2] == ["School reading", "School buses"] or ranks[1][
        0
    ] != "Libraries"
    assert dict(ranks) == {
        "School reading": pytest.approx(Decimal(read + school), abs=Decimal("0.0001")),
        "School buses": pytest.approx(Decimal(school), abs=Decimal("0.0001")),
        "School meals": pytest.approx(Decimal(school), abs=Decimal("0.0001")),
        "Libraries": pytest.approx(Decimal(0.4 * read), abs=Decimal("0.0001")),
    }


@pytest.mark.parametrize(
    "words", ["", "the of and", "!!! & | <-> ':*", "'; drop table policy_measure; --", "☃"]
)
async def test_signs_and_empty_words_find_nothing_and_break_nothing(
    database: Database, partnership: Partnership, words: str
) -> None:
    await keep(database, partnership, "Relates to reading")
    assert await found(database, partnership, words) == []


async def test_at_most_so_many_are_found(database: Database, partnership: Partnership) -> None:
    await keep(database, partnership, *(f"Reading {n}" for n in range(5)))
    assert len(await found(database, partnership, "reading", most=3)) == 3
    assert await found(database, partnership, "reading", most=0) == []


async def test_another_partnership_s_measures_are_neither_found_nor_counted(
    database: Database, partnership: Partnership, other_partnership: Partnership
) -> None:
    await keep(database, partnership, "Relates to reading")
    alone = await found(database, partnership, "reading")
    await keep(database, other_partnership, "Reading aloud", "Reading softly")
    assert await found(database, partnership, "reading") == alone
    async with database.session(Scope.of(partnership.id)) as session:
        assert await search_measures(session, other_partnership.id, "reading", most=9) == []


async def test_the_weak_role_searches_through_the_index(
    database: Database, partnership: Partnership, other_partnership: Partnership
) -> None:
    for each in (partnership, other_partnership):
        async with database.session(Scope.of(each.id)) as session:
            await session.execute(text(FILLED), {"partnership": each.id})
            await session.execute(text("select refresh_statistics(true, 'policy_measure', 'measure_word')"))
    asked = {"words": "topic7 term80", "partnership": partnership.id, "most": 20}
    async with database.session(Scope.of(partnership.id)) as session:
        role = await session.execute(
            text("select rolsuper or rolbypassrls from pg_roles where rolname = current_user")
        )
        assert role.scalar_one() is False
        plan = "\n".join(row[0] for row in await session.execute(text("explain " + SEARCH), asked))
    assert "Seq Scan on measure_word" not in plan
    # the stem is a condition of the index itself, not a filter over what it gives
    conditions = [line for line in plan.splitlines() if "Index Cond" in line and "lexeme" in line]
    assert len(conditions) == 1, plan
    assert "pk_measure_word" in plan


async def test_a_text_search_operator_would_not_reach_an_index_here(
    database: Database, partnership: Partnership
) -> None:
    """Why the stems are kept one a row: the catalog itself says which operator may pass the tenant's guard."""
    leakproof = text(
        "select o.oprname, p.proleakproof from pg_operator o join pg_proc p on p.oid = o.oprcode "
        "where (o.oprname, o.oprleft::regtype::text, o.oprright::regtype::text) in "
        "(('@@', 'tsvector', 'tsquery'), ('=', 'text', 'text'), ('=', 'uuid', 'uuid'))"
    )
    async with database.session(Scope.of(partnership.id)) as session:
        rows = [tuple(row) for row in await session.execute(leakproof)]
    assert sorted(rows) == [("=", True), ("=", True), ("@@", False)]


async def test_an_outcome_is_searched_by_its_name_and_its_indicators(
    database: Database, partnership: Partnership
) -> None:
    outcome = Outcome(partnership_id=partnership.id, id=new_id(), name="Reading", stage=Stage.EARLY_GRADES)
    async with database.session(Scope.of(partnership.id)) as session:
        session.add(outcome)
        await session.flush()
        session.add(
            Indicator(
                partnership_id=partnership.id,
                id=new_id(),
                code="literacy",
                name="Third-grade literacy",
                outcome_id=outcome.id,
            )
        )
        await session.flush()
        assert await words_of_outcome(session, partnership.id, outcome.id) == "Reading\nThird-grade literacy"
        assert await words_of_outcome(session, partnership.id, new_id()) is None
