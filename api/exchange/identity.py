"""Telling one award from another: published identifiers repeat, so content and order count as well."""

import hashlib
import json
from dataclasses import fields, replace

from api.exchange.records_money import InvestmentRecord

IDENTITY = (
    *("publisher", "identifier", "title", "funder_name", "funder_identifier", "recipient_name"),
    *("recipient_identifier", "amount", "currency", "awarded_on", "awarded_on_precision", "starts_on"),
    *("ends_on", "programme"),
)
WITHOUT_IDENTIFIER = ("description", "note")
NOT_SAID = ("row", "content_sha256", "fingerprint_sha256", "occurrence")


class Occurrences:
    """Counts equal contents within one file, in 8 bytes of each hash."""

    def __init__(self) -> None:
        self._once: set[bytes] = set()
        self._often: dict[bytes, int] = {}

    def next(self, content_sha256: bytes) -> int:
        """1 for a content's first appearance, 2 for its second, and so on."""
        short = content_sha256[:8]
        if short not in self._once:
            self._once.add(short)
            return 1
        self._often[short] = self._often.get(short, 1) + 1
        return self._often[short]


def identified(draft: InvestmentRecord, seen: Occurrences) -> InvestmentRecord:
    """The record with its content hash, fingerprint and occurrence filled in."""
    said = {each.name: getattr(draft, each.name) for each in fields(draft) if each.name not in NOT_SAID}
    names = IDENTITY if draft.identifier is not None else (*IDENTITY, *WITHOUT_IDENTIFIER)
    content = _sha256({name: said[name] for name in names})
    return replace(
        draft,
        content_sha256=content,
        fingerprint_sha256=_sha256(said),
        occurrence=seen.next(content),
    )


def _sha256(said: dict[str, object]) -> bytes:
    written = json.dumps(said, default=str, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(written.encode("utf-8", "surrogatepass")).digest()
