"""What a recipe says about a file's layout, as checked values: docs/recipes.md describes each key."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from api.exchange.marks import Vocabulary
from api.exchange.periods import Calendar
from api.exchange.tables import FileLayout
from api.exchange.values import PLAIN_STYLE, NumberStyle


@dataclass(frozen=True, slots=True, kw_only=True)
class IndicatorTerms:
    """The `[indicator]` section: what creates the indicator, or is checked against it."""

    name: str | None = None
    definition: str | None = None
    outcome: str | None = None
    stage: str | None = None
    unit: str | None = None
    higher_is_better: bool | None = None
    core: bool | None = None


@dataclass(frozen=True, slots=True)
class ReferenceTerms:
    """The `[reference]` section: the group, or `rest` or `total`, that the others are compared with."""

    dimension: str
    population: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RowTerms:
    """The `[rows]` section: which rows are taken, and which columns repeat the cell above when empty."""

    where: Mapping[str, frozenset[str]] = field(default_factory=dict)
    skip: Mapping[str, frozenset[str]] = field(default_factory=dict)
    fill_down: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class UnpivotTerms:
    """The `[unpivot]` section: columns that are rows. Each becomes an entry whose field `into` is its cell;
    what the column's name says becomes further fields, listed in `columns` or caught by `pattern`.
    """

    into: str
    columns: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    pattern: re.Pattern[str] | None = None


@dataclass(frozen=True, slots=True)
class PivotTerms:
    """The `[pivot]` section: rows that are columns. `values` turns the words in column `by` into our fields,
    whose cells stand in column `value`.
    """

    by: str
    value: str
    values: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """One recipe. `columns` holds, for each field of ours, the headers to look for and whether one must be
    there (a single header must, a list may not).
    """

    name: str = ""
    layout: FileLayout = field(default_factory=FileLayout)
    file_pattern: re.Pattern[str] | None = None
    columns: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    must_stand: frozenset[str] = frozenset()
    constants: Mapping[str, str] = field(default_factory=dict)
    words: Vocabulary = field(default_factory=Vocabulary)
    style: NumberStyle = PLAIN_STYLE
    date_formats: tuple[str, ...] = ()
    calendar: Calendar = field(default_factory=Calendar)
    aliases: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    indicators: Mapping[str, IndicatorTerms] = field(default_factory=dict)
    indicator: IndicatorTerms | None = None
    reference: ReferenceTerms | None = None
    already_public: bool = False
    source: str = ""
    cadence_days: int | None = None
    rows: RowTerms = field(default_factory=RowTerms)
    unpivot: UnpivotTerms | None = None
    pivot: PivotTerms | None = None

    @property
    def fields(self) -> frozenset[str]:
        """All fields of ours that the recipe fills."""
        unpivoted: set[str] = {self.unpivot.into} if self.unpivot else set()
        pivoted = set(self.pivot.values.values()) if self.pivot else set()
        return frozenset({*self.columns, *self.constants, *unpivoted, *pivoted})


EMPTY = Recipe()
