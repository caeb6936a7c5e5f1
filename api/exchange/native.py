"""Our own tables: CSV or workbook with a fixed header, one small builder for each kind of record.

The columns are named like the record's fields (docs/recipes.md lists them); lists are split by `;`. A column
that is not needed may be left out, and one that is not known is reported.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from api.exchange import (
    codelists,
    native_anchor,
    native_evidence,
    native_measures,
    native_policy,
    native_staff,
)
from api.exchange.entries import entries
from api.exchange.files import Source
from api.exchange.investments import currency_code
from api.exchange.native_cells import (
    PAIRS,
    identifier,
    needed_choice,
    needed_period,
    needs,
    obligated,
    pair_of_counts,
    positive,
    together,
    year,
    years,
)
from api.exchange.reading import Reading, check_fields
from api.exchange.recipes import Recipe
from api.exchange.records import OrganizationRecord, OutcomeRecord, PopulationRecord, Record
from api.exchange.records_evidence import LocalResultRecord, PracticeRecord, PriceLevelRecord
from api.exchange.records_money import AllocationRecord, RestrictionRecord
from api.exchange.report import Example, ImportReport, Severity
from api.exchange.values import count, number, truth


@dataclass(frozen=True, slots=True)
class NativeTable:
    """A kind of record with its columns: those that must be there and those that may."""

    build: Callable[[Reading], Record]
    needed: tuple[str, ...]
    optional: tuple[str, ...] = ()

    @property
    def columns(self) -> tuple[str, ...]:
        """All columns."""
        return (*self.needed, *self.optional)

    def read(self, source: Source, recipe: Recipe, report: ImportReport) -> Iterator[Record]:
        """Yields the table's records. A recipe may rename columns and say how cells are written."""
        full = replace(
            recipe,
            name=recipe.name or source.name,
            columns={name: (name,) for name in self.columns} | dict(recipe.columns),
            must_stand=recipe.must_stand | (set(self.needed) - set(recipe.columns) - set(recipe.constants)),
        )
        check_fields(full, self.columns)
        unknown: set[str] = set()
        for entry in entries(source, full, report):
            _tell_unknown(entry.rest, unknown, report)
            reading = Reading(entry, full, report)
            record = self.build(reading)
            if not reading.faults.rejected():
                yield record


def _tell_unknown(rest: Mapping[str, object], told: set[str], report: ImportReport) -> None:
    for header in rest:
        if header not in told:
            told.add(header)
            sentence = "the format has no such column; it is passed over"
            report.add(Severity.WARNING, "unknown-column", sentence, Example(None, header, None))


def _practice(r: Reading) -> PracticeRecord:
    cost, currency = r.amount("cost_per_participant"), r.take("currency", currency_code)
    together(r, ("cost_per_participant", cost), ("currency", currency))
    positive(r, "cost_per_participant", cost)
    return PracticeRecord(
        row=r.entry.row,
        practice=r.needed_name("practice"),
        outcomes=r.names("outcomes"),
        cost_per_participant=cost,
        currency=currency if cost is not None else None,
        price_year=year(r, "price_year"),
        source=r.prose("source"),
        capacity=r.count("capacity"),
        description=r.prose("description"),
        has_logic_model=r.take("has_logic_model", truth),
        is_under_study=r.take("is_under_study", truth),
        in_kind_needs=r.take("in_kind_needs", needs) or (),
    )


def _allocation(r: Reading) -> AllocationRecord:
    amount = r.need("amount", r.amount_of)
    positive(r, "amount", amount)
    return AllocationRecord(
        row=r.entry.row,
        investment=r.needed_name("investment"),
        practice=r.name("practice"),
        outcome=r.name("outcome"),
        population=r.name("population"),
        area=r.name("area"),
        position=r.name("position"),
        use=r.choice("use", codelists.USES) or "UNASSIGNED",
        fiscal_year=year(r, "fiscal_year"),
        amount=amount or Decimal(0),
        obligated=obligated(r, amount),
    )


def _organization(r: Reading) -> OrganizationRecord:
    return OrganizationRecord(
        row=r.entry.row,
        identifier=r.take("identifier", identifier),
        name=r.needed_name("name"),
        sector=r.choice("sector", codelists.SECTORS),
        is_public=r.truth("is_public", default=False),
        funder_kind=r.choice("funder_kind", codelists.FUNDER_KINDS),
    )


