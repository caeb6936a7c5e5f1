"""The policy team's files in the database: what is stored, known again, and refused in words."""

from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from sqlalchemy import text

from api.exchange.imports import Order, import_file
from api.exchange.recipe_files import parse_recipe
from api.exchange.report import ImportReport
from models.database import Database, Scope
from models.partnerships import Partnership

Bring = Callable[[str, str], Awaitable[ImportReport]]
PLANS = "title,level,stance,status,starts_on\nBuses for tutoring,LOCAL,CHANGE,{},2026-01-10\n"
ACTIONS = (
    "plan,organization,occurred_on,kind,classification,description,speaker,hours,cost,currency,body,audience,"
    "names_legislation,takes_position,calls_to_action\n"
)


@pytest.fixture
async def bring(database: Database, partnership: Partnership, tmp_path: Path) -> Bring:
    """bring(format, content) -> the report of the import."""

    async def brought(name: str, content: str) -> ImportReport:
        path = tmp_path / f"{name}.csv"
        path.write_text(content, encoding="utf-8")
        return await import_file(database, Order(partnership.id, path, name, None, actor="test"))

    await brought("organizations", "name\nRiver School\n")
    return brought


def told(report: ImportReport) -> list[str]:
    return [finding.code for finding in report if finding.severity.value == "ERROR"]


async def test_the_same_files_again_change_nothing(bring: Bring) -> None:
    action = (
        "Buses for tutoring,River School,2026-02-01,MEETING,NOT_LOBBYING,Met the board,Principal,2,,,,,,,\n"
    )
    files = {
        "barriers": "title,raised_on,answer,answered_on\nNo bus,2026-01-02,Ask the city,2026-01-09\n",
        "policy-plans": "title,level,stance,starts_on,barriers\nBuses for tutoring,LOCAL,CHANGE,2026-01-10,No bus\n",
        "policy-steps": "plan,to,on,note\nBuses for tutoring,ADOPTED,2026-01-12,Voted\n",
        "policy-milestones": "plan,title,due_on\nBuses for tutoring,Vote,2026-05-01\n",
        "policy-actions": ACTIONS + action,
        "policy-dollars": "plan,kind,amount,currency\nBuses for tutoring,RELEASED,12.50,USD\n",
        "policy-positions": "plan,organization,position,speaker\nBuses for tutoring,River School,SUPPORTS,Principal\n",
        "exempt-purpose-spending": "fiscal_year,amount,currency\n2027,1000.00,USD\n",
    }
    for name, content in files.items():
        report = await bring(name, content)
        assert (report.created, report.rejected) == (1, 0), (name, told(report))
    for name, content in files.items():
        assert (await bring(name, content)).unchanged == 1, name


async def test_a_status_moves_only_along_its_steps(
    bring: Bring, database: Database, partnership: Partnership
) -> None:
    await bring("policy-plans", PLANS.format("DRAFT"))
    refused = await bring("policy-plans", PLANS.format("WON"))
    assert told(refused) == ["impossible-step"]
    assert (await bring("policy-plans", PLANS.format("ADOPTED"))).updated == 1
    early = await bring("policy-steps", "plan,to,on,note\nBuses for tutoring,ACTIVE,2026-01-09,Early\n")
    assert told(early) == ["impossible-step"]
    async with database.session(Scope.of(partnership.id)) as session:
        steps = await session.execute(text("select to_status from policy_status_change order by changed_at"))
        assert list(steps.scalars()) == ["DRAFT", "ADOPTED"]


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("policy-milestones", "plan,title,due_on\nBuses for tutoring,Vote,2026-01-09\n", "before-its-plan"),
        ("policy-milestones", "plan,title,due_on\nBuses for tutoring,Vote,0001-01-01\n", "empty"),
        ("policy-milestones", f"plan,title,due_on\nBuses for tutoring,{'x' * 3000},2026-02-01\n", "too-long"),
        (
            "policy-milestones",
            "plan,title,due_on\nBuses for tutoring,a\u202eb,2026-02-01\n",
            "control-character",
        ),
        ("policy-milestones", "plan,title,due_on\nNo such plan,Vote,2026-02-01\n", "unknown-plan"),
        ("barriers", "title,raised_on,resolved_on\nNo bus,2026-01-02,2026-01-01\n", "ends-before-start"),
        ("policy-positions", "plan,organization,position,speaker\nx,y,SUPPORTS,me@example.org\n", "private"),
        (
            "policy-actions",
            f"{ACTIONS}Buses for tutoring,River School,2026-02-01,MEETING,DIRECT,Met,,,-5.00,USD,,,,,\n",
            "negative",
        ),
        (
            "policy-actions",
            (
                f"{ACTIONS}Buses for tutoring,River School,2026-02-01,CAMPAIGN,NOT_LOBBYING,Call,,,,,LEGISLATURE,"
                "PUBLIC,true,true,true\n"
            ),
            "milder-than-the-rules",
        ),
    ],
)
async def test_a_row_that_cannot_be_is_refused_by_its_code(
    bring: Bring, name: str, content: str, code: str
) -> None:
    await bring("policy-plans", PLANS.format("DRAFT"))
    report = await bring(name, content)
    assert report.rejected == 1
    assert code in told(report)


