"""Judges a kept plan by the tables alone: what the rows say, read by SQL, and no code that plans.

Each check returns sentences about what is broken. It knows of a question only what was asked, as it is kept in the
scenario's row. Costs are in the prices of the year asked about, and practices' tiers are told by the test.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

Row = Mapping[str, Any]  # a table's columns
LINES = """
select a.id, a.kind, a.investment_id, coalesce(a.use, 'UNASSIGNED') as use, a.practice_id, a.population_id,
  a.outcome_id, a.area_id, a.position_id, a.fiscal_year, a.credits_posted - a.debits_posted - a.debits_pending as held
from ledger.account a where a.partnership_id = :p and a.kind in ('AVAILABLE', 'OBLIGATED', 'SPENT')
  and a.investment_id is not null and a.credits_posted > a.debits_posted
"""
AWARDS = "select id, funder_id, currency, starts_on, ends_on from investment where partnership_id = :p"
RESTRICTIONS = """
select r.id, r.investment_id, r.amount, r.use, r.minimum_tier, r.until,
  array_remove(array_agg(t.practice_id), null) as practices,
  array_remove(array_agg(t.population_id), null) as populations,
  array_remove(array_agg(t.fiscal_year), null) as years
from restriction r left join restriction_term t on t.partnership_id = r.partnership_id and t.restriction_id = r.id
where r.partnership_id = :p group by r.partnership_id, r.id
"""
MOVES = "select * from move where partnership_id = :p and scenario_id = :s order by position"
PRACTICES = """
select p.id, p.name, p.cost_per_participant as cost, p.capacity, n.kind, n.quantity as need,
  (select coalesce(sum(quantity), 0) from in_kind_resource k
   where k.partnership_id = p.partnership_id and k.kind = n.kind and k.unit = n.unit) as supply
from practice p left join in_kind_need n on n.partnership_id = p.partnership_id and n.practice_id = p.id
where p.partnership_id = :p
"""
PAID = """
select f.investment_id, sum(f.monthly * (
  extract(year from age(f.ends_on + 1, greatest(f.starts_on, :first))) * 12
  + extract(month from age(f.ends_on + 1, greatest(f.starts_on, :first))))) as owed
from staff_funding f join staff_position s on s.partnership_id = f.partnership_id and s.id = f.position_id
where f.partnership_id = :p and f.is_certain and f.withdrawn_at is null and s.role <> 'OTHER' and f.ends_on >= :first
group by 1
"""
TOTALS = "select id from population where partnership_id = :p and is_total"
ENDS = ("practice_id", "population_id", "outcome_id", "area_id", "position_id")


@dataclass(frozen=True)
class Case:
    """A scenario's rows, and what was asked. `tiers` are 1 (strong) to 5 by practice."""

    asked: Mapping[str, Any]
    answer: Mapping[str, Any]
    year: int
    first: date
    last: date
    lines: Sequence[Row]
    awards: Mapping[UUID, Row]
    restrictions: Sequence[Row]
    moves: Sequence[Row]
    practices: Sequence[Row]
    owed: Mapping[UUID, Decimal]
    tiers: Mapping[UUID, int]
    everybody: frozenset[str]

    @property
    def open_lines(self) -> list[Row]:
        """Dollars that the question is about: dollars for practices, or for nothing yet, of the year."""
        return [
            line
            for line in self.lines
            if line["kind"] != "SPENT"
            and line["use"] in ("PRACTICE", "UNASSIGNED")
            and line["position_id"] is None
            and self.awards[line["investment_id"]]["currency"] == "USD"
            and (line["fiscal_year"] == self.year or self._is_undated_and_active(line))
        ]

    def _is_undated_and_active(self, line: Row) -> bool:
        award = self.awards[line["investment_id"]]
        starts, ends = award["starts_on"] or self.first, award["ends_on"] or self.last
        return line["fiscal_year"] is None and starts <= self.last and ends >= self.first


