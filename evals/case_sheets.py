"""Put all cases into one table (CSV or Excel) and take them back without loss, for people who edit in a table.

A row is a case. A list is one item a line in its cell, parts of an item are parted by `|`; a backslash escapes. What a
row says wrong is told by row and column, and then nothing is written. Cases that did not change are not touched.
"""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from evals.case_files import CASES, FILE, read_case, themes
from evals.errors import EvalError
from evals.values import Case

__all__ = ["SheetChange", "export_cases", "import_cases", "read_sheet"]

COLUMNS = {
    "编号": "id",
    "主题": "theme",
    "分组": "split",
    "写什么": "brief.topic",
    "笔记类型": "brief.note_type",
    "关键词": "brief.keyword",
    "读者": "brief.audience",
    "人设": "brief.persona",
    "账号": "brief.account",
    "产品": "brief.products",
    "事实": "brief.facts",
    "知识点": "brief.points",
    "语言": "brief.language",
    "日期": "brief.as_of",
    "种子": "brief.seed",
    "素材（类型|原话）": "material",
    "结局": "expect.outcome",
    "不用模型时的结局": "expect.without_model",
    "必说事实（编号|说法|说法）": "expect.must_facts",
    "必须出现": "expect.must_say",
    "不能出现": "expect.must_not_say",
    "披露": "expect.disclosures",
    "追问词": "expect.asks",
    "拒绝规则": "expect.refused_by",
    "最多轮数": "expect.max_rounds",
    "复核人": "review.owner",
    "复核日期": "review.reviewed_at",
    "复核说明": "review.note",
}
LISTS = ("brief.products", "brief.facts", "brief.points", "expect.must_say", "expect.must_not_say",
         "expect.disclosures", "expect.asks", "expect.refused_by")  # fmt: skip
DATES = ("brief.as_of", "review.reviewed_at")
REFERENCE = {"文件": "file", "作者": "author", "好在哪里": "why", "全文": "text"}
_REFERENCE = re.compile(r"^范文(\d+)(" + "|".join(REFERENCE) + ")$")
_FILE = re.compile(r"^[^/\\:]+\.md$")
_SLASHED = re.compile(r"^(\d{4})[/.](\d{1,2})[/.](\d{1,2})(?: 0:00(?::00)?)?$")
MOST_CELL = 32_767  # characters Excel keeps in a cell
EMPTY = "\\0"
COMMENT = "# yaml-language-server: $schema=../case.schema.json\n"


@dataclass(frozen=True)
class SheetChange:
    """Say which cases an import adds, changes and leaves as they are."""

    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    unchanged: tuple[str, ...] = ()


def export_cases(cases: Sequence[Case], file: Path) -> None:
    """Write the cases to a `.csv` (UTF-8 with BOM) or `.xlsx` file."""
    most = max((len(case.references) for case in cases), default=0)
    header = [*COLUMNS, *(f"范文{number}{name}" for number in range(1, most + 1) for name in REFERENCE)]
    rows = [header, *(_row(case, most) for case in cases)]
    _demand_sheet(file)
    if file.suffix.lower() == ".xlsx":
        _write_excel(rows, file)
        return
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    file.write_text(text.getvalue(), encoding="utf-8-sig", newline="")


def import_cases(file: Path, root: Path = CASES, *, dry_run: bool = False) -> SheetChange:
    """Write the cases of a table that are new or changed; raise `EvalError` that lists every wrong cell."""
    added: list[Case] = []
    changed: list[Case] = []
    unchanged: list[str] = []
    for case in read_sheet(file):
        if not (root / case.id / FILE).is_file():
            added.append(case)
        elif read_case(root / case.id) != case:
            changed.append(case)
        else:
            unchanged.append(case.id)
    for case in () if dry_run else (*added, *changed):
        _write_case(case, root / case.id)
    return SheetChange(tuple(c.id for c in added), tuple(c.id for c in changed), tuple(unchanged))


