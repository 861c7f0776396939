"""Log lines as JSON, one a line, without a word somebody wrote.

Only what is named here gets out: this program's own messages, the facts it attaches, and of other libraries the bare
template of a warning. Messages of exceptions stay inside, because they may quote a note; type, code and place do not.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import logging
import secrets
import sys
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any, TextIO

from agent.errors import KosnoteError
from agent.settings import Settings
from agent.watching import Step

__all__ = ["JsonFormatter", "Naming", "about", "log_step", "set_up_logs"]

OWN = ("agent", "uvicorn.error")
FRAMES = 12
KNOWN_FACTS = frozenset({
    "method", "route", "status", "seconds", "kind", "intent", "outcome", "rounds", "round", "role", "node",
    "begun_by", "finish_reason", "prompt_tokens", "completion_tokens", "cached_tokens", "error",
})  # fmt: skip
_about: ContextVar[dict[str, str]] = ContextVar("about", default={})  # noqa: B039  # never changed, only replaced
logger = logging.getLogger(__name__)


@contextmanager
def about(**known: str) -> Iterator[None]:
    """Say on every line of this task what it is about: `request` and `user`."""
    token = _about.set({**_about.get(), **{key: value for key, value in known.items() if value}})
    try:
        yield
    finally:
        _about.reset(token)


class JsonFormatter(logging.Formatter):
    """Write a record as one line of JSON."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        own = _is_own(record.name)
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage() if own else str(record.msg).splitlines()[0][:200],
            **_about.get(),
        }
        facts = getattr(record, "facts", {}) if own else {}
        line |= {key: value for key, value in facts.items() if key in KNOWN_FACTS}
        if record.exc_info and record.exc_info[1] is not None:
            line |= _fault(record.exc_info[1])
        return json.dumps(line, ensure_ascii=False)


class Naming:
    """Name a user in a log as the setting `log_users` wants it: hashed under the server's secret, plain, or not."""

    def __init__(self, settings: Settings) -> None:
        self._how = settings.web.log_users
        self._key = (settings.web_secret.get_secret_value() or secrets.token_hex(16)).encode()

    def __call__(self, user: str) -> str:
        """Return what to write for a user id; empty for nobody."""
        if self._how == "none" or not user:
            return ""
        if self._how == "plain":
            return user
        return hmac.new(self._key, user.encode(), hashlib.sha256).hexdigest()[:12]


@contextmanager
def log_step(step: Step) -> Iterator[None]:
    """Log one line at the end of a step; nodes and model calls at DEBUG."""
    began, error = time.perf_counter(), ""
    try:
        yield
    except BaseException as raised:
        error = raised.code if isinstance(raised, KosnoteError) else type(raised).__name__
        raise
    finally:
        level = logging.DEBUG if step.kind in ("node", "call") else logging.INFO
        named = {"node": step.name} if step.kind == "node" else {}
        facts = {"kind": step.kind, **named, **step.facts, "seconds": round(time.perf_counter() - began, 4)}
        logger.log(level, step.kind, extra={"facts": {**facts, **({"error": error} if error else {})}})


def set_up_logs(settings: Settings, stream: TextIO | None = None) -> logging.Handler:
    """Send every line of this process to stderr, at the level of the settings; return the handler that does."""
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(JsonFormatter())
    handler.addFilter(lambda record: _is_own(record.name) or record.levelno >= logging.WARNING)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    logging.captureWarnings(True)
    for name in OWN:
        logging.getLogger(name).setLevel(settings.web.log_level.upper())
    return handler


def _is_own(name: str) -> bool:
    return any(name == own or name.startswith(f"{own}.") for own in OWN)


def _fault(error: BaseException) -> dict[str, Any]:
    """Say what was raised and where; its message may quote what somebody wrote."""
    code = {"code": error.code} if isinstance(error, KosnoteError) else {}
    frames = traceback.extract_tb(error.__traceback__)[-FRAMES:]
    return {"error": type(error).__name__, **code, "at": [f"{f.filename}:{f.lineno} {f.name}" for f in frames]}
