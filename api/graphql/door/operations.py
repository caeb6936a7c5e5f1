"""Runs one operation, whoever brought it: the HTTP endpoint, a socket or the command line.

strawberry builds the schema and its resolvers; parsing, limits, validation and errors are ours, so
strawberry's schema extensions are not run.
"""

import asyncio
import logging
import uuid
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, aclosing, asynccontextmanager
from dataclasses import dataclass, field
from enum import Enum
from inspect import isawaitable
from typing import Any, Protocol, cast

import orjson
import strawberry
from graphql import ExecutionResult, GraphQLError, GraphQLSchema, execute, subscribe
from starlette.requests import HTTPConnection
from strawberry.execution import optimized_is_awaitable

from api.graphql.common.errors import Code, Refusal, Reporter, code_of, refused
from api.graphql.door.documents import Documents, Prepared
from api.graphql.door.limits import LIMITS, Limits
from api.graphql.door.meters import Meter, address_of
from api.graphql.door.requests import Request
from api.graphql.lookahead import Asking, Direct, direct

__all__ = ["Answer", "Call", "ContextFactory", "OperationContext", "Operations", "Stage", "core_schema"]

log = logging.getLogger("alignment.graphql")


class OperationContext(Protocol):
    """What the context of an operation says to the front; resolvers know more of it."""

    @property
    def is_signed_in(self) -> bool:
        """Whether the caller may read the schema and subscribe."""
        ...

    @property
    def account(self) -> str | None:
        """On whose account the operation goes; None for those who have not signed in."""
        ...


@dataclass(frozen=True)
class Call:
    """One operation on its way: who brought it, its id in the log, and when its answer is due."""

    connection: HTTPConnection | None = None
    token: str | None = None
    """From a socket's connection_init; over HTTP it is in the connection's headers."""
    request_id: str = field(default_factory=lambda: uuid.uuid4().hex)
    due_at: float | None = None
    """A moment of the event loop's clock; None for a subscription, which has no end."""


ContextFactory = Callable[[Call], AbstractAsyncContextManager[OperationContext]]
"""Opened before the operation and left after it: sign-in, the transaction, the tenant. May raise Refusal."""


class Stage(Enum):
    """How far an operation came: it decides the HTTP status."""

    REQUEST = "request"
    DOCUMENT = "document"
    EXECUTED = "executed"


@dataclass(frozen=True)
class Answer:
    """One response: `data` only where something was executed; at most five errors, each with a code."""

    stage: Stage
    errors: list[dict[str, Any]] = field(default_factory=list)
    data: dict[str, Any] | None = None
    extensions: dict[str, Any] = field(default_factory=dict)

    @property
    def code(self) -> Code | None:
        """The code of the first error."""
        return Code[self.errors[0]["extensions"]["code"]] if self.errors else None

    def payload(self) -> dict[str, Any]:
        """The response map; JSON text from the database stands in it as orjson.Fragment."""
        parts: dict[str, Any] = {"errors": self.errors} if self.errors else {}
        if self.stage is Stage.EXECUTED:
            parts["data"] = self.data
        if self.extensions:
            parts["extensions"] = self.extensions
        return parts

    def body(self) -> bytes:
        """The response as JSON in UTF-8."""
        return orjson.dumps(self.payload())


def core_schema(schema: strawberry.Schema) -> GraphQLSchema:
    """graphql-core's schema inside a strawberry schema, which has no public name."""
    return schema._schema  # noqa: SLF001