def read_sheet(file: Path) -> tuple[Case, ...]:
    """Return the cases of a table; raise `EvalError` that lists every wrong cell by row and column."""
    _demand_sheet(file)
    rows = _read_excel(file) if file.suffix.lower() == ".xlsx" else _read_csv(file)
    header = [name.strip() for name in rows[0]] if rows else []
    wrong = [f"第 1 行“{name}”列：不认识这一列" for name in header if name and not _is_column(name)]
    wrong += [f"第 1 行：缺少“{name}”列" for name in ("编号", "写什么", "结局") if name not in header]
    cases: list[Case] = []
    seen: dict[str, int] = {}
    for number, cells in enumerate(rows[1:] if not wrong else (), 2):
        row = {name: cell for name, cell in zip(header, cells, strict=False) if name and cell}
        if not row:
            continue
        case, problems = _case(row)
        if case is not None and seen.setdefault(case.id, number) != number:
            problems.append(f"“编号”列：“{case.id}”在第 {seen[case.id]} 行已有")
        wrong += [f"第 {number} 行{problem}" for problem in problems]
        cases += [case] if case is not None else []
    if wrong or not cases:
        raise EvalError("sheet_wrong", path=file.name, details="；".join(wrong[:20]) or "空表")
    return tuple(cases)


def _row(case: Case, references: int) -> list[str]:
    values = [_cell(case, path) for path in COLUMNS.values()]
    for reference in case.references:
        values += [getattr(reference, field) for field in REFERENCE.values()]
    values += [""] * (len(REFERENCE) * (references - len(case.references)))
    longest = max(values, key=len)
    if len(longest) > MOST_CELL:
        raise EvalError("sheet_cell_long", case=case.id, length=len(longest), limit=MOST_CELL)
    return values


def _cell(case: Case, path: str) -> str:
    if path == "material":
        return _join((_join((item.kind, item.text), "|") for item in case.material), "\n")
    if path == "expect.must_facts":
        return _join((_join((target.fact, *target.any_of), "|") for target in case.expect.must_facts), "\n")
    value: Any = case
    for step in path.split("."):
        value = getattr(value, step)
    if path in LISTS:
        return _join(value, "\n")
    return "" if value is None else str(value)


def _case(row: dict[str, str]) -> tuple[Case | None, list[str]]:
    """Return the case of a row, or what is wrong in which column."""
    columns = {COLUMNS[name]: (name, cell) for name, cell in row.items() if name in COLUMNS}
    built: dict[str, Any] = {"brief": {}, "expect": {}, "review": {}, "references": _references(row)}
    for path, (_, cell) in columns.items():
        group, _, key = path.rpartition(".")
        (built[group] if group else built)[key] = _value(path, cell)
    try:
        case = Case.model_validate(built)
    except ValidationError as error:
        return None, [_objection(entry) for entry in error.errors()]
    problems = [
        f"“范文{number}文件”列：“{reference.file}”不是一个 .md 文件名"
        for number, reference in enumerate(case.references, 1)
        if not _FILE.match(reference.file)
    ]
    if case.theme not in themes():
        problems.append(f"“主题”列：不认识“{case.theme}”（可用：{'、'.join(themes())}）")
    return case, problems


def _value(path: str, cell: str) -> Any:
    if path == "material":
        return [_material(line) for line in _split(cell, "\n")]
    if path == "expect.must_facts":
        parts = [_split(line, "|") for line in _split(cell, "\n")]
        return [{"fact": fact, "any_of": forms} for fact, *forms in parts]
    if path in LISTS:
        return _split(cell, "\n")
    if path in DATES and (slashed := _SLASHED.match(cell)):  # what Excel makes of a date
        return "{}-{:0>2}-{:0>2}".format(*slashed.groups())
    return cell


def _material(line: str) -> dict[str, str]:
    parts = _split(line, "|")
    return {"kind": parts[0], "text": parts[1]} if len(parts) == 2 else {"text": line}


def _references(row: dict[str, str]) -> list[dict[str, str]]:
    found: dict[int, dict[str, str]] = {}
    for name, cell in row.items():
        if match := _REFERENCE.match(name):
            found.setdefault(int(match[1]), {})[REFERENCE[match[2]]] = cell
    return [found[number] for number in sorted(found)]


