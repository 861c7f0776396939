"""Ratings of notes by people, models and rules: the sheet they fill in, and how it is read back.

Owns the CSV (UTF-8 with BOM, so that Excel opens it; GB 18030 is read too, because Excel saves it). A rating is one
answer of one rater to one yes/no question about one item. It refuses agreement: that is `calibration`.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Literal

from agent.models import Frozen
from agent.prompting import load_prompts
from agent.prompting.frontmatter import split_prompt
from evals.errors import EvalError
from evals.values import Sample

__all__ = ["COLUMNS", "RaterKind", "Rating", "read_ratings", "rubric_questions", "write_sheet"]

RaterKind = Literal["person", "model", "rule"]
COLUMNS = ("item", "question", "rater", "rater_kind", "answer", "span", "repeat")
SHOWN = ("题目", "话题", "素材", "标题", "封面", "正文", "标签")
ANSWERS = {"yes": True, "y": True, "是": True, "no": False, "n": False, "否": False}
KINDS: dict[str, RaterKind] = {
    "person": "person",
    "人": "person",
    "model": "model",
    "模型": "model",
    "rule": "rule",
    "规则": "rule",
}
_PROMPT = "critique_note"
_QUESTION = re.compile(r"^(D\d+) (.+)$", re.MULTILINE)
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


class Rating(Frozen):
    """Keep one answer; `repeat` numbers the times the same rater answered."""

    item: str
    question: str
    rater: str
    rater_kind: RaterKind
    answer: bool
    span: str = ""
    repeat: int = 0


def rubric_questions() -> dict[str, str]:
    """Return the questions of the tone rubric in the words the critic is asked, so that people are asked the same."""
    _, text = split_prompt(load_prompts(None).find(_PROMPT).path)
    return dict(_QUESTION.findall(text))


def read_ratings(path: Path) -> tuple[Rating, ...]:
    """Read a filled-in sheet; rows without an answer are left out, further columns ignored.

    Raises `EvalError` naming row and column for a value that is none, and for a rater of two kinds or one answer twice.
    """
    rows = _rows(path)
    ratings = tuple(rating for number, row in rows if (rating := _rating(path, number, row)) is not None)
    if not ratings:
        raise EvalError("ratings_empty", path=path)
    _refuse_twice(path, ratings)
    return ratings


def write_sheet(samples: Iterable[Sample], path: Path) -> int:
    """Write a blank sheet with every note and question, and return the number of rows; no answer of a model is shown.

    What a note says is never a formula: a cell that would be one is led by an apostrophe.
    """
    sheet = io.StringIO(newline="")
    writer = csv.writer(sheet)
    writer.writerow([*COLUMNS, *SHOWN])
    rows = [row for sample in samples if sample.note is not None for row in _blank_rows(sample)]
    if not rows:
        raise EvalError("sheet_empty", path=path)
    writer.writerows([_plain(cell) for cell in row] for row in rows)
    path.write_bytes(sheet.getvalue().encode("utf-8-sig"))
    return len(rows)


def _blank_rows(sample: Sample) -> Iterator[list[str]]:
    note, brief = sample.note, sample.brief
    if note is None:
        return
    told = "\n".join(material.text for material in brief.material) if brief else ""
    shown = [brief.topic if brief else "", told, note.title, note.cover, note.body, " ".join(note.tags)]
    for question, text in rubric_questions().items():
        yield [f"{sample.case}#{sample.repeat}", question, "", "person", "", "", "0", text, *shown]


def _plain(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_FORMULA) else cell


def _rows(path: Path) -> list[tuple[int, Mapping[str, str]]]:
    reader = csv.DictReader(io.StringIO(_text(path), newline=""))
    missing = [name for name in COLUMNS if name not in (reader.fieldnames or ())]
    if missing:
        raise EvalError("ratings_columns", path=path, missing="、".join(missing))
    return [(number, row) for number, row in enumerate(reader, 2)]


def _text(path: Path) -> str:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise EvalError("ratings_unreadable", path=path, reason=error.strerror or error) from error
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise EvalError("ratings_unreadable", path=path, reason="既不是 UTF-8 也不是 GB 18030")


def _rating(path: Path, number: int, row: Mapping[str, str]) -> Rating | None:
    cells = {name: (row.get(name) or "").strip() for name in COLUMNS}
    if not cells["answer"]:
        return None
    for name in ("item", "question", "rater"):
        if not cells[name]:
            raise EvalError("ratings_cell", path=path, row=number, column=name, value="", allowed="不能空")
    answer, kind = ANSWERS.get(cells["answer"].lower()), KINDS.get(cells["rater_kind"].lower())
    if answer is None:
        raise _cell(path, number, "answer", cells, "yes、no（或是、否）")
    if kind is None:
        raise _cell(path, number, "rater_kind", cells, "person、model、rule")
    if not re.fullmatch(r"\d*", cells["repeat"]):
        raise _cell(path, number, "repeat", cells, "0、1、2……")
    return Rating(
        item=cells["item"],
        question=cells["question"],
        rater=cells["rater"],
        rater_kind=kind,
        answer=answer,
        span=cells["span"],
        repeat=int(cells["repeat"] or 0),
    )


def _cell(path: Path, number: int, column: str, cells: Mapping[str, str], allowed: str) -> EvalError:
    return EvalError("ratings_cell", path=path, row=number, column=column, value=cells[column], allowed=allowed)


def _refuse_twice(path: Path, ratings: Iterable[Rating]) -> None:
    kinds: dict[str, RaterKind] = {}
    seen: set[tuple[str, str, str, int]] = set()
    for rating in ratings:
        if kinds.setdefault(rating.rater, rating.rater_kind) != rating.rater_kind:
            raise EvalError("ratings_kind_twice", path=path, rater=rating.rater)
        key = (rating.rater, rating.item, rating.question, rating.repeat)
        if key in seen:
            raise EvalError("ratings_twice", path=path, rater=rating.rater, item=rating.item, question=rating.question)
        seen.add(key)
