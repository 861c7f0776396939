"""How long a stopping server still waits: one deadline for the requests it finishes and the turns behind them."""

from __future__ import annotations

import time

__all__ = ["Stopping"]


class Stopping:
    """Remember when a stop began; `seconds` is all the time there is from then on."""

    def __init__(self, *, seconds: float) -> None:
        self._seconds = seconds
        self._began: float | None = None

    @property
    def has_begun(self) -> bool:
        """Tell whether nothing new should be sent here."""
        return self._began is not None

    def begin(self) -> None:
        """Start the clock; it is started once."""
        if self._began is None:
            self._began = time.monotonic()

    def left(self) -> float:
        """Return the seconds that are left; all of them before the stop begins."""
        passed = 0.0 if self._began is None else time.monotonic() - self._began
        return max(0.0, self._seconds - passed)
