"""The small world answered by plain Python objects: an independent account of what the seam should answer.

graphql-core's default resolvers call the methods; filters, orders, pages and relations are loops over lists.
"""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from enum import Enum
from typing import Any
from uuid import UUID

from api.graphql.common.scalars import written_moment

Row = dict[str, Any]  # of a table, by column
Data = dict[str, list[Row]]


def amount(minor: int) -> dict[str, str]:
    return {"amount": f"{Decimal(minor) / 100:.2f}", "currency": "USD"}


def text(value: Any) -> Any:  # any column's value
    """A value as the API writes it."""
    if isinstance(value, Enum):
        return value.name
    if isinstance(value, date | Decimal):
        return written_moment(value) if hasattr(value, "hour") else str(value)
    return value


class Thing:
    """One row; its attributes are the fields of its GraphQL type."""

    type_name = ""

    def __init__(self, data: Data, row: Row) -> None:
        self.data = data
        self.row = row
        for name, value in row.items():
            head, *rest = name.split("_")
            setattr(self, head + "".join(word.title() for word in rest), text(value))
        places = [row["partnership_id"]] if "partnership_id" in row else []
        self.id = ":".join(map(str, (self.type_name, *places, row["id"])))
        self.__typename = self.type_name  # where graphql-core looks for the type of an interface's value

    def of(self, table: str, met: Callable[[Row], bool]) -> list[Row]:
        return [row for row in self.data[table] if row["partnership_id"] == self.place and met(row)]

    @property
    def place(self) -> UUID:
        found: UUID = self.row["partnership_id"] if "partnership_id" in self.row else self.row["id"]
        return found


class Practice(Thing):
    type_name = "Practice"

    @property
    def cost(self) -> Any:
        return None if self.row["cost_minor"] is None else amount(self.row["cost_minor"])

    @property
    def tier(self) -> str:
        return "STRONG" if self.row["cost_minor"] else "NONE"


class Funder(Thing):
    type_name = "Funder"

    def investments(self, _: Any, **asked: Any) -> Any:
        mine = self.of("investment", lambda row: row["funder_id"] == self.row["id"])
        return page(self.data, mine, **asked)

    @property
    def given(self) -> Any:
        mine = self.of("investment", lambda row: row["funder_id"] == self.row["id"])
        return amount(sum(row["amount_minor"] for row in mine))

    @property
    def largest(self) -> Any:
        mine = self.of("investment", lambda row: row["funder_id"] == self.row["id"])
        best = max(mine, key=lambda row: (row["amount_minor"], row["id"]), default=None)
        return Investment(self.data, best) if best else None


class Investment(Thing):
    type_name = "Investment"

    @property
    def amount(self) -> Any:
        return amount(self.row["amount_minor"])

    @property
    def funder(self) -> Any:
        return Funder(self.data, self.of("funder", lambda row: row["id"] == self.row["funder_id"])[0])

    @property
    def recipient(self) -> Any:
        found = self.of("funder", lambda row: row["id"] == self.row["recipient_id"])
        return Funder(self.data, found[0]) if found else None

    @property
    def practices(self) -> Any:
        links = self.of("investment_practice", lambda row: row["investment_id"] == self.row["id"])
        wanted = {link["practice_id"] for link in links}
        found = self.of("practice", lambda row: row["id"] in wanted)
        return [Practice(self.data, row) for row in sorted(found, key=lambda row: row["name"])]

    @property
    def source(self) -> Any:
        system = self.row["source_system"]
        return {"system": system, "row": self.row["source_row"]} if system else None

    @property
    def tags(self) -> Any:
        return sorted(
            row["word"] for row in self.of("tag", lambda row: row["investment_id"] == self.row["id"])
        )

    @property
    def marks(self) -> Any:
        return [{"system": word, "row": 7} for word in self.tags]

    @property
    def score(self) -> Any:
        score = self.row["id"].int % 10
        return ValueError("odd") if score % 2 else score

    must = score


class Event(Thing):
    type_name = "Event"

    @property
    def subject(self) -> Any:
        kinds: dict[str, type[Thing]] = {"Investment": Investment, "Funder": Funder, "Practice": Practice}
        kind = kinds.get(self.row["subject_type"] or "")
        found = (
            self.of(kind.type_name.lower(), lambda row: row["id"] == self.row["subject_id"]) if kind else []
        )
        return kind(self.data, found[0]) if kind and found else None


