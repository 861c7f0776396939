"""The chain of the audit: append a link, read the links, and find where they do not hold. Hashes only, no text.

A link's hash covers its own content and the hash before it, so that whoever keeps a head can tell that nothing before
it was changed. Writers take turns on the one row of `audit_head`: the link is part of the transaction it vouches for.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from pydantic import TypeAdapter, ValidationError
from sqlalchemy import Connection, RowMapping, insert, select, update

from agent.record.tables import audit, audit_head
from agent.record.values import AuditEvent, Break, EventKind

__all__ = ["append", "breaks_of", "digest", "events_of", "head_of", "holds"]

_HELD = TypeAdapter(dict[str, str])


def digest(value: Any, *, salt: str = "") -> str:
    """Return `sha256:…` over a salt and the canonical JSON of a value."""
    canonical = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return "sha256:" + hashlib.sha256((salt + canonical).encode()).hexdigest()


def append(
    connection: Connection, kind: EventKind, *, run: str, at: datetime, held: Mapping[str, str], subject: str = ""
) -> AuditEvent:
    """Append a link in the transaction of the row it vouches for; append last, other writers wait from here on."""
    head = connection.execute(select(audit_head).with_for_update()).mappings().one()
    content = {
        "seq": head["seq"] + 1,
        "at": at.astimezone(UTC).isoformat(),
        "kind": kind,
        "run": run,
        "subject": subject,
        "held": dict(held),
        "prev": head["hash"],
    }
    event = AuditEvent.model_validate({**content, "hash": digest(content)})
    connection.execute(insert(audit).values(_row(event)))
    connection.execute(update(audit_head).values(seq=event.seq, hash=event.hash))
    return event


def events_of(connection: Connection, run: str | None = None) -> tuple[AuditEvent, ...]:
    """Return the links in order, of one run if it is named."""
    query = select(audit).order_by(audit.c.seq)
    if run is not None:
        query = query.where(audit.c.run_id == run)
    return tuple(_event(row) for row in connection.execute(query).mappings())


def head_of(connection: Connection) -> tuple[int, str]:
    """Return number and hash of the last link; (0, "") before the first."""
    row = connection.execute(select(audit_head)).mappings().one()
    return row["seq"], row["hash"]


def breaks_of(events: Iterable[AuditEvent]) -> tuple[Break, ...]:
    """Recompute a chain from its first link and name every link that does not hold."""
    found, seq, prev = [], 0, ""
    for event in events:
        code = _fault(event, seq, prev)
        if code:
            found.append(Break(code=code, run=event.run, kind=event.kind, seq=event.seq))
        seq, prev = event.seq, event.hash
    return tuple(found)


def holds(event: AuditEvent) -> bool:
    """Tell whether a link's hash is that of its content."""
    return digest(event.model_dump(exclude={"hash"})) == event.hash


def _fault(event: AuditEvent, seq: int, prev: str) -> str:
    if event.seq != seq + 1:
        return "audit_gap"
    if event.prev != prev:
        return "audit_link_broken"
    return "" if holds(event) else "audit_event_changed"


def _row(event: AuditEvent) -> dict[str, Any]:
    held = json.dumps(event.held, ensure_ascii=False, sort_keys=True)
    return {**event.model_dump(exclude={"run", "held"}), "run_id": event.run, "held_json": held}


def _event(row: RowMapping) -> AuditEvent:
    return AuditEvent(
        seq=row["seq"],
        at=row["at"],
        kind=row["kind"],
        run=row["run_id"],
        subject=row["subject"],
        held=_held(row["held_json"]),
        prev=row["prev"],
        hash=row["hash"],
    )


def _held(content: str) -> dict[str, str]:
    """Read what a link holds; what somebody broke is kept as it is, for its hash to tell."""
    try:
        return _HELD.validate_json(content)
    except ValidationError:
        return {"unreadable": content}