MEASURES = """jurisdiction,session,identifier,title
US-NY,2023,A1,Reading
US-NY,2025,A1,Reading again
US-NJ,2023,A1,Writing
US-NJ,2023,S9,Counting
City,,Rule: 7@b,Bells
"""


async def links(database: Database, partnership: Partnership) -> list[str]:
    query = """select m.title from policy_plan_measure l join policy_measure m on m.partnership_id = l.partnership_id
      and m.id = l.measure_id order by m.title"""
    async with database.session(Scope.of(partnership.id)) as session:
        return list((await session.execute(text(query))).scalars())


@pytest.mark.parametrize(
    ("named", "titles"),
    [
        ("S9", ["Counting"]),
        ("US-NY:A1@2025; s9 ;S9", ["Counting", "Reading again"]),
        ("US-NJ:A1", ["Writing"]),
        ("Rule: 7@b", ["Bells"]),
        ("City:Rule: 7@b", ["Bells"]),
        ("", []),
    ],
)
async def test_a_plan_names_measures_by_as_much_as_tells_them_apart(
    bring: Bring, database: Database, partnership: Partnership, named: str, titles: list[str]
) -> None:
    await bring("measures", MEASURES)
    plan = f'title,level,stance,measures\nBuses for tutoring,LOCAL,CHANGE,"{named}"\n'
    report = await bring("policy-plans", plan)
    assert (report.created, await links(database, partnership)) == (1, titles)
    assert (await bring("policy-plans", plan)).unchanged == 1


@pytest.mark.parametrize(
    ("named", "code"),
    [
        ("A1", "ambiguous-measure"),
        ("A1@2023", "ambiguous-measure"),
        ("US-NY:A1", "ambiguous-measure"),
        ("A1@2024", "unknown-measure"),
        ("US-PA:S9", "unknown-measure"),
        ("@", "unknown-measure"),
    ],
)
async def test_a_measure_that_is_unknown_or_one_of_several_refuses_the_plan(
    bring: Bring, named: str, code: str
) -> None:
    await bring("measures", MEASURES)
    report = await bring("policy-plans", f"title,level,stance,measures\nBuses,LOCAL,CHANGE,{named}\n")
    assert (report.rejected, told(report)) == (1, [code])


async def test_a_file_without_a_list_leaves_what_the_plan_is_tied_to(
    bring: Bring, database: Database, partnership: Partnership
) -> None:
    await bring("measures", MEASURES)
    await bring("policy-plans", "title,level,stance,measures\nBuses,LOCAL,CHANGE,S9\n")
    assert (await bring("policy-plans", "title,level,stance\nBuses,STATE,CHANGE\n")).updated == 1
    assert await links(database, partnership) == ["Counting"]
    assert (await bring("policy-plans", "title,level,stance,measures\nBuses,STATE,CHANGE,\n")).updated == 1
    assert await links(database, partnership) == []


AWARDS = """identifier,title,funder,recipient,amount,currency,use
N1,Buses,Mill,River School,1000.00,USD,ADVOCACY
N2,Labs,Agency,River School,5000.00,USD,OPERATIONS
"""
COLUMNS = AWARDS.splitlines()[0].split(",")


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("restrictions", "investment,lobbying_allowed\nN1,false\n"),
        ("investment-links", "investment,kind,other\nN1,FUNDED_FROM,N2\n"),
    ],
)
async def test_what_would_forbid_lobbying_that_was_paid_is_refused_and_leaves_nothing(
    bring: Bring, database: Database, partnership: Partnership, tmp_path: Path, name: str, content: str
) -> None:
    """50.00 were paid for a testimony out of the mill's award; then its letter, or its federal source, is learned."""
    await bring("organizations", "name,funder_kind\nMill,CORPORATE\nAgency,FEDERAL\n")
    (tmp_path / "awards.csv").write_text(AWARDS, encoding="utf-8")
    recipe = parse_recipe("[columns]\n" + "".join(f'{name} = "{name}"\n' for name in COLUMNS))
    await import_file(database, Order(partnership.id, tmp_path / "awards.csv", "investments", recipe))
    await bring("allocations", "investment,use,amount\nN1,ADVOCACY,1000.00\n")
    await bring("policy-plans", PLANS.format("DRAFT"))
    paid = "plan,organization,occurred_on,kind,classification,description,cost,currency,paid_from\n"
    spoke = "Buses for tutoring,River School,2026-02-01,TESTIMONY,DIRECT,Spoke,50.00,USD,N1\n"
    assert (await bring("policy-actions", paid + spoke)).created == 1
    report = await bring(name, content)
    assert (report.created, told(report)) == (0, ["refused"])
    (finding,) = [each for each in report if each.code == "refused"]
    assert "reverse it first" in finding.message
    async with database.session(Scope.of(partnership.id)) as session:
        kept = await session.execute(
            text("select (select count(*) from restriction), count(*) from investment_link")
        )
        assert tuple(kept.one()) == (0, 0)
