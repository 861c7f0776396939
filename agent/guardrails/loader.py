"""Read rule files into packs: `guardrails/<jurisdiction>/<pack>/<RULE>.yaml` and a bank's own folders.

Owns the errors a compliance author sees: each names file, line, column and the remedy. An overlay may add rules, or
tighten one through `tighten.yaml`; it cannot loosen.
"""

from __future__ import annotations

import functools
import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from agent.errors import ConfigurationError, UsageError
from agent.guardrails.compiled import compile_rule
from agent.guardrails.disclosures import load_disclosures
from agent.guardrails.disguise_words import read_disguises
from agent.guardrails.literals import known_need
from agent.guardrails.packcache import keep_packs
from agent.guardrails.packs import Packs, make_packs
from agent.guardrails.rulefiles import free_id, rule_files
from agent.guardrails.rules import Guard, PackInfo, Rule
from agent.guardrails.terms import read_terms
from agent.guardrails.vocabulary import Vocabulary
from agent.models import Frozen, Severity
from agent.paths import data_root
from agent.yamlsource import Path_, Source, as_typed, parse_yaml, read_yaml, validate

__all__ = [
    "Packs",
    "RuleFile",
    "Tightening",
    "compile_rules",
    "jurisdictions",
    "load_folder",
    "load_packs",
    "read_rule",
    "tighten",
]

HOME = "cn"
_JOINED = re.compile("[，、；]")
_QUOTED = re.compile("[“”「『‘’](.+)[“”」』‘’]")  # the quotes would be looked for too
MIN_CASES = 6
_EXAMPLES = re.compile(r"(?m)^cases:[^\n]*\n(?:(?:[ \t#][^\n]*)?\n)*(?:[ \t][^\n]*\Z)?")
_KEYS: dict[str, tuple[set[str], set[str]]] = {
    # kind: (keys of which at least one must be there, further keys allowed)
    "term": ({"terms"}, {"disguise"}),
    "pattern": ({"patterns"}, {"disguise"}),
    "combine": ({"groups"}, {"within", "ordered", "gap", "disguise"}),
    "require": ({"any_of", "disclosure"}, {"trigger", "position", "proximity", "insert"}),
    "number": ({"check"}, {"statuses"}),
    "pii": ({"detectors"}, set()),
    "structure": ({"limit"}, {"max"}),
    "metadata": ({"must"}, {"when"}),
    "similarity": ({"threshold"}, set()),
    "judge": ({"criterion"}, set()),
}
_WORDED = ("term", "pattern", "combine")
_RANK: dict[Severity, int] = {"warn": 0, "fix": 1, "block": 2}
_TOGETHER = {"structure": {"limit", "max"}, "number": {"check", "statuses"}}


@dataclass(frozen=True)
class RuleFile:
    """Hold one rule with its pack and its source."""

    rule: Rule
    pack: PackInfo
    source: Source


def load_packs(*, overlay: Sequence[Path] = (), jurisdiction: str = "cn", examples: bool = True) -> Packs:
    """Load the packs of a jurisdiction and the folders of an overlay (a bank's own); compiled once a process.

    `examples=False` leaves the examples out: checking needs none. Packs without them are kept between processes
    (`agent.guardrails.packcache`).
    """
    return _load(tuple(Path(folder).resolve() for folder in overlay), jurisdiction, examples)


@functools.cache
def _load(extra: tuple[Path, ...], jurisdiction: str, examples: bool) -> Packs:
    base = data_root() / "guardrails"
    if jurisdiction not in jurisdictions():
        raise UsageError("unknown_jurisdiction", value=jurisdiction, allowed="、".join(jurisdictions()))
    folders = (base / jurisdiction, *extra)
    if examples:
        return _read_folders(folders)
    return keep_packs(_with_words(folders), lambda: _read_folders(folders, examples=False))


