"""A small partnership whose every figure can be reckoned in one's head.

Two funders, three awards. The Hill Foundation's first award of 1,000.00 has 600.00 on tutoring for Black
readers (150.00 of it signed for, 100.00 spent besides), and 300.00 on no line; its second is of 40.00 EUR. The
state's award of 2,000.00 is all on a camp. Black third graders read 20 points behind White ones in 2023 to 2025.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from allocation.ledger import AccountKey, Line, Posting, open_accounts, post
from allocation.question import Ask
from allocation.scenarios import question_document
from models.base import new_id
from models.database import Database, Scope
from models.history import ImportRun
from models.in_kind import InKindKind, InKindUnit
from models.ledger import AccountKind, TransactionKind
from models.measurements import Figure, Measurement, MeasurementStatus, Release, SuppressionRule
from models.organizations import Organization, OrganizationIdentifier, Sector
from models.outcomes import Indicator, IndicatorVersion, Outcome, Population, Reference, Stage, Target
from models.partnerships import AnchorEntity, Area, Partnership, ReferenceKind
from models.people import AccessToken, Role
from models.practices import Finding, InKindNeed, Practice, PracticeOutcome, StudyDesign
from models.resources import (
    DatePrecision,
    Funder,
    FunderKind,
    Investment,
    ResourceUse,
    Restriction,
    RestrictionTerm,
)
from models.scenarios import Move, Scenario, ScenarioStatus

YEARS = (2023, 2024, 2025)


@dataclass
class Small:
    """The rows' ids by a short name, and the tokens by role."""

    partnership: Partnership
    ids: dict[str, UUID] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)

    def id(self, name: str) -> UUID:
        """The row's id; the same one each time."""
        return self.ids.setdefault(name, new_id())

    def global_id(self, type_name: str, name: str) -> str:
        """As the API writes it."""
        return f"{type_name}:{self.partnership.id}:{self.id(name)}"

    @property
    def slug(self) -> str:
        """The partnership's slug."""
        return self.partnership.slug


async def load_small(database: Database, partnership: Partnership, *, is_public: bool = True) -> Small:
    """Fills a fresh partnership."""
    small = Small(partnership)
    async with database.steward_session(Scope.of(partnership.id, "test")) as session:
        row = await session.get(Partnership, partnership.id)
        assert row is not None
        row.is_public = is_public
        row.settings = ["URBAN"]
        for make in (_parties, _aims, _practices, _figures, _awards):
            await insert(session, make(small))
        await _dollars(session, small)
        for make in (_work, _moves, _tokens):
            await insert(session, make(small))
    return small


async def insert(session: AsyncSession, rows: Sequence[object]) -> None:
    """In the order given, since rows without relationships are not sorted by their keys."""
    for row in rows:
        session.add(row)
        await session.flush()


def _parties(small: Small) -> list[object]:
    p = small.partnership.id
    names = {
        "hill": ("Hill Foundation", Sector.PHILANTHROPIC, False),
        "state": ("State of Example", Sector.CIVIC_GOVERNMENT, True),
        "school": ("River School", Sector.K12, True),
        "anchor": ("United Fund", Sector.PHILANTHROPIC, False),
    }
    rows: list[object] = [
        Organization(partnership_id=p, id=small.id(key), name=name, sector=sector, is_public=is_public)
        for key, (name, sector, is_public) in names.items()
    ]
    rows += [
        OrganizationIdentifier(
            partnership_id=p,
            organization_id=small.id("hill"),
            scheme="US-EIN",
            value=f"{small.slug}",
            preferred=True,
        )
    ]
    return [
        *rows,
        Area(partnership_id=p, id=small.id("city"), name="City", code="C1", parent_id=None),
    ]


