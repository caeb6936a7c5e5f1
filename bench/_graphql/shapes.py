"""The five read shapes: what each server is asked, and what its answer says, spelled alike."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from bench._graphql.filling import SLUG, Filled
from bench._graphql.load import Ask

Answer = Any  # JSON
Read = Callable[[Answer], object]
TIER = (
    "select l.outcome_id, coalesce(t.tier, 'NONE') as tier, l.population_id, l.fiscal_year, sum(l.amount) as amount"
    " from (select practice_id, outcome_id, population_id, fiscal_year, sum(credits_posted - debits_posted) as amount"
    " from ledger.account where investment_id is not null and kind in ('AVAILABLE', 'OBLIGATED', 'SPENT', 'FEE')"
    " group by 1, 2, 3, 4) l left join peer.tier t on t.practice = l.practice_id and t.outcome = l.outcome_id"
    " group by 1, 2, 3, 4"
)
PEER_TABLES = (
    "create schema peer",
    "create table peer.tier (practice uuid, outcome uuid, tier text, primary key (practice, outcome))",
    f"""create function peer.dollars() returns table
(outcome uuid, tier text, population uuid, year int, amount numeric) language sql stable as $$ {TIER} $$""",
)
_LINES = (
    "(select coalesce(json_agg(l), '[]') from (select (select row_to_json(p) from (select name from practice"
    " where partnership_id = a.partnership_id and id = a.practice_id) p) as practice, (select row_to_json(o) from"
    " (select name from outcome where partnership_id = a.partnership_id and id = a.outcome_id) o) as outcome"
    " from ledger.account a where a.partnership_id = i.partnership_id and a.investment_id = i.id"
    " and a.kind = 'AVAILABLE' and a.credits_posted - a.debits_posted - a.debits_pending > 0"
    " order by fiscal_year, id) l) as allocations"
)
_FUNDER = (
    "(select row_to_json(f) from (select (select row_to_json(o) from (select name from organization where"
    " partnership_id = f.partnership_id and id = f.organization_id) o) as organization from funder f"
    " where f.partnership_id = i.partnership_id and f.id = i.funder_id) f) as funder"
)
_PRACTICE = _LINES.replace(", (select row_to_json(o)", " /*", 1).replace(
    " o) as outcome", " o) as outcome */", 1
)
_FLAT = "id title description use awardedOn awardedOnPrecision startsOn endsOn version"


@dataclass(frozen=True)
class Shape:
    """A question in the words of each server, with the values that it is asked for in turn."""

    name: str
    own: str
    peer: str
    raw: str
    values: Callable[[Filled], list[dict[str, Any]]]
    read_own: Read
    read_peer: Read

    def asks(self, server: str, filled: Filled) -> list[Ask]:
        """The requests to one of: own, peer, raw."""
        if server == "raw":
            return [Ask(f"/{self.name}", _json(list(given.values()))) for given in self.values(filled)]
        query = self.own if server == "own" else self.peer
        return [
            Ask("/graphql", _json({"query": query, "variables": each}))
            for each in self._given(server, filled)
        ]

    def _given(self, server: str, filled: Filled) -> list[dict[str, Any]]:
        given = self.values(filled)
        if server == "own" and self.name == "one":
            return [{"id": f"Investment:{filled.partnership}:{each['id']}"} for each in given]
        if server == "peer" and self.name == "one":
            return [{"p": str(filled.partnership), **each} for each in given]
        return given

    def read(self, server: str, body: bytes) -> object:
        """What the answer says, without what is only this server's wording. Errors: AssertionError."""
        found = json.loads(body)
        if server == "raw":
            return self.read_own({"data": found})
        assert not found.get("errors"), found["errors"]
        return (self.read_own if server == "own" else self.read_peer)(found)


def _json(value: object) -> bytes:
    return json.dumps(value).encode()


def _last(code: str) -> str:
    return code.rsplit(":", 1)[-1]


def _own_line(line: Answer) -> tuple[str, ...]:
    return tuple(line[name]["name"] for name in ("practice", "outcome") if name in line)


def _peer_line(line: Answer) -> tuple[str, ...]:
    names = ("practiceByPartnershipIdAndPracticeId", "outcomeByPartnershipIdAndOutcomeId")
    return tuple(line[name]["name"] for name in names if name in line)


