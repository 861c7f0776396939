"""Record and replay the HTTP exchanges of one sample: the only user of vcrpy in the evals.

A cassette is one YAML file a case, matched by method, path and whole body, so that a changed prompt finds no answer.
Headers are kept by an allow-list; bodies are stored as data with real Chinese characters. Two cassettes are never open
in one process: vcrpy would mix them up.
"""

from __future__ import annotations

import difflib
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

import vcr
import yaml
from vcr.cassette import Cassette
from vcr.errors import CannotOverwriteExistingCassetteException
from vcr.request import Request
from vcr.serializers import yamlserializer

__all__ = ["CASSETTES", "CassetteError", "Mode", "cassette_of", "configuration", "recorder", "use_cassette"]

CASSETTES = Path(__file__).parents[1] / "tests" / "recorded" / "cases"
Mode = Literal["replay", "record"]
MATCH_ON = ("method", "path", "body")
KEPT_HEADERS = frozenset({"content-type", "date"})
DROPPED_KEYS = frozenset({"timings", "system_fingerprint"})  # noise of local servers
WIDTH = 160
_open = threading.Lock()


class CassetteError(Exception):
    """Report that a cassette is missing, no longer matches what is asked, or holds answers nobody asked for."""


def cassette_of(case: str) -> Path:
    """Return the path of the cassette of a case."""
    return CASSETTES / f"{case}.yaml"


def configuration() -> dict[str, Any]:
    """Return the settings every recording and replay of this project uses."""
    return {
        "match_on": MATCH_ON,
        "decode_compressed_response": True,
        "before_record_request": _clean_request,
        "before_record_response": _clean_response,
        "serializer": "readable",
        "ignore_localhost": False,
    }


def recorder() -> vcr.VCR:
    """Return a recorder with the readable serializer registered."""
    made = vcr.VCR(**configuration())
    made.register_serializer("readable", Readable)
    return made


@contextmanager
def use_cassette(path: Path, mode: Mode = "replay") -> Iterator[Cassette]:
    """Answer every request from a cassette, or record one anew.

    Raises `CassetteError` when the file is missing, a request has no answer in it, answers stay unused, or another
    cassette is open in this process.
    """
    if mode == "replay" and not path.is_file():
        raise CassetteError(f"{path.stem}: no cassette; record it with `python -m evals record --case {path.stem}`")
    if not _open.acquire(blocking=False):
        raise CassetteError(f"{path.stem}: another cassette is open in this process; replay one sample at a time")
    try:
        with recorder().use_cassette(str(path), record_mode="none" if mode == "replay" else "all") as cassette:
            yield cassette
    except CannotOverwriteExistingCassetteException as error:
        raise CassetteError(_stale(path.stem, error)) from None
    finally:
        _open.release()
    if mode == "replay":
        demand_all_played(path.stem, cassette)


def demand_all_played(name: str, cassette: Cassette) -> None:
    """Raise `CassetteError` when answers of a cassette were not asked for."""
    unused = [request for index, request in enumerate(cassette.requests) if not cassette.play_counts[index]]
    if unused:
        asked = "; ".join(_what(_body(request)) for request in unused)
        raise CassetteError(f"{name}: {len(unused)} recorded answers were not asked for ({asked}); record it anew")


class Readable:
    """Store JSON bodies as data, long texts as blocks, and Chinese as Chinese."""

    @staticmethod
    def serialize(held: dict[str, Any]) -> str:
        """Return a cassette as YAML."""
        told = [
            {
                "request": {**_without(one["request"], "body"), "json": json.loads(one["request"]["body"])},
                "response": {
                    **_without(one["response"], "body"),
                    "json": _quiet(json.loads(one["response"]["body"]["string"])),
                },
            }
            for one in held["interactions"]
        ]
        return yaml.dump(
            {**held, "interactions": told}, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=WIDTH
        )

    @staticmethod
    def load(text: str) -> dict[str, Any]:
        """Return a cassette as it is stored."""
        held: dict[str, Any] = yamlserializer.deserialize(text)
        return held

    @staticmethod
    def deserialize(text: str) -> dict[str, Any]:
        """Return a cassette as vcrpy knows it."""
        held = Readable.load(text)
        for one in held["interactions"]:
            one["request"]["body"] = _compact(one["request"].pop("json"))
            one["response"]["body"] = {"string": _compact(one["response"].pop("json"))}
        return held


class _Dumper(yaml.SafeDumper):
    """Write texts of several lines as literal blocks."""


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)


_Dumper.add_representer(str, _text)


def _clean_request(request: Request) -> Request:
    request.headers = {name: value for name, value in request.headers.items() if name.lower() in KEPT_HEADERS}
    request.uri = f"http://model{request.path}"
    return request


def _clean_response(response: dict[str, Any]) -> dict[str, Any] | None:
    if response["status"]["code"] >= 400:
        return None
    kept = {name: value for name, value in response["headers"].items() if name.lower() in KEPT_HEADERS}
    return {**response, "headers": kept}


def _stale(name: str, error: CannotOverwriteExistingCassetteException) -> str:
    asked = _body(error.failed_request)
    recorded = [_body(request) for request in error.cassette.requests]
    nearest = max(recorded, key=lambda one: _likeness(one, asked), default={})
    return (
        f"{name}: the {_what(asked)} is not the one recorded, so its answer no longer counts; "
        f"first difference: {_difference(nearest, asked)}. Record it anew: `python -m evals record --case {name}`"
    )


def _likeness(one: dict[str, Any], other: dict[str, Any]) -> float:
    if _shape(one) != _shape(other):
        return -1.0
    return difflib.SequenceMatcher(None, _lines(one), _lines(other)).ratio()


def _difference(recorded: dict[str, Any], asked: dict[str, Any]) -> str:
    before, after = _lines(recorded), _lines(asked)
    changed = [line for line in difflib.unified_diff(before, after, n=0, lineterm="")][2:]
    told = [line[:WIDTH] for line in changed if line[:1] in "+-"][:2]
    return " ".join(told) or "a setting of the request"


def _lines(body: dict[str, Any]) -> list[str]:
    settings = json.dumps(_without(body, "messages"), ensure_ascii=False, sort_keys=True)
    return [settings, *(line for message in body.get("messages", ()) for line in message["content"].splitlines())]


def _what(body: dict[str, Any]) -> str:
    """Name a request by the shape it asks for."""
    return f"request for {_shape(body) or 'a text'}"


def _shape(body: dict[str, Any]) -> str:
    """Return the name of the schema asked for, or the fields a schema in the last message demands."""
    named = body.get("response_format", {}).get("json_schema")
    if named:
        return str(named["name"])
    last = str(body["messages"][-1]["content"]) if body.get("messages") else ""
    _, found, fields = last.rpartition('"required":[')
    return fields.partition("]")[0].replace('"', "") if found else ""


def _body(request: Request) -> dict[str, Any]:
    held = json.loads(request.body)
    return held if isinstance(held, dict) else {}


def _quiet(reply: Any) -> Any:
    return {key: value for key, value in reply.items() if key not in DROPPED_KEYS} if isinstance(reply, dict) else reply


def _without(held: dict[str, Any], *names: str) -> dict[str, Any]:
    return {key: value for key, value in held.items() if key not in names}


def _compact(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
