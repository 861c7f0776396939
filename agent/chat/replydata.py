"""Read `agent/data/replies.yaml`: kinds of comments with their templates, and the lines no reply may cross."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Iterator
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from agent.models import Frozen, Institution
from agent.paths import package_data
from agent.yamlsource import read_yaml, validate

__all__ = ["Line", "ReplyData", "ReplyKind", "Way", "load_replies"]

SLOTS = frozenset({"app", "hotline", "bank", "told"})
Way = Literal["told", "open", "answer", "boundary", "handoff", "elsewhere", "thanks", "invite"]
BUSINESS: frozenset[Way] = frozenset({"answer", "boundary", "handoff"})
_PLACEHOLDER = re.compile(r"0{6,}$")  # only zeros stand for a number: 4008-888-888 and 010-66666666 are banks'


def _compiles(pattern: str) -> str:
    try:
        re.compile(pattern)
    except re.error as error:
        raise ValueError(f"not a regular expression: {error}") from error
    return pattern


def _known_slots(template: str) -> str:
    unknown = set(re.findall(r"\{(\w*)\}", template)) - SLOTS
    if unknown:
        raise ValueError(f"unknown slot {sorted(unknown)}; known: {sorted(SLOTS)}")
    return template


Pattern = Annotated[str, AfterValidator(_compiles)]
Template = Annotated[str, Field(min_length=4), AfterValidator(_known_slots)]


class ReplyKind(Frozen):
    """Describe one kind of comment; `handoff` demands that a reply leads to an official channel.

    Templates differ in what they do. Business is answered, bounded and handed over; what is said about life is told
    from the story, left open for the person to fill in, thanked for, and handed over to nobody.
    """

    id: str
    label: str
    handoff: bool = False
    cues: tuple[Pattern, ...] = ()
    templates: dict[Way, Annotated[tuple[Template, ...], Field(min_length=1)]]

    @model_validator(mode="after")
    def _does_what_it_says(self) -> ReplyKind:
        ways = frozenset(self.templates)
        if self.handoff and ways != BUSINESS:
            raise ValueError(f"a kind that hands over has the ways {sorted(BUSINESS)}")
        if not self.handoff and ("handoff" in ways or len(ways) < 3):
            raise ValueError("a kind that hands over to nobody has three ways or more, and none called handoff")
        return self

    def is_asked_in(self, text: str) -> bool:
        """Tell whether a text is of this kind."""
        return any(re.search(cue, text) for cue in self.cues)


class Line(Frozen):
    """Describe one line no reply may cross; what `spared` matches is not looked at."""

    id: str
    why: str
    patterns: tuple[Pattern, ...] = Field(min_length=1)
    spared: tuple[Pattern, ...] = Field(default=(), alias="except")

    def is_crossed_by(self, text: str) -> bool:
        """Tell whether a text crosses this line."""
        for pattern in self.spared:
            text = re.sub(pattern, "□", text)
        return any(re.search(pattern, text) for pattern in self.patterns)


class ReplyData(Frozen):
    """Hold the whole file; the last kind has no cues and takes what is left."""

    kinds: tuple[ReplyKind, ...]
    lines: tuple[Line, ...]
    app_unnamed: str
    public_numbers: tuple[str, ...] = ()
    official: tuple[str, ...]
    questions: tuple[Pattern, ...]
    noise: tuple[Pattern, ...]

    @model_validator(mode="after")
    def _last_kind_takes_the_rest(self) -> ReplyData:
        if [kind.id for kind in self.kinds if not kind.cues] != [self.kinds[-1].id]:
            raise ValueError("exactly the last kind has no cues")
        return self

    def kind_of(self, text: str) -> ReplyKind:
        """Return the first kind a text is of."""
        return next((kind for kind in self.kinds if kind.is_asked_in(text)), self.kinds[-1])

    def filled(self, kind: ReplyKind, institution: Institution, told: str = "") -> dict[Way, tuple[str, ...]]:
        """Return the templates of a kind that there are words for, by what they do and in the order of the file.

        `told` is what answers the comment.
        """
        words = {"app": institution.app_name or self.app_unnamed, "bank": institution.name}
        words["hotline"] = next((number for number in institution.hotlines if not _is_placeholder(number)), "")
        words["told"] = told
        return {way: tuple(_filled(kind.templates[way], words)) for way in kind.templates}


def _filled(templates: Iterable[str], words: dict[str, str]) -> Iterator[str]:
    for template in templates:
        if all(words[slot] for slot in re.findall(r"\{(\w+)\}", template)):
            yield template.format(**words)


def _is_placeholder(number: str) -> bool:
    """Tell whether a number stands for one: 400-000-0000 reaches nobody."""
    return bool(_PLACEHOLDER.search(re.sub(r"[^0-9]", "", number)))


@functools.cache
def load_replies() -> ReplyData:
    """Load the file; a wrong one raises `ConfigurationError` naming the place."""
    return validate(ReplyData, read_yaml(package_data("replies.yaml")))