class Partnership(Thing):
    type_name = "Partnership"

    def investments(self, _: Any, **asked: Any) -> Any:
        return page(self.data, self.of("investment", lambda _: True), **asked)

    @property
    def funders(self) -> Any:
        return [Funder(self.data, row) for row in sorted(self.of("funder", lambda _: True), key=key)]

    def practices(self, _: Any, search: str | None = None) -> Any:
        found = self.of("practice", lambda row: (search or "").lower() in row["name"].lower())
        return [Practice(self.data, row) for row in sorted(found, key=lambda row: row["name"])]

    @property
    def events(self) -> Any:
        return [Event(self.data, row) for row in sorted(self.of("event", lambda _: True), key=key)]


class Query:
    """The root."""

    def __init__(self, data: Data) -> None:
        self.data = data

    def partnership(self, _: Any, slug: str) -> Any:
        found = [row for row in self.data["partnership"] if row["slug"] == slug]
        return Partnership(self.data, found[0]) if found else None

    def investment(self, _: Any, id: str) -> Any:  # noqa: A002 - the contract's name
        return self.node(_, id)

    def node(self, _: Any, id: str) -> Any:  # noqa: A002 - the contract's name
        kinds: list[type[Thing]] = [Partnership, Funder, Investment, Practice, Event]
        for kind in kinds:
            for row in self.data[kind.type_name.lower()]:
                if (thing := kind(self.data, row)).id == id:
                    return thing
        return None


def key(row: Row) -> Any:
    return row["id"]


def met(data: Data, row: Row, wanted: Row) -> bool:
    """Whether an investment passes a filter."""
    funder = next(
        f
        for f in data["funder"]
        if (f["partnership_id"], f["id"]) == (row["partnership_id"], row["funder_id"])
    )
    practices = [
        f"Practice:{link['partnership_id']}:{link['practice_id']}"
        for link in data["investment_practice"]
        if link["partnership_id"] == row["partnership_id"] and link["investment_id"] == row["id"]
    ]
    checks: dict[str, Callable[[Any], bool]] = {
        "funders": lambda ids: f"Funder:{row['partnership_id']}:{row['funder_id']}" in ids,
        "practices": lambda ids: any(practice in ids for practice in practices),
        "kinds": lambda kinds: text(funder["kind"]) in kinds,
        "awardedFrom": lambda day: row["awarded_on"] is not None and str(row["awarded_on"]) >= day,
        "minimumAmount": lambda least: row["amount_minor"] >= Decimal(least) * 100,
        "awarded": lambda yes: (row["awarded_on"] is not None) == yes,
        "search": lambda part: part.lower() in row["title"].lower(),
    }
    return all(checks[name](value) for name, value in wanted.items() if value is not None)


ORDERS: dict[str | None, tuple[Callable[[Row], Any], bool]] = {
    None: (key, False),
    "AMOUNT_DESC": (lambda row: (row["amount_minor"], row["id"]), True),
    "AMOUNT_ASC": (lambda row: (row["amount_minor"], row["id"]), False),
    # unknown days come last whichever way the known ones go, and ties follow the order's direction
    "AWARDED_DESC": (
        lambda row: (row["awarded_on"] is not None, row["awarded_on"] or date.min, row["id"]),
        True,
    ),
    "TITLE_ASC": (lambda row: (row["title"].encode(), row["id"]), False),
}


def page(data: Data, rows: list[Row], first: int = 50, after: str | None = None, **asked: Any) -> Any:
    """A connection; a cursor here is the id of its row."""
    by, is_descending = ORDERS[asked.get("orderBy")]
    found = sorted(
        (row for row in rows if met(data, row, asked.get("filter") or {})), key=by, reverse=is_descending
    )
    start = 0 if after is None else 1 + [Investment(data, row).id for row in found].index(after)
    shown = [Investment(data, row) for row in found[start : start + first]]
    return {
        "nodes": shown,
        "edges": [{"node": node, "cursor": node.id} for node in shown],
        "totalCount": len(found),
        "total": amount(sum(row["amount_minor"] for row in found)) if found else None,
        "pageInfo": {
            "hasNextPage": start + first < len(found),
            "hasPreviousPage": start > 0,
            "startCursor": shown[0].id if shown else None,
            "endCursor": shown[-1].id if shown else None,
        },
    }
