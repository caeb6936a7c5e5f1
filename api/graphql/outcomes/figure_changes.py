"""Writes figures: checks each line, records all or none, corrects, and takes the steps towards readers."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Final, Protocol
from uuid import UUID

from sqlalchemy import select

from allocation.frames.recorded import read_versions
from allocation.recordings import Given, Origin, Recorded, record_figures
from allocation.releases import release_figures
from allocation.submissions import SubmissionError, arrival, take_step
from api.access import Caller
from api.graphql.common.checks import Checks
from api.graphql.common.enums import UserErrorCode
from api.graphql.common.ids import GlobalId, read_id
from api.graphql.outcomes import figure_inputs as given
from models import outcomes
from models.measurements import Measurement, MeasurementStatus
from models.partnerships import Area
from models.submissions import StepTaken, Submission, SubmissionStep

__all__ = ["correct", "move", "record_lines"]

MOST_LINES: Final = 1_000
MOST_PEOPLE: Final = 10**12
MOST_VALUE: Final = Decimal(10) ** 15
PERCENT: Final = 100
PLACES: Final = Decimal("0.000001")
FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(2200, 12, 31)
UNSET: Final = UUID(int=0)
RECORDED_HERE: Final = "api"
NOT_RECORDED: Final = (
    "SUPPRESSED is what a release of ours says; record the figure itself, or SUPPRESSED_AT_SOURCE where its"
    " source withheld it."
)


class Said(Protocol):
    """A figure as an input says it."""

    status: MeasurementStatus
    value: Decimal | None
    low: Decimal | None
    high: Decimal | None
    numerator: int | None
    denominator: int | None


async def record_lines(checks: Checks, asked: given.RecordMeasurementsInput, caller: Caller) -> GlobalId:
    """Records the lines as one submission; its id, or the indicator's where nothing differed. Errors: Refused."""
    indicator = await checks.row(outcomes.Indicator, asked.indicator, "Indicator", "indicator")
    checks.text(asked.source, "source", longest=200)
    checks.must(len(asked.lines) >= 1, ("lines",), "Give one line or more.")
    if len(asked.lines) > MOST_LINES:
        checks.wrong(("lines",), f"At most {MOST_LINES:,} lines at once.", UserErrorCode.TOO_LARGE)
    checks.done()
    assert indicator is not None  # noqa: S101 - checked above
    lines = await _lines(checks, asked, indicator)
    checks.done()
    step = await arrival(checks.session, checks.partnership_id, is_imported=False)
    origin = Origin(
        caller.actor, asked.source or RECORDED_HERE, SubmissionStep.DRAFT if asked.draft else step
    )
    recorded = await record_figures(checks.session, checks.partnership_id, lines, origin)
    return _answer(checks, recorded)


def _answer(checks: Checks, recorded: Recorded) -> GlobalId:
    if recorded.submission_id is not None:
        return GlobalId("Submission", (checks.partnership_id, recorded.submission_id))
    return GlobalId("Measurement", (checks.partnership_id, recorded.measurement_ids[0]))


async def _lines(
    checks: Checks, asked: given.RecordMeasurementsInput, indicator: outcomes.Indicator
) -> Sequence[Given]:
    areas = await _known(checks, Area, "Area", [line.area for line in asked.lines])
    groups = await _known(
        checks, outcomes.Population, "PopulationGroup", [line.population for line in asked.lines]
    )
    seen: dict[object, int] = {}
    found = []
    for n, line in enumerate(asked.lines):
        place = ("lines", str(n))
        ids = (
            _named(checks, areas, line.area, *place, "area"),
            _named(checks, groups, line.population, *place, "population"),
        )
        is_fit = FIRST_DAY <= line.period_start <= line.period_end <= LAST_DAY
        checks.must(is_fit, (*place, "periodEnd"), "A period ends on or after its first day.")
        figure = _figure(checks, line, indicator, *place)
        key = (*ids, line.period_start, line.period_end)
        if None not in ids and key in seen:
            checks.wrong(place, f"Line {seen[key]} is of the same area, group and period.")
        seen.setdefault(key, n)
        found.append(
            replace(
                figure,
                area_id=ids[0] or UNSET,
                population_id=ids[1] or UNSET,
                period_start=line.period_start,
                period_end=line.period_end,
                already_public=asked.already_public,
            )
        )
    return found


async def _known(
    checks: Checks, model: type[Area | outcomes.Population], type_name: str, texts: Sequence[str]
) -> dict[str, UUID]:
    """The rows of these ids in this partnership, by the id's text."""
    read = {text: read_id(text, type_name) for text in dict.fromkeys(texts)}
    wanted = {
        text: id_.key[-1]
        for text, id_ in read.items()
        if id_ and len(id_.key) == 2 and id_.partnership_id == checks.partnership_id
    }
    rows = await checks.session.execute(
        select(model.id).where(
            model.partnership_id == checks.partnership_id, model.id.in_(list(wanted.values()))
        )
    )
    present = set(rows.scalars())
    return {text: id_ for text, id_ in wanted.items() if id_ in present}


def _named(checks: Checks, known: dict[str, UUID], text: str, *path: str) -> UUID | None:
    if text not in known:
        checks.wrong(path, "There is nothing with this id that you may see.", UserErrorCode.NOT_FOUND)
    return known.get(text)


