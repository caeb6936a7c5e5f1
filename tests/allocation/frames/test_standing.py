"""Plans of made-up partnerships, out of the database and back into it, judged by the tables alone (judge.py)."""

import csv
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from allocation.answer import AnswerStatus
from allocation.ask import Ask
from allocation.frames.standing import read_standing
from allocation.ledger import AccountKey, Line, Posting, open_accounts, post
from allocation.partnerships import Terms, create_partnership
from allocation.problem import Objective
from allocation.results import answered
from allocation.scenarios import ask_for, keep_result, mark_running
from api.exchange.imports import Order, import_file
from api.exchange.recipe_files import load_recipe
from models.base import TenantRow, new_id
from models.database import Database, Scope
from models.in_kind import InKindKind, InKindResource, InKindUnit
from models.ledger import AccountKind, TransactionKind
from models.organizations import Organization
from models.outcomes import Population
from models.practices import InKindNeed, Practice
from models.resources import EvidenceTier, Funder, Investment, ResourceUse, Restriction, RestrictionTerm
from models.staffing import KeyRole, Provision, StaffFunding, StaffPosition

from .judge import Case, broken, read_case

YEAR = 2027
JULY, JUNE = date(2026, 7, 1), date(2027, 6, 30)
TIERS = {"Tutoring": 1, "Coaching": 2, "Camp": 5}
"""By the law's words (20 USC 7801(21)): a large trial is strong, a large comparison moderate, nothing is none."""
RATED = "Meets WWC standards {} reservations"
LARGE = ("0.05", "0.001", 1600, 8, "Black;Latino")
FACTS: Mapping[str, tuple[str, Sequence[Sequence[object]]]] = {
    "populations": (
        "dimension,value,label",
        [["race", name, name] for name in ("All", "Reference", "Black", "Latino")],
    ),
    "outcomes": ("name,stage", [["Reading", "EARLY_GRADES"]]),
    "measurements": (
        "year,area,dimension,group,reached,tested",
        [
            [f"{year}-{year - 1999}", "Town", "race", group, reached, 400]
            for year in range(2022, 2026)
            for group, reached in (("Reference", 280), ("Black", 120), ("Latino", 180))
        ],
    ),
    "practices": (
        "practice,outcomes,cost_per_participant,currency,price_year,source,capacity",
        [
            [name, "Reading", cost, "USD", YEAR, "made up", ""]
            for name, cost in (("Tutoring", "900.00"), ("Coaching", "350.00"), ("Camp", "200.00"))
        ],
    ),
    "findings": (
        "source,practice,study,design,rating,outcome,effect_size,standard_error,p_value,sample_size,sites,populations",
        [
            [f"{name}-{n}", name, f"{name} study {n}", design, RATED.format(word), "Reading", effect, *LARGE]
            for name, design, word, effect in (
                ("Tutoring", "RCT", "without", "0.35"),
                ("Coaching", "QED", "with", "0.15"),
            )
            for n in (1, 2)
        ],
    ),
}
RECIPES = {
    "measurements": """
[columns]
period = "year"
area = "area"
dimension = "dimension"
population = "group"
numerator = "reached"
denominator = "tested"
[constants]
indicator = "reading"
[values]
scale = "percent"
[indicator]
name = "Reading at grade level"
definition = "Of those tested."
outcome = "Reading"
stage = "EARLY_GRADES"
unit = "percent"
higher_is_better = true
core = true
[reference]
dimension = "race"
population = "Reference"
[disclosure]
already_public = true
""",
    "findings": """
[columns]
identifier = "source"
practice = "practice"
study = "study"
design = "design"
rating = "rating"
outcome = "outcome"
effect_size = "effect_size"
standard_error = "standard_error"
p_value = "p_value"
sample_size = "sample_size"
site_count = "sites"
populations = "populations"
""",
}


