"""Reading a recipe's TOML: every key is checked, and a misspelt one is answered with the nearest known."""

import os
import tomllib
from decimal import Decimal
from pathlib import Path

from api.exchange.errors import ReadError
from api.exchange.marks import Vocabulary
from api.exchange.periods import Calendar
from api.exchange.recipe_sections import Section
from api.exchange.recipes import (
    IndicatorTerms,
    PivotTerms,
    Recipe,
    ReferenceTerms,
    RowTerms,
    UnpivotTerms,
)
from api.exchange.tables import FileLayout
from api.exchange.values import NumberStyle

MOST_RECIPE_BYTES = 256 * 1024
SECTIONS = (
    *("file", "columns", "constants", "values", "aliases", "indicator", "indicators"),
    *("reference", "disclosure", "source", "rows", "unpivot", "pivot"),
)
NUMBER_KEYS = (
    "decimal",
    "thousands",
    "currency_sign",
    "parentheses_negative",
    "amount_unit",
    "round_amounts",
)
MARK_KEYS = ("scale", "above_one", "suppressed", "not_applicable", "missing", "footnotes")
TIME_KEYS = ("date_format", "period_kind", "school_year_month")
INDICATOR_KEYS = ("name", "definition", "outcome", "stage", "unit", "higher_is_better", "core")
STAGES = ("", "EARLY_CHILDHOOD", "EARLY_GRADES", "MIDDLE_GRADES", "HIGH_SCHOOL", "POSTSECONDARY", "CAREER")


def load_recipe(path: str | os.PathLike[str]) -> Recipe:
    """Reads a recipe file. ReadError names the section and key at fault."""
    source = Path(path)
    try:
        if source.stat().st_size > MOST_RECIPE_BYTES:
            raise ReadError(source.name, "", f"a recipe has at most {MOST_RECIPE_BYTES} bytes")
        text = source.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise ReadError(str(source), "", f"the recipe cannot be opened ({error.strerror})") from error
    except UnicodeDecodeError as error:
        raise ReadError(source.name, f"byte {error.start}", "a recipe is written in UTF-8") from error
    return parse_recipe(text, source.name)


def parse_recipe(text: str, name: str = "recipe") -> Recipe:
    """Reads a recipe's text; `name` is what errors call it."""
    try:
        toml = tomllib.loads(text, parse_float=Decimal)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise ReadError(name, "", f"the recipe is not TOML ({error})") from error
    return _recipe(Section(name, "", toml).check(SECTIONS))


def _recipe(top: Section) -> Recipe:
    file, columns, values = top.section("file"), top.section("columns"), top.section("values")
    style = _style(values)
    inside = top.section("indicators")
    source = top.section("source").check(("name", "decision_cadence_days"))
    return Recipe(
        name=top.recipe,
        layout=_layout(file),
        file_pattern=file.pattern("pattern"),
        columns={key: tuple(map(_one_line, columns.words(key))) for key in columns},
        must_stand=frozenset(key for key, header in columns.table.items() if isinstance(header, str)),
        constants=top.section("constants").scalars(),
        words=_vocabulary(values, style),
        style=style,
        date_formats=values.words("date_format"),
        calendar=Calendar(
            values.choice("period_kind", ("", "school", "calendar")),
            values.whole("school_year_month", 7, least=1, most=12),
        ),
        aliases=_aliases(top.section("aliases")),
        indicators={key: _indicator(inside.section(key)) for key in inside},
        indicator=_indicator(top.section("indicator")) if "indicator" in top else None,
        reference=_reference(top.section("reference")) if "reference" in top else None,
        already_public=top.section("disclosure").check(("already_public",)).flag("already_public"),
        source=source.text("name"),
        cadence_days=_cadence(source),
        rows=_rows(top.section("rows")),
        unpivot=_unpivot(top.section("unpivot")) if "unpivot" in top else None,
        pivot=_pivot(top.section("pivot")) if "pivot" in top else None,
    )


def _cadence(source: Section) -> int | None:
    if "decision_cadence_days" not in source:
        return None
    source.needed("name")
    return source.whole("decision_cadence_days", 1, least=1, most=36_525)


