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
TITLES, MAX_TAGS, MIN_TAGS = 4, 7, 5
HEAD = 13
MAX_COVER = 15


def name_titles(reading: Reading, rng: Random, *, earlier: Iterable[str] = ()) -> tuple[str, ...]:
    """Return three to five candidates, each with topic or keyword near its head; the first is the one chosen."""
    common, scene = load_common(), reading.scene
    generic = common.question_titles if reading.is_question else common.titles
    own = list(scene.titles) if scene else []
    patterns = [*rng.sample(list(generic), k=len(generic)), *rng.sample(own, k=len(own))]
    patterns.sort(key=lambda pattern: rng.random() + (0.0 if "{topic}" in pattern else 0.6))
    found: list[str] = []
    for pattern in [*patterns, *common.short_titles, "{topic}", "{keyword}"]:
        title = _fill(pattern, reading)
        if len(found) < TITLES and title not in found and title not in set(earlier) and _fits(title, reading):
            found.append(title)
    return tuple(found) or (reading.keyword[:LONGEST],)


def name_cover(reading: Reading, title: str, rng: Random) -> str:
    """Return a cover text that adds to the title instead of repeating it."""
    scene = reading.scene
    covers = scene.covers if scene else load_common().bare_covers
    fitting = [cover for cover in (_fill(p, reading) for p in covers) if len(cover) <= MAX_COVER and cover != title]
    return rng.choice(fitting) if fitting else reading.keyword[:MAX_COVER]


def name_tags(reading: Reading, scenes: tuple[Scene, ...], rng: Random) -> tuple[str, ...]:
    """Return the keyword, words of the topic, then tags of the scene; five to seven in all."""
    cues = [cue for facet in reading.facets for cue in facet.cues if cue in reading.topic]
    own = rng.sample(scenes[0].tags, k=min(3, len(scenes[0].tags))) if scenes else []
    other = list(scenes[1].tags[:1]) if len(scenes) > 1 else []
    common = rng.sample(load_common().tags, k=2)
    wanted = dict.fromkeys(_as_tag(tag) for tag in [reading.keyword, *cues[:2], *own, *other, *common])
    return tuple(tag for tag in wanted if tag and is_clean(tag))[:MAX_TAGS]


def _as_tag(text: str) -> str:
    return re.sub(r"[^\w]", "", text)[:12]


def _fill(pattern: str, reading: Reading) -> str:
    label = reading.scene.label if reading.scene else ""
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
