"""The report's counts, shares and examples."""

from api.exchange.report import Example, ImportReport, Severity


def test_findings_of_one_code_are_counted_together_with_at_most_five_examples() -> None:
    report = ImportReport("a.csv", "investments", read=8)
    for row in range(2, 10):
        report.add(Severity.WARNING, "zero-amount", "the award is of 0", Example(row, "amount", "0"))
    (finding,) = report.to_json()["findings"]
    assert finding["count"] == 8
    assert finding["share"] == 1.0
    assert [example["row"] for example in finding["examples"]] == [2, 3, 4, 5, 6]


def test_the_written_report_has_the_keys_of_the_interface_in_order() -> None:
    report = ImportReport("a.csv", "investments")
    report.reject("ragged-row", "a row has more or fewer cells", Example(3, None, "2 cells"))
    written = report.to_json()
    assert list(written) == [
        *("file", "format", "read", "created", "updated", "unchanged", "rejected", "findings"),
    ]
    assert list(written["findings"][0]) == ["severity", "code", "message", "count", "share", "examples"]
    assert list(written["findings"][0]["examples"][0]) == ["row", "field", "value"]


def test_a_share_of_no_rows_is_unknown() -> None:
    report = ImportReport("a.csv", "investments")
    report.add(Severity.NOTICE, "filtered", "rows left out")
    assert report.to_json()["findings"][0]["share"] is None


def test_the_gravest_findings_come_first() -> None:
    report = ImportReport("a.csv", "investments")
    for severity in (Severity.NOTICE, Severity.ERROR, Severity.WARNING):
        report.add(severity, "code", "message")
    assert [finding.severity for finding in report] == ["ERROR", "WARNING", "NOTICE"]
    assert report.has_errors


def test_a_long_value_is_cut_in_an_example() -> None:
    report = ImportReport("a.csv", "investments")
    report.add(Severity.ERROR, "code", "message", Example(2, "note", "x" * 5000))
    value = report.to_json()["findings"][0]["examples"][0]["value"]
    assert value == "x" * 200 + "…"
