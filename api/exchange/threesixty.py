"""The 360Giving Data Standard 1.4: grants in JSON, CSV or a workbook as investments of ours.

A grant lacks what the standard requires in one unreadable error of its JSON Schema; here each missing
field is named. Without amount, currency, date, title, funder or recipient a grant is rejected; a missing
identifier, description or organization identifier is a warning: large publishers leave them out.
"""

import re
from collections.abc import Iterator
from decimal import Decimal

from api.exchange.codelists import COUNTRIES, LOCATION_SCOPES, REGRANT_TYPES
from api.exchange.errors import CellError, ReadError
from api.exchange.files import Source
from api.exchange.identity import Occurrences, identified
from api.exchange.investments import check_amount, checked_term, currency_code
from api.exchange.reading import Faults
from api.exchange.recipes import Recipe
from api.exchange.records_money import InvestmentRecord, TransactionRecord
from api.exchange.report import ImportReport, Severity
from api.exchange.structured import read_json
from api.exchange.threesixty_grants import Grant, Published
from api.exchange.threesixty_rest import rest_of
from api.exchange.threesixty_shares import shares_of, use_of
from api.exchange.threesixty_sheets import table_grants

PREFIX = re.compile(r"360G-[^-\s]+")
OPEN_CALL = frozenset({"Yes", "No"})
NEEDED = ("title", "currency", "amountAwarded", "awardDate")
WANTED = ("id", "description")
LISTS = ("plannedDates", "actualDates", "grantProgramme")


def read_threesixty(source: Source, recipe: Recipe, report: ImportReport) -> Iterator[InvestmentRecord]:
    """Yields the file's grants. A recipe may declare encoding, sheet, numbers and dates.

    For JSON `row` is the grant's position in the list, counted from 1, and fields are paths.
    """
    seen = Occurrences()
    for row, tree, published in _published(source, recipe, report):
        grant = Grant(tree, published, recipe, Faults(row, report))
        _check_required(grant)
        _check_codes(grant)
        draft = _investment(row, grant)
        if not grant.faults.rejected():
            check_amount(draft.amount, grant.faults, grant.field("amountAwarded"))
            yield identified(draft, seen)
    if report.read == 0:
        report.add(
            Severity.WARNING, "no-grants", "the file holds no grant; the standard asks for one or more"
        )


def _published(
    source: Source, recipe: Recipe, report: ImportReport
) -> Iterator[tuple[int, dict[str, object], Published]]:
    if source.kind != "json":
        for found in table_grants(source, recipe, report):
            yield found.row, found.tree, Published("", found.titles, is_json=False)
        return
    tree = read_json(source)
    grants = tree.get("grants") if isinstance(tree, dict) else None
    if not isinstance(grants, list):
        raise ReadError(source.name, "", "a 360Giving file is an object with a list named 'grants'")
    for position, grant in enumerate(grants):
        report.read += 1
        if not isinstance(grant, dict):
            faults = Faults(position + 1, report)
            faults.add("wrong-type", "a grant is an object", f"grants/{position}", str(grant))
            faults.rejected()
            continue
        yield position + 1, grant, Published(f"grants/{position}/", {}, is_json=True)


def _investment(row: int, grant: Grant) -> InvestmentRecord:
    identifier = grant.name("id")
    prefix = PREFIX.match(identifier or "")
    amount = grant.amount("amountAwarded")
    currency = _currency(grant, "currency")
    starts_on = grant.first_or_last("plannedDates", 0, "startDate", last=False)
    ends_on = grant.first_or_last("plannedDates", 0, "endDate", last=True)
    awarded_on = grant.day("awardDate")
    is_individual = grant.at("recipientIndividual") is not None
    return InvestmentRecord(
        row=row,
        title=grant.name("title") or "",
        amount=amount or Decimal(0),
        currency=currency or "",
        content_sha256=b"",
        fingerprint_sha256=b"",
        occurrence=0,
        publisher=prefix[0] if prefix else None,
        identifier=identifier,
        description=grant.prose("description"),
        funder_name=_party_name(grant, "fundingOrganization"),
        funder_identifier=grant.name("fundingOrganization", 0, "id"),
        recipient_name=None if is_individual else _party_name(grant, "recipientOrganization"),
        recipient_identifier=None if is_individual else grant.name("recipientOrganization", 0, "id"),
        recipient_is_individual=is_individual,
        regrant_type=_regrant_type(grant),
        awarded_on=awarded_on,
        awarded_on_precision=None if awarded_on is None else "DAY",
        starts_on=starts_on,
        ends_on=checked_term(starts_on, ends_on, grant.faults, grant.field("plannedDates", 0, "endDate")),
        programme=grant.name("grantProgramme", 0, "title") or grant.name("grantProgramme", 0, "code"),
        use=use_of(grant),
        transactions=_transactions(grant, currency),
        allocations=shares_of(grant),
        extra=rest_of(grant),
    )


