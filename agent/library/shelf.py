"""Keep the notes of a record at hand: every run with its best text, read once and again only when it has changed.

Owns what a library knows of a note. It holds texts in memory, about three kilobytes a note; what was erased from the
record leaves the shelf the next time anybody looks.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from threading import Lock
from typing import Any

from agent.record import LibraryStore, Stamp, Status
from agent.text.simplified import simplified
from agent.tone.subject import MEASURED
from agent.workspace import Workspace

__all__ = ["Shelf", "ShelvedNote", "fold"]


@dataclass(frozen=True)
class ShelvedNote:
    """Hold what is searched, compared and counted of one run; without a text only what was asked for."""

    stamp: Stamp
    topic: str
    title: str = ""
    text: str = ""
    prose: str = ""  # life and points alone: mandatory wording is alike by law
    cited: frozenset[str] = frozenset()  # ids of facts, points and material
    told: frozenset[str] = frozenset()  # ids of the material that was given
    products: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()
    words: dict[str, str] = field(default_factory=dict, repr=False)  # folded, by the field a search may name

    @property
    def run(self) -> str:
        """Return the id of the run."""
        return self.stamp.run

    @property
    def status(self) -> Status:
        """Say where the note stands."""
        return self.stamp.status

    @property
    def was_published(self) -> bool:
        """Tell whether the note was ever published, taken back or not."""
        return self.status in ("published", "retracted")

    @property
    def heading(self) -> str:
        """Return the title, or of a run without a text its topic."""
        return self.title or self.topic


class Shelf:
    """Hold the notes of one record; safe to ask from several threads."""

    def __init__(self, store: LibraryStore, workspace: Workspace) -> None:
        self._store = store
        self._workspace = workspace
        self._kept: dict[str, ShelvedNote] = {}
        self._lock = Lock()

    def notes(self) -> tuple[ShelvedNote, ...]:
        """Return every kept run as it stands now, newest first."""
        with self._lock:
            stamps = self._store.stamps()
            self._read(stamp for stamp in stamps if self._is_new(stamp))
            kept = {stamp.run: self._kept[stamp.run] for stamp in stamps if stamp.run in self._kept}
            self._kept = kept
            return tuple(kept.values())

    def note(self, run_id: str) -> ShelvedNote | None:
        """Return one run by its whole id, read anew; None when there is none."""
        with self._lock:
            stamps = self._store.stamps(run_id)
            self._read(stamp for stamp in stamps if self._is_new(stamp))
            return self._kept.get(run_id) if stamps else None

    def _is_new(self, stamp: Stamp) -> bool:
        known = self._kept.get(stamp.run)
        return known is None or known.stamp != stamp

    def _read(self, stamps: Iterable[Stamp]) -> None:
        changed = list(stamps)
        briefs = self._store.briefs([stamp.run for stamp in changed])
        texts = self._store.texts([(s.run, s.revision) for s in changed if s.revision is not None])
        for stamp in changed:
            if brief := briefs.get(stamp.run):
                text = texts.get((stamp.run, stamp.revision or 0))
                self._kept[stamp.run] = self._shelve(stamp, json.loads(brief), json.loads(text) if text else {})

    def _shelve(self, stamp: Stamp, brief: dict[str, Any], round_: dict[str, Any]) -> ShelvedNote:
        note, report = round_.get("note", {}), round_.get("report", {})
        segments = note.get("segments", [])
        cited = frozenset(source for segment in segments for source in segment["sources"])
        of_facts = [fact.product for fact in self._workspace.facts if fact.id in cited]
        shelved = ShelvedNote(
            stamp=stamp,
            topic=brief["topic"],
            title=note.get("title", ""),
            text="\n".join(
                filter(None, [*note.get("titles", ()), note.get("cover"), _join(segments), *note.get("tags", ())])
            ),
            prose=_join(segment for segment in segments if segment["kind"] in MEASURED),
            cited=cited,
            told=frozenset(item["id"] for item in brief["material"]),
            products=tuple(dict.fromkeys([*brief["products"], *of_facts])),
            categories=tuple(report.get("products", ())),
            rules=tuple(sorted({f["rule"] for f in report.get("findings", ()) if f["status"] == "open"})),
        )
        shelved.words.update({name: fold("\n".join(texts)) for name, texts in self._words(shelved)})
        return shelved

    def _words(self, note: ShelvedNote) -> Iterator[tuple[str, Iterable[str]]]:
        """Yield what a search may find a note by: ids, and the names people know them by."""
        bank = self._workspace
        yield "topic", (note.topic, note.title)
        yield "text", (note.text,)
        yield "account", (note.stamp.account, *(a.nickname for a in bank.accounts if a.id == note.stamp.account))
        told = (note.stamp.persona, note.stamp.owner)
        names = [p.name for p in bank.personas if p.id in told] + [p.name for p in bank.people if p.id in told]
        yield "persona", (*told, *names)
        products = [p for p in bank.products if p.id in note.products]
        yield "product", (*note.products, *(name for p in products for name in (p.name, p.full_name, *p.aliases)))
        yield "rule", note.rules


def fold(text: str) -> str:
    """Return a text as a search compares it: widths, cases and traditional characters make no difference."""
    return simplified(unicodedata.normalize("NFKC", text).casefold())


def _join(segments: Iterable[dict[str, Any]]) -> str:
    parts: list[str] = []
    for segment in segments:
        parts.append(("\n" if parts and segment["paragraph"] else "") + segment["text"])
    return "".join(parts)
