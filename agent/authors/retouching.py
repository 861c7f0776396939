"""Answer failed tone metrics with the smallest edit each of them allows; an unknown metric changes nothing."""

from __future__ import annotations

import re
from collections.abc import Callable
from random import Random

from agent.authors.composing import Composer
from agent.authors.naming import LONGEST, MAX_COVER, MAX_TAGS, SHORTEST, name_cover, name_tags
from agent.authors.topics import read_topic
from agent.catalogue import say
from agent.models import Critique, Metric, Note, Plan, Segment, Sources
from agent.text.sentences import clauses, sentences

__all__ = ["Retouch"]

LONG_SENTENCE, SHORT_CLAUSE = 30, 6
EMOJI = re.compile("[\U0001f000-\U0001faff\u2600-\u27bf\u2b00-\u2bff\ufe0f\u200d]+")
MARKS = re.compile(r"\*\*|__|^#+\s*|[【】]", re.MULTILINE)
Edit = Callable[["Retouch", Metric], str]


class Retouch:
    """Edit one note for tone."""

    def __init__(self, note: Note, *, plan: Plan, sources: Sources, rng: Random) -> None:
        self.note = note
        self.rng = rng
        self.reading = read_topic(sources.brief)
        self.composer = Composer(self.reading, plan, sources, rng)

    def retouched(self, critique: Critique) -> tuple[Note, tuple[str, ...]]:
        """Return the note and one line for each metric that led to a change."""
        changes = []
        for name, metric in sorted(critique.metrics.items()):
            edit = EDITS.get(name)
            if metric.passed is not False or edit is None:
                continue
            before = self.note
            what = edit(self, metric)
            if self.note != before:
                changes.append(say("author_changed_metric", metric=name, what=what))
        return self.note, tuple(changes)

    def swap_title(self, metric: Metric) -> str:
        """Choose a candidate of the right length that names the keyword."""
        fitting = [title for title in self.note.titles if SHORTEST <= len(title) <= LONGEST]
        named = [title for title in fitting if self.reading.keyword in title] or fitting
        if named and self.note.title not in named:
            self._set(title=named[0])
        return say("author_metric_title")

    def name_keyword(self, metric: Metric) -> str:
        """Say the keyword in the title, or in a first sentence."""
        keyword = self.reading.keyword
        self.swap_title(metric)
        if keyword not in self.note.body[:100] and (leads := self.composer.draw("lead")):
            index = next((i for i, s in enumerate(self.note.segments) if s.kind != "label"), 0)
            self._set(segments=(*self.note.segments[:index], *leads, *self.note.segments[index:]))
        return say("author_metric_keyword", keyword=keyword)

    def fit_length(self, metric: Metric) -> str:
        """Add a line when the body is short, drop one when it is long; a told line is never dropped."""
        if _told_length(self.note) < self.composer.life_floor:
            self._insert_before_closing(self.composer.draw("lines"))
        else:
            spare = [s for s in self.note.segments if s.kind == "life" and not s.sources]
            self._drop(max(spare[1:-1], key=lambda s: len(s.text), default=None))
        return say("author_metric_length")

    def fit_tags(self, metric: Metric) -> str:
        """Cut the tags, or add those of the scene."""
        more = name_tags(self.reading, self.reading.scenes, self.rng)
        self._set(tags=tuple(dict.fromkeys((*self.note.tags, *more)))[:MAX_TAGS])
        return say("author_metric_tags")

    def drop_emoji(self, metric: Metric) -> str:
        """Take every emoji out."""
        titles = tuple(EMOJI.sub("", title) or title for title in self.note.titles)
        chosen = titles[self.note.titles.index(self.note.title)]
        self._set(titles=titles, title=chosen)
        self._edit_texts(lambda text: EMOJI.sub("", text))
        return say("author_metric_emoji")

    def drop_marks(self, metric: Metric) -> str:
        """Take headings, bold and lenticular brackets out."""
        self._edit_texts(lambda text: MARKS.sub("", text))
        return say("author_metric_marks")

    def calm_down(self, metric: Metric) -> str:
        """Turn exclamation marks into full stops and drop tildes."""
        self._edit_texts(lambda text: re.sub(r"[~～]+", "", re.sub(r"[!！]+", "。", text)))
        return say("author_metric_excited")

    def split_sentences(self, metric: Metric) -> str:
        """Cut sentences that run on at the comma nearest their middle."""
        self._edit_texts(lambda text: "".join(_split(s.text) for s in sentences(text)))
        return say("author_metric_sentence", old=metric.span[:20])

    def vary_rhythm(self, metric: Metric) -> str:
        """Cut the longest free sentence in two, so that lengths differ."""
        free = [s for s in self.note.segments if s.kind == "life" and not s.sources]
        longest = max(free, key=lambda s: len(s.text), default=None)
        if longest:
            self._replace(longest, longest.model_copy(update={"text": _split(longest.text, limit=0)}))
        return say("author_metric_rhythm")

    def split_paragraphs(self, metric: Metric) -> str:
        """Begin a paragraph at every second segment that runs on."""
        running = 0
        segments = []
        for segment in self.note.segments:
            running = running + 1 if not segment.paragraph else 0
            fresh = running == 1 and segment.kind not in ("disclosure", "label", "role")
            segments.append(segment.model_copy(update={"paragraph": True}) if fresh else segment)
        self._set(segments=tuple(segments))
        return say("author_metric_paragraph")

    def drop_sentence(self, metric: Metric) -> str:
        """Drop the free sentence that holds the flagged span."""
        for segment in self.note.segments:
            if metric.span and metric.span in segment.text and segment.kind == "life":
                kept = "".join(s.text for s in sentences(segment.text) if metric.span not in s.text)
                self._replace(segment, segment.model_copy(update={"text": kept}))
                break
        return say("author_metric_sentence", old=metric.span[:20])

    def swap_opening(self, metric: Metric) -> str:
        """Draw another opening for the first free sentence."""
        first = next((s for s in self.note.segments if s.kind not in ("label", "role")), None)
        drawn = self.composer.draw("lead") or self.composer.draw("lines")
        if first and not first.sources and drawn:
            self._replace(first, drawn[0].model_copy(update={"paragraph": first.paragraph}))
        return say("author_metric_opening")

    def swap_closing(self, metric: Metric) -> str:
        """Draw another closing for the last free sentence; leave it out when none fits."""
        last = next((s for s in reversed(self.note.segments) if s.kind == "life"), None)
        drawn = self.composer.draw("closing")
        if last and not last.sources:
            if drawn:
                self._replace(last, drawn[0].model_copy(update={"paragraph": last.paragraph}))
            else:
                self._drop(last)
        return say("author_metric_closing")

    def swap_stock(self, metric: Metric) -> str:
        """Replace a stock opening or closing, wherever the flagged words stand."""
        middle = len(self.note.body) // 2
        late = metric.span and self.note.body.rfind(metric.span) > middle
        return self.swap_closing(metric) if late else self.swap_opening(metric)

    def less_product(self, metric: Metric) -> str:
        """Add a line of life before the product and drop the last extra step."""
        steps = [s for s in self.note.segments if s.kind == "point"]
        if len(steps) > 2:
            self._drop(steps[-1])
        self._insert_early(self.composer.draw("lines"))
        return say("author_metric_product")

    def add_drawback(self, metric: Metric) -> str:
        """Say for whom it is not."""
        self._insert_before_closing(self.composer.draw("drawback"))
        return say("author_metric_drawback")

    def shorten_cover(self, metric: Metric) -> str:
        """Choose a short cover text."""
        if len(self.note.cover) > MAX_COVER or "\n" in self.note.cover:
            self._set(cover=name_cover(self.reading, self.note.title, self.rng))
        return say("author_metric_cover")

    def _edit_texts(self, edit: Callable[[str], str]) -> None:
        def edited(segment: Segment) -> Segment:
            free = segment.kind in ("life", "point")
            return segment.model_copy(update={"text": edit(segment.text)}) if free else segment

        self._set(segments=tuple(edited(segment) for segment in self.note.segments))

    def _insert_early(self, added: list[Segment]) -> None:
        first = next((i for i, s in enumerate(self.note.segments) if s.kind in ("point", "condition")), 0)
        self._set(segments=(*self.note.segments[:first], *_fresh(added), *self.note.segments[first:]))

    def _insert_before_closing(self, added: list[Segment]) -> None:
        life = [i for i, segment in enumerate(self.note.segments) if segment.kind == "life"]
        at = life[-1] if life else len(self.note.segments)
        rest = self.note.segments[at:]
        if rest and added:
            rest = (rest[0].model_copy(update={"paragraph": True}), *rest[1:])
        self._set(segments=(*self.note.segments[:at], *_fresh(added), *rest))

    def _drop(self, segment: Segment | None) -> None:
        if segment is not None:
            self._set(segments=tuple(s for s in self.note.segments if s is not segment))

    def _replace(self, old: Segment, new: Segment) -> None:
        swapped = tuple(new if s is old else s for s in self.note.segments)
        self._set(segments=tuple(s for s in swapped if s.text.strip()))

    def _set(self, **update: object) -> None:
        self.note = self.note.model_copy(update=update)


