"""Import facts from CSV or Excel into the ledger: all rows or none, every error with sheet, row, column and remedy."""

from __future__ import annotations

import csv
import datetime
import io
import itertools
import re
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from agent.errors import ConfigurationError, UsageError
from agent.models import Fact
from agent.text.clean import clean
from agent.workspace.bank import entry_files, load_workspace
from agent.workspace.material import read_text
from agent.yamlsource import read_yaml

__all__ = ["LedgerChange", "merge_facts", "read_facts"]

HEADERS = {
    "编号": "id",
    "产品": "product",
    "性质": "kind",
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
    """Merge a sheet into a workspace's ledger; a changed fact stays in its file, a new one goes to `facts.yaml`.

    Each file is replaced at once. The shipped demo is never written.
    """
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
        _write_ledger(workspace, [fact for fact in facts if fact.id not in change.unchanged])
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
    name = row.get("id", "")
    if not name:
        problems.append("“编号”列：空")
    elif name in seen:
        problems.append(f"“编号”列：{name} 重复")
    seen.add(name)
    if row.get("product", "") not in products:
        problems.append(f"“产品”列：不认识“{row.get('product', '')}”")
    for entry in _list(row.get("numbers", "")):
        if not _NUMBER.match(entry):
            problems.append(f"“数字”列：“{entry}”应写成 名称=数值单位，例如 返现=5元")
    fact = None if problems else _fact(row, products, problems)
    if fact and fact.valid_to and fact.valid_to < fact.valid_from:
        problems.append(f"“失效日”列：{fact.valid_to} 早于生效日 {fact.valid_from}")
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
    return file.name, [[_cell(cell) for cell in row] for row in csv.reader(io.StringIO(read_text(file)))]


def _excel(file: Path) -> tuple[str, list[list[str]]]:
    import openpyxl

    try:
        book = openpyxl.load_workbook(file, read_only=True, data_only=True)
    except (OSError, ValueError, KeyError, zipfile.BadZipFile) as error:
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
    return clean(str(value)).text.strip()


def _write_ledger(workspace: Path, facts: Iterable[Fact]) -> None:
    default = workspace / "facts.yaml"
    home = {entry["id"]: file for file in entry_files(workspace, "facts") for entry in _read(file)}
    by_file: dict[Path, list[Fact]] = {}
    for fact in facts:
        by_file.setdefault(home.get(fact.id, default), []).append(fact)
    for file, changed in by_file.items():
        _rewrite(file, changed)


def _rewrite(file: Path, facts: Iterable[Fact]) -> None:
    """Replace facts by id and append new ones; comments above the first entry stay, others do not survive."""
    old = file.read_text(encoding="utf-8") if file.is_file() else ""
    entries = {entry["id"]: entry for entry in _read(file)}
    entries |= {fact.id: fact.model_dump(mode="json", exclude_defaults=True) for fact in facts}
    head = "".join(itertools.takewhile(lambda line: line.startswith("#"), old.splitlines(keepends=True)))
    body = yaml.safe_dump(list(entries.values()), allow_unicode=True, sort_keys=False, width=110)
    temporary = file.with_suffix(".yaml.new")
    try:
        temporary.write_text(head + body, encoding="utf-8")
        temporary.replace(file)
    except OSError as error:
        raise ConfigurationError("init_unwritable", path=file, reason=error.strerror or error) from error


def _read(file: Path) -> list[dict[str, Any]]:
    return (read_yaml(file).value or []) if file.is_file() else []
