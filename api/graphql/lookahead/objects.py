"""Objects that Python has made, written whole: nothing stands between a plain object and its fields.

graphql-core builds a path and an info, asks a resolver and completes a value for each field of each object. Where a
field only names an attribute, a list of writers made once for a selection does the same. Whatever is not so plain is
left to graphql-core: a field with a resolver by itself, and the whole object where anything fails in it, so that
errors and the nulls that they leave are told in one place.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, NamedTuple, Protocol

from graphql import (
    GraphQLField,
    GraphQLLeafType,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLSchema,
    Undefined,
    get_named_type,
    is_leaf_type,
    is_list_type,
    is_non_null_type,
    is_object_type,
)
from graphql.execution.collect_fields import CollectedFields, FieldDetailsList
from graphql.pyutils import Path

from api.graphql.lookahead.finishing import Spot
from api.graphql.lookahead.rows import Row

__all__ = ["Objects", "Promise", "Unusual"]

Json = Any  # dicts, lists, text, numbers
DECLARED = "strawberry-definition"
READY = frozenset({str, int, float, bool, Decimal})
"""Types of values that are surely there already: neither an error nor something to wait for."""


class Unusual(Exception):  # noqa: N818 - no error, but a case for another
    """Something that is left to graphql-core."""


Promise = Callable[[], Awaitable[Json]]
"""A row that is already asked for."""


class Executing(Protocol):
    """What writing asks of the executor."""

    schema: GraphQLSchema
    middleware_manager: Any  # graphql-core's

    def is_awaitable(self, value: Any) -> bool:
        """Whether it is to be waited for."""
        ...

    def collect_subfields(
        self, return_type: GraphQLObjectType, field_details_list: FieldDetailsList
    ) -> CollectedFields:
        """The fields below, merged, with fragments and directives applied."""
        ...

    def execute_field(
        self,
        parent_type: GraphQLObjectType,
        source: Any,
        field_details_list: FieldDetailsList,
        path: Path,
        position_context: None,
    ) -> Any:
        """The field's finished value, or an awaitable of it."""
        ...

    def settle_in_background(self, awaitables: list[Awaitable[Any]]) -> None:
        """Waits for what nobody wants any more."""
        ...

    def promise(self, spot: Spot, row: Row) -> Promise:
        """Asks for a row, together with all others of its place."""
        ...


class Waiting(NamedTuple):
    """What an object still waits for: the rows that are asked for, and everything else."""

    rows: list[tuple[dict[str, Json], str, Promise]]
    others: list[tuple[dict[str, Json], str, Awaitable[Json]]]


Write = Callable[[Any, Path, Waiting], Json]  # the value of an attribute, where it stands


@dataclass(frozen=True)
class Entry:
    """One field of a selection; `write` is None where a row or graphql-core gives its value."""

    key: str
    name: str
    """Of the attribute."""
    is_leaf: bool
    write: Write | None
    found: GraphQLField
    details: FieldDetailsList


@dataclass(frozen=True)
class Form:
    """How the objects of a type are written under one selection."""

    type_: GraphQLObjectType
    of: type
    entries: Sequence[Entry]


