"""Bills in the database: counted once, unchanged when sent again, and told when they change."""

import json
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from models.partnerships import Partnership

from ..importer import Importer, codes, told

BILLS = "policy-ny-2023/ny_bills_2023_education.ndjson"
Line = dict[str, Any]  # a bill as published
Send = Callable[..., Any]  # an awaitable report

BILL: Line = {
    "PrintNo": "A1",
    "Session": 2023,
    "Title": "Relates to reading",
    "Summary": "Relates to reading in the early grades",
    "Status": "IN_ASSEMBLY_COMM",
    "Milestones": [{"Type": "IN_ASSEMBLY_COMM", "Date": "2023-01-05", "Committee": "Education"}],
    "Actions": [{"Text": "REFERRED TO EDUCATION", "Date": "2023-01-05", "Chamber": "ASSEMBLY"}],
    "Sponsors": [{"ID": 1, "Name": "Ann Lee", "Short": "LEE"}],
    "SameAsPrintNo": "S1-2023",
    "PreviousVersions": ["A9-2021"],
    "LawSection": "Education Law",
}


@pytest.fixture
def send(bring: Importer) -> Send:
    """Imports these bills as one file."""

    async def sent(bills: Sequence[Line], *, keep_good: bool = False) -> Any:
        path = bring.folder / "bills.ndjson"
        path.write_text("".join(json.dumps(each) + "\n" for each in bills), encoding="utf-8")
        return await bring.file(path, "bills-ny", keep_good=keep_good)

    return sent


def changed(**parts: Any) -> Line:  # as published
    return {**BILL, **parts}


async def changes(bring: Importer) -> list[tuple[str, str | None, str | None]]:
    rows = await bring.rows("select aspect, before, after from measure_change order by noticed_at, aspect")
    return [(row.aspect, row.before, row.after) for row in rows]


async def test_the_real_file_is_brought_once_and_then_unchanged(bring: Importer, real_data: Path) -> None:
    path = real_data / BILLS
    published = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    assert told(await bring.file(path, "bills-ny")) == (2008, 0, 0, 0)
    statuses = await bring.rows(
        "select status_as_published, count(*) as number from policy_measure group by status_as_published"
    )
    # the counts are reckoned here from the file, and stated by those who published its description
    assert {row.status_as_published: row.number for row in statuses} == Counter(
        each["Status"] for each in published
    )
    assert {row.status_as_published: row.number for row in statuses} == {
        "IN_ASSEMBLY_COMM": 1078,
        "IN_SENATE_COMM": 703,
        "STRICKEN": 81,
        "SIGNED_BY_GOV": 72,
        "ASSEMBLY_FLOOR": 31,
        "SENATE_FLOOR": 30,
        "VETOED": 4,
        "PASSED_ASSEMBLY": 4,
        "DELIVERED_TO_GOV": 3,
        "PASSED_SENATE": 2,
    }
    for table, key in (("action", "Actions"), ("vote", "Votes")):
        expected = sum(len(each.get(key) or ()) for each in published)
        assert await bring.value(f"select count(*) from measure_{table}") == expected  # noqa: S608 - our own words
    before = await bring.counts()
    assert told(await bring.file(path, "bills-ny")) == (0, 0, 2008, 0)
    assert await bring.counts() == before


async def test_a_changed_copy_of_the_real_file_reports_exactly_the_changes(
    bring: Importer, real_data: Path
) -> None:
    path = real_data / BILLS
    await bring.file(path, "bills-ny")
    bills = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    bills[10]["Title"] += " and more"
    bills[20]["Status"] = "SIGNED_BY_GOV"
    bills[30]["Actions"].append({"Text": "PASSED SENATE", "Date": "2024-06-09", "Chamber": "SENATE"})
    bills[40]["Sponsors"].append({"ID": 0, "Name": "Somebody Else", "Short": "ELSE"})
    gone = bills.pop(50)["PrintNo"]
    copy = bring.folder / "copy.ndjson"
    copy.write_text("".join(json.dumps(each) + "\n" for each in bills), encoding="utf-8")
    report = await bring.file(copy, "bills-ny")
    assert told(report) == (0, 4, 2003, 0)
    found = await bring.rows(
        "select m.identifier, c.aspect from measure_change c join policy_measure m on m.id = c.measure_id"
    )
    assert {(row.identifier, row.aspect) for row in found} == {
        (bills[10]["PrintNo"], "TITLE"),
        (bills[20]["PrintNo"], "STATUS"),
        (bills[30]["PrintNo"], "ACTION"),
        (bills[40]["PrintNo"], "SPONSORS"),
        (gone, "FEED"),
    }
    assert codes(report) == {
        *("changed-title", "changed-status", "changed-action", "changed-sponsors", "vanished")
    }