def _figure(checks: Checks, said: Said, indicator: outcomes.Indicator, *place: str) -> Given:
    """What is said of a figure, with each fault of it noted at its place."""
    is_share = indicator.unit == "percent"
    value = said.value
    _check_counts(checks, said, *place, is_share=is_share)
    if said.status is MeasurementStatus.SUPPRESSED:
        checks.wrong((*place, "status"), NOT_RECORDED)
    is_reported = said.status is MeasurementStatus.REPORTED
    is_counted = is_share and said.numerator is not None and bool(said.denominator)
    if is_reported and value is None and is_counted:
        value = (Decimal(PERCENT * (said.numerator or 0)) / (said.denominator or 1)).quantize(PLACES)
    if is_reported:
        sentence = "A reported figure has a value, or for a share a numerator and a denominator above 0."
        checks.must(value is not None, (*place, "value"), sentence)
    else:
        sentence = f"Only a REPORTED figure has a value, and this is {said.status}."
        checks.must(value is None, (*place, "value"), sentence)
    if said.status is MeasurementStatus.BANDED:
        is_fit = said.low is not None or said.high is not None
        checks.must(is_fit, (*place, "low"), "A banded figure has a lower or an upper bound.")
    for name, number in (("value", said.value), ("low", said.low), ("high", said.high)):
        limit = Decimal(PERCENT) if is_share else MOST_VALUE
        is_fit = number is None or (0 if is_share else -limit) <= number <= limit
        checks.must(is_fit, (*place, name), f"It lies between {0 if is_share else -limit:f} and {limit:f}.")
    if said.low is not None and said.high is not None:
        checks.must(said.low <= said.high, (*place, "high"), "The upper bound lies below the lower.")
    return Given(
        indicator.id, UNSET, UNSET, FIRST_DAY, FIRST_DAY, said.status, value, said.low, said.high,
        said.numerator, said.denominator,
    )  # fmt: skip


def _check_counts(checks: Checks, said: Said, *place: str, is_share: bool) -> None:
    for name, count in (("numerator", said.numerator), ("denominator", said.denominator)):
        is_fit = count is None or 0 <= count <= MOST_PEOPLE
        checks.must(is_fit, (*place, name), "A count is a whole number of 0 or more.")
    if is_share and said.numerator is not None and said.denominator is not None:
        sentence = "The numerator is larger than the denominator."
        checks.must(said.numerator <= said.denominator, (*place, "numerator"), sentence)


async def correct(
    checks: Checks, asked: given.CorrectMeasurementInput, measurement: Measurement, caller: Caller
) -> GlobalId:
    """Records the figure as it should have been; the earlier versions stay. Errors: Refused."""
    indicator = await checks.session.get_one(
        outcomes.Indicator, (checks.partnership_id, measurement.indicator_id)
    )
    checks.text(asked.source, "source", longest=200)
    figure = _figure(checks, asked, indicator)
    known = await read_versions(checks.session, checks.partnership_id, [measurement.id])
    if asked.version is not None and (not known or known[0].version != asked.version):
        sentence = "The figure has been recorded again in the meantime; read its recordings."
        checks.wrong(("version",), sentence, UserErrorCode.STALE)
    checks.done()
    line = replace(
        figure,
        area_id=measurement.area_id,
        population_id=measurement.population_id,
        period_start=measurement.period_start,
        period_end=measurement.period_end,
        already_public=bool(known) and known[0].already_public,
    )
    system = asked.source or (known[0].source_system if known else RECORDED_HERE)
    step = await arrival(checks.session, checks.partnership_id, is_imported=False)
    recorded = await record_figures(
        checks.session, checks.partnership_id, [line], Origin(caller.actor, system, step)
    )
    return _answer(checks, recorded)


async def move(
    checks: Checks, asked: given.MoveSubmissionInput, submission: Submission, caller: Caller
) -> GlobalId:
    """Takes a step; what is approved is released at once. Errors: Refused."""
    checks.text(asked.note, "note")
    if asked.version != submission.version:
        checks.wrong(("version",), "It has moved in the meantime; read it again.", UserErrorCode.STALE)
    if asked.to is SubmissionStep.APPROVED and await _has_handed_in(checks, submission, caller):
        sentence = "Whoever handed figures in does not approve them; ask somebody else with the right."
        checks.wrong(("to",), sentence, UserErrorCode.FORBIDDEN)
    checks.done()
    try:
        await take_step(checks.session, submission, asked.to, actor=caller.actor, note=asked.note)
    except SubmissionError as error:
        checks.wrong(("note",) if "note" in str(error) else ("to",), str(error), UserErrorCode.CONFLICT)
        checks.done()
    if asked.to is SubmissionStep.APPROVED:
        await release_figures(checks.session, checks.partnership_id, caller.actor)
    return GlobalId("Submission", (checks.partnership_id, submission.id))


async def _has_handed_in(checks: Checks, submission: Submission, caller: Caller) -> bool:
    """The operator of the machine stands for the partnership itself, and may."""
    if caller.is_operator:
        return False
    t = StepTaken
    submitters = await checks.session.execute(
        select(t.taken_by).where(
            t.partnership_id == checks.partnership_id,
            t.submission_id == submission.id,
            t.step == SubmissionStep.SUBMITTED,
        )
    )
    return caller.actor in {submission.recorded_by, *submitters.scalars()}
