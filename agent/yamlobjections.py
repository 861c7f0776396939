"""Turn what a schema objects to into one error that somebody who cannot code can act on.

Owns the choice of the objection to tell, the key meant by one that is not known, and the words for values. Pydantic
lists every objection; of those, a key written wrong comes before the key that is missing for it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, get_args

from pydantic import BaseModel

from agent.catalogue import say
from agent.yamlslips import as_typed

__all__ = ["Objection", "Path_", "choose", "place_in_words"]

Path_ = tuple[str | int, ...]
_SHOWN = 40
_QUOTES = "“”‘’「」『』\uff02\uff07"
_DATED = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_LISTS = ("tuple_type", "list_type", "set_type", "frozen_set_type")
_MAPPINGS = ("model_type", "dict_type", "model_attributes_type")


@dataclass(frozen=True)
class Objection:
    """Hold a message code, the place inside the value, and what the message wants to know."""

    code: str
    place: Path_
    values: Mapping[str, object]


def choose(model: type[BaseModel], errors: Sequence[Any], prefix: Path_, value: Any) -> Objection:
    """Return the objection to tell first; `prefix` leads to the value that the model was built from."""
    unknown = next((error for error in errors if error["type"] == "extra_forbidden"), None)
    if unknown is not None:
        return _unknown_key(model, unknown, errors, prefix, value)
    first = errors[0]
    if not first["loc"] and first["type"] in _MAPPINGS:
        return _no_mapping(model, prefix, value)
    place = (*prefix, *first["loc"])
    key = place_in_words(place) or say("yaml_whole_file")
    if first["type"] == "missing":
        return _missing(errors, place, prefix)
    detail = _in_words(first)
    if first.get("input") in (None, ""):
        return Objection("yaml_not_filled", place, {"key": key, "detail": detail})
    values = {"key": key, "value": _shown(first.get("input")), "detail": detail, "remedy": _remedy(first)}
    return Objection("yaml_wrong_value", place, values)


def place_in_words(place: Path_) -> str:
    """Write a path as it is said, counted from one: `basis 第 1 项的 instrument`."""
    words = ""
    for step in place:
        if isinstance(step, int):
            words = f"{words} 第 {step + 1} 项".strip()
        elif words.endswith("项"):
            words += f"的 {step}"
        else:
            words += f".{step}" if words else step
    return words


def _missing(errors: Sequence[Any], place: Path_, prefix: Path_) -> Objection:
    """Name every key that is missing at this place, all at once: a form is filled in once, not key by key."""
    found = [(*prefix, *error["loc"]) for error in errors if error["type"] == "missing"]
    more = [str(path[-1]) for path in found if path[:-1] == place[:-1] and path != place]
    return Objection("yaml_missing_key", place, {"key": "”、“".join((place_in_words(place), *more))})


def _no_mapping(model: type[BaseModel], prefix: Path_, value: Any) -> Objection:
    """Say that keys are wanted where a bare word or a list stands, and which."""
    what = place_in_words(prefix) or say("yaml_whole_file")
    colon = say("yaml_slip_colon_width") if isinstance(value, str) and "：" in value else ""
    allowed = "、".join(_keys_at(model, ()))
    values = {"what": what, "value": _shown(value), "colon": colon, "allowed": allowed}
    return Objection("yaml_not_mapping", prefix, values)


def _unknown_key(model: type[BaseModel], unknown: Any, errors: Sequence[Any], prefix: Path_, value: Any) -> Objection:
    """Say which key was meant: one like it, one that belongs further in or further out, or the one that is missing."""
    at, name = unknown["loc"][:-1], str(unknown["loc"][-1])
    place = (*prefix, *unknown["loc"])
    allowed = _keys_at(model, at)
    values: dict[str, object] = {"key": place_in_words(place), "name": name, "allowed": "、".join(allowed)}
    inner = _further_in(model, at, name, errors)
    if inner and name not in allowed:
        return Objection("yaml_key_too_far_out", place, {**values, "inner": inner})
    if at and any(name in _keys_at(model, at[:depth]) for depth in range(len(at))):
        return Objection("yaml_key_too_far_in", place, {**values, "parent": place_in_words((*prefix, *at))})
    missing = [str(e["loc"][-1]) for e in errors if e["type"] == "missing" and e["loc"][:-1] == at]
    given = _given_at(value, at)
    meant = _meant(name, [key for key in allowed if key not in given], missing)
    if meant:
        return Objection("yaml_key_misspelt", place, {**values, "meant": meant})
    return Objection("yaml_unknown_key", place, values)


def _given_at(value: Any, path: Path_) -> Mapping[str, Any]:
    """Return the keys and values written at a place; none where a schema names steps that no file has."""
    for step in path:
        value = value.get(step) if isinstance(value, dict) else value[step] if isinstance(step, int) else None
    return value if isinstance(value, dict) else {}


def _further_in(model: type[BaseModel], at: Path_, name: str, errors: Sequence[Any]) -> str:
    """Return the key below which this one belongs, first of all one that is objected to itself; or nothing."""
    objected = {
        error["loc"][len(at)] for error in errors if error["loc"][: len(at)] == at and len(error["loc"]) > len(at)
    }
    fitting = [field for field, keys in _keys_inside(model, at).items() if name in keys]
    return next((field for field in fitting if field in objected), next(iter(fitting), ""))


def _meant(name: str, allowed: Sequence[str], missing: Sequence[str]) -> str:
    """Return the key that somebody who wrote this one wanted; empty when there is no telling."""
    translated = say(f"yaml_key_{name}")
    if translated in allowed:
        return translated
    near = get_close_matches(name.lower(), missing, n=1, cutoff=0.6) or get_close_matches(name.lower(), allowed, n=1)
    return near[0] if near else ""


def _keys_at(model: type[BaseModel], path: Path_) -> list[str]:
    """Return the keys that are known at a place inside a model, as they are written."""
    return sorted(_fields(_model_at(model, path)))


def _keys_inside(model: type[BaseModel], path: Path_) -> dict[str, list[str]]:
    """Return, for each key known at a place that holds keys of its own and no list, what those are."""
    return {
        name: sorted(_fields(held))
        for name, field in _fields(_model_at(model, path)).items()
        for held in [_held(field)]
        if held is not None
    }


def _fields(model: type[BaseModel]) -> dict[str, Any]:
    return {field.alias or name: field for name, field in model.model_fields.items()}


def _held(field: Any) -> type[BaseModel] | None:
    """Return the model that a field holds one of."""
    kinds = (field.annotation, *get_args(field.annotation))
    return next((kind for kind in kinds if isinstance(kind, type) and issubclass(kind, BaseModel)), None)


def _model_at(model: type[BaseModel], path: Path_) -> type[BaseModel]:
    for step in path:
        field = next((f for name, f in model.model_fields.items() if step in (name, f.alias)), None)
        if field is not None:
            model = next((t for t in _types_in(field.annotation) if issubclass(t, BaseModel)), model)
    return model


def _types_in(annotation: Any) -> Iterator[type]:
    """Yield every class that a type hint names."""
    if isinstance(annotation, type) and not get_args(annotation):
        yield annotation
    for inner in get_args(annotation):
        yield from _types_in(inner)


def _in_words(problem: Any) -> str:
    """Say in Chinese what value is wanted; the schema's own words when the catalogue has none for this objection."""
    kind, given = problem["type"], problem.get("input")
    if kind == "date_from_datetime_parsing" and isinstance(given, str) and _DATED.fullmatch(given):
        return say("yaml_wants_real_day")
    expected = {name: _listed(value) for name, value in problem.get("ctx", {}).items()}
    codes = [f"yaml_wants_{kind}_{problem['loc'][-1]}" if problem["loc"] else "", f"yaml_wants_{kind}"]
    if kind in _LISTS and isinstance(given, dict):
        codes.insert(0, "yaml_wants_dashes")
    elif kind == "string_type" and isinstance(given, list):
        codes.insert(0, "yaml_wants_no_list")
    for code in filter(None, codes):
        wanted = say(code, **expected)
        if wanted != code:
            return wanted
    own = kind == "value_error"  # a schema's own sentence, and not the library's
    return str(problem["msg"]) if own or not str(problem["msg"]).isascii() else say("yaml_wants_other")


