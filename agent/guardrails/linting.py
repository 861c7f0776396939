"""Look over rule files for what loads and yet is not right, and for what does not load: `agent rules lint`.

Owns the list of problems with place, code, level and remedy, and how a path becomes rules; the single checks are in
`rulechecks`. Texts are in the message catalogue by code (`lint_…`), so that every problem says what to do.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from agent.catalogue import advise, say
from agent.errors import ConfigurationError, UsageError
from agent.guardrails.compiled import CompiledRule
from agent.guardrails.loader import Packs, RuleFile, compile_rules, read_rule, tighten
from agent.guardrails.rulechecks import CHECKS, Objection
from agent.guardrails.rulefiles import Unread, rule_files, unread_files
from agent.paths import data_root

__all__ = ["LEVELS", "Level", "Problem", "lint", "objections_to"]

Level = Literal["error", "warning", "notice"]
LEVELS: dict[str, Level] = {
    "basis-dates-differ": "warning",
    "basis-undated": "warning",
    "before-law": "error",
    "block-on-practice": "warning",
    "case-law-only": "notice",
    "case-short": "warning",
    "dates-crossed": "error",
    "except-idle": "notice",
    "file-cut": "warning",
    "fix-flagged": "error",
    "group-single": "warning",
    "severe-on-draft": "error",
    "term-benign": "error",
    "term-idle": "notice",
    "term-list": "warning",
    "term-joined": "warning",
    "term-shadowed": "notice",
    "term-short": "warning",
    "term-twice": "warning",
    "text-cut": "warning",
    "verified-no-article": "notice",
}
_NOT_OF_BANKS: Final = frozenset({"case-law-only"})  # a bank's own rule has no law that somebody else could go by


@dataclass(frozen=True, order=True)
class Problem:
    """Name one thing to mend: where, how grave, what, and the remedy."""

    file: str
    line: int
    column: int
    code: str
    level: Level
    rule: str
    message: str
    remedy: str


def lint(paths: Sequence[Path] = ()) -> list[Problem]:
    """Return the problems of these rule files, packs or folders of packs, in file order; all shipped packs by default.

    A bank's own folder is looked at together with the shipped rules. Raises `UsageError` for a path that is not there.
    """
    asked: dict[Path, set[Path]] = {}
    for path in paths or (data_root() / "guardrails" / "cn",):
        root, files = _rules_at(path)
        asked.setdefault(root, set()).update(files)
    found = [problem for root, files in asked.items() for problem in _lint_root(root, files)]
    unread = [_unread(entry) for path in paths if path.is_dir() for entry in _unread_at(path.absolute())]
    return sorted({*found, *unread})


def objections_to(packs: Packs, rule_ids: Iterable[str]) -> list[Problem]:
    """Return what lint has against rules of these packs that load; a bank's own ones, which need no second author."""
    asked = set(rule_ids)
    return [problem for c in packs.rules if c.rule.id in asked for problem in _objections(c, packs, _NOT_OF_BANKS)]


def _unread_at(folder: Path) -> tuple[Unread, ...]:
    """Return what looks like a rule and is not read, in a folder of packs or in one pack."""
    whole = folder if not (folder / "pack.yaml").is_file() else folder.parent
    return tuple(entry for entry in unread_files(whole) if entry.path.is_relative_to(folder))


def _unread(entry: Unread) -> Problem:
    code = entry.code.replace("_", "-")
    return Problem(str(entry.path), 1, 1, code, "error", entry.path.stem, entry.message, entry.remedy)


def _rules_at(path: Path) -> tuple[Path, list[Path]]:
    """Return the folder of packs that a path belongs to, and the rule files it names."""
    if path.is_file():
        return path.absolute().parent.parent, [path.absolute()]
    if not path.is_dir():
        raise UsageError("rule_folder_missing", path=path)
    folder = path.absolute()
    if (folder / "pack.yaml").is_file():
        return folder.parent, [file for file in rule_files(folder.parent) if file.parent == folder]
    return folder, rule_files(folder)


def _lint_root(root: Path, asked: set[Path]) -> Iterator[Problem]:
    shipped = data_root() / "guardrails" / "cn"
    whole = (root / "disclosures.yaml").is_file()
    folders, left_out = ([root], frozenset[str]()) if whole else ([shipped, root], _NOT_OF_BANKS)
    paths = [path for folder in folders for path in rule_files(folder)]
    files, broken = _readable(sorted(paths, key=asked.__contains__))  # of two with one id, the one asked for is told
    packs, more = _compiled(*_tightened(files, folders), folders)
    yield from (problem for problem in (*broken, *more) if Path(problem.file) in asked or not _is_rule(problem.file))
    for compiled in packs.rules if packs else ():
        if compiled.source.file in asked:
            yield from _objections(compiled, packs, left_out)  # type: ignore[arg-type]


def _is_rule(file: str) -> bool:
    return Path(file).parent.name != "terms" and Path(file).name not in ("tighten.yaml", "disclosures.yaml")


def _readable(paths: Iterable[Path]) -> tuple[list[RuleFile], list[Problem]]:
    files: list[RuleFile] = []
    broken: list[Problem] = []
    for path in paths:
        try:
            files.append(read_rule(path))
        except ConfigurationError as error:
            broken.append(_unloadable(error))
    return files, broken


def _tightened(files: list[RuleFile], folders: Sequence[Path]) -> tuple[list[RuleFile], list[Problem]]:
    broken: list[Problem] = []
    for folder in folders[1:]:
        try:
            files = tighten(files, folder / "tighten.yaml")
        except ConfigurationError as error:
            broken.append(_unloadable(error))
    return files, broken


def _compiled(
    files: list[RuleFile], broken: list[Problem], folders: Sequence[Path]
) -> tuple[Packs | None, list[Problem]]:
    """Compile the rules, setting aside one broken file after the other; none when a shared file is broken."""
    while True:
        try:
            return compile_rules(files, folders), broken
        except ConfigurationError as error:
            broken = [*broken, _unloadable(error)]
            kept = [file for file in files if str(file.source.file) != broken[-1].file]
            if len(kept) == len(files):
                return None, broken
            files = kept


def _unloadable(error: ConfigurationError) -> Problem:
    """Turn a loader's error into a problem, its place taken out of the sentence."""
    given = error.parameters
    file, line, column = str(given["file"]), int(str(given.get("line", 1))), int(str(given.get("column", 1)))
    said = error.message.removeprefix(file).removeprefix(f" 第 {line} 行第 {column} 列").removeprefix("：").lstrip(": ")
    return Problem(file, line, column, error.code.replace("_", "-"), "error", Path(file).stem, said, error.hint)


def _objections(compiled: CompiledRule, packs: Packs, left_out: frozenset[str]) -> Iterator[Problem]:
    for check in CHECKS:
        for objection in check(compiled, packs):
            if objection.code not in left_out:
                yield _problem(compiled, objection)


def _problem(compiled: CompiledRule, objection: Objection) -> Problem:
    line, column = (objection.line, 1) if objection.line else compiled.source.position(objection.path)
    message = f"lint_{objection.code.replace('-', '_')}"
    return Problem(
        str(compiled.source.file),
        line,
        column,
        objection.code,
        LEVELS[objection.code],
        compiled.rule.id,
        say(message, **objection.values),
        advise(message, **objection.values),
    )
