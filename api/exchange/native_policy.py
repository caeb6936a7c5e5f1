"""Builds the records of the policy team's chain from our own tables."""

import re
from datetime import date
from decimal import Decimal

from api.exchange import codelists
from api.exchange.investments import currency_code
from api.exchange.native_cells import needed_choice, needed_day, positive_amount, together, year
from api.exchange.reading import Reading
from api.exchange.records_policy import (
    BarrierRecord,
    MilestoneRecord,
    PolicyActionRecord,
    PolicyDollarsRecord,
    PolicyPlanRecord,
    PolicyPositionRecord,
    PolicyStepRecord,
    SpendingRecord,
)
from api.exchange.values import number, truth

ADDRESS = re.compile(r"@|[0-9]{3}")
FACTS = ("body", "audience", "names_legislation", "takes_position")
LONGEST = 2000


def barrier(r: Reading) -> BarrierRecord:
    """A barrier; what is answered has the day of its answer."""
    raised, answer = needed_day(r, "raised_on"), r.prose("answer")
    answered = _day_since(r, "answered_on", raised)
    together(r, ("answer", answer), ("answered_on", answered))
    together(r, ("answered_on", answered), ("answer", answer))
    return BarrierRecord(
        row=r.entry.row,
        title=_title(r, "title"),
        raised_on=raised,
        raised_by=r.name("raised_by"),
        owner=r.name("owner"),
        answer=answer,
        answered_by=r.name("answered_by"),
        answered_on=answered,
        resolved_on=_day_since(r, "resolved_on", raised),
    )


def plan(r: Reading) -> PolicyPlanRecord:
    """A plan."""
    return PolicyPlanRecord(
        row=r.entry.row,
        title=_title(r, "title"),
        level=needed_choice(r, "level", codelists.POLICY_LEVELS),
        stance=needed_choice(r, "stance", codelists.STANCES),
        status=r.choice("status", codelists.POLICY_STATUSES),
        owner=r.name("owner"),
        outcomes=_listed(r, "outcomes"),
        populations=_listed(r, "populations"),
        indicators=_listed(r, "indicators"),
        barriers=_listed(r, "barriers"),
        measures=_listed(r, "measures"),
        decided_by=_listed(r, "decided_by"),
        investments=r.names("investments"),
        jurisdiction=r.name("jurisdiction"),
        summary=r.prose("summary"),
        starts_on=r.day("starts_on"),
        published=r.take("published", truth),
    )


def step(r: Reading) -> PolicyStepRecord:
    """A step of a plan."""
    return PolicyStepRecord(
        row=r.entry.row,
        plan=r.needed_name("plan"),
        to=needed_choice(r, "to", codelists.POLICY_STATUSES),
        on=needed_day(r, "on"),
        note=_title(r, "note"),
    )


def milestone(r: Reading) -> MilestoneRecord:
    """A milestone."""
    return MilestoneRecord(
        row=r.entry.row,
        plan=r.needed_name("plan"),
        title=_title(r, "title"),
        due_on=needed_day(r, "due_on"),
        done_on=r.day("done_on"),
    )


def action(r: Reading) -> PolicyActionRecord:
    """An action, with what the tax rules ask of it where that is known."""
    cost, currency = r.amount("cost"), r.take("currency", currency_code)
    together(r, ("cost", cost), ("currency", currency))
    hours = r.take("hours", number)
    _not_negative(r, "cost", cost)
    _not_negative(r, "hours", hours)
    filled = [field for field in FACTS if r.text(field)]
    for field in FACTS:
        if filled and field not in filled:
            sentence = f"{', '.join(FACTS)} are needed together"
            r.faults.add("empty", sentence, r.column(field), None)
    return PolicyActionRecord(
        row=r.entry.row,
        plan=r.needed_name("plan"),
        organization=r.needed_name("organization"),
        occurred_on=needed_day(r, "occurred_on"),
        kind=needed_choice(r, "kind", codelists.ADVOCACY_KINDS),
        classification=needed_choice(r, "classification", codelists.LOBBYING_CLASSES),
        description=r.prose("description") or r.needed_name("description"),
        speaker=_role(r, "speaker"),
        hours=hours,
        paid=r.truth("paid", default=True),
        cost=cost,
        currency=currency if cost is not None else None,
        paid_from=r.name("paid_from"),
        body=r.choice("body", codelists.BODIES),
        audience=r.choice("audience", codelists.AUDIENCES),
        names_legislation=r.truth("names_legislation", default=False),
        takes_position=r.truth("takes_position", default=False),
        calls_to_action=r.truth("calls_to_action", default=False),
        exemption=r.choice("exemption", codelists.EXEMPTIONS),
    )


def spending(r: Reading) -> SpendingRecord:
    """A fiscal year's exempt-purpose spending."""
    found = year(r, "fiscal_year")
    if found is None and not r.faults.found:
        r.faults.add("empty", "spending is of a fiscal year", r.column("fiscal_year"), None)
    return SpendingRecord(
        row=r.entry.row,
        fiscal_year=found or 0,
        amount=positive_amount(r, "amount"),
        currency=r.need("currency", currency_code) or "",
        source=r.prose("source"),
    )


def dollars(r: Reading) -> PolicyDollarsRecord:
    """Dollars of a plan."""
    return PolicyDollarsRecord(
        row=r.entry.row,
        plan=r.needed_name("plan"),
        kind=needed_choice(r, "kind", codelists.POLICY_DOLLARS),
        public=r.truth("public", default=True),
        amount=positive_amount(r, "amount"),
        currency=r.need("currency", currency_code) or "",
        source=r.prose("source"),
    )


def position(r: Reading) -> PolicyPositionRecord:
    """Where an organization stands."""
    hours = r.take("monthly_hours", number)
    _not_negative(r, "monthly_hours", hours)
    return PolicyPositionRecord(
        row=r.entry.row,
        plan=r.needed_name("plan"),
        organization=r.needed_name("organization"),
        position=needed_choice(r, "position", codelists.STANDS),
        jurisdiction=r.name("jurisdiction"),
        speaker=_role(r, "speaker"),
        monthly_hours=hours,
        taken_on=r.day("taken_on"),
    )


def _listed(r: Reading, field: str) -> tuple[str, ...] | None:
    return r.names(field) if field in r.entry.cells else None


def _title(r: Reading, field: str) -> str:
    taken = r.needed_name(field)
    if len(taken) > LONGEST:
        sentence = f"a text here has at most {LONGEST} characters"
        r.faults.add("too-long", sentence, r.column(field), f"{taken[:60]}…")
    return taken


def _role(r: Reading, field: str) -> str | None:
    """A role; an address or a telephone number is refused."""
    taken = r.name(field)
    if taken is not None and ADDRESS.search(taken):
        sentence = "name a role; addresses and telephone numbers are not kept"
        r.faults.add("private", sentence, r.column(field), None)
    return taken


def _day_since(r: Reading, field: str, first: date) -> date | None:
    taken = r.day(field)
    if taken is not None and taken < first:
        sentence = "this comes before the day on which it was raised"
        r.faults.add("ends-before-start", sentence, r.column(field), str(taken))
    return taken


def _not_negative(r: Reading, field: str, value: Decimal | None) -> None:
    if value is not None and value < 0:
        r.faults.add("negative", "this is 0 or more", r.column(field), str(value))
