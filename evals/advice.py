"""What a model's letters tell of notes whose violations are known, beside what the rules point at by themselves.

Each line of `data/advice/notes.jsonl` is a bad note with its seeded violations and a reply of a model to the adviser's
request about it. The replies go through today's rules and vetting: what is vetted away, lost or printed by a change is
counted. A model, not a person, wrote notes, labels and replies.
"""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict

from agent import guardrails
from agent.guardrails import Packs
from agent.guardrails.letter import paragraphs_of
from agent.guardrails.lettertext import Advice
from agent.guardrails.placement import field_text
from agent.llm import Calls
from agent.models import FieldName, NoteInput, Report
from agent.prompting import load_prompts
from agent.readers import Advised, ModelAdviser
from agent.readers.fitness import Fitness
from agent.readers.vetting import LONGEST_WHY, AdviceDraft
from agent.testing import MemoryJournal, ScriptedModel
from evals.offline import read_jsonl

__all__ = ["AdvisedNote", "Letter", "count", "letters", "read_notes"]

NOTES = Path(__file__).parent / "data" / "advice" / "notes.jsonl"
AS_OF = date(2026, 11, 28)


class Seed(BaseModel):
    """Hold one violation of a note, word for word, with its rule and those an officer would accept for it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    words: str
    rule: str
    also: tuple[str, ...] = ()
    kind: Literal["plain", "judgement"]


class AdvisedNote(BaseModel):
    """Hold a bad note, its violations, and what a model replied when it was asked for advice."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    title: str
    body: str
    tags: tuple[str, ...]
    products: tuple[str, ...]
    seeds: tuple[Seed, ...]
    reply: str

    @property
    def note(self) -> NoteInput:
        """Return the note as it is checked: nothing is declared."""
        return NoteInput(id=self.id, title=self.title, body=self.body, tags=self.tags)


class Letter(BaseModel):
    """Count what came of one reply.

    pointed: seeds that rules point at. told: seeds that the letter speaks against; right: under an accepted rule.
    asked: seeds that it leaves to the reviewer. reasons, refused: what the model gave, and what was not fit to print.
    kept, kept_wrongly: paragraphs it says may stay, and those with a seed in them. misread, misread_wrongly: guesses it
    says are innocent, and those that are seeds. product: whether the letter names the product that is promoted.
    """

    model_config = ConfigDict(frozen=True)

    id: str
    reason: str = ""
    seeds: int
    pointed: int
    told: int = 0
    right: int = 0
    asked: int = 0
    reasons: int = 0
    refused: int = 0
    kept: int = 0
    kept_wrongly: int = 0
    misread: int = 0
    misread_wrongly: int = 0
    product: bool = False


def read_notes(path: Path = NOTES) -> list[AdvisedNote]:
    """Return the notes of a file; raises `EvalError` for a line that is none."""
    return [AdvisedNote.model_validate(entry) for entry in read_jsonl(path)]


def letters(notes: Iterable[AdvisedNote]) -> Iterator[Letter]:
    """Have each reply vetted under today's rules, and count what its letter tells."""
    packs = guardrails.load_packs(examples=False)
    for entry in notes:
        report = guardrails.check(entry.note, packs=packs, as_of=AS_OF)
        yield _letter(entry, report, asyncio.run(_advised(entry, report, packs)), packs)


def count(told: Sequence[Letter]) -> Counter[str]:
    """Return the sums over letters, and how many of them there are."""
    sums: Counter[str] = Counter()
    for letter in told:
        sums.update({name: int(value) for name, value in letter.model_dump(exclude={"id", "reason"}).items()})
        sums["letters"] += not letter.reason
    return sums


async def _advised(entry: AdvisedNote, report: Report, packs: Packs) -> Advised:
    model = ScriptedModel(replies={"AdviceDraft": entry.reply})
    calls = Calls(entry.id, models={"judge": model}, journal=MemoryJournal())
    adviser = ModelAdviser(calls, load_prompts(), packs=packs, as_of=AS_OF)
    return await adviser(entry.note, report, check=lambda note: guardrails.check(note, packs=packs, as_of=AS_OF))


def _letter(entry: AdvisedNote, report: Report, advised: Advised, packs: Packs) -> Letter:
    found = [(f.field, f.start, f.end) for f in report.open() if f.start is not None]
    pointed = sum(_meets(entry, seed, found) for seed in entry.seeds)
    if advised.advice is None:
        return Letter(id=entry.id, reason=advised.reason, seeds=len(entry.seeds), pointed=pointed)
    advice, again = advised.advice, advised.report or report
    draft = AdviceDraft.model_validate(json.loads(entry.reply))
    fitness = Fitness(entry.note, again, packs=packs, as_of=AS_OF)
    points = [(point.field, point.start, _end(point.start, point.quote)) for point in advice.points]
    right = [(place, point.why) for place, point in zip(points, advice.points, strict=True)]
    left = [_place(entry, text) for text in (*advice.unread, *(item.first.text for item in advice.claims))]
    innocent = [(one.field, one.start, one.end) for one in advice.misread]
    told = [seed for seed in entry.seeds if _meets(entry, seed, points)]
    return Letter(
        id=entry.id,
        seeds=len(entry.seeds),
        pointed=pointed,
        told=len(told),
        right=sum(_meets(entry, seed, [place for place, why in right if _names(why, seed)]) for seed in told),
        asked=sum(_meets(entry, seed, left) for seed in entry.seeds if seed not in told),
        reasons=len(draft.points),
        refused=sum(not fitness.fit(point.why, LONGEST_WHY, about=point.rule) for point in draft.points),
        kept=len(advice.keep),
        kept_wrongly=sum(_holds_a_seed(entry, number) for number in advice.keep),
        misread=len(advice.misread),
        misread_wrongly=sum(_meets(entry, seed, innocent) for seed in entry.seeds),
        product=_product(advice, again) in entry.products,
    )


_Place = tuple[FieldName, int | None, int | None]


def _meets(entry: AdvisedNote, seed: Seed, places: Sequence[_Place]) -> bool:
    """Tell whether a seed lies, in part, at one of these places."""
    field, start, end = _place(entry, seed.words)
    return any(
        place[0] == field
        and None not in (start, end, place[1], place[2])
        and (place[1] or 0) < (end or 0)
        and (start or 0) < (place[2] or 0)
        for place in places
    )


def _place(entry: AdvisedNote, words: str) -> _Place:
    fields: tuple[FieldName, ...] = ("body", "title")
    for field in fields:
        if words and (start := field_text(entry.note, field, 0).find(words)) >= 0:
            return field, start, start + len(words)
    return "note", None, None


def _end(start: int | None, quote: str) -> int | None:
    return None if start is None else start + len(quote)


def _names(why: str, seed: Seed) -> bool:
    return any(f"（{rule}，" in why for rule in (seed.rule, *seed.also))


def _holds_a_seed(entry: AdvisedNote, number: int) -> bool:
    return any(seed.words in paragraphs_of(entry.note)[number - 1] for seed in entry.seeds)


def _product(advice: Advice, report: Report) -> str:
    return advice.product or next(iter(report.products), "")
