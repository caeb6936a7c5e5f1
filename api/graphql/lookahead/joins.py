"""How two tables are joined: by a foreign key of the metadata, whichever side holds it."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import sqlalchemy as sa

from api.graphql.lookahead.sql import Column, Scope

__all__ = ["Join", "PlanError", "join_of"]


class PlanError(Exception):
    """The plan of a type does not fit its table or its GraphQL type; the sentence says where."""


@dataclass(frozen=True)
class Join:
    """Pairs of equal columns (of the parent's table, of the child's)."""

    pairs: tuple[tuple[Column, Column], ...]
    is_required: bool
    """Whether every parent has a child: the parent holds the key and none of its columns may be null."""

    def on(self, parent: Scope, child: Scope) -> str:
        """The condition of the join."""
        return " and ".join(f"{child.column(there)} = {parent.column(here)}" for here, there in self.pairs)


@lru_cache(maxsize=1_000)
def join_of(
    parent: sa.Table,
    child: sa.Table,
    via: str | None = None,
    *,
    holder: Literal["parent", "child"] = "parent",
) -> Join:
    """The join by the one foreign key between the tables, or by the one that holds the column `via`.

    `holder` is the side that is looked at first: the parent's for a to-one, the child's for a list; it
    matters for a table that refers to itself. Raises PlanError where there is no key, or more than one.
    """
    sides = {
        "parent": [(key, True) for key in _keys(parent, child, via)],
        "child": [(key, False) for key in _keys(child, parent, via)],
    }
    found = sides.pop(holder) or next(iter(sides.values()))
    if len(found) != 1:
        through = f" that holds {via}" if via else ""
        many = "no foreign key" if not found else f"{len(found)} foreign keys"
        raise PlanError(f"{many}{through} between {parent.name} and {child.name}; name its column in `via`")
    key, is_parents = found[0]
    pairs = [(element.parent, element.column) for element in key.elements]
    if not is_parents:
        return Join(tuple((there, here) for here, there in pairs), is_required=False)
    return Join(tuple(pairs), is_required=not any(here.nullable for here, _ in pairs))


def _keys(holder: sa.Table, target: sa.Table, via: str | None) -> list[sa.ForeignKeyConstraint]:
    keys = [key for key in holder.foreign_key_constraints if key.referred_table is target]
    if via is not None:
        keys = [key for key in keys if via in key.column_keys]
    return keys
