"""Waivers a bank keeps in its folder: refused where one can never act, and added below those that are there.

What can be said without the rules is said here; what takes a rule's severity or kind is said in `agent.ownrules`.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import yaml
from rapidfuzz import process

from agent.catalogue import advise, say
from agent.errors import ConfigurationError
from agent.models import Waiver
from agent.people import Person, Role
from agent.yamlsource import Source, parse_yaml, read_yaml, validate

__all__ = ["Objection", "add_waiver", "approvers_of", "free_id", "latest_end", "object_to", "refuse"]


_FINGERPRINT = re.compile("[0-9a-f]{16}")
_TEXT_HASH = re.compile("sha256:[0-9a-f]{64}")
_MARK = "\ufeff"
_HEAD = "# 豁免：怎么写见 guardrails/README.md；用 agent rules waive 登记最省事。\n"


@dataclass(frozen=True)
class Objection:
    """Say why a waiver can never act: the key to look at, and code and parameters of the message."""

    key: str
    code: str
    parameters: dict[str, object] = field(default_factory=dict)


def object_to(waiver: Waiver, people: Sequence[Person]) -> Objection | None:
    """Return what keeps a waiver from ever acting, whatever its rule; None when nothing does."""
    for key in ("id", "rule", "reason", "approver"):
        if not getattr(waiver, key).strip():
            return Objection(key, "waiver_blank", {"key": key})
    return _unlike_a_case(waiver) or _wrong_dates(waiver) or _wrong_people(waiver, people)


def refuse(objection: Objection, source: Source, path: tuple[str | int, ...]) -> ConfigurationError:
    """Return the error that names the place of a waiver, why it is refused, and the remedy."""
    why, remedy = say(objection.code, **objection.parameters), advise(objection.code, **objection.parameters)
    return source.error("waiver_refused", (*path, objection.key), why=why, remedy=remedy)


def latest_end(created: date) -> date:
    """Return the last day that a waiver of this day may hold, in a file as at the desk: the same day a year on."""
    day_on = 28 if (created.month, created.day) == (2, 29) else created.day
    return created.replace(year=created.year + 1, day=day_on)


def approvers_of(waiver: Waiver, people: Sequence[Person]) -> tuple[Person, ...]:
    """Return who approved; whoever is not in the bank's list of people is called by the name that is given."""
    names = (name.strip() for name in (waiver.approver, waiver.second_approver) if name.strip())
    return tuple(_reviewer(name, people) or Person(id=name, name=name) for name in names)


def free_id(waivers: Iterable[Waiver]) -> str:
    """Return the next free id, counted from W1."""
    taken = {waiver.id for waiver in waivers}
    return next(name for number in range(1, len(taken) + 2) if (name := f"W{number}") not in taken)


def add_waiver(root: Path, waiver: Waiver) -> Path:
    """Write a waiver below those of `waivers.yaml`, comments and all else kept; the file is replaced at once.

    Raises `ConfigurationError` when the file is in brackets, broken or not to be written.
    """
    path = root / "waivers.yaml"
    try:
        held = path.read_bytes().decode("utf-8") if path.is_file() else _HEAD
    except UnicodeDecodeError:
        read_yaml(path)
        raise
    mark, held = held[: held.startswith(_MARK)], held.removeprefix(_MARK)
    text = _with_entry(held, waiver, path)
    _demand_kept(held, text, waiver, path)
    try:
        _replace(path, mark + text)
    except OSError as error:
        raise ConfigurationError("init_unwritable", path=path, reason=error.strerror or error) from error
    return path


def _unlike_a_case(waiver: Waiver) -> Objection | None:
    if waiver.fingerprint and not _FINGERPRINT.fullmatch(waiver.fingerprint):
        return Objection("fingerprint", "waiver_fingerprint", {"value": waiver.fingerprint})
    if waiver.text_hash and not _TEXT_HASH.fullmatch(waiver.text_hash):
        return Objection("text_hash", "waiver_text_hash", {"value": waiver.text_hash})
    if waiver.every_note and (waiver.fingerprint or waiver.text_hash):
        return Objection("every_note", "waiver_two_scopes", {"id": waiver.id})
    if waiver.every_note and not waiver.quote.strip():
        return Objection("every_note", "waiver_every_note_of_what", {"id": waiver.id})
    if not (waiver.fingerprint or waiver.text_hash or waiver.every_note):
        return Objection("quote" if waiver.quote else "id", "waiver_no_case", {"id": waiver.id})
    return None


