"""Measures of inequality, reckoned by hand from the rates of small.py."""

from typing import Any

from .conftest import Ask
from .small import Small

UNEVEN = """query($slug: String!, $indicator: ID!, $area: ID!, $dimension: String!, $order: [ID!], $on: Date) {
  partnership(slug: $slug) { inequality(indicator: $indicator, area: $area, dimension: $dimension, order: $order,
    periodEnd: $on) { periodEnd groups { label } leftOut { label } reason mean betweenGroupVariance theilIndex
    meanLogDeviation indexOfDisparity differenceFromBest attributableRisk slopeIndex concentrationIndex } } }"""


async def uneven(ask: Ask, small: Small, **asked: object) -> Any:  # Any: a GraphQL object or null
    where = {
        "indicator": small.global_id("Indicator", "grade3"),
        "area": small.global_id("Area", "city"),
        "dimension": "race",
    }
    answer = await ask(UNEVEN, slug=small.slug, **{**where, **asked})
    assert "errors" not in answer, answer["errors"]
    return answer["data"]["partnership"]["inequality"]


async def test_how_unequal_an_indicator_is_over_the_groups_that_are_shown(ask: Ask, small: Small) -> None:
    """Black readers 40 percent of 400, White 60 of 600: a mean of 52, by hand.

    Variance 0.4 * 12^2 + 0.6 * 8^2 = 96; index of disparity 100 * (12 + 8) / 2 / 52 = 19.230769; 60 - 52 = 8 would
    be gained; in order, mid-ranks are 0.2 and 0.7: 0.4 * -0.6 * 40 + 0.6 * 0.4 * 60 = 4.8.
    """
    order = [small.global_id("PopulationGroup", each) for each in ("black", "white")]
    found = await uneven(ask, small, order=order)
    assert [each["label"] for each in found["groups"]] == ["Black", "White"]
    names = ("mean", "betweenGroupVariance", "indexOfDisparity", "attributableRisk", "concentrationIndex")
    assert [float(found[name]) for name in names] == [52.0, 96.0, 19.230769, 8.0, 4.8]
    assert float(found["slopeIndex"]) > 0
    unordered = await uneven(ask, small)
    assert (unordered["mean"], unordered["slopeIndex"], unordered["concentrationIndex"]) == (
        "55.0",
        None,
        None,
    )


async def test_without_two_groups_that_are_shown_there_is_no_measure_but_a_reason(
    ask: Ask, small: Small
) -> None:
    found = await uneven(ask, small, on="1999-06-30")
    assert (found["mean"], found["groups"]) == (None, [])
    assert found["reason"] == "Fewer than two groups of the dimension have a rate that is shown."
    assert [each["label"] for each in found["leftOut"]] == ["Black", "White"]


async def test_an_indicator_that_is_not_there_is_not_found(ask: Ask, small: Small) -> None:
    where = {"indicator": "Indicator:nonsense", "area": small.global_id("Area", "city"), "dimension": "race"}
    answer = await ask(UNEVEN, slug=small.slug, **where)
    assert answer["data"]["partnership"]["inequality"] is None
    assert [each["extensions"]["code"] for each in answer["errors"]] == ["NOT_FOUND"]