def _told_length(note: Note) -> int:
    return sum(len(segment.text) for segment in note.segments if segment.kind in ("life", "point"))


def _fresh(segments: list[Segment]) -> list[Segment]:
    return [s.model_copy(update={"paragraph": True}) if i == 0 else s for i, s in enumerate(segments)]


def _split(sentence: str, *, limit: int = LONG_SENTENCE) -> str:
    """Turn one comma of a long sentence into a full stop, where both halves stay long enough to stand."""
    if len(sentence) <= limit or sentence.count("“") != sentence.count("”"):
        return sentence
    parts = clauses(sentence)
    cuts = [part.end for part in parts[:-1] if part.text.endswith("，")]
    cuts = [cut for cut in cuts if SHORT_CLAUSE <= cut <= len(sentence) - SHORT_CLAUSE]
    if not cuts:
        return sentence
    cut = min(cuts, key=lambda place: abs(place - len(sentence) / 2))
    return f"{sentence[: cut - 1]}。{sentence[cut:]}"


EDITS: dict[str, Edit] = {
    "T02": Retouch.swap_title,
    "T03": Retouch.fit_length,
    "T04": Retouch.fit_tags,
    "T05": Retouch.name_keyword,
    "T07": Retouch.drop_emoji,
    "T08": Retouch.drop_marks,
    "T09": Retouch.drop_marks,
    "T10": Retouch.drop_sentence,
    "T11": Retouch.vary_rhythm,
    "T12": Retouch.split_sentences,
    "T13": Retouch.split_paragraphs,
    "T14": Retouch.swap_stock,
    "T17": Retouch.less_product,
    "T18": Retouch.less_product,
    "T19": Retouch.drop_sentence,
    "T21": Retouch.add_drawback,
    "T24": Retouch.swap_opening,
    "T26": Retouch.calm_down,
    "T27": Retouch.shorten_cover,
}
