"""Everything that a role can read of figures through the API, as bounds of sizes, shares and counts by place."""

import json
import re
from collections import defaultdict
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from decimal import ROUND_HALF_UP, Decimal
from typing import Any
from uuid import UUID

from allocation.frames.standing import read_standing
from allocation.targets import targets_of
from api.access import COMMUNITY, Caller
from api.demo.riverbend import SLUG
from api.graphql.common.context import Context
from api.graphql.door.limits import LIMITS
from api.graphql.door.operations import Call, Operations
from api.graphql.door.requests import Request
from api.graphql.schema import schema
from models.database import Database, Scope
from models.people import Role

from .ground import Counts, Place, placed
from .reckoning import MINIMUM, Told, rounded

Answer = dict[str, Any]  # a GraphQL object
PLACE = "indicator { name } area { name } population { dimension value label } periodEnd"
SHOWN = "value low high numerator denominator status reason suppression"
MEASUREMENTS = f"""query($slug: String!, $after: String, $statuses: [MeasurementStatus!]) {{
  partnership(slug: $slug) {{ measurements(first: 400, after: $after, filter: {{ statuses: $statuses }}) {{
    totalCount pageInfo {{ hasNextPage endCursor }}
    nodes {{ {PLACE} {SHOWN}
      publishedAs(on: "2100-01-01T00:00:00Z") {{ value low high numerator denominator status }} }} }} }} }}"""
DISPARITIES = f"""query($slug: String!, $rule: DisparityRuleInput, $after: String) {{ partnership(slug: $slug) {{
  disparities(first: 300, after: $after, rule: $rule) {{ totalCount pageInfo {{ hasNextPage endCursor }} nodes {{
    indicator {{ id name higherIsBetter }} area {{ id name }} population {{ id dimension value label }}
    status gap gapLow gapHigh ratio studentsBehind trend reason consecutivePeriods longestRun
    latest {{ periodEnd value status }} latestReference {{ {PLACE} {SHOWN} }} }} }} }} }}"""
COVERAGE = (
    f"""query($slug: String!) {{ partnership(slug: $slug) {{ coverage {{ {PLACE} status reason }} }} }}"""
)
QUALITY = """query($slug: String!, $after: String) { partnership(slug: $slug) {
  qualityFindings(first: 100, after: $after) { totalCount pageInfo { hasNextPage endCursor }
    nodes { kind message count share indicator { name } examples { sentence } } } } }"""
PATIENT = replace(LIMITS, deadline_seconds=300.0)  # for a machine that is busy with other things
STATUSES = ("REPORTED", "BANDED", "SUPPRESSED", "SUPPRESSED_AT_SOURCE", "NOT_APPLICABLE", "MISSING")


@dataclass
class Seen:
    """What was told of each place, where, and what does not agree with what the place itself shows."""

    released: dict[Place, Told] = field(default_factory=dict)
    told: dict[Place, Told] = field(default_factory=dict)
    leaks: list[str] = field(default_factory=list)

    def tell(self, place: Place, told: Told, where: str) -> None:
        """Something said of a place elsewhere: a leak where its own figure says less."""
        if place not in self.released:
            return
        if self.released[place].is_wider_than(told):
            self.leaks.append(f"{where}: {place}: {told}")
        self.told[place] = self.told[place].within(told)


def caller_of(role: Role, partnership_id: UUID) -> Caller:
    """Somebody of this role by a token."""
    if role is Role.COMMUNITY:
        return COMMUNITY
    return Caller(role.value, f"token:{role.value.lower()}", {partnership_id: role})


