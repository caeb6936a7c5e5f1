"""Who changed what, and when: the revisions of an investment, and all that was changed since a moment."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
import strawberry

from api.access import Right
from api.graphql.common.basics import Node, row, table_of
from api.graphql.common.connections import Connection
from api.graphql.common.context import Context
from api.graphql.common.ids import GlobalId
from api.graphql.common.references import allowed_rows
from api.graphql.lookahead import By, Computed, Rows, Scope, TypePlan, Value, at_least
from models import Base
from models.history import AuditEvent as EventRow
from models.resources import Funder, Investment

__all__ = [
    "PLANS",
    "AuditEventConnection",
    "RevisionConnection",
    "audit_events",
    "of_investment",
    "revisions",
]

EVENT, INVESTMENT, FUNDER = table_of(EventRow), table_of(Investment), table_of(Funder)
LOOK: Final = "look"
TYPES: Final = {
    "area": "Area",
    "funder": "Funder",
    "in_kind_resource": "InKindResource",
    "investment": "Investment",
    "match_offer": "MatchOffer",
    "obligation": "Obligation",
    "organization": "Organization",
    "outcome": "Outcome",
    "population": "PopulationGroup",
    "practice": "Practice",
    "staff_position": "StaffPosition",
}


@strawberry.type
class FieldChange:
    """One field; amounts are in units of the currency, what refers to something is its id."""

    field: str
    before: str | None
    after: str | None


@strawberry.type
class Revision:
    """One change of an investment, or of what was agreed about it (`renewal.probability`), in their order.

    The first is its coming in, which repeats nothing. Dollars that moved are its transactions.
    """

    version: int
    recorded_at: datetime
    recorded_by: str | None
    changes: list[FieldChange]


@strawberry.type
class AuditEvent:
    """Something that was created, changed or removed; `node` is what it is, or what it belongs to.

    A look at what lies behind a release is an event too; its node is the measurement, where it was at one.
    """

    at: datetime
    by: str | None
    action: str
    node: Node | None


RevisionConnection = Connection[Revision]
AuditEventConnection = Connection[AuditEvent]


def revisions(first: int | None = 50, after: str | None = None) -> Rows:
    """The earliest first."""
    return Rows(order=[By(EVENT.c.recorded_at)], first=first, after=after)


def audit_events(since: datetime, first: int | None = 100, after: str | None = None) -> Rows:
    """From a moment on, the earliest first."""
    return Rows(
        where=at_least(EVENT.c.recorded_at, since), order=[By(EVENT.c.recorded_at)], first=first, after=after
    )


def of_investment(investment: Scope, event: Scope) -> str:
    """The events of an investment: what names no foreign key, since an event outlives its row."""
    c = EVENT.c
    return (
        f"{event.column(c.partnership_id)} = {investment.column(INVESTMENT.c.partnership_id)}"
        f" and {event.column(c.investment_id)} = {investment.column(INVESTMENT.c.id)}"
    )


def _owner(scope: Scope) -> str:
    """The organization of the funder whose investment an event is about."""
    investment, funder = scope.reading(INVESTMENT), scope.reading(FUNDER)
    met = (
        f"{investment.column(INVESTMENT.c.partnership_id)} = {scope.column(EVENT.c.partnership_id)}"
        f" and {investment.column(INVESTMENT.c.id)} = {scope.column(EVENT.c.investment_id)}"
        f" and {funder.column(FUNDER.c.partnership_id)} = {investment.column(INVESTMENT.c.partnership_id)}"
        f" and {funder.column(FUNDER.c.id)} = {investment.column(INVESTMENT.c.funder_id)}"
    )
    organization = funder.column(FUNDER.c.organization_id)
    return f"(select {organization} from {investment.source}, {funder.source} where {met})"  # noqa: S608 - names from metadata


def _version(scope: Scope) -> str:
    """Its place among the events of the same investment."""
    other, c = scope.reading(EVENT), EVENT.c
    met = (
        f"{other.column(c.partnership_id)} = {scope.column(c.partnership_id)}"
        f" and {other.column(c.investment_id)} = {scope.column(c.investment_id)}"
        f" and ({other.column(c.recorded_at)}, {other.column(c.id)})"
        f" <= ({scope.column(c.recorded_at)}, {scope.column(c.id)})"
    )
    return f"(select count(*) from {other.source} where {met})"  # noqa: S608 - names from metadata


def _action(scope: Scope) -> str:
    """In words: changed staff position; a look has no row that anybody would know as created."""
    subject = scope.column(EVENT.c.subject)
    words = f"lower({scope.column(EVENT.c.action)}) || ' ' || replace({subject}, '_', ' ')"
    return f"case {subject} when 'look' then 'looked behind a release' else {words} end"


async def _changes(
    _: Context, rows: Sequence[Mapping[str, Any]], __: Mapping[str, Any]
) -> list[list[FieldChange]]:
    return [
        [_change(each["subject"], each["partnership"], *change) for change in each["changes"]]
        for each in rows
    ]


def _change(
    subject: str, partnership_id: UUID, column: str, before: str | None, after: str | None
) -> FieldChange:
    """A column's change; a table or column that is no more is told as it was written."""
    table = Base.metadata.tables.get(subject)
    known = None if table is None else table.c.get(column)
    name = _camel_case(column.removesuffix("_id"))
    return FieldChange(
        field=name if subject == "investment" else f"{_camel_case(subject)}.{name}",
        before=_told(known, partnership_id, before),
        after=_told(known, partnership_id, after),
    )


