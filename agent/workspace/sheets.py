"""Import facts from CSV or Excel into the ledger: all rows or none, every error with sheet, row, column and remedy."""

from __future__ import annotations

import csv
import datetime
import io
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import openpyxl
import yaml
from pydantic import ValidationError

from agent.errors import ConfigurationError, UsageError
from agent.models import Fact
from agent.workspace.bank import load_workspace
from agent.workspace.material import read_text

__all__ = ["LedgerChange", "merge_facts", "read_facts"]

HEADERS = {
    "编号": "id",
    "产品": "product",
    "类别": "category",
    "内容": "claim",
    "不可省略": "must_keep",
    "数字": "numbers",
    "来源": "source",
    "批准号": "approval_no",
    "负责人": "owner",
    "生效日": "valid_from",
    "失效日": "valid_to",
}
_COLUMN = {english: chinese for chinese, english in HEADERS.items()}
_NUMBER = re.compile(r"^(?P<what>.+?)[=：:](?P<value>[\d.,]+)(?P<unit>.*)$")


@dataclass(frozen=True)
class LedgerChange:
    """Say which facts an import adds, changes and leaves as they are."""

    added: tuple[str, ...]
    changed: tuple[str, ...]
    unchanged: tuple[str, ...]


def merge_facts(file: Path, *, workspace: Path | None, dry_run: bool = False) -> LedgerChange:
    """Merge a sheet into `facts.yaml` of a workspace, atomically; the shipped demo is never written."""
    if workspace is None:
        raise UsageError("import_needs_workspace")
    bank = load_workspace(workspace)
    known = {fact.id: fact for fact in bank.facts}
    facts = read_facts(file, products={name: p.id for p in bank.products for name in (p.id, p.name, p.full_name)})
    change = LedgerChange(
        added=tuple(fact.id for fact in facts if fact.id not in known),
        changed=tuple(fact.id for fact in facts if fact.id in known and known[fact.id] != fact),
        unchanged=tuple(fact.id for fact in facts if known.get(fact.id) == fact),
    )
    if not dry_run and (change.added or change.changed):
        _write(workspace / "facts.yaml", {**known, **{fact.id: fact for fact in facts}})
    return change


def read_facts(file: Path, *, products: dict[str, str]) -> tuple[Fact, ...]:
    """Read every row; raise one `UsageError` that lists all wrong cells."""
    table = _excel(file) if file.suffix.lower() == ".xlsx" else _csv(file)
    sheet, rows = table
    if not rows:
        raise UsageError("sheet_wrong", path=file, details=f"{sheet}：空表")
    header = [HEADERS.get(name, name) for name in rows[0]]
    unknown = [name for name in header if name and name not in _COLUMN]
    if unknown or "id" not in header:
        detail = f"不认识的列 {'、'.join(unknown)}" if unknown else "缺少“编号”列"
        raise UsageError("sheet_wrong", path=file, details=f"{sheet} 第 1 行：{detail}（可用：{'、'.join(HEADERS)}）")
    facts: list[Fact | None] = []
    wrong: list[str] = []
    seen: set[str] = set()
    for number, cells in enumerate(rows[1:], 2):
        row = {key: cell for key, cell in zip(header, cells, strict=False) if key and cell}
        if not row:
            continue
        problems = _row_problems(row, products, seen)
        if not problems:
            facts.append(_fact(row, products, problems))
        wrong += [f"{sheet} 第 {number} 行 {problem}" for problem in problems]
    if wrong:
        raise UsageError("sheet_wrong", path=file, details="；".join(wrong[:20]))
    return tuple(fact for fact in facts if fact is not None)


def _row_problems(row: dict[str, str], products: dict[str, str], seen: set[str]) -> list[str]:
    problems: list[str] = []
    if row.get("id", "") in seen:
        problems.append(f"“编号”列：{row['id']} 重复")
    seen.add(row.get("id", ""))
    if row.get("product", "") not in products:
        problems.append(f"“产品”列：不认识“{row.get('product', '')}”")
    for entry in _list(row.get("numbers", "")):
        if not _NUMBER.match(entry):
            problems.append(f"“数字”列：“{entry}”应写成 名称=数值单位，例如 返现=5元")
    if not problems:
        _fact(row, products, problems)
    return problems


def _fact(row: dict[str, str], products: dict[str, str], problems: list[str]) -> Fact | None:
    try:
        return Fact.model_validate(
            {
                **row,
                "product": products[row["product"]],
                "must_keep": _list(row.get("must_keep", "")),
                "numbers": [_number(entry) for entry in _list(row.get("numbers", ""))],
            }
        )
    except ValidationError as error:
        for first in error.errors():
            column = str(first["loc"][0])
            value = "空" if first["type"] == "missing" else f"“{first.get('input')}”不对"
            problems.append(f"“{_COLUMN.get(column, column)}”列：{value}{_remedy(column)}")
        return None


def _remedy(column: str) -> str:
    if column.startswith("valid"):
        return "，日期写成 2026-11-24"
    return "，可用 fund、wm、deposit、card、loan、insurance、securities、gold" if column == "category" else ""


def _number(entry: str) -> dict[str, str]:
    match = _NUMBER.match(entry)
    return {key: value.strip() for key, value in match.groupdict().items()} if match else {}


def _list(cell: str) -> list[str]:
    return [part.strip() for part in re.split(r"[;；\n]", cell) if part.strip()]


def _csv(file: Path) -> tuple[str, list[list[str]]]:
    return file.name, [[cell.strip() for cell in row] for row in csv.reader(io.StringIO(read_text(file)))]


def _excel(file: Path) -> tuple[str, list[list[str]]]:
    try:
        book = openpyxl.load_workbook(file, read_only=True, data_only=True)
    except (OSError, ValueError, KeyError) as error:
        raise UsageError("file_unreadable", path=file, reason=error) from error
    try:
        sheet = book.worksheets[0]
        return f"{file.name}[{sheet.title}]", [[_cell(cell) for cell in row] for row in sheet.values]
    finally:
        book.close()


def _cell(value: Any) -> str:
    """Show a cell as text: dates as days; a number as Excel stores it, so 3.60 must be typed as text to stay 3.60."""
    if value is None:
        return ""
    if isinstance(value, datetime.datetime):
        return value.date().isoformat()
    return str(value).strip()


def _write(path: Path, facts: dict[str, Fact]) -> None:
    rows = [fact.model_dump(mode="json", exclude_defaults=True) for fact in facts.values()]
    text = yaml.safe_dump(rows, allow_unicode=True, sort_keys=False, width=110)
    temporary = path.with_suffix(".yaml.new")
    try:
        temporary.write_text(text, encoding="utf-8")
        temporary.replace(path)
    except OSError as error:
        raise ConfigurationError("init_unwritable", path=path, reason=error.strerror or error) from error
