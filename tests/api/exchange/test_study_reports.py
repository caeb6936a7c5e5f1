"""Intervention reports: the clearinghouse's word on each practice and outcome, as published."""

from __future__ import annotations

import csv
from collections import Counter
from typing import TYPE_CHECKING

import pytest

from api.exchange.errors import ReadError

if TYPE_CHECKING:
    from pathlib import Path

    from tests.api.exchange.conftest import Reader, Writer

HEADER = "InterventionID,Intervention_Name,Protocol,Protocol_Version,Outcome_Domain,Effectiveness_Rating\n"


def test_all_reports_of_the_file_are_read_with_the_rater_s_word(read: Reader, real_data: Path) -> None:
    path = real_data / "evidence-wwc/wwc_InterventionReports.csv"
    found = read("wwc-reports", path)
    with path.open(encoding="utf-8-sig", newline="") as lines:
        rows = list(csv.DictReader(lines))
    assert (len(found.records), found.report.rejected) == (811, 0)
    told = [row["Effectiveness_Rating"] for row in rows]
    assert Counter(each.rating for each in found.records) == Counter(
        None if word in {"", "N/A"} else word for word in told
    )
    assert sum(each.sample_size or 0 for each in found.records) == sum(
        int(row["Sample_Size_Intervention"] or 0) for row in rows
    )
    assert len({each.identifier for each in found.records}) == 811


@pytest.mark.parametrize(
    ("word", "rating"),
    [("", None), ("N/A", None), ("Potentially Positive Effects", "Potentially Positive Effects")],
)
def test_a_blank_rating_is_none(read: Reader, write: Writer, word: str, rating: str | None) -> None:
    (record,) = read("wwc-reports", write("a.csv", f"{HEADER}1,P,Q,2.1,Reading,{word}\n")).records
    assert record.rating == rating


def test_a_recipe_s_aliases_leave_a_report_s_identifier_alone(read: Reader, write: Writer) -> None:
    path = write("a.csv", f"{HEADER}1,P,Q,2.1,Reading,Mixed Effects\n")
    (plain,) = read("wwc-reports", path).records
    (mapped,) = read("wwc-reports", path, '[aliases.outcome]\nReading = "Early grade reading"\n').records
    assert (mapped.outcome, mapped.outcome_as_published) == ("Early grade reading", "Reading")
    assert mapped.identifier == plain.identifier


def test_a_file_without_ratings_is_refused(read: Reader, write: Writer) -> None:
    with pytest.raises(ReadError, match="Effectiveness_Rating"):
        read("wwc-reports", write("a.csv", "Intervention_Name,Outcome_Domain\nP,Reading\n"))
