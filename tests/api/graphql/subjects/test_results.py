"""What became of the small partnership's awards: Black readers are at 40 percent in 2023 to 2025."""

from .conftest import Ask
from .small import Small

RESULTS = """query ($slug: String!) { partnership(slug: $slug) { investments { nodes { title results {
  indicator { name } area { name } population { value } baseline { periodEnd value } latest { periodEnd value }
  target { value dueOn } change comparison { name } comparisonChange trend caution } } } } }"""


async def test_an_award_is_followed_up_for_the_group_of_its_dollars(ask: Ask, small: Small) -> None:
    """The award starts on 1 July 2024: the last figure before is of June 2024, the newest of June 2025."""
    answer = await ask(RESULTS, slug=small.slug)
    assert "errors" not in answer, answer
    told = {each["title"]: each["results"] for each in answer["data"]["partnership"]["investments"]["nodes"]}
    [only] = told["Reading grant"]
    caution = only.pop("caution")
    assert only == {
        "indicator": {"name": "Third-grade reading"},
        "area": {"name": "City"},
        "population": {"value": "Black"},
        "baseline": {"periodEnd": "2024-06-30", "value": "40"},
        "latest": {"periodEnd": "2025-06-30", "value": "40"},
        "target": {"value": "60", "dueOn": "2028-06-30"},
        "change": "0",
        "comparison": None,
        "comparisonChange": None,
        "trend": "MAINTAINING",
    }
    assert caution.startswith("What happened since the award, not what the award did")
    assert told["Summer money"] == told["A gift from abroad"] == []
