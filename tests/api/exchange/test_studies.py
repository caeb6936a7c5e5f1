"""Findings of studies: taken as stated, doubted where they cannot be."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from api.exchange.errors import ReadError

if TYPE_CHECKING:
    from tests.api.exchange.conftest import Reader, Writer

RECIPE = """
[columns]
study = "study"
practice = "practice"
outcome = "outcome"
effect_size = ["g"]
standard_error = ["se"]
p_value = ["p"]
sample_size = ["n"]
site_count = ["sites"]
design = ["design"]
is_subgroup = ["subgroup"]
settings = ["settings"]
populations = ["groups"]
identifier = ["id"]
improvement_index = ["index"]
"""


def test_a_finding_is_taken_as_stated(read: Reader, write: Writer) -> None:
    path = write(
        "a.csv",
        "id,study,practice,outcome,g,se,p,n,sites,design,subgroup,settings,groups\n"
        "7,Lee 2019,Tutoring,Reading,0.31,0.08,8.9E-06,412,3,rct,yes,urban;rural,Black;Hispanic\n",
    )
    (record,) = read("findings", path, RECIPE).records
    assert (record.identifier, record.study, record.practice, record.outcome) == (
        "7",
        "Lee 2019",
        "Tutoring",
        "Reading",
    )
    assert (record.effect_size, record.standard_error) == (Decimal("0.31"), Decimal("0.08"))
    assert record.p_value == Decimal("0.0000089")
    assert (record.sample_size, record.site_count, record.design) == (412, 3, "RCT")
    assert (record.is_subgroup, record.settings) == (True, ("URBAN", "RURAL"))
    assert record.populations == ("Black", "Hispanic")


def test_without_an_identifier_the_content_is_one_wherever_the_row_stands(
    read: Reader, write: Writer
) -> None:
    row = "Lee 2019,Tutoring,Reading,0.31\n"
    header = "study,practice,outcome,g\n"
    (one,) = read("findings", write("a.csv", header + row), RECIPE).records
    (other,) = read("findings", write("b.csv", header + "\n\n" + row), RECIPE).records
    assert one.identifier == other.identifier


def test_a_finding_about_no_practice_is_kept_under_its_own_words(read: Reader, write: Writer) -> None:
    found = read("findings", write("a.csv", "study,practice,outcome\nS,(Not applicable),Reading\n"), RECIPE)
    (record,) = found.records
    assert (record.practice, record.practice_as_published) == (None, "(Not applicable)")
    assert [(f.severity, f.code) for f in found.report] == [("WARNING", "no-practice")]


def test_a_finding_says_what_was_measured_when_and_of_whom(read: Reader, write: Writer) -> None:
    more = RECIPE + 'measure = ["test"]\nperiod = ["when"]\nsample = ["who"]\n'
    path = write("a.csv", "study,practice,outcome,test,when,who\nS,P,O,DIBELS,1 Year,Grade 1; all schools\n")
    (record,) = read("findings", path, more).records
    said = (record.measure, record.period, record.populations_as_published, record.extra)
    assert said == ("DIBELS", "1 Year", "Grade 1; all schools", None)


def test_doubtful_figures_are_flagged_and_not_corrected(read: Reader, write: Writer) -> None:
    path = write("a.csv", "study,practice,outcome,g,index,n,p\nS,P,O,207.74,-3,0,0\n")
    found = read("findings", path, RECIPE)
    assert found.records[0].effect_size == Decimal("207.74")
    assert found.codes == {"implausible-effect", "signs-disagree", "empty-sample", "zero-p-value"}


@pytest.mark.parametrize(
    ("column", "value", "code"),
    [
        ("p", "1.2", "not-a-probability"),
        ("se", "-0.1", "negative-error"),
        ("g", "1e400", "too-large"),
        ("g", "inf", "not-a-number"),
        ("design", "survey", "not-in-list"),
        ("settings", "urban;coastal", "not-in-list"),
        ("n", "12.5", "not-a-count"),
    ],
)
def test_an_impossible_figure_rejects_its_row(
    read: Reader, write: Writer, column: str, value: str, code: str
) -> None:
    found = read("findings", write("a.csv", f"study,practice,outcome,{column}\nS,P,O,{value}\n"), RECIPE)
    assert found.finding(code).examples[0].field == column
    assert found.report.rejected == 1


def test_the_clearinghouse_file_needs_its_own_columns(read: Reader, write: Writer) -> None:
    with pytest.raises(ReadError, match="the header has no column"):
        read("wwc-findings", write("a.csv", "a,b\n1,2\n"))
