"""One row of an archive, and how its columns become a note.

Owns the mapping of columns to the keys of a note and the reasons a row is refused. Reading files and databases is in
`agent.screening.sources`; a refused row is data (it goes to the rejected file), never the end of a run.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from agent.errors import UsageError
from agent.models import NoteInput

__all__ = ["Columns", "Row", "parse_columns", "read_note"]

Columns = tuple[tuple[str, str], ...]  # (key of a note, column), for the keys that are named otherwise
FIELDS = tuple(NoteInput.model_fields)
_TEXTS = frozenset({"id", "title", "body", "cover"})
_LISTS = frozenset({"tags", "products", "titles"})
_NESTED = frozenset({"account", "publication", "segments"})
_BETWEEN = re.compile(r"[\s,，、;；|#]+")


@dataclass(frozen=True, slots=True)
class Row:
    """Hold one row as JSON text, where it stood (line or row, from 1), and how far into the source it ends.

    `problem` is the code of what was wrong when it was read; empty for a row that can be tried.
    """

    place: int
    text: bytes
    at: int
    problem: str = ""


def parse_columns(text: str) -> Columns:
    """Read `title=标题,body=正文`; raise `UsageError` for a key a note does not have."""
    pairs: dict[str, str] = {}
    for part in filter(None, (part.strip() for part in text.split(","))):
        key, equals, column = (piece.strip() for piece in part.partition("="))
        if not equals or not column or key not in FIELDS or key in pairs:
            raise UsageError("screen_map_wrong", value=part, allowed="、".join(FIELDS))
        pairs[key] = column
    return tuple(sorted(pairs.items()))


def read_note(row: Row, columns: Columns) -> NoteInput:
    """Return the note of a row; raise `UsageError` saying what is wrong with it. Columns nobody asked for are left."""
    if row.problem:
        raise UsageError(row.problem)
    try:
        value = json.loads(row.text.decode("utf-8"))
    except UnicodeDecodeError:
        raise UsageError("row_not_text") from None
    except (ValueError, RecursionError) as error:
        raise UsageError("row_not_json", detail=getattr(error, "msg", type(error).__name__)) from None
    if not isinstance(value, dict):
        raise UsageError("row_not_object")
    try:
        return NoteInput.model_validate({"id": str(row.place), **_keys(value, dict(columns))})
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        key = ".".join(map(str, first["loc"])) or "title/body"
        raise UsageError("row_invalid", key=key, detail=first["msg"]) from None


def _keys(value: Mapping[str, Any], columns: Mapping[str, str]) -> dict[str, Any]:
    found = {key: value.get(columns.get(key, key)) for key in FIELDS}
    return {key: _cell(key, cell) for key, cell in found.items() if cell is not None and cell != ""}


def _cell(key: str, cell: Any) -> Any:
    """Suit a cell to its key: numbers become text, a cell with many values is taken apart."""
    if key in _TEXTS and isinstance(cell, int | float):
        return str(cell)
    if not isinstance(cell, str):
        return cell
    if key in _NESTED or (key in _LISTS and cell.lstrip().startswith("[")):
        try:
            return json.loads(cell)
        except ValueError:
            return cell
    return tuple(filter(None, _BETWEEN.split(cell))) if key in _LISTS else cell
