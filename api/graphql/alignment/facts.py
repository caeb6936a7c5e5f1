"""The dollars and gifts that an alignment adds up, as SQL: one row for each combination of what is asked for.

Without a bucket the facts are balances of accounts; with one they are the entries behind them, on the days on
which they took effect, so that the buckets of a row add up to its balance.
"""

from dataclasses import dataclass
from typing import Final

from api.access import Right
from api.graphql.alignment.asked import AlignmentDimension, AlignmentMeasure, CountingLevel
from api.graphql.alignment.plan import SUMS, Plan
from api.graphql.common.enums import TimeBucket
from api.graphql.common.references import allowed_rows, optionally
from api.graphql.lookahead import Scope, Sql, all_of
from api.graphql.lookahead.sql import Binder
from api.graphql.money.amounts import ACCOUNT, INVESTMENT, LINES
from api.graphql.money.investment_filters import where_of
from api.graphql.money.investments import owner
from api.graphql.policy.visibility import PLAN, seen_plans

__all__ = ["Facts", "column_of"]

_LINED: Final = f"a.kind in ({', '.join(repr(kind) for kind in LINES)})"
_COLUMNS: Final = {
    "investment_id": "a.investment_id",
    **{
        name: f"a.{name}" for name in ("practice_id", "outcome_id", "population_id", "area_id", "position_id")
    },
    "fiscal_year": "a.fiscal_year",
    "use": f"case when {_LINED} then coalesce(a.use, 'UNASSIGNED') else i.use end",
    "is_line": _LINED,
    "funder_id": "i.funder_id",
    "recipient_id": "i.recipient_id",
    "starts": "coalesce(i.starts_on, i.awarded_on)",
}
_TYPES: Final = {"fiscal_year": "int", "use": "text", "is_line": "boolean", "starts": "date"}
_GIFTS: Final = {
    "practice_id": "k.practice_id",
    "position_id": "k.position_id",
    "funder_id": "g.id",
    "is_line": "false",
}
_SINGLE: Final = {AlignmentDimension.INVESTMENT, AlignmentDimension.RECIPIENT, AlignmentDimension.POSITION}
_UNDATED: Final = (
    "i.awarded_on is null and i.starts_on is null and t.kind in ('COMMITMENT', 'ALLOCATION', 'PLEDGE')"
)


def column_of(measure: AlignmentMeasure) -> str:
    """The column of a measure that is added up."""
    return f"m_{measure.value.lower()}"