def _own_award(award: Answer) -> object:
    funder = award.get("funder")
    return (
        _last(award["id"]),
        award["title"],
        funder and funder["organization"]["name"],
        sorted(_own_line(line) for line in award["allocations"]),
    )


def _peer_award(award: Answer) -> object:
    funder = award.get("funderByPartnershipIdAndFunderId")
    lines = award["ledgerAccountsByPartnershipIdAndInvestmentId"]["nodes"]
    return (
        award["rowId"],
        award["title"],
        funder and funder["organizationByPartnershipIdAndOrganizationId"]["name"],
        sorted(_peer_line(line) for line in lines),
    )


def _own_flat(award: Answer) -> object:
    return {**award, "id": _last(award["id"])}


def _peer_flat(award: Answer) -> object:
    source = {name: award.pop(f"source{name.capitalize()}") for name in ("system", "identifier", "file")}
    return {"id": award.pop("rowId"), "source": source, **award}


def _own_sum(row: Answer) -> tuple[str, str, str, int, Decimal]:
    outcome, tier, population, year = (_last(key["code"]) for key in row["keys"])
    return outcome, tier, population, int(year), Decimal(row["values"][0]["value"])


def _peer_sum(row: Answer) -> tuple[str, str, str, int, Decimal]:
    return row["outcome"], row["tier"], row["population"], row["year"], Decimal(row["amount"]) / 100


_PEER_FUNDER = "funderByPartnershipIdAndFunderId { organizationByPartnershipIdAndOrganizationId { name } }"
_PEER_PRACTICE = "practiceByPartnershipIdAndPracticeId { name }"
_PEER_OUTCOME = "outcomeByPartnershipIdAndOutcomeId { name }"
_PEER_LINES = 'ledgerAccountsByPartnershipIdAndInvestmentId(condition: {kind: "AVAILABLE"})'
_ORDER = "orderBy: [AWARDED_ON_DESC, PRIMARY_KEY_DESC]"
_LATEST = "order by i.awarded_on desc nulls last, i.id desc"
_OURS = f"i.partnership_id = (select id from partnership where slug = '{SLUG}')"

