"""An attacker who may ask the API anything recovers no small group, and finds each hole that is made in the gate.

What is true comes from Riverbend's CSV files. Each hole is one function replaced; nothing else of the product is.
"""

import sys
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from allocation import grid, releases
from allocation.disclosure import CellKey, ReleasedCell, release
from allocation.disclosure import MeasurementStatus as DisclosedStatus
from allocation.disclosure import drafts as disclosure_drafts
from allocation.disclosure import gate as disclosure_gate
from allocation.disclosure.primary import Primary, Rules, share
from allocation.disparities import Disparity, DisparityStatus
from allocation.frames import standing as frames_standing
from allocation.frames.quality import read_recorded
from allocation.quality import Noted
from api.graphql.lookahead import Sql
from api.graphql.outcomes import comparisons, coverage, disparities, measurements, quality
from api.graphql.outcomes.comparisons import Judged, Proposal
from models.database import Database, Scope
from models.measurements import MeasurementStatus
from models.people import Role

from .attacker.ground import Counts, Place, truth
from .attacker.holes import Behind
from .attacker.reading import Reader, Seen, caller_of, needs, shown
from .attacker.reckoning import MINIMUM, recovered
from .attacker.worlds import other_counts, owning
from .conftest import Demonstration

READERS = [role for role in Role if role not in (Role.COMMUNITY, Role.ADMIN, Role.DATA)]
Replace = pytest.MonkeyPatch
ONE_MORE = """
update raw.figure set numerator = numerator + 1, denominator = denominator + 1,
  value = round(100.0 * (numerator + 1) / (denominator + 1), 1) where measurement_id = $1
"""
EARLIER = """
insert into figure (partnership_id, measurement_id, version, release_id, released_at, status, value, numerator,
  denominator, size_low, size_high, already_public, source_system, is_newest)
select f.partnership_id, f.measurement_id, f.version + 1, f.release_id, f.released_at + interval '1 second',
  'REPORTED', 50, 3, 6, 6, 6, false, f.source_system, false
from figure f where f.is_newest and f.rule = 'SMALL_COUNT' and f.partnership_id = $1 order by f.measurement_id limit 1
"""
_SEEN: list[Seen] = []


@pytest.fixture
def reader(demo_database: Database, demonstration: Demonstration) -> Reader:
    """Anybody."""
    return Reader(demo_database, caller_of(Role.COMMUNITY, demonstration.partnership_id), truth())


@pytest.fixture
async def seen(reader: Reader) -> Seen:
    """All that anybody can read, read once."""
    if not _SEEN:
        _SEEN.append(await reader.everything())
    return replace(_SEEN[0], told=dict(_SEEN[0].told), leaks=list(_SEEN[0].leaks))


@pytest.mark.trial
@pytest.mark.parametrize("role", READERS)
async def test_a_role_at_the_table_reads_no_more_of_a_small_group(
    role: Role, demo_database: Database, demonstration: Demonstration, seen: Seen
) -> None:
    reader = Reader(demo_database, caller_of(role, demonstration.partnership_id), truth())
    found = await reader.pages_of_figures()
    assert found.leaks == []
    assert found.released == seen.released


async def test_all_that_is_told_together_gives_no_small_group_away(
    seen: Seen, reader: Reader, demonstration: Demonstration
) -> None:
    """Sums over groups and areas, percents times sizes, gaps, needs: every bound in one linear program a year."""
    await needs(reader.database, demonstration.partnership_id, truth(), seen)
    assert set(seen.released) == set(truth())
    assert seen.leaks == []
    assert sum(counts.size < MINIMUM for counts in truth().values()) > 20
    assert recovered(seen.told, truth()) == []


async def test_what_is_told_is_true(seen: Seen) -> None:
    """Else nothing that the attacker fails to find would say anything."""
    for place, told in seen.told.items():
        count, size = truth()[place]
        assert told.size[0] <= size <= told.size[1], place
        assert told.share[0] * size <= count + 1e-6, place
        assert count <= told.share[1] * size + 1e-6, place


# ------------------------------------------------------------------ holes in the release itself


async def made_anew(reader: Reader, partnership_id: UUID) -> Seen:
    """The release that the product would make of what is recorded, were there none before it."""
    async with reader.database.steward_session(Scope.of(partnership_id)) as session:
        made, _ = await releases._own_release(session, partnership_id, MINIMUM)
        rows = await session.execute(text("select id, name from indicator union select id, name from area"))
        names = {str(row.id): row.name for row in rows}
    assert made is not None
    found = Seen()
    for key, cell in made.cells.items():
        place = Place(names[key.indicator], key.period[-10:], names[key.area], key.dimension, key.group)
        node = {name: getattr(cell, name) for name in ("value", "low", "high", "numerator", "denominator")}
        words = {"status": cell.status.value, "suppression": cell.rule.value if cell.rule else None}
        found.released[place] = found.told[place] = shown({**node, **words}, truth()[place])
    return found


@pytest.fixture
def anew(monkeypatch: Replace) -> Replace:
    """Without the release before."""

    async def none_before(*_: object) -> None:
        return None

    monkeypatch.setattr(releases, "_previous", none_before)
    return monkeypatch