def _remedy(problem: Any) -> str:
    """Say what to do about a wrong value, where more can be told than that it is wrong."""
    given = problem.get("input")
    if isinstance(given, str) and given.strip(_QUOTES) != given:
        return say("yaml_remedy_quotes", bare=as_typed(given.strip(_QUOTES)))
    if isinstance(given, str) and given.strip("\u3000") != given:
        return say("yaml_remedy_wide_space")
    meant = say(f"yaml_value_{given}") if isinstance(given, str) else ""
    if problem["type"] == "literal_error" and f"'{meant}'" in str(problem.get("ctx", {}).get("expected", "")):
        return say("yaml_remedy_meant", meant=meant)
    if isinstance(given, str) and problem["type"] == "literal_error" and any(sign in given for sign in "，、；"):
        return say("yaml_remedy_commas")
    if isinstance(given, str) and problem["type"] in (*_LISTS, *_MAPPINGS) and given[:1] in "【（(\uff3b":
        return say("yaml_remedy_brackets")
    return say("yaml_remedy_value")


def _shown(value: Any) -> str:
    """Write a value as it reads in the file, not as the program holds it; cut when it is long."""
    if isinstance(value, dict):
        text = "，".join(f"{key}: {_shown(entry)}" for key, entry in value.items())
    elif isinstance(value, list | tuple):
        text = "、".join(_shown(entry) for entry in value)
    else:
        text = "" if value is None else str(value)
    return text if len(text) <= _SHOWN else text[:_SHOWN] + "…"


def _listed(value: object) -> str:
    """Write pydantic's `'a', 'b' or 'c'` as a Chinese list."""
    return str(value).replace("'", "").replace(" or ", "、").replace(", ", "、")