@dataclass(frozen=True)
class Town:
    """A partnership with facts and no money, and the rows that money may name."""

    id: UUID
    funders: Sequence[UUID]
    practices: Mapping[str, UUID]
    groups: Sequence[UUID]
    position: UUID
    donor: UUID


@pytest.fixture(scope="module")
async def town(database: Database, tmp_path_factory: pytest.TempPathFactory) -> Town:
    """Its facts come in through the import; each test's money is rolled back."""
    folder = tmp_path_factory.mktemp("town")
    async with database.session(Scope()) as session:
        p = (await create_partnership(session, Terms(f"town-{new_id().hex[:12]}", "Town"))).id
    for kind, (head, rows) in FACTS.items():
        with (folder / f"{kind}.csv").open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([head.split(","), *rows])
        recipe = folder / f"{kind}.toml"
        if kind in RECIPES:
            recipe.write_text(RECIPES[kind])
        order = Order(p, folder / f"{kind}.csv", kind, load_recipe(recipe) if recipe.exists() else None)
        report = await import_file(database, order)
        assert report.rejected == 0, (kind, list(report))
    async with database.session(Scope.of(p)) as session:
        return await _named(session, p)


async def _named(session: AsyncSession, p: UUID) -> Town:
    named = select(Practice.name, Practice.id).where(Practice.partnership_id == p).order_by(Practice.name)
    names = await session.execute(named)
    practices = {row.name: row.id for row in names}
    is_behind = (Population.partnership_id == p, Population.value.in_(("Black", "Latino")))
    groups = select(Population.id).where(*is_behind).order_by(Population.value)
    givers = [Organization(partnership_id=p, id=new_id(), name=name) for name in ("River", "City")]
    funders = [Funder(partnership_id=p, id=new_id(), organization_id=each.id) for each in givers]
    director = StaffPosition(
        partnership_id=p,
        id=new_id(),
        title="Director",
        role=KeyRole.PARTNERSHIP_DIRECTOR,
        full_time_equivalent=Decimal(1),
        annual_cost=9_000_000,
        currency="USD",
        provision=Provision.PAID,
    )
    need = InKindNeed(
        partnership_id=p,
        id=new_id(),
        practice_id=practices["Coaching"],
        kind=InKindKind.KNOWLEDGE,
        quantity=Decimal(2),
        unit=InKindUnit.HOUR,
    )
    await _added(session, givers, [*funders, director, need])
    rows = tuple((await session.execute(groups)).scalars())
    return Town(p, [each.id for each in funders], practices, rows, director.id, givers[0].id)


async def _added(session: AsyncSession, *layers: Sequence[TenantRow]) -> None:
    for layer in layers:
        session.add_all(layer)
        await session.flush()


