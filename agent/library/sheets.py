"""Write a table as a sheet people open in a spreadsheet: CSV in UTF-8 with a mark, and no cell that is a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import date

__all__ = ["Cell", "write_sheet"]

Cell = str | int | float | date | None

# What spreadsheets begin a formula with, full widths included (CWE-1236).
_FORMULA = tuple("=+-@\uff1d\uff0b\uff0d\uff20")


def write_sheet(heads: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    """Return the sheet; a text that would begin a formula gets an apostrophe before it, numbers stay numbers."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow([_plain(head) for head in heads])
    writer.writerows([_plain(cell) for cell in row] for row in rows)
    return text.getvalue().encode("utf-8-sig", "backslashreplace")


def _plain(cell: Cell) -> str | int | float:
    if cell is None:
        return ""
    if isinstance(cell, int | float):
        return round(cell, 4)
    text = str(cell).replace("\x00", "")
    return f"'{text}" if text[:1] in ("\t", "\r", "\n") or text.lstrip().startswith(_FORMULA) else text
