"""The partnership and what hangs from it. Expected figures are those of small.py, reckoned by hand."""

from models.people import Role

from .conftest import Ask, member
from .small import Small

README_QUERY = """
query($slug: String!) {
  partnership(slug: $slug) {
    name
    funders { nodes { organization { name } totals { committed { amount currency } spent { amount } } } }
    disparities(filter: {statuses: [PERSISTENT]}) {
      nodes { population { label } indicator { name } gap studentsBehind consecutivePeriods }
    }
    reallocationScenarios(first: 1) { nodes { name moves { sentence amount { amount } gain } } }
  }
}
"""


async def test_one_request_answers_for_funders_gaps_and_moves(ask: Ask, small: Small) -> None:
    answer = await ask(README_QUERY, member(small), slug=small.slug)
    assert answer == {
        "data": {
            "partnership": {
                "name": "A partnership under test",
                "funders": {
                    "nodes": [
                        {
                            "organization": {"name": "Hill Foundation"},
                            "totals": {
                                "committed": [
                                    {"amount": "40.00", "currency": "EUR"},
                                    {"amount": "1000.00", "currency": "USD"},
                                ],
                                "spent": [{"amount": "0.00"}, {"amount": "100.00"}],
                            },
                        },
                        {
                            "organization": {"name": "State of Example"},
                            "totals": {
                                "committed": [{"amount": "2000.00", "currency": "USD"}],
                                "spent": [{"amount": "0.00"}],
                            },
                        },
                    ]
                },
                "disparities": {
                    "nodes": [
                        {
                            "population": {"label": "Black"},
                            "indicator": {"name": "Third-grade reading"},
                            "gap": "20",
                            "studentsBehind": 80,
                            "consecutivePeriods": 3,
                        }
                    ]
                },
                "reallocationScenarios": {
                    "nodes": [
                        {
                            "name": "First idea",
                            "moves": [
                                {
                                    "sentence": "Move $300 to tutoring.",
                                    "amount": {"amount": "300.00"},
                                    "gain": "0.5",
                                }
                            ],
                        }
                    ]
                },
            }
        }
    }


async def test_the_partnership_says_who_it_is(ask: Ask, small: Small) -> None:
    query = """query($slug: String!) { partnership(slug: $slug) {
      id slug currency fiscalYearStartMonth areas { name code }
      anchorEntity { organization { name } feeRate } populationGroups(key: true) { label rationale }
      outcomes { name stage academic indicators { name core } } } }"""
    answer = await ask(query, slug=small.slug)
    assert answer["data"]["partnership"] == {
        "id": f"Partnership:{small.partnership.id}",
        "slug": small.slug,
        "currency": "USD",
        "fiscalYearStartMonth": 7,
        "areas": [{"name": "City", "code": "C1"}],
        "anchorEntity": {"organization": {"name": "United Fund"}, "feeRate": "0.05"},
        "populationGroups": [{"label": "Black", "rationale": "Furthest behind."}],
        "outcomes": [
            {
                "name": "Reading",
                "stage": "EARLY_GRADES",
                "academic": True,
                "indicators": [{"name": "Third-grade reading", "core": True}],
            }
        ],
    }


async def test_a_private_partnership_looks_like_one_that_is_not_there(ask: Ask, private: Small) -> None:
    query = "query($slug: String!) { partnership(slug: $slug) { name } }"
    assert await ask(query, slug=private.slug) == await ask(query, slug="nobody-has-this-slug")


async def test_its_own_members_see_a_private_partnership(ask: Ask, private: Small) -> None:
    query = "query($slug: String!) { partnership(slug: $slug) { name } }"
    answer = await ask(query, member(private, Role.FACILITATOR), slug=private.slug)
    assert answer["data"]["partnership"]["name"] == "A partnership under test"


async def test_an_organization_is_found_by_its_identifier(ask: Ask, small: Small) -> None:
    query = "query($id: String!) { organization(identifier: $id) { name sector isPublic } }"
    answer = await ask(query, id=f"US-EIN-{small.slug}")
    expected = {"name": "Hill Foundation", "sector": "PHILANTHROPIC", "isPublic": False}
    assert answer["data"]["organization"] == expected
    assert (await ask(query, id="US-EIN-nobody"))["data"]["organization"] is None
