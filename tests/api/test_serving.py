"""The site as processes: where it listens, who may sign in, and that nothing is left when it stops."""

import json
import os
import re
import signal
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from api.serving import listening
from models.database import DatabaseError

from .conftest import Demonstration

PATIENCE_SECONDS = 120  # a limit for a machine that is busy with other things, not an expectation
PROC = Path("/proc")


@contextmanager
def site(alignment: str, demonstration: Demonstration, *options: str) -> Iterator[subprocess.Popen[str]]:
    """A running site; killed in the end if the test has not stopped it."""
    command = [alignment, "serve", "--port", "0", *options]
    started = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=dict(demonstration.environ))
    try:
        yield started
    finally:
        started.kill()
        started.communicate()


def greeting(started: subprocess.Popen[str]) -> str:
    """What the site says when it begins."""
    assert started.stderr is not None
    said = ""
    while "end in 7 days" not in said:
        line = started.stderr.readline()
        assert line, said
        said += line
    return said


def fetched(address: str, token: str | None = None, query: str | None = None) -> tuple[int, str]:
    """Status and body, tried again while nothing answers yet."""
    headers = {"authorization": f"Bearer {token}"} if token else {}
    body = None if query is None else json.dumps({"query": query}).encode()
    request = urllib.request.Request(address, body, headers | {"content-type": "application/json"})  # noqa: S310 - the test's own site
    end = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310 - the test's own site
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()
        except OSError:
            assert time.monotonic() < end


def children_of(pid: int) -> list[int]:
    """The processes whose parent it is."""
    found = []
    for each in PROC.glob("[0-9]*/stat"):
        fields = _read(each).rpartition(")")[2].split()
        if fields and int(fields[1]) == pid:
            found.append(int(each.parent.name))
    return found


def those_who_work(parent: int) -> dict[str, int]:
    """The site's processes by what they call themselves, once the nursery has forked them."""
    end = time.monotonic() + PATIENCE_SECONDS
    while True:
        found = {
            _read(PROC / str(pid) / "comm").strip(): pid
            for each in children_of(parent)
            for pid in children_of(each)
        }
        if any(name.startswith("align-") for name in found):
            return found
        assert time.monotonic() < end
        time.sleep(0.02)


def _read(path: Path) -> str:
    try:
        return path.read_text()
    except OSError:
        return ""


def are_gone(pids: set[int]) -> bool:
    """Whether they end, within the limit."""
    end = time.monotonic() + PATIENCE_SECONDS
    while any(_read(PROC / str(pid) / "cmdline") for pid in pids):
        if time.monotonic() > end:
            return False
        time.sleep(0.05)
    return True


def test_a_site_says_where_it_is_lets_three_users_in_and_stops_with_all_its_processes(
    alignment: str, demonstration: Demonstration
) -> None:
    with site(alignment, demonstration) as started:
        said = greeting(started)
        address = re.findall(r"Serving on (http://127\.0\.0\.1:\d+)", said)[0]
        tokens = dict(re.findall(r"^  (\w+) +(ra_\S+)$", said, re.MULTILINE))
        assert set(tokens) == {"funder", "anchor", "policy"}
        assert fetched(f"{address}/healthz") == (200, "ok\n")
        assert fetched(f"{address}/readyz")[0] == 200
        query = '{ viewer { roles(partnership: "riverbend") } }'
        for name, token in tokens.items():
            status, body = fetched(f"{address}/graphql", token, query)
            assert (status, json.loads(body)) == (200, {"data": {"viewer": {"roles": [name.upper()]}}})
        (nursery,) = children_of(started.pid)
        at_work = those_who_work(started.pid)
        assert set(at_work) == {"align-web", "align-worker"}
        children = {nursery, *at_work.values()}
        started.send_signal(signal.SIGTERM)
        assert started.wait(PATIENCE_SECONDS) == 0
        assert are_gone(children)


@pytest.mark.skipif(not PROC.exists(), reason="processes are looked up in /proc")
def test_who_dies_is_replaced_and_all_leave_when_the_parent_is_killed(
    alignment: str, demonstration: Demonstration
) -> None:
    with site(alignment, demonstration, "--no-worker") as started:
        address = re.findall(r"Serving on (\S+)", greeting(started))[0]
        assert fetched(f"{address}/healthz")[0] == 200
        first = those_who_work(started.pid)["align-web"]
        os.kill(first, signal.SIGKILL)
        assert fetched(f"{address}/healthz")[0] == 200
        (nursery,), second = children_of(started.pid), those_who_work(started.pid)["align-web"]
        assert second != first
        os.kill(nursery, signal.SIGKILL)
        assert are_gone({nursery, second})
        others = {*children_of(started.pid), *those_who_work(started.pid).values()}
        started.kill()
        started.wait()
        assert are_gone(others)


def test_a_taken_port_gives_the_next_free_one() -> None:
    with closing(listening("127.0.0.1", 0)) as first:
        port = first.getsockname()[1]
        with closing(listening("127.0.0.1", port)) as second:
            assert port < second.getsockname()[1] <= port + 99


def test_an_address_that_is_not_this_machine_s_is_refused_with_its_name() -> None:
    """192.0.2.1 is for documentation (RFC 5737), so no machine has it."""
    with pytest.raises(DatabaseError, match=r"cannot listen on 192\.0\.2\.1:8000"):
        listening("192.0.2.1", 8000)
