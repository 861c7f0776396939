"""Say where a note stands, in one word for everybody: from how its run ended, hand-ins, decisions and publications.

The words people read are data: `agent/data/web/status.yaml`, the same in the pages, the chat and the terminal.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Literal, get_args

from agent.models import Outcome
from agent.paths import package_data
from agent.yamlsource import read_yaml

__all__ = ["STATUSES", "STATUS_WORDS", "Past", "Status", "status_of", "status_word"]

Status = Literal[
    "unfinished", "refused", "needs_material", "ready", "written", "changes", "submitted", "approved", "published",
    "retracted", "rejected",
]  # fmt: skip
STATUSES: tuple[Status, ...] = get_args(Status)
STATUS_WORDS = "status.yaml"
ENDED: dict[Outcome, Status] = {
    "refused": "refused", "needs_material": "needs_material", "ready": "ready", "approved": "approved",
    "rejected": "rejected",
}  # fmt: skip


@dataclass(frozen=True)
class Past:
    """Hold what people did to a run, each the last time; None for never.

    `handed_in` and `sent_back` are about its best text, `handed_any` and `asked` about any: `asked` is when somebody
    else than its owner asked for changes or made some. `published` is None as well once it was taken back everywhere.
    """

    handed_in: datetime | None = None
    sent_back: datetime | None = None
    handed_any: datetime | None = None
    asked: datetime | None = None
    published: datetime | None = None
    retracted: datetime | None = None


def status_of(outcome: Outcome | None, past: Past) -> Status:
    """Return where a note stands.

    A text that was handed in and not sent back since waits for a reviewer: the queue lists the same ones.
    """
    if past.published is not None:
        return "published"
    if past.retracted is not None:
        return "retracted"
    if outcome is None:
        return "unfinished"
    if outcome in ENDED:
        return ENDED[outcome]
    if past.handed_in is not None and (past.sent_back is None or past.sent_back < past.handed_in):
        return "submitted"
    if past.asked is not None and (past.handed_any is None or past.handed_any <= past.asked):
        return "changes"
    return "written"


def status_word(status: Status) -> str:
    """Return the Chinese word of a status."""
    return _words()[status]


@cache
def _words() -> dict[str, str]:
    known = read_yaml(package_data("web", STATUS_WORDS)).value
    return {status: known[f"status_{status}"]["zh"] for status in STATUSES}
