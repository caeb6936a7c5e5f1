"""Organizations that may be one. Jaro-Winkler values are the published ones of Winkler (1990, table of examples)."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from allocation.namesakes import APART, Party, jaro_winkler, namesakes, words_of

NINE = Decimal("0.9")


@pytest.mark.parametrize(
    ("one", "other", "published"),
    [
        ("martha", "marhta", 0.961),
        ("dwayne", "duane", 0.840),
        ("dixon", "dicksonx", 0.813),
        ("abc", "xyz", 0.0),
    ],
)
def test_words_are_compared_as_winkler_published(one: str, other: str, published: float) -> None:
    assert round(jaro_winkler(one, other), 3) == published


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("The Greater River Foundation, Inc.", "GREATER RIVER FDN"),
        ("Boys & Girls Club", "Boys and Girls Club"),
        ("Universidad de Montréal", "universidad de montreal"),
        ("Y.M.C.A. of Riverbend", "YMCA Riverbend"),
        ("Women's Fund", "Womens Fund LLC"),
    ],
)
def test_case_accents_legal_forms_and_abbreviations_do_not_count(one: str, other: str) -> None:
    assert sorted(words_of(one)) == sorted(words_of(other))
    (found,) = namesakes([Party("a", one), Party("b", other)], NINE)
    assert found.score == Decimal("0.98")
    assert found.because[0].startswith("the same name")


def test_a_slip_of_the_pen_is_found_and_another_place_is_not() -> None:
    parties = [
        Party("a", "Riverbend Community Foundation"),
        Party("b", "Riverbend Comunity Foundation"),
        Party("c", "Lakeside Community Foundation"),
        Party("d", "School 12"),
        Party("e", "School 21"),
    ]
    assert [(each.first, each.second) for each in namesakes(parties, NINE)] == [("a", "b")]


def test_an_identifier_written_in_two_ways_is_one() -> None:
    parties = [
        Party("a", "North Trust", (("US-EIN", "12-3456789"),)),
        Party("b", "Trust of the North Shore", (("", "123456789"),)),
    ]
    (found,) = namesakes(parties, NINE)
    assert (found.score, found.because) == (Decimal("1.00"), ("the same identifier: US-EIN-12-3456789",))


def test_two_identifiers_of_one_list_keep_the_same_name_apart() -> None:
    parties = [
        Party("a", "United Way", (("US-EIN", "111111111"),)),
        Party("b", "United Way", (("US-EIN", "222222222"),)),
    ]
    assert namesakes(parties, NINE) == []
    (found,) = namesakes(parties, Decimal(0))
    assert found.score == Decimal(str(APART))
    assert found.because == ("the same name", "two identifiers of one list: US-EIN")


@given(st.lists(st.text(min_size=1, max_size=20), max_size=8))
def test_any_names_give_scores_within_bounds_each_pair_once(names: list[str]) -> None:
    found = namesakes([Party(str(n), name) for n, name in enumerate(names)], Decimal(0))
    assert all(0 <= each.score <= 1 and each.because for each in found)
    assert len({(each.first, each.second) for each in found}) == len(found)
    assert all(each.first < each.second for each in found)


def test_the_order_of_the_names_changes_nothing() -> None:
    parties = [Party("a", "River School"), Party("b", "River Schools"), Party("c", "The River School")]
    assert namesakes(parties, Decimal(0)) == namesakes(parties[::-1], Decimal(0))
