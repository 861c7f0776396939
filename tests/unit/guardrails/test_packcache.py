"""Compiled packs come back as they were, and whatever is odd about the file they lie in has them compiled anew."""

from __future__ import annotations

import os
import sys
from dataclasses import fields
from datetime import date
from pathlib import Path

import pytest

from agent.errors import ConfigurationError
from agent.guardrails import check, loader, packcache
from agent.guardrails.packcache import cache_folder, keep_packs
from agent.guardrails.packs import Packs
from agent.models import NoteInput
from agent.paths import data_root

NOTES = (
    "周末带爸妈去植物园，门口的银杏正黄。",
    "这款理财稳赚不赔，闭眼入就行，加我微信 13800138000",
    "文赚不赔的理财，年化 3.6%，年.化.收.益天💕花💕板",
    "云杉信用卡满30减5，不是稳赚，别信保本的话。",
)

OTHERS = (
    "rule",
    "pack",
    "source",
    "groups",
    "told",
    "sufficing",
    "lists",
    "admission",
)  # what a compiled rule holds beside selectors


class Counting:
    """Make packs of the shipped rules, and count how often."""

    def __init__(self, packs: Packs) -> None:
        self.packs, self.made = packs, 0

    def __call__(self) -> Packs:
        self.made += 1
        return self.packs


