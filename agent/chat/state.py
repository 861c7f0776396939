"""What a thread remembers between turns, and what one turn was found to ask for. JSON in the record, values here."""

from __future__ import annotations

from typing import Literal

from agent.chat.values import Ask, Intent, Option, Selection
from agent.models import Brief, Frozen, Material, Note, NoteType

__all__ = ["Edited", "Lock", "Pending", "Request", "ThreadState", "Work"]


class Request(Frozen):
    """Say what a turn asks for, however that was found out; `intent` None means nobody could tell.

    `told` tells a draft to take `text` as material first; `bare` lets it go on without any; `reuse` lets it take what
    was told for notes before; `sure` False asks back before anything that cannot be undone.
    """

    intent: Intent | None = None
    text: str = ""
    topic: str = ""
    quote: str = ""
    products: tuple[str, ...] = ()
    note_type: NoteType | None = None
    span: Selection | None = None
    replacement: str | None = None
    finding: str = ""
    block: str = ""
    told: bool = False
    bare: bool = False
    reuse: bool = False
    whole: bool = False
    sure: bool = True
    candidates: tuple[Intent, ...] = ()


class Pending(Frozen):
    """Keep the question of the last answer: what each option leads to, and what free words lead to."""

    text: str
    options: tuple[tuple[Option, Request], ...] = ()
    free: Request | None = None
    material: bool = False

    @property
    def ask(self) -> Ask:
        """Return the question to show."""
        return Ask(text=self.text, options=tuple(option for option, _ in self.options), material=self.material)

    def chosen(self, answer: str) -> Request | None:
        """Return what an option leads to, named by id, number or label."""
        for number, (option, request) in enumerate(self.options, 1):
            if answer.strip() in (option.id, option.label, str(number)):
                return request
        return None


class Lock(Frozen):
    """Hold a block that must not change, by its words."""

    kind: Literal["title", "cover", "body", "tags"]
    text: str


class Edited(Frozen):
    """Remember one change of the note on the table, by the hashes of its text before and after."""

    before: str
    after: str


class ThreadState(Frozen):
    """Hold who speaks, what was told, the note on the table and the question that waits.

    `used` counts the material that the note on the table was written from: what came later is for the next one.
    `edits` are the changes made here that can be taken back, the last one at the end.
    `earlier` is what was told for the last note before that rests on material, and `earlier_topic` what it was about.
    """

    persona: str = ""
    account: str = ""
    topic: str = ""
    note_type: NoteType | None = None
    products: tuple[str, ...] = ()
    material: tuple[Material, ...] = ()
    used: int = 0
    earlier: tuple[Material, ...] = ()
    earlier_topic: str = ""
    run: str = ""
    seed: int = 0
    locked: tuple[Lock, ...] = ()
    edits: tuple[Edited, ...] = ()
    pending: Pending | None = None


class Work(Frozen):
    """Say what a turn is about to do, settled before it is done: a resumed turn does this and asks nobody again.

    A draft has a brief (and the run it replaces); an edit has the text it was made from (`base`), the text it makes,
    and how many decisions the run had seen before; `undoes` marks one that takes an earlier edit back.
    """

    request: Request
    state: ThreadState
    run: str = ""
    brief: Brief | None = None
    replaces: str = ""
    base: str = ""
    note: Note | None = None
    decisions: int = 0
    undoes: bool = False
    changes: tuple[str, ...] = ()
    assumptions: tuple[str, ...] = ()
    limits: tuple[str, ...] = ()