@dataclass
class Objects:
    """The writers of one operation."""

    executing: Executing
    planned: frozenset[str]
    """Types that are read from tables."""
    _forms: dict[tuple[str, int], Form | None] = field(default_factory=dict)

    def write(self, type_: GraphQLObjectType, details: FieldDetailsList, path: Path, value: Any) -> Any:
        """The JSON of an object, or an awaitable of it. Raises Unusual, or what a value's type raises."""
        form = self._form(type_, details)
        waiting = Waiting([], [])
        try:
            written = self._object(form, value, path, waiting)
        except Exception:
            self.executing.settle_in_background([each for _, _, each in waiting.others])
            raise
        return _filled(written, waiting) if waiting.rows or waiting.others else written

    def _object(self, form: Form, value: Any, path: Path, waiting: Waiting) -> dict[str, Json]:
        if type(value) is not form.of:
            raise Unusual
        written: dict[str, Json] = {}
        for entry in form.entries:
            key = entry.key
            if entry.write is None:
                written[key] = None  # keeps its place in the order
                self._asked(form, entry, value, (path, written), waiting)
            else:
                member = getattr(value, entry.name)
                inner = path if entry.is_leaf else Path(path, key, form.type_.name)
                written[key] = entry.write(member, inner, waiting)
        return written

    def _asked(
        self, form: Form, entry: Entry, value: Any, place: tuple[Path, dict[str, Json]], waiting: Waiting
    ) -> None:
        path, written = Path(place[0], entry.key, form.type_.name), place[1]
        member = getattr(value, entry.name, None)
        if type(member) is Row and type(value) is form.of:
            name = entry.details[0].node.name.value
            spot = Spot(entry.found.type, None, path, form.type_.name, name, entry.details)
            waiting.rows.append((written, entry.key, self.executing.promise(spot, member)))
            return
        found = self.executing.execute_field(form.type_, value, entry.details, path, None)
        if self.executing.is_awaitable(found):
            waiting.others.append((written, entry.key, found))
        else:
            written[entry.key] = found

    # ------------------------------------------------------------------ once for a selection
    def _form(self, type_: GraphQLObjectType, details: FieldDetailsList) -> Form:
        key = type_.name, id(details)
        if key not in self._forms:
            self._forms[key] = self._made(type_, details)
        form = self._forms[key]
        if form is None:
            raise Unusual
        return form

    def _made(self, type_: GraphQLObjectType, details: FieldDetailsList) -> Form | None:
        declared = type_.extensions.get(DECLARED)
        collected = self.executing.collect_subfields(type_, details)
        if declared is None or self.executing.middleware_manager or collected.new_defer_usages:
            return None
        grouped = collected.grouped_field_set.items()
        entries = [self._entry(type_, key, group) for key, group in grouped]
        return Form(type_, declared.origin, entries)

    def _entry(self, type_: GraphQLObjectType, key: str, details: FieldDetailsList) -> Entry:
        name = details[0].node.name.value
        if name == "__typename":
            told = type_.name
            return Entry(key, "__class__", True, lambda *_: told, GraphQLField(type_), details)
        found = type_.fields[name]
        declared = found.extensions.get(DECLARED)
        if declared is None or not declared.is_basic_field:
            return Entry(key, "", False, None, found, details)
        named = get_named_type(found.type)
        write = self._writer(found.type, details) if self._is_plain(named) else None
        return Entry(key, declared.python_name, is_leaf_type(named), write, found, details)

    def _is_plain(self, named: GraphQLOutputType) -> bool:
        return is_leaf_type(named) or (is_object_type(named) and named.name not in self.planned)

    def _writer(self, type_: GraphQLOutputType, details: FieldDetailsList) -> Write:
        if is_non_null_type(type_):
            return _required(self._writer(type_.of_type, details))
        if is_list_type(type_):
            return _each(self._writer(type_.of_type, details))
        if is_leaf_type(type_):
            return self._leaf(type_)
        form: list[Form] = []  # made when the first object is met, since most selections are never reached

        def write(value: Any, path: Path, waiting: Waiting) -> Json:
            if value is None:
                return None
            if not form:
                form.append(self._form(type_, details))  # type: ignore[arg-type]  # an object type by now
            return self._object(form[0], value, path, waiting)

        return write

    def _leaf(self, type_: GraphQLLeafType) -> Write:
        coerced, is_awaitable = type_.coerce_output_value, self.executing.is_awaitable

        def write(value: Any, _: Path, __: Waiting) -> Json:
            if value is None:
                return None
            if type(value) not in READY and (isinstance(value, Exception) or is_awaitable(value)):
                raise Unusual
            found = coerced(value)
            if found is None or found is Undefined:
                raise Unusual
            return found

        return write


def _required(inner: Write) -> Write:
    def write(value: Any, path: Path, waiting: Waiting) -> Json:
        if value is None:
            raise Unusual
        return inner(value, path, waiting)

    return write


def _each(inner: Write) -> Write:
    def write(value: Any, path: Path, waiting: Waiting) -> Json:
        if value is None:
            return None
        if type(value) is not list and type(value) is not tuple:
            raise Unusual
        return [inner(item, Path(path, n, None), waiting) for n, item in enumerate(value)]

    return write


async def _filled(written: dict[str, Json], waiting: Waiting) -> dict[str, Json]:
    """With everything that it waits for; raises what any of it raises, when all has come to an end."""
    others = await asyncio.gather(*(each for _, _, each in waiting.others), return_exceptions=True)
    for found in others:
        if isinstance(found, BaseException):
            raise found
    for (holder, key, _), found in zip(waiting.others, others, strict=True):
        holder[key] = found
    for holder, key, promise in waiting.rows:
        holder[key] = await promise()
    return written