def _read_folders(folders: tuple[Path, ...], *, examples: bool = True) -> Packs:
    """Read the rules of a base and of the folders on top of it, each of which may tighten what came before."""
    files = [read_rule(path, examples=examples) for path in rule_files(folders[0])]
    files += [read_rule(path) for folder in folders[1:] for path in rule_files(folder)]
    for folder in folders[1:]:
        files = tighten(files, folder / "tighten.yaml")
    return compile_rules(files, folders)


def jurisdictions() -> tuple[str, ...]:
    """Return the jurisdictions that have packs, the mainland first."""
    found = sorted(path.parent.name for path in (data_root() / "guardrails").glob("*/disclosures.yaml"))
    return (HOME, *(name for name in found if name != HOME))


def load_folder(folder: Path) -> Packs:
    """Load what a folder makes of the rules: a whole jurisdiction (it has `disclosures.yaml`), or a bank's own on top.

    Unlike `load_packs` it reads the files anew at every call. Raises `UsageError` for a folder that is not there.
    """
    folder = _of_packs(folder)
    folders = [folder.resolve()]
    if not (folder / "disclosures.yaml").is_file():
        folders.insert(0, data_root() / "guardrails" / "cn")
    return _read_folders(tuple(folders))


def _of_packs(folder: Path) -> Path:
    """Return the folder that holds packs: of a workspace, the one inside it. A single pack or nothing is an error."""
    if (folder / "workspace.yaml").is_file():
        folder = folder / "guardrails"
    if not folder.is_dir():
        raise UsageError("rule_folder_missing", path=folder)
    if (folder / "pack.yaml").is_file():
        raise UsageError("rule_folder_is_pack", path=folder, parent=folder.absolute().parent)
    if not next(folder.rglob("*.yaml"), None):
        raise UsageError("rule_folder_empty", path=folder)
    return folder


def compile_rules(files: Sequence[RuleFile], folders: Sequence[Path]) -> Packs:
    """Compile rules against the term lists and disclosures of these folders, the first of which is the base.

    Word lists and disguises of the mainland serve every jurisdiction that brings none: all packs read the same
    language. A base with product words of its own (another state of the mainland's folder) stands by itself.
    """
    _refuse_twins(files)
    words = _with_words(folders)
    lists = read_terms(folder / "terms" for folder in words)
    disclosures = load_disclosures(folders[0] / "disclosures.yaml")
    vocabulary = Vocabulary(known=known_need)
    rules = tuple(
        compile_rule(f.rule, f.pack, f.source, lists=lists, disclosures=disclosures, vocabulary=vocabulary)
        for f in files
    )
    vocabulary.seal()
    given = read_disguises(words)
    return make_packs(rules, vocabulary, lists=lists, disclosures=disclosures, given=given, digest=_digest(files))


def _with_words(folders: Sequence[Path]) -> tuple[Path, ...]:
    """Return every folder whose word lists count for the rules of these folders."""
    whole = (folders[0] / "terms" / "products.yaml").is_file()
    return tuple(folders) if whole else (data_root() / "guardrails" / HOME, *folders)


def read_rule(path: Path, *, examples: bool = True) -> RuleFile:
    """Read and validate one rule file, with its examples or none.

    Raises `ConfigurationError` with line, column and remedy.
    """
    source = read_yaml(path) if examples else _read_without_examples(path)
    if source.value is None:
        raise source.error("rule_empty", rule=path.stem)
    if not isinstance(source.value, dict):
        raise source.error("rule_not_mapping", rule=path.stem)
    rule = validate(Rule, source)
    _check_keys(rule, source)
    _check_words(rule, source)
    if examples:
        _check_cases(rule, source)
    if rule.id != path.stem:
        raise _wrong_name(rule, source)
    return RuleFile(rule, _pack_of(path), source)


