"""`quality`: what looks wrong in Riverbend's figures, by hand from the demo's survey."""

import json

from .conftest import Command


def test_the_report_names_what_the_survey_has_wrong_and_exits_1(command: Command) -> None:
    """31 of 44 is 70.5 percent and not 75.0; the races of 640 children asked about are 750."""
    done = command("quality", "--partnership", "riverbend", "--json")
    report = json.loads(done.stdout)
    assert done.exit_code == 1
    survey = {
        each["kind"]: each for each in report["findings"] if each["indicator"].startswith("Four-year-olds")
    }
    assert set(survey) == {"DISAGGREGATION_SUM", "RATE", "DUPLICATE", "VANISHED_GROUP", "STALE"}
    assert survey["RATE"]["examples"] == ["Asian students, Riverbend, 2024-06-30: 75.0, but 31 of 44 is 70.5"]
    assert "people 750 in the groups, 640 in all" in survey["DISAGGREGATION_SUM"]["examples"][0]
    assert survey["DISAGGREGATION_SUM"]["because"].startswith("Parents may name")
    assert survey["RATE"]["share"] == "0.0833"


def test_of_what_is_released_fewer_figures_are_told_and_none_that_is_withheld(command: Command) -> None:
    recorded = json.loads(command("quality", "--partnership", "riverbend", "--json").stdout)
    released = json.loads(command("quality", "--partnership", "riverbend", "--json", "--released").stdout)
    assert released["released"] is True
    assert released["figures"] == recorded["figures"]
    hillside = [
        sentence
        for each in released["findings"]
        if each["kind"] == "VANISHED_GROUP"
        for sentence in each["examples"]
        if "Hillside" in sentence
    ]
    assert hillside == []


def test_in_words_it_goes_to_stderr(command: Command) -> None:
    done = command("quality", "--partnership", "riverbend")
    assert done.stdout == ""
    assert "warning: Four-year-olds in preschool" in done.stderr


def test_a_partnership_that_is_not_there_is_wrong_usage(command: Command) -> None:
    done = command("quality", "--partnership", "nowhere")
    assert (done.exit_code, done.stdout) == (2, "")
    assert len(done.stderr.strip().splitlines()) == 1
