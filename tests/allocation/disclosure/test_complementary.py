"""Which further cells are withheld, against a published table and by hand."""

from allocation.disclosure.audit import breaches, interval_of
from allocation.disclosure.complementary import Choice, optimal, repair
from allocation.disclosure.tables import Known, Protection, Quantity, Sum, Table

# Fischetti and Salazar (2000), after Willenborg and de Waal: three activities (rows) in three regions, the cell
# of 22 sensitive with protection levels 5 and 5. Published answer: withhold 8, 22, 17 and 12, a loss of 59, after
# which an attacker knows 5 to 30.
CELLS = (20, 50, 10, 8, 19, 22, 17, 32, 12)
SENSITIVE = 5


def _published() -> Table:
    rows = [sum(CELLS[3 * row : 3 * row + 3]) for row in range(3)]
    columns = [sum(CELLS[column::3]) for column in range(3)]
    values = (*CELLS, *rows, *columns, sum(CELLS))
    sums = [Sum(9 + row, (3 * row, 3 * row + 1, 3 * row + 2)) for row in range(3)]
    sums += [Sum(12 + column, (column, column + 3, column + 6)) for column in range(3)]
    sums += [Sum(15, (9, 10, 11)), Sum(15, (12, 13, 14))]
    known = [Known(value, value) for value in values]
    known[SENSITIVE] = Known()
    return Table(tuple(known), tuple(sums), ceiling=1000.0)


WANTED = Protection((SENSITIVE,), Quantity.SIZE, 3, actual=22, under=5, over=5)
CHOICES = {place: Choice(value, Known()) for place, value in enumerate(CELLS) if place != SENSITIVE}


def test_withholding_the_sensitive_cell_alone_tells_it_exactly() -> None:
    found = interval_of(_published(), WANTED)
    assert (found.low, found.high) == (22, 22)


def test_the_published_table_is_protected_at_the_published_loss() -> None:
    chosen = optimal(_published(), [WANTED], CHOICES)
    assert chosen is not None
    assert {CELLS[place] for place in chosen} | {22} == {8, 22, 17, 12}
    assert sum(CELLS[place] for place in chosen) + 22 == 59


def test_the_attacker_of_the_published_table_knows_the_published_interval() -> None:
    chosen = optimal(_published(), [WANTED], CHOICES) or frozenset()
    found = interval_of(_published().telling({place: Known() for place in chosen}), WANTED)
    assert (found.low, found.high) == (5, 30)


def test_what_no_choice_protects_is_said_to_remain() -> None:
    table = _published()
    answer = repair(table, [WANTED], {0: CHOICES[0]}, breaches(table, [WANTED]))
    assert [each.place for each in answer.breaches] == [0]


def test_a_large_table_is_repaired_greedily_with_the_next_smallest_cell() -> None:
    # One row of 120 groups of 20 to 139 people and one of 5, withheld: the smallest, of 20, goes with it.
    sizes = [5, *range(20, 140)]
    known = (Known(), *(Known(size, size) for size in sizes[1:]), Known(sum(sizes), sum(sizes)))
    table = Table(known, (Sum(121, tuple(range(121))),), ceiling=100_000.0)
    wanted = [Protection((0,), Quantity.SIZE, 3)]
    choices = {place: Choice(sizes[place], Known(size_low=10)) for place in range(1, 121)}
    answer = repair(table, wanted, choices, breaches(table, wanted))
    assert answer.withheld == {1}
    assert not answer.breaches


def test_the_exact_answer_is_the_cheapest_of_all_that_protect() -> None:
    """Every subset of the choices that costs no more, tried in turn."""
    table = _published()
    subsets = (_subset(number) for number in range(2 ** len(CHOICES)))
    clean = [
        sum(CELLS[place] for place in subset)
        for subset in subsets
        if sum(CELLS[place] for place in subset) <= 59 - 22
        and not breaches(table.telling({place: Known() for place in subset}), [WANTED])
    ]
    assert clean == [59 - 22]


def _subset(number: int) -> list[int]:
    return [place for bit, place in enumerate(sorted(CHOICES)) if number >> bit & 1]
