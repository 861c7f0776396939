"""One exception tree.

    KosnoteError
    ├── UsageError          exit 2   the request cannot be understood
    ├── ConfigurationError  exit 2   a setting, workspace or data file is wrong (file, line, column)
    ├── StorageError        exit 2   the record or the checkpoints cannot be written or read
    ├── ProviderError       exit 3   a model endpoint failed
    │   ├── ReplyError               its reply cannot be used, after one repair turn
    │   └── BudgetError              tokens or money of a run or a batch are spent
    └── GuardError          exit 4   a guard could not do its work: never counts as a pass

Code and parameters are here; the Chinese text comes from `agent/data/messages/*.yaml` by `code`.
"""

from __future__ import annotations

import errno
import os
from typing import ClassVar, Final

from agent.catalogue import advise, say

__all__ = [
    "BudgetError",
    "ConfigurationError",
    "GuardError",
    "KosnoteError",
    "ProviderError",
    "ReplyError",
    "StorageError",
    "UsageError",
]


_REASONS: Final = {  # what the system says of a file → the message that says it in Chinese
    os.strerror(errno.ENOENT): "reason_missing",
    os.strerror(errno.EISDIR): "reason_folder",
    os.strerror(errno.ENOTDIR): "reason_no_folder",
    os.strerror(errno.EACCES): "reason_forbidden",
    os.strerror(errno.EPERM): "reason_forbidden",
    os.strerror(errno.EROFS): "reason_forbidden",
    os.strerror(errno.ENOSPC): "reason_full",
    os.strerror(errno.EEXIST): "reason_there",
    os.strerror(errno.EADDRINUSE): "reason_in_use",
}


class KosnoteError(Exception):
    """Carry a message code, its parameters and what to do next."""

    exit_code: ClassVar[int] = 1
    retryable: ClassVar[bool] = False

    def __init__(self, code: str, **parameters: object) -> None:
        self.code = code
        self.parameters = parameters
        if parameters.get("reason") in _REASONS:
            self.parameters["reason"] = say(_REASONS[str(parameters["reason"])])
        super().__init__(self.message)

    @property
    def message(self) -> str:
        """Say what failed, with the value."""
        return say(self.code, **self.parameters)

    @property
    def hint(self) -> str:
        """Say what to do next; empty when there is nothing to add."""
        return advise(self.code, **self.parameters)


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


class ReplyError(ProviderError):
    """Report a reply that cannot be used: empty, refused, cut off, or not of the shape asked for, twice."""

    retryable = False


class BudgetError(ProviderError):
    """Report a budget that does not allow the next call."""

    retryable = False


class GuardError(KosnoteError):
    """Report a guard that could not do its work."""

    exit_code = 4
