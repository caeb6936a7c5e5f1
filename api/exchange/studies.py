"""Findings of studies: from any table that a recipe describes, and from the What Works Clearinghouse."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

from api.exchange.codelists import DESIGNS, DIRECTIONS, SETTINGS
from api.exchange.entries import Entry, entries
from api.exchange.files import Source
from api.exchange.investments import currency_code
from api.exchange.native_cells import positive, together, year
from api.exchange.reading import Reading, check_fields
from api.exchange.recipes import Recipe
from api.exchange.records_evidence import FindingRecord
from api.exchange.report import Example, ImportReport, Severity
from api.exchange.text import cell_text
from api.exchange.values import one_of, truth

FIELDS = frozenset(
    (
        *("identifier", "study", "practice", "outcome", "design", "rating", "standards_version"),
        *("tier_as_published", "effect_size", "standard_error", "p_value", "improvement_index"),
        *("is_significant", "sample_size", "treatment_size", "comparison_size", "treatment_mean"),
        *("comparison_mean", "treatment_deviation", "comparison_deviation", "cluster_count"),
        *("treatment_clusters", "comparison_clusters", "intraclass_correlation", "unit_of_analysis"),
        *("site_count", "is_subgroup", "is_local", "settings", "populations", "sample", "source_url"),
        *("measure", "period", "direction", "grades", "cost_per_participant", "currency", "price_year"),
    )
)
NEEDED = ("study", "practice", "outcome")
NOT_A_PRACTICE = frozenset({"(Not applicable)", "Not applicable", "N/A"})
SIGNS = {"FAVOURABLE": 1, "NEUTRAL": 0, "UNFAVOURABLE": -1}
LARGEST_PLAUSIBLE = Decimal(3)
SHARE, POINT = (
    Decimal("0.01"),
    Decimal(1),
)  # what a percent is worth to a probability, and to a figure in percent
CLEARINGHOUSE_COLUMNS = {
    "identifier": "FindingID",
    "study": "ReviewID",
    "practice": "Intervention_Name",
    "outcome": "Outcome_Domain",
    "measure": "Outcome_Measure",
    "period": "Period",
    "sample": "Sample_Description",
    "is_subgroup": "Is_Subgroup",
    "sample_size": "Outcome_Sample_Size",
    "treatment_size": "Outcome_Measure_Intervention_Sample_Size",
    "comparison_size": "Outcome_Measure_Comparison_Sample_Size",
    "treatment_clusters": "Intervention_Clusters_Sample_Size",
    "comparison_clusters": "Comparison_Clusters_Sample_Size",
    "treatment_mean": "Intervention_Mean",
    "comparison_mean": "Comparison_Mean",
    "treatment_deviation": "Intervention_Standard_Deviation",
    "comparison_deviation": "Comparison_Standard_Deviation",
    "effect_size": "Effect_Size_WWC",
    "improvement_index": "Improvement_Index",
    "p_value": "p_Value_WWC",
    "intraclass_correlation": "ICC",
    "is_significant": "Is_Statistically_Significant",
    "rating": "Finding_Rating",
    "tier_as_published": "ESSA_Rating",
    "unit_of_analysis": "L1_Unit_of_Analysis",
}
CLEARINGHOUSE_NEEDED = frozenset({"identifier", "study", "practice", "outcome", "effect_size"})
CLEARINGHOUSE_RATINGS = {
    "1": "Meets WWC standards without reservations",
    "2": "Meets WWC standards with reservations",
    "3": "Does not meet WWC standards",
}


def read_findings(source: Source, recipe: Recipe, report: ImportReport) -> Iterator[FindingRecord]:
    """Yields findings of a table in any layout; the recipe says which column is which."""
    check_fields(recipe, FIELDS, NEEDED)
    yield from _findings(source, recipe, report)


def read_clearinghouse(source: Source, recipe: Recipe, report: ImportReport) -> Iterator[FindingRecord]:
    """Yields the findings of the clearinghouse's own CSV.

    A recipe's aliases map its domains and intervention names to ours, and its filters narrow the file;
    without them the clearinghouse's names are kept.
    """
    columns = {field: (header,) for field, header in CLEARINGHOUSE_COLUMNS.items()}
    ratings = {"rating": CLEARINGHOUSE_RATINGS, **recipe.aliases}
    full = replace(
        recipe,
        name=recipe.name or "wwc-findings",
        columns=columns | dict(recipe.columns),
        must_stand=recipe.must_stand | (CLEARINGHOUSE_NEEDED - set(recipe.columns)),
        aliases=ratings,
    )
    check_fields(full, FIELDS, NEEDED)
    yield from _findings(source, full, report)


def _findings(source: Source, recipe: Recipe, report: ImportReport) -> Iterator[FindingRecord]:
    for entry in entries(source, recipe, report):
        practice = _published(entry, "practice")
        if practice in NOT_A_PRACTICE:
            sentence = "a finding names no practice; it is kept and not used"
            report.add(
                Severity.WARNING,
                "no-practice",
                sentence,
                Example(entry.row, entry.origin.get("practice"), practice),
            )
        reading = Reading(entry, recipe, report)
        record = _finding(reading)
        _refuse_impossible(reading, record)
        if not reading.faults.rejected():
            _doubt(reading, record)
            yield record


def _published(entry: Entry, field: str) -> str | None:
    return entry.published.get(field) or cell_text(entry.cells.get(field, "")) or None


def _finding(reading: Reading) -> FindingRecord:
    entry = reading.entry
    published = _published(entry, "practice")
    cost, currency = reading.amount("cost_per_participant"), reading.take("currency", currency_code)
    together(reading, ("cost_per_participant", cost), ("currency", currency))
    positive(reading, "cost_per_participant", cost)
    return FindingRecord(
        row=entry.row,
        identifier=reading.name("identifier") or _content(entry),
        study=reading.needed_name("study"),
        practice=None if published in NOT_A_PRACTICE else reading.needed_name("practice"),
        outcome=reading.needed_name("outcome"),
        practice_as_published=published,
        outcome_as_published=_published(entry, "outcome"),
        measure=reading.name("measure"),
        period=reading.name("period"),
        design=reading.choice("design", DESIGNS) or "UNKNOWN",
        rating=reading.name("rating"),
        standards_version=reading.name("standards_version"),
        tier_as_published=reading.name("tier_as_published"),
        effect_size=reading.statistic("effect_size"),
        standard_error=reading.statistic("standard_error"),
        p_value=reading.statistic("p_value", percent=SHARE),
        improvement_index=reading.statistic("improvement_index", percent=POINT),
        direction=reading.choice("direction", DIRECTIONS),
        is_significant=reading.take("is_significant", truth),
        sample_size=reading.count("sample_size"),
        treatment_size=reading.count("treatment_size"),
        comparison_size=reading.count("comparison_size"),
        treatment_mean=reading.statistic("treatment_mean", percent=POINT),
        comparison_mean=reading.statistic("comparison_mean", percent=POINT),
        treatment_deviation=reading.statistic("treatment_deviation"),
        comparison_deviation=reading.statistic("comparison_deviation"),
        cluster_count=_clusters(reading),
        intraclass_correlation=reading.statistic("intraclass_correlation", percent=SHARE),
        unit_of_analysis=reading.name("unit_of_analysis"),
        site_count=reading.count("site_count"),
        is_subgroup=reading.truth("is_subgroup", default=False),
        is_local=reading.truth("is_local", default=False),
        settings=reading.take("settings", _settings) or (),
        populations=reading.names("populations"),
        populations_as_published=reading.prose("sample"),
        grades=reading.name("grades"),
        cost_per_participant=cost,
        currency=currency if cost is not None else None,
        price_year=year(reading, "price_year"),
        source_url=reading.name("source_url"),
        extra=reading.extra(),
    )


def _content(entry: Entry) -> str:
    said = sorted((field, cell_text(cell)) for field, cell in entry.cells.items())
    return "content-" + hashlib.sha256(json.dumps(said).encode()).hexdigest()[:24]


def _settings(written: str) -> tuple[str, ...]:
    return tuple(one_of(word.strip(), SETTINGS) for word in written.split(";") if word.strip())


def _clusters(reading: Reading) -> int | None:
    stated = reading.count("cluster_count")
    if stated is not None:
        return stated
    arms = [reading.count("treatment_clusters"), reading.count("comparison_clusters")]
    known = [arm for arm in arms if arm is not None]
    return sum(known) if len(known) == len(arms) else None


def _refuse_impossible(reading: Reading, record: FindingRecord) -> None:
    if record.p_value is not None and not 0 <= record.p_value <= 1:
        sentence = "a p-value lies between 0 and 1"
        reading.faults.add("not-a-probability", sentence, reading.column("p_value"), str(record.p_value))
    if record.standard_error is not None and record.standard_error < 0:
        sentence = "a standard error is not negative"
        reading.faults.add(
            "negative-error", sentence, reading.column("standard_error"), str(record.standard_error)
        )


def _doubt(reading: Reading, record: FindingRecord) -> None:
    warn, column = reading.faults.warn, reading.column
    effect, index = record.effect_size, record.improvement_index
    if effect is not None and abs(effect) > LARGEST_PLAUSIBLE:
        sentence = "an effect of more than 3 standard deviations is not plausible"
        warn("implausible-effect", sentence, column("effect_size"), str(effect))
    if effect is not None and record.direction is not None and effect * SIGNS[record.direction] < 0:
        sentence = "the effect size has the opposite sign of the direction that is stated"
        warn("signs-disagree", sentence, column("effect_size"), f"{effect}, {record.direction}")
    if effect is not None and index is not None and effect * index < 0:
        sentence = "effect size and improvement index have opposite signs"
        warn("signs-disagree", sentence, column("effect_size"), f"{effect}, index {index}")
    if record.sample_size == 0:
        warn("empty-sample", "the sample is published as 0", column("sample_size"), "0")
    if record.p_value == 0:
        sentence = "a p-value of exactly 0 is a rounded one"
        reading.faults.note("zero-p-value", sentence, column("p_value"), "0")
