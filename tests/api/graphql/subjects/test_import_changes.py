"""Previews of imports. What must not change is counted before and after; the rows are counted by hand."""

import base64
import io
import zipfile
from typing import Any
from uuid import uuid4

import pytest
import strawberry

from models.people import Role

from .conftest import Answered, Ask, member
from .small import Small

PREVIEW = """mutation($input: PreviewImportInput!) { previewImport(input: $input) {
  import { id file format dryRun read created updated unchanged rejected by
    rows { row action code field value message } findings { severity code count } }
  userErrors { field code message } replayed } }"""
COUNTS = """query($slug: String!) { partnership(slug: $slug) {
  organizations { totalCount nodes { name } } funders { totalCount } investments { totalCount }
  measurements { totalCount } imports { totalCount } } }"""
GRANTS = """Identifier,Title,Description,Currency,Amount Awarded,Award Date,Recipient Org:Identifier,\
Recipient Org:Name,Funding Org:Identifier,Funding Org:Name
360G-x-1,Camps,For camps,USD,1000.00,2026-01-05,US-EIN-5,Harbor Clinic,US-EIN-6,River Trust
360G-x-2,Books,For books,USD,many,2026-01-06,US-EIN-5,Harbor Clinic,US-EIN-6,River Trust
"""


async def preview(ask: Ask, small: Small, role: Role = Role.DATA, **more: Any) -> Answered:
    """The payload."""
    asked = {
        "partnership": f"Partnership:{small.partnership.id}",
        "idempotencyKey": str(uuid4()),
        "format": "360giving",
        "file": "grants.csv",
        "content": GRANTS,
    }
    answer = await ask(PREVIEW, member(small, role), input=asked | more)
    found: Answered = answer["data"]["previewImport"]
    return found


def faults(payload: Answered) -> dict[str, str]:
    return {".".join(each["field"]): each["code"] for each in payload["userErrors"]}


async def test_a_preview_tells_each_row_and_writes_nothing(ask: Ask, small: Small) -> None:
    before = (await ask(COUNTS, member(small), slug=small.slug))["data"]["partnership"]
    made = await preview(ask, small)
    assert made["userErrors"] == []
    told = made["import"]
    assert (told["dryRun"], told["read"], told["created"], told["rejected"]) == (True, 2, 1, 1)
    rows = {each["row"]: each for each in told["rows"]}
    assert (rows[2]["action"], rows[3]["action"]) == ("CREATED", "REJECTED")
    assert (rows[3]["field"], rows[3]["value"]) == ("Amount Awarded", "many")
    assert rows[3]["message"]
    after = (await ask(COUNTS, member(small), slug=small.slug))["data"]["partnership"]
    assert after.pop("imports")["totalCount"] == before.pop("imports")["totalCount"] + 1  # the report
    assert after == before


async def test_an_organization_that_is_known_would_be_changed(ask: Ask, small: Small) -> None:
    rows = f"name,identifier,sector\nHill Trust,US-EIN-{small.slug},K12\nNew One,US-EIN-99,BUSINESS\n"
    made = await preview(ask, small, format="organizations", file="o.csv", content=rows)
    assert made["userErrors"] == []
    assert [(each["row"], each["action"]) for each in made["import"]["rows"]] == [
        (2, "UPDATED"),
        (3, "CREATED"),
    ]
    names = (await ask(COUNTS, member(small), slug=small.slug))["data"]["partnership"]["organizations"][
        "nodes"
    ]
    assert "Hill Foundation" in {each["name"] for each in names}


async def test_the_same_key_gives_the_same_preview(ask: Ask, small: Small) -> None:
    first, again = [await preview(ask, small, idempotencyKey="p") for _ in range(2)]
    assert (again["replayed"], again["import"]) == (True, first["import"])


@pytest.mark.parametrize(
    ("more", "at"),
    [
        ({"format": "none"}, "format"),
        ({"file": "http://example.org/grants.csv"}, "file"),
        ({"file": "../../etc/passwd.csv"}, "file"),
        ({"file": "grants.exe"}, "file"),
        ({"file": "grants.xlsx"}, "content"),
        ({"file": "x" * 300 + ".csv"}, "file"),
        ({"content": ""}, "content"),
        ({"content": "PK\x03\x04 not a table"}, "content"),
        ({"content": "a\0b"}, "content"),
        ({"recipe": "= no toml"}, "recipe"),
        ({"recipe": "[unknown]\nkey = 1"}, "recipe"),
        ({"format": "investments"}, "content"),
        ({"idempotencyKey": ""}, "idempotencyKey"),
    ],
)
async def test_what_cannot_be_read_is_refused_at_its_field(
    ask: Ask, small: Small, more: dict[str, Any], at: str
) -> None:
    made = await preview(ask, small, **more)
    assert (made["import"], faults(made)) == (None, {at: "INVALID"})


async def test_a_bomb_is_not_expanded(ask: Ask, small: Small) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", b"<Types/>")
        archive.writestr("xl/workbook.xml", b" " * 60_000_000)
    made = await preview(
        ask, small, file="bomb.xlsx", content=base64.b64encode(packed.getvalue()).decode("ascii")
    )
    assert faults(made) == {"content": "INVALID"}


@pytest.mark.parametrize("role", [Role.FUNDER, Role.POLICY, Role.FACILITATOR, Role.COMMUNITY])
async def test_others_do_not_preview(ask: Ask, small: Small, role: Role) -> None:
    assert faults(await preview(ask, small, role)) == {"partnership": "FORBIDDEN"}


async def test_figures_are_previewed_by_those_who_keep_them(ask: Ask, small: Small) -> None:
    asked: dict[str, Any] = {"format": "local-results", "content": "practice\nx\n"}
    assert faults(await preview(ask, small, Role.ANCHOR, **asked)) == {"partnership": "FORBIDDEN"}
    assert "partnership" not in faults(await preview(ask, small, Role.DATA, **asked))


async def test_content_over_the_limit_is_refused() -> None:
    from api.graphql.common.changes import Refused
    from api.graphql.import_changes import MOST_BYTES, PreviewImportInput, _checked

    asked = PreviewImportInput(
        partnership=strawberry.ID(""),
        idempotency_key="k",
        format="360giving",
        file="a.csv",
        content="x" * (MOST_BYTES + 1),
    )
    with pytest.raises(Refused) as refused:
        _checked(asked)
    assert [fault.code.value for fault in refused.value.faults] == ["TOO_LARGE"]
