"""A partnership of real files: Connecticut's graduation figures, a foundation's grants, the clearinghouse's findings.

Costs, allocations and restrictions are inputs of ours (nobody publishes them); everything else is as published.
"""

import csv
from collections import Counter
from pathlib import Path
from uuid import UUID

from allocation.partnerships import Terms, create_partnership
from api.exchange.imports import Order, import_file
from api.exchange.recipe_files import load_recipe, parse_recipe
from api.exchange.report import ImportReport
from models.database import Database, Scope

SLUG = "connecticut"
FISCAL_YEAR = 2019
RECIPES = Path(__file__).parent / "api" / "exchange" / "recipes"
GRANTS = """
[columns]
identifier = "url"
funder = "donor"
recipient = "donee"
amount = "amount"
awarded_on = "donation_date"
awarded_on_precision = "donation_date_precision"
programme = "cause_area"
description = "notes"
title = ["donation_earmark"]
[constants]
currency = "USD"
[values]
missing = ["", "FIXME"]
"""
FINDINGS = """
[aliases.outcome]
"Completing school" = "High school graduation"
"Staying in school" = "High school graduation"
"""
PRACTICES = """practice,outcomes,cost_per_participant,currency,price_year,source,capacity,in_kind_needs
Check & Connect,High school graduation,1850.00,USD,2019,our estimate for this test,700,
Career Academies,High school graduation,900.00,USD,2019,our estimate for this test,900,
Dual Enrollment Programs,High school graduation,1200.00,USD,2019,our estimate for this test,800,
Talent Search,High school graduation,500.00,USD,2019,our estimate for this test,1500,
JOBSTART,High school graduation,6000.00,USD,2019,our estimate for this test,300,
Early College High Schools,High school graduation,3800.00,USD,2019,our estimate for this test,300,
Job Corps,High school graduation,,,,,100,
"""
LINES = (  # (grant by its place, practice, population, area, dollars, of them obligated)
    (0, "JOBSTART", "Hispanic", "Hartford School District", 600_000, 150_000),
    (0, "Check & Connect", "Hispanic", "Hartford School District", 250_000, 0),
    (1, "JOBSTART", "Black or African American", "New Haven School District", 500_000, 100_000),
    (2, "Early College High Schools", "White", "Fairfield School District", 400_000, 0),
    (2, "Talent Search", "Hispanic", "New Haven School District", 100_000, 100_000),
    (3, "Career Academies", "Hispanic", "Waterbury School District", 300_000, 50_000),
    (3, "JOBSTART", "Hispanic", "Waterbury School District", 240_000, 0),
    (4, "JOBSTART", "Hispanic", "New Britain School District", 350_000, 0),
    (5, "Early College High Schools", "Hispanic", "Danbury School District", 220_000, 20_000),
)
RESTRICTED = (  # (grant by its place, amount, practices, populations, areas, minimum tier)
    (0, "", "", "Hispanic;Black or African American", "Hartford School District", ""),
    (1, "300000", "Check & Connect;JOBSTART", "", "", ""),
    (3, "", "", "", "Waterbury School District;Meriden School District", "PROMISING"),
    (4, "", "JOBSTART;Career Academies", "Hispanic", "", ""),
)


def grants_chosen(real_data: Path) -> list[str]:
    """Identifiers of six grants of about a million dollars, published under an address of their own."""
    with (real_data / "us-foundations" / "knight-foundation-grants.csv").open(newline="") as lines:
        rows = list(csv.DictReader(lines))
    times = Counter(row["url"] for row in rows)
    single = [row for row in rows if times[row["url"]] == 1 and 900_000 <= float(row["amount"]) <= 1_300_000]
    return sorted(row["url"] for row in single)[:6]


async def build(database: Database, real_data: Path, folder: Path) -> tuple[UUID, list[ImportReport]]:
    """Founds the partnership and imports its files through the product's own import, in order."""
    async with database.session(Scope()) as session:
        founded = await create_partnership(
            session, Terms(SLUG, "Connecticut, from published files", state="CT")
        )
    grants = grants_chosen(real_data)
    (folder / "practices.csv").write_text(PRACTICES)
    (folder / "allocations.csv").write_text(_allocations(grants))
    (folder / "restrictions.csv").write_text(_restrictions(grants))
    graduation = real_data / "outcomes-ct-graduation" / "four-year-grad-rates-by-race-ethnicity" / "raw"
    race = load_recipe(RECIPES / "ct-graduation-race.toml")
    orders = [
        *((path, "measurements", race) for path in sorted(graduation.glob("*_race_grad.csv"))),
        (folder / "practices.csv", "practices", None),
        (real_data / "us-foundations" / "knight-foundation-grants.csv", "investments", parse_recipe(GRANTS)),
        (real_data / "evidence-wwc" / "wwc_Findings.csv", "wwc-findings", parse_recipe(FINDINGS)),
        (folder / "restrictions.csv", "restrictions", None),
        (folder / "allocations.csv", "allocations", None),
    ]
    reports = [
        await import_file(database, Order(founded.id, path, format_name, recipe))
        for path, format_name, recipe in orders
    ]
    return founded.id, reports


def _allocations(grants: list[str]) -> str:
    head = "investment,practice,outcome,population,area,use,fiscal_year,amount,obligated\n"
    return head + "".join(
        f'{grants[place]},{practice},High school graduation,race:{population},"{area}",PRACTICE,{FISCAL_YEAR},'
        f"{amount}.00,{obligated}.00\n"
        for place, practice, population, area, amount, obligated in LINES
    )


def _restrictions(grants: list[str]) -> str:
    head = (
        "investment,amount,outcomes,practices,populations,areas,fiscal_years,use,minimum_tier,lobbying_allowed,"
        "until,note\n"
    )
    return head + "".join(
        f"{grants[place]},{amount},,{practices},{populations},{areas},,PRACTICE,{tier},false,,restricted here\n"
        for place, amount, practices, populations, areas, tier in RESTRICTED
    )
