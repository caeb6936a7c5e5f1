"""What a caller reads when a request fails: one code and one sentence, nothing of the inside.

A refusal that a person can cause in a mutation is a `userErrors` entry; what is here stands in the
top-level `errors` (a fault of the request, of the caller's rights, or of this server).
"""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

import asyncpg
from graphql import GraphQLError, Node

__all__ = ["Code", "Refusal", "Reporter", "code_of", "refused"]

log = logging.getLogger("alignment.graphql")
LONGEST: Final = 500


class Code(StrEnum):
    """`extensions.code` of a top-level error; the sentence is its default message."""

    sentence: str
    status: int
    is_retryable: bool

    def __new__(cls, value: str, status: int, sentence: str, is_retryable: bool = False) -> "Code":
        member = str.__new__(cls, value)
        member._value_ = value
        member.sentence = sentence
        member.status = status
        member.is_retryable = is_retryable
        return member

    BAD_REQUEST = "BAD_REQUEST", 400, "The request is not a GraphQL request in JSON."
    INVALID = "INVALID", 400, "The document, its variables or an argument are not valid."
    UNAUTHENTICATED = "UNAUTHENTICATED", 401, "Sign in with a token that is known and has not expired."
    FORBIDDEN = "FORBIDDEN", 403, "Your role may not see or do this."
    NOT_FOUND = "NOT_FOUND", 404, "There is nothing with this name or id that you may see."
    TOO_LARGE = "TOO_LARGE", 413, "The request is larger than this server reads."
    TOO_COSTLY = "TOO_COSTLY", 400, "The document asks for more than one request may."
    RATE_LIMITED = "RATE_LIMITED", 429, "Too many requests at once; wait and send it again.", True
    CONFLICT = "CONFLICT", 409, "This was changed by somebody else in the meantime; read it again."
    DEADLINE = "DEADLINE", 504, "The answer took too long; the same request may be sent again.", True
    UNAVAILABLE = "UNAVAILABLE", 503, "The server cannot answer at present; send the request again.", True
    INTERNAL = "INTERNAL", 500, "Something went wrong here; the request id names it in the log."


class Refusal(Exception):  # noqa: N818 - a refusal is the domain's word, and not always a fault
    """A fault with a code, raised anywhere below a resolver; its message is shown to the caller."""

    def __init__(self, code: Code, message: str | None = None, **extensions: object) -> None:
        super().__init__(message or code.sentence)
        self.code = code
        self.extensions: Mapping[str, object] = extensions


def refused(code: Code, message: str | None = None, nodes: Sequence[Node] | None = None) -> GraphQLError:
    """A refusal before execution, pointing at `nodes` of the document."""
    refusal = Refusal(code, message)
    return GraphQLError(str(refusal), nodes=nodes, original_error=refusal)


_AWAY: Final = (
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,  # the connection was ended from the other side in the middle of a step
    asyncpg.CannotConnectNowError,
    asyncpg.TooManyConnectionsError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.TransactionRollbackError,
    asyncpg.DiskFullError,
    asyncpg.LockNotAvailableError,
    ConnectionError,
    OSError,
)
_LATE: Final = (asyncpg.QueryCanceledError, TimeoutError, asyncio.TimeoutError)


def code_of(fault: BaseException | None) -> Code:
    """The code of an exception, looking through wrappers (`orig`, `__cause__`) to what the database said.

    SQLAlchemy keeps the driver's exception in `orig`; its asyncpg dialect wraps it once more, with the
    driver's own exception as the cause.
    """
    seen = 0
    while fault is not None and seen < 8:
        if isinstance(fault, Refusal):
            return fault.code
        if isinstance(fault, _LATE):
            return Code.DEADLINE
        if isinstance(fault, _AWAY):
            return Code.UNAVAILABLE
        inner = getattr(fault, "orig", None)
        inner = inner or getattr(fault, "original_error", None) or fault.__cause__
        fault = inner if isinstance(inner, BaseException) else None
        seen += 1
    return Code.INTERNAL


def _refusal_in(fault: BaseException | None) -> Refusal | None:
    seen = 0
    while fault is not None and seen < 8:
        if isinstance(fault, Refusal):
            return fault
        fault = getattr(fault, "original_error", None) or fault.__cause__
        seen += 1
    return None


def _is_the_callers(error: GraphQLError) -> bool:
    """Whether graphql-core itself speaks of the caller's text: before execution, or of an argument's value.

    Its other errors during execution quote values of ours, so they are masked.
    """
    return error.path is None or (
        error.message.startswith("Argument ") and isinstance(error.original_error, GraphQLError | None)
    )


@dataclass(frozen=True)
class Reporter:
    """Turns errors into what is sent, and logs what is not."""

    request_id: str
    most: int = 5

    def formatted(self, errors: Sequence[GraphQLError]) -> list[dict[str, Any]]:
        """At most `most` errors as the response carries them (values are JSON)."""
        return [self._one(error) for error in errors[: self.most]]

    def _one(self, error: GraphQLError) -> dict[str, Any]:
        refusal = _refusal_in(error)
        if refusal is not None:
            code, message = refusal.code, str(refusal)
        elif _is_the_callers(error):
            code, message = Code.INVALID, error.message
        else:
            code = code_of(error.original_error)
            message = code.sentence
            log.error(
                "request %s failed at %s with %s",
                *(self.request_id, error.path, code),
                exc_info=error.original_error,
            )
        told = {**(refusal.extensions if refusal else {}), "code": code.value, "requestId": self.request_id}
        if code.is_retryable:
            told["retryable"] = True
        # graphql-core quotes what it was given, which may be as long as a request
        formatted: dict[str, Any] = {
            "message": message if len(message) <= LONGEST else f"{message[:LONGEST]}…"
        }
        if error.locations:
            formatted["locations"] = [place.formatted for place in error.locations]
        if error.path is not None:
            formatted["path"] = list(error.path)
        return {**formatted, "extensions": told}
