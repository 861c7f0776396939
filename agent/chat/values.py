"""What goes into a chat and what comes out of it: frozen values, never markup.

A turn is one thing a person did: typed, tapped a button, marked a passage, tapped an answer. An answer holds what to
show; how it looks is decided by whoever shows it.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field

from agent.models import FieldName, Frozen, Material, NoteType, Outcome, Verdict
from agent.record.statuses import Status

__all__ = [
    "Answer",
    "Answered",
    "Ask",
    "Block",
    "ChatEvent",
    "FindingCard",
    "Intent",
    "MayISay",
    "NodeDone",
    "NoteCard",
    "Option",
    "Saved",
    "Selection",
    "StatusCard",
    "TextPiece",
    "Turn",
    "TurnBegan",
]

MAX_TEXT = 5000
MAX_KEY = 64


class Intent(StrEnum):
    """List everything a turn can ask for; the list is closed."""

    CAPTURE = "capture"
    MAY_I_SAY = "may_i_say"
    DRAFT = "draft"
    CHANGE_SPAN = "change_span"
    SHORTER = "shorter"
    MORE_SPOKEN = "more_spoken"
    OTHER_OPENING = "other_opening"
    LESS_PRODUCT = "less_product"
    SPLIT = "split"
    JOIN = "join"
    UNDO = "undo"
    EXPLAIN = "explain"
    STATUS = "status"
    REPLY = "reply"
    PUBLISHED = "published"
    ACCEPT_FIX = "accept_fix"
    LOCK = "lock"
    UNLOCK = "unlock"
    SUBMIT = "submit"


class Selection(Frozen):
    """Mark a passage of the note on the table: half-open code-point offsets into a raw field."""

    field: Literal["title", "cover", "body", "tags"] = "body"
    start: int = Field(default=0, ge=0)
    end: int = Field(default=0, ge=0)
    text: str = ""


class Turn(Frozen):
    """Say what a person did. `key` identifies the turn: sent again with the same key, it is done once.

    `intent`, `span`, `finding`, `block`, `option` and `replacement` carry what an interface already knows; `persona`
    and `account` switch who speaks from this turn on.
    """

    key: str = Field(pattern=r"^[A-Za-z0-9_.:-]+$", max_length=MAX_KEY)
    text: str = Field(default="", max_length=MAX_TEXT)
    intent: Intent | None = None
    span: Selection | None = None
    replacement: str | None = Field(default=None, max_length=MAX_TEXT)
    finding: str = ""
    block: str = ""
    option: str = ""
    note_type: NoteType | None = None
    persona: str = ""
    account: str = ""


class Option(Frozen):
    """Offer one answer to tap."""

    id: str
    label: str


class Ask(Frozen):
    """Ask one thing. `material` marks a question that only the employee's own words can answer."""

    text: str
    options: tuple[Option, ...] = ()
    material: bool = False


class FindingCard(Frozen):
    """Explain one finding as staff read it: which sentence, why (clause), what to do, and the fix to accept.

    `safe` marks a fix that may be accepted together with others, unseen; `drop` is the sentence that may go whole
    instead, because the fix would leave a notice in the middle of a story.
    """

    id: str
    rule: str
    severity: Literal["block", "fix", "warn"]
    field: FieldName
    index: int = 0
    start: int | None = None
    end: int | None = None
    sentence: str
    text: str = ""
    why: str
    clause: str
    advice: str = ""
    fix: str | None = None
    acceptable: bool = False
    safe: bool = False
    drop: Selection | None = None


class Block(Frozen):
    """Name one block of a note that can be copied, locked or changed by itself."""

    id: str
    kind: Literal["title", "cover", "body", "tags"]
    text: str
    locked: bool = False
    sources: tuple[str, ...] = ()


class NoteCard(Frozen):
    """Show a note: its blocks, title options, findings, label step, and how it stands."""

    run: str
    revision: int
    text_hash: str
    title: str
    titles: tuple[str, ...]
    cover: str
    body: str
    tags: tuple[str, ...]
    blocks: tuple[Block, ...]
    outcome: Outcome
    verdict: Verdict
    rounds: int
    author: str
    label_text: str = ""
    label_step: str = ""
    evidence: tuple[str, ...] = ()
    tone: tuple[str, ...] = ()


class MayISay(Frozen):
    """Answer with the type of note a sentence belongs in and the clause on one line.

    `change` asks for other words, `needs` for words that are missing; the sentence itself may then stay as it is.
    """

    verdict: Literal["yes", "no", "change", "needs"]
    sentence: str
    note_type: NoteType
    needs: str = ""
    clause: str = ""
    why: str = ""


class Saved(Frozen):
    """Confirm saved material, and count what would make it stand more firmly."""

    items: tuple[Material, ...]
    total: int
    open_questions: tuple[str, ...] = ()


class StatusCard(Frozen):
    """Say how a run stands; `title` is that of its text as it is, empty without one."""

    run: str
    topic: str
    title: str = ""
    outcome: Outcome | None
    status: Status = "unfinished"
    submitted: bool = False
    decided_by: str = ""
    reason: str = ""
    urls: tuple[str, ...] = ()
    open_findings: int = 0


class Answer(Frozen):
    """Hold what to show for one turn; at most one question.

    `steps` are the lines that told how the turn went; none for one that was cut off and carried on. `reply_ways` says
    of each reply what it does (told, open, answer, …; nothing of a model's). `assumptions` are what was taken for
    granted; `limits` say honestly what could not be done, and why.
    """

    key: str
    intent: Intent | None = None
    text: str = ""
    run: str = ""
    note: NoteCard | None = None
    findings: tuple[FindingCard, ...] = ()
    may_i_say: MayISay | None = None
    saved: Saved | None = None
    status: tuple[StatusCard, ...] = ()
    replies: tuple[str, ...] = ()
    reply_ways: tuple[str, ...] = ()
    steps: tuple[str, ...] = ()
    changes: tuple[str, ...] = ()
    assumptions: tuple[str, ...] = ()
    limits: tuple[str, ...] = ()
    question: Ask | None = None


class TurnBegan(Frozen):
    """Tell what a turn was taken to ask for."""

    kind: Literal["began"] = "began"
    key: str
    intent: Intent | None = None


class NodeDone(Frozen):
    """Tell that a node of a run has ended, in a line a person can read."""

    kind: Literal["node"] = "node"
    run: str
    node: str
    round: int
    text: str


class TextPiece(Frozen):
    """Carry text while a model writes it; an empty piece says that a reply begins anew."""

    kind: Literal["piece"] = "piece"
    text: str


class Answered(Frozen):
    """End a turn."""

    kind: Literal["answered"] = "answered"
    answer: Answer


ChatEvent = Annotated[TurnBegan | NodeDone | TextPiece | Answered, Field(discriminator="kind")]
