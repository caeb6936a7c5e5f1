"""What a file would change, row by row, without changing anything."""

import base64
import binascii
import tempfile
from pathlib import Path
from typing import Any, Final

import strawberry
from sqlalchemy.ext.asyncio import AsyncSession
from strawberry.types import Info

from api.access import Right
from api.exchange.errors import ReadError
from api.exchange.files import ADDRESS, KINDS
from api.exchange.formats import FORMATS
from api.exchange.imports import STEWARDED, Order, preview_file
from api.exchange.recipe_files import MOST_RECIPE_BYTES, parse_recipe
from api.exchange.recipes import Recipe
from api.graphql.common.basics import row
from api.graphql.common.changes import Change, Changed, Fault, Refused, UserError, changed, partnership_of
from api.graphql.common.context import Context
from api.graphql.common.enums import UserErrorCode
from api.graphql.common.ids import GlobalId
from api.graphql.imports import Import
from models.partnerships import Partnership

__all__ = ["ImportMutation"]

Asked = Info[Context, None]
MOST_BYTES: Final = 1024 * 1024
"""A larger file is tried with `alignment import --dry-run`, which reads it from the disk."""
LONGEST_NAME: Final = 200


@strawberry.input
class PreviewImportInput:
    """`content` is the file's text, or a workbook in Base64 (RFC 4648); `recipe` is the text of a recipe (TOML).

    `file` is the file's name, whose ending says what it is; nothing is fetched from anywhere.
    """

    partnership: strawberry.ID
    idempotency_key: str
    format: str
    file: str
    content: str
    recipe: str | None = None


@strawberry.type
class ImportPayload:
    """The preview; null with `userErrors` where the file cannot be read at all."""

    import_: Import | None = strawberry.field(name="import")
    user_errors: list[UserError]
    replayed: bool


def _checked(asked: PreviewImportInput) -> tuple[bytes, Recipe | None]:
    """The file's bytes and its recipe. Errors: Refused, with all that is wrong."""
    faults: list[Fault] = []

    def wrong(path: str, sentence: str, code: UserErrorCode = UserErrorCode.INVALID) -> None:
        faults.append(Fault((path,), code, sentence))

    if asked.format not in FORMATS:
        wrong("format", f"There is no such format; there are {', '.join(sorted(FORMATS))}.")
    if not _is_name(asked.file):
        kinds = ", ".join(sorted(KINDS))
        wrong("file", f"A file has a plain name, not an address or a folder, that ends in {kinds}.")
    content = _bytes_of(asked)
    if content is None:
        wrong("content", "A workbook comes in Base64, and a text in Unicode.")
    elif len(content) > MOST_BYTES:
        sentence = f"A preview takes {MOST_BYTES:,} bytes; use `alignment import --dry-run` for more."
        wrong("content", sentence, UserErrorCode.TOO_LARGE)
    recipe = None
    if asked.recipe is not None:
        try:
            if len(asked.recipe) > MOST_RECIPE_BYTES:
                wrong("recipe", f"A recipe has at most {MOST_RECIPE_BYTES:,} bytes.", UserErrorCode.TOO_LARGE)
            else:
                recipe = parse_recipe(asked.recipe)
        except ReadError as error:
            wrong("recipe", str(error))
    if faults or content is None:
        raise Refused(*faults)
    return content, recipe


def _is_name(name: str) -> bool:
    is_plain = not ADDRESS.match(name) and not set(name) & set("/\\\0\r\n") and name.isprintable()
    return (
        is_plain
        and len(name.encode("utf-8", "replace")) <= LONGEST_NAME
        and Path(name).suffix.lower() in KINDS
    )


def _bytes_of(asked: PreviewImportInput) -> bytes | None:
    """What the file holds; a text that is longer than the limit is not decoded first."""
    try:
        if KINDS.get(Path(asked.file).suffix.lower()) == "workbook" and len(asked.content) <= 2 * MOST_BYTES:
            return base64.b64decode("".join(asked.content.split()), validate=True)
        return asked.content.encode("utf-8")
    except (binascii.Error, ValueError):
        return None


async def _preview(
    session: AsyncSession, partnership: Partnership, asked: PreviewImportInput, actor: str
) -> GlobalId:
    content, recipe = _checked(asked)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / asked.file
        path.write_bytes(content)
        order = Order(partnership.id, path, asked.format, recipe, actor=actor, dry_run=True)
        try:
            id_, _ = await preview_file(session, order)
        except ReadError as error:
            raise Refused.at("content", UserErrorCode.INVALID, str(error)) from error
    return GlobalId("Import", (partnership.id, id_))


async def _previewed(context: Context, asked: PreviewImportInput) -> Changed:
    is_stewarded = asked.format in STEWARDED
    right = Right.KEEP_FIGURES if is_stewarded else Right.PREVIEW_IMPORT
    try:
        partnership = await partnership_of(context, asked.partnership, "partnership", right)
    except Refused as refused:
        return Changed.refused(refused.faults)
    change = Change("previewImport", partnership.id, asked.idempotency_key, asked)
    actor = context.caller.actor
    return await changed(
        context,
        change,
        lambda session: _preview(session, partnership, asked, actor),
        of_figures=is_stewarded,
    )


@strawberry.type
class ImportMutation:
    """What files would bring."""

    @strawberry.mutation
    async def preview_import(
        self,
        info: Asked,
        input: PreviewImportInput,  # noqa: A002 - the contract's name
    ) -> ImportPayload:
        """Does the whole import and takes it back: only this report is kept."""
        made = await _previewed(info.context, input)
        shown: Any = row(made.id.type_name, *made.id.key) if made.id else None  # a row stands for its object
        return ImportPayload(import_=shown, user_errors=made.errors, replayed=made.replayed)