def _objection(error: Any) -> str:
    """Name the column and the value pydantic objects to."""
    steps = [str(step) for step in error["loc"]]
    column = next((name for name, path in COLUMNS.items() if path in (".".join(steps[:2]), steps[0])), steps[0])
    if steps[0] == "references":
        field = steps[2] if len(steps) > 2 else "file"
        column = f"范文{int(steps[1]) + 1}{next(name for name, key in REFERENCE.items() if key == field)}"
    told = "没有填" if error["type"] == "missing" else f"“{error['input']}”不对（{error['msg']}）"
    return f"“{column}”列：{told}"


def _is_column(name: str) -> bool:
    return name in COLUMNS or bool(_REFERENCE.match(name))


def _join(items: Any, mark: str) -> str:
    """Join texts by a mark; a mark, a backslash or a line end inside a text is escaped."""

    def escaped(text: str) -> str:
        text = text.replace("\\", "\\\\").replace("\n", "\\n")
        return text.replace(mark, f"\\{mark}") if mark != "\n" else text

    return mark.join(escaped(text) or EMPTY for text in items)


def _split(text: str, mark: str) -> list[str]:
    """Undo `_join`; an empty line between items is nobody's."""
    parts = [""]
    for piece in re.findall(r"\\.|[^\\]|\\$", text, re.DOTALL):
        if piece == mark:
            parts.append("")
        else:
            parts[-1] += piece
    kept = [part.removesuffix("\r") for part in parts] if mark == "\n" else parts
    return [_unescaped(part) for part in kept if part or mark != "\n"]


def _unescaped(text: str) -> str:
    if text == EMPTY:
        return ""
    return re.sub(r"\\(.)", lambda found: "\n" if found[1] == "n" else found[1], text, flags=re.DOTALL)


def _write_case(case: Case, folder: Path) -> None:
    """Write one case with its references; reference files it no longer lists go."""
    folder.mkdir(parents=True, exist_ok=True)
    content = case.model_dump(mode="json", exclude_defaults=True)
    for reference in content.get("references", ()):
        reference.pop("text", None)
    dumped = yaml.safe_dump(_texts(content), allow_unicode=True, sort_keys=False, width=1000)
    (folder / FILE).write_text(COMMENT + dumped, encoding="utf-8")
    listed = {reference.file for reference in case.references}
    for path in folder.glob("*.md"):
        if path.name not in listed:
            path.unlink()
    for reference in case.references:
        (folder / reference.file).write_text(reference.text, encoding="utf-8", newline="\n")


def _texts(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _texts(entry) for key, entry in value.items()}
    if isinstance(value, list):
        return [_texts(entry) for entry in value]
    return str(value)


def _demand_sheet(file: Path) -> None:
    if file.suffix.lower() not in (".csv", ".xlsx"):
        raise EvalError("sheet_format", path=file.name)


def _read_csv(file: Path) -> list[list[str]]:
    try:
        raw = file.read_bytes()
    except OSError as error:
        raise EvalError("sheet_wrong", path=file.name, details=error.strerror or str(error)) from None
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = raw.decode("gb18030", errors="replace")  # what Chinese Excel saves as plain CSV
    return list(csv.reader(io.StringIO(text, newline="")))


def _write_excel(rows: list[list[str]], file: Path) -> None:
    import openpyxl
    from openpyxl.utils.exceptions import IllegalCharacterError

    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title, sheet.freeze_panes = "用例", "B2"
    try:
        for number, cells in enumerate(rows, 1):
            for column, text in enumerate(cells, 1):
                sheet.cell(number, column, text).data_type = "s"  # a text that begins with "=" is no formula
    except IllegalCharacterError:
        raise EvalError("sheet_character", case=rows[number - 1][0]) from None
    book.save(file)


def _read_excel(file: Path) -> list[list[str]]:
    import openpyxl

    try:
        book = openpyxl.load_workbook(file, read_only=True, data_only=True)
        return [_plain(cells) for cells in book.worksheets[0].iter_rows(values_only=True)]
    except (OSError, ValueError, KeyError, zipfile.BadZipFile) as error:
        raise EvalError("sheet_wrong", path=file.name, details=f"打不开（{error}）") from None


def _plain(cells: Sequence[Any]) -> list[str]:
    return [_as_text(cell) for cell in cells]


def _as_text(cell: Any) -> str:
    if cell is None:
        return ""
    if hasattr(cell, "date"):
        return str(cell.date())
    return str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell)
