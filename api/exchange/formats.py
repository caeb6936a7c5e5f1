"""The import formats by name: what reads each, and whether it needs a recipe."""

import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from api.exchange.bills_ny import read_bills
from api.exchange.errors import ReadError
from api.exchange.files import Source, examine
from api.exchange.investments import read_investments
from api.exchange.measurements import read_measurements
from api.exchange.native import TABLES
from api.exchange.recipes import EMPTY, Recipe
from api.exchange.records import Record
from api.exchange.report import ImportReport
from api.exchange.studies import read_clearinghouse, read_findings
from api.exchange.study_reports import read_reports
from api.exchange.threesixty import read_threesixty

Reader = Callable[[Source, Recipe, ImportReport], Iterator[Record]]
TABLE_KINDS = frozenset({"csv", "workbook"})


@dataclass(frozen=True, slots=True)
class Format:
    """One import format: the kinds of file it takes and what reads them."""

    name: str
    reader: Reader
    needs_recipe: bool = False
    kinds: frozenset[str] = TABLE_KINDS

    def read(
        self, path: str | os.PathLike[str], recipe: Recipe | None, report: ImportReport
    ) -> Iterator[Record]:
        """Yields the file's records and fills the report; records come while the file is read.

        ReadError where the file or the recipe cannot be read at all: nothing yielded before it may be kept.
        """
        if recipe is None and self.needs_recipe:
            raise ReadError(
                os.fspath(path), "", f"the format {self.name} needs a recipe that says its layout"
            )
        source = examine(path)
        if source.kind not in self.kinds:
            kinds = " or ".join(sorted(self.kinds))
            raise ReadError(source.name, "", f"the format {self.name} reads {kinds} files, not {source.kind}")
        yield from self.reader(source, recipe or EMPTY, report)


def _formats() -> dict[str, Format]:
    known = [
        Format("360giving", read_threesixty, kinds=TABLE_KINDS | {"json"}),
        Format("investments", read_investments, needs_recipe=True),
        Format("measurements", read_measurements, needs_recipe=True),
        Format("findings", read_findings, needs_recipe=True),
        Format("wwc-findings", read_clearinghouse),
        Format("wwc-reports", read_reports),
        Format("bills-ny", read_bills, kinds=frozenset({"ndjson"})),
        *(Format(name, table.read) for name, table in TABLES.items()),
    ]
    return {each.name: each for each in known}


FORMATS: Mapping[str, Format] = _formats()