@pytest.fixture(scope="module")
def compiled() -> Packs:
    """Compile the packs of the mainland, kept or not."""
    return loader._read_folders((data_root() / "guardrails" / "cn",), examples=False)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make a folder of rules, with a cache of its own beside it."""
    monkeypatch.setenv("KOSNOTE_CACHE", str(tmp_path / "cache"))
    rules = tmp_path / "rules" / "own"
    rules.mkdir(parents=True)
    (rules / "OWN-01.yaml").write_text("id: OWN-01\n", encoding="utf-8")
    return rules.parent


@pytest.fixture
def make(compiled: Packs) -> Counting:
    return Counting(compiled)


def kept_file(folder: Path) -> Path:
    (found,) = (folder.parent / "cache").iterdir()
    return found


def test_kept_packs_are_those_that_were_compiled(folder: Path, compiled: Packs, make: Counting) -> None:
    keep_packs([folder], make)
    kept = keep_packs([folder], make)
    assert make.made == 1 and kept is not compiled
    assert (kept.digest, kept.versions, kept.given) == (compiled.digest, compiled.versions, compiled.given)
    assert kept.lists.entries == compiled.lists.entries
    assert dict(kept.disclosures) == dict(compiled.disclosures)
    one, other = kept.vocabulary, compiled.vocabulary
    assert (one.terms, one.patterns, one.disguisable) == (other.terms, other.patterns, other.disguisable)
    assert one.table == other.table and sorted(one._literals) == sorted(other._literals)
    assert kept.disguises.words == compiled.disguises.words and kept.guesses.words == compiled.guesses.words
    for rule, original in zip(kept.rules, compiled.rules, strict=True):
        assert rule.rule == original.rule and rule.rule.model_fields_set == original.rule.model_fields_set
        assert rule.pack == original.pack and rule.source.file == original.source.file
        for name in (field.name for field in fields(rule) if field.name not in OTHERS):
            found, wanted = getattr(rule, name), getattr(original, name)
            assert (found.ids, found.patterns) == (wanted.ids, wanted.patterns)
        for name in ("groups", "told", "sufficing"):
            found, wanted = getattr(rule, name), getattr(original, name)
            assert [(one.ids, one.patterns) for one in found] == [(one.ids, one.patterns) for one in wanted]
        assert rule.lists is kept.lists
    for body in NOTES:
        note = NoteInput(body=body)
        reports = [check(note, packs=packs, as_of=date(2026, 11, 24)) for packs in (kept, compiled)]
        assert reports[0] == reports[1]


def test_rules_of_an_overlay_and_of_another_jurisdiction_are_kept_apart(folder: Path, make: Counting) -> None:
    keep_packs([folder], make)
    keep_packs([folder, folder], make)
    assert make.made == 2 and len(list((folder.parent / "cache").iterdir())) == 2


def test_a_start_compiles_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KOSNOTE_CACHE", str(tmp_path / "cache"))
    first = loader._load.__wrapped__((), "hk", False)
    monkeypatch.setattr(loader, "_read_folders", None)
    assert loader._load.__wrapped__((), "hk", False).entries() == first.entries()


def test_a_rule_behind_a_link_is_read_and_looked_at(folder: Path, make: Counting) -> None:
    apart = folder.parent / "apart"
    (folder / "own").rename(apart)
    (folder / "own").symlink_to(apart, target_is_directory=True)
    keep_packs([folder], make)
    (apart / "OWN-01.yaml").write_text("id: OWN-02\n", encoding="utf-8")
    keep_packs([folder], make)
    assert make.made == 2


def test_a_rule_written_while_all_are_read_is_not_kept_under_what_it_was(folder: Path, make: Counting) -> None:
    rule = folder / "own" / "OWN-01.yaml"

    def make_late() -> Packs:
        rule.write_text("id: OWN-02\n", encoding="utf-8")
        return make()

    keep_packs([folder], make_late)
    rule.write_text("id: OWN-01\n", encoding="utf-8")
    keep_packs([folder], make)
    assert make.made == 2


def test_a_changed_file_has_the_rules_compiled_anew(folder: Path, make: Counting) -> None:
    keep_packs([folder], make)
    rule = folder / "own" / "OWN-01.yaml"
    written = rule.stat().st_mtime_ns
    rule.write_text("id: OWN-02\n", encoding="utf-8")
    os.utime(rule, ns=(written, written))
    keep_packs([folder], make)
    (folder / "own" / "OWN-03.yaml").write_text("", encoding="utf-8")
    keep_packs([folder], make)
    assert make.made == 3
    keep_packs([folder], make)
    assert make.made == 3 and kept_file(folder)


def test_another_state_of_the_program_compiles_anew(
    folder: Path, make: Counting, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert all(name in packcache._program() for name in ("compiled.py", "patterns.json", "reports.py"))
    keep_packs([folder], make)
    monkeypatch.setattr(packcache, "_PROGRAM", "another")
    keep_packs([folder], make)
    assert make.made == 2


def damaged(content: bytes) -> dict[str, bytes]:
    head, _, body = content.partition(b"\n")
    strange = body.replace(b'"severity":"block"', b'"severity":"blOck"', 1)
    assert strange != body
    whole = packcache.hashlib.sha256(strange).hexdigest().encode()
    return {
        "empty": b"",
        "cut off": content[:-100],
        "changed": head + b"\n" + body.replace(b'"severity":"block"', b'"severity":"warn"', 1),
        "of other rules": b"0" * 64 + content[64:],
        "not what is kept": head[:64] + whole + b"\n" + strange,
    }


@pytest.mark.parametrize("how", ["empty", "cut off", "changed", "of other rules", "not what is kept"])
def test_a_damaged_file_is_written_again(folder: Path, make: Counting, how: str) -> None:
    keep_packs([folder], make)
    file = kept_file(folder)
    content = file.read_bytes()
    file.write_bytes(damaged(content)[how])
    keep_packs([folder], make)
    assert make.made == 2 and file.read_bytes() == content


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="a file has an owner on POSIX")
def test_a_file_of_somebody_else_is_not_believed(folder: Path, make: Counting, monkeypatch: pytest.MonkeyPatch) -> None:
    keep_packs([folder], make)
    me = os.geteuid()
    assert kept_file(folder).stat().st_mode & 0o077 == 0
    monkeypatch.setattr(os, "geteuid", lambda: me + 1)
    keep_packs([folder], make)
    assert make.made == 2


def test_what_cannot_be_kept_is_no_error(folder: Path, make: Counting, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KOSNOTE_CACHE", str(folder / "own" / "OWN-01.yaml"))
    assert keep_packs([folder], make) is make.packs
    monkeypatch.setenv("KOSNOTE_CACHE", str(folder.parent / "full"))

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    assert keep_packs([folder], make) is make.packs
    assert not list((folder.parent / "full").iterdir())


def test_nothing_is_kept_where_nobody_wants_it(folder: Path, make: Counting, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KOSNOTE_CACHE", "")
    keep_packs([folder], make)
    keep_packs([folder], make)
    assert make.made == 2 and not (folder.parent / "cache").exists()


def test_an_author_is_told_of_a_broken_rule_each_time(folder: Path) -> None:
    def broken() -> Packs:
        raise ConfigurationError("rule_not_mapping", file="OWN-01.yaml", line=1, column=1)

    for _ in range(2):
        with pytest.raises(ConfigurationError):
            keep_packs([folder], broken)
    assert not (folder.parent / "cache").exists()


@pytest.mark.parametrize(
    ("platform", "variable", "expected"),
    [
        ("linux", "XDG_CACHE_HOME", "there/kosnote"),
        ("linux", "", "home/.cache/kosnote"),
        ("darwin", "", "home/Library/Caches/kosnote"),
        ("win32", "LOCALAPPDATA", "there/kosnote"),
        ("win32", "", "home/AppData/Local/kosnote"),
    ],
)
def test_each_system_has_its_folder(
    monkeypatch: pytest.MonkeyPatch, platform: str, variable: str, expected: str
) -> None:
    for name in ("KOSNOTE_CACHE", "XDG_CACHE_HOME", "LOCALAPPDATA"):
        monkeypatch.delenv(name, raising=False)
    if variable:
        monkeypatch.setenv(variable, "there")
    monkeypatch.setattr(sys, "platform", platform)
    monkeypatch.setattr(Path, "home", lambda: Path("home"))
    assert cache_folder() == Path(expected)