class Money:
    """Random money of a town, drawn from a seed and written in the session's transaction."""

    def __init__(self, session: AsyncSession, town: Town, seed: int) -> None:
        self.session, self.town, self.draw = session, town, random.Random(seed)

    async def fill(self) -> None:
        """One to four awards with their lines, restrictions and pay, and limits of the practices."""
        draw, p = self.draw, self.town.id
        for name in ("Tutoring", "Coaching"):
            limit = {"capacity": draw.choice((None, None, 5, 40, 150))}
            place = (Practice.partnership_id == p, Practice.id == self.town.practices[name])
            await self.session.execute(update(Practice).where(*place).values(**limit))
        given = InKindResource(
            partnership_id=p,
            id=new_id(),
            donor_id=self.town.donor,
            kind=InKindKind.KNOWLEDGE,
            description="Volunteers",
            quantity=Decimal(draw.choice((10, 80, 500))),
            unit=InKindUnit.HOUR,
        )
        await _added(self.session, [given])
        for number in range(draw.randint(1, 4)):
            await self._award(number)

    async def _award(self, number: int) -> None:
        draw, p = self.draw, self.town.id
        award = Investment(
            partnership_id=p,
            id=new_id(),
            funder_id=draw.choice(self.town.funders),
            title=f"Award {number}",
            use=ResourceUse.UNASSIGNED,
            currency="USD",
            starts_on=draw.choice((None, JULY, date(2024, 7, 1))),
            ends_on=draw.choice((None, JUNE, JUNE, date(2026, 3, 31))),
            source_system="test",
            source_identifier=f"{number}",
        )
        if award.starts_on == JULY and award.ends_on == date(2026, 3, 31):
            award.ends_on = None
        await _added(self.session, [award])
        for each in range(draw.choice((0, 1, 1, 2))):
            await self._restrict(award.id, each)
        await self._lines(award.id)
        if draw.random() < 0.4:
            pay = StaffFunding(
                partnership_id=p,
                id=new_id(),
                position_id=self.town.position,
                investment_id=award.id,
                starts_on=JULY,
                ends_on=draw.choice((JUNE, date(2026, 12, 31))),
                monthly=draw.randint(1, 200_000),
                currency="USD",
            )
            await _added(self.session, [pay])

    async def _restrict(self, award: UUID, number: int) -> None:
        draw, p = self.draw, self.town.id
        whole = draw.random() < 0.6
        terms = Restriction(
            partnership_id=p,
            id=new_id(),
            investment_id=award,
            amount=None if whole else draw.randint(1, 4_000_000),
            use=draw.choice((None, ResourceUse.PRACTICE)) if whole else None,
            minimum_tier=draw.choice((None, None, EvidenceTier.STRONG)) if whole else None,
            until=draw.choice((None, None, date(2026, 1, 1), JUNE)) if whole else None,
            note=f"made up {number}",
        )
        named: list[dict[str, UUID | int]] = [
            {"practice_id": each} for each in self.town.practices.values() if draw.random() < 0.4
        ]
        named += [{"population_id": each} for each in self.town.groups if draw.random() < 0.3]
        if whole and draw.random() < 0.2:
            named.append({"fiscal_year": draw.choice((YEAR, YEAR + 1))})
        lists = [
            RestrictionTerm(partnership_id=p, id=new_id(), restriction_id=terms.id, **each) for each in named
        ]
        await _added(self.session, [terms], lists)

    async def _lines(self, award: UUID) -> None:
        draw = self.draw
        postings: list[tuple[AccountKey, AccountKey, int]] = []
        owed = AccountKey(award, AccountKind.RECEIVABLE, "USD")
        for line in dict.fromkeys(self._line() for _ in range(draw.randint(0, 5))):
            amount, free = draw.randint(1, 3_000_000), AccountKey(award, AccountKind.AVAILABLE, "USD", line)
            postings.append((owed, free, amount))
            signed = draw.choice((0, 0, 0, amount, draw.randint(0, amount)))
            if signed:
                postings.append((free, AccountKey(award, AccountKind.OBLIGATED, "USD", line), signed))
        ids = await open_accounts(self.session, self.town.id, [each for x in postings for each in x[:2]])
        made = [
            Posting(TransactionKind.COMMITMENT, ids[debit], ids[credit], "USD", amount, JULY)
            for debit, credit, amount in postings
        ]
        if made:
            await post(self.session, "test", str(new_id()), made)

    def _line(self) -> Line:
        draw, town = self.draw, self.town
        kind = draw.random()
        if kind < 0.25:
            return Line(ResourceUse.UNASSIGNED, fiscal_year=draw.choice((None, YEAR)))
        if kind < 0.35:
            return Line(ResourceUse.OPERATIONS, position_id=town.position, fiscal_year=YEAR)
        return Line(
            ResourceUse.PRACTICE,
            practice_id=draw.choice((None, *town.practices.values())),
            population_id=draw.choice((None, *town.groups)),
            fiscal_year=draw.choice((YEAR, YEAR, None, YEAR - 1)),
        )

    def ask(self) -> Ask:
        """A random question about the year."""
        draw = self.draw
        return Ask(
            (YEAR,),
            new_money_amount=draw.choice((0, 0, 2_500_000)),
            objective=draw.choice(list(Objective)),
            minimum_tier=draw.choice(("STRONG", "PROMISING", "PROMISING")),
            maximum_shift_share=draw.choice((0.0, 0.25, 0.25, 1.0)),
            maximum_total_shift_share=draw.choice((None, None, 0.1)),
            protected_ids=frozenset(
                str(each) for each in self.town.practices.values() if draw.random() < 0.15
            ),
            smallest_move_amount=draw.choice((0, 100_000)),
            staffing_floor=draw.random() < 0.7,
        )


