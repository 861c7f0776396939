"""Answer with a sheet: headings in the tongue of who asks, saved under a name of its own, kept by nobody between."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from fastapi import Request
from fastapi.responses import Response

from agent.library.sheets import Cell, write_sheet
from agent.web.words import Words, tongue_of

__all__ = ["Row", "sheet_answer", "words_of"]

Row = Sequence[Cell]


def sheet_answer(name: str, heads: Sequence[str], rows: Iterable[Row]) -> Response:
    """Answer with a sheet to be saved under this name."""
    return Response(
        write_sheet(heads, rows),
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="kosnote-{name}.csv"', "Cache-Control": "no-store"},
    )


def words_of(request: Request) -> Words:
    """Return the words of the tongue a browser has chosen."""
    return Words(tongue_of(request))
