"""Find the thread that has a note on its table, or begin one for a note that was written elsewhere."""

from __future__ import annotations

from datetime import datetime

from agent.chat.state import ThreadState
from agent.errors import UsageError
from agent.models import Brief
from agent.record import Store
from agent.text.clean import clean

__all__ = ["open_about", "thread_title"]

TITLE = 30


def open_about(store: Store, *, user: str, run: str, fresh: str, begun: datetime) -> str:
    """Return the id of this user's thread about a run; `fresh` names the one that is begun when there is none.

    Raises `UsageError` for a run that is somebody else's or erased, as for one that never was.
    """
    record = store.find(run)
    if record is None or not user or record.owner != user or record.erased_at is not None:
        raise UsageError("run_unknown", value=run, nearest="—")
    for known in store.threads.of(user):
        if known.state and ThreadState.model_validate_json(known.state).run == run:
            return known.id
    title, state = thread_title(record.brief.topic), _state_about(record.brief).model_dump_json()
    store.threads.start(fresh, owner=user, created_at=begun, title=title, state=state)
    return fresh


def thread_title(words: str) -> str:
    """Return a title on one line."""
    return " ".join(clean(words).text.split())[:TITLE]


def _state_about(brief: Brief) -> ThreadState:
    return ThreadState(
        persona=brief.persona,
        account=brief.account,
        topic=brief.topic,
        note_type=brief.note_type,
        products=brief.products,
        material=brief.material,
        used=len(brief.material),
        run=brief.id,
        seed=brief.seed + 1,
    )