def _check_required(grant: Grant) -> None:
    for key in LISTS:
        grant.branches(key)
    for key in NEEDED:
        if grant.at(key) is None:
            grant.missing(key, fatal=True)
    for key in WANTED:
        if grant.at(key) is None:
            grant.missing(key, fatal=False)
    _check_party(grant, "fundingOrganization")
    both = [grant.at(key) is not None for key in ("recipientOrganization", "recipientIndividual")]
    if all(both):
        sentence = "a grant goes to an organization or to an individual, not to both"
        grant.wrong("two-recipients", sentence, grant.at("recipientOrganization"), "recipientIndividual")
    elif not both[1]:
        _check_party(grant, "recipientOrganization")


def _check_party(grant: Grant, key: str) -> None:
    parties = grant.branches(key)
    known = [part for part in ("id", "name") if grant.at(key, 0, part) is not None]
    if not known:
        grant.missing(key, fatal=True)
        return
    for part in {"id", "name"} - set(known):
        grant.missing(key, 0, part, fatal=False)
    if len(parties) > 1:
        sentence = "more than one organization is named; the first is taken"
        grant.faults.warn("several-organizations", sentence, grant.field(key), str(len(parties)))


def _check_codes(grant: Grant) -> None:
    for key, codes in (("fromOpenCall", OPEN_CALL), ("locationScope", LOCATION_SCOPES)):
        found = grant.at(key)
        if found is not None and found not in codes:
            _not_in_list(grant, found, key)
    for position, place in enumerate(grant.branches("beneficiaryLocation")):
        country = place.get("countryCode")
        if country and country not in COUNTRIES:
            _not_in_list(grant, country, "beneficiaryLocation", position, "countryCode")


def _not_in_list(grant: Grant, found: object, *path: str | int) -> None:
    sentence = "the code is not in the standard's code list; it is kept as published"
    grant.faults.warn("not-in-code-list", sentence, grant.field(*path), str(found))


def _regrant_type(grant: Grant) -> str | None:
    found = grant.at("regrantType")
    if found is None or found in REGRANT_TYPES:
        return None if found is None else str(found)
    _not_in_list(grant, found, "regrantType")
    return None


def _party_name(grant: Grant, key: str) -> str | None:
    return grant.name(key, 0, "name") or grant.name(key, 0, "id")


def _currency(grant: Grant, *path: str | int) -> str | None:
    written = grant.name(*path)
    if written is None:
        return None
    try:
        return currency_code(written)
    except CellError as fault:
        grant.wrong(fault.code, fault.sentence, written, *path)
        return None


def _transactions(grant: Grant, currency: str | None) -> tuple[TransactionRecord, ...]:
    return tuple(
        _transaction(grant, kind, (key, position), currency)
        for kind, key in (
            ("COMMITMENT", "commitmentTransaction"),
            ("DISBURSEMENT", "disbursementTransaction"),
        )
        for position, _ in enumerate(grant.branches(key))
        if _has_value(grant, key, position)
    )


def _has_value(grant: Grant, key: str, position: int) -> bool:
    if grant.at(key, position, "value") is not None:
        return True
    if any(each is not None for each in grant.branches(key)[position].values()):
        grant.missing(key, position, "value", fatal=True)
    return False


def _transaction(grant: Grant, kind: str, place: tuple[str, int], currency: str | None) -> TransactionRecord:
    if grant.at(*place, "transactionDate") is None:
        grant.missing(*place, "transactionDate", fatal=False)
    return TransactionRecord(
        kind=kind,
        amount=grant.amount(*place, "value") or Decimal(0),
        currency=_currency(grant, *place, "currency") or currency or "",
        on=grant.day(*place, "transactionDate"),
        identifier=grant.name(*place, "id"),
        description=grant.prose(*place, "description"),
    )
