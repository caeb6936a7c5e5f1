"""The executor: graphql-core's own, but rows are completed by the database."""

import asyncio
from collections.abc import Awaitable
from dataclasses import dataclass, field
from typing import Any, Final

import orjson
from graphql import (
    GraphQLField,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLResolveInfo,
    get_named_type,
    is_non_null_type,
)
from graphql.execution.collect_fields import FieldDetailsList
from graphql.pyutils import Path
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext

from api.graphql.lookahead.compiler import Compiler, Piece, object_type
from api.graphql.lookahead.finishing import Finisher, Spot, null_forbidden
from api.graphql.lookahead.keyed import one_row, several_rows, written
from api.graphql.lookahead.objects import Objects, Promise
from api.graphql.lookahead.places import ABSENT, PlaceField, Places
from api.graphql.lookahead.plans import Plans
from api.graphql.lookahead.rows import Identified, Row, Rows, Writer, Written
from api.graphql.lookahead.sql import Binder, spoken

__all__ = ["CONNECTION_SETTINGS", "look_ahead"]

CONNECTION_SETTINGS: Final = {"timezone": "UTC", "jit": "off", "datestyle": "ISO, YMD"}
"""What the statements expect: moments in UTC, dates as ISO 8601, no compiling of short queries."""


_MARK: Final = ABSENT.encode()


@dataclass
class _Batch:
    """The rows of one type, or the values of one writer, that a place asks for until the loop has turned once."""

    of: str | Writer
    spot: Spot
    keys: dict[tuple[Any, ...], None] = field(default_factory=dict)
    found: asyncio.Future[tuple[dict[tuple[Any, ...], Any], Places | None]] = field(
        default_factory=lambda: asyncio.get_running_loop().create_future()
    )