async def read_case(session: AsyncSession, p: UUID, scenario: UUID, tiers: Mapping[str, int]) -> Case:
    """Reads everything that a verdict needs; the fiscal year begins in July."""

    async def rows(query: str, **more: object) -> list[Row]:
        found = await session.execute(text(query), {"p": p, **more})
        return [dict(each) for each in found.mappings()]

    (told,) = await rows(
        "select question, answer from scenario where partnership_id = :p and id = :s", s=scenario
    )
    year = told["question"]["fiscal_years"][0]
    practices = await rows(PRACTICES)
    first = date(year - 1, 7, 1)
    return Case(
        asked=told["question"],
        answer=told["answer"],
        year=year,
        first=first,
        last=date(year, 6, 30),
        lines=await rows(LINES),
        awards={each["id"]: each for each in await rows(AWARDS)},
        restrictions=await rows(RESTRICTIONS),
        moves=await rows(MOVES, s=scenario),
        practices=practices,
        owed={each["investment_id"]: each["owed"] for each in await rows(PAID, first=first)},
        tiers={each["id"]: tiers[each["name"]] for each in practices},
        everybody=frozenset(str(each["id"]) for each in await rows(TOTALS)),
    )


def broken(case: Case) -> list[str]:
    """Every rule that the plan breaks, in words."""
    checks = (accounts, targets, partial, shifts, protection, places, in_kind, staff, new_money, students)
    return [sentence for check in checks for sentence in check(case)]


def _end(row: Row, side: str) -> tuple[object, ...]:
    use = row[f"{side}use"] or "UNASSIGNED"
    return (use, *(row[f"{side}{end}"] for end in ENDS), row[f"{side}fiscal_year"])


def accounts(case: Case) -> Iterator[str]:
    """No line gives more than is free in it."""
    left: Counter[tuple[object, ...]] = Counter()
    for move in case.moves:
        if move["from_use"] is not None:
            left[(move["investment_id"], *_end(move, "from_"))] += move["amount"]
    free = {(x["investment_id"], *_end(x, "")): x["held"] for x in case.lines if x["kind"] == "AVAILABLE"}
    for line, amount in left.items():
        if amount > free.get(line, 0):
            yield f"{amount} leave a line with {free.get(line, 0)} free"


def targets(case: Case) -> Iterator[str]:
    """Dollars go where every restriction on the whole award allows, in a year in which it is active, or lie idle."""
    for move in case.moves:
        if _is_idle(move, "to_"):
            continue
        if move["to_use"] != "PRACTICE" or move["to_position_id"] is not None:
            yield "dollars go to something else than a practice"
        if case.tiers[move["to_practice_id"]] > _rank(case.asked["minimum_tier"]):
            yield "dollars go to weaker evidence than was asked for"
        if move["to_fiscal_year"] not in (None, case.year):
            yield "dollars go to another year"
        for each in case.restrictions:
            lapsed = each["until"] is not None and each["until"] < case.first
            if each["investment_id"] == move["investment_id"] and each["amount"] is None and not lapsed:
                if not _allows(
                    each, case, (move["to_practice_id"], move["to_population_id"], case.year, "PRACTICE")
                ):
                    yield "dollars go where a donor does not allow it"
                weakest = each["minimum_tier"]
                if weakest and case.tiers[move["to_practice_id"]] > _rank(weakest):
                    yield "dollars go to weaker evidence than a donor allows"


def _rank(tier: str) -> int:
    return ("STRONG", "MODERATE", "PROMISING", "RATIONALE", "NONE").index(tier) + 1


def _allows(each: Row, case: Case, end: tuple[object, object, object, object]) -> bool:
    practice, population, year, use = end
    return (
        (not each["practices"] or practice in each["practices"])
        and (not each["populations"] or population in each["populations"])
        and (not each["years"] or year in each["years"])
        and each["use"] in (None, use)
    )


def partial(case: Case) -> Iterator[str]:
    """Of a restriction on some of an award no less lies within it (or free for it) than did, up to its amount."""
    for each in case.restrictions:
        if each["amount"] is None:
            continue
        own = [line for line in case.lines if line["investment_id"] == each["investment_id"]]
        moves = [move for move in case.moves if move["investment_id"] == each["investment_id"]]

        def within(row: Row, side: str, terms: Row = each) -> bool:
            named = (row[f"{side}practice_id"], row[f"{side}population_id"], row[f"{side}fiscal_year"])
            return _allows(terms, case, (*named, row[f"{side}use"]))

        before = sum(line["held"] for line in own if within(line, ""))
        after = before + sum(
            move["amount"] * (within(move, "to_") - (move["from_use"] is not None and within(move, "from_")))
            for move in moves
        )
        idle = sum(line["held"] for line in own if _is_idle(line, ""))
        idle -= sum(move["amount"] for move in moves if move["from_use"] and _is_idle(move, "from_"))
        if after + idle < min(each["amount"], before):
            yield "a restriction on some of an award is less kept than it was"


def _is_idle(row: Row, side: str) -> bool:
    return row[f"{side}use"] in ("PRACTICE", "UNASSIGNED") and not any(row[f"{side}{end}"] for end in ENDS)