async def test_the_release_made_anew_is_the_one_that_was_attacked(
    anew: Replace, seen: Seen, reader: Reader, demonstration: Demonstration
) -> None:
    """The control of the holes below."""
    found = await made_anew(reader, demonstration.partnership_id)
    assert found.released == seen.released


async def test_the_threshold_off_is_found(
    anew: Replace, reader: Reader, demonstration: Demonstration
) -> None:
    """With the audit off too, which would withhold the neighbours of what the threshold no longer hides."""
    plain = share

    def of_any_size(count: int, size: int, rules: Rules) -> Primary:
        if size >= rules.minimum:
            return plain(count, size, rules)
        return Primary(
            DisclosedStatus.REPORTED, Decimal(round(100 * count / max(size, 1))), size_low=0, size_high=9
        )

    anew.setattr(disclosure_drafts, "share", of_any_size)
    anew.setattr(disclosure_gate.Gate, "close", lambda _: None)
    found = await made_anew(reader, demonstration.partnership_id)
    few = {place: counts for place, counts in truth().items() if counts.size < MINIMUM}
    assert {each.place for each in recovered(found.told, truth())} & set(few)


async def test_complementary_suppression_off_is_found(
    anew: Replace, reader: Reader, demonstration: Demonstration
) -> None:
    anew.setattr(disclosure_gate.Gate, "close", lambda _: None)
    found = await made_anew(reader, demonstration.partnership_id)
    assert recovered(found.told, truth(), is_one_enough=True) != []


async def test_end_coding_off_is_found(anew: Replace, reader: Reader, demonstration: Demonstration) -> None:
    """With the audit off too, which would withhold what the ends no longer hide."""
    anew.setattr(sys.modules[share.__module__], "_coded_ends", lambda *_: None)
    anew.setattr(disclosure_gate.Gate, "close", lambda _: None)
    found = await made_anew(reader, demonstration.partnership_id)
    unprotected = Counts(100, 200)
    large = {place: each if each.size >= MINIMUM else unprotected for place, each in truth().items()}
    few = recovered(found.told, large, is_one_enough=True)
    assert few != []


async def test_percents_with_decimals_are_found(
    anew: Replace, reader: Reader, demonstration: Demonstration
) -> None:
    """With the audit off too, which knows how each figure was rounded and would withhold more."""
    plain = share

    def with_decimals(count: int, size: int, rules: Rules) -> Primary:
        found = plain(count, size, rules)
        exact = (Decimal(100 * count) / size).quantize(Decimal("0.01")) if size else None
        return replace(found, value=exact) if found.value is not None else found

    anew.setattr(disclosure_drafts, "share", with_decimals)
    anew.setattr(disclosure_gate.Gate, "close", lambda _: None)
    found = await made_anew(reader, demonstration.partnership_id)
    assert recovered(found.told, truth(), is_one_enough=True) != []


async def after_one_child(
    patch: Replace, reader: Reader, demonstration: Demonstration
) -> list[dict[CellKey, ReleasedCell]]:
    """What would be released next of one indicator, were there one child more in this or in that small group."""
    plain, p = releases._raw, demonstration.partnership_id

    async def of_one(*given: Any) -> Sequence[Any]:  # as _raw
        rows = await plain(*given)
        return [row for row in rows if row.indicator_id == rows[0].indicator_id]

    patch.setattr(releases, "_raw", of_one)
    async with reader.database.steward_session(Scope.of(p)) as session:
        rows = [row for row in await of_one(session, p) if row.denominator]
    newest = [row for row in rows if row.period_end == max(each.period_end for each in rows)]
    small = sorted(newest, key=lambda row: row.denominator)[:3]
    found = []
    for row in small:
        async with (
            other_counts(demonstration.logins, p, ((ONE_MORE, row.id),)),
            reader.database.steward_session(Scope.of(p)) as session,
        ):
            made, _ = await releases._own_release(session, p, MINIMUM)
        assert made is not None
        found.append(dict(made.cells))
    return found


async def test_the_next_release_does_not_tell_in_which_group_a_child_was_added(
    monkeypatch: Replace, reader: Reader, demonstration: Demonstration
) -> None:
    one, *others = await after_one_child(monkeypatch, reader, demonstration)
    assert all(other == one for other in others)


async def test_a_release_that_follows_every_child_is_found(
    monkeypatch: Replace, reader: Reader, demonstration: Demonstration
) -> None:
    monkeypatch.setattr(sys.modules[release.__module__], "carried", lambda fresh, *_, **__: fresh)
    one, *others = await after_one_child(monkeypatch, reader, demonstration)
    assert any(other != one for other in others)


# ------------------------------------------------------------------ holes after the release


def replaced_by_raw(monkeypatch: Replace, module: object, database: Database, partnership_id: UUID) -> None:
    monkeypatch.setattr(module, "read_figures", Behind(database, partnership_id).figures)


