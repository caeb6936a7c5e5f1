"""Lobbying is paid out of allowed dollars alone: the database refuses the others, whoever asks and however."""

import json
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from allocation.ledger import (
    AccountKey,
    LedgerError,
    LedgerRefusal,
    Line,
    Posting,
    audit,
    open_accounts,
    post,
)
from allocation.payments import LobbyingPayment, pay_for_lobbying
from models.base import new_id
from models.database import Database, Scope
from models.ledger import AccountKind, TransactionKind
from models.obligations import InvestmentLink, LinkKind
from models.organizations import Organization
from models.partnerships import Partnership
from models.plans import PolicyLevel, PolicyPlan, PolicyStance, PolicyStatus
from models.resources import Funder, FunderKind, Investment, ResourceUse, Restriction

DAY = date(2026, 7, 1)
WHOLE = 100_000  # each award, in cents


@dataclass
class Awards:
    """One partnership's awards by what is said of them, each of 1,000.00 on one free line."""

    database: Database
    partnership_id: UUID
    organization: UUID
    plan: UUID
    ids: dict[str, UUID]

    def scope(self) -> Scope:
        return Scope.of(self.partnership_id)

    async def pay(self, name: str, amount: int) -> UUID:
        async with self.database.session(self.scope()) as session:
            award = await session.get_one(Investment, (self.partnership_id, self.ids[name]))
            payment = LobbyingPayment(award, amount, DAY, key=str(new_id()), note="Testimony")
            return await pay_for_lobbying(session, "policy", payment)


KINDS: dict[str, tuple[FunderKind | None, ResourceUse, list[dict[str, Any]]]] = {
    "free": (FunderKind.INDIVIDUAL, ResourceUse.UNASSIGNED, []),
    "advocacy": (FunderKind.CORPORATE, ResourceUse.ADVOCACY, [{"lobbying_allowed": True}]),
    "forbidden": (FunderKind.COMMUNITY_FOUNDATION, ResourceUse.UNASSIGNED, [{"lobbying_allowed": False}]),
    "partly": (FunderKind.CORPORATE, ResourceUse.UNASSIGNED, [{"lobbying_allowed": False, "amount": 60_000}]),
    "lapsed": (
        FunderKind.CORPORATE,
        ResourceUse.UNASSIGNED,
        [{"lobbying_allowed": False, "until": date(2026, 6, 30)}],
    ),
    "general": (FunderKind.FOUNDATION, ResourceUse.OPERATIONS, []),
    "earmarked": (FunderKind.FOUNDATION, ResourceUse.OPERATIONS, [{"use": ResourceUse.OPERATIONS}]),
    "foundation advocacy": (FunderKind.FOUNDATION, ResourceUse.ADVOCACY, []),
    "federal": (FunderKind.FEDERAL, ResourceUse.UNASSIGNED, []),
}


@pytest.fixture
async def awards(database: Database, partnership: Partnership) -> Awards:
    p = partnership.id
    found = Awards(database, p, new_id(), new_id(), {name: new_id() for name in KINDS})
    async with database.session(Scope.of(p)) as session:
        rows: list[Any] = [Organization(partnership_id=p, id=found.organization, name="Giver", sector=None)]
        rows.append(
            PolicyPlan(
                partnership_id=p,
                id=found.plan,
                title="A plan",
                level=PolicyLevel.STATE,
                stance=PolicyStance.SUPPORT,
                status=PolicyStatus.ACTIVE,
            )
        )
        for name, (kind, use, restrictions) in KINDS.items():
            giver, funder = new_id(), new_id()
            rows += [
                Organization(partnership_id=p, id=giver, name=f"Giver of {name}", sector=None),
                Funder(partnership_id=p, id=funder, organization_id=giver, kind=kind),
                Investment(
                    partnership_id=p,
                    id=found.ids[name],
                    funder_id=funder,
                    title=name,
                    use=use,
                    currency="USD",
                    source_system="test",
                    source_identifier=name,
                ),
                *(
                    Restriction(partnership_id=p, id=new_id(), investment_id=found.ids[name], **each)
                    for each in restrictions
                ),
            ]
        for row in rows:
            session.add(row)
            await session.flush()
        await _fund(session, found)
    return found


