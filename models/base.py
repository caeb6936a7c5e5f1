"""The footing of every row: naming, keys that a partnership leads, and the few column types."""

import secrets
import time
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any, ClassVar
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Date,
    DateTime,
    Enum,
    ForeignKeyConstraint,
    Index,
    MetaData,
    Numeric,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.dialects.postgresql import UUID as UUID_COLUMN
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.types import TypeEngine

MINOR_LIMIT = 100_000_000_000_000_000  # minor units; ten times this still fits a bigint

Minor = Annotated[int, mapped_column(BigInteger)]  # money in minor units (cents), never a float
Json = dict[str, Any]  # what a publisher sent and we do not read: its shape is not ours


class Base(DeclarativeBase):
    """Every table. Constraint names are made by one rule, so that a refusal can be told by its name."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar[dict[Any, TypeEngine[Any]]] = {
        str: Text(),
        date: Date(),
        datetime: DateTime(timezone=True),
        Decimal: Numeric(),
        UUID: UUID_COLUMN(as_uuid=True),
        Json: JSONB(),
    }


def new_id() -> UUID:
    """A version 7 UUID (RFC 9562): 48 bits of milliseconds, then chance, so that new rows lie together."""
    milliseconds = time.time_ns() // 1_000_000
    value = (milliseconds << 80) | secrets.randbits(80)
    value = (value & ~(0xF << 76)) | (0x7 << 76)
    return UUID(int=(value & ~(0x3 << 62)) | (0x2 << 62))


class TenantRow(Base):
    """A row of one partnership: `partnership_id` leads its key, and row-level security guards it."""

    __abstract__ = True

    partnership_id: Mapped[UUID] = mapped_column(primary_key=True, sort_order=-2)
    id: Mapped[UUID] = mapped_column(
        primary_key=True, sort_order=-1, default=new_id, server_default=text("gen_random_uuid()")
    )


def closed_list(kind: type[StrEnum], name: str) -> Enum:
    """A text column with a CHECK that it holds a member's value of `kind`."""
    return Enum(
        kind,
        name=name,
        native_enum=False,
        create_constraint=True,
        length=40,
        values_callable=lambda members: [member.value for member in members],
    )


def refers(column: str, table: str, *, schema: str | None = None) -> ForeignKeyConstraint:
    """A reference within the same partnership: a foreign id and an unknown one are the same refusal."""
    target = f"{schema}.{table}" if schema else table
    return ForeignKeyConstraint(["partnership_id", column], [f"{target}.partnership_id", f"{target}.id"])


def imported_by() -> ForeignKeyConstraint:
    """A reference to the import that brought the row; checked at the end, as its report is written last."""
    return ForeignKeyConstraint(
        ["partnership_id", "import_id"],
        ["import_run.partnership_id", "import_run.id"],
        deferrable=True,
        initially="DEFERRED",
    )


def belongs() -> ForeignKeyConstraint:
    """The row's partnership itself."""
    return ForeignKeyConstraint(["partnership_id"], ["partnership.id"])


def looked_up_by(table: str, *columns: str) -> Index:
    """An index that the partnership leads."""
    return Index(f"ix_{table}_{'_'.join(columns)}", "partnership_id", *columns)
