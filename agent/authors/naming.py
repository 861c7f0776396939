"""Name a note: title candidates, cover text and tags, all made of the topic's own words and of what was told."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from random import Random

from agent.authors.anchors import details_in, hints_in, quotes_in, sums_in
from agent.authors.phrasebank import Scene, load_bridges, load_common
from agent.authors.topics import Reading, is_clean
from agent.models import Material
from agent.text.provenance import checkable_numbers
from agent.text.shingles import shingles
from agent.text.units import title_units

__all__ = ["name_cover", "name_tags", "name_titles", "scene_covers", "told_covers"]

MAX_UNITS, SHORTEST, LONGEST = 20, 8, 18
TITLES = 4
LEAST_TAGS, MAX_TAGS = 5, 7
HEAD = 13
TAG = 6
TAIL = 5  # characters; candidates that end alike are one idea
MAX_COVER, SHORTEST_COVER, LONGEST_COVER = 15, 5, 12
DETAILS = 8  # told clauses to choose a title from
CHOICES = 4


def name_titles(
    reading: Reading,
    rng: Random,
    *,
    earlier: Iterable[str] = (),
    material: Sequence[Material] = (),
    lines: Sequence[str] = (),
) -> tuple[str, ...]:
    """Return three to five candidates of several shapes, the one chosen first.

    They take up what was told in the material or, without any, a clause of the lines in the body; patterns of the
    scene fill up. Those that name the keyword come first.
    """
    used = set(earlier)
    found: list[str] = []
    sources = [*_told(reading, rng, material), _hinted(reading, rng, lines), _patterned(reading, rng)]
    for candidates in (*sources, *([pattern] for pattern in sources[-1][1:])):
        title = next((title for title in candidates if title not in used and not _ends_alike(title, found)), "")
        if title and len(found) < TITLES:
            found.append(title)
    if reading.keyword != reading.topic:  # else the search word is no more than the topic, and a told title says more
        found.sort(key=lambda title: reading.keyword not in title)
    return tuple(found) or (reading.keyword[:LONGEST],)


def _ends_alike(title: str, found: Sequence[str]) -> bool:
    return any(title[-TAIL:] in other or other[-TAIL:] in title for other in found)


def name_cover(reading: Reading, title: str, rng: Random, *, material: Sequence[Material] = ()) -> str:
    """Return a cover text that adds to the title instead of repeating it: a told clause, else one of the scene."""
    told, others = told_covers(title, material), scene_covers(reading, title)
    if told:
        return rng.choice(told[:CHOICES])
    return rng.choice(others) if others else reading.keyword[:MAX_COVER]


def scene_covers(reading: Reading, title: str) -> tuple[str, ...]:
    """Return the covers of the scene, else those of any, that stand well beside this title."""
    scene = reading.scene
    covers = [cover for cover in scene.covers if not reading.is_foreign(cover)] if scene else load_common().bare_covers
    return tuple(cover for cover in (_fill(p, reading) for p in covers) if len(cover) <= MAX_COVER and cover != title)


def told_covers(title: str, material: Sequence[Material]) -> tuple[str, ...]:
    """Return the told clauses that can stand on a cover beside this title, as told."""
    told = [detail for detail in details_in(material) if SHORTEST_COVER <= len(detail) <= LONGEST_COVER]
    return tuple(d for d in told if d not in title and not checkable_numbers(d) and is_clean(d))


def _told(reading: Reading, rng: Random, material: Sequence[Material]) -> list[list[str]]:
    """Return fitting titles that take up a saying, a sum and a clause of the story; kinds in any order."""
    told = {
        "quote": [anchor.text for anchor in quotes_in(material)],
        "amount": [anchor.text for anchor in sums_in(material)],
        "detail": list(details_in(material)[:DETAILS]),
    }
    kinds = [kind for kind, pieces in told.items() if pieces]
    rng.shuffle(kinds)
    bare = [piece for piece in told["detail"] if _is_title(piece, reading)]
    return [*(_taken_up(reading, rng, kind, told[kind]) for kind in kinds), rng.sample(bare, k=len(bare))]


def _hinted(reading: Reading, rng: Random, lines: Sequence[str]) -> list[str]:
    """Return titles that give advice of the body; to a question it would be no answer."""
    return [] if reading.is_question else _taken_up(reading, rng, "hint", list(hints_in(lines)))


def _taken_up(reading: Reading, rng: Random, kind: str, pieces: list[str]) -> list[str]:
    """Fill the patterns of this kind, one piece after the other, each with the patterns in another order."""
    bank: tuple[str, ...] = getattr(load_bridges().titles, kind)
    rng.shuffle(pieces)
    pairs = [(pattern, piece) for piece in pieces for pattern in rng.sample(bank, k=len(bank))]
    titles = [_fill(pattern, reading, **{kind: piece}) for pattern, piece in pairs if _suits(pattern, piece, reading)]
    fitting = [title for title in titles if _is_title(title, reading)]
    return sorted(fitting, key=lambda title: reading.keyword not in title and reading.topic not in title)


def _suits(pattern: str, piece: str, reading: Reading) -> bool:
    """Keep a question at the head of a title, and a topic away from a clause that repeats its words."""
    if "{keyword}" in pattern and not _is_noun(reading):
        return False
    if "{topic}" not in pattern:
        return True
    repeats = bool(shingles(piece, size=2) & shingles(reading.topic, size=2))
    return not repeats and (pattern.startswith("{topic}") or not reading.is_question)


def _is_noun(reading: Reading) -> bool:
    """Tell whether the search word can stand as a name: it is short, no question, and not the topic itself."""
    asks = any(mark in reading.keyword for mark in load_common().question_marks)
    return not asks and len(reading.keyword) <= TAG and reading.keyword != reading.topic


def _patterned(reading: Reading, rng: Random) -> list[str]:
    """Return what the patterns of the scene and the general ones give, those of the scene first."""
    common, scene = load_common(), reading.scene
    generic = _generic(reading)
    own = [title for title in scene.titles if not reading.is_foreign(title)] if scene else []
    own = sorted(rng.sample(own, k=len(own)), key=lambda title: "{topic}" not in title)
    wider = rng.sample(list(generic), k=len(generic))
    patterns = [*wider[:1], *own] if reading.is_question or reading.is_event else [*own[:3], *wider[:1], *own[3:]]
    patterns += wider[1:]
    if reading.keyword not in reading.topic and not (scene and reading.keyword == scene.label):
        patterns = [*rng.sample(list(common.short_titles), k=2), *patterns]
    titles = [_fill(pattern, reading) for pattern in [*patterns, *common.short_titles, "{topic}", "{keyword}"]]
    return [title for title in titles if _fits(title, reading)]


def name_tags(reading: Reading, scenes: tuple[Scene, ...], rng: Random) -> tuple[str, ...]:
    """Return the keyword, words of the topic, then tags of the scene; five to seven in all."""
    cues = [cue for facet in reading.facets for cue in facet.cues if cue in reading.topic and len(cue) > 1]
    true = [[tag for tag in scene.tags if _is_timely(tag, reading)] for scene in scenes[:2]]
    own = rng.sample(true[0], k=min(3, len(true[0]))) if true else []
    other = true[1][:1] if len(true) > 1 else []
    common = rng.sample(load_common().tags, k=len(load_common().tags))
    searched = [reading.keyword] if scenes or len(reading.keyword) <= TAG else []  # nobody searches for a sentence
    wanted: list[str] = []
    for tag in map(_as_tag, [*searched, *cues[:3], *own, *other, *common[:2]]):
        if tag and not any(tag in kept or kept in tag for kept in wanted) and is_clean(tag):
            wanted.append(tag)
    wanted += [tag for tag in common[2:] if tag not in wanted][: max(0, LEAST_TAGS - len(wanted))]
    return tuple(wanted)[:MAX_TAGS]


def _is_timely(tag: str, reading: Reading) -> bool:
    """Refuse a tag that names a time of which the story says nothing; without a story it is about nobody's day."""
    told = reading.topic + reading.told
    times = [words for time, words in load_common().tag_times.items() if time in tag]
    return not reading.told or all(any(word in told for word in words) for words in times)


def _generic(reading: Reading) -> tuple[str, ...]:
    common = load_common()
    if reading.is_question:
        return common.question_titles
    return common.event_titles if reading.is_event else common.titles


def _as_tag(text: str) -> str:
    return re.sub(r"[^\w]", "", text)[:12]


def _fill(pattern: str, reading: Reading, **pieces: str) -> str:
    label = reading.scene.label if reading.scene else ""
    if reading.is_question:
        pattern = re.sub("{topic}[，：]", "{topic}？", pattern)
    return pattern.format(topic=reading.topic, keyword=reading.keyword, label=label, lead=reading.lead, **pieces)


def _fits(title: str, reading: Reading) -> bool:
    head = title[:HEAD]
    named = reading.keyword in head or reading.topic[:HEAD] in head
    return named and _is_title(title, reading)


def _is_title(title: str, reading: Reading) -> bool:
    if not SHORTEST <= len(title) <= LONGEST or title_units(title) > MAX_UNITS:
        return False
    return _once(title, reading) and is_clean(title)


def _once(title: str, reading: Reading) -> bool:
    """Refuse a title that says its keyword twice."""
    return title.count(reading.keyword) <= 1 if reading.keyword else True
