"""Read what the guardrail suite is measured on: labelled texts, passages, whole notes, and texts disguised by hand.

Owns the files under `data/` and one shape for all of them. It refuses judgement: what the engine says of a text is
`outcomes`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from agent.models import NoteInput
from evals.errors import EvalError
from evals.offline import read_jsonl

__all__ = [
    "BENIGN",
    "CLEAN",
    "DATA",
    "PASSAGE",
    "Text",
    "digest_of_texts",
    "read_all",
    "read_evasions",
    "read_labelled",
    "read_notes",
    "read_passages",
]

DATA = Path(__file__).parents[1] / "data"
BENIGN = "benign"
PASSAGE = "passage"
CLEAN = ("clean_dev", "clean", "money")
Split = Literal["dev", "held", "final"]


@dataclass(frozen=True)
class Text:
    """Hold one text and what should be told of it.

    family: that of the label, `benign`, `clean_dev` (the reader was built on it), `clean`, `money`, `good`, `bad`, or
    `evasion`; seeded: (rule, the violating words) of a bad note; hidden: evasion class or class of benign twin, of a
    passage `plain`, `judgement` or `innocent`; words: those of a passage that violate, where findings count.
    """

    id: str
    family: str
    note: NoteInput
    split: Split = "held"
    rules: tuple[str, ...] = ()
    kind: str = ""
    pair: str = ""
    hidden: str = ""
    seeded: tuple[tuple[str, str], ...] = ()
    words: str = ""

    @property
    def is_violation(self) -> bool:
        """Tell whether something must be told of it."""
        return bool(self.rules)

    @property
    def shown(self) -> str:
        """Return what a reader sees, on one line."""
        return " ".join(f"{self.note.title} {self.note.body}".split())


def read_labelled(folder: Path = DATA / "guardrail", families: Sequence[str] = ()) -> list[Text]:
    """Return the labelled texts, benign twins included. Raises `EvalError` when there are none."""
    paths = [path for path in sorted(folder.glob("*.jsonl")) if not families or path.stem in families]
    texts = [_labelled(sample) for path in paths for sample in read_jsonl(path)]
    if not texts:
        raise EvalError("guardrail_nothing", path=folder)
    return texts


def read_notes(folder: Path = DATA) -> list[Text]:
    """Return whole notes: clean ones (the 60 that the reader was built on apart), good ones, and bad ones."""
    whole = folder / "guardrail_notes"
    notes = [_note(sample, "clean_dev", "dev") for sample in read_jsonl(folder / "clean_notes.jsonl")]
    clean = read_jsonl(whole / "clean.jsonl")
    notes += [_note(sample, "money" if sample["id"].startswith("m") else "clean", "held") for sample in clean]
    notes += [_note(sample, "good", "held") for sample in read_jsonl(whole / "good_notes.jsonl")]
    return notes + [_note(sample, "bad", "held") for sample in read_jsonl(whole / "bad_notes.jsonl")]


def read_passages(folder: Path = DATA / "guardrail_passages") -> list[Text]:
    """Return passages cut from sellers' notes, each with the words that violate, and innocent ones about the same."""
    return [
        Text(
            id=sample["id"],
            family=path.stem,
            note=_input(sample),
            split=sample["split"],
            rules=tuple(sample["rules"]) if sample["label"] == "violation" else (),
            kind=PASSAGE,
            hidden=sample["kind"],
            words=sample["words"],
        )
        for path in sorted(folder.glob("*.jsonl"))
        for sample in read_jsonl(path)
    ]


def read_evasions(path: Path = DATA / "evasions_by_hand.jsonl") -> list[Text]:
    """Return violations that a person disguised, each with its class."""
    return [
        Text(
            id=sample["id"],
            family="evasion",
            note=_input(sample),
            rules=tuple(sample["rules"]),
            kind="evasion",
            hidden=sample["class"],
            pair=sample["of"],
        )
        for sample in read_jsonl(path)
    ]


def read_all() -> list[Text]:
    """Return every text of the suite. Raises `EvalError` when an id stands twice."""
    texts = [*read_labelled(), *read_passages(), *read_notes(), *read_evasions()]
    seen: set[str] = set()
    for text in texts:
        if text.id in seen:
            raise EvalError("guardrail_twice", id=text.id)
        seen.add(text.id)
    return texts


def digest_of_texts(texts: Iterable[Text]) -> str:
    """Identify the data of a run, labels included."""
    return hashlib.sha256("\n".join(_lines(texts)).encode()).hexdigest()[:12]


def _lines(texts: Iterable[Text]) -> Iterator[str]:
    for text in sorted(texts, key=lambda one: one.id):
        told = (text.id, text.family, text.split, text.kind, text.pair, text.hidden, text.words, *text.rules)
        yield repr((told, text.seeded, text.note.model_dump_json()))


def _labelled(sample: dict[str, Any]) -> Text:
    return Text(
        id=sample["id"],
        family=sample["family"],
        note=_input(sample),
        split=sample.get("split", "dev"),
        rules=tuple(sample["rules"]) if sample["label"] == "violation" else (),
        kind=sample["kind"],
        pair=sample.get("pair", ""),
        hidden=sample.get("class", ""),
    )


def _note(sample: dict[str, Any], family: str, split: Split) -> Text:
    seeded = tuple((rule, words) for rule, words in sample.get("seeded", ()))
    rules = tuple(dict.fromkeys(rule for rule, _ in seeded))
    return Text(sample["id"], family, _input(sample), split, rules, kind="note", seeded=seeded)


def _input(sample: dict[str, Any]) -> NoteInput:
    """Hand a text over as a human's, with no more metadata than the file gives."""
    return NoteInput(
        id=sample["id"],
        title=sample.get("title", ""),
        body=sample.get("body", sample.get("text", "")),
        tags=tuple(sample.get("tags", ())),
        cover=sample.get("cover", ""),
        products=tuple(sample.get("products", ())),
        note_type=sample.get("note_type", "auto"),
        account_type=sample.get("account_type"),
    )
