"""Plain facts in the database: each kind comes once, again changes nothing, and an amended one is updated."""

import pytest

from api.exchange.store.facts import split_identifier

from ..importer import Importer, codes, told

# In this order each table finds what it names: (format, file, the same with one fact amended).
FILES = (
    (
        "organizations",
        "identifier,name,sector,funder_kind\nXX-1,City Fund,PHILANTHROPIC,FOUNDATION\nXX-2,School,K12,\n",
        ("PHILANTHROPIC,FOUNDATION", "PHILANTHROPIC,CORPORATE"),
    ),
    ("outcomes", "name,stage\nReading,EARLY_GRADES\n", ("EARLY_GRADES", "MIDDLE_GRADES")),
    (
        "populations",
        "dimension,value,label,key,aliases\nrace,Black,Black students,true,African American\n",
        ("African American", "African American;Black students (state)"),
    ),
    (
        "practices",
        (
            "practice,outcomes,cost_per_participant,currency,capacity,in_kind_needs\n"
            "Tutoring,Reading,1250.50,USD,40,VOLUNTEERS:2:HOUR\n"
        ),
        ("VOLUNTEERS:2:HOUR", "VOLUNTEERS:3:HOUR"),
    ),
    (
        "positions",
        "title,role,annual_cost,currency\nData manager,DATA_MANAGER,96000,USD\n",
        ("96000", "98000"),
    ),
    (
        "in-kind",
        "donor,kind,description,quantity,unit,practice\nXX-2,FACILITIES,Rooms,120,HOUR,Tutoring\n",
        (",120,", ",140,"),
    ),
    (
        "position-funding",
        "position,in_kind,starts_on,ends_on,monthly,currency\nData manager,Rooms,2026-07-01,2027-06-30,8000,USD\n",
        (",8000,", ",8100,"),
    ),
    (
        "policy-plans",
        (
            "title,level,stance,status,owner,outcomes,populations\n"
            "Home language,LOCAL,CHANGE,ACTIVE,School,Reading,race:Black\n"
        ),
        ("ACTIVE", "WON"),
    ),
)
NAMES = [name for name, _, _ in FILES]


async def _bring_before(bring: Importer, name: str) -> None:
    for earlier, content, _ in FILES[: NAMES.index(name)]:
        assert told(await bring.text(content, earlier))[3] == 0


@pytest.mark.parametrize(("name", "content"), [(name, content) for name, content, _ in FILES], ids=NAMES)
async def test_the_same_facts_again_change_nothing(bring: Importer, name: str, content: str) -> None:
    await _bring_before(bring, name)
    count = content.count("\n") - 1
    assert told(await bring.text(content, name)) == (count, 0, 0, 0)
    before = await bring.counts()
    assert told(await bring.text(content, name)) == (0, 0, count, 0)
    assert await bring.counts() == before


@pytest.mark.parametrize(("name", "content", "change"), FILES, ids=NAMES)
async def test_an_amended_fact_is_updated(
    bring: Importer, name: str, content: str, change: tuple[str, str]
) -> None:
    await _bring_before(bring, name)
    await bring.text(content, name)
    others = content.count("\n") - 2
    assert told(await bring.text(content.replace(*change), name)) == (0, 1, others, 0)
    assert told(await bring.text(content.replace(*change), name)) == (0, 0, others + 1, 0)


async def test_a_fact_that_names_something_unknown_is_rejected_with_its_place(bring: Importer) -> None:
    report = await bring.text("practice,outcomes\nTutoring,Reading\n", "practices")
    finding = next(iter(report))
    assert (finding.code, finding.message) == ("unknown-outcome", "no outcome is called 'Reading'")
    assert (finding.examples[0].row, finding.examples[0].value) == (2, "Reading")


AWARD = "id,funder,amount\nA-1,Fund,100.00\n"
AWARD_RECIPE = """
[columns]
identifier = "id"
funder = "funder"
amount = "amount"
[constants]
currency = "USD"
"""
RESTRICTIONS = (
    "investment,amount,use,fiscal_years,note\nA-1,40.00,PRACTICE,2026;2027,Letter\nA-1,,PRACTICE,2028,\n"
)


async def test_restrictions_are_told_by_all_that_they_say(bring: Importer) -> None:
    await bring.text(AWARD, "investments", AWARD_RECIPE)
    assert told(await bring.text(RESTRICTIONS, "restrictions")) == (2, 0, 0, 0)
    assert told(await bring.text(RESTRICTIONS, "restrictions")) == (0, 0, 2, 0)
    more = RESTRICTIONS + "A-1,,PRACTICE,2029,\n"
    assert told(await bring.text(more, "restrictions")) == (1, 0, 2, 0)


async def test_two_restrictions_that_say_the_same_are_two(bring: Importer) -> None:
    await bring.text(AWARD, "investments", AWARD_RECIPE)
    twice = RESTRICTIONS + RESTRICTIONS.splitlines()[1] + "\n"
    assert told(await bring.text(twice, "restrictions")) == (3, 0, 0, 0)
    assert told(await bring.text(twice, "restrictions")) == (0, 0, 3, 0)


async def test_a_group_of_two_dimensions_is_ambiguous_unless_its_dimension_is_named(bring: Importer) -> None:
    await bring.text("name,stage\nReading,EARLY_GRADES\n", "outcomes")
    groups = "dimension,value,label\nrace,All students,All\nmeals,All students,All\n"
    await bring.text(groups, "populations")
    plan = "title,level,stance,outcomes,populations\nPlan,LOCAL,CHANGE,Reading,{}\n"
    assert codes(await bring.text(plan.format("All students"), "policy-plans")) == {"ambiguous-population"}
    assert told(await bring.text(plan.format("meals:All students"), "policy-plans")) == (1, 0, 0, 0)


@pytest.mark.parametrize(
    ("identifier", "parts"),
    [
        ("US-EIN-123456789", ("US-EIN", "123456789")),
        ("XX-RIVERBEND-2", ("XX-RIVERBEND", "2")),
        ("GB-COH-RC000766", ("GB-COH", "RC000766")),
        ("360G-ACW-20041807", ("", "360G-ACW-20041807")),
        ("us-ein-123456789", ("", "us-ein-123456789")),
        ("XX-1", ("", "XX-1")),
    ],
)
async def test_an_identifier_is_a_list_and_a_value_in_python_as_in_sql(
    bring: Importer, identifier: str, parts: tuple[str, str]
) -> None:
    assert split_identifier(identifier) == parts
    recipe = AWARD_RECIPE.replace('funder = "funder"', 'funder = "funder"\nfunder_identifier = "code"')
    await bring.text(f"id,funder,amount,code\nA-1,Fund,100.00,{identifier}\n", "investments", recipe)
    kept = await bring.rows("select scheme, value from organization_identifier")
    assert [tuple(row) for row in kept] == [parts]
