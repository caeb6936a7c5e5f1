"""GET /exports/{id}: a file that was asked for, to whoever asked for it and nobody else, until it expires."""

from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from api.exchange.exports.making import KINDS
from api.exporting import find_ready
from api.graphql.common.context import Context
from api.graphql.common.errors import Code, Refusal
from api.graphql.common.ids import read_id
from api.graphql.door.operations import Call, ContextFactory

__all__ = ["export_file"]


def export_file(contexts: ContextFactory) -> Callable[[Request], Awaitable[Response]]:
    """The endpoint; the id is the one that GraphQL gives. What is not for the caller is not there."""

    async def download(request: Request) -> Response:
        named = read_id(request.path_params["export"], "Export")
        try:
            async with contexts(Call(request)) as context:
                assert isinstance(context, Context)  # noqa: S101 - the factory's own kind
                found = None
                if named is not None and len(named.key) == 2:
                    partnership_id, export_id = named.key
                    caller = context.caller
                    found = await context.run(
                        lambda session: find_ready(session, caller, partnership_id, export_id)
                    )
        except Refusal as refusal:
            return PlainTextResponse(str(refusal), 401 if refusal.code is Code.UNAUTHENTICATED else 403)
        if found is None:
            return PlainTextResponse("There is no such file, or it has expired.", 404)
        export, content = found
        kind = KINDS[export.format]
        name = str(export.report.get("file", f"awards.{kind.ending}"))
        headers = {"Content-Disposition": f'attachment; filename="{name}"'}
        return Response(content, media_type=kind.media_type, headers=headers)

    return download
