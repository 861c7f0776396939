"""Read the cases: one folder each, `case.yaml` with its reference notes beside it, into `evals.values.Case`.

Owns the files and their places. It refuses judgement about what a case says: see `case_lint`.
"""

from __future__ import annotations

import functools
import hashlib
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from agent.errors import ConfigurationError, UsageError
from agent.workspace import read_text
from agent.yamlsource import Source, parse_yaml, read_yaml, validate
from evals.errors import EvalError, remedy, tell
from evals.values import Case

__all__ = [
    "CASES",
    "CaseProblem",
    "CaseProblemError",
    "PlacedCase",
    "dataset_hash",
    "place_case",
    "placed_cases",
    "read_case",
    "read_cases",
    "themes",
]

CASES = Path(__file__).parent / "cases"
THEMES = Path(__file__).parent / "data" / "themes.yaml"
FILE = "case.yaml"
_PLACE = re.compile(r"^.*? 第 \d+ 行第 \d+ 列(：)?", re.DOTALL)


@dataclass(frozen=True, order=True)
class CaseProblem:
    """Say in Chinese what is wrong with a case, where (line and column from 1), and what to do."""

    path: Path
    line: int
    column: int
    message: str

    def __str__(self) -> str:
        return f"{_shown(self.path)}:{self.line}:{self.column} {self.message}"


class CaseProblemError(EvalError):
    """Report a case that cannot be read; `problem` says where and why."""

    def __init__(self, problem: CaseProblem) -> None:
        self.problem = problem
        super().__init__("case_unreadable", problem=str(problem))


@dataclass(frozen=True)
class PlacedCase:
    """Hold a case with the file it was read from, which knows where each value stood."""

    case: Case
    source: Source

    @property
    def folder(self) -> Path:
        """Return the folder of the case."""
        return self.source.file.parent

    def problem(self, code: str, place: tuple[str | int, ...], **parameters: Any) -> CaseProblem:
        """Build a problem at a value of `case.yaml`."""
        line, column = self.source.position(place)
        return problem_at(self.source.file, line, column, code, **parameters)


def read_cases(
    root: Path = CASES, *, themes: Sequence[str] = (), ids: Sequence[str] = (), split: str | None = None
) -> tuple[Case, ...]:
    """Return the cases by id, those of these themes, ids and split when given.

    Raises `CaseProblemError` at the first case that cannot be read, `EvalError` for an unknown id or no case at all.
    """
    cases = [read_case(folder) for folder in _folders(root)]
    unknown = sorted(set(ids) - {case.id for case in cases})
    if unknown:
        raise EvalError("cases_unknown", ids="、".join(unknown))
    chosen = tuple(
        case
        for case in cases
        if (not themes or case.theme in themes) and (not ids or case.id in ids) and split in (None, case.split)
    )
    if not chosen:
        raise EvalError("cases_none", path=_shown(root))
    return chosen


def read_case(folder: Path) -> Case:
    """Return the case of one folder with the text of its references; raise `CaseProblemError`."""
    placed = placed_case(folder)
    texts = {r.file: _reference_text(placed, index) for index, r in enumerate(placed.case.references)}
    references = tuple(r.model_copy(update={"text": texts[r.file]}) for r in placed.case.references)
    return placed.case.model_copy(update={"references": references})


def placed_cases(root: Path) -> Iterator[PlacedCase | CaseProblem]:
    """Yield each case without the text of its references, or what keeps it from being read, by folder."""
    for folder in _folders(root):
        try:
            yield placed_case(folder)
        except CaseProblemError as error:
            yield error.problem


def placed_case(folder: Path) -> PlacedCase:
    """Read and validate one `case.yaml`; raise `CaseProblemError`."""
    file = folder / FILE
    if not file.is_file():
        raise CaseProblemError(problem_at(file, 1, 1, "lint_no_file"))
    try:
        return place_case(read_yaml(file))
    except ConfigurationError as error:
        raise CaseProblemError(_as_problem(file, error)) from None


def place_case(source: Source) -> PlacedCase:
    """Validate what one `case.yaml` says; raise `ConfigurationError` or `CaseProblemError`."""
    for index, reference in enumerate(_mappings(source.value, "references")):
        if "text" in reference:
            line, column = source.position(("references", index, "text"))
            raise CaseProblemError(
                problem_at(source.file, line, column, "lint_text_given", file=reference.get("file", ""))
            )
    return PlacedCase(validate(Case, source), source)


def themes() -> dict[str, str]:
    """Return the title of each theme by its slug."""
    return dict(_themes())


def dataset_hash(cases: Sequence[Case]) -> str:
    """Identify what the cases say, whatever their order and the layout of their files: twelve hex digits."""
    content = [case.model_dump(mode="json") for case in sorted(cases, key=lambda case: case.id)]
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def problem_at(path: Path, line: int, column: int, code: str, **parameters: Any) -> CaseProblem:
    """Build a problem with its message and remedy."""
    return CaseProblem(path, line, column, _sentences(tell(code, **parameters), remedy(code, **parameters)))


def _as_problem(file: Path, error: ConfigurationError) -> CaseProblem:
    """Say what the YAML reader objects to; its own message repeats the place, and knows ids of rules only."""
    line, column = (int(str(error.parameters[name])) for name in ("line", "column"))
    if error.code == "yaml_wrong_value" and error.parameters.get("key") == "id":
        return problem_at(file, line, column, "lint_id_odd", value=error.parameters["value"])
    return CaseProblem(file, line, column, _sentences(_PLACE.sub("", error.message), error.hint))


def _sentences(message: str, hint: str) -> str:
    return f"{message.rstrip('。')}。{hint}" if hint else message


def _reference_text(placed: PlacedCase, index: int) -> str:
    name = placed.case.references[index].file
    try:
        return read_text(placed.folder / name).replace("\r\n", "\n").strip("\n") + "\n"
    except UsageError:
        place = ("references", index, "file")
        raise CaseProblemError(placed.problem("lint_reference_missing", place, file=name)) from None


def _folders(root: Path) -> list[Path]:
    return sorted(path for path in root.glob("*") if path.is_dir() and not path.name.startswith((".", "_")))


def _mappings(value: Any, key: str) -> list[dict[str, Any]]:
    entries = value.get(key) if isinstance(value, dict) else None
    return [entry if isinstance(entry, dict) else {} for entry in entries] if isinstance(entries, list) else []


def _shown(path: Path) -> str:
    """Return a path as seen from the current folder, where it lies below."""
    try:
        return path.resolve().relative_to(Path.cwd()).as_posix()
    except ValueError:
        return path.as_posix()


@functools.cache
def _themes() -> dict[str, str]:
    titles: dict[str, str] = parse_yaml(THEMES.read_text(encoding="utf-8"), THEMES).value["themes"]
    return titles
