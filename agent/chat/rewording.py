"""Change a note without a model: shorter, another opening, less product, more spoken. Pure, and no word is invented.

What is dropped is life that rests on nothing; conditions, disclosures, role and labels stay. What is added comes from
the phrase banks, which assert nothing. None means that nothing honest was left to do.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from random import Random

from agent.authors.naming import scene_covers, told_covers
from agent.authors.topics import read_topic
from agent.catalogue import say
from agent.chat.blocks import is_locked
from agent.chat.cues import load_cues
from agent.chat.state import Lock
from agent.chat.swapping import swapped
from agent.models import Note, Segment, Sources
from agent.text.provenance import traced_share

__all__ = [
    "Rewording",
    "less_product",
    "more_spoken",
    "other_cover",
    "other_opening",
    "shorter",
    "why_no_opening",
    "without_product",
]

MANDATORY = frozenset({"condition", "disclosure", "role", "label"})
DROPPED_AT_ONCE = 2
FEWEST = 3  # pieces of life that stay
HOOKS = ("quote", "feeling")
TRACED_SHARE = 0.5


@dataclass(frozen=True)
class Rewording:
    """Hold the changed note and, one line each, what changed."""

    note: Note
    changes: tuple[str, ...]


def shorter(note: Note, *, locked: Sequence[Lock] = (), only: Sequence[int] | None = None) -> Rewording | None:
    """Drop the pieces of life that rest on the least, the last ones first; what leads to a condition stays."""
    life = [index for index, segment in enumerate(note.segments) if segment.kind == "life"]
    last = max(life, default=-1)
    free = [i for i in life if i not in (0, last) and not is_locked(note, i, locked) and not _leads(note, i)]
    if only is not None:
        free = [index for index in life if index in only and not is_locked(note, index, locked)]
    spare = max(len(life) - FEWEST, 0) if only is None else len(free)
    chosen = sorted(free, key=lambda index: (len(note.segments[index].sources), -index))
    return _without(note, chosen[: min(DROPPED_AT_ONCE, spare)])


def less_product(note: Note, sources: Sources, *, locked: Sequence[Lock] = ()) -> Rewording | None:
    """Drop life that names a product and rests on nothing."""
    names = _names(sources)
    named = [
        index
        for index, segment in enumerate(note.segments)
        if segment.kind == "life" and not _rests(segment, sources) and any(name in segment.text for name in names)
    ]
    return _without(note, [index for index in named if not is_locked(note, index, locked)])


def without_product(note: Note, sources: Sources, *, locked: Sequence[Lock] = ()) -> Rewording | None:
    """Drop everything about a product; lines that are still due are added again when the note is assembled."""
    facts, names = {fact.id for fact in sources.facts}, _names(sources)
    about = [
        index
        for index, segment in enumerate(note.segments)
        if facts.intersection(segment.sources)
        or segment.kind in ("condition", "disclosure", "role")
        or (not _rests(segment, sources) and any(name in segment.text for name in names))
    ]
    if any(is_locked(note, index, locked) for index in about):
        return None
    return _without(note, about)


def other_opening(note: Note, sources: Sources, *, locked: Sequence[Lock] = ()) -> Rewording | None:
    """Begin with what somebody said or felt, as told; where nothing was told, with another phrase of the bank."""
    free = [i for i, s in enumerate(note.segments) if s.kind == "life" and not is_locked(note, i, locked)]
    first = next((i for i, segment in enumerate(note.segments) if segment.kind == "life"), None)
    if first is None or first not in free:
        return None
    kinds = {item.id: item.kind for item in sources.brief.material}
    told = [i for i in free if i != first and _rests(note.segments[i], sources)]
    hooks = [i for i in told if any(kinds.get(source) in HOOKS for source in note.segments[i].sources)]
    if note.segments[first].sources:
        return _moved_first(note, hooks[0], first) if hooks else None
    phrase = _phrase(note, sources)
    if not phrase:
        return _moved_first(note, hooks[0], first) if hooks else None
    opening, rest = Segment(text=phrase, kind="life"), note.segments[first + 1 :]
    if rest and not rest[0].paragraph:
        rest = (_following(rest[0]), *rest[1:])
    changed = note.model_copy(update={"segments": (*note.segments[:first], opening, *rest)})
    return Rewording(changed, (say("changed_opening", text=phrase),))


def why_no_opening(note: Note, sources: Sources, *, locked: Sequence[Lock] = ()) -> str:
    """Return the code of the message that says why there is no other opening: the one reason that holds."""
    first = next((i for i, segment in enumerate(note.segments) if segment.kind == "life"), None)
    if first is None:
        return "opening_none"
    if is_locked(note, first, locked):
        return "opening_locked"
    if note.segments[first].sources:
        return "opening_told"
    return "opening_bare" if read_topic(sources.brief).scene is None else "opening_used"


def more_spoken(note: Note, *, locked: Sequence[Lock] = (), only: Sequence[int] | None = None) -> Rewording | None:
    """Replace bookish words by spoken ones in life, each where the word list says it is a word."""
    segments, changes = list(note.segments), []
    for index, segment in enumerate(segments):
        if segment.kind != "life" or is_locked(note, index, locked) or (only is not None and index not in only):
            continue
        text, made = swapped(segment.text, load_cues().spoken)
        changes += [say("changed_word", old=swap.old, new=swap.new) for swap in made]
        segments[index] = segment.model_copy(update={"text": text})
    if not changes:
        return None
    return Rewording(note.model_copy(update={"segments": tuple(segments)}), tuple(dict.fromkeys(changes)))


def other_cover(note: Note, sources: Sources) -> str:
    """Return what comes next for the cover, told clauses before phrases of the scene; empty when there is no other."""
    told = told_covers(note.title, sources.brief.material)
    covers = (*told, *scene_covers(read_topic(sources.brief), note.title))
    place = covers.index(note.cover) + 1 if note.cover in covers else 0
    return next((cover for cover in (*covers[place:], *covers[:place]) if cover != note.cover), "")


def _without(note: Note, indices: Iterable[int]) -> Rewording | None:
    gone = set(indices)
    kept: list[Segment] = []
    opens = False  # a paragraph whose first piece went begins with the next one
    for index, segment in enumerate(note.segments):
        if index in gone:
            opens = opens or segment.paragraph
            continue
        kept.append(segment.model_copy(update={"paragraph": True}) if opens else segment)
        opens = False
    if not gone or not kept or not any(segment.kind not in MANDATORY for segment in kept):
        return None
    changes = tuple(say("changed_dropped", text=note.segments[index].text) for index in sorted(gone))
    return Rewording(note.model_copy(update={"segments": tuple(kept)}), changes)


def _moved_first(note: Note, index: int, first: int) -> Rewording:
    moved = note.segments[index]
    rest = _without(note, [index])
    segments = list((rest.note if rest else note).segments)
    segments[first] = _following(segments[first])
    segments.insert(first, moved.model_copy(update={"paragraph": True}))
    return Rewording(note.model_copy(update={"segments": tuple(segments)}), (say("changed_opening", text=moved.text),))


def _following(segment: Segment) -> Segment:
    return segment.model_copy(update={"paragraph": False})


def _rests(segment: Segment, sources: Sources) -> bool:
    """Tell whether a piece says what its sources say; one that only takes a sum or a word of the story up does not."""
    told = [item.text for item in sources.brief.material if item.id in segment.sources]
    return traced_share(segment.text, told) >= TRACED_SHARE if told else bool(segment.sources)


def _leads(note: Note, index: int) -> bool:
    """Tell whether a piece leads to a condition or a point: without it, that would stand there by itself."""
    after = note.segments[index + 1 : index + 2]
    return bool(after) and after[0].kind in ("condition", "point")


def _phrase(note: Note, sources: Sources) -> str:
    reading = read_topic(sources.brief)
    if reading.scene is None:
        return ""
    never = sources.persona.words_never if sources.persona else ()
    used = "\n".join((note.body, *(earlier.body for earlier in sources.earlier)))
    slots = {"topic": reading.topic, "lead": reading.lead, "keyword": reading.keyword, "label": reading.scene.label}
    phrases = [phrase.format(**slots, product="") for phrase in reading.scene.leads]
    fresh = [p for p in phrases if p not in used and not reading.is_foreign(p) and not any(w in p for w in never)]
    seed = hashlib.sha256(note.body.encode()).digest()
    return Random(seed).choice(fresh) if fresh else ""


def _names(sources: Sources) -> tuple[str, ...]:
    return tuple(name for product in sources.products for name in (product.name, product.full_name, *product.aliases))