async def test_the_optimizers_need_from_raw_counts_is_found(
    monkeypatch: Replace, seen: Seen, reader: Reader, demonstration: Demonstration
) -> None:
    replaced_by_raw(monkeypatch, frames_standing, reader.database, demonstration.partnership_id)
    await needs(reader.database, demonstration.partnership_id, truth(), seen)
    assert any(each.startswith("need") for each in seen.leaks)


async def test_gaps_and_students_behind_from_raw_counts_are_found(
    monkeypatch: Replace, seen: Seen, reader: Reader, demonstration: Demonstration
) -> None:
    replaced_by_raw(monkeypatch, comparisons, reader.database, demonstration.partnership_id)
    await reader.disparities(seen)
    assert {each.split(":")[0] for each in seen.leaks} >= {"gap", "students behind"}


async def test_an_order_by_raw_values_is_found(
    monkeypatch: Replace, seen: Seen, reader: Reader, demonstration: Demonstration
) -> None:
    rows = await Behind(reader.database, demonstration.partnership_id).figures()
    rates = {
        (str(row.indicator_id), str(row.area_id), str(row.population_id), row.period_end): row.numerator
        / row.denominator
        for row in rows
        if row.numerator is not None and row.denominator
    }
    plain = disparities._place

    def place(each: Disparity) -> tuple[str | int, ...]:
        pair, figure = each.pair, each.latest
        if each.gap is not None or figure is None:
            return plain(each)
        keys = (
            (pair.indicator, pair.area, group, figure.period_end) for group in (pair.group, pair.reference)
        )
        own, other = (rates.get(key) for key in keys)
        gap = Decimal(repr((other or 0) - (own or 0))) * 100
        return plain(replace(each, gap=gap))

    monkeypatch.setattr(disparities, "_place", place)
    await reader.disparities(seen)
    assert any(each.startswith("order") for each in seen.leaks)


async def test_a_filter_by_raw_values_is_found(monkeypatch: Replace, seen: Seen, reader: Reader) -> None:
    """Whoever is withheld answers to BANDED too, as though what was recorded were asked."""
    plain = measurements._has_status

    def by_raw(statuses: list[MeasurementStatus]) -> Sql:
        return plain([*statuses, MeasurementStatus.SUPPRESSED])

    monkeypatch.setattr(measurements, "_has_status", by_raw)
    await reader.filters(seen, statuses=["BANDED"])
    assert any(each.startswith("filter") for each in seen.leaks)


async def test_a_proposed_margin_held_against_raw_gaps_is_found(
    monkeypatch: Replace, seen: Seen, reader: Reader
) -> None:
    """Who shows no figure is judged by a gap of ten points."""
    plain = comparisons.read_judged

    async def judged(session: AsyncSession, partnership_id: UUID, proposal: Proposal | None) -> Judged:
        found = await plain(session, partnership_id, proposal)
        margin = Decimal(str(proposal.changes["margin"])) if proposal else Decimal(0)
        status = DisparityStatus.EMERGING if margin < 10 else DisparityStatus.NONE
        listed = [
            each if each.gap is not None else replace(each, status=status) for each in found.disparities
        ]
        return replace(found, disparities=listed)

    monkeypatch.setattr(disparities, "read_judged", judged)
    await reader.margins(seen)
    assert any(each.startswith("margin") for each in seen.leaks)


async def test_quality_examples_from_raw_counts_are_found(
    monkeypatch: Replace, seen: Seen, reader: Reader, demonstration: Demonstration
) -> None:
    p = demonstration.partnership_id
    async with reader.database.steward_session(Scope.of(p)) as session:
        recorded = await read_recorded(session, p)
    wrong = [
        replace(each, numerator=each.numerator - 1) if each.is_total and each.numerator else each
        for each in recorded
    ]

    async def read(*_: object) -> Sequence[Noted]:
        return wrong

    monkeypatch.setattr(quality, "_figures", read)
    await reader.quality(seen)
    assert any(each.startswith("quality") for each in seen.leaks)


async def test_a_sentence_with_a_raw_count_is_found(monkeypatch: Replace, seen: Seen, reader: Reader) -> None:
    plain = grid.matrix

    def told(*given: Any, **named: Any) -> Any:  # as the matrix
        cells = plain(*given, **named)
        return [
            replace(cell, reason="Only 7 children are in this group.")
            if cell.status == "SUPPRESSED"
            else cell
            for cell in cells
        ]

    monkeypatch.setattr(coverage, "matrix", told)
    await reader.coverage(seen)
    assert any(each.startswith("coverage") for each in seen.leaks)


async def test_an_earlier_release_that_showed_more_is_found(
    seen: Seen, reader: Reader, demonstration: Demonstration
) -> None:
    """A figure of six children, in a release that was made without the threshold."""
    async with owning(demonstration.logins) as owner:
        await owner.execute(EARLIER, demonstration.partnership_id)
        try:
            await reader.figures(seen, statuses=["SUPPRESSED"])
        finally:
            await owner.execute(
                "delete from figure where numerator = 3 and denominator = 6 and not is_newest"
            )
    assert any(each.startswith("published before") for each in seen.leaks)
