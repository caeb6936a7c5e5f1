"""Cuts the parts of awards so that a question keeps what was decided of an earlier plan's moves.

A line of which a move was decided becomes a part of its own, so that its dollars are told from all others:
a declined move closes its target to that part; an accepted one is a piece of the line whose dollars are
committed where they go. Any plan of a part is a plan of its lines, one by one, so nothing else changes.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from allocation.cells import Cells
from allocation.decided import DecidedMove, LineOf
from allocation.parts import Part
from allocation.standing import StandingLine

Allowed = Callable[[Part], frozenset[str]]


@dataclass(frozen=True)
class Terms:
    """What decisions ask of a part: cells closed to it, whether its dollars may become idle, where they go."""

    closed: frozenset[str] = frozenset()
    stays_targeted: bool = False
    sent_to: LineOf | None = None
    cell: str | None = None


@dataclass(frozen=True)
class KeptParts:
    """The parts as they were cut, the terms of those that have any, and accepted moves without their dollars."""

    parts: tuple[Part, ...]
    terms: dict[str, Terms] = field(default_factory=dict)
    lost: tuple[DecidedMove, ...] = ()


@dataclass
class _Wanted:
    """Accepted dollars that still look for the line that they leave."""

    move: DecidedMove
    left: int


def keep(
    parts: Iterable[Part], decided: tuple[Sequence[DecidedMove], Sequence[DecidedMove]], rest: "Reading"
) -> KeptParts:
    """The parts under the decisions (accepted, declined); new money is no part and not looked at here."""
    accepted, declined = ([move for move in moves if move.investment] for moves in decided)
    found: list[Part] = []
    terms: dict[str, Terms] = {}
    wanted = [_Wanted(move, move.amount) for move in accepted]
    for part in parts:
        own = [each for each in wanted if each.move.investment == rest.row(part.investment.id)]
        closed = [move for move in declined if move.investment == rest.row(part.investment.id)]
        for cut, asked in _cut(part, own, closed, rest):
            found.append(cut)
            if asked is not None:
                terms[cut.id] = asked
    lost = tuple(each.move for each in wanted if each.left)
    return KeptParts(tuple(found), terms, lost)


@dataclass(frozen=True)
class Reading:
    """How decisions by rows are read in a question's own ids, and which cells a part's restrictions allow."""

    cells: Cells
    allowed: Allowed

    def row(self, key: str | None) -> str | None:
        """The row that an id stands for."""
        return self.cells.standing.row(key)

    def origin(self, line: StandingLine) -> LineOf:
        """A line by rows."""
        return line_of(line, self.cells.standing.row)

    def cell(self, target: LineOf, part_years: Sequence[int]) -> str | None:
        """The cell in which dollars on a target work; None where they work in none that is known."""
        if target.practice is None:
            return None
        keys = {row: key for key, row in self.cells.standing.rows.items()}
        practice, outcome, population, area = (
            keys.get(row, row) if row is not None else None
            for row in (target.practice, target.outcome, target.population, target.area)
        )
        year = target.fiscal_year or part_years[0]
        line = StandingLine("", target.use, practice, outcome, population, area, None, year, 0, 0)
        return self.cells.cell_of(line, year)


def _cut(
    part: Part, wanted: Sequence[_Wanted], declined: Sequence[DecidedMove], rest: Reading
) -> Iterator[tuple[Part, Terms | None]]:
    """The part without the lines that were decided on, then each of those with its own terms."""
    touched = {each.move.origin for each in wanted} | {move.origin for move in declined}
    decided = [line for line in (*part.lines, *part.idle) if rest.origin(line) in touched]
    ids = {line.id for line in decided}
    lines = tuple(line for line in part.lines if line.id not in ids)
    idle = tuple(line for line in part.idle if line.id not in ids)
    if lines or idle:
        yield replace(part, lines=lines, idle=idle), None
    for line in decided:
        origin = rest.origin(line)
        left = line
        for number, each in enumerate(wanted, 1):
            taken = _taken(part, left, each, rest) if each.move.origin == origin else 0
            if taken:
                each.left -= taken
                left = replace(left, available=left.available - taken)
                piece = replace(line, id=f"{line.id}:{number}", available=taken, obligated=0, spent=0)
                terms = Terms(sent_to=each.move.target, cell=rest.cell(each.move.target, part.years))
                yield _of_one_line(part, piece, line.id, str(number)), terms
        if left.available + left.obligated:
            yield _of_one_line(part, left, line.id), _closed(part, origin, declined, rest)


def _taken(part: Part, line: StandingLine, wanted: _Wanted, rest: Reading) -> int:
    """Accepted dollars that this line can give: its own part's restrictions must allow where they go."""
    cell = rest.cell(wanted.move.target, part.years)
    is_there = any(rest.origin(each) == wanted.move.target for each in (*part.lines, *part.idle))
    if cell is not None and cell not in rest.allowed(part) and not is_there:
        return 0
    return min(line.available, wanted.left)


def _closed(part: Part, origin: LineOf, declined: Sequence[DecidedMove], rest: Reading) -> Terms:
    own = [move for move in declined if move.origin == origin]
    cells = frozenset(cell for move in own if (cell := rest.cell(move.target, part.years)) is not None)
    return Terms(closed=cells, stays_targeted=any(move.target.practice is None for move in own))


def _of_one_line(part: Part, line: StandingLine, *names: str) -> Part:
    lines, idle = ((line,), ()) if line.is_targeted else ((), (line,))
    return replace(part, id=":".join((part.id, *names)), lines=lines, idle=idle)


def line_of(line: StandingLine, row: Callable[[str | None], str | None]) -> LineOf:
    """A line by what it is for, in rows."""
    return LineOf(
        use=line.use,
        practice=row(line.practice),
        outcome=row(line.outcome),
        population=row(line.population),
        area=row(line.area),
        position=row(line.position),
        fiscal_year=line.fiscal_year,
    )
