"""Sealed texts: what this site hands to a browser and reads back, unread and unchanged by anybody else.

A seal is a JWE (RFC 7516) under a key of this installation, with AES-256-GCM and the purpose in its key, so that what
was sealed for one use opens for no other.
"""

import hashlib
import hmac
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from joserfc import jwe
from joserfc.errors import JoseError
from joserfc.jwk import OctKey

_HEADER: Final = {"alg": "dir", "enc": "A256GCM"}
_ALGORITHMS: Final = ("dir", "A256GCM")
LONGEST: Final = 4096  # a browser keeps no longer cookie (RFC 6265, section 6.1)


@dataclass(frozen=True)
class Seal:
    """Seals for one purpose, good for so many seconds. `secret` is the installation's."""

    secret: str
    purpose: str
    seconds: int

    def seal(self, said: Mapping[str, Any]) -> str:
        """`said` (JSON) as a text for a cookie, with the moment of sealing."""
        held = {**said, "at": time.time()}
        return jwe.encrypt_compact(dict(_HEADER), json.dumps(held).encode(), self._key, list(_ALGORITHMS))

    def open(self, text: str | None) -> dict[str, Any] | None:
        """What was sealed, and under "at" when (seconds of the epoch); None where it is not ours or too old."""
        if not text or len(text) > LONGEST:
            return None
        try:
            plain = jwe.decrypt_compact(text, self._key, list(_ALGORITHMS)).plaintext
        except (JoseError, ValueError):
            return None
        said: dict[str, Any] = json.loads(plain or b"{}")
        age = time.time() - float(said.get("at", 0))
        return said if -60 <= age <= self.seconds else None

    @property
    def _key(self) -> OctKey:
        digest = hmac.new(self.secret.encode(), f"seal {self.purpose}".encode(), hashlib.sha256).digest()
        return OctKey.import_key(digest)
