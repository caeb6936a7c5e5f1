"""How much one caller may ask for on the long run: an account of objects that fills as time passes.

The leaky bucket (ITU-T I.371, annex A, "generic cell rate algorithm") with the guard's cost as its measure, as GitHub
and Shopify do for their GraphQL APIs. Each process keeps its own accounts, in memory; a full account is forgotten.
"""

import math
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from ipaddress import IPv6Address, ip_address, ip_network

from starlette.requests import HTTPConnection

from api.graphql.common.errors import Code, Refusal
from api.graphql.door.limits import LIMITS, Limits

__all__ = ["Meter", "address_of"]


def address_of(connection: HTTPConnection | None) -> str:
    """Where an unnamed caller is: the IPv4 address, or the IPv6 network that one household or host is given (/64)."""
    return _network_of(
        connection.client.host if connection is not None and connection.client is not None else ""
    )


@lru_cache(maxsize=10_000)
def _network_of(host: str) -> str:
    try:
        address = ip_address(host)
    except ValueError:
        return host
    if not isinstance(address, IPv6Address):
        return str(address)
    return str(address.ipv4_mapped or ip_network(f"{address}/64", strict=False))


@dataclass
class _Account:
    level: float
    at: float


@dataclass
class Meter:
    """The accounts of all callers; `clock` gives seconds that only go forward."""

    limits: Limits = LIMITS
    clock: Callable[[], float] = time.monotonic
    _accounts: OrderedDict[str, _Account] = field(default_factory=OrderedDict)

    def __len__(self) -> int:
        return len(self._accounts)

    def spend(self, caller: str, objects: int) -> None:
        """Takes what an operation may bring; raises Refusal RATE_LIMITED, and takes nothing, where it is not there."""
        account = self._filled(caller)
        if account.level < objects:
            raise self._refusal(objects - account.level)
        account.level -= objects

    def _filled(self, caller: str) -> _Account:
        held, now = float(self.limits.objects_held), self.clock()
        account = self._accounts.get(caller)
        if account is None:
            account = self._accounts[caller] = _Account(held, now)
            if len(self._accounts) > self.limits.callers:
                self._accounts.popitem(last=False)  # whoever was silent for longest has the fullest account
        account.level = min(held, account.level + (now - account.at) * self.limits.objects_per_second)
        account.at = now
        self._accounts.move_to_end(caller)
        return account

    def _refusal(self, missing: float) -> Refusal:
        seconds = max(1, math.ceil(missing / self.limits.objects_per_second))
        said = (
            f"You have asked for more than your share; ask again in {seconds:,} s, or for fewer with `first`."
        )
        return Refusal(Code.RATE_LIMITED, said, retryAfterSeconds=seconds)
