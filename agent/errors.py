"""One exception tree.

    KosnoteError
    ├── UsageError          exit 2   the request cannot be understood
    ├── ConfigurationError  exit 2   a setting, workspace or data file is wrong (file, line, column)
    ├── StorageError        exit 2   the record or the checkpoints cannot be written or read
    ├── ProviderError       exit 3   a model endpoint failed
    └── GuardError          exit 4   a guard could not do its work: never counts as a pass

Code and parameters are here; the Chinese text comes from `agent/data/messages/*.yaml` by `code`.
"""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Any, ClassVar

import yaml

__all__ = ["ConfigurationError", "GuardError", "KosnoteError", "ProviderError", "StorageError", "UsageError"]


class KosnoteError(Exception):
    """Carry a message code, its parameters and what to do next."""

    exit_code: ClassVar[int] = 1
    retryable: ClassVar[bool] = False

    def __init__(self, code: str, **parameters: object) -> None:
        self.code = code
        self.parameters = parameters
        super().__init__(self.message)

    @property
    def message(self) -> str:
        """Say what failed, with the value."""
        return _entry(self.code)["message"].format_map(_Lenient(self.parameters))

    @property
    def hint(self) -> str:
        """Say what to do next; empty when there is nothing to add."""
        return _entry(self.code).get("hint", "").format_map(_Lenient(self.parameters))


class UsageError(KosnoteError):
    """Report a request that cannot be understood."""

    exit_code = 2


class ConfigurationError(KosnoteError):
    """Report a wrong setting or data file."""

    exit_code = 2


class StorageError(KosnoteError):
    """Report a record or checkpoint file that cannot be used."""

    exit_code = 2


class ProviderError(KosnoteError):
    """Report a model endpoint that failed."""

    exit_code = 3
    retryable = True


class GuardError(KosnoteError):
    """Report a guard that could not do its work."""

    exit_code = 4


class _Lenient(dict[str, Any]):
    def __missing__(self, key: str) -> str:
        return "{" + key + "}"


def _entry(code: str) -> dict[str, str]:
    entry = _catalogue().get(code)
    if entry is None:
        return {"message": code}
    return entry


@functools.cache
def _catalogue() -> dict[str, dict[str, str]]:
    entries: dict[str, dict[str, str]] = {}
    for path in sorted(Path(__file__).with_name("data").joinpath("messages").glob("*.yaml")):
        entries.update(yaml.safe_load(path.read_text(encoding="utf-8")) or {})
    return entries
