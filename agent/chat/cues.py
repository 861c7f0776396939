"""Read `agent/data/chat_cues.yaml`: which plain words decide what a line asks for."""

from __future__ import annotations

import functools
import re

from pydantic import Field, model_validator

from agent.chat.swapping import Pattern, Swap
from agent.chat.values import Intent
from agent.chat.wanting import Change, Wanted
from agent.models import Frozen, NoteType
from agent.paths import package_data
from agent.yamlsource import read_yaml, validate

__all__ = ["Cue", "Cues", "Slot", "load_cues"]


class Cue(Frozen):
    """Say what words ask for an intent, `unless` others stand beside them; `longest` is in characters (0: any).

    Words that match `wins` settle it, whatever else the line holds: what follows is quoted.
    """

    id: Intent
    label: str
    about: str
    cues: tuple[Pattern, ...] = Field(min_length=1)
    unless: tuple[Pattern, ...] = ()
    wins: tuple[Pattern, ...] = ()
    longest: int = 0
    needs_note: bool = False

    def asked_in(self, text: str, *, has_note: bool) -> bool:
        """Tell whether a line asks for it."""
        if (self.needs_note and not has_note) or (self.longest and len(text) > self.longest):
            return False
        if any(re.search(other, text) for other in self.unless):
            return False
        return any(re.search(cue, text, re.IGNORECASE) for cue in self.cues)


class Slot(Frozen):
    """Name one thing a story may tell: words that tell it, words that ask for it, and the question to ask, if any."""

    id: str
    question: str = ""
    answers: tuple[Pattern, ...] = Field(min_length=1)
    asks: tuple[Pattern, ...] = Field(min_length=1)


class Cues(Frozen):
    """Hold the whole file."""

    intents: tuple[Cue, ...]
    note_types: dict[NoteType, tuple[Pattern, ...]]
    opening: tuple[str, ...]
    topics: tuple[Pattern, ...]
    no_topic: tuple[Pattern, ...]
    asking: tuple[Pattern, ...]
    replying: tuple[Pattern, ...]
    spoken: tuple[Swap, ...]
    drops: tuple[Pattern, ...]
    sentence_each: tuple[Pattern, ...]
    questions: tuple[str, ...]
    changes: tuple[Change, ...]
    slots: tuple[Slot, ...]
    addressed: dict[str, str]

    @model_validator(mode="after")
    def _every_intent_once(self) -> Cues:
        if sorted(cue.id for cue in self.intents) != sorted(Intent):
            raise ValueError("every intent stands here once")
        return self

    def to_author(self, advice: str) -> str:
        """Return advice of a rule as it is said to the person who lived the story and wrote the note."""
        return functools.reduce(lambda text, pair: text.replace(*pair), self.addressed.items(), advice)

    def label_of(self, intent: Intent) -> str:
        """Return the name of an intent as staff read it."""
        return next(cue.label for cue in self.intents if cue.id is intent)

    def asked_in(self, text: str, *, has_note: bool) -> tuple[Intent, ...]:
        """Return every intent whose words a line holds, in the order of the file."""
        settled = (cue.id for cue in self.intents if any(re.search(pattern, text) for pattern in cue.wins))
        if (first := next(settled, None)) is not None:
            return (first,)
        return tuple(cue.id for cue in self.intents if cue.asked_in(text, has_note=has_note))

    def topic_of(self, text: str) -> str:
        """Return what a line wants a note about; empty when it does not say."""
        for pattern in self.topics:
            found = re.search(pattern, text)
            topic = found.group(1).strip(" ，,。：:") if found else ""
            if topic and not any(re.search(empty, topic) for empty in self.no_topic):
                return topic
        return ""

    def note_type_of(self, text: str) -> NoteType | None:
        """Return the type of note whose words a line holds, if any."""
        return next((kind for kind, cues in self.note_types.items() if any(re.search(c, text) for c in cues)), None)

    def asked_about(self, text: str) -> str:
        """Return the words somebody asks about: those in quotation marks, else the line without its question."""
        quoted = re.search(r"[“「\"](.+?)[”」\"]", text, re.DOTALL)
        return quoted.group(1).strip() if quoted else _stripped(text, self.asking)

    def change_in(self, text: str) -> Wanted | None:
        """Return which words a line wants to become which; None when it does not say so."""
        return next((wanted for change in self.changes if (wanted := change.wanted_in(text)) is not None), None)

    def drops_in(self, text: str) -> bool:
        """Tell whether a line wants something taken out."""
        return any(re.search(pattern, text) for pattern in self.drops)

    def replied_to(self, text: str) -> str:
        """Return the comment a line holds, without what introduces it."""
        return _stripped(text, self.replying)


@functools.cache
def load_cues() -> Cues:
    """Load the file; a wrong one raises `ConfigurationError` naming the place."""
    return validate(Cues, read_yaml(package_data("chat_cues.yaml")))


def _stripped(text: str, patterns: tuple[str, ...]) -> str:
    bare = text.strip()
    for pattern in patterns:
        bare = re.sub(pattern, _inside, bare).strip(" ，,\n")
    return bare or text.strip()


def _inside(found: re.Match[str]) -> str:
    """Return what the groups of a pattern hold; nothing where it has none."""
    return "".join(filter(None, found.groups()))