def _aims(small: Small) -> list[object]:
    p = small.partnership.id
    groups = {"all": ("All", True), "black": ("Black", False), "white": ("White", False)}
    return [
        AnchorEntity(
            partnership_id=p,
            organization_id=small.id("anchor"),
            fee_rate=Decimal("0.05"),
            starts_on=None,
            ends_on=None,
        ),
        *(
            Funder(partnership_id=p, id=small.id(f"{key}-funder"), organization_id=small.id(key), kind=kind)
            for key, kind in (("hill", FunderKind.FOUNDATION), ("state", FunderKind.STATE))
        ),
        Outcome(partnership_id=p, id=small.id("reading"), name="Reading", stage=Stage.EARLY_GRADES),
        *(
            Population(
                partnership_id=p,
                id=small.id(key),
                dimension="race",
                value=label,
                label=label,
                is_total=is_total,
                is_key=key == "black",
                rationale="Furthest behind." if key == "black" else None,
            )
            for key, (label, is_total) in groups.items()
        ),
        Practice(
            partnership_id=p,
            id=small.id("tutoring"),
            name="Tutoring",
            description=None,
            cost_per_participant=50_000,
            currency="USD",
            price_year=2025,
            cost_source="Own books",
            capacity=40,
        ),
        Practice(
            partnership_id=p,
            id=small.id("camp"),
            name="Camp",
            description="Two weeks in summer",
            cost_per_participant=None,
            currency=None,
            price_year=None,
            cost_source=None,
            capacity=None,
        ),
    ]


def _practices(small: Small) -> list[object]:
    p = small.partnership.id
    return [
        Indicator(
            partnership_id=p,
            id=small.id("grade3"),
            outcome_id=small.id("reading"),
            code="grade3",
            name="Third-grade reading",
            definition="Share proficient",
            is_core=True,
        ),
        PracticeOutcome(partnership_id=p, practice_id=small.id("tutoring"), outcome_id=small.id("reading")),
        InKindNeed(
            partnership_id=p,
            practice_id=small.id("tutoring"),
            kind=InKindKind.VOLUNTEERS,
            quantity=Decimal(12),
            unit=InKindUnit.HOUR,
        ),
        Finding(
            partnership_id=p,
            id=small.id("trial"),
            practice_id=small.id("tutoring"),
            outcome_id=small.id("reading"),
            study="Trial 2020",
            design=StudyDesign.RCT,
            effect_size=Decimal("0.30"),
            standard_error=Decimal("0.10"),
            p_value=Decimal("0.003"),
            sample_size=400,
            treatment_size=200,
            comparison_size=200,
            site_count=3,
            settings=["URBAN"],
            source_system="test",
            source_identifier="trial-1",
        ),
    ]


def _figures(small: Small) -> list[object]:
    p = small.partnership.id
    rows: list[object] = [
        IndicatorVersion(
            partnership_id=p,
            indicator_id=small.id("grade3"),
            definition="Share proficient",
            valid_from=date(2020, 1, 1),
            valid_to=None,
            reason="First definition",
        ),
        Reference(
            partnership_id=p,
            indicator_id=small.id("grade3"),
            dimension="race",
            kind=ReferenceKind.GROUP,
            population_id=small.id("white"),
        ),
        Target(
            partnership_id=p,
            indicator_id=small.id("grade3"),
            area_id=None,
            population_id=small.id("black"),
            value=Decimal(60),
            due_on=date(2028, 6, 30),
        ),
        Release(
            partnership_id=p,
            id=small.id("release"),
            released_by="test",
            minimum_group_size=10,
            figure_count=9,
            withheld_count=0,
            dropped=None,
        ),
    ]
    for year in YEARS:
        for key, value, people in (("all", 55, 1000), ("black", 40, 400), ("white", 60, 600)):
            rows.append(_measurement(small, key, year))
            rows.append(_figure(small, key, year, Decimal(value), people))
    return rows


def _measurement(small: Small, group: str, year: int) -> Measurement:
    return Measurement(
        partnership_id=small.partnership.id,
        id=small.id(f"{group}-{year}"),
        indicator_id=small.id("grade3"),
        area_id=small.id("city"),
        population_id=small.id(group),
        period_start=date(year - 1, 7, 1),
        period_end=date(year, 6, 30),
    )