async def _fund(session: AsyncSession, awards: Awards) -> None:
    pairs = [
        (
            AccountKey(awards.ids[name], AccountKind.RECEIVABLE, "USD"),
            AccountKey(awards.ids[name], AccountKind.AVAILABLE, "USD", Line(use)),
        )
        for name, (_, use, _) in KINDS.items()
    ]
    ids = await open_accounts(session, awards.partnership_id, [key for pair in pairs for key in pair])
    postings = [
        Posting(TransactionKind.COMMITMENT, ids[debit], ids[credit], "USD", WHOLE, DAY)
        for debit, credit in pairs
    ]
    await post(session, "test", "fund", postings)


@pytest.mark.parametrize("name", ["free", "advocacy", "lapsed", "general"])
async def test_allowed_dollars_pay_and_are_kept_apart(awards: Awards, name: str) -> None:
    await awards.pay(name, 25_000)
    await awards.pay(name, 75_000)
    async with awards.database.session(awards.scope()) as session:
        spent = await session.execute(
            text(
                "select credits_posted - debits_posted from ledger.account"
                " where investment_id = :i and is_lobbying"
            ),
            {"i": awards.ids[name]},
        )
        assert spent.scalar_one() == WHOLE
        assert [row for row in await audit(session) if row[0] == awards.partnership_id] == []


@pytest.mark.parametrize("name", ["forbidden", "earmarked", "foundation advocacy", "federal"])
async def test_forbidden_dollars_are_refused_with_the_reason(awards: Awards, name: str) -> None:
    with pytest.raises(LedgerError, match="lobbying may not be paid out of this investment") as refused:
        await awards.pay(name, 1)
    assert refused.value.refusal is LedgerRefusal.RESTRICTED


async def test_of_a_part_that_is_withheld_only_the_rest_may_pay(awards: Awards) -> None:
    await awards.pay("partly", 30_000)
    with pytest.raises(LedgerError) as refused:
        await awards.pay("partly", 10_001)  # 40,000 of 100,000 are free, and 30,000 of them are spent
    assert refused.value.refusal is LedgerRefusal.RESTRICTED
    await awards.pay("partly", 10_000)


async def test_more_than_is_free_on_a_line_is_not_there(awards: Awards) -> None:
    await awards.pay("free", 99_999)
    with pytest.raises(LedgerError) as refused:
        await awards.pay("free", 2)
    assert refused.value.refusal is LedgerRefusal.INSUFFICIENT_FUNDS


OPEN = """insert into ledger.account
  (partnership_id, id, kind, unit, guard, investment_id, use, is_lobbying)
  values (:p, :id, 'SPENT', 'USD', 'NO_OVERDRAFT', :i, 'UNASSIGNED', true)"""


async def post_by_hand(awards: Awards, login: str, award: UUID) -> None:
    account, find = new_id(), "select id from ledger.account where investment_id = :i and kind = 'AVAILABLE'"
    async with getattr(awards.database, login)(awards.scope()) as session:
        await session.execute(text(OPEN), {"p": awards.partnership_id, "id": account, "i": award})
        free = (await session.execute(text(find), {"i": award})).scalar_one()
        ends = {"kind": "EXPENDITURE", "debit": str(free), "credit": str(account), "unit": "USD"}
        lines = json.dumps([{**ends, "amount": 1, "effective_on": DAY.isoformat()}])
        await session.execute(
            text("select ledger.post('me', 'once', cast(:lines as jsonb))"), {"lines": lines}
        )


@pytest.mark.parametrize("login", ["session", "steward_session"])
@pytest.mark.parametrize("name", ["forbidden", "earmarked", "federal"])
async def test_the_database_itself_refuses_plain_sql(awards: Awards, login: str, name: str) -> None:
    """Both weak logins open an account kept for lobbying, and post to it by the ledger's own door."""
    with pytest.raises(DBAPIError) as refused:
        await post_by_hand(awards, login, awards.ids[name])
    assert getattr(refused.value.orig, "sqlstate", "") == "LG006"


ACT = """insert into policy_action (partnership_id, plan_id, organization_id, occurred_on, kind, classification,
  reason, cost, currency, paid_from_id, transfer_id, description)
  values (:p, :plan, :o, '2026-07-01', 'TESTIMONY', :class, 'stated', :cost, 'USD', :i, :t, 'At a hearing')"""


