"""Progress of a run on stderr: one line per node and round, saying what was found and what was changed."""

from __future__ import annotations

from agent.chat.narrating import Narrator
from agent.cli.session import talk
from agent.drafting import Event

__all__ = ["Progress"]


class Progress:
    """Print events as they come."""

    def __init__(self, *, quiet: bool = False) -> None:
        self.quiet = quiet
        self._narrator = Narrator()

    def __call__(self, event: Event) -> None:
        """Handle one event."""
        line = self._narrator.line(event)
        if line and not self.quiet:
            talk(line)
