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


def test_a_finding_keeps_its_direction_its_grades_and_what_the_study_cost(
    read: Reader, write: Writer
) -> None:
    more = 'direction = ["favours"]\ngrades = ["grades"]\n'
    more += 'cost_per_participant = ["cost"]\ncurrency = ["money"]\nprice_year = ["year"]\n'
    alias = '[aliases.direction]\n"treatment" = "FAVOURABLE"\n"control" = "UNFAVOURABLE"\n'
    path = write(
        "a.csv",
        "id,study,practice,outcome,g,favours,grades,cost,money,year\n"
        "7,Lee 2019,Tutoring,Reading,0.31,treatment,K-2,612.50,USD,2019\n"
        "8,Lee 2019,Tutoring,Reading,0.31,control,K-2,,,\n"
        "9,Lee 2019,Tutoring,Reading,0.31,sideways,K-2,,,\n"
        "10,Lee 2019,Tutoring,Reading,0.31,,K-2,0,USD,\n"
        "11,Lee 2019,Tutoring,Reading,0.31,,K-2,5,,\n"
        "12,Lee 2019,Tutoring,Reading,0.31,,K-2,5,USD,1066\n",
    )
    found = read("findings", path, RECIPE + more + alias)
    first, second = found.records
    assert (first.direction, first.grades, first.price_year) == ("FAVOURABLE", "K-2", 2019)
    assert (first.cost_per_participant, first.currency) == (Decimal("612.50"), "USD")
    assert (second.direction, second.cost_per_participant) == ("UNFAVOURABLE", None)
    told = {(each.code, example.row) for each in found.report for example in each.examples}
    assert told == {
        ("signs-disagree", 3),
        ("not-in-list", 4),
        ("not-positive", 5),
        ("empty", 6),
        ("not-a-year", 7),
    }


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


ODD = """
[file]
delimiter = ";"
skip_lines = 2

[columns]
study = "Autor (año)"
practice = "Programme / Program"
outcome = "What was measured"
effect_size = "d (corr.)"
standard_error = "s.e."
p_value = "Prob."
sample_size = "N total"
improvement_index = "Percentile gain"
treatment_mean = "T %"
comparison_mean = "C %"
design = "How"
site_count = "# schools"

[aliases.design]
"Zufall" = "RCT"
"vergleich" = "QED"

[aliases."p_value"]
"<.001" = "0,001"

[values]
decimal = ","
thousands = "."
missing = ["", "n.r.", "-"]
"""
ODD_HEADER = (
    "Autor (año);Programme / Program;What was measured;d (corr.);s.e.;Prob.;N total;"
    "Percentile gain;T %;C %;How;# schools\n"
)
ODD_TITLE = "A synthesis of 3 trials\n;;;\n"


def test_another_meta_analysis_in_its_own_layout_needs_a_recipe_and_no_code(
    read: Reader, write: Writer
) -> None:
    """Title lines, decimal commas, percent signs, marks for nothing, words of its own for designs."""
    rows = (
        "Ash (2019);Mentoring;Graduation;0,21;0,07;0,3 %;1.240;8,3 %;81,0 %;74,5%;Zufall;12\n"
        "Birch (2020);Mentoring;Graduation;-0,05;n.r.;n.r.;n.r.;-;;;vergleich;\n"
        "Cedar (2021);Tutoring;Graduation;0,30;0,08;<.001;350;;;;;2\n"
    )
    reading = read("findings", write("odd.csv", ODD_TITLE + ODD_HEADER + rows), ODD)
    first, second, third = reading.records
    assert (first.effect_size, first.standard_error) == (Decimal("0.21"), Decimal("0.07"))
    assert (first.p_value, first.sample_size, first.improvement_index) == (
        Decimal("0.003"),
        1240,
        Decimal("8.3"),
    )
    assert (first.treatment_mean, first.comparison_mean) == (Decimal("81.0"), Decimal("74.5"))
    assert (first.design, first.site_count) == ("RCT", 12)
    assert (second.effect_size, second.design) == (Decimal("-0.05"), "QED")
    unknown = (second.standard_error, second.p_value, second.sample_size, second.improvement_index)
    assert unknown == (None, None, None, None)
    assert (third.p_value, third.design) == (Decimal("0.001"), "UNKNOWN")


@pytest.mark.parametrize(
    ("cell", "column"),
    [
        ("0,21 %;0,07;0,04", "d (corr.)"),
        ("0.21;0,07;0,04", "d (corr.)"),
        ("0,21;ca. 0,07;0,04", "s.e."),
        ("0,21;0,07;n.s.", "Prob."),
    ],
)
def test_a_cell_that_is_no_figure_is_refused_with_its_row_and_column(
    read: Reader, write: Writer, cell: str, column: str
) -> None:
    row = f"Ash (2019);Mentoring;Graduation;{cell};1.240;8,3 %;;;Zufall;12\n"
    reading = read("findings", write("odd.csv", ODD_TITLE + ODD_HEADER + row), ODD)
    assert reading.records == []
    (finding,) = reading.report
    (example,) = finding.examples
    assert (finding.code, example.row, example.field) == ("not-a-number", 4, column)


def test_a_column_that_the_recipe_names_and_the_file_lacks_is_told(read: Reader, write: Writer) -> None:
    path = write("odd.csv", ODD_TITLE + ODD_HEADER.replace("Autor (año)", "Author"))
    with pytest.raises(ReadError, match="Autor"):
        read("findings", path, ODD)
