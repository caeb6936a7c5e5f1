"""The rules as rows: one function a constraint, whose docstring is the formula; changes when a rule does.

B budget, m minimum spend, l committed, X today's money, h overhead share, K cost a participant, phi and q
multiplier and width of a step of returns, e effect, a units a participant needs, H supply, G gap, N people.
"""

from collections.abc import Callable, Iterable

from allocation.optimizer.classes import whole_share
from allocation.optimizer.formulation import Formulation, Standing
from allocation.optimizer.layout import UNIT, Layout
from allocation.optimizer.program import Key, Term
from allocation.problem import InKindSupply

Constraint = Callable[[Formulation], None]


def budget(model: Formulation) -> None:
    """sum_c x[s,c] + o[s] <= B[s] for each class s."""
    for place, each in enumerate(model.classes):
        model.program.row(("budget", place), model.money(place), upper=each.budget / UNIT)


def minimum_spend(model: Formulation) -> None:
    """sum_c x[s,c] + o[s] >= m[s] for each class s that must spend."""
    for place, each in enumerate(model.classes):
        if each.minimum_spend:
            model.program.row(("minimum_spend", place), model.money(place), lower=each.minimum_spend / UNIT)


def commitment(model: Formulation) -> None:
    """x[s,c] >= l[s,c] and o[s] >= l[s]: written as rows only where a conflict is to be named."""
    if not model.locks_as_rows:
        return
    for place, each in enumerate(model.classes):
        for spot in sorted(each.locked):
            if each.locked[spot]:
                column = model.program.columns["x", place, spot]
                lower = each.locked[spot] / UNIT
                model.program.row(("commitment", place, spot), [(column, 1.0)], lower=lower)
        if each.other_locked:
            column = model.program.columns["o", place]
            model.program.row(("commitment", place), [(column, 1.0)], lower=each.other_locked / UNIT)


def cost_of_participants(model: Formulation) -> None:
    """sum_s (1 - h[s]) x[s,c] - K[c] sum_k y[c,k] - w[c] = 0 for each spot c: dollars are participants."""
    columns = model.program.columns
    for spot, place in enumerate(model.layout.spots):
        terms: list[Term] = [
            (columns["x", s, spot], 1 - each.overhead_share)
            for s, each in enumerate(model.classes)
            if ("x", s, spot) in columns
        ]
        participants = model.participants(spot)
        if place.cost is None or not (terms or participants):
            continue
        terms += [(column, -place.cost) for column, _ in participants]
        if ("w", spot) in columns:
            terms.append((columns["w", spot], -1.0))
        model.program.row(("cost", spot), terms, lower=0.0, upper=0.0)


def capacity(model: Formulation) -> None:
    """sum_g sum_k y[c,k] <= capacity[p] - taken[p,t] for each practice p and fiscal year t."""
    for place, practice in enumerate(model.layout.practices):
        if practice.capacity is None:
            continue
        own = [c for c, spot in enumerate(model.layout.spots) if spot.practice.id == practice.id]
        for year, spots in _by_year(model, own).items():
            terms = [term for spot in spots for term in model.participants(spot)]
            if terms:
                model.program.row(("capacity", place, year), terms, upper=practice.places(year) or 0.0)


def in_kind(model: Formulation) -> None:
    """sum_c a[c,r] sum_k y[c,k] <= H[r,t] for each in-kind resource r and fiscal year t."""
    for place, supply in enumerate(in_kind_supplies(model.layout)):
        terms: list[Term] = []
        for spot, each in enumerate(model.layout.spots):
            if each.is_harmful or supply.fiscal_year not in (None, each.cell.fiscal_year):
                continue
            needs = each.practice.in_kind_needs
            units = sum(need.units for need in needs if need.resource == supply.resource)
            terms += [(column, units) for column, _ in model.participants(spot) if units]
        if terms:
            model.program.row(("in_kind", place), terms, upper=supply.units)


def reach(model: Formulation) -> None:
    """sum_p sum_k y[c,k] <= N[g] * practices per person for each group g and fiscal year."""
    limit = model.layout.rules.practices_per_person
    if limit is None:
        return
    for place, group in enumerate(model.layout.groups):
        for year, spots in _by_year(model, model.layout.spots_of_group[place]).items():
            terms = [term for spot in spots for term in model.participants(spot)]
            if terms:
                model.program.row(("reach", place, year), terms, upper=limit * group.people)


