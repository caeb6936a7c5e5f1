"""Writes a practice and a finding as they are sent, with everything that is wrong with either told at once."""

from decimal import Decimal
from typing import Final
from urllib.parse import urlsplit

from sqlalchemy.dialects.postgresql import insert

from api.graphql.common.checks import Checks
from api.graphql.common.enums import UserErrorCode
from api.graphql.common.ids import GlobalId
from api.graphql.practices.practice_inputs import RecordFindingInput, RecordPracticeInput
from models.base import new_id
from models.outcomes import Outcome, Population
from models.practices import Finding, FindingPopulation, InKindNeed, Practice, PracticeOutcome

__all__ = ["SYSTEM", "record_finding", "record_practice"]

SYSTEM: Final = "recorded"
"""The source system of a finding that somebody recorded; its identifier is the row's own."""

LONGEST_NAME: Final = 200
MOST_OF_A_NEED: Final = Decimal(1_000_000)
MOST_EFFECT: Final = Decimal(1_000_000)  # what is implausible is kept and refused; this is no number at all


async def record_practice(checks: Checks, asked: RecordPracticeInput) -> GlobalId:
    """A practice with its outcomes and needs. Errors: Refused."""
    checks.text(asked.name, "name", longest=LONGEST_NAME)
    checks.text(asked.description, "description")
    checks.text(asked.cost_basis, "costBasis")
    cost = _cost(checks, asked)
    _at_least_0(checks, asked.capacity, "capacity")
    rows = [await checks.row(Outcome, o, "Outcome", "outcomes", str(n)) for n, o in enumerate(asked.outcomes)]
    needs = _needs(checks, asked)
    checks.done()
    owner = {"partnership_id": checks.partnership_id, "practice_id": new_id()}
    written = insert(Practice).values(
        partnership_id=checks.partnership_id,
        id=owner["practice_id"],
        name=asked.name.strip(),
        description=asked.description,
        cost_per_participant=cost,
        currency=asked.cost_per_participant.currency if asked.cost_per_participant else None,
        price_year=asked.price_year,
        cost_source=asked.cost_basis,
        capacity=asked.capacity,
    )
    fresh = await checks.session.execute(written.on_conflict_do_nothing().returning(Practice.id))
    if fresh.scalar_one_or_none() is None:
        message = "Another practice has this name; a file of practices changes what is known of it."
        checks.wrong(("name",), message, UserErrorCode.CONFLICT)
        checks.done()
    aims = dict.fromkeys(row.id for row in rows if row is not None)
    checks.session.add_all(PracticeOutcome(**owner, outcome_id=each) for each in aims)
    checks.session.add_all(InKindNeed(id=new_id(), **owner, **need) for need in needs)
    await checks.session.flush()
    return GlobalId("Practice", (checks.partnership_id, owner["practice_id"]))


def _cost(checks: Checks, asked: RecordPracticeInput | RecordFindingInput) -> int | None:
    """In minor units."""
    cost = checks.money(asked.cost_per_participant, "costPerParticipant")
    checks.must(cost != 0, ("costPerParticipant", "amount"), "A cost is above 0; leave it out where unknown.")
    is_year = asked.price_year is None or 1990 <= asked.price_year <= 2100
    checks.must(is_year, ("priceYear",), "A year of prices lies between 1990 and 2100.")
    is_priced = asked.price_year is None or asked.cost_per_participant is not None
    checks.must(is_priced, ("priceYear",), "A year of prices needs the cost that is in them.")
    return cost


def _needs(checks: Checks, asked: RecordPracticeInput) -> list[dict[str, object]]:
    found: dict[object, dict[str, object]] = {}
    for n, need in enumerate(asked.in_kind_needs):
        place = ("inKindNeeds", str(n))
        quantity = need.quantity_per_participant
        checks.above_zero(quantity, *place, "quantityPerParticipant", most=MOST_OF_A_NEED)
        key = (need.kind, need.unit)
        checks.must(key not in found, place, "Another need is of the same kind in the same unit.")
        found[key] = {"kind": need.kind, "unit": need.unit, "quantity": quantity}
    return list(found.values())


async def record_finding(checks: Checks, asked: RecordFindingInput) -> GlobalId:
    """A finding, kept as stated also where it will not count. Errors: Refused."""
    for value, path in (
        (asked.study, "study"),
        (asked.rating, "rating"),
        (asked.standards_version, "standardsVersion"),
        (asked.grades, "grades"),
    ):
        checks.text(value, path, longest=LONGEST_NAME)
    practice = await checks.row(Practice, asked.practice, "Practice", "practice")
    _figures(checks, asked)
    cost = _cost(checks, asked)
    _web_address(checks, asked.source_url)
    outcome = await checks.row(Outcome, asked.outcome, "Outcome", "outcome")
    groups = [
        await checks.row(Population, each, "PopulationGroup", "populations", str(n))
        for n, each in enumerate(asked.populations)
    ]
    checks.done()
    id_ = new_id()
    finding = Finding(
        partnership_id=checks.partnership_id,
        id=id_,
        practice_id=practice.id if practice else None,
        outcome_id=outcome.id if outcome else None,
        study=asked.study.strip(),
        design=asked.design,
        rating=asked.rating,
        standards_version=asked.standards_version,
        effect_size=asked.effect_size,
        standard_error=asked.standard_error,
        p_value=asked.p_value,
        improvement_index=asked.improvement_index,
        direction=asked.direction,
        grades=asked.grades,
        cost_per_participant=cost,
        currency=asked.cost_per_participant.currency if asked.cost_per_participant else None,
        price_year=asked.price_year,
        sample_size=asked.sample_size,
        site_count=asked.sites,
        cluster_count=asked.clusters,
        is_subgroup=asked.is_subgroup,
        is_local=asked.is_local,
        settings=list(dict.fromkeys(each.value for each in asked.settings)),
        source_system=SYSTEM,
        source_identifier=str(id_),
        extra={"source_url": asked.source_url} if asked.source_url else None,
    )
    checks.session.add(finding)
    await checks.session.flush()
    named = dict.fromkeys(group.id for group in groups if group is not None)
    checks.session.add_all(
        FindingPopulation(partnership_id=checks.partnership_id, finding_id=id_, population_id=each)
        for each in named
    )
    await checks.session.flush()
    return GlobalId("Finding", (checks.partnership_id, id_))


def _figures(checks: Checks, asked: RecordFindingInput) -> None:
    checks.share(asked.p_value, "pValue")
    checks.above_zero(asked.standard_error, "standardError", most=MOST_EFFECT)
    index = asked.improvement_index
    is_index = index is None or -50 <= index <= 50
    checks.must(is_index, ("improvementIndex",), "It lies between -50 and 50.")
    is_effect = asked.effect_size is None or abs(asked.effect_size) <= MOST_EFFECT
    checks.must(is_effect, ("effectSize",), "It is in standard deviations (Hedges' g).")
    _at_least_0(checks, asked.sample_size, "sampleSize")
    _at_least_0(checks, asked.sites, "sites")
    _at_least_0(checks, asked.clusters, "clusters")


def _at_least_0(checks: Checks, value: int | None, path: str) -> None:
    checks.must(value is None or value >= 0, (path,), "A count is 0 or more.")


def _web_address(checks: Checks, url: str | None) -> None:
    checks.text(url, "sourceUrl")
    try:
        parts = urlsplit(url or "https://none")
        is_address = parts.scheme in {"http", "https"} and bool(parts.hostname)
    except ValueError:
        is_address = False
    checks.must(is_address, ("sourceUrl",), "A source's address begins with https:// or http://.")
