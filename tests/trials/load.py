"""What a soak sends: the project's own queries, and bad input of every kind, as raw HTTP."""

import gzip
import json
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
JSON = {"Content-Type": "application/json"}
BIG = 150_000


@dataclass(frozen=True)
class Sent:
    """One request; `cut` sends half of the body and hangs up."""

    name: str
    body: bytes
    headers: dict[str, str] = field(default_factory=lambda: dict(JSON))
    method: str = "POST"
    path: str = "/graphql"
    is_signed_in: bool = True
    cut: bool = False


Make = Callable[[random.Random, str], Sent]


def corpus() -> dict[str, str]:
    """The documents that the project shows to people."""
    return {path.stem: path.read_text("utf-8") for path in sorted(ROOT.glob("docs/questions/*.graphql"))}


def questions(slug: str) -> Sequence[Sent]:
    """The corpus asked of one partnership, and the plain pages."""
    asked = [
        Sent(name, _document(text, variables={"slug": slug, "fiscalYear": 2027}))
        for name, text in corpus().items()
    ]
    pages = [Sent(path, b"", {}, "GET", path) for path in ("/healthz", "/readyz", "/metrics", "/sign-in")]
    return [*asked, *pages]


def _document(query: str, **more: object) -> bytes:
    return json.dumps({"query": query, **more}).encode("utf-8", "surrogatepass")


def _query(name: str, make: Callable[[random.Random, str], str]) -> Make:
    return lambda chance, slug: Sent(name, _document(make(chance, slug)))


def _raw(name: str, body: bytes, **more: object) -> Make:
    return lambda _, __: Sent(name, body, **more)  # type: ignore[arg-type]  # the fields of Sent


def _deep(_: random.Random, __: str) -> str:
    return "{ a" * 60 + "{ b }" + " }" * 60


def _aliases(chance: random.Random, _: str) -> str:
    return "{" + " ".join(f"a{chance.randrange(10**9)}: __typename" for _ in range(200)) + "}"


def _repeats(_: random.Random, __: str) -> str:
    return "{" + " __typename" * 900 + "}"


def _doubling(_: random.Random, __: str) -> str:
    parts = [f"fragment f{n} on Query {{ ...f{n + 1} ...f{n + 1} }}" for n in range(18)]
    return " ".join(["{ ...f0 }", *parts, "fragment f18 on Query { __typename }"])


def _circle(_: random.Random, __: str) -> str:
    return "{ ...a } fragment a on Query { ...b } fragment b on Query { ...a }"


def _directives(_: random.Random, __: str) -> str:
    return "{ __typename" + " @skip(if: false)" * 20 + "}"


def _unseen(chance: random.Random, slug: str) -> str:
    """A sound document that no cache has met."""
    name = f"q{chance.randrange(10**9)}"
    return f'{{ {name}: partnership(slug: "{slug}") {{ name investments(first: 5) {{ totalCount }} }} }}'


def _foreign(chance: random.Random, _: str) -> str:
    return f'{{ node(id: "Investment:{_uuid(chance)}:{_uuid(chance)}") {{ id }} }}'


def _uuid(chance: random.Random) -> str:
    digits = f"{chance.getrandbits(128):032x}"
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))


def _paged(first: str, after: str = "") -> Callable[[random.Random, str], str]:
    place = f', after: "{after}"' if after else ""
    return lambda _, slug: (
        f'{{ partnership(slug: "{slug}") {{ investments(first: {first}{place}) {{ totalCount }} }} }}'
    )


def _introspection(_: random.Random, __: str) -> str:
    return "{ __schema { types { name fields { name type { name ofType { name } } } } } }"


def _mutation(amount: str) -> Callable[[random.Random, str], str]:
    return lambda chance, _: (
        f'mutation {{ recordTransaction(input: {{ investment: "Investment:{_uuid(chance)}:{_uuid(chance)}", '
        f'idempotencyKey: "{_uuid(chance)}", kind: RECEIPT, occurredOn: "2026-07-01", '
        f'amount: {{ amount: "{amount}", currency: "USD" }} }}) {{ userErrors {{ code }} }} }}'
    )


unseen: Make = _query("unseen", _unseen)
HOSTILE: Sequence[Make] = (
    _query("deep", _deep),
    _query("aliases", _aliases),
    _query("repeats", _repeats),
    _query("doubling fragments", _doubling),
    _query("circular fragments", _circle),
    _query("directives", _directives),
    unseen,
    _query("foreign id", _foreign),
    _query("first below zero", _paged("-1")),
    _query("first too large", _paged("1000000")),
    _query("malformed cursor", _paged("5", "bm8=")),
    _query("introspection", _introspection),
    *(
        _query(f"amount {amount}", _mutation(amount))
        for amount in ("NaN", "1e400", "-5", "0.001", "٣", "1_000")
    ),
    _query("unknown field", lambda _, __: "{ partnerships { nodes { nam } } }"),
    _query("no such operation", lambda _, __: "query A { __typename } query B { __typename }"),
    _query("NUL", lambda _, __: '{ partnership(slug: "a\0b") { name } }'),
    _query("bidi", lambda _, __: '{ partnership(slug: "\u202eriver") { name } }'),
    _query("surrogate", lambda _, __: '{ partnership(slug: "\\ud800") { name } }'),
    _raw("batch", b'[{"query": "{ __typename }"}, {"query": "{ __typename }"}]'),
    _raw("NaN in JSON", b'{"query": "{ __typename }", "variables": {"a": NaN}}'),
    _raw("equal keys", b'{"query": "{ __typename }", "query": "{ __typename }"}'),
    _raw("no JSON", b"{"),
    _raw("nested JSON", b'{"query": "{ __typename }", "variables": {"a": ' + b"[" * 900 + b"]" * 900 + b"}}"),
    _raw("large", b'{"query": "' + b"#" * BIG + b'"}'),
    _raw("compressed", gzip.compress(b"0" * 100_000), headers={**JSON, "Content-Encoding": "gzip"}),
    _raw("form", b"query=%7B__typename%7D", headers={"Content-Type": "application/x-www-form-urlencoded"}),
    _raw("query over GET", b"", method="GET", path="/graphql?query=%7B__typename%7D"),
    _raw("DELETE", b"", method="DELETE"),
    _raw("garbage token", b'{"query": "{ __typename }"}', headers={**JSON, "Authorization": "Bearer ra_no"}),
    _raw("no token", b'{"query": "{ viewer { name } }"}', is_signed_in=False),
    _raw("cut", b'{"query": "{ __typename }"}', cut=True),
    _raw("no such page", b"", method="GET", path="/../../etc/passwd"),
)
