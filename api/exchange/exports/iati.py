"""Awards as activities of the IATI Standard 2.03; elements stand in the order that its schema asks for.

The partnership reports; an award is an incoming commitment to it (transaction type 11) from its funder, and what
the funder paid straight to the recipient a disbursement (3). Whoever may not see payments gets none.
"""

from datetime import date, datetime, time
from typing import Final

from lxml import etree

from api.exchange.exports.awards import Award, Book, Party
from api.exchange.report import Example, ImportReport, Severity

__all__ = ["xml_of"]

VERSION: Final = "2.03"
XML: Final = "{http://www.w3.org/XML/1998/namespace}"
FUNDING, EXTENDING, IMPLEMENTING = "1", "3", "4"
PIPELINE, UNDER_WAY, CLOSED = "1", "2", "4"
KINDS: Final = {"FEDERAL": "10", "STATE": "11", "LOCAL": "11", "CORPORATE": "70"}
"""OrganisationType: government, local government, private; a giver of another kind is a foundation (60)."""
SECTORS: Final = {"K12": "80", "HIGHER_EDUCATION": "80", "BUSINESS": "70", "CIVIC_GOVERNMENT": "11"}
OTHER: Final = "90"


def xml_of(book: Book, report: ImportReport) -> bytes:
    """The document in UTF-8."""
    made = datetime.combine(book.made_on, time()).isoformat() + "Z"
    root = etree.Element("iati-activities", {"version": VERSION, "generated-datetime": made})
    for n, award in enumerate(book.awards, start=1):
        report.read += 1
        if award.committed <= 0:
            sentence = (
                "nothing is committed to the award, so that there is no transaction to tell; it is left out"
            )
            report.reject("nothing-committed", sentence, Example(n, "title", award.title))
            continue
        report.created += 1
        root.append(_activity(book, award, n, report))
    return bytes(etree.tostring(root, encoding="UTF-8", xml_declaration=True, pretty_print=True))


def _activity(book: Book, award: Award, n: int, report: ImportReport) -> "etree._Element":
    activity = etree.Element(
        "iati-activity", {f"{XML}lang": "en", "default-currency": award.currency, "humanitarian": "0"}
    )
    _tell_gaps(book, award, n, report)
    reference = f"{book.slug}-{award.identifier or award.id}"
    etree.SubElement(activity, "iati-identifier").text = _clean("-".join(reference.split()))
    _said(activity, "reporting-org", book.name, ref=book.slug, type=OTHER)
    _said(activity, "title", award.title)
    _said(activity, "description", award.description or award.title)
    _participant(activity, award.funder, FUNDING, KINDS.get(award.funder_kind or "", "60"))
    if award.fiscal_agent:
        _participant(activity, award.fiscal_agent, EXTENDING, _type(award.fiscal_agent))
    if award.recipient:
        _participant(activity, award.recipient, IMPLEMENTING, _type(award.recipient))
    begins = award.starts_on or award.awarded_on or book.made_on
    status = CLOSED if award.ends_on and award.ends_on < book.made_on else UNDER_WAY
    etree.SubElement(activity, "activity-status", {"code": PIPELINE if begins > book.made_on else status})
    _day(activity, begins, ("1", "2"), book.made_on)
    if award.ends_on and award.ends_on >= begins:
        _day(activity, award.ends_on, ("3", "4"), book.made_on)
    if book.state:
        etree.SubElement(activity, "recipient-country", {"code": "US", "percentage": "100"})
    else:
        _said(activity, "recipient-region", book.name, code=book.slug, vocabulary="99")
    _said(activity, "sector", award.use.replace("_", " ").capitalize(), vocabulary="99", code=award.use)
    promised_on = min(award.awarded_on or begins, book.made_on)
    _transaction(activity, "11", promised_on, f"{award.committed:.2f}", award)
    for each in award.payments or ():
        if each.on <= book.made_on:
            _transaction(activity, "3", each.on, f"{each.amount:.2f}", award)
    return activity


def _tell_gaps(book: Book, award: Award, n: int, report: ImportReport) -> None:
    at = Example(n, "title", award.title)
    told = (
        (
            award.awarded_on is None,
            "no-award-date",
            "the award has no date; its start, or today, stands for it",
        ),
        (
            bool(award.awarded_on and award.awarded_on > book.made_on),
            "award-in-the-future",
            "IATI takes no transaction of a day to come; the day of this file stands for it",
        ),
        (award.recipient is None, "no-recipient", "the award has no recipient, so that nobody implements it"),
        (not award.description, "no-description", "the award has no description; its title stands for it"),
        (
            any(line.is_targeted for line in award.lines),
            "lines-left-out",
            "IATI has no place for what single dollars are for: practice, outcome, group and year are left out",
        ),
        (
            award.disbursed != 0 and award.payments is None,
            "payments-not-for-you",
            "single payments are between the anchor and the award's funder, and are left out",
        ),
        (
            any(each.on > book.made_on for each in award.payments or ()),
            "payment-in-the-future",
            "IATI takes no transaction of a day to come; the payment is left out",
        ),
    )
    for holds, code, sentence in told:
        if holds:
            severity = Severity.NOTICE if code == "lines-left-out" else Severity.WARNING
            report.add(severity, code, sentence, at)


def _said(parent: "etree._Element", tag: str, text: str, **attributes: str) -> "etree._Element":
    element = etree.SubElement(parent, tag, attributes)
    etree.SubElement(element, "narrative").text = _clean(text)
    return element


def _participant(parent: "etree._Element", party: Party, role: str, kind: str) -> None:
    reference = {"ref": _clean(party.identifier)} if party.identifier else {}
    _said(parent, "participating-org", party.name, role=role, type=kind, **reference)


def _type(party: Party) -> str:
    return SECTORS.get(party.sector or "", "22" if party.sector else OTHER)


def _day(parent: "etree._Element", day: date, types: tuple[str, str], today: date) -> None:
    """A day to come is planned, one that was is actual."""
    kind = types[0] if day > today else types[1]
    etree.SubElement(parent, "activity-date", {"type": kind, "iso-date": day.isoformat()})


def _transaction(parent: "etree._Element", kind: str, on: date, amount: str, award: Award) -> None:
    element = etree.SubElement(parent, "transaction")
    etree.SubElement(element, "transaction-type", {"code": kind})
    etree.SubElement(element, "transaction-date", {"iso-date": on.isoformat()})
    value = etree.SubElement(element, "value", {"currency": award.currency, "value-date": on.isoformat()})
    value.text = amount
    for tag, party in (("provider-org", award.funder), ("receiver-org", award.recipient)):
        if party is not None:
            _said(element, tag, party.name, **({"ref": _clean(party.identifier)} if party.identifier else {}))


def _clean(text: str) -> str:
    """Without characters that XML 1.0 has no place for."""
    return "".join(
        each
        for each in text
        if each in "\t\n\r" or " " <= each <= "\ud7ff" or "\ue000" <= each <= "\ufffd" or each > "\uffff"
    )