@dataclass
class Operations:
    """The operations of one schema, each in a context of its own."""

    schema: strawberry.Schema
    contexts: ContextFactory
    limits: Limits = LIMITS
    meter: Meter | None = None
    """None where nobody is limited: the operator's own."""
    documents: Documents = field(init=False)
    direct: Direct | None = field(init=False)
    """None where every operation goes by the executor; else the schema's contexts fetch."""

    def __post_init__(self) -> None:
        self.documents = Documents(core_schema(self.schema), self.limits)
        self.direct = direct(self.schema)

    @asynccontextmanager
    async def opened(self, call: Call) -> AsyncGenerator[OperationContext]:
        """The context of a call. Errors: Refusal; guesses at tokens are limited by where they come from.

        Whoever has a token that is known is let in whatever others at his address have guessed.
        """
        async with AsyncExitStack() as stack:
            try:
                context = await stack.enter_async_context(self.contexts(call))
            except Refusal as refusal:
                if self.meter is not None and refusal.code is Code.UNAUTHENTICATED:
                    guesses = f"guesses of {address_of(call.connection)}"
                    self.meter.spend(guesses, self.limits.unknown_token_objects)
                raise
            yield context

    async def run(self, request: Request, call: Call) -> Answer:
        """The answer to a query or mutation, within the deadline; never raises but for cancellation."""
        reporter = Reporter(call.request_id, self.limits.errors)
        try:
            async with asyncio.timeout_at(call.due_at), self.opened(call) as context:
                prepared = self._prepared(request, context, call)
                return await self._answered(prepared, request, context, reporter)
        except Exception as fault:
            return failed(fault, reporter)

    async def stream(self, request: Request, call: Call) -> AsyncGenerator[Answer, None]:
        """The answers of any operation; one for a query or mutation."""
        reporter = Reporter(call.request_id, self.limits.errors)
        try:
            async with self.opened(call) as context:
                prepared = self._prepared(request, context, call)
                if isinstance(prepared, list) or not prepared.is_subscription:
                    async with asyncio.timeout(self.limits.deadline_seconds):
                        answer = await self._answered(prepared, request, context, reporter)
                    yield answer
                    return
                async with aclosing(self._events(prepared, request, context, reporter)) as events:
                    async for event in events:
                        yield event
                        self._charge(call, context, prepared.cost)
        except Exception as fault:
            yield failed(fault, reporter)

    def _prepared(
        self, request: Request, context: OperationContext, call: Call
    ) -> Prepared | list[GraphQLError]:
        """The document, on the caller's account. Errors: Refusal RATE_LIMITED."""
        self._charge(call, context, self.limits.request_objects)
        prepared = self.documents.prepare(
            request.query, request.operation_name, request.variables, may_introspect=context.is_signed_in
        )
        if isinstance(prepared, Prepared):
            self._charge(call, context, prepared.cost)
        return prepared

    def _charge(self, call: Call, context: OperationContext, objects: int) -> None:
        if self.meter is not None:
            self.meter.spend(context.account or f"anybody at {address_of(call.connection)}", objects)

    async def _answered(
        self,
        prepared: Prepared | list[GraphQLError],
        request: Request,
        context: OperationContext,
        reporter: Reporter,
    ) -> Answer:
        if isinstance(prepared, list):
            return Answer(Stage.DOCUMENT, reporter.formatted(prepared))
        if prepared.is_subscription:
            said = "A subscription is sent over the socket at this address."
            return Answer(Stage.DOCUMENT, reporter.formatted([refused(Code.INVALID, said)]))
        if self.direct is not None:
            data = await self.direct.answer(prepared.asked, request.variables, cast("Asking", context))
            if data is not None:
                return Answer(Stage.EXECUTED, data=data)
        result: ExecutionResult | Awaitable[ExecutionResult] = execute(
            core_schema(self.schema),
            prepared.document,
            is_awaitable=optimized_is_awaitable,  # type: ignore[arg-type]  # a plain bool where a TypeGuard is asked for
            **self._arguments(request, context),
        )
        return answered(await result if isawaitable(result) else result, reporter)

    async def _events(
        self, prepared: Prepared, request: Request, context: OperationContext, reporter: Reporter
    ) -> AsyncGenerator[Answer, None]:
        found = subscribe(core_schema(self.schema), prepared.document, **self._arguments(request, context))
        events = await found if isawaitable(found) else found
        if isinstance(events, ExecutionResult):
            yield answered(events, reporter)
            return
        async with aclosing(events):  # type: ignore[type-var]  # graphql-core gives an async generator
            async for event in events:
                yield answered(event, reporter)

    def _arguments(self, request: Request, context: OperationContext) -> dict[str, Any]:
        return {
            "context_value": context,
            "variable_values": dict(request.variables),
            "operation_name": request.operation_name,
            "executor_class": self.schema.execution_context_class,
            "max_coercion_errors": self.limits.errors,
            "hide_suggestions": True,
            "operation_extensions": dict(request.extensions),
        }


def answered(result: ExecutionResult, reporter: Reporter) -> Answer:
    """graphql-core's result; without data where it refused the variables, so nothing was executed."""
    errors = result.errors or []
    is_refused = result.data is None and bool(errors) and all(error.path is None for error in errors)
    left_out = max(0, len(errors) - reporter.most)
    return Answer(
        Stage.DOCUMENT if is_refused else Stage.EXECUTED,
        reporter.formatted(errors),
        result.data,
        {"errorsLeftOut": left_out} if left_out else {},
    )


def failed(fault: Exception, reporter: Reporter) -> Answer:
    """The answer where an operation ended with an exception instead of a result."""
    code = code_of(fault)
    if code is Code.INTERNAL:
        log.error("request %s failed", reporter.request_id, exc_info=fault)
    refusal = fault if isinstance(fault, Refusal) else Refusal(code)
    return Answer(Stage.REQUEST, reporter.formatted([GraphQLError(str(refusal), original_error=refusal)]))
