"""POST /graphql: GraphQL over HTTP, JSON only.

Source: GraphQL over HTTP (draft), sections "Request", "Response" and "Status Codes": a document that does not
parse or validate is 400 in application/graphql-response+json and 200 in application/json; what was executed
is 200 in both, whatever its errors. Only POST with application/json is taken, so that a page of another
origin cannot send one without asking first (Fetch standard, "CORS-safelisted request-header").
"""

import asyncio
from dataclasses import dataclass
from typing import Final

from starlette.requests import ClientDisconnect
from starlette.requests import Request as HttpRequest
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from api.graphql.common.errors import Code, Refusal, Reporter
from api.graphql.door.operations import Answer, Call, Operations, Stage, failed
from api.graphql.door.requests import read_json, read_request

__all__ = ["GraphQLEndpoint", "answer_type"]

JSON: Final = "application/json"
GRAPHQL_JSON: Final = "application/graphql-response+json"
_WILD: Final = ("*/*", "application/*")


class Refused(Exception):  # noqa: N818 - carries a finished answer
    """A request that is not read further, with its HTTP status and headers."""

    def __init__(self, status: int, refusal: Refusal, headers: dict[str, str] | None = None) -> None:
        super().__init__(str(refusal))
        self.status = status
        self.refusal = refusal
        self.headers = headers or {}


def answer_type(accept: str | None) -> str | None:
    """The media type to answer in, by the Accept header (RFC 9110, 12.5.1); None where neither is accepted.

    Without a preference it is application/json, which every client reads.
    """
    if not accept or not accept.strip():
        return JSON
    offers = _offers(accept)
    named = max(offers.get(JSON, 0.0), *(offers.get(wild, 0.0) for wild in _WILD))
    precise = offers.get(GRAPHQL_JSON, 0.0)
    if precise > 0 and precise >= named:
        return GRAPHQL_JSON
    if offers.get(JSON, named) > 0:
        return JSON
    return GRAPHQL_JSON if offers.get(GRAPHQL_JSON, named) > 0 else None


def _offers(accept: str) -> dict[str, float]:
    offers: dict[str, float] = {}
    for part in accept.split(","):
        name, *parameters = (piece.strip().lower() for piece in part.split(";"))
        quality = next((p[2:] for p in parameters if p.startswith("q=")), "1")
        try:
            offers[name] = max(offers.get(name, 0.0), float(quality))
        except ValueError:
            offers[name] = 0.0
    return offers


@dataclass
class GraphQLEndpoint:
    """An ASGI application for one path; the socket on the same path is api.graphql.door.sockets."""

    operations: Operations

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one HTTP request."""
        request = HttpRequest(scope, receive)
        try:
            response = await self._respond(request)
        except ClientDisconnect:
            return  # nobody is left to answer
        await response(scope, receive, send)

    async def _respond(self, request: HttpRequest) -> Response:
        due_at = asyncio.get_running_loop().time() + self.operations.limits.deadline_seconds
        call = Call(request, due_at=due_at)
        reporter = Reporter(call.request_id, self.operations.limits.errors)
        accepted = answer_type(request.headers.get("accept"))
        media_type = accepted or JSON
        try:
            _check_head(request, accepted)
            async with asyncio.timeout_at(due_at):
                body = await _read(request, self.operations.limits.body_bytes)
            asked = read_request(read_json(body, self.operations.limits))
            answer = await self.operations.run(asked, call)
        except Refused as refused:
            answer = failed(refused.refusal, reporter)
            return _response(answer, media_type, call, refused.status, headers=refused.headers)
        except (Refusal, TimeoutError) as fault:
            answer = failed(fault, reporter)
        return _response(answer, media_type, call, _status(answer, media_type))


def _check_head(request: HttpRequest, accepted: str | None) -> None:
    """Refuses what the method and the headers already show; raises Refused."""
    if request.method != "POST":
        raise Refused(405, Refusal(Code.BAD_REQUEST, "Send the operation with POST."), {"Allow": "POST"})
    if accepted is None:
        said = f"Accept {GRAPHQL_JSON} or {JSON}; there is no other form."
        raise Refused(406, Refusal(Code.BAD_REQUEST, said))
    media_type, *parameters = (
        part.strip().lower() for part in request.headers.get("content-type", "").split(";")
    )
    charset = next((p[8:].strip('"') for p in parameters if p.startswith("charset=")), "utf-8")
    if media_type != JSON or charset not in ("utf-8", "utf8"):
        said = f"Send the operation as {JSON} in UTF-8."
        raise Refused(415, Refusal(Code.BAD_REQUEST, said), {"Accept-Post": JSON})
    if request.headers.get("content-encoding", "identity").strip().lower() not in ("", "identity"):
        said = "Send the body without a content encoding."
        raise Refused(415, Refusal(Code.BAD_REQUEST, said), {"Accept-Encoding": "identity"})


async def _read(request: HttpRequest, most: int) -> bytes:
    """The body; raises Refusal TOO_LARGE as soon as it is known to be."""
    declared = request.headers.get("content-length", "")
    too_large = Refusal(Code.TOO_LARGE, f"A request may have {most:,} bytes.")
    if declared.isascii() and declared.isdigit() and int(declared[:12]) > most:
        raise too_large
    parts: list[bytes] = []
    size = 0
    async for part in request.stream():
        size += len(part)
        if size > most:
            raise too_large
        parts.append(part)
    return b"".join(parts)


def _status(answer: Answer, media_type: str) -> int:
    if answer.stage is Stage.EXECUTED or answer.code is None:
        return 200
    if answer.stage is Stage.DOCUMENT:
        return 200 if media_type == JSON else 400
    return answer.code.status


def _response(
    answer: Answer, media_type: str, call: Call, status: int, *, headers: dict[str, str] | None = None
) -> Response:
    sent = {
        "Content-Type": f"{media_type}; charset=utf-8",
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
        "X-Request-Id": call.request_id,
        **(headers or {}),
    }
    if answer.code is Code.RATE_LIMITED:  # RFC 6585, section 4, and RFC 9110, 10.2.3
        sent["Retry-After"] = str(answer.errors[0]["extensions"].get("retryAfterSeconds", 1))
    return Response(answer.body(), status, sent)
