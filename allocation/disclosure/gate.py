"""Judges the cells of a release together, and withholds until nothing protected can be worked out."""

import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace

from allocation.disclosure.audit import Breach, breaches, suspects
from allocation.disclosure.cells import CellKey, Finding, MeasurementStatus, ReleasedCell
from allocation.disclosure.complementary import repair, still_breached
from allocation.disclosure.cube import Part, Scale, dropped, part_of, scales, withheld
from allocation.disclosure.drafts import Draft
from allocation.disclosure.primary import Rules
from allocation.disclosure.reconcile import reconciled
from allocation.disclosure.relations import components, relations
from allocation.disclosure.structure import Structure
from allocation.disclosure.tables import ContradictionError, Known, Protection, Table, joined

_CHUNK_CELLS = 2500
_MOST_THREADS = 4
_Judged = tuple[Part, list[Protection]]


@dataclass(frozen=True, slots=True)
class Dropped:
    """A breakdown withheld as a whole, because withholding cells did not protect its small groups."""

    indicator: str
    area: str
    dimension: str
    period: str
    reason: str


@dataclass(frozen=True, slots=True)
class AuditSummary:
    """What the audit looked at and what it took for it to be clean."""

    protected_count: int
    """Numbers that a reader must not come near."""
    breached_count: int
    """How many of them the primary rules alone gave away."""
    withheld_count: int
    """Cells withheld to protect others."""
    dropped_count: int
    """Breakdowns withheld as a whole."""
    remaining: tuple[str, ...] = ()
    """Numbers known from what stands already: figures of a public body, or of an earlier release."""

    @property
    def is_clean(self) -> bool:
        return not self.remaining