def _figure(small: Small, group: str, year: int, value: Decimal, people: int) -> Figure:
    return Figure(
        partnership_id=small.partnership.id,
        measurement_id=small.id(f"{group}-{year}"),
        version=1,
        release_id=small.id("release"),
        status=MeasurementStatus.REPORTED,
        value=value,
        numerator=int(value * people / 100),
        denominator=people,
        size_low=people,
        size_high=people,
        already_public=True,
        source_system="test",
        source_file="reading.csv",
        source_row=1,
    )


def withheld(small: Small) -> list[object]:
    """A measurement of a group of fewer than ten: the release shows that it is withheld, and why."""
    figure = _figure(small, "tiny", 2025, Decimal(0), 0)
    figure.status, figure.value = MeasurementStatus.SUPPRESSED, None
    figure.numerator = figure.denominator = figure.size_low = figure.size_high = None
    figure.rule, figure.reason = SuppressionRule.SMALL_COUNT, "Fewer than 10 children."
    return [_measurement(small, "tiny", 2025), figure]


def _awards(small: Small) -> list[object]:
    p = small.partnership.id
    rows: list[object] = []
    for name, funder, currency, title, on in (
        ("award", "hill-funder", "USD", "Reading grant", date(2024, 1, 15)),
        ("euro", "hill-funder", "EUR", "A gift from abroad", None),
        ("public", "state-funder", "USD", "Summer money", date(2023, 5, 1)),
    ):
        rows.append(
            Investment(
                partnership_id=p,
                id=small.id(name),
                funder_id=small.id(funder),
                recipient_id=small.id("school"),
                title=title,
                use=ResourceUse.PRACTICE,
                currency=currency,
                awarded_on=on,
                awarded_on_precision=DatePrecision.DAY if on else None,
                starts_on=date(2024, 7, 1),
                ends_on=date(2099, 6, 30),
                renewal_probability=Decimal("0.8"),
                source_system="test",
                source_identifier=name,
                source_file="awards.csv",
                source_row=2,
            )
        )
    return rows


async def _dollars(session: AsyncSession, small: Small) -> None:
    tutoring = Line(
        ResourceUse.PRACTICE,
        practice_id=small.id("tutoring"),
        outcome_id=small.id("reading"),
        population_id=small.id("black"),
        fiscal_year=2027,
    )
    camp = Line(ResourceUse.PRACTICE, practice_id=small.id("camp"), fiscal_year=2027)
    open_line = Line(ResourceUse.PRACTICE)
    flows = (
        ("award", "USD", "RECEIVABLE", None, "AVAILABLE", open_line, 100_000, TransactionKind.COMMITMENT),
        ("award", "USD", "AVAILABLE", open_line, "AVAILABLE", tutoring, 70_000, TransactionKind.ALLOCATION),
        ("award", "USD", "AVAILABLE", tutoring, "OBLIGATED", tutoring, 15_000, TransactionKind.COMMITMENT),
        ("award", "USD", "AVAILABLE", tutoring, "SPENT", tutoring, 10_000, TransactionKind.EXPENDITURE),
        ("award", "USD", "CASH", None, "RECEIVABLE", None, 50_000, TransactionKind.RECEIPT),
        ("euro", "EUR", "RECEIVABLE", None, "AVAILABLE", open_line, 4_000, TransactionKind.COMMITMENT),
        ("public", "USD", "RECEIVABLE", None, "AVAILABLE", open_line, 200_000, TransactionKind.COMMITMENT),
        ("public", "USD", "AVAILABLE", open_line, "AVAILABLE", camp, 200_000, TransactionKind.ALLOCATION),
        ("public", "USD", "PAID", None, "RECEIVABLE", None, 80_000, TransactionKind.DISBURSEMENT),
    )
    keys = []
    for award, unit, debit, debit_line, credit, credit_line, _, _ in flows:
        keys.append(AccountKey(small.id(award), AccountKind(debit), unit, debit_line))
        keys.append(AccountKey(small.id(award), AccountKind(credit), unit, credit_line))
    ids = await open_accounts(session, small.partnership.id, keys)
    postings = [
        Posting(
            kind=kind,
            debit=ids[keys[2 * n]],
            credit=ids[keys[2 * n + 1]],
            unit=unit,
            amount=amount,
            effective_on=date(2026, 7, 1),
            payer_id=small.id("hill"),
            payee_id=small.id("school"),
            note="for the books",
        )
        for n, (_, unit, _, _, _, _, amount, kind) in enumerate(flows)
    ]
    await post(session, "test", "small", postings)