def _restriction(r: Reading) -> RestrictionRecord:
    amount = r.amount("amount")
    positive(r, "amount", amount)
    return RestrictionRecord(
        row=r.entry.row,
        investment=r.needed_name("investment"),
        amount=amount,
        outcomes=r.names("outcomes"),
        practices=r.names("practices"),
        populations=r.names("populations"),
        areas=r.names("areas"),
        fiscal_years=r.take("fiscal_years", years) or (),
        use=r.choice("use", codelists.USES),
        minimum_tier=r.choice("minimum_tier", codelists.TIERS),
        lobbying_allowed=r.truth("lobbying_allowed", default=True),
        until=r.day("until"),
        note=r.prose("note"),
    )


def _outcome(r: Reading) -> OutcomeRecord:
    return OutcomeRecord(
        row=r.entry.row,
        name=r.needed_name("name"),
        stage=needed_choice(r, "stage", codelists.STAGES),
        academic=r.truth("academic", default=True),
    )


def _population(r: Reading) -> PopulationRecord:
    value = r.needed_name("value")
    return PopulationRecord(
        row=r.entry.row,
        dimension=r.needed_name("dimension"),
        value=value,
        label=r.name("label") or value,
        key=r.truth("key", default=False),
        rationale=r.prose("rationale"),
        aliases=r.names("aliases"),
    )


def _local_result(r: Reading) -> LocalResultRecord:
    starts, ends = needed_period(r)
    counts = {name: pair_of_counts(r, name, needed=name == "participants") for name in PAIRS}
    participants, reached = counts["participants"]
    if counts["comparison"][0] is None and counts["participants_before"][0] is None:
        sentence = "a result needs a comparison, or the participants before"
        r.faults.add("not-compared", sentence, r.column("comparison"), None)
    return LocalResultRecord(
        row=r.entry.row,
        practice=r.needed_name("practice"),
        outcome=r.needed_name("outcome"),
        period_start=starts,
        period_end=ends,
        participants=participants or 0,
        participants_reached=reached or 0,
        comparison=counts["comparison"][0],
        comparison_reached=counts["comparison"][1],
        participants_before=counts["participants_before"][0],
        participants_reached_before=counts["participants_before"][1],
        comparison_before=counts["comparison_before"][0],
        comparison_reached_before=counts["comparison_before"][1],
        source=r.prose("source"),
    )


def _price_level(r: Reading) -> PriceLevelRecord:
    level = r.need("level", number)
    positive(r, "level", level)
    return PriceLevelRecord(
        row=r.entry.row,
        name=r.needed_name("name"),
        year=r.need("year", count) or 0,
        level=level or Decimal(0),
        source=r.prose("source"),
    )


