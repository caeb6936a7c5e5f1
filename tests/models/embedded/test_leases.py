"""A server is shared by all who hold a lease on it, and stops with the last of them."""

import os
import shutil
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import pytest

from models import embedded
from models.embedded import EmbeddedError

from .owners import Owners, ask, is_left_alone, leaves_nothing, postmaster_of


def test_a_lease_serves_and_the_last_to_leave_stops_the_server(fresh: Path) -> None:
    with embedded.lease(fresh) as server:
        assert ask(server.url(), "select current_user, current_setting('fsync')") == "postgres|on"
    assert is_left_alone(fresh)
    assert ask(server.url()) is None


def test_what_was_written_is_there_at_the_next_lease(folder: Path) -> None:
    with embedded.lease(folder, durable=False) as server:
        ask(server.url(), "create table left_behind as select 41 + 1 as answer")
    with embedded.lease(folder, durable=False) as server:
        assert ask(server.url(), "select answer from left_behind") == "42"


def test_two_folders_have_two_servers_with_passwords_of_their_own(folder: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    with embedded.lease(folder, durable=False) as one, embedded.lease(other, durable=False) as two:
        assert one.port != two.port
        assert ask(two.url().replace(two.password, one.password)) is None
        assert ask(one.url()) == ask(two.url()) == "1"
    assert is_left_alone(other)


@pytest.mark.parametrize("name", ["with spaces, 'quotes' and é", "long" * 40], ids=["odd", "long"])
def test_any_path_will_do(tmp_path: Path, name: str) -> None:
    """The second passes the 107 bytes of a socket's path (unix(7))."""
    folder = tmp_path / name
    with embedded.lease(folder, durable=False) as server:
        assert ask(server.url()) == "1"
    assert is_left_alone(folder)


def test_four_programs_starting_at_once_get_the_same_server(fresh: Path, owners: Owners) -> None:
    together = [owners.start(fresh) for _ in range(4)]
    urls = {owner.says() for owner in together}
    assert len(urls) == 1
    assert ask(urls.pop()) == "1"
    for owner in together:
        owner.leave()
    assert is_left_alone(fresh)


def test_those_who_come_while_others_leave_find_a_server(folder: Path) -> None:
    def come_and_go(_: int) -> list[str | None]:
        answers = []
        for _turn in range(5):
            with embedded.lease(folder, durable=False) as server:
                answers.append(ask(server.url()))
        return answers

    with ThreadPoolExecutor(3) as threads:
        answers = [answer for answers in threads.map(come_and_go, range(3)) for answer in answers]
    assert answers == ["1"] * 15
    assert is_left_alone(folder)


def test_a_folder_that_is_removed_takes_its_server_along(own: Path) -> None:
    with embedded.lease(own, durable=False):
        shutil.rmtree(own, ignore_errors=True)
        leaves_nothing(own)
    shutil.rmtree(own, ignore_errors=True)


def test_start_keeps_the_server_up_until_stop(folder: Path) -> None:
    assert not embedded.status(folder).is_running
    server = embedded.start(folder, durable=False)
    standing = embedded.status(folder)
    assert (standing.is_running, standing.is_held, standing.is_leased) == (True, True, False)
    assert (standing.port, standing.pid) == (server.port, postmaster_of(folder))
    assert ask(server.url()) == "1"
    stopped = embedded.stop(folder)
    assert (stopped.is_running, stopped.is_held, stopped.port) == (False, False, None)
    assert is_left_alone(folder)


def test_a_lease_on_a_started_server_leaves_it_running(folder: Path) -> None:
    server = embedded.start(folder, durable=False)
    with embedded.lease(folder, durable=False) as leased:
        assert leased == server
    assert ask(server.url()) == "1"


def test_stop_takes_the_server_from_nobody(folder: Path) -> None:
    embedded.start(folder, durable=False)
    with embedded.lease(folder, durable=False) as server:
        standing = embedded.stop(folder)
        assert (standing.is_running, standing.is_held, standing.is_leased) == (True, False, True)
        assert ask(server.url()) == "1"
    assert is_left_alone(folder)


def test_the_status_of_an_absent_folder_makes_none(fresh: Path) -> None:
    standing = embedded.status(fresh)
    assert (standing.is_running, standing.is_held, standing.is_leased) == (False, False, False)
    assert not fresh.exists()


def test_options_reach_the_server_as_they_are_written(folder: Path) -> None:
    chosen = {"max_connections": "11", "log_line_prefix": "two words='quoted' %p"}
    with embedded.lease(folder, durable=False, options=chosen) as server:
        read = "select current_setting('max_connections'), current_setting('log_line_prefix')"
        assert ask(server.url(), read) == "11|two words='quoted' %p"


def test_an_option_that_the_server_relies_on_cannot_be_set(fresh: Path) -> None:
    with pytest.raises(ValueError, match="listen_addresses"):
        ExitStack().enter_context(embedded.lease(fresh, options={"listen_addresses": "*"}))


def test_a_running_server_with_another_option_is_refused(folder: Path) -> None:
    with (
        embedded.lease(folder, durable=False),
        pytest.raises(EmbeddedError, match="max_connections = 60, and"),
    ):
        ExitStack().enter_context(embedded.lease(folder, durable=False, options={"max_connections": "11"}))


def test_a_durable_lease_never_gets_a_server_that_is_not(folder: Path) -> None:
    with (
        embedded.lease(folder, durable=False),
        pytest.raises(EmbeddedError, match="fsync = off, and fsync = on"),
    ):
        ExitStack().enter_context(embedded.lease(folder))


def test_a_folder_that_cannot_be_made_is_refused_with_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(EmbeddedError, match=r"(?s)file/home.* Not a directory .*ALIGNMENT_HOME"):
        ExitStack().enter_context(embedded.lease(tmp_path / "file" / "home"))


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere; test_accounts asks as somebody else")
def test_a_folder_that_cannot_be_written_is_refused_with_what_to_do(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(EmbeddedError, match=r"(?s)Permission denied.*ALIGNMENT_HOME"):
        ExitStack().enter_context(embedded.lease(tmp_path))
