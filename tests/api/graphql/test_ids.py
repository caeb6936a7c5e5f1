"""Global ids."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.graphql.common.errors import Code
from api.graphql.common.ids import GlobalId, NotFound, read_id, require_id, rows_of

HERE, THERE, ROW = UUID(int=1), UUID(int=2), UUID(int=3)
TEXT = f"Investment:{HERE}:{ROW}"


@given(st.sampled_from(["Investment", "Partnership"]), st.lists(st.uuids(), min_size=1, max_size=3))
def test_an_id_survives_being_written_and_read(type_name: str, key: list[UUID]) -> None:
    written = GlobalId(type_name, tuple(key))
    assert read_id(str(written)) == written


def test_a_partnership_belongs_to_itself() -> None:
    found = read_id(f"Partnership:{HERE}")
    assert found is not None
    assert found.partnership_id == HERE


@pytest.mark.parametrize(
    "text",
    [
        *(
            "",
            "Investment",
            f"Investment:{ROW}x",
            f" {TEXT}",
            f"{TEXT}\n",
            TEXT.replace("-", ""),
            f"investment:{HERE}",
        ),
        *(
            f"Investment:{UUID(int=0xABC)}".upper(),
            f"Investment:{{{HERE}}}",
            "Investment:1:2",
            TEXT * 9,
            "Ｉnvestment:x",
        ),
        *(f"Investment:{HERE}:{ROW}:{ROW}:{ROW}", "' or 1=1 --", "\0"),
    ],
)
def test_only_the_form_that_is_written_is_read(text: str) -> None:
    assert read_id(text) is None


def test_an_id_of_another_type_is_none_of_these() -> None:
    assert read_id(TEXT, "Funder", "Practice") is None
    assert read_id(TEXT, "Funder", "Investment") is not None


@pytest.mark.parametrize("text", ["nonsense", f"Funder:{HERE}:{ROW}"])
def test_malformed_and_of_another_type_are_told_alike(text: str) -> None:
    with pytest.raises(NotFound) as refusal:
        require_id(text, "Investment")
    assert (refusal.value.code, str(refusal.value)) == (Code.NOT_FOUND, str(NotFound()))


def test_rows_of_one_partnership_leave_out_what_is_not_there() -> None:
    texts = [TEXT, f"Investment:{THERE}:{ROW}", f"Funder:{HERE}:{ROW}", "nonsense"]
    assert rows_of(texts, HERE, "Investment") == [ROW]