async def test_a_bill_is_kept_with_all_its_parts(bring: Importer, send: Send) -> None:
    vote = {
        "VoteType": "FLOOR",
        "Date": "2023-02-01",
        "Votes": [
            {"Short": "LEE", "Vote": "Aye"},
            {"Short": "RAY", "Vote": "Nay"},
            {"Short": "ORR", "Vote": "Absent"},
        ],
    }
    assert told(await send([changed(Votes=[vote])])) == (1, 0, 0, 0)
    (row,) = await bring.rows("select * from policy_measure")
    assert (row.jurisdiction, row.session, row.identifier) == ("US-NY", "2023", "A1")
    assert (row.status, row.status_as_published) == ("IN_COMMITTEE", "IN_ASSEMBLY_COMM")
    assert (row.introduced_on.isoformat(), row.last_action) == ("2023-01-05", "REFERRED TO EDUCATION")
    assert row.extra == {"LawSection": "Education Law"}
    assert await bring.value("select name from measure_sponsor") == "Ann Lee"
    links = await bring.rows("select kind, identifier, session from measure_link order by kind")
    assert [tuple(each) for each in links] == [("REFILED_FROM", "A9", "2021"), ("SAME_AS", "S1", "2023")]
    (cast,) = await bring.rows("select aye_count, nay_count, other_count, ballots from measure_vote")
    assert tuple(cast)[:3] == (1, 1, 1)
    assert cast.ballots == {"Aye": ["LEE"], "Nay": ["RAY"], "Absent": ["ORR"]}


@pytest.mark.parametrize(
    ("part", "value", "aspect", "before", "after"),
    [
        ("Title", "Relates to writing", "TITLE", "Relates to reading", "Relates to writing"),
        ("Status", "STRICKEN", "STATUS", "IN_ASSEMBLY_COMM", "STRICKEN"),
        ("Summary", "None", "SUMMARY", "Relates to reading in the early grades", "None"),
        ("SameAsPrintNo", "S2-2023", "SAME_AS", "S1-2023", "S2-2023"),
        ("SameAsPrintNo", None, "SAME_AS", "S1-2023", None),
        ("PreviousVersions", ["A9-2021", "A8-2019"], "REFILED_FROM", "A9-2021", "A9-2021; A8-2019"),
        (
            "LawSection",
            "Labor Law",
            "OTHER",
            '{"LawSection": "Education Law"}',
            '{"LawSection": "Labor Law"}',
        ),
    ],
)
async def test_each_change_is_told_with_what_stood_before(
    bring: Importer, send: Send, part: str, value: object, aspect: str, before: str, after: str | None
) -> None:
    await send([BILL])
    assert told(await send([changed(**{part: value})])) == (0, 1, 0, 0)
    assert await changes(bring) == [(aspect, before, after)]


async def test_a_new_action_is_told_once_in_its_own_words(bring: Importer, send: Send) -> None:
    await send([BILL])
    step = {"Text": "REPORTED", "Date": "2023-03-01", "Chamber": "ASSEMBLY"}
    await send([changed(Actions=[*BILL["Actions"], step])])
    assert await changes(bring) == [("ACTION", "REFERRED TO EDUCATION", "REPORTED")]


async def test_a_bill_that_vanishes_is_flagged_kept_and_told_again_when_it_returns(
    bring: Importer, send: Send
) -> None:
    other = changed(PrintNo="A2")
    await send([BILL, other])
    report = await send([other])
    assert told(report) == (0, 0, 1, 0)
    assert codes(report) == {"vanished"}
    flagged = await bring.rows("select identifier from policy_measure where missing_since is not null")
    assert [each.identifier for each in flagged] == ["A1"]
    assert codes(await send([other])) == set()  # told once
    assert told(await send([BILL, other])) == (0, 1, 1, 0)
    assert await changes(bring) == [("FEED", "present", "missing"), ("FEED", "missing", "present")]
    assert await bring.value("select count(missing_since) from policy_measure") == 0


