"""Begin a rule: a commented file whose empty places the loader names one after the other.

Owns ids that are free, the pack's own file and the skeleton; the words are data (`data/scaffold.yaml`). It never writes
over anything.
"""

from __future__ import annotations

import functools
import json
import re
import textwrap
from importlib.resources import files
from pathlib import Path
from typing import Any

from agent.errors import StorageError, UsageError
from agent.guardrails.loader import Packs
from agent.guardrails.rulefiles import free_id, rule_files
from agent.guardrails.rules import Kind
from agent.yamlsource import read_yaml

__all__ = ["begin_rule"]

_ID = re.compile(r"[A-Z]{2,4}-\d{2}")
_PACK = re.compile(r"[a-z][a-z0-9-]*")


def begin_rule(
    folder: Path,
    rule_id: str,
    *,
    title: str,
    pack: str,
    kind: Kind,
    packs: Packs,
    pack_title: str = "",
    option: str = "",
) -> tuple[Path, ...]:
    """Write `<folder>/<pack>/<ID>.yaml`, and `pack.yaml` where there is none; return the files written.

    `packs` are the rules known so far; `option` is how a command names this folder. Raises `UsageError` for an id or a
    pack name that will not do, naming a free one, and `StorageError` for a folder that cannot be written.
    """
    _refuse_id(rule_id, _taken(folder, packs))
    _refuse_pack(folder, pack, packs)
    home = folder / pack
    texts = {home / "pack.yaml": _pack_text(pack, pack_title or title), home / f"{rule_id}.yaml": ""}
    texts[home / f"{rule_id}.yaml"] = _rule_text(rule_id, title, kind, option)
    try:
        home.mkdir(parents=True, exist_ok=True)
        return tuple(path for path, text in texts.items() if _write_new(path, text))
    except OSError as error:
        raise StorageError("rule_unwritable", path=home, reason=error.strerror or error) from error


def _taken(folder: Path, packs: Packs) -> set[str]:
    """Return the ids in use, those of files that do not load yet included."""
    written = {path.stem for path in rule_files(folder)} if folder.is_dir() else set()
    return {rule.id for _, rule in packs.entries()} | written


def _refuse_id(rule_id: str, taken: set[str]) -> None:
    prefix = rule_id.split("-")[0]
    if not _ID.fullmatch(rule_id):
        shape = re.fullmatch(r"[A-Z]{2,4}", prefix)
        raise UsageError("rule_id_malformed", rule=rule_id, free=free_id(prefix if shape else "BNK", taken))
    if rule_id in taken:
        raise UsageError("rule_id_taken", rule=rule_id, free=free_id(prefix, taken) or "—")


def _refuse_pack(folder: Path, pack: str, packs: Packs) -> None:
    if not _PACK.fullmatch(pack) or pack == "terms":
        raise UsageError("rule_pack_malformed", pack=pack)
    if pack in packs.versions and not (folder / pack / "pack.yaml").is_file():
        raise UsageError("rule_pack_shipped", pack=pack)


def _write_new(path: Path, text: str) -> bool:
    """Write a file that is not there yet; leave one that is."""
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        return False
    return True


def _pack_text(name: str, title: str) -> str:
    return str(_words()["pack"]).format(name=name, title=_quoted(title))


def _rule_text(rule_id: str, title: str, kind: Kind, option: str) -> str:
    match = textwrap.indent(_words()["match"][kind].format(), "  ").strip("\n")
    return str(_words()["rule"]).format(id=rule_id, title=_quoted(title), kind=kind, match=match, option=option)


def _quoted(text: str) -> str:
    """Write a text as a double-quoted YAML scalar, which is JSON."""
    return json.dumps(text, ensure_ascii=False)


@functools.cache
def _words() -> dict[str, Any]:
    words: dict[str, Any] = read_yaml(Path(str(files("agent.guardrails").joinpath("data/scaffold.yaml")))).value
    return words