@dataclass(frozen=True)
class Facts:
    """Writes the facts of one plan; `partnership` and `funder` are SQL for their ids."""

    plan: Plan
    binder: Binder
    partnership: str
    funder: str | None

    def ctes(self) -> list[str]:
        """`fact`, and what it is made of."""
        bodies = [self._summed(self._base())]
        if self.plan.asked.level is not CountingLevel.GROSS:
            bodies.append(self._summed(self._taken_out()))
        if self.plan.has_gifts:
            bodies.append(self._gifts())
        every = " union all ".join(bodies)
        return [f"fact as ({every})"]

    # ------------------------------------------------------------------ the ledger
    def _summed(self, base: str) -> str:
        keys = [f"b.{name}" for name in self.plan.columns]
        bucket = self._bucket("b.day")
        columns = ", ".join(
            [*keys, f"{bucket} as bucket", "b.unit as currency", *map(self._sum, self.plan.sums)]
        )
        if not self.plan.is_grouped_first:
            return f"select {columns} from ({base}) b"  # noqa: S608 - our own words, values bound
        count = len(keys) + 2
        groups = ", ".join(str(n + 1) for n in range(count))
        return f"select {columns} from ({base}) b group by {groups}"  # noqa: S608 - our own words, values bound

    def _sum(self, measure: AlignmentMeasure) -> str:
        found = SUMS.get(measure)
        if found is None:
            return f"0::numeric as {column_of(measure)}"
        amount = "-b.amount" if found.sign < 0 else "b.amount"
        if set(found.kinds) != set(self.plan.kinds):
            among = ", ".join(f"'{kind}'" for kind in found.kinds)
            amount = f"case when b.kind in ({among}) then {amount} else 0 end"
        return f"{f'sum({amount})' if self.plan.is_grouped_first else amount} as {column_of(measure)}"

    def _base(self, of: str | None = None) -> str:
        """The amounts of accounts or entries, credits above zero; `of` one investment alone."""
        kinds = [kind for kind in self.plan.kinds if kind != "PLEDGED"]
        bodies = []
        if kinds:
            bodies.append(self._entries(kinds, of) if self.plan.asked.bucket else self._balances(kinds, of))
        if "PLEDGED" in self.plan.kinds and of is None:
            bodies.append(self._pledges())
        return " union all ".join(bodies) or self._balances(["FEE"], of)

    def _balances(self, kinds: list[str], of: str | None) -> str:
        amount = "a.credits_posted - a.debits_posted"
        return self._select(amount, "null::date", "a.id", "ledger.account a", [self._kinds(kinds)], of)

    def _entries(self, kinds: list[str], of: str | None) -> str:
        source = (
            "ledger.account a"
            " join ledger.entry e on e.partnership_id = a.partnership_id and e.account_id = a.id"
            " join ledger.transfer t on t.partnership_id = e.partnership_id and t.id = e.transfer_id"
        )
        amount = "case e.side when 'C' then e.posted else -e.posted end"
        return self._select(amount, self._day(), "e.transfer_id", source, [self._kinds(kinds)], of)

    def _pledges(self) -> str:
        """What was pledged, on the line that it is for; what was voided or reversed is not."""
        source = (
            "ledger.transfer t join ledger.account a on a.partnership_id = t.partnership_id"
            " and a.id = case t.kind when 'REVERSAL' then t.debit_account_id else t.credit_account_id end"
        )
        voided = (
            "exists (select from ledger.transfer v where v.partnership_id = t.partnership_id"
            " and v.pending_id = t.id and v.phase = 'VOID')"
        )
        undone = (
            "exists (select from ledger.transfer o where o.partnership_id = t.partnership_id"
            " and o.id = t.reverses_id and o.kind = 'PLEDGE')"
        )
        met = [
            f"(t.kind = 'PLEDGE' and t.phase in ('PENDING', 'POSTED') and not {voided} or {undone})",
            allowed_rows(self._accounts.context, Right.READ_FLOWS)(self._accounts),
        ]
        amount = "case t.kind when 'REVERSAL' then -t.amount else t.amount end"
        day = self._day() if self.plan.asked.bucket else "null::date"
        return self._select(amount, day, "t.id", source, met, None, kind="'PLEDGED'")

    def _select(
        self,
        amount: str,
        day: str,
        tie: str,
        source: str,
        conditions: list[str],
        of: str | None,
        *,
        kind: str = "a.kind",
    ) -> str:
        known = _COLUMNS | {"use": self._use, "policy_plan_id": self._seen_plan}
        columns = [f"{known[name]} as {name}" for name in self.plan.columns]
        columns += [f"{kind} as kind", "a.unit", f"{amount} as amount", f"{day} as day", f"{tie} as tie"]
        met = [
            f"a.partnership_id = {self.partnership}",
            *conditions,
            *self._filters(),
        ]
        if self._needs_award:
            source += " join investment i on i.partnership_id = a.partnership_id and i.id = a.investment_id"
        met.append(f"a.investment_id = {of}" if of else "a.investment_id is not null")
        return f"select {', '.join(columns)} from {source} where {' and '.join(met)}"  # noqa: S608 - as above

    def _taken_out(self) -> str:
        """What regrants take out of the awards that they tie, in whole minor units that add up."""
        names = ", ".join(["b.unit", "b.kind", "b.day", *(f"b.{name}" for name in self.plan.columns)])
        committed = "b.kind in ('AVAILABLE', 'OBLIGATED', 'SPENT', 'FEE')"
        window = (
            f"partition by r.id, case when {committed} then '' else b.kind end"
            " order by b.kind, b.day, b.tie, b.amount rows unbounded preceding"
        )
        upto = f"sum(b.amount) over ({window})"
        amount = f"-(round({upto} * r.share) - round(({upto} - b.amount) * r.share))::bigint"
        lateral = f"cross join lateral ({self._base('r.id')} offset 0) b"
        return f"select {names}, {amount} as amount from removed r {lateral}"  # noqa: S608 - as above

    # ------------------------------------------------------------------ gifts in kind
    def _gifts(self) -> str:
        columns = [
            f"{_GIFTS.get(name, 'null')}::{_TYPES.get(name, 'uuid')} as {name}" for name in self.plan.columns
        ]
        day = "k.starts_on" if self.plan.asked.bucket else "null::date"
        home = f"(select p.currency from partnership p where p.id = {self.partnership})"  # noqa: S608 - as above
        worth = "round(k.quantity * k.unit_rate)"
        is_valued = "num_nulls(k.unit_rate, k.method, k.rate_source) = 0"
        sums = {
            AlignmentMeasure.IN_KIND_VALUE: f"sum(case when {is_valued} then {worth} else 0 end)",
            AlignmentMeasure.IN_KIND_HOURS: "sum(case when k.unit = 'HOUR' then k.quantity else 0 end)",
        }
        columns += [f"{self._bucket(day)} as bucket", f"coalesce(k.currency, {home}) as currency"]
        groups = ", ".join(str(n + 1) for n in range(len(columns)))
        columns += [f"{sums.get(each, '0::numeric')} as {column_of(each)}" for each in self.plan.sums]
        source = (
            "in_kind_resource k left join funder g"
            " on g.partnership_id = k.partnership_id and g.organization_id = k.donor_id"
        )
        met = f"k.partnership_id = {self.partnership} and {self._gift_filter()}"
        return f"select {', '.join(columns)} from {source} where {met} group by {groups}"  # noqa: S608 - as above

    def _gift_filter(self) -> str:
        from api.graphql.anchor.in_kind import IN_KIND

        wanted = self.plan.filter
        unsaid = (wanted.fiscal_years, wanted.outcomes, wanted.populations, wanted.areas, wanted.uses)
        if any(each is not None for each in unsaid):
            return "false"
        found = [f"g.id = {self.funder}"] if self.funder else []
        practices = optionally(IN_KIND.c.practice_id, wanted.practices, "Practice")
        if practices is not None:
            found.append(practices(Scope(self.binder, IN_KIND, "k")))
        return " and ".join(found) or "true"

    # ------------------------------------------------------------------ which, and when
    @property
    def _accounts(self) -> Scope:
        return Scope(self.binder, ACCOUNT, "a")

    @property
    def _needs_award(self) -> bool:
        plan = self.plan
        is_unlined = any(not SUMS[each].is_lined for each in plan.sums if each in SUMS)
        uses = is_unlined or AlignmentMeasure.COMMITTED in plan.sums  # fees lie on no line
        named = {"funder_id", "recipient_id", "starts", "policy_plan_id"}
        return (
            self.funder is not None
            or plan.filter.investment is not None
            or plan.asked.bucket is not None
            or bool(named & set(plan.columns))
            or (uses and ("use" in plan.columns or plan.filter.uses is not None))
        )

    def _kinds(self, kinds: list[str]) -> str:
        among = ", ".join(f"'{kind}'" for kind in kinds)
        return f"a.kind in ({among})"

    def _filters(self) -> list[str]:
        wanted, c = self.plan.filter, ACCOUNT.c
        lines = all_of(
            optionally(c.practice_id, wanted.practices, "Practice"),
            optionally(c.outcome_id, wanted.outcomes, "Outcome"),
            optionally(c.population_id, wanted.populations, "PopulationGroup"),
            optionally(c.area_id, wanted.areas, "Area"),
        )(self._accounts)
        found = [] if lines == "true" else [lines]
        if wanted.fiscal_years is not None:
            found.append(f"a.fiscal_year = any({self.binder.bind(wanted.fiscal_years)}::int[])")
        if wanted.uses is not None:
            uses = self.binder.bind([use.value for use in wanted.uses])
            found.append(f"{self._use} = any({uses}::text[])")
        if self.funder is not None:
            found.append(f"i.funder_id = {self.funder}")
        found += [condition(Scope(self.binder, INVESTMENT, "i")) for condition in self._award_filters()]
        return found

    @property
    def _use(self) -> str:
        return _COLUMNS["use"] if self._needs_award else "coalesce(a.use, 'UNASSIGNED')"

    @property
    def _seen_plan(self) -> str:
        """The award's policy plan, as far as the caller may see it: dollars tell no more of a plan than it does."""
        if "policy_plan_id" not in self.plan.columns:
            return "null::uuid"
        plan = Scope(self.binder, PLAN, "p")
        seen = seen_plans(self._accounts.context)(plan)
        return (
            f"(select p.id from {plan.source} where p.partnership_id = i.partnership_id"  # noqa: S608 - as above
            f" and p.id = i.policy_plan_id and {seen})"
        )

    def _award_filters(self) -> list[Sql]:
        """The filter on awards; and by time, single awards are for those who may read their transactions."""
        where = where_of(self.plan.filter.investment)
        found = [where] if where is not None else []
        if self.plan.asked.bucket is not None:
            is_single = self.plan.filter.investment is not None or _SINGLE.intersection(self.plan.axes)
            context = self._accounts.context
            if is_single or self.funder is not None:
                found.append(allowed_rows(context, Right.READ_BOOKS, owner))
            else:
                found.append(allowed_rows(context, Right.READ_FLOWS))
        return found

    def _day(self) -> str:
        return f"case when {_UNDATED} then null else t.effective_on end"

    def _bucket(self, day: str) -> str:
        """The first day of the bucket; years begin with the partnership's fiscal years."""
        bucket = self.plan.asked.bucket
        if bucket is None:
            return "null::date"
        if bucket is TimeBucket.MONTH:
            return f"date_trunc('month', {day}::timestamp)::date"
        shift = (
            "(select make_interval(months => p.fiscal_year_start_month - 1) from partnership p"  # noqa: S608 - as above
            f" where p.id = {self.partnership})"
        )
        return f"(date_trunc('{bucket.value.lower()}', {day}::timestamp - {shift}) + {shift})::date"