async def test_a_file_with_rejected_lines_calls_no_bill_vanished(bring: Importer, send: Send) -> None:
    await send([BILL, changed(PrintNo="A2")])
    report = await send([changed(PrintNo="A2"), changed(Title="")], keep_good=True)
    assert told(report) == (0, 0, 1, 1)
    assert await bring.value("select count(missing_since) from policy_measure") == 0


async def test_a_bill_that_stands_twice_in_a_file_is_refused_the_second_time(
    bring: Importer, send: Send
) -> None:
    report = await send([BILL, changed(Title="Another")])
    assert (report.rejected, codes(report)) == (1, {"repeated-identifier"})
    assert await bring.value("select count(*) from policy_measure") == 0


async def test_the_same_identifier_in_two_jurisdictions_or_sessions_is_two_measures(
    bring: Importer, send: Send
) -> None:
    await send([BILL])
    rows = "jurisdiction,session,identifier,title\nUS-NJ,2023,A1,X\nUS-NY,2025,A1,Y\nRiverbend,,A1,Z\n"
    assert told(await bring.text(rows, "measures")) == (3, 0, 0, 0)
    assert await bring.value("select count(*) from policy_measure where identifier = 'A1'") == 4
    assert told(await bring.text(rows, "measures")) == (0, 0, 3, 0)


async def test_a_table_leaves_alone_what_it_has_no_column_for(bring: Importer, send: Send) -> None:
    await send([BILL])
    head = "jurisdiction,session,identifier,title,status"
    report = await bring.text(f"{head}\nUS-NY,2023,A1,Relates to reading,ON_FLOOR\n", "measures")
    assert told(report) == (0, 1, 0, 0)
    assert await bring.value("select count(*) from measure_sponsor") == 1
    assert await bring.value("select status from policy_measure") == "ON_FLOOR"


async def follow(bring: Importer, *names: str) -> None:
    """A plan that is aimed at these bills."""
    head = "title,level,stance,measures\n"
    report = await bring.text(f"{head}Reading aid,STATE,SUPPORT,{';'.join(names)}\n", "policy-plans")
    assert told(report) == (1, 0, 0, 0)


def plans_told(report: Any) -> list[str | None]:
    return [each.value for found in report if found.code == "plan-told" for each in found.examples]


async def test_a_plan_is_told_of_its_bills_that_changed_and_of_no_others(bring: Importer, send: Send) -> None:
    other = changed(PrintNo="A2")
    await send([BILL, other])
    await follow(bring, "A1")
    assert plans_told(await send([BILL, other])) == []
    assert plans_told(await send([BILL, changed(PrintNo="A2", Title="Relates to buses")])) == []
    later = changed(Status="SIGNED_BY_GOV", Title="Relates to tutors")
    report = await send([later, changed(PrintNo="A2", Title="Relates to buses")])
    assert plans_told(report) == ["Reading aid: A1 (status, title)"]
    assert plans_told(await send([changed(PrintNo="A2", Title="Relates to buses")])) == [
        "Reading aid: A1 (feed)"
    ]


async def test_the_words_of_a_bill_follow_its_title(bring: Importer, send: Send) -> None:
    await send([BILL])
    words = "select lexeme, in_title from measure_word order by lexeme"
    # PostgreSQL's English stems; `relates`, `to`, `in`, `the` are no words to search for, but for the first
    assert [tuple(each) for each in await bring.rows(words)] == [
        ("earli", False),
        ("grade", False),
        ("read", True),
        ("relat", True),
    ]
    await send([changed(Title="On charters", Summary=None)])
    assert [tuple(each) for each in await bring.rows(words)] == [("charter", True)]


async def test_bills_are_seen_by_their_partnership_alone(
    bring: Importer, send: Send, other_partnership: Partnership
) -> None:
    await send([BILL])
    theirs = Importer(bring.database, other_partnership, bring.folder)
    counted = await theirs.counts()
    assert {name for name, number in counted.items() if "measure" in name and number} == set()