async def planned(database: Database, town: Town, seed: int) -> tuple[AnswerStatus, Case]:
    """The plan of a random partnership as it is kept, read back by the judge; nothing of it stays."""
    async with database.session(Scope.of(town.id)) as session:
        money = Money(session, town, seed)
        await money.fill()
        ask = money.ask()
        scenario = await ask_for(session, town.id, ask, actor="test")
        result = answered(await read_standing(session, town.id, YEAR), ask)
        assert await mark_running(session, town.id, scenario.id)
        await session.refresh(scenario)
        await keep_result(session, scenario, result)
        case = await read_case(session, town.id, scenario.id, TIERS)
        await session.rollback()
    return result.status, case


@pytest.mark.parametrize("seed", range(25))
async def test_the_tables_alone_find_no_rule_that_a_plan_breaks(
    database: Database, town: Town, seed: int
) -> None:
    status, case = await planned(database, town, seed)
    assert status is AnswerStatus.OPTIMAL
    assert broken(case) == []


@pytest.mark.trial
@pytest.mark.parametrize("first", range(1_000, 2_000, 50))
async def test_the_tables_alone_find_no_rule_that_one_of_a_thousand_plans_breaks(
    database: Database, town: Town, first: int
) -> None:
    for seed in range(first, first + 50):
        status, case = await planned(database, town, seed)
        assert status is AnswerStatus.OPTIMAL, seed
        assert broken(case) == [], seed


async def test_the_judge_sees_a_cent_too_much_in_every_kind_of_move(database: Database, town: Town) -> None:
    """Of plans that keep every rule one thing is changed, and the judge says which rule it breaks."""
    said: set[str] = set()
    for seed in range(8):
        _, case = await planned(database, town, seed)
        for wrong in spoilt(case, town):
            said.update(broken(wrong))
    assert {
        "dollars go where a donor does not allow it",
        "dollars go to weaker evidence than was asked for",
        "dollars leave a protected practice",
        "more of a funder's dollars move than may",
        "more new money is spent than there is",
        "the gains of the moves are not what the plan gains",
    } <= said
    assert any("leave a line with" in each for each in said)


def spoilt(case: Case, town: Town) -> list[Case]:
    """The case with each move turned into one that no plan may make."""
    found: list[Case] = []
    for place, move in enumerate(case.moves):
        changes: list[dict[str, Any]] = [  # Any: a column's value
            {"amount": 10**10},
            {"to_practice_id": town.practices["Camp"]},
            {"to_practice_id": town.practices["Coaching"]},
            {"gain": move["gain"] + 1},
            {"investment_id": None, "from_use": None, "amount": 10**10},
        ]
        for change in changes:
            moves = [*case.moves[:place], {**move, **change}, *case.moves[place + 1 :]]
            found.append(replace(case, moves=moves))
        terms = {"investment_id": move["investment_id"], "amount": None, "use": None, "until": None}
        lists = {"practices": [town.practices["Camp"]], "populations": [], "years": [], "minimum_tier": None}
        found.append(replace(case, restrictions=[*case.restrictions, {**terms, **lists}]))
        kept = {**case.asked, "protected_ids": [str(move["from_practice_id"])]}
        found.append(replace(case, asked=kept))
    return found
