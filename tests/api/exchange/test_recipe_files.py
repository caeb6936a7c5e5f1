"""Recipes: every key of the documentation, and every misspelling answered by name."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from api.exchange.errors import ReadError
from api.exchange.periods import Calendar
from api.exchange.recipe_files import load_recipe, parse_recipe
from api.exchange.recipes import IndicatorTerms, ReferenceTerms
from api.exchange.tables import FileLayout

if TYPE_CHECKING:
    from tests.api.exchange.conftest import Writer

FULL = """
[file]
encoding = "cp1252"
skip_lines = 4
header_lines = 2
delimiter = ";"
sheet = "Sheet1"
pattern = '([0-9]{4})'

[columns]
area = "District"
area_code = ["District Code", "Code"]

[constants]
period = 2018
indicator = "hs-graduation"

[values]
scale = "fraction"
above_one = "percent"
suppressed = ["*", "-9999"]
not_applicable = "N/A"
missing = ["", "-6666"]
footnotes = ["*"]
date_format = "%d/%m/%Y"
amount_unit = 1000
round_amounts = true
decimal = ","
thousands = "."
currency_sign = "$"
parentheses_negative = true
period_kind = "school"
school_year_month = 9

[aliases.population]
"Black" = "Black or African American"

[indicator]
name = "Four-year high school graduation"
outcome = "High school graduation"
stage = "HIGH_SCHOOL"
unit = "percent"
higher_is_better = true
core = true

[indicators."dropout"]
higher_is_better = false

[reference]
dimension = "race"
population = "White"

[disclosure]
already_public = true

[rows]
where = { "Kind" = ["Percent"] }
except = { "District" = "Total" }
fill_down = ["District"]
"""


def test_every_key_is_taken() -> None:
    recipe = parse_recipe(FULL, "full.toml")
    assert recipe.layout == FileLayout(
        encoding="cp1252", skip_lines=4, header_lines=2, delimiter=";", sheet="Sheet1"
    )
    assert recipe.columns == {"area": ("District",), "area_code": ("District Code", "Code")}
    assert recipe.must_stand == {"area"}
    assert recipe.constants == {"period": "2018", "indicator": "hs-graduation"}
    assert (recipe.words.scale, recipe.words.above_one) == ("fraction", "percent")
    assert recipe.words.suppressed == ("*", "-9999")
    assert recipe.words.not_applicable == ("N/A",)
    assert recipe.style.amount_unit == Decimal(1000)
    assert (recipe.style.decimal, recipe.style.thousands, recipe.style.currency_sign) == (",", ".", "$")
    assert recipe.style.parentheses_negative
    assert recipe.style.round_amounts
    assert recipe.date_formats == ("%d/%m/%Y",)
    assert recipe.calendar == Calendar("school", 9)
    assert recipe.aliases == {"population": {"Black": "Black or African American"}}
    assert recipe.indicator == IndicatorTerms(
        name="Four-year high school graduation",
        outcome="High school graduation",
        stage="HIGH_SCHOOL",
        unit="percent",
        higher_is_better=True,
        core=True,
    )
    assert recipe.indicators == {"dropout": IndicatorTerms(higher_is_better=False)}
    assert recipe.reference == ReferenceTerms("race", "White")
    assert recipe.already_public
    assert recipe.rows.where == {"Kind": frozenset({"Percent"})}
    assert recipe.rows.skip == {"District": frozenset({"Total"})}
    assert recipe.rows.fill_down == ("District",)


def test_without_values_the_usual_marks_hold() -> None:
    words = parse_recipe("").words
    assert (words.suppressed, words.not_applicable, words.missing) == (("*",), ("N/A",), ("",))


@pytest.mark.parametrize(
    ("toml", "said"),
    [
        ("[colums]", r"recipe, \[colums\]: this is not known; did you mean 'columns'"),
        ("[file]\nskip_line = 4", r"\[file\] skip_line: .*did you mean 'skip_lines'"),
        ("[values]\nsupressed = ['*']", r"\[values\] supressed: .*'suppressed'"),
        ("[indicator]\nhigher_is_beter = true", r"\[indicator\] higher_is_beter: .*'higher_is_better'"),
        ("[reference]\ngroup = 'White'", r"\[reference\] group: "),
        ("[disclosure]\npublic = true", r"\[disclosure\] public: .*'already_public'"),
        ("[file]\nskip_lines = -1", "whole number from 0"),
        ("[file]\nskip_lines = true", "whole number from 0"),
        ("[file]\nskip_lines = '4'", "whole number from 0"),
        ("[file]\ndelimiter = ',,'", "one character"),
        ("[values]\nscale = 'permille'", "one of percent, fraction, count, number"),
        ("[values]\ndecimal = ';'", r"one of \., ,"),
        ("[values]\ndecimal = ','\nthousands = ','", "are the same"),
        ("[values]\namount_unit = 0", "above zero"),
        ("[values]\namount_unit = nan", "above zero"),
        ("[values]\nround_amounts = 'yes'", "true or false"),
        ("[values]\nschool_year_month = 13", "from 1 to 12"),
        ("[indicator]\nstage = 'SCHOOL'", "one of"),
        ("[columns]\narea = 4", "text or a list of texts"),
        ("columns = 4", "table of keys and values"),
        ("[constants]\narea = ['a']", "text, a number or a date"),
        ("[reference]\ndimension = 'race'", r"\[reference\] population: this is needed"),
        ("[unpivot]\nfield = 'value'", "one of the two"),
        ("[pivot]\nby = 'a'\nvalue = 'b'", "which word is which field"),
        ("[pivot]\nvalue = 'b'\nvalues = {a = 'value'}", r"\[pivot\] by: this is needed"),
        ("[file]\npattern = '('", "not a regular expression"),
        ("not toml", "is not TOML"),
    ],
)
def test_a_fault_is_named_by_section_and_key(toml: str, said: str) -> None:
    with pytest.raises(ReadError, match=said):
        parse_recipe(toml)


@pytest.mark.parametrize(
    "pattern", ["(a+)+$", "(a|a)*b", "a*a*a*a*a*b", "(x{2}){9}", "x" * 201, "(a{1,9}){2,}"]
)
def test_a_pattern_that_could_run_away_is_refused(pattern: str) -> None:
    with pytest.raises(ReadError, match="open repeats"):
        parse_recipe(f"[file]\npattern = '{pattern}'")


def test_a_recipe_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ReadError, match="cannot be opened"):
        load_recipe(tmp_path / "absent.toml")


def test_a_recipe_in_another_writing_is_refused(write: Writer) -> None:
    with pytest.raises(ReadError, match="byte 3: a recipe is written in UTF-8"):
        load_recipe(write("a.toml", b"# \x20\x92"[0:2] + b"x\x92"))


def test_every_recipe_beside_these_tests_is_sound() -> None:
    paths = sorted((Path(__file__).parent / "recipes").glob("*.toml"))
    assert len(paths) > 20
    assert all(load_recipe(path).name == path.name for path in paths)
