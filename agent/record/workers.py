"""Name the workers that hold something in the record for a while, and tell when one of them has died."""

from __future__ import annotations

import os
import secrets
import socket

from agent.record.database import Database

__all__ = ["is_gone", "new_worker"]


def new_worker() -> str:
    """Return a name no other worker has: `HOST/PID/RANDOM`."""
    return f"{socket.gethostname()}/{os.getpid()}/{secrets.token_hex(4)}"


def is_gone(database: Database, worker: str) -> bool:
    """Tell whether a holder has died on this machine; a server's other machines cannot be looked at."""
    host, _, rest = worker.partition("/")
    if database.engine.dialect.name != "sqlite" or os.name != "posix" or host != socket.gethostname():
        return False
    try:
        os.kill(int(rest.partition("/")[0]), 0)
    except ProcessLookupError:
        return True
    except (OSError, ValueError):
        return False
    return False
