"""Bills of the New York legislature: NDJSON in the layout of jehiah/ny_legislation, one bill a line."""

import json
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Final

from api.exchange.files import Source
from api.exchange.recipes import Recipe
from api.exchange.records_measures import Act, Ballot, MeasureRecord, Named, Referral, Sponsor
from api.exchange.report import ImportReport
from api.exchange.structured import Tree, read_ndjson
from api.exchange.trees import TreeReading
from policy.bills import delivered_on, normalized

JURISDICTION: Final = "US-NY"
TAKEN: Final = frozenset(
    (
        *(
            "PrintNo",
            "Session",
            "Title",
            "Summary",
            "Status",
            "Committee",
            "Milestones",
            "Actions",
            "Sponsors",
        ),
        *("SameAsPrintNo", "PreviousVersions", "Votes"),
    )
)
AYES: Final = frozenset({"AYE", "AYEWR"})  # with reservations; Open Legislation's BillVoteCode
NAYS: Final = frozenset({"NAY"})
Milestones = list[tuple[str, date | None]]


def read_bills(source: Source, _: Recipe, report: ImportReport) -> Iterator[MeasureRecord]:
    """Yields the bills, line by line; a line that is no bill is rejected with its place."""
    for row, tree in read_ndjson(source, report):
        reading = TreeReading(row, report)
        record = _bill(reading, tree)
        if record is not None and not reading.faults.rejected():
            yield record


def _bill(reading: TreeReading, tree: Tree) -> MeasureRecord | None:
    bill = reading.object(tree, "")
    if bill is None:
        reading.faults.rejected()
        return None
    milestones, referrals = _milestones(reading, bill)
    actions = _actions(reading, bill)
    published = reading.needed(bill, "Status", "", longest=200)
    status = normalized(published, [kind for kind, _ in milestones])
    if status is None and published:
        sentence = "the status is none that is known; it is kept as published"
        reading.faults.warn("unknown-status", sentence, "Status", published)
    dated = [act.occurred_on for act in actions if act.occurred_on]
    return MeasureRecord(
        row=reading.row,
        jurisdiction=JURISDICTION,
        identifier=reading.needed(bill, "PrintNo", "", longest=100),
        session=reading.needed(bill, "Session", "", longest=100),
        title=reading.needed(bill, "Title", "", longest=2000),
        summary=reading.prose(bill, "Summary"),
        status=status or "UNKNOWN",
        status_as_published=published,
        introduced_on=min(dated, default=None),
        last_action_on=max(dated, default=None),
        last_action=actions[-1].words if actions else None,
        delivered_on=delivered_on(milestones),
        actions=actions,
        sponsors=_sponsors(reading, bill),
        committees=referrals,
        votes=_votes(reading, bill),
        same_as=_named(reading, bill, "SameAsPrintNo"),
        refiled_from=_named(reading, bill, "PreviousVersions"),
        extra=_extra(bill),
    )


def _milestones(reading: TreeReading, bill: Mapping[str, Tree]) -> tuple[Milestones, tuple[Referral, ...]]:
    reached: Milestones = []
    referrals: list[Referral] = []
    for place, each in reading.objects(bill, "Milestones"):
        kind, day = reading.needed(each, "Type", place), reading.day(each, "Date", place)
        committee = reading.text(each, "Committee", place)
        reached.append((kind, day))
        if committee:
            chamber = next((word for word in ("ASSEMBLY", "SENATE") if word in kind), None)
            referrals.append(Referral(committee, chamber, day))
    return reached, tuple(referrals)


def _actions(reading: TreeReading, bill: Mapping[str, Tree]) -> tuple[Act, ...]:
    return tuple(
        Act(
            reading.day(each, "Date", place),
            reading.needed(each, "Text", place),
            reading.text(each, "Chamber", place),
        )
        for place, each in reading.objects(bill, "Actions")
    )


def _sponsors(reading: TreeReading, bill: Mapping[str, Tree]) -> tuple[Sponsor, ...]:
    named = (
        reading.text(each, "Name", place) or reading.needed(each, "Short", place)
        for place, each in reading.objects(bill, "Sponsors")
    )
    return tuple(Sponsor(name) for name in dict.fromkeys(named))


def _votes(reading: TreeReading, bill: Mapping[str, Tree]) -> tuple[Ballot, ...]:
    return tuple(_vote(reading, each, place) for place, each in reading.objects(bill, "Votes"))


def _vote(reading: TreeReading, vote: Mapping[str, Tree], place: str) -> Ballot:
    cast: dict[str, list[str]] = {}
    for at, each in reading.objects(vote, "Votes", place):
        cast.setdefault(reading.needed(each, "Vote", at), []).append(reading.needed(each, "Short", at))
    counted = {word: len(names) for word, names in cast.items()}
    ayes = sum(number for word, number in counted.items() if word.upper() in AYES)
    nays = sum(number for word, number in counted.items() if word.upper() in NAYS)
    return Ballot(
        reading.text(vote, "VoteType", place),
        reading.day(vote, "Date", place),
        reading.text(vote, "Chamber", place),
        reading.text(vote, "Committee", place),
        ayes,
        nays,
        sum(counted.values()) - ayes - nays,
        cast,
    )


def _named(reading: TreeReading, bill: Mapping[str, Tree], key: str) -> tuple[Named, ...]:
    """Print numbers with their session, such as S859-2023."""
    found: dict[Named, None] = {}
    for place, word in reading.words(bill, key):
        identifier, dash, session = word.rpartition("-")
        if dash and session.isdecimal() and identifier:
            found[Named(identifier, session)] = None
        else:
            reading.faults.add("not-a-print-number", "a bill is named like S859-2023", place, word)
    return tuple(found)


def _extra(bill: Mapping[str, Tree]) -> str | None:
    rest = {key: value for key, value in bill.items() if key not in TAKEN and value is not None}
    return json.dumps(rest, default=str, ensure_ascii=False, sort_keys=True) if rest else None