@dataclass
class Reader:
    """Asks as one caller."""

    database: Database
    caller: Caller
    truth: Mapping[Place, Counts]

    async def ask(self, query: str, **variables: object) -> Answer:
        """The partnership of the answer."""

        @asynccontextmanager
        async def contexts(_: Call) -> AsyncGenerator[Context]:
            async with Context(self.database, self.caller) as context:
                yield context

        request = Request(query, variables={"slug": SLUG, **variables})
        answer = json.loads((await Operations(schema(), contexts, PATIENT).run(request, Call())).body())
        assert "errors" not in answer, answer["errors"]
        found: Answer = answer["data"]["partnership"]
        return found

    async def pages(self, query: str, name: str, **variables: object) -> list[Answer]:
        """All nodes of a connection; how many it counts must be how many there are."""
        found: list[Answer] = []
        after = None
        while True:
            page = (await self.ask(query, after=after, **variables))[name]
            found += page["nodes"]
            if not page["pageInfo"]["hasNextPage"]:
                assert page["totalCount"] == len(found)
                return found
            after = page["pageInfo"]["endCursor"]

    async def everything(self) -> Seen:
        """All that this caller can read of the partnership's own figures."""
        seen = await self.pages_of_figures()
        await self.filters(seen)
        await self.margins(seen)
        return seen

    async def pages_of_figures(self) -> Seen:
        """What is told without asking twice for the same in different words."""
        seen = Seen()
        await self.figures(seen)
        await self.disparities(seen)
        await self.coverage(seen)
        await self.quality(seen)
        return seen

    async def figures(self, seen: Seen, statuses: Sequence[str] | None = None) -> None:
        """Every measurement, or those of some statuses, and what earlier releases showed of it."""
        for node in await self.pages(MEASUREMENTS, "measurements", statuses=statuses):
            place = place_of(node)
            if place not in self.truth:
                continue
            told = shown(node, self.truth[place])
            seen.released[place] = seen.told[place] = told
            if node["publishedAs"]:
                before = {**node["publishedAs"], "suppression": None}
                seen.tell(place, shown(before, self.truth[place]), "published before")
            if node["status"] == "SUPPRESSED" and _numbers(node["reason"]) - {str(MINIMUM)}:
                seen.leaks.append(f"reason: {place}: {node['reason']}")

    async def filters(self, seen: Seen, statuses: Sequence[str] = STATUSES) -> None:
        """Who answers to a status must show it."""
        for status in statuses:
            for node in await self.pages(MEASUREMENTS, "measurements", statuses=[status]):
                if node["status"] != status and place_of(node) in self.truth:
                    seen.leaks.append(f"filter: {place_of(node)} is found as {status}")

    async def disparities(self, seen: Seen) -> None:
        """Gaps added to the reference's own figure, students behind divided by the gap, and the order told."""
        nodes = await self.pages(DISPARITIES, "disparities")
        self._order(nodes, seen)
        for node in nodes:
            if node["latestReference"] is None or node["latest"] is None:
                continue
            place = place_of({**node, "periodEnd": node["latest"]["periodEnd"]})
            gap, reference = node["gap"], node["latestReference"]["value"]
            behind = node["studentsBehind"]
            if place in self.truth and behind is not None and behind != _behind(self.truth[place], gap):
                seen.leaks.append(f"students behind: {place}: {behind}")
            if gap is not None and reference is not None and place in seen.released:
                sign = -1 if node["indicator"]["higherIsBetter"] else 1
                low, high = rounded(Decimal(reference))
                near, far = sorted(sign * share for share in rounded(Decimal(gap)))
                share = (max(low + near, 0.0), min(high + far, 1.0))
                if node["latest"]["value"] is None:
                    seen.tell(place, Told(share=share), "gap")
                elif Decimal(reference).as_tuple().exponent == 0 and Decimal(gap) % 1:
                    seen.leaks.append(f"gap: {place}: {gap} between whole percents")

    def _order(self, nodes: list[Answer], seen: Seen) -> None:
        """Within a status those without a gap come last, by their ids: any other order tells of what is hidden."""
        by_status: dict[str, list[Answer]] = defaultdict(list)
        for node in nodes:
            by_status[node["status"]].append(node)
        for status, listed in by_status.items():
            told = sum(node["gap"] is not None for node in listed)
            hidden = [node for node in listed if node["gap"] is None]
            ids = [tuple(node[name]["id"] for name in ("indicator", "area", "population")) for node in hidden]
            if listed[told:] != hidden or ids != sorted(ids):
                seen.leaks.append(f"order: those without a gap among {status}")

    async def margins(self, seen: Seen) -> None:
        """Bisection by a proposed margin: who shows no figure must be judged alike at every margin."""
        answers = defaultdict(set)
        for margin in (1, 20):
            for node in await self.pages(DISPARITIES, "disparities", rule={"margin": margin}):
                if node["latest"] and node["latest"]["value"] is None and node["gap"] is None:
                    place = place_of({**node, "periodEnd": node["latest"]["periodEnd"]})
                    if place in self.truth:
                        answers[place].add(node["status"])
        seen.leaks += [f"margin: {place}: {found}" for place, found in answers.items() if len(found) > 1]

    async def coverage(self, seen: Seen) -> None:
        """A hole must not say more than the figure does."""
        for node in (await self.ask(COVERAGE))["coverage"]:
            place = place_of(node)
            if place in seen.released and node["status"] == "NOT_APPLICABLE":
                seen.tell(place, Told(size=(0, 0)), "coverage")
            elif place in seen.released and _numbers(node["reason"]) - {str(MINIMUM)} - _ends(node["reason"]):
                seen.leaks.append(f"coverage: {place}: {node['reason']}")

    async def quality(self, seen: Seen) -> None:
        """Examples that tell counts, or a number of a place that shows none."""
        own = {place.indicator for place in self.truth}
        for node in await self.pages(QUALITY, "qualityFindings"):
            if node["indicator"]["name"] not in own:
                continue
            for each in node["examples"]:
                sentence = each["sentence"]
                counted = re.search(r"\d+ of \d+ is|\d+ in the groups, \d+ in all", sentence)
                if counted or (node["kind"] in ("OUTLIER", "BREAK") and _is_raw(sentence)):
                    seen.leaks.append(f"quality: {node['kind']}: {sentence}")