TABLES: Mapping[str, NativeTable] = {
    "practices": NativeTable(
        _practice,
        ("practice",),
        (
            *("outcomes", "cost_per_participant", "currency", "price_year", "source", "capacity"),
            *("in_kind_needs", "description", "has_logic_model", "is_under_study"),
        ),
    ),
    "allocations": NativeTable(
        _allocation,
        ("investment", "amount"),
        ("practice", "outcome", "population", "area", "position", "use", "fiscal_year", "obligated"),
    ),
    "organizations": NativeTable(
        _organization, ("name",), ("identifier", "sector", "is_public", "funder_kind")
    ),
    "restrictions": NativeTable(
        _restriction,
        ("investment",),
        (
            *("amount", "outcomes", "practices", "populations", "areas", "fiscal_years", "use"),
            *("minimum_tier", "lobbying_allowed", "until", "note"),
        ),
    ),
    "outcomes": NativeTable(_outcome, ("name", "stage"), ("academic",)),
    "populations": NativeTable(_population, ("dimension", "value"), ("label", "key", "rationale", "aliases")),
    "positions": NativeTable(
        native_staff.position,
        ("title",),
        (
            *("role", "full_time_equivalent", "annual_cost", "currency", "provision"),
            *("starts_on", "ends_on"),
        ),
    ),
    "position-funding": NativeTable(
        native_staff.position_funding,
        ("position", "starts_on", "ends_on", "monthly", "currency"),
        ("investment", "in_kind", "certain", "recurring"),
    ),
    "barriers": NativeTable(
        native_policy.barrier,
        ("title", "raised_on"),
        ("raised_by", "owner", "answer", "answered_by", "answered_on", "resolved_on"),
    ),
    "policy-plans": NativeTable(
        native_policy.plan,
        ("title", "level", "stance"),
        (
            *("status", "owner", "outcomes", "populations", "indicators", "barriers", "measures"),
            *("decided_by", "investments", "jurisdiction", "summary", "starts_on", "published"),
        ),
    ),
    "policy-steps": NativeTable(native_policy.step, ("plan", "to", "on", "note")),
    "policy-milestones": NativeTable(native_policy.milestone, ("plan", "title", "due_on"), ("done_on",)),
    "policy-actions": NativeTable(
        native_policy.action,
        ("plan", "organization", "occurred_on", "kind", "classification", "description"),
        (
            *("speaker", "hours", "paid", "cost", "currency", "paid_from", "body", "audience"),
            *("names_legislation", "takes_position", "calls_to_action", "exemption"),
        ),
    ),
    "policy-dollars": NativeTable(
        native_policy.dollars, ("plan", "kind", "amount", "currency"), ("public", "source")
    ),
    "policy-positions": NativeTable(
        native_policy.position,
        ("plan", "organization", "position"),
        ("jurisdiction", "speaker", "monthly_hours", "taken_on"),
    ),
    "exempt-purpose-spending": NativeTable(
        native_policy.spending, ("fiscal_year", "amount", "currency"), ("source",)
    ),
    "in-kind": NativeTable(
        native_staff.in_kind,
        ("donor", "kind", "description", "quantity", "unit"),
        (*("practice", "starts_on", "ends_on", "unit_rate", "currency", "method", "rate_source"),),
    ),
    "in-kind-movements": NativeTable(
        native_staff.in_kind_movement, ("in_kind", "kind", "occurred_on", "quantity"), ("note",)
    ),
    "local-results": NativeTable(
        _local_result,
        ("practice", "outcome", "period", "participants", "participants_reached"),
        (
            *("comparison", "comparison_reached", "participants_before", "participants_reached_before"),
            *("comparison_before", "comparison_reached_before", "source"),
        ),
    ),
    "ledger": NativeTable(
        native_anchor.ledger,
        ("investment", "kind", "occurred_on", "amount"),
        ("use", "practice", "outcome", "population", "area", "position", "fiscal_year", "note"),
    ),
    "budgets": NativeTable(
        native_anchor.budget, ("fiscal_year", "use", "amount", "currency"), ("funder", "position")
    ),
    "obligations": NativeTable(
        native_anchor.obligation, ("investment", "kind", "title", "due_on"), ("done_on",)
    ),
    "renewals": NativeTable(native_anchor.renewal, ("investment", "due_on"), ("probability", "owner_name")),
    "match": NativeTable(
        native_anchor.match, ("investment", "ratio", "required"), ("in_kind_counts", "due_on", "in_kind")
    ),
    "position-costs": NativeTable(
        native_staff.position_cost, ("position", "from_on", "annual_pay"), ("benefit_rate",)
    ),
    "instalments": NativeTable(
        native_anchor.instalment, ("investment", "fiscal_year", "amount"), ("due_on", "conditional")
    ),
    "match-offers": NativeTable(
        native_anchor.match_offer,
        ("source", "ratio"),
        ("maximum", "currency", "deadline", "in_kind_counts"),
    ),
    "fee-agreements": NativeTable(
        native_anchor.fee_agreement,
        (),
        ("investment", "fee_rate", "monthly", "currency", "starts_on", "ends_on"),
    ),
    "investment-links": NativeTable(native_anchor.link, ("investment", "kind", "other")),
    "measures": NativeTable(native_measures.measure, native_measures.NEEDED, native_measures.OPTIONAL),
    "testimony": NativeTable(
        native_evidence.testimony,
        ("practice", "heard_on", "view", "words", "agreed"),
        ("outcome", "population", "people", "occasion"),
    ),
    "price-index": NativeTable(_price_level, ("name", "year", "level"), ("source",)),
}
