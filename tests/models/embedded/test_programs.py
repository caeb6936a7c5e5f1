"""A server's programs are told from all others."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from models import embedded
from models.embedded import programs
from models.embedded.places import Places

from .owners import postmaster_of, until


def test_without_proc_the_same_programs_are_found_by_ps(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The postmaster and the programs that last as long as it does (PostgreSQL has at least four)."""
    if shutil.which("ps") is None or not Path("/proc/self").exists():
        pytest.skip("compares ps with Linux's /proc")
    name = Places.at(folder).name
    with embedded.lease(folder, durable=False):
        until(lambda: len(programs.programs_of(name)) > 4, "the lasting programs run")
        by_proc = programs.programs_of(name)
        monkeypatch.setattr(programs, "_PROC", folder / "no proc here")
        by_ps = programs.programs_of(name)
        postmaster = postmaster_of(folder)
    assert by_ps[postmaster] is by_proc[postmaster] is True
    assert len([pid for pid in by_ps.keys() & by_proc.keys() if not by_ps[pid]]) >= 4


def test_a_program_that_only_speaks_of_the_server_is_not_taken_for_it(folder: Path) -> None:
    name = Places.at(folder).name
    words = (sys.executable, "-c", "input()", f"cluster_name={name}")
    with subprocess.Popen(words, stdin=subprocess.PIPE) as bystander:
        assert programs.programs_of(name) == {}
        assert programs.end_programs(name, 1)
        bystander.communicate(b"\n")
    assert bystander.returncode == 0
