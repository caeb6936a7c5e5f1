"""The tables of a small world of funders, investments and practices, and its rows."""

import random
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

import sqlalchemy as sa
import strawberry

HERE = UUID(int=1)
THERE = UUID(int=2)


@strawberry.enum
class Kind(StrEnum):
    FEDERAL = "federal"
    FOUNDATION = "foundation"


METADATA = sa.MetaData()


def tenant_table(name: str, *columns: sa.Column[Any] | sa.ForeignKeyConstraint) -> sa.Table:  # of any type
    return sa.Table(
        name,
        METADATA,
        sa.Column("partnership_id", sa.Uuid, sa.ForeignKey("partnership.id"), primary_key=True),
        sa.Column("id", sa.Uuid, primary_key=True),
        *columns,
    )


def refers(column: str, table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["partnership_id", column], [f"{table}.partnership_id", f"{table}.id"])


PARTNERSHIP = sa.Table(
    "partnership",
    METADATA,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("slug", sa.Text, nullable=False),
    sa.Column("currency", sa.Text, nullable=False),
)
FUNDER = tenant_table(
    "funder",
    sa.Column("name", sa.Text, nullable=False),
    sa.Column(
        "kind", sa.Enum(Kind, native_enum=False, values_callable=lambda kinds: [kind.value for kind in kinds])
    ),
    sa.Column("secret_note", sa.Text),
)
PRACTICE = tenant_table(
    "practice", sa.Column("name", sa.Text, nullable=False), sa.Column("cost_minor", sa.BigInteger)
)
INVESTMENT = tenant_table(
    "investment",
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("funder_id", sa.Uuid, nullable=False),
    sa.Column("recipient_id", sa.Uuid),
    sa.Column("amount_minor", sa.BigInteger, nullable=False),
    sa.Column("awarded_on", sa.Date),
    sa.Column("renewal_probability", sa.Numeric(3, 2)),
    sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("source_row", sa.Integer),
    sa.Column("source_system", sa.Text),
    refers("funder_id", "funder"),
    refers("recipient_id", "funder"),
)
USED_FOR = sa.Table(
    "investment_practice",
    METADATA,
    sa.Column("partnership_id", sa.Uuid, primary_key=True),
    sa.Column("investment_id", sa.Uuid, primary_key=True),
    sa.Column("practice_id", sa.Uuid, primary_key=True),
    refers("investment_id", "investment"),
    refers("practice_id", "practice"),
)
TAG = tenant_table(
    "tag",
    sa.Column("investment_id", sa.Uuid, nullable=False),
    sa.Column("word", sa.Text, nullable=False),
    refers("investment_id", "investment"),
)
EVENT = tenant_table(
    "event",
    sa.Column("happened_on", sa.Date, nullable=False),
    sa.Column("subject_type", sa.Text),
    sa.Column("subject_id", sa.Uuid),
)


def made() -> dict[sa.Table, list[dict[str, Any]]]:
    """The same rows every time: 4 funders, 6 practices, 40 investments here, and a few elsewhere."""
    chance = random.Random(7)
    rows: dict[sa.Table, list[dict[str, Any]]] = {table: [] for table in METADATA.sorted_tables}
    for place, slug in ((HERE, "here"), (THERE, "there")):
        rows[PARTNERSHIP].append({"id": place, "slug": slug, "currency": "USD"})
        for n, kind in enumerate([Kind.FEDERAL, Kind.FOUNDATION, None, Kind.FOUNDATION]):
            key = {"partnership_id": place, "id": UUID(int=100 + n)}
            rows[FUNDER].append({**key, "name": f"Funder {n}", "kind": kind, "secret_note": f"note {n}"})
        for n in range(6):
            key = {"partnership_id": place, "id": UUID(int=500 + n)}
            rows[PRACTICE].append(
                {**key, "name": f"Practice {5 - n}", "cost_minor": None if n == 2 else 12_345 * n}
            )
        for n in range(40 if place == HERE else 3):
            _add_investment(rows, place, n, chance)
    for n, subject_type in enumerate(["Investment", "Funder", None, "Practice", "Investment"]):
        subject = {"Investment": 1000 + n, "Funder": 100, "Practice": 500}.get(subject_type or "")
        rows[EVENT].append(
            {
                "partnership_id": HERE,
                "id": UUID(int=900 + n),
                "happened_on": date(2025, 1, 1 + n),
                "subject_type": subject_type,
                "subject_id": UUID(int=subject) if subject else None,
            }
        )
    return rows


def _add_investment(
    rows: dict[sa.Table, list[dict[str, Any]]], place: UUID, n: int, chance: random.Random
) -> None:
    key = {"partnership_id": place, "id": UUID(int=1000 + n)}
    rows[INVESTMENT].append(
        {
            **key,
            "title": chance.choice(["Tutoring", "Home visiting", "100% attendance", "Bildung für alle"])
            + f" {n % 7}",
            "funder_id": UUID(int=100 + chance.randrange(4)),
            "recipient_id": UUID(int=100 + chance.randrange(4)) if n % 3 else None,
            "amount_minor": chance.choice([0, 100, 12_550, 12_550, 125_000_000, 99_999_999_999]),
            "awarded_on": None if n % 5 == 0 else date(2024, 1 + n % 12, 15),
            "renewal_probability": None if n % 4 == 0 else Decimal(n).scaleb(-2),
            "recorded_at": datetime(2025, 3, 9, 7, n % 60, 1, [0, 250_000, 123_456][n % 3], UTC),
            "source_row": n if n % 2 else None,
            "source_system": "360giving" if n % 3 else None,
        }
    )
    for practice in chance.sample(range(6), n % 3):
        link = {"partnership_id": place, "investment_id": key["id"], "practice_id": UUID(int=500 + practice)}
        rows[USED_FOR].append(link)
    for word in chance.sample(["b", "a", "c'\"d"], n % 4):
        tag = {
            "partnership_id": place,
            "id": UUID(int=5000 + len(rows[TAG])),
            "investment_id": key["id"],
            "word": word,
        }
        rows[TAG].append(tag)
