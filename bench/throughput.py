"""How many transfers a second does the ledger post at full durability, beside pgbench that writes the same rows?

    python -m bench.throughput [--seconds N] [--partnerships N] [--clients N]

Both run under pgbench on one server with fsync and synchronous_commit on. Ours calls the door as the weak role,
one transfer a transaction: row-level security, lock, hash chain, checks and all. The peer, as superuser, makes the same
row writes and nothing else: two accounts updated, one transfer, two entries and one key inserted, into tables that are
made "like" the ledger's with their indexes and checks, without references, triggers or row-level security.
"""

import argparse
import asyncio
import os
import re
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit
from uuid import UUID

import asyncpg

from bench.imports import prepared
from bench.ledger import found
from models import embedded
from models.database import Database, Logins

SHARE_AIM = 0.5
PEER = """
create schema peer;
create table peer.account (like ledger.account including all);
create table peer.transfer (like ledger.transfer including all);
create table peer.entry (like ledger.entry including all);
create table peer.idempotency (like ledger.idempotency including all);
create sequence peer.number;
insert into peer.account select * from ledger.account;
create table peer.desk (n int primary key, p uuid, debit uuid, credit uuid);
"""
OURS = """\\set n random(1, {count})
begin;
select p, debit, credit from peer.desk where n = :n \\gset
select set_config('app.partnerships', :p::text, true), set_config('app.partnership', :p::text, true);
select ledger.post('bench', gen_random_uuid()::text, jsonb_build_array(jsonb_build_object('kind', 'COMMITMENT',
  'debit', :debit::text, 'credit', :credit::text, 'unit', 'USD', 'amount', 1, 'effective_on', '2026-07-01')));
commit;
"""
THEIRS = """\\set n random(1, {count})
begin;
select p, debit, credit, gen_random_uuid() as t, nextval('peer.number') as s from peer.desk where n = :n \\gset
update peer.account set debits_posted = debits_posted + 1, version = version + 1
  where partnership_id = :p::uuid and id = :debit::uuid returning version as dv \\gset
update peer.account set credits_posted = credits_posted + 1, version = version + 1
  where partnership_id = :p::uuid and id = :credit::uuid returning version as cv \\gset
insert into peer.transfer (partnership_id, id, sequence, batch, phase, kind, debit_account_id, credit_account_id, unit,
  amount, effective_on, recorded_at, actor, previous_hash, hash)
  values (:p::uuid, :t::uuid, :s, :t::uuid, 'POSTED', 'COMMITMENT',
  :debit::uuid, :credit::uuid, 'USD', 1, '2026-07-01', now(), 'bench', sha256('a'), sha256('b'));
insert into peer.entry (partnership_id, account_id, version, transfer_id, side, pending, posted, balance_after)
  values (:p::uuid, :debit::uuid, :dv, :t::uuid, 'D', 0, 1, 0), (:p::uuid, :credit::uuid, :cv, :t::uuid, 'C', 0, 1, 0);
insert into peer.idempotency (partnership_id, actor, key, request_sha256, response)
  values (:p::uuid, 'bench', :t::text, sha256('c'), '{{}}');
commit;
"""


async def prepare(url: str, count: int) -> Logins:
    """So many partnerships with an award each, and the peer's tables."""
    logins = Logins.read(url)
    database = Database(logins, pool_size=2)
    desks: list[tuple[int, UUID, UUID, UUID]] = []
    for n in range(1, count + 1):
        p, lines = await found(database, f"p{n}", 1)
        desks.append((n, p, lines[0].debit, lines[0].credit))
    await database.close()
    connection = await asyncpg.connect(url)
    await connection.execute(PEER)
    await connection.copy_records_to_table("desk", schema_name="peer", records=desks)
    app = logins.role("app")
    await connection.execute(f"grant usage on schema peer to {app}; grant select on peer.desk to {app}")
    for setting in ("fsync", "synchronous_commit", "full_page_writes"):
        assert await connection.fetchval(f"show {setting}") == "on", setting
    await connection.close()
    return logins


@dataclass(frozen=True)
class Load:
    """How many clients for how long, and where scripts are kept."""

    clients: int
    seconds: int
    folder: Path


def run(url: str, script: str, load: Load) -> tuple[float, float]:
    """Transactions a second and their mean milliseconds, as pgbench counts them."""
    file = load.folder / "script.sql"
    file.write_text(script)
    place = urlsplit(url)
    command = (
        *(str(embedded.binaries() / "pgbench"), "--no-vacuum", "--protocol=prepared", f"--file={file}"),
        *(f"--client={load.clients}", "--jobs=1", f"--time={load.seconds}", "-h", str(place.hostname)),
        *("-p", str(place.port), "-U", str(place.username), place.path.lstrip("/")),
    )
    environ = {**os.environ, "PGPASSWORD": str(place.password)}
    done = subprocess.run(command, capture_output=True, text=True, env=environ)
    assert done.returncode == 0, done.stderr
    rate, latency = re.search(r"tps = ([\d.]+)", done.stdout), re.search(r"average = ([\d.]+)", done.stdout)
    assert rate
    assert latency
    return float(rate[1]), float(latency[1])


def main() -> None:
    """Exit code 1 where the aim is missed."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    for name, usual in (("seconds", 10), ("partnerships", 50), ("clients", 20)):
        parser.add_argument(f"--{name}", type=int, default=usual)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as place, embedded.lease(Path(place) / "server") as server:
        url = asyncio.run(prepared(server.url(), "bench_throughput"))
        logins = asyncio.run(prepare(url, asked.partnerships))
        app = logins.login("app").set(drivername="postgresql").render_as_string(hide_password=False)
        with tempfile.TemporaryDirectory() as folder:
            load = Load(asked.clients, asked.seconds, Path(folder))
            peer, peer_ms = run(url, THEIRS.format(count=asked.partnerships), load)
            ours, ours_ms = run(app, OURS.format(count=asked.partnerships), load)
    print(
        f"{asked.partnerships} partnerships, {asked.clients} clients, full durability: the door posts {ours:.0f} "
        f"transfers/s ({ours_ms:.1f} ms), pgbench with the same row writes {peer:.0f} ({peer_ms:.1f} ms): "
        f"share {ours / peer:.2f} (aim {SHARE_AIM})"
    )
    sys.exit(0 if ours / peer >= SHARE_AIM else 1)


if __name__ == "__main__":
    main()