def _wrong_name(rule: Rule, source: Source) -> ConfigurationError:
    """Ask for another name, unless a file has that one: then this is a copy, and renaming it would lose the other."""
    path, place = source.file, ("id",)
    if not path.with_name(f"{rule.id}.yaml").is_file():
        return source.error("rule_wrong_name", place, rule=rule.id, name=path.name)
    taken = {file.stem for file in path.parent.glob("*.yaml")}
    free = free_id(rule.id.split("-")[0], taken)
    return source.error("rule_copy", place, rule=rule.id, name=path.name, free=free)


def _read_without_examples(path: Path) -> Source:
    """Read a rule file as if it had no examples; whatever is odd about it is told by reading it whole."""
    if not path.is_file():
        return read_yaml(path)
    text = path.read_text(encoding="utf-8", errors="replace")
    bare, found = _EXAMPLES.subn("cases: {flag: [], pass: []}\n", text, count=1)
    if not found:
        return read_yaml(path)
    try:
        return parse_yaml(bare, path)
    except ConfigurationError:
        return read_yaml(path)


@functools.cache
def _read_pack(path: Path, written: int) -> PackInfo:
    """Read a pack's own file once for all its rules, and again when it was written again."""
    return validate(PackInfo, read_yaml(path))


def _pack_of(path: Path) -> PackInfo:
    info = path.with_name("pack.yaml")
    if not info.is_file():
        raise ConfigurationError("rule_pack_missing", file=str(path.parent), line=1, column=1, pack=path.parent.name)
    return _read_pack(info, info.stat().st_mtime_ns)


def _check_keys(rule: Rule, source: Source) -> None:
    needed, allowed = _KEYS[rule.kind]
    given = rule.match.model_fields_set
    foreign = sorted(given - needed - allowed)
    if foreign:
        fits = "、".join(sorted(needed | allowed))
        raise source.error("rule_foreign_key", ("match", foreign[0]), key=foreign[0], kind=rule.kind, allowed=fits)
    _check_about(rule, source)
    if rule.own_words and rule.kind in _WORDED:
        kinds = "、".join(kind for kind in _KEYS if kind not in _WORDED)
        raise source.error("rule_own_words_kind", ("own_words",), kind=rule.kind, allowed=kinds)
    _check_products(rule, source)
    present = {key for key in given if getattr(rule.match, key) not in ((), "", None)}
    missing = _TOGETHER.get(rule.kind, set()) - present
    if missing or not present & needed:
        raise source.error("rule_kind_needs", ("match",), kind=rule.kind, keys="、".join(sorted(missing or needed)))


def _check_products(rule: Rule, source: Source) -> None:
    """Refuse, in a rule that asks for no line, words which would do as the line."""
    for number, entry in enumerate(rule.for_products if rule.kind != "require" else ()):
        for key in sorted(entry.model_fields_set & {"suffices", "asks"}):
            raise source.error("rule_for_products_kind", ("for_products", number, key), kind=rule.kind, key=key)


def _check_words(rule: Rule, source: Source) -> None:
    """Refuse words that a Chinese comma made into one, or that stand between Chinese quotes; quoted it may be meant."""
    anchored = rule.anchor.any_of if rule.anchor else ()
    lists: list[tuple[Path_, Sequence[str]]] = [
        (("match", "terms"), rule.match.terms),
        *((("match", "groups", number), group) for number, group in enumerate(rule.match.groups)),
        (("match", "trigger"), rule.match.trigger),
        (("anchor", "any_of"), anchored),
        (("about", "any_of"), rule.about.any_of if rule.about else ()),
        (("own_words", "any_of"), rule.own_words.any_of if rule.own_words else ()),
        *((("for_products", number, "any_of"), entry.any_of) for number, entry in enumerate(rule.for_products)),
        *((("for_products", number, "suffices"), entry.suffices) for number, entry in enumerate(rule.for_products)),
        (("except",), rule.except_),
    ]
    for path, entries in lists:
        for index, entry in enumerate(entries):
            place = (*path, index)
            if entry.startswith("re:") or not source.unquoted(place):
                continue
            if bare := _QUOTED.fullmatch(entry):
                raise source.error("rule_words_quoted", place, words=entry, bare=as_typed(bare[1]))
            if _JOINED.search(entry):
                apart = ", ".join(word for word in _JOINED.split(entry) if word)
                raise source.error("rule_words_joined", place, words=entry, apart=apart)