async def needs(database: Database, partnership_id: UUID, truth: Mapping[Place, Counts], seen: Seen) -> None:
    """What the optimizer starts from, which its answers may betray: the rate and people of each group."""
    async with database.session(Scope.of(partnership_id)) as session:
        standing = await read_standing(session, partnership_id)
    names = {each.name: each.id for each in standing.areas.values()}
    found = {(each.indicator.name, each.area, each.population): each for each in targets_of(standing)}
    newest: dict[tuple[str, str, str, str], Place] = {}
    for place in truth:
        key = (place.indicator, place.area, place.dimension, place.group)
        newest[key] = max(newest.get(key, place), place)
    for place in newest.values():
        for population in standing.populations.values():
            is_same = (population.dimension, population.value) == (place.dimension, place.group)
            target = found.get((place.indicator, names[place.area], population.id))
            if is_same and target is not None and place in seen.released:
                share = rounded(Decimal(str(round(target.rate * 100, 6))).normalize())
                seen.tell(place, Told(share=share), "need")
                if target.people % MINIMUM:
                    seen.leaks.append(f"need: {place}: {target.people} people")


def place_of(node: Answer) -> Place:
    """Which figure a node tells of."""
    population = node["population"]
    return placed(
        node["indicator"]["name"],
        node["periodEnd"],
        node["area"]["name"],
        (population["dimension"], population["value"]),
    )


def shown(node: Answer, true: Counts) -> Told:
    """What a figure tells. That it is shown tells that its group is large, and the attacker is given its ten."""
    if node["suppression"] == "SMALL_COUNT":
        return Told(size=(0, MINIMUM - 1))
    if node["status"] not in ("REPORTED", "BANDED"):
        return Told(size=(MINIMUM if node["suppression"] == "COMPLEMENTARY" else 0, 4000))
    low = true.size // MINIMUM * MINIMUM
    size = (low, low + MINIMUM - 1)
    if node["denominator"] is not None:
        size = (node["denominator"], node["denominator"])
    count = (0.0, float("inf")) if node["numerator"] is None else (node["numerator"], node["numerator"])
    if node["value"] is not None:
        return Told(size, rounded(Decimal(node["value"])), count)
    ends = (node["low"] or 0, 100 if node["high"] is None else node["high"])
    return Told(size, (float(ends[0]) / 100, float(ends[1]) / 100), count)


def _behind(counts: Counts, gap: str | None) -> int | None:
    """Those short of parity in the least group of the step of ten, halves up: no more than the step is told."""
    if gap is None:
        return None
    people = counts.size // MINIMUM * MINIMUM * max(Decimal(gap), Decimal(0)) / 100
    return int(people.quantize(Decimal(1), ROUND_HALF_UP))


def _numbers(sentence: str | None) -> set[str]:
    return set(re.findall(r"\d+(?:\.\d+)?", sentence or ""))


def _ends(sentence: str | None) -> set[str]:
    """The ends that a coded figure tells, and the steps of a count."""
    return set(re.findall(r"(\d+) percent or (?:less|more)", sentence or ""))


def _is_raw(sentence: str) -> bool:
    """Our own figures are released as whole percents: a decimal of one is a raw figure."""
    told = sentence.rsplit(": ", 1)[-1].split(", where", maxsplit=1)[0]
    return any("." in number and not number.endswith(".0") for number in _numbers(told))