def _wrong_dates(waiver: Waiver) -> Objection | None:
    dates: dict[str, object] = {"id": waiver.id, "created": waiver.created, "expires": waiver.expires}
    if waiver.expires < waiver.created:
        return Objection("expires", "waiver_dates_swapped", dates)
    latest = latest_end(waiver.created)
    if waiver.expires > latest:
        return Objection("expires", "waiver_too_long", {**dates, "latest": latest})
    return None


def _wrong_people(waiver: Waiver, people: Sequence[Person]) -> Objection | None:
    named = {key: getattr(waiver, key).strip() for key in ("approver", "second_approver")}
    ids = dict(named)
    for key, name in named.items() if people else ():
        person = _reviewer(name, people)
        if name and person is None:
            told = {"id": waiver.id, "value": name, "nearest": _near(name, people)}
            return Objection(key, "waiver_not_reviewer", told)
        if person is not None and person.left_on is not None and person.left_on <= waiver.created:
            return Objection(key, "waiver_left", {"id": waiver.id, "value": name, "day": person.left_on})
        ids[key] = person.id if person is not None else ""
    if ids["approver"] == ids["second_approver"]:
        return Objection("second_approver", "waiver_one_person", {"id": waiver.id, "value": named["second_approver"]})
    return None


def _reviewer(name: str, people: Sequence[Person]) -> Person | None:
    """Return the one reviewer with this id, else with this very name."""
    known = [person for person in people if Role.REVIEWER in person.roles]
    found = [p for p in known if p.id == name.strip()] or [p for p in known if p.name == name.strip()]
    return found[0] if len(found) == 1 else None


def _near(name: str, people: Sequence[Person]) -> str:
    known = [f"{person.id}（{person.name}）" for person in people if Role.REVIEWER in person.roles]
    return "、".join(match[0] for match in process.extract(name, known, limit=3)) or "—"


def _with_entry(held: str, waiver: Waiver, path: Path) -> str:
    """Return the text of a file with an entry more, in the file's own line ends and indent."""
    root = parse_yaml(held, path).root
    ends = "\r\n" if "\r\n" in held else "\n"
    lines = held.replace("\r\n", "\n").rstrip().split("\n")
    if isinstance(root, yaml.SequenceNode) and not root.value:
        at = root.start_mark.line
        left = lines[at][: root.start_mark.column] + lines[root.end_mark.line][root.end_mark.column :]
        lines[at : root.end_mark.line + 1] = [left.strip()] if left.strip() else []
    elif root is not None and not isinstance(root, yaml.SequenceNode):
        raise Source(path, None, root).error("waivers_in_brackets")
    margin = " " * root.start_mark.column if isinstance(root, yaml.SequenceNode) and root.value else ""
    return ends.join((*lines, *(margin + line for line in _entry(waiver)), ""))


def _entry(waiver: Waiver) -> list[str]:
    given: dict[str, Any] = waiver.model_dump(mode="json", exclude_defaults=True)
    first, *rest = (f"{key}: {_scalar(value)}" for key, value in given.items())
    return [f"- {first}", *(f"  {line}" for line in rest)]


def _scalar(value: str | bool) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    plain = re.fullmatch(r"[A-Za-z0-9一-鿿-]+", value)
    return value if plain else json.dumps(value, ensure_ascii=False)


def _demand_kept(held: str, text: str, waiver: Waiver, path: Path) -> None:
    """Raise unless the new text holds what the file held, and the waiver as the last entry."""
    old = parse_yaml(held, path)
    before = old.value or []
    try:
        new = parse_yaml(text, path)
        kept = new.value[:-1] == before and validate(Waiver, new, (len(before),)) == waiver
    except (ConfigurationError, TypeError):
        kept = False
    if not kept:
        raise old.error("waivers_in_brackets")


def _replace(path: Path, text: str) -> None:
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".waivers-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(text.encode())
        if path.is_file():
            shutil.copymode(path, name)
        else:
            Path(name).chmod(0o644)
        Path(name).replace(path)
    except OSError:
        Path(name).unlink(missing_ok=True)
        raise
