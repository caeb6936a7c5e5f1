"""From facts to rows: what is joined, how keys are made, and which rows are shown, as one WITH clause.

`line` has facts with their keys, `keyed` the sums by bucket, keys and currency, `head` the counts, `need` those
who are behind, `grid` one row for each bucket and keys, and `shown` those of them that the limit leaves.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from api.graphql.alignment.asked import AlignmentDimension, AlignmentMeasure, CountingLevel
from api.graphql.alignment.dimensions import DIMENSIONS, NOBODY, STATUS, TIER
from api.graphql.alignment.facts import Facts, column_of
from api.graphql.alignment.known import Known
from api.graphql.alignment.plan import COUNTS, NEED_DIMENSIONS, PEOPLE, Plan
from api.graphql.alignment.regrants import flows, removed
from api.graphql.lookahead.sql import Binder, table_name

__all__ = ["Statement"]

Measure = AlignmentMeasure
Axis = AlignmentDimension
_NO_BUCKET: Final = "'infinity'::date"
MONEY: Final = "currency not like 'u:%'"
"""Accounts of other units are no dollars; asked of sums, since asking it of each of a million rows takes long."""
_FUNDER_NAME: Final = (
    "(select o.name from funder x join organization o on o.partnership_id = x.partnership_id"
    " and o.id = x.organization_id where x.partnership_id = {p} and x.id = g.{k})"
)
_RESULTS: Final = """result as (
  select i.outcome_id as outcome, m.population_id as population, max(m.period_end) as latest
  from measurement m join indicator i on i.partnership_id = m.partnership_id and i.id = m.indicator_id
  join figure x on x.partnership_id = m.partnership_id and x.measurement_id = m.id and x.is_newest
  where m.partnership_id = {p} and x.status in ('REPORTED', 'BANDED') group by 1, 2)"""
_NEED_KEYS: Final = {
    Axis.OUTCOME: "n.outcome",
    Axis.INDICATOR: "n.indicator",
    Axis.POPULATION: "n.population",
    Axis.AREA: "n.area",
    Axis.DISPARITY_STATUS: "n.status",
    Axis.OUTCOME_TREND: "coalesce(headline.trend, 'NO_DATA')",
}


@dataclass(frozen=True)
class Statement:
    """Writes the CTEs for one plan, whose question runs for `partnership` (and `funder`), given as SQL."""

    plan: Plan
    known: Known
    binder: Binder
    partnership: str
    funder: str | None

    @property
    def keys(self) -> list[str]:
        """The columns of the keys."""
        return [f"k{n}" for n in range(len(self.plan.axes))]

    def ctes(self) -> str:
        """All of them, in order."""
        facts = Facts(self.plan, self.binder, self.partnership, self.funder)
        parts = [flows(self.partnership)]
        if self.plan.asked.level is not CountingLevel.GROSS:
            parts.append(removed(self.plan.asked.level or CountingLevel.NET_INTO_PARTNERSHIP))
        parts += [*self._lookups(), *facts.ctes(), *self._needs(), self._lines(), self._keyed()]
        parts += [self._heads()] if self.plan.has_counts else []
        parts += [
            self._grid(),
            self._placed(),
            f"shown as (select * from placed where n <= {self._limit()})",  # noqa: S608 - as above
        ]
        return ",\n".join(parts)

    # ------------------------------------------------------------------ what was reckoned before
    def _lookups(self) -> list[str]:
        found, known = [], self.known
        if self.plan.needs_tiers:
            rows = [(e.practice, e.outcome, e.population, e.tier.value, e.blocker) for e in known.tiers]
            found.append(self._given("tier", "practice outcome population", "tier blocker", rows))
        if self.plan.needs_outcomes or self.plan.has_people:
            told = [(outcome, of, known.trends[outcome].value) for outcome, of in known.indicators.items()]
            found.append(self._given("headline", "outcome indicator", "trend", told))
        if self.plan.needs_needs:
            needs = [
                (e.outcome, e.indicator, e.population, e.area, e.status.value, str(e.is_home), e.students)
                for e in known.needs
            ]
            ids = "outcome indicator population area"
            found.append(self._given("disparity", ids, "status is_home students", needs))
        if "result" in self.plan.joins:
            found.append(_RESULTS.format(p=self.partnership))
        return found

    def _given(self, name: str, ids: str, words: str, rows: Sequence[tuple[object, ...]]) -> str:
        """A CTE of rows that are bound; an id that is not said is the one of nobody."""
        names = [*ids.split(), *words.split()]
        columns = list(zip(*rows, strict=True)) or [()] * len(names)
        arrays = []
        for n, values in enumerate(columns):
            if n < len(ids.split()):
                arrays.append(f"{self.binder.bind([each or '0' * 32 for each in values])}::uuid[]")
            else:
                arrays.append(f"{self.binder.bind([None if e is None else str(e) for e in values])}::text[]")
        return (
            f"{name} as materialized (select * from unnest({', '.join(arrays)}) {name}({', '.join(names)}))"  # noqa: S608 - as above
        )

    # ------------------------------------------------------------------ facts with their keys
    def _joined(self) -> str:
        nobody = "coalesce(f.{}, '00000000-0000-0000-0000-000000000000')".format
        known = {
            "tier": "left join tier own_tier on own_tier.practice = f.practice_id"
            f" and own_tier.outcome = {nobody('outcome_id')} and own_tier.population = f.population_id"
            " left join tier on tier.practice = f.practice_id"
            f" and tier.outcome = {nobody('outcome_id')} and tier.population = {NOBODY}",
            "headline": "left join headline on headline.outcome = f.outcome_id",
            "result": "left join result on result.outcome = f.outcome_id and result.population = f.population_id",
            "own_need": "left join disparity own_need on own_need.outcome = f.outcome_id"
            " and own_need.population = f.population_id and own_need.area = f.area_id",
            "home_need": "left join disparity home_need on home_need.outcome = f.outcome_id"
            " and home_need.population = f.population_id and home_need.is_home = 'True'",
            "giver": f"left join funder giver on giver.partnership_id = {self.partnership} and giver.id = f.funder_id",
        }
        return " ".join(sql for name, sql in known.items() if name in self.plan.joins)

    def _lines(self) -> str:
        keys = [f"{self._key(axis)} as k{n}" for n, axis in enumerate(self.plan.axes)]
        counted = ["f.investment_id", "f.funder_id"] if self.plan.has_counts else []
        sums = [f"f.{column_of(each)}" for each in self.plan.sums]
        columns = [
            *keys,
            f"coalesce(f.bucket, {_NO_BUCKET}) as bucket",
            "f.currency",
            *counted,
            *sums,
            "false as is_kept",
        ]
        met = []
        if self.plan.filter.tiers is not None:
            tiers = self.binder.bind([each.value for each in self.plan.filter.tiers])
            met.append(f"{TIER} = any({tiers}::text[])")
        if self.plan.filter.persistent_only:
            met.append(f"{STATUS} = 'PERSISTENT'")
        where = f" where {' and '.join(met)}" if met else ""
        body = f"select {', '.join(columns)} from fact f {self._joined()}{where}"  # noqa: S608 - our own words, values bound
        return f"line as ({body}{self._deserts()})"

    def _key(self, axis: Axis) -> str:
        dimension = DIMENSIONS[axis]
        return f"coalesce({dimension.key}, {dimension.shape.unknown})"

    def _deserts(self) -> str:
        """A line of no dollars for each of those behind, so that nobody is missing for whom there are none."""
        if not self.plan.has_deserts:
            return ""
        home = f"(select p.currency from partnership p where p.id = {self.partnership})"  # noqa: S608 - as above
        counted = ["null::uuid", "null::uuid"] if self.plan.has_counts else []
        columns = [f"n.{key}" for key in self.keys]
        columns += [_NO_BUCKET, home, *counted, *("0" for _ in self.plan.sums), "true"]
        return f" union all select {', '.join(columns)} from need n"  # noqa: S608 - as above

    def _keyed(self) -> str:
        names = ["bucket", *self.keys, "currency"]
        sums = [f"sum({column_of(each)}) as {column_of(each)}" for each in self.plan.sums]
        some = " or ".join(f"sum({column_of(each)}) <> 0" for each in self.plan.sums)
        return (
            f"keyed as (select {', '.join(names + sums)} from line group by {', '.join(names)}"  # noqa: S608 - as above
            f" having (({some}) and {MONEY}) or bool_or(is_kept))"
        )

    def _heads(self) -> str:
        """An award counts where more of it is committed than taken back; a funder where one of its awards does."""
        names = ", ".join(["bucket", *self.keys])
        each = (
            f"select {names}, investment_id, funder_id from line where investment_id is not null and {MONEY}"  # noqa: S608 - as above
            f" group by {names}, investment_id, funder_id having sum({column_of(Measure.COMMITTED)}) > 0"
        )
        return (
            f"head as (select {names}, count(distinct investment_id) as c_investments,"  # noqa: S608 - as above
            f" count(distinct funder_id) as c_funders from ({each}) x group by {names})"
        )

    # ------------------------------------------------------------------ those who are behind
    def _needs(self) -> list[str]:
        """One row for each key that says who is behind: an outcome and group count once, in the whole area."""
        if not self.plan.has_people:
            return []
        keys = [
            f"{_NEED_KEYS[axis]} as k{n}" for n, axis in enumerate(self.plan.axes) if axis in NEED_DIMENSIONS
        ]
        met = ["true"] if Axis.AREA in self.plan.axes else ["n.is_home = 'True'"]
        wanted = self.plan.filter
        for texts, column in (
            (wanted.outcomes, "outcome"),
            (wanted.populations, "population"),
            (wanted.areas, "area"),
        ):
            if texts is not None:
                ids = [text.rsplit(":", 1)[-1] for text in texts]
                met.append(f"n.{column}::text = any({self.binder.bind(ids)}::text[])")
        if wanted.persistent_only:
            met.append("n.status = 'PERSISTENT'")
        groups = ", ".join(str(n + 1) for n in range(len(keys)))
        body = (
            f"select {', '.join(keys)}, sum(n.students::numeric) as students,"  # noqa: S608 - as above
            " count(*) filter (where n.students is null) as hidden"
            " from disparity n left join headline on headline.outcome = n.outcome"
            f" where {' and '.join(met)} group by {groups}"
        )
        share = "students / nullif(sum(students) over (), 0) as student_share"
        return [f"need as materialized (select *, {share} from ({body}) x)"]  # noqa: S608 - as above

    # ------------------------------------------------------------------ rows
    def _grid(self) -> str:
        names = ["bucket", *self.keys]
        grid = f"(select {', '.join(names)} from keyed group by {', '.join(names)}) g"  # noqa: S608 - as above
        columns = [f"g.{name}" for name in names]
        joins = ""
        if self.plan.has_counts:
            met = " and ".join(f"head.{name} = g.{name}" for name in names)
            joins += f" left join head on {met}"
            columns += [
                "coalesce(head.c_investments, 0) as c_investments",
                "coalesce(head.c_funders, 0) as c_funders",
            ]
        if self.plan.has_people:
            met = " and ".join(
                f"need.k{n} = g.k{n}" for n, axis in enumerate(self.plan.axes) if axis in NEED_DIMENSIONS
            )
            joins += f" left join need on {met}"
            columns += ["need.students", "need.student_share", "need.hidden"]
        order = self.plan.asked.order_by
        if order is not None and order.measure not in (*COUNTS, *PEOPLE):
            met = " and ".join(f"sorted.{name} = g.{name}" for name in names)
            joins += f" left join {self._sorted_by(order.measure)} sorted on {met}"
            columns.append("sorted.sorted_by")
        return f"grid as (select {', '.join(columns)} from {grid}{joins})"  # noqa: S608 - as above

    def _sorted_by(self, measure: Measure) -> str:
        """Each row's measure in the partnership's own currency; hours have none."""
        column = column_of(self.plan.shared if measure is Measure.SHARE else measure)
        names = ", ".join(["bucket", *self.keys])
        met = "true"
        if measure is not Measure.IN_KIND_HOURS:
            met = f"c.currency = (select p.currency from partnership p where p.id = {self.partnership})"  # noqa: S608 - as above
        return f"(select {names}, sum(c.{column}) as sorted_by from keyed c where {met} group by {names})"  # noqa: S608 - as above

    def _placed(self) -> str:
        labels, joins = [], ""
        for n, axis in enumerate(self.plan.axes):
            dimension = DIMENSIONS[axis]
            if axis is Axis.FUNDER:
                labels.append(f"{_FUNDER_NAME.format(p=self.partnership, k=f'k{n}')} as l{n}")
            elif dimension.table is not None:
                joins += (
                    f" left join {table_name(dimension.table)} d{n} on d{n}.partnership_id = {self.partnership}"
                    f" and d{n}.id = g.k{n}"
                )
                labels.append(f"d{n}.{dimension.label} as l{n}")
            else:
                labels.append(f"nullif(g.k{n}::text, {self._unknown_text(n)}) as l{n}")
        inner = f"select g.*{''.join(f', {label}' for label in labels)} from grid g{joins}"  # noqa: S608 - as above
        order = [*self._order(), "bucket"]
        order += [f'l{n} collate "C" nulls last' for n in range(len(labels))] + self.keys
        return (
            f"placed as (select x.*, row_number() over (order by {', '.join(order)}) as n from ({inner}) x)"  # noqa: S608 - as above
        )

    def _unknown_text(self, n: int) -> str:
        return f"({DIMENSIONS[self.plan.axes[n]].shape.unknown})::text"

    def _order(self) -> list[str]:
        order = self.plan.asked.order_by
        if order is None:
            return []
        columns = {
            Measure.INVESTMENTS: "c_investments",
            Measure.FUNDERS: "c_funders",
            Measure.STUDENTS_BEHIND: "students",
            Measure.SHARE_OF_STUDENTS_BEHIND: "student_share",
        }
        if order.measure in PEOPLE and not self.plan.has_people:
            return []
        column = columns.get(order.measure, "sorted_by")
        return [f"{column} {'desc' if order.descending else 'asc'} nulls last"]

    def _limit(self) -> str:
        return f"{self.binder.bind(self.plan.asked.limit)}::int"