def _check_about(rule: Rule, source: Source) -> None:
    """Refuse an `about` that can do nothing: on a kind that looks for no words, or with nothing to look for."""
    if rule.about is None:
        return
    if rule.kind not in _WORDED and not (rule.kind == "require" and rule.match.trigger):
        allowed = "、".join((*_WORDED, "require"))
        raise source.error("rule_about_kind", ("about",), kind=rule.kind, allowed=allowed)
    if not rule.about.any_of and not (rule.about.instead_of_anchor and rule.anchor):
        raise source.error("rule_about_idle", ("about",))


def _check_cases(rule: Rule, source: Source) -> None:
    for name, cases in (("flag", rule.cases.flag), ("pass", rule.cases.pass_), ("known_miss", rule.cases.known_miss)):
        for index, case in enumerate(cases):
            if not (case.text.strip() or case.title.strip() or case.segments):
                raise source.error("rule_case_empty", ("cases", name, index), rule=rule.id, name=name, number=index + 1)
        if name != "known_miss" and len(cases) < MIN_CASES:
            raise source.error(
                "rule_few_cases", ("cases", name), rule=rule.id, name=name, have=len(cases), need=MIN_CASES
            )


class Tightening(Frozen):
    """Make one rule of the packs stricter: a higher severity, more terms, fewer guards. Nothing here can loosen it."""

    severity: Severity | None = None
    add_terms: tuple[str, ...] = ()
    drop_guards: tuple[Guard, ...] = ()


def tighten(files: Sequence[RuleFile], path: Path) -> list[RuleFile]:
    """Apply an overlay's `tighten.yaml` (rule id → tightening), if there is one."""
    if not path.is_file():
        return list(files)
    source = read_yaml(path)
    if source.value is not None and not isinstance(source.value, dict):
        raise source.error("tighten_not_mapping")
    by_id = {file.rule.id: file for file in files}
    for rule_id in source.value or {}:
        if rule_id not in by_id:
            raise source.error("rule_unknown_id", (rule_id,), rule=rule_id)
        wanted = validate(Tightening, source, (rule_id,))
        by_id[rule_id] = _tightened(by_id[rule_id], wanted, source)
    return list(by_id.values())


def _tightened(file: RuleFile, wanted: Tightening, source: Source) -> RuleFile:
    rule = file.rule
    if wanted.severity and _RANK[wanted.severity] < _RANK[rule.severity]:
        place = (rule.id, "severity")
        raise source.error("rule_loosened", place, rule=rule.id, have=rule.severity, wanted=wanted.severity)
    if wanted.add_terms and rule.kind != "term":
        raise source.error("tighten_no_terms", (rule.id, "add_terms"), rule=rule.id, kind=rule.kind)
    changes = {
        "severity": wanted.severity or rule.severity,
        "match": rule.match.model_copy(update={"terms": (*rule.match.terms, *wanted.add_terms)}),
        "clear_by": tuple(guard for guard in rule.clear_by if guard not in wanted.drop_guards),
    }
    return RuleFile(rule.model_copy(update=changes), file.pack, file.source)


def _refuse_twins(files: Iterable[RuleFile]) -> None:
    seen: dict[str, RuleFile] = {}
    for file in files:
        twin = seen.setdefault(file.rule.id, file)
        if twin is not file:
            raise file.source.error("rule_id_twice", ("id",), rule=file.rule.id, other=str(twin.source.file))


def _digest(files: Iterable[RuleFile]) -> str:
    digest = hashlib.sha256()
    for file in files:
        digest.update(file.rule.model_dump_json(by_alias=True, exclude={"cases"}).encode())  # examples decide nothing
    return "sha256:" + digest.hexdigest()
