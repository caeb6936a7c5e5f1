"""Whatever is killed, the server comes back for those who need it, and nothing stays without them."""

import contextlib
import os
import signal
from pathlib import Path

import pytest

from models import embedded
from models.embedded.places import Places
from models.embedded.programs import programs_of

from .owners import Owners, ask, is_left_alone, keeper_of, leaves_nothing, on_linux, postmaster_of, until


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_an_owner_that_is_killed_leaves_no_orphan(
    folder: Path, number: signal.Signals, owners: Owners
) -> None:
    owner = owners.start(folder)
    assert ask(owner.says()) == "1"
    owner.end(number)
    leaves_nothing(folder)


def test_an_owner_that_is_killed_takes_nothing_from_the_others(folder: Path, owners: Owners) -> None:
    with embedded.lease(folder, durable=False) as server:
        before = postmaster_of(folder)
        other = owners.start(folder)
        assert other.says() == server.url()
        other.end(signal.SIGKILL)
        with embedded.lease(folder, durable=False) as again:
            assert again == server
        assert postmaster_of(folder) == before
        assert ask(server.url()) == "1"


def test_a_killed_postmaster_is_brought_back_on_its_port_with_all_that_was_committed(folder: Path) -> None:
    with embedded.lease(folder) as server:
        ask(server.url(), "create table committed as select 42 as answer")
        os.kill(postmaster_of(folder), signal.SIGKILL)
        until(lambda: ask(server.url(), "select answer from committed") == "42", "the server answers again")
    assert is_left_alone(folder)


@on_linux
def test_a_killed_keeper_is_replaced_while_somebody_holds_a_lease(folder: Path) -> None:
    with embedded.lease(folder, durable=False) as server:
        former = keeper_of(folder)
        before = postmaster_of(folder)
        os.kill(former, signal.SIGKILL)
        until(lambda: before not in programs_of(Places.at(folder).name), "the server follows its keeper")
        until(lambda: ask(server.url()) == "1", "the server answers again on its port")
        assert keeper_of(folder) != former
    assert is_left_alone(folder)


@on_linux
def test_when_owner_and_keeper_are_killed_together_the_server_follows(folder: Path, owners: Owners) -> None:
    owner = owners.start(folder)
    owner.says()
    keeper = keeper_of(folder)
    owner.program.kill()
    os.kill(keeper, signal.SIGKILL)
    owner.leave()
    leaves_nothing(folder)


@on_linux
def test_when_everything_is_killed_at_once_the_next_lease_heals(folder: Path, owners: Owners) -> None:
    owner = owners.start(folder)
    ask(owner.says(), "set synchronous_commit = on; create table synced as select 42 as answer")
    for pid in (keeper_of(folder), owner.program.pid, *programs_of(Places.at(folder).name)):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    owner.leave()
    with embedded.lease(folder, durable=False) as server:
        assert ask(server.url(), "select answer from synced") == "42"


@on_linux
def test_a_keeper_that_is_told_to_stop_is_replaced_while_somebody_holds_a_lease(folder: Path) -> None:
    with embedded.lease(folder, durable=False) as server:
        former = keeper_of(folder)
        before = postmaster_of(folder)
        os.kill(former, signal.SIGTERM)
        until(lambda: before not in programs_of(Places.at(folder).name), "the server is stopped")
        until(lambda: ask(server.url()) == "1", "the server answers again on its port")
        assert keeper_of(folder) != former
    assert is_left_alone(folder)


@on_linux
def test_a_lease_taken_while_the_server_is_down_gets_one_that_answers(folder: Path) -> None:
    with embedded.lease(folder, durable=False) as former:
        os.kill(keeper_of(folder), signal.SIGKILL)
        with embedded.lease(folder, durable=False) as server:
            until(lambda: ask(server.url()) == "1", "the server answers")
            assert server == former


def test_a_server_that_cannot_come_back_says_why_to_those_who_come(own: Path) -> None:
    """Its control file is put back later: until then the keeper tries again and again."""
    control = own / "cluster" / "global" / "pg_control"
    with embedded.lease(own, durable=False) as server:
        kept = control.rename(own / "kept")
        os.kill(postmaster_of(own), signal.SIGKILL)
        until(
            lambda: "pg_control" in (own / "report.json").read_text(encoding="utf-8"),
            "the report says why",
        )
        with (
            pytest.raises(embedded.EmbeddedError, match="did not start"),
            embedded.lease(own, durable=False),
        ):
            pass
        kept.rename(control)
        until(lambda: ask(server.url()) == "1", "the server answers again")
