"""What an address of PostgreSQL looks like, and which remedy an error of its driver calls for.

Imports no driver: errors are told by their attributes. Says nothing of an address, because it holds a password.
"""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from agent.errors import ConfigurationError

__all__ = ["CONNECT_SECONDS", "demand_address", "libpq_address", "refusal_of"]

CONNECT_SECONDS = 10
SCHEMES = ("postgresql", "postgresql+psycopg")
HALF_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")
CROWDED = re.compile(r"too many (clients|connections)|remaining connection slots")
NOT_LET_IN = re.compile(r"authentication failed|does not exist|no pg_hba\.conf entry|password")

CODES = {
    "08": "record_unreachable",
    "22": "record_value_refused",
    "28": "record_refused",
    "3D": "record_refused",
    "42501": "record_no_rights",
    "53100": "record_disk_full",
    "53300": "record_crowded",
    "57P": "record_unreachable",
}


def demand_address(url: str) -> None:
    """Raise `ConfigurationError`, which does not repeat it, unless this is an address every driver reads the same."""
    try:
        parts = urlsplit(url)
        usable = parts.scheme in SCHEMES and parts.port != 0 and not parts.fragment and not HALF_ESCAPE.search(url)
        usable = usable and "@" not in (parts.netloc.rpartition("@")[0] + parts.path) and len(parts.path) > 1
    except ValueError:
        usable = False
    if not usable:
        raise ConfigurationError("database_address_wrong")


def libpq_address(url: str) -> str:
    """Return the address as PostgreSQL's own library reads it: without a driver's name."""
    return re.sub(r"^postgresql\+psycopg:", "postgresql:", url)


def refusal_of(error: object) -> tuple[str, str]:
    """Return the message code for an error of psycopg, and what the server said without any row it quotes."""
    state = getattr(error, "sqlstate", None) or ""
    if not state:
        return ("record_value_refused", "") if _is_about_a_value(error) else _refusal_of_connection(error)
    code = next((code for prefix, code in CODES.items() if state.startswith(prefix)), "record_unusable")
    return code, getattr(getattr(error, "diag", None), "message_primary", None) or state


def _is_about_a_value(error: object) -> bool:
    """Tell an error about what was to be written, which the driver raises without asking the server."""
    return any(kind.__name__ == "DataError" for kind in type(error).__mro__)


def _refusal_of_connection(error: object) -> tuple[str, str]:
    """Tell a connection that was refused from one that could not be made: there is no code to go by.

    The server may speak any language; that a password was asked for means that it was there and did not like it.
    """
    said = str(error).splitlines()[0] if str(error) else ""
    reason = said.rpartition("FATAL:")[2].strip()
    if CROWDED.search(said):
        return "record_crowded", reason
    asked = getattr(getattr(error, "pgconn", None), "used_password", False)
    if said.startswith("connection failed") and (asked or NOT_LET_IN.search(said)):
        return "record_refused", reason
    return "record_unreachable", reason
