"""Batch plans: a table of briefs staff edit in a spreadsheet, one row a note.

Headers may be Chinese or English; cells are text (a list is separated by `;` or `；`).
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
from dataclasses import dataclass
from pathlib import Path

from agent.briefs import Request
from agent.errors import UsageError

__all__ = ["PlanRow", "load_plan"]

HEADERS = {
    "主题": "topic",
    "类型": "note_type",
    "人设": "persona",
    "账号": "account",
    "产品": "product",
    "事实": "fact",
    "知识点": "point",
    "素材": "material",
    "关键词": "keyword",
    "受众": "audience",
    "语言": "language",
    "种子": "seed",
}
COLUMNS = frozenset(HEADERS.values())
ENCODINGS = ("utf-8-sig", "gb18030")


@dataclass(frozen=True)
class PlanRow:
    """Hold one row: its number in the file (the header is row 1), its cells, and a digest that names it."""

    number: int
    cells: dict[str, str]

    @property
    def digest(self) -> str:
        """Identify the row by content, so that an edited row is written again and an unchanged one is not."""
        payload = json.dumps(self.cells, ensure_ascii=False, sort_keys=True)
        return hashlib.sha256(payload.encode()).hexdigest()[:12]

    def request(self, *, seed: int, folder: Path) -> Request:
        """Turn the row into a request; `material` is a material-set id or a file beside the plan."""
        cells = self.cells
        material = cells.get("material", "")
        file = folder / material
        is_file = bool(material) and file.is_file()
        return Request(
            topic=cells.get("topic", ""),
            note_type=cells.get("note_type") or "lifestyle",
            persona=cells.get("persona", ""),
            account=cells.get("account", ""),
            products=_list(cells.get("product", "")),
            facts=_list(cells.get("fact", "")),
            points=_list(cells.get("point", "")),
            material_files=(file,) if is_file else (),
            material_set="" if is_file else material,
            keyword=cells.get("keyword", ""),
            audience=cells.get("audience", ""),
            language=cells.get("language") or "zh-CN",
            seed=int(cells["seed"]) if cells.get("seed", "").isdigit() else seed,
        )


def load_plan(path: Path) -> tuple[PlanRow, ...]:
    """Read csv (UTF-8 or GB18030) or xlsx; raise `UsageError` naming the file, row and remedy."""
    try:
        table = _excel(path) if path.suffix.lower() == ".xlsx" else _csv(path)
    except (OSError, ValueError, KeyError) as error:
        raise UsageError("plan_unreadable", path=path, reason=error) from error
    if not table:
        raise UsageError("plan_unreadable", path=path, reason="空文件")
    header = [HEADERS.get(name.strip(), name.strip()) for name in table[0]]
    unknown = [name for name in header if name and name not in COLUMNS]
    if "topic" not in header or unknown:
        remedy = f"可用的列：{'、'.join(f'{zh}/{en}' for zh, en in HEADERS.items())}"
        reason = f"不认识的列 {'、'.join(unknown)}" if unknown else "缺少 topic（主题）列"
        raise UsageError("plan_row_wrong", path=path, row=1, reason=reason, remedy=remedy)
    rows = (
        PlanRow(number, {key: cell.strip() for key, cell in zip(header, line, strict=False) if key and cell.strip()})
        for number, line in enumerate(table[1:], 2)
    )
    return tuple(row for row in rows if row.cells)


def _csv(path: Path) -> list[list[str]]:
    raw = path.read_bytes()
    for encoding in ENCODINGS:
        try:
            return list(csv.reader(io.StringIO(raw.decode(encoding))))
        except UnicodeDecodeError:
            continue
    raise ValueError("不是 UTF-8 或 GB18030 编码")


def _excel(path: Path) -> list[list[str]]:
    import openpyxl

    book = openpyxl.load_workbook(path, read_only=True, data_only=True)
    try:
        return [["" if cell is None else str(cell) for cell in row] for row in book.worksheets[0].values]
    finally:
        book.close()


def _list(cell: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in cell.replace("；", ";").split(";") if part.strip())