def gap(model: Formulation) -> None:
    """z[g] - sum_{c of g} e[c] sum_k phi[c,k] y[c,k] <= 0 for each group g; z[g] <= G[g] is its bound."""
    for place in range(len(model.layout.groups)):
        terms: list[Term] = [(model.program.columns["z", place], 1.0)]
        terms += [(column, -value) for column, value in model.group_benefit(place)]
        model.program.row(("gap", place), terms, upper=0.0)


def worst_off(model: Formulation) -> None:
    """z[g] / G[g] - t >= 0 for each persistently behind group g that can be reached."""
    for place in model.worst_off:
        columns, size = model.program.columns, model.layout.groups[place].gap
        model.program.row(
            ("worst_off", place), [(columns["z", place], 1 / size), (columns["t",], -1.0)], lower=0.0
        )


def floor(model: Formulation) -> None:
    """sum_{c of g} e[c] sum_k phi[c,k] y[c,k] >= V - (1 - floor share) |V|, V the group's benefit today."""
    if model.standing is None:
        return
    for place, least in floors(model.layout, model.standing).items():
        model.program.row(("floor", place), model.group_benefit(place), lower=least)


def release(model: Formulation) -> None:
    """x[s,c] + d[s,c] >= X[s,c] and o[s] + e[s] >= X[s]: what leaves a line is released."""
    columns = model.program.columns
    pairs: list[tuple[Key, Key, int]] = []
    for place, each in enumerate(model.classes):
        pairs += [(("x", place, c), ("d", place, c), each.current[c]) for c in sorted(each.current)]
        pairs.append((("o", place), ("e", place), each.other))
    for money, released, today in pairs:
        if released in columns:
            terms = [(columns[money], 1.0), (columns[released], 1.0)]
            model.program.row(("release", *money[1:]), terms, lower=today / UNIT)


def shift_cap(model: Formulation) -> None:
    """sum of released money of a funder <= maximum shift * its dollars; the same over all funders."""
    rules = model.layout.rules
    if rules.maximum_shift_share is not None:
        for place, funder in enumerate(funders(model.layout)):
            members = [s for s, each in enumerate(model.classes) if each.funder_id == funder]
            _cap(model, ("shift_cap", place), members, rules.maximum_shift_share)
    if rules.maximum_total_shift_share is not None:
        _cap(model, ("shift_cap",), list(range(len(model.classes))), rules.maximum_total_shift_share)


def change_cap(model: Formulation) -> None:
    """sum of released money of a fund <= its change cap share * B."""
    for place, each in enumerate(model.classes):
        terms = model.released(place)
        if each.change_cap is not None and terms:
            model.program.row(("change_cap", place), terms, upper=each.change_cap / UNIT)


CONSTRAINTS: tuple[Constraint, ...] = (
    budget,
    minimum_spend,
    commitment,
    cost_of_participants,
    capacity,
    in_kind,
    reach,
    gap,
    worst_off,
    floor,
    release,
    shift_cap,
    change_cap,
)
"""Every constraint, in the order of its rows."""

SERVICE_CONSTRAINTS: tuple[Constraint, ...] = (capacity, in_kind, reach, gap, worst_off)
"""What limits the use of dollars that already lie somewhere."""


def funders(layout: Layout) -> tuple[str, ...]:
    """Ids of the funders in order; a shift_cap row bears the place of its funder."""
    return tuple(sorted({purse.fund.funder_id for purse in layout.purses}))


def floors(layout: Layout, today: Standing) -> dict[int, float]:
    """The least benefit that each group (by place) must keep."""
    found: dict[int, float] = {}
    for place, group in enumerate(layout.groups):
        benefit = today.group_benefit(layout, place)
        if group.floor_share is not None and benefit:
            found[place] = benefit - (1 - group.floor_share) * abs(benefit)
    return found


def in_kind_supplies(layout: Layout) -> tuple[InKindSupply, ...]:
    """Supplies in order; an in_kind row bears the place of its supply."""
    return tuple(sorted(layout.rules.in_kind, key=lambda each: (each.resource, each.fiscal_year or 0)))


def _cap(model: Formulation, key: Key, members: list[int], share: float) -> None:
    terms = [term for place in members for term in model.released(place)]
    dollars = sum(model.classes[place].budget for place in members)
    if terms:
        model.program.row(key, terms, upper=whole_share(share, dollars) / UNIT)


def _by_year(model: Formulation, spots: Iterable[int]) -> dict[int, list[int]]:
    """Spots that share a yearly limit: harmful ones are served as their money goes and draw on none."""
    found: dict[int, list[int]] = {}
    for spot in spots:
        if not model.layout.spots[spot].is_harmful:
            found.setdefault(model.layout.spots[spot].cell.fiscal_year, []).append(spot)
    return dict(sorted(found.items()))