class _LookAhead(StrawberryGraphQLCoreExecutionContext):
    """Completes `Rows` and `Row`; every other value is graphql-core's."""

    plans: Plans

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # graphql-core's, passed on
        super().__init__(*args, **kwargs)
        self._objects = Objects(self, frozenset(self.plans.types))
        self._batches: dict[tuple[int, str | Writer], _Batch] = {}
        self._running: set[asyncio.Task[None]] = set()

    def complete_value(
        self,
        return_type: GraphQLOutputType,
        field_details_list: FieldDetailsList,
        info: GraphQLResolveInfo[Any],
        path: Path,
        result: Any,  # whatever a resolver returns
        position_context: Any,  # graphql-core's
    ) -> Any:
        """An awaitable of the finished JSON for rows, else what graphql-core makes of the value."""
        if type(result) is Identified:
            result = self.plans.identified(self.schema, result.text)
        if type(result) is Rows:
            return self._complete_rows(_spot(return_type, field_details_list, info, path), result)
        if type(result) is Row:
            spot = _spot(return_type, field_details_list, info, path)
            return self._complete_row(spot, result.of, result.key)
        if type(result) is Written:
            spot = _spot(return_type, field_details_list, info, path)
            return self._complete_row(spot, result.writer, result.key)
        return super().complete_value(return_type, field_details_list, info, path, result, position_context)

    def complete_object_value(
        self,
        return_type: GraphQLObjectType,
        field_details_list: FieldDetailsList,
        info: GraphQLResolveInfo[Any],
        path: Path,
        result: Any,  # whatever a resolver returns
        position_context: Any,  # graphql-core's
    ) -> Any:
        """An object that Python has made, written at once; where it cannot be, graphql-core's way."""

        def otherwise() -> Any:
            return super(_LookAhead, self).complete_object_value(
                return_type, field_details_list, info, path, result, position_context
            )

        async def finished(written: Awaitable[Any]) -> Any:
            try:
                return await written
            except Exception:  # whatever it is, it is met again and told
                told = otherwise()
                return await told if self.is_awaitable(told) else told

        try:
            written = self._objects.write(return_type, field_details_list, path, result)
        except Exception:  # as above
            return otherwise()
        return finished(written) if self.is_awaitable(written) else written

    async def _complete_rows(self, spot: Spot, rows: Rows) -> Any:
        compiler = Compiler(self, self.plans, Binder(self.context_value))
        piece = compiler.rows(spot.type_, spot.details, rows)
        text = await self._fetched(piece, compiler.binder)
        is_whole = not compiler.must_finish and (text is None or _MARK not in text)
        if piece.places is None or is_whole:
            if text is None and is_non_null_type(spot.type_):
                raise null_forbidden(spot.parent, spot.name)
            return None if text is None else orjson.Fragment(text)
        value = None if text is None else orjson.loads(text)
        return await Finisher(self).finish(self._concrete(spot, rows.of, piece.places), value)

    async def _fetched(self, piece: Piece, binder: Binder) -> bytes | None:
        found: bytes | None = await self.context_value.fetch(spoken(piece.sql), binder.args)
        return found

    # ------------------------------------------------------------------ single rows, many at once
    async def _complete_row(self, spot: Spot, of: str | Writer, key: tuple[Any, ...]) -> Any:
        return await self._told(self._asked(spot, of, key), spot, key)

    def promise(self, spot: Spot, row: Row) -> Promise:
        """Asks for a row with the others of its place; what is called and awaited later is the row."""
        batch = self._asked(spot, row.of, row.key)
        return lambda: self._told(batch, spot, row.key)

    def _asked(self, spot: Spot, of: str | Writer, key: tuple[Any, ...]) -> _Batch:
        batch = self._batch(of, spot)
        batch.keys[key] = None
        return batch

    async def _told(self, batch: _Batch, spot: Spot, key: tuple[Any, ...]) -> Any:
        try:
            rows, places = await asyncio.shield(batch.found)
        except asyncio.CancelledError:
            for task in self._running:
                task.cancel()  # its connection is the operation's, which is ending
            raise
        value = rows.get(key)
        if places is None:
            if value is None and is_non_null_type(spot.type_):
                raise null_forbidden(spot.parent, spot.name)
            return value
        if value is not None:
            value = orjson.loads(orjson.dumps(value))  # each path finishes its own: errors have paths
        named = batch.of if isinstance(batch.of, str) else None
        return await Finisher(self).finish(self._concrete(spot, named, places), value)

    def _batch(self, of: str | Writer, spot: Spot) -> _Batch:
        key = (id(spot.details), of)
        batch = self._batches.get(key)
        if batch is None:
            batch = self._batches[key] = _Batch(of, spot)
            asyncio.get_running_loop().call_soon(self._dispatch, key)
        return batch

    def _dispatch(self, key: tuple[int, str | Writer]) -> None:
        task = asyncio.ensure_future(self._run(self._batches.pop(key)))
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def _run(self, batch: _Batch) -> None:
        try:
            batch.found.set_result(await self._batched(batch))
        except Exception as error:
            batch.found.set_exception(error)

    async def _batched(self, batch: _Batch) -> tuple[dict[tuple[Any, ...], Any], Places | None]:
        compiler = Compiler(self, self.plans, Binder(self.context_value))
        keys = list(batch.keys)
        if isinstance(batch.of, Writer):
            field = PlaceField("", GraphQLField(batch.spot.type_), batch.spot.details)
            piece = written(compiler, batch.of, field, keys)
        elif len(keys) == 1:
            piece = one_row(compiler, batch.of, batch.spot.details, keys[0])
        else:
            piece = several_rows(compiler, batch.of, batch.spot.details, keys)
        text = await self._fetched(piece, compiler.binder)
        if len(keys) > 1:
            return dict(zip(keys, orjson.loads(text or b"[]"), strict=True)), piece.places
        if text is None:
            return {keys[0]: None}, None
        is_whole = piece.places is None or not (compiler.must_finish or _MARK in text)
        return {
            keys[0]: orjson.Fragment(text) if is_whole else orjson.loads(text)
        }, None if is_whole else piece.places

    def _concrete(self, spot: Spot, of: str | None, places: Places | None) -> Spot:
        """The spot with what there is to do, and an interface replaced by the type that is read."""
        type_ = spot.type_
        if of is not None and get_named_type(type_).name != of:
            concrete = object_type(self.schema, of)
            type_ = GraphQLNonNull(concrete) if is_non_null_type(type_) else concrete
        return spot._replace(type_=type_, places=places)


def _spot(
    type_: GraphQLOutputType, details: FieldDetailsList, info: GraphQLResolveInfo[Any], path: Path
) -> Spot:
    return Spot(type_, None, path, info.parent_type.name, info.field_name, details)


def look_ahead(plans: Plans) -> type[StrawberryGraphQLCoreExecutionContext]:
    """For strawberry.Schema(execution_context_class=...): an executor that reads rows by these plans."""
    return type("LookAhead", (_LookAhead,), {"plans": plans})
