"""Progress of a run on stderr: one line per node and round, saying what was found and what was changed."""

from __future__ import annotations

from functools import cached_property

from agent.chat.naming import RuleNames
from agent.chat.narrating import Narrator
from agent.cli.session import talk
from agent.drafting import Event
from agent.guardrails import load_packs
from agent.workspace import Workspace

__all__ = ["Progress"]


class Progress:
    """Print events of a run in this workspace as they come."""

    def __init__(self, workspace: Workspace, *, quiet: bool = False) -> None:
        self.quiet = quiet
        self._overlay = (workspace.rules_overlay,) if workspace.rules_overlay else ()

    @cached_property
    def _narrator(self) -> Narrator:
        """Know what rules are called; by the first event the run has loaded them."""
        return Narrator(RuleNames(load_packs(overlay=self._overlay, examples=False)))

    def __call__(self, event: Event) -> None:
        """Handle one event."""
        line = self._narrator.line(event)
        if line and not self.quiet:
            talk(line)
