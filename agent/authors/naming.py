"""Name a note: title candidates, cover text and tags, all made of the topic's own words."""

from __future__ import annotations

import re
from collections.abc import Iterable
from random import Random

from agent.authors.phrasebank import Scene, load_common
from agent.authors.topics import Reading, is_clean
from agent.text.units import title_units

__all__ = ["name_cover", "name_tags", "name_titles"]

MAX_UNITS, SHORTEST, LONGEST = 20, 8, 18
TITLES, MAX_TAGS = 4, 7
HEAD = 13
MAX_COVER = 15


def name_titles(reading: Reading, rng: Random, *, earlier: Iterable[str] = ()) -> tuple[str, ...]:
    """Return three to five candidates, each with topic or keyword near its head; the first is the one chosen."""
    common, scene = load_common(), reading.scene
    generic = _generic(reading)
    own = [title for title in scene.titles if not reading.is_foreign(title)] if scene else []
    own = sorted(rng.sample(own, k=len(own)), key=lambda title: "{topic}" not in title)
    wider = rng.sample(list(generic), k=len(generic))
    patterns = [*wider[:1], *own] if reading.is_question or reading.is_event else [*own[:3], *wider[:1], *own[3:]]
    patterns += wider[1:]
    if reading.keyword not in reading.topic and not (scene and reading.keyword == scene.label):
        patterns = [*rng.sample(list(common.short_titles), k=2), *patterns]
    found: list[str] = []
    for pattern in [*patterns, *common.short_titles, "{topic}", "{keyword}"]:
        title = _fill(pattern, reading)
        if len(found) < TITLES and title not in found and title not in set(earlier) and _fits(title, reading):
            found.append(title)
    found.sort(key=lambda title: reading.keyword not in title)
    return tuple(found) or (reading.keyword[:LONGEST],)


def name_cover(reading: Reading, title: str, rng: Random) -> str:
    """Return a cover text that adds to the title instead of repeating it."""
    scene = reading.scene
    covers = [cover for cover in scene.covers if not reading.is_foreign(cover)] if scene else load_common().bare_covers
    fitting = [cover for cover in (_fill(p, reading) for p in covers) if len(cover) <= MAX_COVER and cover != title]
    return rng.choice(fitting) if fitting else reading.keyword[:MAX_COVER]


def name_tags(reading: Reading, scenes: tuple[Scene, ...], rng: Random) -> tuple[str, ...]:
    """Return the keyword, words of the topic, then tags of the scene; five to seven in all."""
    cues = [cue for facet in reading.facets for cue in facet.cues if cue in reading.topic and len(cue) > 1]
    own = rng.sample(scenes[0].tags, k=min(3, len(scenes[0].tags))) if scenes else []
    other = list(scenes[1].tags[:1]) if len(scenes) > 1 else []
    common = rng.sample(load_common().tags, k=2 if scenes else 4)
    wanted: list[str] = []
    for tag in map(_as_tag, [reading.keyword, *cues[:3], *own, *other, *common]):
        if tag and not any(tag in kept or kept in tag for kept in wanted) and is_clean(tag):
            wanted.append(tag)
    return tuple(wanted)[:MAX_TAGS]


def _generic(reading: Reading) -> tuple[str, ...]:
    common = load_common()
    if reading.is_question:
        return common.question_titles
    return common.event_titles if reading.is_event else common.titles


def _as_tag(text: str) -> str:
    return re.sub(r"[^\w]", "", text)[:12]


def _fill(pattern: str, reading: Reading) -> str:
    label = reading.scene.label if reading.scene else ""
    if reading.is_question:
        pattern = pattern.replace("{topic}，", "{topic}？")
    return pattern.format(topic=reading.topic, keyword=reading.keyword, label=label, lead=reading.lead)


def _fits(title: str, reading: Reading) -> bool:
    if not SHORTEST <= len(title) <= LONGEST or title_units(title) > MAX_UNITS:
        return False
    head = title[:HEAD]
    named = reading.keyword in head or reading.topic[:HEAD] in head
    return named and _once(title, reading) and is_clean(title)


def _once(title: str, reading: Reading) -> bool:
    """Refuse a title that says its keyword twice."""
    return title.count(reading.keyword) <= 1 if reading.keyword else True
