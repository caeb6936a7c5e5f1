"""How Riverbend's fields that need arguments are asked: for its small groups above all."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import text

from models.database import Database, Scope

FEW = 2
NEEDS = "measures: [STUDENTS_BEHIND, SHARE_OF_STUDENTS_BEHIND, ALLOCATED, SHARE]"


@dataclass(frozen=True)
class Ids:
    """The rows that arguments name."""

    partnership_id: UUID
    outcomes: Sequence[UUID]
    populations: Sequence[UUID]
    practices: Sequence[UUID]
    measured: Sequence[tuple[UUID, UUID]]
    """Indicators in areas."""
    funder: UUID
    organization: UUID
    """The funder's."""

    def of(self, type_name: str, id_: UUID) -> str:
        """As it stands in a document."""
        return f'"{type_name}:{self.partnership_id}:{id_}"'


async def read_ids(database: Database, partnership_id: UUID) -> Ids:
    """All outcomes and practices, the groups with the least sizes first, and the funder with the most awards."""
    async with database.session(Scope.of(partnership_id)) as session:

        async def ids(rows: str, id_: str = "id", order: str = "order by 1") -> list[UUID]:
            found = await session.execute(text(f"select {id_} from {rows} {order}"))  # noqa: S608 - our own names
            return list(found.scalars())

        funder = (
            await session.execute(
                text("""select f.id, f.organization_id from funder f join investment i on i.funder_id = f.id
                  group by 1, 2 order by count(*) desc, 1 limit 1""")
            )
        ).one()
        measured = await session.execute(
            text("select distinct indicator_id, area_id from measurement order by 1, 2")
        )
        return Ids(
            partnership_id,
            await ids("outcome"),
            await ids(
                "population p join measurement m on m.population_id = p.id"
                " join figure f on f.measurement_id = m.id and f.is_newest",
                "p.id",
                "group by 1 order by avg(coalesce(f.size_low, 0)), 1",
            ),
            await ids("practice"),
            [(row[0], row[1]) for row in measured],
            funder.id,
            funder.organization_id,
        )


def arguments(ids: Ids, *, is_whole: bool = False) -> dict[str, list[str]]:
    """Ways to ask, by Type.field; of some groups only unless all is wanted, which takes its time."""
    outcomes = [ids.of("Outcome", each) for each in ids.outcomes][: None if is_whole else FEW]
    groups = [ids.of("PopulationGroup", each) for each in ids.populations][: None if is_whole else FEW]
    dimensions = ("OUTCOME", "POPULATION", "DISPARITY_STATUS", "INDICATOR", "OUTCOME_TREND", "PRACTICE")
    told = dimensions if is_whole else dimensions[:FEW]
    needs = [f"(input: {{ {NEEDS}, groupBy: [{each}] }})" for each in told]
    rights = ["(right: READ_RECORDED)"]
    moments = ['(on: "2100-01-01T00:00:00Z")']
    span = ['(from: "2025-07-01", to: "2026-06-30")']
    of_group = [f"(outcome: {outcome}, population: {group})" for outcome in outcomes for group in groups]
    briefs = [f"(practice: {ids.of('Practice', ids.practices[0])}, {each[1:]}" for each in of_group]
    return {
        **dict.fromkeys(
            (
                *("Partnership.permission", "Investment.permission", "StaffPosition.permission"),
                *("InKindResource.permission", "Move.permission", "ReallocationScenario.permission"),
                "Obligation.permission",
            ),
            rights,
        ),
        "AnchorEntity.statements": span,
        "AnchorEntity.feeReport": span,
        "Partnership.alignment": needs,
        "Funder.alignment": needs[:2],
        "Partnership.policyBrief": briefs,
        "Partnership.inequality": [
            f'(indicator: {ids.of("Indicator", indicator)}, area: {ids.of("Area", area)}, dimension: "{dimension}")'
            for indicator, area in ids.measured[: None if is_whole else FEW]
            for dimension in ("race", "meals", "english_learner")
        ],
        "Partnership.budget": ["(fiscalYear: 2027)"],
        "Partnership.lobbying": ["(fiscalYear: 2027)"],
        "Partnership.auditEvents": ['(since: "2020-01-01T00:00:00Z", first: 1000)'],
        "Partnership.simulateFunderLoss": [f'(funder: {ids.of("Funder", ids.funder)}, from: "2027-01-01")'],
        "Partnership.disparities": [
            "(first: 1000)",
            "(first: 1000, rule: { margin: 1, periods: 1, method: POINT })",
            "(first: 1000, rule: { referenceKind: TOTAL })",
        ][: None if is_whole else 1],
        "Partnership.coverage": ["" if is_whole else '(from: "2024-07-01")'],
        "Partnership.measurements": [
            "(first: 1000)"
            if is_whole
            else '(first: 1000, filter: { from: "2024-07-01", statuses: [SUPPRESSED, BANDED] })'
        ],
        "Partnership.searchPolicyMeasures": ['(text: "school", first: 20)'],
        "Measurement.publishedAs": moments,
        "Practice.effect": of_group,
        "Practice.costPerOutcome": of_group,
        "Practice.tier": ["", *(f"(population: {group})" for group in groups)],
        "ReallocationScenario.comparedWith": ["(other: $scenario)"],
    }