def _layout(file: Section) -> FileLayout:
    file.check(("encoding", "skip_lines", "header_lines", "delimiter", "sheet", "pattern"))
    delimiter = file.text("delimiter")
    if len(delimiter) > 1 or delimiter in {'"', "\r", "\n", "\0", " "}:
        file.refuse("delimiter", "a delimiter is one character, such as , or ;")
    return FileLayout(
        encoding=file.text("encoding", "utf-8"),
        skip_lines=file.whole("skip_lines", 0, least=0, most=10_000),
        header_lines=file.whole("header_lines", 1, least=1, most=10),
        delimiter=delimiter,
        sheet=file.text("sheet"),
    )


def _style(values: Section) -> NumberStyle:
    style = NumberStyle(
        decimal=values.choice("decimal", (".", ",")),
        thousands=values.choice("thousands", ("", ",", ".", " ", "'", "\u00a0", "\u202f")),
        currency_sign=values.text("currency_sign"),
        parentheses_negative=values.flag("parentheses_negative"),
        amount_unit=values.positive("amount_unit"),
        round_amounts=values.flag("round_amounts"),
    )
    if style.thousands == style.decimal:
        values.refuse("thousands", "the thousands separator and the decimal sign are the same")
    return style


def _vocabulary(values: Section, style: NumberStyle) -> Vocabulary:
    values.check((*NUMBER_KEYS, *MARK_KEYS, *TIME_KEYS))
    return Vocabulary(
        scale=values.choice("scale", ("percent", "fraction", "count", "number")),
        above_one=values.choice("above_one", ("", "percent")),
        suppressed=values.words("suppressed", ("*",)),
        not_applicable=values.words("not_applicable", ("N/A",)),
        missing=values.words("missing", ("",)),
        footnotes=values.words("footnotes"),
        style=style,
    )


def _aliases(aliases: Section) -> dict[str, dict[str, str]]:
    return {
        field: {_one_line(theirs): ours for theirs, ours in aliases.section(field).scalars().items()}
        for field in aliases
    }


def _indicator(terms: Section) -> IndicatorTerms:
    terms.check(INDICATOR_KEYS)
    return IndicatorTerms(
        name=terms.optional("name"),
        definition=terms.optional("definition"),
        outcome=terms.optional("outcome"),
        unit=terms.optional("unit"),
        stage=terms.choice("stage", STAGES) or None,
        higher_is_better=terms.optional_flag("higher_is_better"),
        core=terms.optional_flag("core"),
    )


def _reference(reference: Section) -> ReferenceTerms:
    reference.check(("dimension", "population"))
    return ReferenceTerms(reference.text("dimension"), reference.needed("population"))


def _rows(rows: Section) -> RowTerms:
    rows.check(("where", "except", "fill_down"))
    return RowTerms(
        where=_filters(rows.section("where")),
        skip=_filters(rows.section("except")),
        fill_down=tuple(map(_one_line, rows.words("fill_down"))),
    )


def _filters(conditions: Section) -> dict[str, frozenset[str]]:
    return {_one_line(header): frozenset(conditions.words(header)) for header in conditions}


def _unpivot(unpivot: Section) -> UnpivotTerms:
    unpivot.check(("field", "columns", "pattern"))
    columns = unpivot.section("columns")
    if bool(columns.table) == ("pattern" in unpivot):
        unpivot.refuse("columns", "name the columns one by one, or by a `pattern`; one of the two")
    return UnpivotTerms(
        into=unpivot.text("field", "value"),
        columns={_one_line(header): columns.section(header).scalars() for header in columns},
        pattern=unpivot.pattern("pattern"),
    )


def _pivot(pivot: Section) -> PivotTerms:
    pivot.check(("by", "value", "values"))
    values = pivot.section("values").scalars()
    if not values:
        pivot.refuse("values", 'say which word is which field, like "Total Cohort Count" = "denominator"')
    return PivotTerms(_one_line(pivot.needed("by")), _one_line(pivot.needed("value")), values)


def _one_line(header: str) -> str:
    return " ".join(header.split())
