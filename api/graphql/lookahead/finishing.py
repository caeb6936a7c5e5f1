"""What Python does with JSON from the database: computed fields, refusals, and nulls where none may be.

Source: GraphQL specification, "Handling Execution Errors": an error makes its field null, and a null that the
type forbids makes the parent null, up to the nearest place that allows it.
"""

import asyncio
from collections.abc import Awaitable, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol

from graphql import (
    GraphQLField,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLResolveInfo,
    is_abstract_type,
    is_list_type,
    is_non_null_type,
)
from graphql.execution.collect_fields import FieldDetailsList
from graphql.pyutils import Path, is_awaitable

from api.graphql.lookahead.places import ABSENT, TYPE_KEY, Place, PlaceField, Places

__all__ = ["Completing", "Finisher", "Spot", "null_forbidden"]

Json = Any  # whatever json_agg and row_to_json gave: dicts, lists, text, numbers
Row = dict[str, Any]  # one object of it


class Completing(Protocol):
    """What finishing asks of graphql-core's executor."""

    context_value: Any  # the application's

    def complete_value(
        self,
        return_type: GraphQLOutputType,
        field_details_list: FieldDetailsList,
        info: GraphQLResolveInfo[Any],
        path: Path,
        result: Any,  # what the loader gave
        position_context: None,
    ) -> Any:
        """The value as JSON, or an awaitable of it."""
        ...

    def build_resolve_info(
        self, field_def: GraphQLField, field_nodes: list[Any], parent_type: GraphQLObjectType, path: Path
    ) -> GraphQLResolveInfo[Any]:
        """What a resolver below is told."""
        ...

    def handle_field_error(
        self,
        raw_error: Exception,
        return_type: GraphQLOutputType,
        field_details_list: FieldDetailsList,
        path: Path,
    ) -> None:
        """Keeps the error where the type allows null, else raises it located."""
        ...


def null_forbidden(parent: str, name: str) -> TypeError:
    """graphql-core's error for a null that the type forbids."""
    return TypeError(f"Cannot return null for non-nullable field {parent}.{name}.")


class Spot(NamedTuple):
    """A value in the answer: its type, what there is to do in it, and how an error there is told."""

    type_: GraphQLOutputType
    places: Places | None
    path: Path
    parent: str
    name: str
    details: FieldDetailsList


class _Failed:
    """Stands in the JSON for a value that could not be made."""

    def __init__(self, error: Exception) -> None:
        self.error = error


@dataclass
class Finisher:
    """Finishes the JSON of one statement."""

    executor: Completing
    jobs: dict[int, tuple[Place, PlaceField, list[tuple[Row, Path]]]] = field(default_factory=dict)

    async def finish(self, spot: Spot, value: Json) -> Json:
        """The finished value; raises the located error that its null would carry upwards."""
        if spot.places:
            self._visit(spot.type_, spot.places, value, spot.path)
        if self.jobs:
            await asyncio.gather(*(self._run(*job) for job in self.jobs.values()))
        return self._settled(spot, value)

    # ------------------------------------------------------------------ what is to be computed
    def _visit(self, type_: GraphQLOutputType, places: Places, value: Json, path: Path) -> None:
        if is_non_null_type(type_):
            type_ = type_.of_type
        if value is None:
            return
        if is_list_type(type_):
            for index, item in enumerate(value):
                self._visit(type_.of_type, places, item, path.add_key(index, None))
            return
        place = _place_of(type_, places, value)
        for entry in place.fields if place else ():
            inner = path.add_key(entry.key, place.type_.name) if place else path
            if entry.is_marked and value[entry.key] == ABSENT:
                value[entry.key] = None
            elif entry.failure is not None:
                value[entry.key] = _Failed(entry.failure)
            elif entry.computed is not None and place is not None:
                self.jobs.setdefault(id(entry), (place, entry, []))[2].append((value, inner))
            elif entry.below is not None:
                self._visit(entry.found.type, entry.below, value[entry.key], inner)

    async def _run(self, place: Place, entry: PlaceField, rows: Sequence[tuple[Row, Path]]) -> None:
        values = await self._loaded(entry, [row for row, _ in rows])
        waiting: list[tuple[Row, Awaitable[Any]]] = []
        for (row, path), value in zip(rows, values, strict=True):
            try:
                completed = self._completed(place, entry, path, value)
            except Exception as error:
                completed = _Failed(error)
            if is_awaitable(completed):
                waiting.append((row, completed))
            else:
                row[entry.key] = completed
        finished = await asyncio.gather(*(task for _, task in waiting), return_exceptions=True)
        for (row, _), result in zip(waiting, finished, strict=True):
            if isinstance(result, BaseException) and not isinstance(result, Exception):
                raise result
            row[entry.key] = _Failed(result) if isinstance(result, Exception) else result

    async def _loaded(self, entry: PlaceField, rows: Sequence[Row]) -> Sequence[Any]:
        assert entry.computed is not None  # noqa: S101 - only such entries become jobs
        keys = [{name: read(row[key]) for name, (key, read) in entry.needs.items()} for row in rows]
        try:
            values = await entry.computed.load(self.executor.context_value, keys, entry.arguments)
            if len(values) != len(rows):
                raise TypeError(f"a loader gave {len(values)} values for {len(rows)} rows")  # noqa: TRY301 - told as any fault of it
        except Exception as error:
            return [error] * len(rows)
        return values

    def _completed(self, place: Place, entry: PlaceField, path: Path, value: Any) -> Any:
        nodes = [details.node for details in entry.details]
        info = self.executor.build_resolve_info(entry.found, nodes, place.type_, path)
        return self.executor.complete_value(entry.found.type, entry.details, info, path, value, None)

    # ------------------------------------------------------------------ errors and nulls
    def _settled(self, spot: Spot, value: Json) -> Json:
        if isinstance(value, _Failed):
            raise value.error
        type_, places, path, parent, name, details = spot
        if is_non_null_type(type_):
            settled = self._settled(Spot(type_.of_type, places, path, parent, name, details), value)
            if settled is None:
                raise null_forbidden(parent, name)
            return settled
        if value is None or places is None:
            return value
        if is_list_type(type_):
            return [
                self._attempt(
                    Spot(type_.of_type, places, path.add_key(index, None), parent, name, details), item
                )
                for index, item in enumerate(value)
            ]
        place = _place_of(type_, places, value)
        if place is not None:
            self._settle_fields(place, value, path)
        return value

    def _settle_fields(self, place: Place, row: Row, path: Path) -> None:
        parent = place.type_.name
        for entry in place.fields:
            inner = path.add_key(entry.key, parent)
            name = entry.details[0].node.name.value
            spot = Spot(entry.found.type, entry.below, inner, parent, name, entry.details)
            row[entry.key] = self._attempt(spot, row[entry.key])
        for key in (*place.hidden, TYPE_KEY):
            row.pop(key, None)

    def _attempt(self, spot: Spot, value: Json) -> Json:
        """The settled value, or null with its error kept; raises where the type forbids null."""
        try:
            return self._settled(spot, value)
        except Exception as error:  # this is where graphql-core's rule decides
            self.executor.handle_field_error(error, spot.type_, spot.details, spot.path)
            return None


def _place_of(type_: GraphQLOutputType, places: Places, value: Row) -> Place | None:
    if is_abstract_type(type_):
        return places.get(value.get(TYPE_KEY, ""))
    return next(iter(places.values()), None)
