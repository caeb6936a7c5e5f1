"""Column titles of the 360Giving Data Standard and the JSON keys they stand for.

Source: 360Giving Data Standard 1.4, schema/360-giving-schema.json (`title` of each property). Titles are
joined by ":", repeated parts carry an index, as in `Beneficiary Location:0:Name`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Title:
    """The JSON key of a title; `inside` holds the titles of its parts; `is_list` those that repeat."""

    key: str
    is_list: bool = False
    inside: Mapping[str, "Title"] = field(default_factory=dict)


def _plain(titles: Mapping[str, str]) -> dict[str, Title]:
    return {title: Title(key) for title, key in titles.items()}


MODIFIED = {"last modified": "dateModified"}
LOCATION = _plain(
    {
        "identifier": "id",
        "name": "name",
        "country code": "countryCode",
        "latitude": "latitude",
        "longitude": "longitude",
        "description": "description",
        "geographic code": "geoCode",
        "geographic code type": "geoCodeType",
        **MODIFIED,
    }
)
ORGANIZATION = {
    **_plain(
        {
            "identifier": "id",
            "name": "name",
            "department": "department",
            "contact name": "contactName",
            "charity number": "charityNumber",
            "company number": "companyNumber",
            "street address": "streetAddress",
            "city": "addressLocality",
            "county": "addressRegion",
            "country": "addressCountry",
            "postal code": "postalCode",
            "phone number": "telephone",
            "alternate name": "alternateName",
            "email": "email",
            "description": "description",
            "organisation type": "organisationType",
            "web address": "url",
            **MODIFIED,
        }
    ),
    "location": Title("location", True, LOCATION),
}
EVENT = _plain(
    {
        "title": "title",
        "start date": "startDate",
        "end date": "endDate",
        "duration (months)": "duration",
        "description": "description",
        **MODIFIED,
    }
)
CODED = {"code": "code", "title": "title", "description": "description", "url": "url", **MODIFIED}
CLASSIFICATION = _plain({"vocabulary": "vocabulary", **CODED})
DOCUMENT = _plain(
    {
        "identifier": "id",
        "title": "title",
        "web address": "url",
        "description": "description",
        "document type": "documentType",
        **MODIFIED,
    }
)
TRANSACTION = _plain(
    {
        "identifier": "id",
        "transaction date": "transactionDate",
        "currency": "currency",
        "value": "value",
        "value date": "valueDate",
        "description": "description",
        "provider": "provider",
        "recipient": "recipient",
        **MODIFIED,
    }
)
INDIVIDUALS = {
    "primary grant reason": Title("primaryGrantReason"),
    "secondary grant reason": Title("secondaryGrantReason"),
    "grant purpose": Title("grantPurpose", True),
}
GRANT: Mapping[str, Title] = {
    **_plain(
        {
            "identifier": "id",
            "title": "title",
            "description": "description",
            "currency": "currency",
            "amount applied for": "amountAppliedFor",
            "amount awarded": "amountAwarded",
            "amount disbursed": "amountDisbursed",
            "award date": "awardDate",
            "url": "url",
            "from an open call?": "fromOpenCall",
            "data source": "dataSource",
            "for regrant type": "regrantType",
            "location scope": "locationScope",
            **MODIFIED,
        }
    ),
    "planned dates": Title("plannedDates", True, EVENT),
    "actual dates": Title("actualDates", True, EVENT),
    "recipient ind": Title("recipientIndividual", False, _plain({"identifier": "id", "name": "name"})),
    "to individuals details": Title("toIndividualsDetails", False, INDIVIDUALS),
    "recipient org": Title("recipientOrganization", True, ORGANIZATION),
    "beneficiary location": Title("beneficiaryLocation", True, LOCATION),
    "funding org": Title("fundingOrganization", True, ORGANIZATION),
    "grant programme": Title("grantProgramme", True, _plain(CODED)),
    "funding type": Title("fundingType", True, CLASSIFICATION),
    "classifications": Title("classifications", True, CLASSIFICATION),
    "related document": Title("relatedDocument", True, DOCUMENT),
    "application transaction": Title("applicationTransaction", True, TRANSACTION),
    "commitment transaction": Title("commitmentTransaction", True, TRANSACTION),
    "disbursement transaction": Title("disbursementTransaction", True, TRANSACTION),
    "related activity": Title("relatedActivity", True),
}
Path = tuple[str | int, ...]


def json_path(header: str) -> Path | None:
    """The JSON path of a column title, or of a path written with "/"; None where the standard has none.

    `Recipient Org:Name` and `recipientOrganization/0/name` are both
    ("recipientOrganization", 0, "name").
    """
    titled = _walk([part.strip().lower() for part in header.split(":")], GRANT)
    if titled is not None:
        return titled
    return _walk([part.strip() for part in header.split("/")], _by_key(GRANT))


def column_title(path: Path) -> str:
    """The title of a path without indexes, like "Recipient Org:Name"; the keys where there is none."""
    parts: list[str] = []
    titles: Mapping[str, Title] = GRANT
    for key in (step for step in path if isinstance(step, str)):
        found = next((title for title, each in titles.items() if each.key == key), key)
        parts.append(found.title().replace("Url", "URL"))
        titles = titles[found].inside if found in titles else {}
    return ":".join(parts)


def _by_key(titles: Mapping[str, Title]) -> dict[str, Title]:
    return {title.key: Title(title.key, title.is_list, _by_key(title.inside)) for title in titles.values()}


def _walk(parts: list[str], titles: Mapping[str, Title]) -> Path | None:
    title = titles.get(parts[0]) if parts else None
    if title is None:
        return None
    rest, path = parts[1:], (title.key,)
    if not title.is_list:
        return _inner(rest, title, path)
    index = int(rest.pop(0)) if rest and rest[0].isascii() and rest[0].isdigit() and len(rest[0]) < 4 else 0
    return _inner(rest, title, (*path, index))


def _inner(rest: list[str], title: Title, path: Path) -> Path | None:
    if not rest:
        return None if title.inside else path
    inside = _walk(rest, title.inside)
    return None if inside is None else (*path, *inside)