@dataclass
class Gate:
    """Judges the drafts part by part and withholds until nothing protected can be worked out."""

    drafts: dict[CellKey, Draft]
    structure: Structure
    rules: Rules
    dropped: list[Dropped] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    _remaining: list[str] = field(default_factory=list)
    _counts: dict[str, int] = field(default_factory=lambda: {"protected": 0, "breached": 0, "withheld": 0})

    def close(self) -> None:
        """Brings the drafts to where the audit is clean."""
        judged = [
            (part, wanted)
            for part in self._parts()
            if self._has_own(part) and (wanted := part.protections(self.drafts, self.rules))
        ]
        self._counts["protected"] = sum(len(wanted) for _, wanted in judged)
        for each, doubted in self._suspected(judged):
            self._mend(each, doubted)

    def summary(self) -> AuditSummary:
        counts = self._counts
        return AuditSummary(
            counts["protected"],
            counts["breached"],
            counts["withheld"],
            len(self.dropped),
            tuple(self._remaining),
        )

    def _parts(self) -> Iterator[Part]:
        scale = scales(self.drafts, self.structure.measures)
        listed = components(relations(self.drafts, self.structure))
        for linked in listed:
            indicator = linked[0].parent.indicator
            measure = self.structure.measure(indicator)
            part = part_of(linked, self.drafts, measure, scale.get(indicator, Scale()))
            self._report_sums(part)
            yield part

    def _has_own(self, part: Part) -> bool:
        own = (self.drafts[key].cell for key in part.keys if key and key in self.drafts)
        return any(not cell.already_public for cell in own)

    def _report_sums(self, part: Part) -> None:
        for relation, each in zip(part.relations, part.sums, strict=True):
            if each.size_excess or each.count_excess:
                message = (
                    f"{relation.parent}: its parts by {relation.dimension} are off "
                    f"by {each.size_excess:+g} members and {each.count_excess:+g} counted."
                )
                self.findings.append(Finding("DISAGGREGATION_SUM", message, relation.parent))

    def _suspected(self, judged: list[_Judged]) -> Iterator[tuple[_Judged, list[int]]]:
        """The parts with numbers that the joint programs did not clear, many parts at a time.

        Chunks share no cell, and the solver lets other threads run: one chunk is judged on each processor.
        """
        chunks = list(_chunks(judged))
        tables = [[(self._table(part), wanted) for part, wanted in chunk] for chunk in chunks]
        with ThreadPoolExecutor(min(_MOST_THREADS, os.cpu_count() or 1)) as pool:
            for chunk, places in zip(chunks, pool.map(_doubted, tables), strict=True):
                start = 0
                for each in chunk:
                    end = start + len(each[1])
                    doubted = [place - start for place in places if start <= place < end]
                    if doubted:
                        yield each, doubted
                    start = end

    def _mend(self, judged: _Judged, doubted: list[int]) -> None:
        """Withholds what protects this part's numbers; where nothing does, drops breakdowns until it does."""
        part, wanted = judged
        part = replace(part, sums=reconciled(self._table(part)).sums)
        found = breaches(self._table(part), wanted, doubted)
        found = self._not_given_away(part, wanted, found)
        if not found:
            return
        self._counts["breached"] += len(found)
        answer = repair(self._table(part), wanted, part.choices(self.drafts, self.rules), found)
        for place in answer.withheld:
            key = part.places[place]
            self._show(key, withheld(self.drafts[key].cell, self.rules))
        self._counts["withheld"] += len(answer.withheld)
        self._drop_until_clean(part, wanted, answer.breaches)

    def _drop_until_clean(self, part: Part, wanted: list[Protection], left: Sequence[Breach]) -> None:
        while left:
            if not self._drop(part, part.places[wanted[left[0].place].cells[0]]):
                self._remaining += [self._named(part, wanted[each.place]) for each in left]
                return
            left = still_breached(self._table(part), wanted, left)

    def _not_given_away(self, part: Part, wanted: list[Protection], found: list[Breach]) -> list[Breach]:
        """Without what a source withheld but gives away itself: withholding our own would protect nothing."""
        at_source = [each for each in found if self._is_at_source(part, wanted[each.place])]
        choices = part.choices(self.drafts, self.rules)
        silent = self._table(part).telling({place: Known() for place in choices})
        lost = {each.place for each in still_breached(silent, wanted, at_source)}
        for place in sorted(lost):
            message = f"{self._named(part, wanted[place])} follows from what its own publisher shows."
            self.findings.append(Finding("EXPOSED_AT_SOURCE", message, part.places[wanted[place].cells[0]]))
        return [each for each in found if each.place not in lost]

    def _is_at_source(self, part: Part, wanted: Protection) -> bool:
        each = self.drafts.get(part.places[wanted.cells[0]])
        return each is not None and each.cell.status is MeasurementStatus.SUPPRESSED_AT_SOURCE

    def _drop(self, part: Part, near: CellKey) -> bool:
        """Withholds the breakdown of `near`, else all of its area and period, else the whole part."""
        for breakdown in (self._like(near, part), self._beside(near, part), list(part.index)):
            cells = [key for key in breakdown if self._is_open(key)]
            if not cells:
                continue
            for key in cells:
                self._show(key, dropped(self.drafts[key].cell))
            self._tell_dropped(cells)
            return True
        return False

    def _like(self, near: CellKey, part: Part) -> list[CellKey]:
        crossings = {
            (each.dimension, each.group)
            for each in self.structure.intersections
            if near.dimension in {name for name, _ in each.members}
        }
        return [
            key
            for key in self._beside(near, part)
            if key.dimension == near.dimension or (key.dimension, key.group) in crossings
        ]

    def _beside(self, near: CellKey, part: Part) -> list[CellKey]:
        return [key for key in part.index if (key.area, key.period) == (near.area, near.period)]

    def _is_open(self, key: CellKey) -> bool:
        """Whether dropping the cell takes anything away: its figure, or the bound that its rule tells."""
        each = self.drafts.get(key)
        return each is not None and not each.is_fixed and each.cell != dropped(each.cell)

    def _tell_dropped(self, cells: list[CellKey]) -> None:
        names = {(key.indicator, key.area, key.dimension, key.period): key for key in cells}
        for name, key in sorted(names.items()):
            self.dropped.append(Dropped(*name, reason=self.drafts[key].cell.reason or ""))

    def _show(self, key: CellKey, cell: ReleasedCell) -> None:
        self.drafts[key] = replace(self.drafts[key], cell=cell)

    def _table(self, part: Part) -> Table:
        return part.table(self.drafts, self.rules)

    def _named(self, part: Part, wanted: Protection) -> str:
        names = " and ".join(str(part.places[place]) for place in wanted.cells)
        return f"The {wanted.quantity.value.lower()} of {names}"


def _doubted(tables: Sequence[tuple[Table, list[Protection]]]) -> list[int]:
    """Places, in the protections of all these tables, of the numbers that no witness clears."""
    table, protections = joined(tables)
    many = len(tables) > 1
    try:
        return suspects(table, protections, is_many=many)
    except ContradictionError:
        return suspects(reconciled(table), protections, is_many=many)


def _chunks(judged: list[_Judged]) -> Iterator[list[_Judged]]:
    chunk: list[_Judged] = []
    cells = 0
    for each in sorted(judged, key=lambda each: len(each[0].keys)):
        if cells + len(each[0].keys) > _CHUNK_CELLS and chunk:
            yield chunk
            chunk, cells = [], 0
        chunk.append(each)
        cells += len(each[0].keys)
    if chunk:
        yield chunk
