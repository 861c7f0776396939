"""Read moments from the record: SQLite drops the zone, and the record stores UTC."""

from __future__ import annotations

from datetime import UTC, datetime

__all__ = ["utc"]


def utc(moment: datetime) -> datetime:
    """Give back the zone that SQLite drops."""
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
