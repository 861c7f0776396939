"""Put a body together: a skeleton says the order, banks and sources give the sentences, a seed picks among them.

Life comes first and weighs more than the point. Every segment carries the ids of what it was made from; a phrase
from a bank carries none, because it asserts nothing checkable.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from random import Random
from typing import Literal

from agent.authors.bridging import Bridging, mandatory_lines
from agent.authors.phrasebank import Common, Facet, Role, Scene, Skeleton, load_common
from agent.authors.topics import Reading, usable_material
from agent.models import Fact, Material, Plan, Point, Product, Segment, Sources
from agent.text.sentences import sentences
from agent.text.shingles import shingles

__all__ = ["Composer"]

LIFE_FLOOR, LIFE_ALONE, LIFE_CEILING = 200, 260, 330
LIFE_TO_POINT = 1.9
CHOICES = 2
OTHER_LIFE = 110  # opening, lead, transition, drawback, closing
PARAGRAPH = 88
TOLD_ENOUGH, LINES_BESIDE = 90, 2  # characters of a story that stands alone; lines a shorter one may take
AHEAD, MANDATORY = 0.3, 120  # share of a body before an offer; characters of the lines that follow it
SHORT_NOTE = 80
KEPT_BACK = 4  # a story of this many items keeps its last one for the end
ENOUGH_ITEMS = 3
SHORT_LINE = 7
ASKED = 0.4
OUTWEIGHED = 0.6  # claims this long beside the story: then the note ends in life once more
ENOUGH_LINES = 6
NAMED_FIRST = 5
REPEAT = 5
HEAD = 70
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
        self.taken: list[str] = []
        self._begun, self._kept = self._parted()
        heard = self._begun or (Material(id="", text=f"{reading.topic} {reading.keyword}"),)
        self._bridging = Bridging(heard, rng=rng, pick=self.pick)
        self._lines = self._line_order()

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

    def _parted(self) -> tuple[tuple[Material, ...], tuple[Material, ...]]:
        """Keep the last item of a story back, so that a note that says more than the story still ends in it.

        One that tells of the product itself is the way to it instead; and a story too short to come well before an
        offer without its end is told at a stretch.
        """
        *ahead, last = self.material or (None,)
        if last is None or len(self.material) < KEPT_BACK or not (self.points or self.facts):
            return self.material, ()
        told = sum(len(item.text) for item in self.material)
        early = told - len(last.text) < AHEAD * (told + _length(self.facts) + MANDATORY) if self.facts else False
        return (self.material, ()) if early or self._names_product(last) else (tuple(ahead), (last,))

    def _name_keyword(self, paragraphs: list[list[Segment]]) -> None:
        """Say the search word somebody asked for near the start, when the topic does not."""
        keyword = self.sources.brief.keyword
        head = "".join(segment.text for paragraph in paragraphs for segment in paragraph)[:HEAD]
        first = next((paragraph for paragraph in paragraphs if paragraph), None)
        if first is not None and keyword and keyword == self.reading.keyword and keyword not in head:
            first.insert(1, _life(self._fill(self.pick(self.common.keyword_leads))))

    def draw(self, role: Literal["lead", "lines", "closing", "drawback"]) -> list[Segment]:
        """Return one fresh segment of this role; none when its bank is empty."""
        if role == "lines":
            return [_life(line) for line in self._take_lines(1)]
        bank = self._bank(role)
        return [_life(self._fill(self.pick(bank)))] if bank else []

    def _say(self, role: Role, quota: Iterator[int]) -> Iterable[Segment]:
        if role == "lines":
            return [_life(line) for line in self._take_lines(next(quota))]
        if role == "material":
            return self._told()
        if role == "ending":
            return self._ending()
        if role in ("opening", "lead", "closing", "drawback", "transition"):
            return self._phrase(role)
        if role in ("point", "steps", "caveat"):
            return [segment for point in self.points for segment in self._educate(role, point)]
        return self._introduced() if role == "benefit" else [_claimed(fact) for fact in self.facts]

    def _phrase(self, role: Role) -> list[Segment]:
        if role == "transition":
            return self._lead_over()
        if role == "drawback" and any(_warns(point.caveat, self.common) for point in self.points):
            return []
        if (
            role == "drawback"
            and self.facts
            and (beside := self._bridging.to_threshold(self.facts[0], self._product()))
        ):
            return [beside]
        bank = self._bank(role)
        return [_life(self._fill(self.pick(bank)))] if bank else []

    def _lead_over(self) -> list[Segment]:
        """Lead to the point by what the story shares with it, and by its own bridge.

        A point that belongs to another part of life than the topic, and shares nothing, is announced as such.
        """
        if self.facts or not self.points:
            return []
        point = self.points[0]
        if self._begun and (taken_up := self._bridging.to_point(point)):
            return [taken_up, *([_life(point.bridge)] if point.bridge else [])]
        known = not self.scenes or any(scene.id in point.scenes for scene in self.scenes)
        bank = self._bank("transition") if known and not point.bridge else ()
        shift = () if known else self.common.topic_shifts
        said = [self.pick(phrases) for phrases in (shift, bank) if phrases]
        return [_life(self._fill(phrase)) for phrase in (*said, point.bridge) if phrase]

    def _bank(self, role: Role) -> tuple[str, ...]:
        if role == "drawback" and self.facts:
            return self.common.benefit_drawbacks if self._is_card() else self.common.product_drawbacks
        if not self.scenes:
            bare = {
                "closing": self.common.bare_closings,
                "drawback": self.common.bare_drawbacks,
                "transition": self.common.bare_transitions,
            }
            return bare.get(role, ())
        scene = self.scenes[0]
        return {
            "opening": scene.openings,
            "lead": self.common.event_leads if self.reading.is_event else scene.leads,
            "closing": scene.closings,
            "drawback": scene.drawbacks,
            "transition": scene.transitions,
        }[role]

    def _educate(self, role: Role, point: Point) -> list[Segment]:
        if role == "point":
            return [_sourced(_ended(point.text), "point", point.id)]
        if role == "caveat":
            return [_sourced(_ended(point.caveat), "point", point.id)] if point.caveat else []
        steps = point.steps[: 1 if self.material else self.rng.choice((1, 1, 2))]
        intros = (self.pick(self.common.steps_first), self.pick(self.common.steps_next))
        return [
            _sourced(_ended(intro.format(step=step.rstrip("。"))), "point", point.id)
            for intro, step in zip(intros, steps, strict=False)
        ]

    def _introduced(self) -> list[Segment]:
        """Introduce the offer once, however many facts tell its conditions: by what the story shares with it."""
        if not self.facts or self._leads_to_product():
            return []
        product = self._product()
        name = product.name if product else ""
        if self._is_card() and name and (taken_up := self._bridging.to_offer(self.facts[0], product)):
            return [taken_up]
        shift = [_life(self.pick(self.common.topic_shifts))] if self._begun and not self._belongs() else []
        bank = self.common.benefit_intros if self._is_card() else self.common.product_intros
        return [*shift, _life(self._fill(self.pick(bank), product=name))]

    def _leads_to_product(self) -> bool:
        return bool(self._begun) and self._names_product(self._begun[-1])

    def _names_product(self, item: Material) -> bool:
        product = self._product()
        names = (product.name, product.full_name, *product.aliases) if product else ()
        return any(name in item.text for name in names)

    def _belongs(self) -> bool:
        """Tell whether the product is meant for one of the scenes of the topic."""
        product = self._product()
        return product is not None and any(scene.id in product.scenes for scene in self.scenes)

    def _product(self) -> Product | None:
        wanted = {fact.product for fact in self.facts[:1]}
        return next((product for product in self.sources.products if product.id in wanted), None)

    def _is_card(self) -> bool:
        return all(fact.category == "card" for fact in self.facts)

    def _told(self) -> list[Segment]:
        return _as_told(self._begun)

    def _ending(self) -> list[Segment]:
        """End in the employee's own words, in a question that takes up the story, or in both."""
        told = _as_told(self._kept)
        if told and self.facts:
            told = [self._bridging.to_ending(), *told]
        outweighed = _length(self.facts) > OUTWEIGHED * sum(len(item.text) for item in self.material)
        if told and not outweighed and self.rng.random() >= ASKED:
            return told
        asked = self._bridging.to_reader(self.material)
        if asked or (not outweighed and len(self.material) >= ENOUGH_ITEMS):
            return [*told, *([asked] if asked else [])]
        return [*told, *self._phrase("closing")]

    def _tells_enough(self) -> bool:
        return sum(len(item.text) for item in self.material) >= TOLD_ENOUGH

    def _line_order(self) -> list[str]:
        """Put what the topic names first, then what its scene knows.

        In need a line the account has used lately comes before one about another part of the scene or a second scene.
        """
        named = [line for facet in self._facets() for line in self.rng.sample(facet.lines, k=len(facet.lines))]
        named.sort(key=self.reading.is_foreign)
        own = [line for scene in self.scenes[:1] for line in scene.lines]
        other = [line for scene in self.scenes[1:] for line in scene.lines]
        for group in (own, other):
            self.rng.shuffle(group)
        head, rest = named[:NAMED_FIRST], own + named[NAMED_FIRST:]
        self.rng.shuffle(rest)
        order = [line for line in dict.fromkeys([*head, *rest, *other]) if self._suits_persona(line)]
        fitting = [line for line in order if not self.reading.is_foreign(line) and line not in other]
        fresh = list(filter(self._is_fresh, fitting))
        if len(fresh) >= ENOUGH_LINES:
            return fresh
        return sorted(fitting if len(fitting) >= ENOUGH_LINES else order, key=fresh.count, reverse=True)

    def _facets(self) -> list[Facet]:
        """Return the facets named, the one named last first: a Chinese topic ends in what it is about."""
        topic = self.reading.topic
        return sorted(self.reading.facets, key=lambda facet: -max(topic.rfind(cue) for cue in facet.cues))

    def _take_lines(self, count: int) -> list[str]:
        taken: list[str] = []
        while self._lines and len(taken) < count:
            line = self._uneven(self._lines[:CHOICES])
            self._lines.remove(line)
            if len(line) < SHORT_LINE and self._has_short:
                continue
            if not self._said & shingles(line, size=REPEAT):
                taken.append(self._fill(line))
                self._said |= shingles(line, size=REPEAT)
                self._has_short = self._has_short or len(line) < SHORT_LINE
        self.taken += taken
        return taken

    def _quota(self, skeleton: Skeleton) -> Iterator[int]:
        """Share out the lines that the length calls for among the places the skeleton has for them."""
        places = sum(roles.count("lines") for roles in skeleton.paragraphs)
        wanted = self._lines_wanted()
        for place in range(places):
            yield wanted // places + (1 if place < wanted % places else 0)

    def _lines_wanted(self) -> int:
        if self.material:
            return 0 if self._tells_enough() or self._leads_to_product() else self._lines_beside()
        taught = sum(len(p.text) + len(p.caveat) + sum(map(len, p.steps[:2])) for p in self.points)
        offered = _length(self.facts)
        floor = LIFE_FLOOR if self.points or self.facts else LIFE_ALONE
        life = min(max(floor, LIFE_TO_POINT * (taught + offered)), LIFE_CEILING)
        line = sum(map(len, self._lines)) / len(self._lines) if self._lines else 1
        return max(2, round((life - OTHER_LIFE) / line))

    def _lines_beside(self) -> int:
        """Return the lines that bring a story of one or two items to the length of a note, and no more."""
        written = sum(len(item.text) for item in self.material) + sum(len(point.text) for point in self.points)
        return LINES_BESIDE if written + _length(self.facts) >= SHORT_NOTE else 2 * LINES_BESIDE

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


def _as_told(items: Iterable[Material]) -> list[Segment]:
    return [_sourced(_ended(item.text.strip()), "life", item.id) for item in items]


def _length(facts: Iterable[Fact]) -> int:
    return sum(len(fact.claim) for fact in facts)


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