async def act(awards: Awards, name: str, **changes: object) -> None:
    values: dict[str, object] = {
        "p": awards.partnership_id,
        "plan": awards.plan,
        "o": awards.organization,
        "class": "DIRECT",
        "cost": 25_000,
        "i": awards.ids[name],
        "t": None,
        **changes,
    }
    async with awards.database.session(awards.scope()) as session:
        await session.execute(text(ACT), values)


async def test_an_action_that_is_lobbying_stands_on_its_own_transfer(awards: Awards) -> None:
    transfer = await awards.pay("free", 25_000)
    with pytest.raises(DBAPIError, match="just its cost"):
        await act(awards, "free", t=transfer, cost=24_000)
    with pytest.raises(DBAPIError, match="lobbying may not be paid"):
        await act(awards, "forbidden", t=transfer)
    with pytest.raises(DBAPIError, match="lobbying"):
        await act(awards, "free")
    await act(awards, "free", t=transfer)
    with pytest.raises(DBAPIError, match="uq_policy_action_transfer_id"):
        await act(awards, "free", t=transfer)


async def test_what_is_no_lobbying_cannot_be_made_so_later_on_forbidden_dollars(awards: Awards) -> None:
    await act(awards, "forbidden", **{"class": "NOT_LOBBYING"})
    with pytest.raises(DBAPIError, match="lobbying may not be paid"):
        async with awards.database.session(awards.scope()) as session:
            await session.execute(text("update policy_action set classification = 'DIRECT'"))


async def test_only_what_is_spent_can_be_kept_for_lobbying(awards: Awards) -> None:
    with pytest.raises(DBAPIError, match="is_lobbying"):
        async with awards.database.session(awards.scope()) as session:
            await session.execute(
                text(OPEN.replace("SPENT", "AVAILABLE")),
                {"p": awards.partnership_id, "id": new_id(), "i": awards.ids["free"]},
            )


async def tie(awards: Awards, regrant: str, source: str) -> None:
    """Says that the one is paid from the other's dollars."""
    link = InvestmentLink(
        partnership_id=awards.partnership_id,
        id=new_id(),
        investment_id=awards.ids[regrant],
        kind=LinkKind.FUNDED_FROM,
        other_id=awards.ids[source],
    )
    async with awards.database.session(awards.scope()) as session:
        session.add(link)


async def refused_words(awards: Awards, name: str, amount: int) -> str:
    with pytest.raises(LedgerError) as refused:
        await awards.pay(name, amount)
    assert refused.value.refusal is LedgerRefusal.RESTRICTED
    return str(refused.value)


@pytest.mark.parametrize(
    ("source", "words"),
    [("forbidden", "its donor"), ("federal", "federal awards"), ("earmarked", "what a private foundation")],
)
async def test_forbidden_dollars_stay_so_where_they_were_passed_on(
    awards: Awards, source: str, words: str
) -> None:
    await tie(awards, "free", source)
    said = await refused_words(awards, "free", 1)
    assert f'it is paid from "{source}", and {words}' in said
    with pytest.raises(DBAPIError) as refused:
        await post_by_hand(awards, "session", awards.ids["free"])
    assert getattr(refused.value.orig, "sqlstate", "") == "LG006"


async def test_a_regrant_of_a_regrant_is_bound_by_the_first_award(awards: Awards) -> None:
    await tie(awards, "advocacy", "general")
    await tie(awards, "free", "advocacy")
    await awards.pay("free", 1)
    await tie(awards, "lapsed", "forbidden")
    with pytest.raises(DBAPIError, match="reverse it first"):
        await tie(awards, "general", "lapsed")  # it would bring forbidden dollars two regrants on, to "free"
    await tie(awards, "partly", "lapsed")
    assert 'paid from "forbidden"' in await refused_words(awards, "partly", 1)


async def test_the_strictest_of_several_payers_binds(awards: Awards) -> None:
    await tie(awards, "free", "advocacy")
    await tie(awards, "free", "federal")
    assert "federal awards" in await refused_words(awards, "free", 1)


async def test_an_award_and_its_regrants_share_what_it_allows(awards: Awards) -> None:
    """40,000 of the 100,000 of "partly" may pay for lobbying, wherever they were passed on to."""
    await tie(awards, "free", "partly")
    await tie(awards, "general", "partly")
    await awards.pay("free", 25_000)
    await awards.pay("general", 5_000)
    assert "other lobbying has used what that allows" in await refused_words(awards, "partly", 10_001)
    await awards.pay("partly", 10_000)
    assert "other lobbying" in await refused_words(awards, "free", 1)
    await awards.pay("advocacy", WHOLE)  # which nobody of them pays