SHAPES = (
    Shape(
        "one",
        "query($id: ID!) { node(id: $id) { ... on Investment { id title funder { organization { name } }"
        " allocations { practice { name } } } } }",
        "query($p: UUID!, $id: UUID!) { investmentByPartnershipIdAndRowId(partnershipId: $p, rowId: $id) { rowId title"
        f" {_PEER_FUNDER} {_PEER_LINES} {{ nodes {{ {_PEER_PRACTICE} }} }} }} }}",
        f"select row_to_json(x) from (select i.id, i.title, {_FUNDER}, {_PRACTICE} from investment i"
        f" where {_OURS} and i.id = ($1::jsonb ->> 0)::uuid) x",
        lambda filled: [{"id": str(each)} for each in filled.investments],
        lambda found: _own_award(found["data"].get("node", found["data"])),
        lambda found: _peer_award(found["data"]["investmentByPartnershipIdAndRowId"]),
    ),
    Shape(
        "page",
        f'query($day: Date!) {{ partnership(slug: "{SLUG}") {{ investments(first: 100, filter: {{awardedFrom: $day,'
        " awardedTo: $day}) { nodes { id title funder { organization { name } } allocations { practice { name }"
        " outcome { name } } } } } }",
        f"query($day: Date!) {{ allInvestments(first: 100, condition: {{awardedOn: $day}}, {_ORDER}) {{ nodes {{ rowId"
        f" title {_PEER_FUNDER} {_PEER_LINES} {{ nodes {{ {_PEER_PRACTICE} {_PEER_OUTCOME} }} }} }} }} }}",
        f"select coalesce(json_agg(x), '[]') from (select i.id, i.title, {_FUNDER}, {_LINES} from investment i"
        f" where {_OURS} and i.awarded_on = ($1::jsonb ->> 0)::date {_LATEST} limit 100) x",
        lambda filled: [{"day": str(each)} for each in filled.days],
        lambda found: [_own_award(each) for each in _nodes(found, "investments")],
        lambda found: [_peer_award(each) for each in found["data"]["allInvestments"]["nodes"]],
    ),
    Shape(
        "nested",
        f'query($kind: FunderKind!) {{ partnership(slug: "{SLUG}") {{ funders(first: 20, filter: {{kinds: [$kind]}}) {{'
        " nodes { id organization { name } investments(first: 20) { nodes { id title allocations { practice { name }"
        " outcome { name } } } } } } } }",
        "query($kind: String!) { allFunders(first: 20, condition: {kind: $kind}) { nodes { rowId"
        " organizationByPartnershipIdAndOrganizationId { name } investmentsByPartnershipIdAndFunderId(first: 20,"
        f" {_ORDER}) {{ nodes {{ rowId title {_PEER_LINES} {{ nodes {{ {_PEER_PRACTICE} {_PEER_OUTCOME} }} }} }} }} }}"
        " } }",
        "select coalesce(json_agg(x), '[]') from (select f.id, (select row_to_json(o) from (select name from"
        " organization where partnership_id = f.partnership_id and id = f.organization_id) o) as organization,"
        f" (select json_build_object('nodes', json_agg(y)) from (select i.id, i.title, {_LINES} from investment i"
        f" where i.partnership_id = f.partnership_id and i.funder_id = f.id {_LATEST} limit 20) y) as investments"
        " from funder f where f.kind = $1::jsonb ->> 0 limit 20) x",
        lambda _: [{"kind": each} for each in ("FEDERAL", "STATE", "LOCAL", "INDIVIDUAL")],
        lambda found: sorted(
            (
                _last(each["id"]),
                each["organization"]["name"],
                [_own_award(one) for one in each["investments"]["nodes"]],
            )
            for each in _nodes(found, "funders")
        ),
        lambda found: sorted(
            (
                each["rowId"],
                each["organizationByPartnershipIdAndOrganizationId"]["name"],
                [_peer_award(one) for one in each["investmentsByPartnershipIdAndFunderId"]["nodes"]],
            )
            for each in found["data"]["allFunders"]["nodes"]
        ),
    ),
    Shape(
        "dollars",
        f'{{ partnership(slug: "{SLUG}") {{ alignment(input: {{measures: [COMMITTED], groupBy: [OUTCOME, EVIDENCE_TIER,'
        " POPULATION, FISCAL_YEAR], limit: 10000}) { rows { keys { code } values { value } } } } }",
        "{ peerDollars(first: 10000) { nodes { outcome tier population year amount } } }",
        "select json_agg(x) from (select json_build_array(json_build_object('code', outcome_id),"
        " json_build_object('code', tier), json_build_object('code', population_id), json_build_object('code',"
        " fiscal_year::text)) as keys, json_build_array(json_build_object('value', (amount * 0.01)::text)) as values"
        f" from ({TIER}) s) x where $1::jsonb is not null",
        lambda _: [{}],
        lambda found: sorted(_own_sum(each) for each in _sums(found)),
        lambda found: sorted(_peer_sum(each) for each in found["data"]["peerDollars"]["nodes"]),
    ),
    Shape(
        "flat",
        f'{{ partnership(slug: "{SLUG}") {{ investments(first: 1000) {{ nodes {{ {_FLAT} source {{ system identifier'
        " file } } } } }",
        f"{{ allInvestments(first: 1000, {_ORDER}) {{ nodes {{ {_FLAT.replace('id', 'rowId', 1)} sourceSystem"
        " sourceIdentifier sourceFile } } }",
        'select json_agg(x) from (select id, title, description, use, awarded_on as "awardedOn", awarded_on_precision'
        ' as "awardedOnPrecision", starts_on as "startsOn", ends_on as "endsOn", version, (select row_to_json(s) from'
        " (select source_system as system, source_identifier as identifier, source_file as file) s) as source"
        f" from investment i where {_OURS} {_LATEST} limit 1000) x where $1::jsonb is not null",
        lambda _: [{}],
        lambda found: [_own_flat(each) for each in _nodes(found, "investments")],
        lambda found: [_peer_flat(each) for each in found["data"]["allInvestments"]["nodes"]],
    ),
)


def _nodes(found: Answer, name: str) -> Answer:
    inner = found["data"]
    return inner if isinstance(inner, list) else inner["partnership"][name]["nodes"]


def _sums(found: Answer) -> Answer:
    inner = found["data"]
    return inner if isinstance(inner, list) else inner["partnership"]["alignment"]["rows"]


def tiers_of(known: list[Any]) -> list[tuple[UUID, UUID, str]]:  # Any: allocation.alignment.KnownTier
    """The rows of peer.tier; no study tells groups apart here."""
    return [(UUID(each.practice), UUID(each.outcome), each.tier.value) for each in known if each.outcome]