def _work(small: Small) -> list[object]:
    p = small.partnership.id
    return [
        Restriction(
            partnership_id=p,
            id=small.id("letter"),
            investment_id=small.id("award"),
            amount=40_000,
            use=None,
            minimum_tier=None,
            until=date(2030, 6, 30),
            note="Only for Black readers, as agreed by telephone.",
        ),
        Scenario(
            partnership_id=p,
            id=small.id("scenario"),
            name="First idea",
            status=ScenarioStatus.READY,
            progress=1.0,
            question=question_document(Ask((2027,))),
            requested_by="test",
            answer=_answer(small),
        ),
        ImportRun(
            partnership_id=p,
            id=small.id("import"),
            file="awards.csv",
            format="investments",
            actor="test",
            read=3,
            created=2,
            updated=0,
            unchanged=0,
            rejected=1,
            report={
                "findings": [
                    {
                        "severity": "ERROR",
                        "code": "not-a-date",
                        "message": "The day does not exist.",
                        "count": 1,
                        "share": 0.333333,
                        "examples": [{"row": 3, "field": "awarded_on", "value": "2025-02-30"}],
                    }
                ]
            },
        ),
    ]


def _answer(small: Small) -> dict[str, object]:
    impact = {
        "amount": 70_000,
        "students": "1.5",
        "low": "0.5",
        "high": "2.5",
        "share_on_evidence": "1",
        "by_population": [
            {
                "population": str(small.id("black")),
                "persistent": True,
                "amount": 70_000,
                "students": "1.5",
                "gap_before": "80",
                "gap_after": "78.5",
            }
        ],
    }
    return {
        "status": "OPTIMAL",
        "currency": "USD",
        "before": impact,
        "after": {**impact, "students": "2"},
        "bindings": [
            {
                "kind": "CAPACITY",
                "node": str(small.id("tutoring")),
                "belongs_to": {"type": "Practice", "id": str(small.id("tutoring"))},
                "label": "Tutoring",
                "students": "0.1",
                "shadow_price": "0.02",
                "sentence": "Tutoring has 40 places.",
            }
        ],
        "conflicts": [{"rules": ["a budget", "a floor"], "sentence": "Both cannot hold."}],
        "frontier": [{"equity_weight": "2", "students": "2", "worst_off_students": "1", "is_knee": True}],
        "refused_practices": [
            {"practice": str(small.id("camp")), "reason": "no cost per participant is known"}
        ],
        "accounts": {},
    }


def _moves(small: Small) -> list[object]:
    p = small.partnership.id
    return [
        RestrictionTerm(partnership_id=p, restriction_id=small.id("letter"), population_id=small.id("black")),
        Move(
            partnership_id=p,
            id=small.id("move"),
            scenario_id=small.id("scenario"),
            position=1,
            investment_id=small.id("award"),
            from_use=ResourceUse.PRACTICE,
            to_use=ResourceUse.PRACTICE,
            to_practice_id=small.id("tutoring"),
            to_outcome_id=small.id("reading"),
            to_population_id=small.id("black"),
            to_fiscal_year=2027,
            amount=30_000,
            currency="USD",
            gain=Decimal("0.5"),
            gain_low=Decimal("0.1"),
            gain_high=Decimal("0.9"),
            sentence="Move $300 to tutoring.",
        ),
    ]


def _tokens(small: Small) -> list[object]:
    rows: list[object] = []
    for role in Role:
        token = f"ra_{role.value}-{new_id()}"
        small.tokens[role.value] = token
        rows.append(
            AccessToken(
                partnership_id=small.partnership.id,
                secret_sha256=hashlib.sha256(token.encode()).digest(),
                name=f"the {role.value.lower()}",
                role=role,
                organization_id=small.id("hill") if role is Role.FUNDER else None,
                expires_at=datetime.now(UTC) + timedelta(days=1),
            )
        )
    return rows
