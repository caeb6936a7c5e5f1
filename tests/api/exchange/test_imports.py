"""One file, one import: all of it or nothing, a report that is kept, and imports that take turns."""

import asyncio
import csv
from decimal import Decimal
from pathlib import Path

import pytest

from api.exchange.errors import ReadError
from api.exchange.imports import Order, import_file
from api.exchange.recipe_files import parse_recipe
from models.partnerships import Partnership

from .importer import Importer, codes, told

RECIPE = """
[columns]
identifier = "id"
funder = "funder"
recipient = ["recipient"]
amount = "amount"
[constants]
currency = "USD"
"""
GOOD = "id,funder,recipient,amount\nA-1,Fund,School,100.00\nA-2,Fund,Library,50.00\n"
HALF = GOOD + "A-3,Fund,School,plenty\n"

COMMITTED = """
select i.currency, sum(case d.kind when 'RECEIVABLE' then t.amount else -t.amount end) / 100.0 as amount
from ledger.transfer t join ledger.account d on d.id = t.debit_account_id join investment i on i.id = t.investment_id
where t.kind = 'COMMITMENT' group by 1
"""


async def test_one_bad_row_keeps_the_whole_file_out(bring: Importer) -> None:
    before = await bring.counts()
    report = await bring.text(HALF, "investments", RECIPE)
    assert (report.read, told(report)) == (3, (0, 0, 0, 1))
    assert await bring.counts() == before


async def test_the_report_of_a_refused_file_is_kept(bring: Importer) -> None:
    await bring.text(HALF, "investments", RECIPE)
    kept = (await bring.rows("select file, actor, read, created, rejected, report from import_run"))[0]
    assert tuple(kept)[:5] == ("investments.csv", "somebody", 3, 0, 1)
    assert kept.report["findings"][0]["examples"] == [{"row": 4, "field": "amount", "value": "plenty"}]


async def test_the_good_rows_are_kept_where_that_is_wanted(bring: Importer) -> None:
    assert told(await bring.text(HALF, "investments", RECIPE, keep_good=True)) == (2, 0, 0, 1)
    assert await bring.value("select count(*) from investment") == 2
    assert await bring.audit() == []


async def test_a_dry_run_tells_what_would_be_and_keeps_only_the_report(bring: Importer) -> None:
    before = await bring.counts()
    assert told(await bring.text(GOOD, "investments", RECIPE, dry_run=True)) == (2, 0, 0, 0)
    assert await bring.counts() == before
    assert await bring.value("select is_dry_run from import_run") is True


async def test_every_award_names_the_import_that_brought_it(bring: Importer) -> None:
    await bring.text(GOOD, "investments", RECIPE)
    found = "select count(*) from investment i join import_run r on r.id = i.import_id where r.created = 2"
    assert await bring.value(found) == 2


async def test_an_unknown_format_is_refused_with_those_that_there_are(bring: Importer) -> None:
    with pytest.raises(ReadError, match="no such format; there are 360giving, allocations"):
        await bring.text(GOOD, "grants")


async def test_a_file_that_breaks_off_leaves_nothing(bring: Importer) -> None:
    before = await bring.counts()
    with pytest.raises(ReadError):
        await bring.text(GOOD * 2000 + 'A-4,"Fund', "investments", RECIPE)
    assert await bring.counts() == before


async def test_progress_is_told_in_thousands(bring: Importer, tmp_path: Path) -> None:
    seen: list[int] = []
    path = tmp_path / "many.csv"
    path.write_text("id,funder,amount\n" + "".join(f"B-{n},Fund,1\n" for n in range(2500)))
    order = Order(bring.partnership.id, path, "investments", parse_recipe(RECIPE), dry_run=True)
    await import_file(bring.database, order, seen.append)
    assert seen == [1000, 2000, 2500]


async def test_two_imports_at_once_in_one_partnership_take_turns(bring: Importer, tmp_path: Path) -> None:
    other = Importer(bring.database, bring.partnership, tmp_path / "other")
    other.folder.mkdir()
    reports = await asyncio.gather(
        bring.text(GOOD, "investments", RECIPE), other.text(GOOD, "investments", RECIPE)
    )
    assert sorted(told(report) for report in reports) == [(0, 0, 2, 0), (2, 0, 0, 0)]
    assert await bring.value("select count(*) from organization") == 3
    assert await bring.audit() == []