async def test_awards_that_pay_each_other_in_a_ring_are_still_bound(awards: Awards) -> None:
    await tie(awards, "free", "advocacy")
    await tie(awards, "advocacy", "free")
    await awards.pay("free", WHOLE)
    await tie(awards, "lapsed", "general")
    await tie(awards, "general", "lapsed")
    await tie(awards, "general", "federal")
    assert "federal" in await refused_words(awards, "lapsed", 1)


async def test_of_an_award_in_another_currency_only_a_ban_binds(awards: Awards) -> None:
    async with awards.database.session(awards.scope()) as session:
        rows = {"ids": [awards.ids["partly"], awards.ids["federal"]]}
        await session.execute(text("update investment set currency = 'EUR' where id = any(:ids)"), rows)
    await tie(awards, "free", "partly")
    await awards.pay("free", 50_000)
    await tie(awards, "advocacy", "federal")
    assert "federal" in await refused_words(awards, "advocacy", 1)


async def moved(awards: Awards, source: str, target: str, amount: int) -> None:
    """Dollars that the books bring from one award's line into another's, without a link."""
    async with awards.database.session(awards.scope()) as session:
        keys = [
            AccountKey(awards.ids[name], AccountKind.AVAILABLE, "USD", Line(KINDS[name][1]))
            for name in (source, target)
        ]
        ids = await open_accounts(session, awards.partnership_id, keys)
        debit, credit = (ids[key] for key in keys)
        posting = Posting(TransactionKind.REALLOCATION, debit, credit, "USD", amount, DAY)
        await post(session, "test", str(new_id()), [posting])


async def test_dollars_that_the_books_moved_stay_forbidden_until_they_went_back(awards: Awards) -> None:
    await moved(awards, "forbidden", "free", 10_000)
    assert 'it is paid from "forbidden"' in await refused_words(awards, "free", 1)
    await moved(awards, "free", "forbidden", 10_000)
    await awards.pay("free", 1)


async def spend_across(awards: Awards, source: str, target: str) -> None:
    """One transfer out of an award's line, straight into the account that another keeps for lobbying."""
    line, other = (Line(KINDS[name][1]) for name in (source, target))
    free = AccountKey(awards.ids[source], AccountKind.AVAILABLE, "USD", line)
    spent = AccountKey(awards.ids[target], AccountKind.SPENT, "USD", other, is_lobbying=True)
    async with awards.database.session(awards.scope()) as session:
        ids = await open_accounts(session, awards.partnership_id, [free, spent])
        posting = Posting(TransactionKind.EXPENDITURE, ids[free], ids[spent], "USD", 1, DAY)
        await post(session, "test", "across", [posting])


async def test_forbidden_dollars_cannot_be_spent_under_another_award_s_name(awards: Awards) -> None:
    await awards.pay("free", 1)
    with pytest.raises(LedgerError, match='it is paid from "forbidden"') as refused:
        await spend_across(awards, "forbidden", "free")
    assert refused.value.refusal is LedgerRefusal.RESTRICTED


@pytest.mark.parametrize(
    "later",
    [
        "insert into restriction (partnership_id, investment_id, lobbying_allowed) values (:p, :i, false)",
        "update funder set kind = 'FEDERAL' where id = (select funder_id from investment where id = :i)",
        "update investment set use = 'PRACTICE' where id = :i",
        """insert into investment_link (partnership_id, investment_id, kind, other_id)
        select :p, :i, 'FUNDED_FROM', id from investment where title = 'federal' and partnership_id = :p""",
    ],
)
async def test_what_has_paid_for_lobbying_is_not_forbidden_it_afterwards(awards: Awards, later: str) -> None:
    given = {"p": awards.partnership_id, "i": awards.ids["general"]}
    await awards.pay("general", 1)
    with pytest.raises(DBAPIError, match="reverse it first") as refused:
        async with awards.database.session(awards.scope()) as session:
            await session.execute(text(later), given)
    assert getattr(refused.value.orig, "sqlstate", "") == "LG006"
