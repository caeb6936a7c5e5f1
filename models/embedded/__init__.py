"""An embedded PostgreSQL 18 that several commands share; the last one to leave stops it.

    with embedded.lease(settings.home) as server:
        connect(server.url("alignment"))

A lease is a shared file lock, which the kernel drops however its owner ends. A small detached keeper holds
the server for as long as anybody holds a lease, brings it back when it dies, and is itself brought back by
the next or the remaining owners of leases. Modules of this package import one another relatively, and only
the standard library: the keeper runs the package by itself, without the tables of `models`.
"""

from .leases import lease, start, status, stop
from .places import EmbeddedError, Server, Status, binaries

__all__ = ["EmbeddedError", "Server", "Status", "binaries", "lease", "start", "status", "stop"]