async def test_two_imports_at_once_in_two_partnerships_both_come_through(
    bring: Importer, other_partnership: Partnership
) -> None:
    other = Importer(bring.database, other_partnership, bring.folder)
    reports = await asyncio.gather(
        bring.text(GOOD, "investments", RECIPE), other.text(GOOD, "investments", RECIPE)
    )
    assert [told(report) for report in reports] == [(2, 0, 0, 0)] * 2
    assert [await each.value("select count(*) from investment") for each in (bring, other)] == [2, 2]


# ORACLES.md of the real files, computed with csv, json and Decimal alone: awards, recipients, total.
REAL = [
    ("360giving-abct/a001p00000zgyHZAAY.json", 783, 322, "12785625"),
    ("360giving-abct/a001p00000zgyHZAAY.xlsx", 783, 322, "12785625"),
    ("360giving-lloyds/a002400000OiDBQAA3.json", 4116, 3624, "115795635.69"),
]


@pytest.mark.parametrize(("file", "awards", "recipients", "total"), REAL)
async def test_a_published_file_comes_out_of_the_books_to_the_penny(
    bring: Importer, real_data: Path, file: str, awards: int, recipients: int, total: str
) -> None:
    report = await bring.file(real_data / file, "360giving")
    assert told(report) == (awards, 0, 0, 0)
    committed = (await bring.rows(COMMITTED))[0]
    assert (committed.currency, committed.amount) == ("GBP", Decimal(total))
    assert await bring.value("select count(distinct recipient_id) from investment") == recipients
    assert await bring.value("select count(*) from funder") == 1
    assert told(await bring.file(real_data / file, "360giving")) == (0, 0, awards, 0)
    assert await bring.audit() == []


async def test_sport_englands_repeated_identifiers_merge_nothing(bring: Importer, real_data: Path) -> None:
    """ORACLES.md: 2,434 rows, 1,646 identifiers of which 439 repeat with other content, 510,872,121 pounds."""
    file = real_data / "360giving-sport-england-exchequer" / "Sport-England_exchequer-awards.csv"
    assert told(await bring.file(file, "360giving")) == (2434, 0, 0, 0)
    repeated = """
      select count(*), count(*) filter (where times > 1) from (
        select source_identifier, count(*) as times from investment group by 1) known
    """
    assert tuple((await bring.rows(repeated))[0]) == (1646, 439)
    assert (await bring.rows(COMMITTED))[0].amount == Decimal(510872121)
    assert told(await bring.file(file, "360giving")) == (0, 0, 2434, 0)


async def test_half_of_sport_england_and_then_the_whole_merges_nothing_either(
    bring: Importer, real_data: Path, tmp_path: Path
) -> None:
    """Rows of one identifier come apart here, so that an identifier which stands once in a file is no key."""
    file = real_data / "360giving-sport-england-exchequer" / "Sport-England_exchequer-awards.csv"
    header, *rows = file.read_text(encoding="utf-8-sig").splitlines(keepends=True)
    odd, even = tmp_path / "odd.csv", tmp_path / "even.csv"
    odd.write_text("".join([header, *rows[::2]]), encoding="utf-8")
    even.write_text("".join([header, *rows[1::2]]), encoding="utf-8")
    assert told(await bring.file(odd, "360giving")) == (1217, 0, 0, 0)
    assert told(await bring.file(even, "360giving")) == (1217, 0, 0, 0)
    assert (await bring.rows(COMMITTED))[0].amount == Decimal(510872121)


# The record counts of PROVENANCE.md; the totals are of csv and Decimal alone, below.
OTHERS = [
    ("us-foundations/chan-zuckerberg-initiative-grants.csv", "foundations.toml", 428),
    ("us-foundations/knight-foundation-grants.csv", "foundations.toml", 3863),
    ("us-foundations/robert-bowne-foundation-grants.csv", "foundations.toml", 649),
    ("us-foundations/dell-foundation-grants.csv", "foundations.toml", 586),
    ("us-gates-education/gates_money.csv", "gates.toml", 255),
]