def shifts(case: Case) -> Iterator[str]:
    """What leaves lines that are for something is at most the share that may move, by funder and over all."""
    dollars: Counter[UUID] = Counter()
    released: Counter[UUID] = Counter()
    for line in case.open_lines:
        dollars[case.awards[line["investment_id"]]["funder_id"]] += line["held"]
    for move in case.moves:
        if move["from_use"] is not None and not _is_idle(move, "from_"):
            released[case.awards[move["investment_id"]]["funder_id"]] += move["amount"]
    share, whole = case.asked["maximum_shift_share"], case.asked["maximum_total_shift_share"]
    for funder, amount in released.items():
        if amount > share * dollars[funder]:
            yield "more of a funder's dollars move than may"
    if whole is not None and sum(released.values()) > whole * (
        dollars.total() + case.asked["new_money_amount"]
    ):
        yield "more of all dollars move than may"


def protection(case: Case) -> Iterator[str]:
    """A protected practice keeps its dollars, and so does every position."""
    kept = set(case.asked["protected_ids"])
    for move in case.moves:
        if str(move["from_practice_id"]) in kept:
            yield "dollars leave a protected practice"
        if move["from_position_id"] is not None or move["from_use"] not in (None, "PRACTICE", "UNASSIGNED"):
            yield "dollars leave a position or daily management"


def _bought(case: Case, practice: UUID) -> tuple[int, int]:
    """Dollars on a practice in the year before and after."""
    before = sum(line["held"] for line in case.open_lines if line["practice_id"] == practice)
    change = sum(
        move["amount"] * ((move["to_practice_id"] == practice) - (move["from_practice_id"] == practice))
        for move in case.moves
    )
    return before, before + change


def places(case: Case) -> Iterator[str]:
    """No practice sells more places than it has, or than it sold before."""
    for each in {row["id"]: row for row in case.practices}.values():
        before, after = _bought(case, each["id"])
        if (
            each["capacity"] is not None
            and each["cost"]
            and after > max(before, each["capacity"] * each["cost"])
        ):
            yield f"{each['name']} serves more than it has places for"


def in_kind(case: Case) -> Iterator[str]:
    """No practice needs more units in kind than are given, or than it needed before."""
    needed: dict[str, list[Decimal]] = defaultdict(lambda: [Decimal(0), Decimal(0), Decimal(0)])
    for each in case.practices:
        if each["need"] is not None and each["cost"]:
            before, after = _bought(case, each["id"])
            found = needed[each["kind"]]
            found[0] += each["need"] * before / each["cost"]
            found[1] += each["need"] * after / each["cost"]
            found[2] = each["supply"]
    for kind, (before_units, after_units, supply) in needed.items():
        if after_units > max(before_units, supply) + Decimal("0.001"):
            yield f"more units of {kind} are needed than are given"


def staff(case: Case) -> Iterator[str]:
    """What an award owes key roles, beyond what lies on positions, stays where it is."""
    for investment, owed in case.owed.items() if case.asked["staffing_floor"] else ():
        own = [line for line in case.lines if line["investment_id"] == investment and line["kind"] != "SPENT"]
        on_positions = sum(line["held"] for line in own if line["position_id"] is not None)
        others = sum(line["held"] for line in own if line["position_id"] is None)
        left = others - sum(move["amount"] for move in case.moves if move["investment_id"] == investment)
        if left < min(others, owed - on_positions):
            yield "dollars move that pay a key role"


def new_money(case: Case) -> Iterator[str]:
    """New money is spent once at most."""
    spent = sum(move["amount"] for move in case.moves if move["investment_id"] is None)
    if spent > case.asked["new_money_amount"]:
        yield "more new money is spent than there is"


def students(case: Case) -> Iterator[str]:
    """No group loses students, and the moves' gains are what all win; each gain is rounded to 4 places."""
    before, after = case.answer["before"], case.answer["after"]
    had = {each["population"]: Decimal(each["students"]) for each in before["by_population"]}
    for each in after["by_population"]:
        is_group = each["population"] not in case.everybody
        if is_group and Decimal(each["students"]) < had[each["population"]] - Decimal("0.001"):
            yield "a group loses students"
    gained = sum((move["gain"] for move in case.moves), Decimal(0))
    change = Decimal(after["students"]) - Decimal(before["students"])
    if abs(gained - change) > Decimal("0.0001") * (len(case.moves) + 1):
        yield "the gains of the moves are not what the plan gains"
