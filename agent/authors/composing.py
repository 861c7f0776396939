"""Put a body together: a skeleton says the order, banks and sources give the sentences, a seed picks among them.

A story is told as it was told, in paragraphs, and nothing of ours stands inside it. Without one, life comes first and
weighs more than the point. Every segment carries the ids of what it was made from; a phrase from a bank carries none,
because it asserts nothing checkable.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from random import Random
from typing import Literal

from agent.authors.bridging import Bridging, mandatory_lines
from agent.authors.phrasebank import Common, Role, Scene, Skeleton, load_bridges, load_common
from agent.authors.topics import Reading, usable_material
from agent.models import Fact, Material, Plan, Point, Product, Segment, Sources
from agent.text.sentences import sentences
from agent.text.shingles import shingles

__all__ = ["Composer"]

LIFE_FLOOR = 150
LEAST_LINES, MOST_LINES, ENOUGH_LINES = 2, 4, 7
MOST_SENTENCES = 8  # of life and point in a note without a story
LIFE_TO_POINT = 1.3
CHOICES, CHOICES_TO_LEAD = 2, 4
PARAGRAPH, SENTENCES = 88, 3
SHORT_LINE, LEADING_LINE = 7, 26
REPEAT, ALIKE = 5, 2
LONG_TOPIC = 12
HEAD = 70
LEAST_WORD = 2
ENDS = "。！？!?…”"


class Composer:
    """Compose one body. Phrases are drawn without repetition, and none that the account has used lately."""

    def __init__(self, reading: Reading, plan: Plan, sources: Sources, rng: Random) -> None:
        self.reading = reading
        self.sources = sources
        self.rng = rng
        self.common: Common = load_common()
        self.facts = tuple(fact for fact in sources.facts if fact.id in plan.facts)
        self.points = tuple(point for point in sources.points if point.id in plan.points)[:1]
        self.material = tuple(item for item in usable_material(sources.brief) if item.id in plan.material)
        self.scenes = reading.scenes[:2]
        self.life_floor = LIFE_FLOOR
        self._used = "\n".join(note.body for note in sources.earlier)
        self._last_length = 0
        self._has_short = False
        self._said: frozenset[str] = frozenset()
        self._meant: frozenset[str] = frozenset()
        self._grammar = frozenset(load_bridges().grammar)
        self._apt: frozenset[str] = frozenset()
        self.taken: list[str] = []
        heard = self.material or (Material(id="", text=f"{reading.topic} {reading.keyword}"),)
        self._bridging = Bridging(heard, rng=rng, pick=self.pick)
        self._lines = [] if self.material else self._line_order()

    def body(self, skeleton: Skeleton) -> tuple[Segment, ...]:
        """Return the segments of the body in the order of the skeleton."""
        quota = self._quota(skeleton)
        paragraphs = [
            [segment for role in roles for segment in self._say(role, quota)] for roles in skeleton.paragraphs
        ]
        self._name_keyword(paragraphs)
        segments = [segment for paragraph in paragraphs for segment in _joined(paragraph)]
        body = "".join(segment.text for segment in segments)
        return (*segments, *mandatory_lines(self.facts, self.sources, body=body))

    def _name_keyword(self, paragraphs: list[list[Segment]]) -> None:
        """Say the search word somebody asked for near the start, when the topic does not; never inside a story."""
        keyword = "" if self.material else self.sources.brief.keyword
        head = "".join(segment.text for paragraph in paragraphs for segment in paragraph)[:HEAD]
        first = next((paragraph for paragraph in paragraphs if paragraph), None)
        if first is not None and keyword and keyword == self.reading.keyword and keyword not in head:
            first.insert(1, _life(self._fill(self.pick(self.common.keyword_leads))))

    def draw(self, role: Literal["lead", "lines", "closing", "drawback"]) -> list[Segment]:
        """Return one fresh segment of this role; none when nothing fits, and beside a story none but a limit."""
        if role == "drawback":
            return self._limits()
        if self.material:
            return []
        if role == "lines":
            return [_life(line) for line in self._take_lines(1)]
        bank = self._bank(role)
        return [_life(self._fill(self.pick(bank)))] if bank else []

    def _say(self, role: Role, quota: Iterator[int]) -> Iterable[Segment]:
        if role == "lines":
            return [_life(line) for line in self._take_lines(next(quota))]
        if role == "material":
            return [piece for item in self.material for piece in _as_told(item)]
        if role == "ending":
            asked = self._bridging.to_reader(self.material)
            return [asked] if asked else []
        if role == "lead":
            return self._lead()
        if role == "closing":
            bank = self._bank("closing")
            return [_life(self._fill(self.pick(bank)))] if bank else []
        if role == "drawback":
            return self._limits()
        if role == "transition":
            return self._lead_over()
        if role in ("point", "steps", "caveat"):
            return [segment for point in self.points for segment in self._educate(role, point)]
        return self._introduced() if role == "benefit" else [_claimed(fact) for fact in self.facts]

    def _lead(self) -> list[Segment]:
        """Begin with the topic: with a phrase of its scene that is about it, else with the first line on it."""
        if bank := self._bank("lead"):
            return [_life(self._fill(self.pick(bank)))]
        short = [line for line in self._lines[:CHOICES_TO_LEAD] if len(line) <= LEADING_LINE]
        line = next(iter(sorted(short, key=self._is_about)), "")
        taken = self._take_line(line) if line else ""
        reading = self.reading
        if reading.topic in taken:
            return [_life(taken)]
        whole = reading.is_event or "，" in reading.topic or len(reading.topic) > LONG_TOPIC
        head = f"{reading.topic}。" if whole and not reading.is_question else reading.lead
        return [_life(head + taken if taken else f"{head.rstrip('，')}。")]

    def _limits(self) -> list[Segment]:
        """Say the limits of an offer where its claim does not: by a sum of the story, else plainly."""
        if not self.facts:
            return []
        if beside := self._bridging.to_threshold(self.facts[0], self._product()):
            return [beside]
        if any(_warns(fact.claim, self.common) for fact in self.facts):
            return []
        bank = self.common.benefit_drawbacks if self._is_card() else self.common.product_drawbacks
        return [_life(self.pick(bank))]

    def _lead_over(self) -> list[Segment]:
        """Lead to the point by what the story shares with it, else by its own bridge.

        A point that belongs to another part of life than the topic, and shares nothing, is announced as such.
        """
        if self.facts or not self.points:
            return []
        point = self.points[0]
        if self.material and (taken_up := self._bridging.to_point(point)):
            return [taken_up]
        known = not self.scenes or any(scene.id in point.scenes for scene in self.scenes)
        shift = () if known else (self.pick(self.common.topic_shifts),)
        return [_life(phrase) for phrase in (*shift, point.bridge) if phrase]

    def _bank(self, role: Literal["lead", "closing"]) -> tuple[str, ...]:
        """Return the phrases of the scene that name what the topic ends in; one about anything else is not used."""
        scene, keyword = self.reading.scene, self.reading.keyword
        if scene is None or len(keyword) < LEAST_WORD:
            return ()
        bank = scene.leads if role == "lead" else scene.closings
        return tuple(phrase for phrase in bank if keyword in phrase and self._may_say(phrase))

    def _educate(self, role: Role, point: Point) -> list[Segment]:
        if role == "point":
            return [_sourced(_ended(point.text), "point", point.id)]
        if role == "caveat":
            return [_sourced(_ended(point.caveat), "point", point.id)] if point.caveat else []
        return [_sourced(_ended(step), "point", point.id) for step in point.steps[:1]]

    def _introduced(self) -> list[Segment]:
        """Introduce the offer once, however many facts tell its conditions: by what the story shares with it."""
        if not self.facts or self._leads_to_product():
            return []
        product = self._product()
        name = product.name if product else ""
        if self._is_card() and name and (taken_up := self._bridging.to_offer(self.facts[0], product)):
            return [taken_up]
        bank = self.common.benefit_intros if self._is_card() else self.common.product_intros
        return [_life(self._fill(self.pick(bank), product=name))]

    def _leads_to_product(self) -> bool:
        return bool(self.material) and self._names_product(self.material[-1])

    def _names_product(self, item: Material) -> bool:
        product = self._product()
        names = (product.name, product.full_name, *product.aliases) if product else ()
        return any(name in item.text for name in names)

    def _product(self) -> Product | None:
        wanted = {fact.product for fact in self.facts[:1]}
        return next((product for product in self.sources.products if product.id in wanted), None)

    def _is_card(self) -> bool:
        return all(fact.category == "card" for fact in self.facts)

    def _line_order(self) -> list[str]:
        """Put what shares words with the topic first, then what it names; what its scene knows besides only in need.

        What is about another part of the scene stays out; in need a line the account has used lately is used again.
        """
        chief, besides = self._facet_lines()
        own = [line for scene in self.scenes[:1] for line in scene.lines]
        self.rng.shuffle(own)
        apt = [*filter(self._is_about, (*chief, *besides, *own)), *chief]
        told = [line for line in dict.fromkeys((*apt, *besides, *own)) if self._may_tell(line)]
        fresh = list(filter(self._is_fresh, told))
        lines = fresh if len(fresh) >= ENOUGH_LINES else sorted(told, key=fresh.count, reverse=True)
        self._apt = frozenset(apt)
        return [line for place, line in enumerate(lines) if place < ENOUGH_LINES or line in self._apt]

    def _may_tell(self, line: str) -> bool:
        return self._suits_persona(line) and not self.reading.is_foreign(line)

    def _is_about(self, line: str) -> bool:
        """Tell whether a line shares two letters with the topic, none of them a word of grammar."""
        shared = shingles(line, size=ALIKE) & shingles(self.reading.topic, size=ALIKE)
        return any(not set(piece) & self._grammar for piece in shared)

    def _facet_lines(self) -> tuple[list[str], list[str]]:
        """Return the lines of the facets named last, where a Chinese topic says what it is about, and of the others.

        Of two facets the one with fewer cues comes first: it is about less, and so more about this topic.
        """
        topic = self.reading.topic
        places = {
            facet: max(((topic.rfind(cue) + len(cue), len(cue)) for cue in facet.cues if cue in topic), default=(0, 0))
            for facet in sorted(self.reading.facets, key=lambda facet: len(facet.cues))
        }
        last = max(places.values(), default=(0, 0))
        shuffled = {facet: self.rng.sample(facet.lines, k=len(facet.lines)) for facet in places}
        chief = [line for facet, lines in shuffled.items() if places[facet] == last for line in lines]
        return chief, [line for facet, lines in shuffled.items() if places[facet] < last for line in lines]

    def _take_lines(self, count: int) -> list[str]:
        taken: list[str] = []
        while self._lines and len(taken) < count:
            if line := self._take_line(self._uneven(self._lines[:CHOICES])):
                taken.append(line)
        return taken

    def _take_line(self, line: str) -> str:
        """Take a line out of those left; empty when it repeats what another one has advised."""
        self._lines.remove(line)
        short = len(line) < SHORT_LINE
        meaning = shingles(line, size=ALIKE) - shingles(self.reading.topic, size=ALIKE)
        if (
            (short and self._has_short)
            or self._said & shingles(line, size=REPEAT)
            or len(self._meant & meaning) >= ALIKE
        ):
            return ""
        self._said |= shingles(line, size=REPEAT)
        self._meant |= meaning
        self._has_short = self._has_short or short
        text = self._fill(line)
        self.taken += [text] if line in self._apt else []
        return text

    def _quota(self, skeleton: Skeleton) -> Iterator[int]:
        """Share out the lines that the length calls for among the places the skeleton has for them."""
        places = sum(roles.count("lines") for roles in skeleton.paragraphs)
        wanted = self._lines_wanted()
        for place in range(places):
            yield wanted // places + (1 if place < wanted % places else 0)

    def _lines_wanted(self) -> int:
        """Return the lines after the first one: enough to outweigh a point, and few enough to be read."""
        taught = [text for p in self.points for text in (p.bridge, p.text, p.caveat, *p.steps[:1]) if text]
        said = sum(len(sentences(text)) for text in taught)
        line = sum(map(len, self._lines)) / len(self._lines) if self._lines else 1
        wanted = max(LIFE_FLOOR - sum(map(len, taught)), LIFE_TO_POINT * sum(map(len, taught))) / line
        return max(LEAST_LINES, min(round(wanted) - 1, MOST_LINES, MOST_SENTENCES - 1 - said))

    def pick(self, bank: Iterable[str]) -> str:
        """Draw a phrase the persona would say and the account has not used lately, its own words first."""
        allowed = [phrase for phrase in bank if self._may_say(phrase)] or list(bank)
        allowed = [phrase for phrase in allowed if not self.reading.is_foreign(phrase)] or allowed
        persona = self.sources.persona
        own = [phrase for phrase in allowed if persona and any(word in phrase for word in persona.words_used)]
        bank = own or allowed
        return self._uneven(self.rng.sample(bank, min(CHOICES, len(bank))))

    def _uneven(self, phrases: list[str]) -> str:
        """Take the phrase whose length differs most from the last one taken: prose of one length reads machine-made."""
        chosen = max(phrases, key=lambda phrase: abs(len(phrase) - self._last_length))
        self._last_length = len(chosen)
        return chosen

    def _may_say(self, phrase: str) -> bool:
        return self._suits_persona(phrase) and self._is_fresh(phrase)

    def _suits_persona(self, phrase: str) -> bool:
        persona = self.sources.persona
        return not (persona and any(word and word in phrase for word in persona.words_never))

    def _is_fresh(self, phrase: str) -> bool:
        longest = max(re.split(r"\{\w+\}", phrase), key=len)
        return longest not in self._used

    def _fill(self, phrase: str, *, product: str = "") -> str:
        reading = self.reading
        return phrase.format(
            topic=reading.topic, lead=reading.lead, keyword=reading.keyword, product=product, label=_label(self.scenes)
        )


def _as_told(item: Material) -> list[Segment]:
    """Tell an item in its own words, cut into even paragraphs a phone can show."""
    pieces = _parts(item.text)
    return [_sourced(_ended(text), "life", item.id) for text in pieces]


def _parts(text: str) -> list[str]:
    said = _sayings(text)
    for count in range(1, len(said) + 1):
        parts = ["".join(said[len(said) * n // count : len(said) * (n + 1) // count]) for n in range(count)]
        if all(len(part) <= PARAGRAPH for part in parts) and -(-len(said) // count) <= SENTENCES:
            return parts
    return said


def _sayings(text: str) -> list[str]:
    """Return the sentences; what somebody says between quotation marks stays in one piece."""
    said: list[str] = []
    for span in sentences(text.strip()):
        piece = span.text.strip()
        if said and said[-1].count("“") > said[-1].count("”"):
            said[-1] += piece
        elif piece:
            said.append(piece)
    return said


def _claimed(fact: Fact) -> Segment:
    return _sourced(_ended(fact.claim), "condition", fact.id)


def _warns(caveat: str, common: Common) -> bool:
    return any(mark in caveat for mark in common.drawback_marks)


def _label(scenes: tuple[Scene, ...]) -> str:
    return scenes[0].label if scenes else ""


def _life(text: str) -> Segment:
    return Segment(text=text, kind="life")


def _sourced(text: str, kind: str, source: str) -> Segment:
    return Segment.model_validate({"text": text, "kind": kind, "sources": (source,)})


def _ended(text: str) -> str:
    return text if text.endswith(tuple(ENDS)) else f"{text}。"


def _joined(paragraph: list[Segment]) -> list[Segment]:
    """Run segments on in one paragraph until it is as long as a phone likes."""
    joined: list[Segment] = []
    length = count = 0
    for segment in paragraph:
        own = len(sentences(segment.text))
        fresh = not joined or length + len(segment.text) > PARAGRAPH or count + own > 3
        joined.append(segment.model_copy(update={"paragraph": fresh}))
        length, count = (len(segment.text), own) if fresh else (length + len(segment.text), count + own)
    return joined
