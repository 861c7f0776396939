"""Name a note: title candidates, cover text and tags, all made of the topic's own words and of what was told."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from random import Random

from agent.authors.anchors import (
    NUMERALS,
    SELF,
    details_in,
    hints_in,
    objects_in,
    quotes_in,
    shared_pieces,
    shared_words,
    sums_in,
)
from agent.authors.phrasebank import Scene, load_bridges, load_common
from agent.authors.topics import Reading, is_clean
from agent.models import Material
from agent.text.provenance import checkable_numbers
from agent.text.shingles import shingles
from agent.text.units import title_units

__all__ = ["name_cover", "name_tags", "name_titles", "scene_covers", "told_covers"]

MAX_UNITS, SHORTEST, LONGEST = 20, 8, 18
TITLES, LEAST_TITLES = 4, 3
LEAST_TAGS, TOLD_TAGS, MAX_TAGS = 5, 4, 8
HEAD = 13
TAG, LONGEST_TAG = 6, 10
TAIL = 4  # characters; candidates that end alike are one idea
MAX_COVER, SHORTEST_COVER, LONGEST_COVER = 15, 3, 12
DETAILS = 8  # told clauses to choose a title from
CHOICES = 4
BORNE_OUT = 0.5  # of the two-character pieces of a phrase
KINDS = ("quote", "object", "amount", "detail")


def name_titles(
    reading: Reading,
    rng: Random,
    *,
    earlier: Iterable[str] = (),
    material: Sequence[Material] = (),
    lines: Sequence[str] = (),
) -> tuple[str, ...]:
    """Return three to five candidates that differ in kind, the one chosen first.

    With material they take up a saying, a thing, a sum and a turn of the story, without any the advice of the body;
    what is true of any note fills up. Those that name the keyword come first.
    """
    used = set(earlier)
    kinds = _told(reading, rng, material) if material else [_hinted(reading, rng, lines)]
    found = _one_of_each(kinds, used, [], most=TITLES)
    found.sort(key=lambda title: _rank(title, reading))
    plain = _plain(reading, rng) if material else _patterned(reading, rng, lines)
    more = [title for titles in kinds for title in titles[1:]] if material else []
    rest = [[title] for title in (*plain[:1], *more, *plain[1:])]
    found = _one_of_each(rest, used, found, most=LEAST_TITLES if material else TITLES)
    return tuple(found) or (reading.keyword[:LONGEST],)


def _one_of_each(kinds: Iterable[Sequence[str]], used: set[str], found: Sequence[str], *, most: int) -> list[str]:
    """Add the first fresh title of each kind to those found, up to so many."""
    titles = list(found)
    for candidates in kinds:
        title = next((title for title in candidates if title not in used and not _ends_alike(title, titles)), "")
        if title and len(titles) < most:
            titles.append(title)
    return titles


def _ends_alike(title: str, found: Sequence[str]) -> bool:
    return any(other.rstrip("”").endswith(title.rstrip("”")[-TAIL:]) for other in found)


def name_cover(
    reading: Reading, title: str, rng: Random, *, material: Sequence[Material] = (), lines: Sequence[str] = ()
) -> str:
    """Return a cover text that adds to the title instead of repeating it: something told, else advice of the body."""
    told = told_covers(title, material)
    found = told[:CHOICES] or scene_covers(reading, title, lines=lines)
    return rng.choice(found) if found else reading.keyword[:MAX_COVER]


def scene_covers(reading: Reading, title: str, *, lines: Sequence[str] = ()) -> tuple[str, ...]:
    """Return what can stand on a cover beside this title: for a story words of its topic, else advice of the body."""
    if reading.told:
        names = dict.fromkeys((reading.keyword, *shared_pieces(reading.topic, reading.told)))
        return tuple(name for name in names if 1 < len(name) <= LONGEST_COVER and name not in title)
    hints = tuple(hint for hint in hints_in(lines) if hint not in title and title_units(hint) <= MAX_COVER)
    own = (cover for cover in (reading.scene.covers if reading.scene else ()) if not reading.is_foreign(cover))
    true = tuple(cover for cover in own if _is_borne_out(cover, lines) and cover not in title)
    return hints or true or tuple(cover for cover in load_common().covers if cover not in title)


def told_covers(title: str, material: Sequence[Material]) -> tuple[str, ...]:
    """Return what was told and can stand on a cover beside this title: a saying, a thing, a clause, as told."""
    sayings = [anchor.text for anchor in quotes_in(material)]
    things = [thing for item in material for thing in objects_in(item.text)]
    told = [piece for piece in (*sayings, *things, *details_in(material)) if not checkable_numbers(piece)]
    fitting = [piece for piece in told if SHORTEST_COVER <= len(piece) <= LONGEST_COVER and is_clean(piece)]
    return tuple(dict.fromkeys(piece for piece in fitting if not _repeats(piece, title)))


def _repeats(piece: str, title: str) -> bool:
    return piece in title or title in piece or len(shingles(piece, size=2) & shingles(title, size=2)) > 1


def _is_borne_out(phrase: str, lines: Sequence[str]) -> bool:
    """Tell whether a phrase of the scene is true of the body: lines say most of what it says."""
    said = shingles(phrase, size=2)
    return len(said & shingles("".join(lines), size=2)) >= BORNE_OUT * len(said) > 0


def _told(reading: Reading, rng: Random, material: Sequence[Material]) -> list[list[str]]:
    """Return fitting titles that take up a saying, a thing, a sum and a clause of the story; kinds in any order."""
    things = [thing for item in material for thing in objects_in(item.text)]
    told = {
        "quote": [anchor.text for anchor in quotes_in(material)],
        "object": [
            thing for thing in things if not _repeats(thing[1:], reading.topic) and thing[-1] not in reading.topic
        ],
        "amount": [anchor.text for anchor in sums_in(material)],
        "detail": list(details_in(material)[:DETAILS]),
    }
    kinds = [kind for kind in KINDS if told[kind]]
    rng.shuffle(kinds)
    titles = {kind: _taken_up(reading, rng, kind, told[kind]) for kind in kinds}
    bare = [piece for piece in (*told["detail"], *things) if _is_title(piece, reading)]
    titles["detail"] = [*rng.sample(bare, k=len(bare)), *titles.get("detail", ())]
    kinds = [kind for kind in dict.fromkeys((*kinds, "detail")) if titles[kind]]
    return [titles[kind] for kind in kinds]


def _hinted(reading: Reading, rng: Random, lines: Sequence[str]) -> list[str]:
    """Return titles that give advice of the body; to a question it would be no answer."""
    return [] if reading.is_question else _taken_up(reading, rng, "hint", list(hints_in(lines)))


def _plain(reading: Reading, rng: Random) -> list[str]:
    """Return titles that are true of any story."""
    bank = load_bridges().titles.plain
    known = [pattern for pattern in bank[1:] if "{keyword}" not in pattern or _is_noun(reading)]
    titles = [_fill(pattern, reading) for pattern in (bank[0], *rng.sample(known, k=len(known)))]
    return [title for title in titles if _is_title(title, reading)]


def _taken_up(reading: Reading, rng: Random, kind: str, pieces: list[str]) -> list[str]:
    """Fill the patterns of this kind, one piece after the other, each with the patterns in another order."""
    bank: tuple[str, ...] = getattr(load_bridges().titles, kind)
    rng.shuffle(pieces)
    pairs = [(pattern, piece) for piece in pieces for pattern in rng.sample(bank, k=len(bank))]
    titles = [_fill(pattern, reading, **{kind: piece}) for pattern, piece in pairs if _suits(pattern, piece, reading)]
    fitting = [title for title in titles if _is_title(title, reading)]
    return sorted(fitting, key=lambda title: _rank(title, reading))


def _rank(title: str, reading: Reading) -> int:
    """Put titles with a search word somebody asked for first, then those that name the topic or its own word."""
    if reading.keyword not in reading.topic and reading.keyword in title:
        return 0
    return 1 if reading.keyword in title or reading.topic in title else 2


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


def _patterned(reading: Reading, rng: Random, lines: Sequence[str]) -> list[str]:
    """Return the topic itself, what the body bears out of the patterns of the scene, and what is true of any advice."""
    common, scene = load_common(), reading.scene
    own = [title for title in (scene.titles if scene else ()) if not reading.is_foreign(title)]
    true = [title for title in own if _is_borne_out(re.sub(r"{\w+}", "", title), lines)]
    bank = common.question_titles if reading.is_question else common.titles
    wider = rng.sample(list(bank), k=len(bank))
    short = rng.sample(list(common.short_titles), k=len(common.short_titles))
    patterns = [*rng.sample(true, k=len(true))[:1], *wider[:1], "{topic}", *(short[:1] if _is_noun(reading) else ())]
    if reading.keyword not in reading.topic and not (scene and reading.keyword == scene.label):
        patterns = [*short[:2], *patterns]
    titles = [_fill(pattern, reading) for pattern in (*patterns, *wider[1:], *short, "{keyword}")]
    return [title for title in titles if _fits(title, reading)]


def name_tags(
    reading: Reading, scenes: tuple[Scene, ...], rng: Random, *, earlier: Iterable[str] = ()
) -> tuple[str, ...]:
    """Return the keyword, words of topic and story, then tags of the scene; five to eight, at most two general ones.

    A general tag that earlier notes of the account carry is not used again.
    """
    about = list(_about(reading))
    true = [tag for scene in scenes[:1] for tag in scene.tags if _is_timely(tag, reading)]
    common = load_common()
    general = common.story_tags if reading.told else common.tags
    fresh = [tag for tag in general if tag not in set(earlier)] or list(general)
    kept: list[str] = []
    rooms = ((about, TOLD_TAGS), (rng.sample(true, k=len(true)), LEAST_TAGS), (rng.sample(fresh, k=len(fresh)), 0))
    for tags, most in rooms:
        room = most or max(LEAST_TAGS, len(kept) + 1)
        for tag in map(_as_tag, tags):
            if len(kept) < room and tag and not any(tag in other or other in tag for other in kept) and is_clean(tag):
                kept.append(tag)
    return tuple(kept)[:MAX_TAGS]


def _about(reading: Reading) -> Iterable[str]:
    """Return the search word, the cues topic and story name, the words they share, and the things told."""
    topic, told = reading.topic, reading.told
    is_sentence = reading.keyword == topic and (len(topic) > TAG or "的" in topic)
    yield from [] if is_sentence else [reading.keyword]  # nobody searches for a sentence
    cues = [cue for scene in reading.scenes[:2] for cue in _cues(scene) if len(cue) > 1 and not SELF.search(cue)]
    yield from sorted({cue for cue in cues if cue in topic}, key=lambda cue: (-len(cue), topic.find(cue)))
    yield from shared_pieces(topic, told) if told else ()
    yield from (_bare(thing) for thing in objects_in(told))
    known = (anchor.text for anchor in shared_words((Material(id="", text=topic),), topic))
    yield from (word for word in known if word[-1] not in load_bridges().grammar)
    named = {cue for cue in cues if cue in told}
    yield from sorted(named, key=lambda cue: (-told.count(cue), told.find(cue), -len(cue)))


def _bare(thing: str) -> str:
    """Return the name of a counted thing without its count and what describes it: 那双开胶的靴子 gives 靴子."""
    name = re.sub(f"^那[0-9{NUMERALS}]*.", "", thing).split("的")[-1]
    return name if 1 < len(name) <= TAG else ""


def _cues(scene: Scene) -> Iterable[str]:
    return (*scene.strong, *(cue for facet in scene.facets for cue in facet.cues))


def _is_timely(tag: str, reading: Reading) -> bool:
    """Refuse a tag that names a time of which the story says nothing; without a story it is about nobody's day."""
    told = reading.topic + reading.told
    times = [words for time, words in load_common().tag_times.items() if time in tag]
    return not reading.told or all(any(word in told for word in words) for words in times)


def _as_tag(text: str) -> str:
    tag = re.sub(r"[^\w]", "", text)
    return tag if len(tag) <= LONGEST_TAG else ""


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
