"""What others read about an embedded server says enough, and no secret."""

from pathlib import Path

import pytest

from models.embedded import Server
from models.embedded.places import Phase, Places, Report


def test_a_database_with_an_odd_name_has_a_url(tmp_path: Path) -> None:
    server = Server("127.0.0.1", 5432, "key", tmp_path, tmp_path)
    assert server.url("a b/c?d") == "postgresql://postgres:key@127.0.0.1:5432/a%20b%2Fc%3Fd"


def test_the_printed_form_of_a_server_shows_no_password(tmp_path: Path) -> None:
    assert "key" not in repr(Server("127.0.0.1", 5432, "key", Path("/home"), Path("/bin")))


def test_a_report_is_read_as_it_was_written(tmp_path: Path) -> None:
    report = Report(Phase.READY, 5432, 17, "all is well", {"fsync": "on"})
    report.write(tmp_path / "report.json")
    assert Report.read(tmp_path / "report.json") == report


@pytest.mark.parametrize("text", ["", "{", "[]", '{"phase": "asleep"}', '{"phase": "ready", "colour": 1}'])
def test_a_damaged_report_counts_as_none(tmp_path: Path, text: str) -> None:
    (tmp_path / "report.json").write_text(text, encoding="utf-8")
    assert Report.read(tmp_path / "report.json") is None


def test_a_folder_has_one_name_by_whichever_path_it_is_reached(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "home")
    assert Places.at(tmp_path / "link").name == Places.at(tmp_path / "x" / ".." / "home").name
    assert Places.at(tmp_path / "home").name != Places.at(tmp_path / "other").name
