"""Keep compiled packs between runs: a command that checks one note spends no time on reading rules again.

The trade: a file of two megabytes a rule folder, and two hundred lines here and in what it restores, for a quarter of a
second a start. What is kept is plain JSON of what compiling yields, held under the user's cache folder, and is used
only if it was written from these very rule files (their content), by this program (its files, as Python judges
bytecode) and arrives whole; anything else is compiled anew without a word. A rule file that is broken is never kept,
so its author is told each time. `KOSNOTE_CACHE` names another folder; empty, nothing is kept.
"""

from __future__ import annotations

import hashlib
import logging
import os
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from importlib.resources import files
from pathlib import Path
from typing import Final

from pydantic import ValidationError

from agent.guardrails.compiled import CompiledRule, Selector, admission_of
from agent.guardrails.disclosures import Disclosure, Disclosures
from agent.guardrails.disguise_words import DisguiseWords
from agent.guardrails.packs import Packs, make_packs
from agent.guardrails.patternfilter import FilterTable
from agent.guardrails.rules import Cases, PackInfo, Rule
from agent.guardrails.terms import TermLists
from agent.guardrails.vocabulary import Vocabulary
from agent.models import Frozen
from agent.yamlsource import Source

__all__ = ["cache_folder", "keep_packs"]

_log = logging.getLogger(__name__)
_SETTING: Final = "KOSNOTE_CACHE"
_NO_CASES: Final = Cases.model_validate({"flag": (), "pass": ()})
Found = tuple[tuple[int, ...], tuple[int, ...]]


class _KeptRule(Frozen):
    """Hold a rule without its examples, its pack by number, its file, and what each selector finds."""

    rule: Rule
    pack: int
    file: str
    terms: Found
    groups: tuple[Found, ...]
    trigger: Found
    wording: Found
    anchor: Found
    benign: Found
    about: Found
    told: tuple[Found, ...] = ()
    sufficing: tuple[Found, ...] = ()
    admission: tuple[Found, Found, Found] | None = None


class _Kept(Frozen):
    """Hold all that `Packs` are made of."""

    rules: tuple[_KeptRule, ...]
    packs: tuple[PackInfo, ...]
    terms: tuple[str, ...]
    disguisable: tuple[str, ...]
    patterns: tuple[str, ...]
    table: FilterTable
    lists: dict[str, tuple[str, ...]]
    disclosures: tuple[Disclosure, ...]
    disguises: DisguiseWords
    digest: str


def cache_folder() -> Path | None:
    """Return the user's folder for what can be made again; None when nothing is to be kept."""
    named = os.environ.get(_SETTING)
    if named is not None:
        return Path(named) if named else None
    home = Path.home()
    if sys.platform == "win32":
        base = os.environ.get("LOCALAPPDATA") or home / "AppData" / "Local"
    elif sys.platform == "darwin":
        base = home / "Library" / "Caches"
    else:
        base = os.environ.get("XDG_CACHE_HOME") or home / ".cache"
    return Path(base) / "kosnote"


def keep_packs(folders: Sequence[Path], make: Callable[[], Packs]) -> Packs:
    """Return the packs of these folders as kept, or make and keep them.

    folders: every folder that is read for them. What cannot be read or written back is no error.
    """
    try:
        place = cache_folder()
        if place is None:
            return make()
        path = place / f"packs-{_named(folders)}.json"
        state = _state_of(folders)
    except (OSError, RuntimeError):  # no home, or a rule file that cannot be read: for `make` to tell
        return make()
    kept = _read(path, state)
    if kept is None:
        packs = make()
        with suppress(OSError):  # a file may be written, or go, while all are read
            if _state_of(folders) == state:
                _write(path, state, _kept_of(packs))
        return packs
    return _restored(kept)


def _named(folders: Sequence[Path]) -> str:
    """Name what is read, and by which installation, so that two of them do not write over each other."""
    parts = (str(files("agent")), sys.version, *map(str, folders))
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:16]


def _state_of(folders: Sequence[Path]) -> bytes:
    """Digest the content of all rule files and the state of the program."""
    digest = hashlib.sha256(_PROGRAM.encode())
    for folder in folders:
        for path in sorted((*folder.glob("*.yaml"), *folder.glob("*/*.yaml"))):  # what the loader reads, links too
            content = path.read_bytes()
            digest.update(f"\0{path}\0{len(content)}\0".encode("utf-8", "surrogatepass") + content)
    return digest.hexdigest().encode()


def _program() -> str:
    """Return name, size and time of writing of every file that has a say in compiling."""
    package = Path(str(files("agent")))
    return "".join(f"{path}\0{s.st_size}\0{s.st_mtime_ns}\0" for path in _sources(package) if (s := path.stat()))


