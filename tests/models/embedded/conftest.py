"""Folders for embedded servers, and a check after each test that nothing outlives it."""

import shutil
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from models import embedded
from models.embedded.places import Places
from models.embedded.programs import end_programs

from .owners import Owners, is_left_alone


@pytest.fixture
def owners() -> Iterator[Owners]:
    """Starts owners, and kills those that the test leaves behind."""
    started = Owners()
    yield started
    for owner in started:
        owner.end(signal.SIGKILL)


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder whose cluster is made."""
    folder = tmp_path_factory.mktemp("made") / "home"
    with embedded.lease(folder, durable=False):
        pass
    return folder


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[Path]:
    """A folder that is not there yet."""
    yield tmp_path / "home"
    leave_nothing(tmp_path / "home")
    shutil.rmtree(tmp_path / "home", ignore_errors=True)


@pytest.fixture
def folder(made: Path) -> Iterator[Path]:
    """A folder whose server starts at once; what it holds is shared by the tests, and left whole."""
    yield made
    leave_nothing(made)


@pytest.fixture
def own(fresh: Path, made: Path) -> Path:
    """The same for a test that damages what is in it."""
    fresh.mkdir(mode=0o700)
    shutil.copytree(made / "cluster", fresh / "cluster")
    shutil.copy(made / "password", fresh / "password")
    return fresh


def leave_nothing(folder: Path) -> None:
    """Whatever the test did, nothing of its server may outlive it."""
    embedded.stop(folder)
    outlived = not is_left_alone(folder)
    end_programs(Places.at(folder).name, 5)
    assert not outlived
