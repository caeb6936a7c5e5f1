"""The What Works Clearinghouse's findings file, as rows and as findings."""

import csv
from pathlib import Path

import pytest

from allocation.evidence.finding import Finding

Row = dict[str, str]


def number(text: str) -> float | None:
    return float(text) if text.strip() else None


def whole(text: str) -> int | None:
    return int(text) if text.strip() else None


def to_finding(row: Row) -> Finding:
    clusters = (
        whole(row["Intervention_Clusters_Sample_Size"]),
        whole(row["Comparison_Clusters_Sample_Size"]),
    )
    return Finding(
        id=row["FindingID"],
        practice=row["InterventionID"],
        practice_name=row["Intervention_Name"],
        study=row["ReviewID"],
        outcome=row["Outcome_Domain"],
        rating=row["Finding_Rating"] or None,
        rater_tier=row["ESSA_Rating"] or None,
        measure=row["Outcome_Measure"],
        period=row["Period"] or None,
        sample=row["Sample_Description"],
        effect_size=number(row["Effect_Size_WWC"]),
        p_value=number(row["p_Value_WWC"]),
        is_significant={"True": True, "False": False}.get(row["Is_Statistically_Significant"]),
        improvement_index=number(row["Improvement_Index"]),
        sample_size=whole(row["Outcome_Sample_Size"]),
        treatment_count=whole(row["Outcome_Measure_Intervention_Sample_Size"]),
        comparison_count=whole(row["Outcome_Measure_Comparison_Sample_Size"]),
        treatment_mean=number(row["Intervention_Mean"]),
        comparison_mean=number(row["Comparison_Mean"]),
        treatment_sd=number(row["Intervention_Standard_Deviation"]),
        comparison_sd=number(row["Comparison_Standard_Deviation"]),
        cluster_count=None if None in clusters else sum(one or 0 for one in clusters),
        icc=number(row["ICC"]),
        unit_of_analysis=row["L1_Unit_of_Analysis"],
        is_subgroup=row["Is_Subgroup"] == "True",
    )


@pytest.fixture(scope="session")
def wwc_rows(real_data: Path) -> list[Row]:
    path = real_data / "evidence-wwc" / "wwc_Findings.csv"
    with path.open(encoding="utf-8-sig", newline="") as lines:
        return list(csv.DictReader(lines))


@pytest.fixture(scope="session")
def wwc_findings(wwc_rows: list[Row]) -> list[Finding]:
    return [to_finding(row) for row in wwc_rows]