@pytest.mark.parametrize(("file", "recipe", "awards"), OTHERS)
async def test_foundations_files_come_out_of_the_books_to_the_cent(
    bring: Importer, real_data: Path, file: str, recipe: str, awards: int
) -> None:
    assert told(await bring.file(real_data / file, "investments", recipe)) == (awards, 0, 0, 0)
    assert (await bring.rows(COMMITTED))[0].amount == total_of(real_data / file)
    assert told(await bring.file(real_data / file, "investments", recipe)) == (0, 0, awards, 0)
    assert await bring.audit() == []


def total_of(path: Path) -> Decimal:
    """The sum of the column of amounts, read with the standard library alone."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    column = next(name for name in ("amount", "total_amount") if name in rows[0])
    return sum((Decimal(row[column].replace("$", "").replace(",", "") or 0) for row in rows), Decimal(0))


BROKEN = [
    ("RecipientIndDEI.json", "missing-title"),
    ("bad.xlsx", None),
    ("badfile_all_validation_errors.json", "not-a-date"),
    ("badfile_all_validation_errors.xlsx", "not-a-currency"),
    ("bom.csv", "missing-title"),
    ("decimal_amounts.csv", "missing-title"),
    ("decimal_amounts.json", "missing-title"),
    ("fundingproviders-grants_2_grants_cp1252.csv", None),
    ("fundingproviders-grants_malformed.json", None),
    ("fundingproviders-grants_fixed_2_grants.json", "not-a-date"),
    ("fundingproviders_grants_2_grants.csv", "not-a-date"),
    ("nulls.json", "missing-awardDate"),
    ("oneof.csv", "missing-title"),
]


@pytest.mark.parametrize(("file", "code"), BROKEN)
async def test_a_broken_file_is_told_by_its_place_and_leaves_nothing(
    bring: Importer, real_data: Path, file: str, code: str | None
) -> None:
    before = await bring.counts()
    path = real_data / "360giving-validator-fixtures" / file
    if code is None:
        with pytest.raises(ReadError) as refused:
            await bring.file(path, "360giving")
        assert refused.value.file == file
    else:
        report = await bring.file(path, "360giving")
        assert code in codes(report)
        assert all(finding.examples[0].row is not None for finding in report if finding.severity == "ERROR")
    assert await bring.counts() == before


async def test_all_cohorts_of_connecticut_come_with_their_codes(bring: Importer, real_data: Path) -> None:
    """PROVENANCE.md and data.md: nine cohorts of up to 149 districts, codes from 2015-16 on, written ="0020011"."""
    folder = real_data / "outcomes-ct-graduation" / "four-year-grad-rates-by-race-ethnicity" / "raw"
    files = sorted(folder.glob("*_race_grad.csv"))
    rows = 0
    for file in files:
        report = await bring.file(file, "measurements", "ct-graduation-race.toml")
        assert report.rejected == 0
        rows += report.created
    assert len(files) == 9
    assert (
        await bring.value("select count(*) from raw.figure")
        == rows
        == await bring.value("select count(*) from measurement")
    )
    hartford = """
      select f.value from raw.figure f join measurement m on m.id = f.measurement_id join area a on a.id = m.area_id
      join population p on p.id = m.population_id
      where a.name = 'Hartford School District' and p.value = :group order by m.period_end
    """
    rates = [
        [row.value for row in await bring.rows(hartford, group=group)] for group in ("White", "Hispanic")
    ]
    gaps = [white - hispanic for white, hispanic in zip(*rates, strict=True)]
    assert [str(gap) for gap in gaps] == [
        "33.4",
        "29.1",
        "25.6",
        "22.9",
        "31.0",
        "23.3",
        "29.5",
        "32.0",
        "28.1",
    ]
    for file in files:
        assert (await bring.file(file, "measurements", "ct-graduation-race.toml")).created == 0


async def test_every_finding_of_the_clearinghouse_is_kept_once(bring: Importer, real_data: Path) -> None:
    """PROVENANCE.md: 6,972 findings; the largest published effect, of FindingID 2096, is as absurd as it stands."""
    file = real_data / "evidence-wwc" / "wwc_Findings.csv"
    assert told(await bring.file(file, "wwc-findings")) == (6972, 0, 0, 0)
    assert await bring.value("select max(effect_size) from finding") == Decimal("207.740036808125")
    assert told(await bring.file(file, "wwc-findings")) == (0, 0, 6972, 0)