def _sources(package: Path) -> Iterator[Path]:
    yield from (*sorted((package / "models").glob("*.py")), package / "yamlsource.py")
    yield from sorted(path for path in (package / "guardrails").rglob("*") if path.suffix in (".py", ".json", ".npz"))


def _read(path: Path, state: bytes) -> _Kept | None:
    """Return what was kept: the user's own file, of this state, and whole; else None."""
    try:
        with path.open("rb") as file:
            owner = os.fstat(file.fileno()).st_uid
            if hasattr(os, "geteuid") and owner != os.geteuid():
                return None
            head, _, body = file.read().partition(b"\n")
    except OSError:
        return None
    if head != state + hashlib.sha256(body).hexdigest().encode():
        return None
    try:
        return _Kept.model_validate_json(body)
    except ValidationError:
        return None


def _write(path: Path, state: bytes, kept: _Kept) -> None:
    """Put what is kept in its place at one stroke."""
    body = kept.model_dump_json(by_alias=True, exclude_unset=True).encode()
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=path.stem)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(state + hashlib.sha256(body).hexdigest().encode() + b"\n" + body)
            Path(name).replace(path)
        except OSError:
            with suppress(OSError):
                Path(name).unlink()
            raise
    except OSError as error:
        _log.debug("compiled rules not kept: %s", error.strerror)


def _kept_of(packs: Packs) -> _Kept:
    infos = list(dict.fromkeys(compiled.pack for compiled in packs.rules))
    return _Kept(
        rules=tuple(_kept_rule(compiled, infos.index(compiled.pack)) for compiled in packs.rules),
        packs=tuple(infos),
        terms=packs.vocabulary.terms,
        disguisable=packs.vocabulary.disguisable,
        patterns=packs.vocabulary.patterns,
        table=packs.vocabulary.table,
        lists=packs.lists.entries,
        disclosures=tuple(packs.disclosures.values()),
        disguises=packs.given,
        digest=packs.digest,
    )


def _kept_rule(compiled: CompiledRule, pack: int) -> _KeptRule:
    told = compiled.admission
    return _KeptRule(
        rule=compiled.rule.model_copy(update={"cases": _NO_CASES}),
        pack=pack,
        file=str(compiled.source.file),
        terms=_found(compiled.terms),
        groups=tuple(map(_found, compiled.groups)),
        trigger=_found(compiled.trigger),
        wording=_found(compiled.wording),
        anchor=_found(compiled.anchor),
        benign=_found(compiled.benign),
        about=_found(compiled.about),
        told=tuple(map(_found, compiled.told)),
        sufficing=tuple(map(_found, compiled.sufficing)),
        admission=(_found(told.terms), _found(told.anchor), _found(told.benign)) if told else None,
    )


def _found(selector: Selector) -> Found:
    return selector.ids, selector.patterns


def _restored_rule(one: _KeptRule, pack: PackInfo, vocabulary: Vocabulary, lists: TermLists) -> CompiledRule:
    source = Source(Path(one.file), None)
    return CompiledRule(
        rule=one.rule,
        pack=pack,
        source=source,
        terms=Selector(vocabulary, *one.terms),
        groups=tuple(Selector(vocabulary, *group) for group in one.groups),
        trigger=Selector(vocabulary, *one.trigger),
        wording=Selector(vocabulary, *one.wording),
        anchor=Selector(vocabulary, *one.anchor),
        benign=Selector(vocabulary, *one.benign),
        about=Selector(vocabulary, *one.about),
        told=tuple(Selector(vocabulary, *found) for found in one.told),
        sufficing=tuple(Selector(vocabulary, *found) for found in one.sufficing),
        lists=lists,
        admission=_restored_admission(one, pack, source, vocabulary),
    )


def _restored_admission(one: _KeptRule, pack: PackInfo, source: Source, vocabulary: Vocabulary) -> CompiledRule | None:
    if one.admission is None:
        return None
    terms, anchor, benign = (Selector(vocabulary, *found) for found in one.admission)
    return admission_of(one.rule, pack, source, terms=terms, anchor=anchor, benign=benign)


def _restored(kept: _Kept) -> Packs:
    vocabulary = Vocabulary.restored(kept.terms, kept.disguisable, kept.patterns, kept.table)
    lists = TermLists(kept.lists)
    rules = tuple(_restored_rule(one, kept.packs[one.pack], vocabulary, lists) for one in kept.rules)
    return make_packs(
        rules,
        vocabulary,
        lists=lists,
        disclosures=Disclosures(kept.disclosures),
        given=kept.disguises,
        digest=kept.digest,
    )


_PROGRAM: Final = _program()  # as it stood when this process began, whatever is installed over it meanwhile