def _told(column: "sa.Column[Any] | None", partnership_id: UUID, text: str | None) -> str | None:
    if column is None or text is None:
        return text
    if isinstance(column.type, sa.BigInteger):
        return f"{Decimal(text).scaleb(-2):.2f}"
    others = {key.column.table.name for key in column.foreign_keys if key.column.name == "id"}
    type_name = next((TYPES[name] for name in sorted(others) if name in TYPES), None)
    return str(GlobalId(type_name, (partnership_id, UUID(text)))) if type_name else text


def _camel_case(name: str) -> str:
    """awarded_on -> awardedOn."""
    head, *rest = name.split("_")
    return head + "".join(part.title() for part in rest)


async def _nodes(
    _: Context, rows: Sequence[Mapping[str, Any]], __: Mapping[str, Any]
) -> list[Any]:  # a row, or none
    return [_node(each) for each in rows]


def _node(event: Mapping[str, Any]) -> Any:  # as above
    if event["subject"] == LOOK:
        seen = next((after for name, _, after in event["changes"] if name == "measurement_id"), None)
        return row("Measurement", event["partnership"], UUID(seen)) if seen else None
    if event["subject"] in TYPES:
        return row(TYPES[event["subject"]], event["partnership"], event["row"])
    return row("Investment", event["partnership"], event["investment"]) if event["investment"] else None


_KEY = {"subject": EVENT.c.subject, "partnership": EVENT.c.partnership_id}


def _visible(context: Context) -> Any:  # a condition
    return allowed_rows(context, Right.READ_HISTORY, _owner)


PLANS = (
    TypePlan(
        "Revision",
        EVENT,
        {
            "version": Value(_version, nullable=False),
            "recordedBy": EVENT.c.actor,
            "changes": Computed(_changes, _KEY | {"changes": EVENT.c.changes}),
        },
        visible=_visible,
    ),
    TypePlan(
        "AuditEvent",
        EVENT,
        {
            "at": EVENT.c.recorded_at,
            "by": EVENT.c.actor,
            "action": Value(_action, nullable=False),
            "node": Computed(
                _nodes,
                _KEY
                | {"row": EVENT.c.row_id, "investment": EVENT.c.investment_id, "changes": EVENT.c.changes},
            ),
        },
        visible=_visible,
    ),
)
