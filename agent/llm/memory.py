"""A journal that forgets: replies are kept for as long as the process lives, where nothing is to be resumed."""

from __future__ import annotations

from dataclasses import dataclass, field

from agent.llm.protocol import CallKey, Completion, Entry

__all__ = ["MemoryJournal"]


@dataclass
class MemoryJournal:
    """Keep replies for as long as the process lives."""

    kept: list[Entry] = field(default_factory=list)

    def recall(self, key: CallKey) -> Completion | None:
        """Return the reply kept under this key, if any."""
        return next((entry.completion for entry in self.kept if entry.key == key), None)

    def alike(self, digest: str) -> Completion | None:
        """Return the reply any run has had to this question, if any."""
        return next((entry.completion for entry in self.kept if entry.key.digest == digest), None)

    def keep(self, entry: Entry) -> None:
        """Keep a reply; the same key again changes nothing."""
        if self.recall(entry.key) is None:
            self.kept.append(entry)

    def entries(self, run: str) -> tuple[Entry, ...]:
        """Return the replies of a run in order."""
        return tuple(entry for entry in self.kept if entry.key.run == run)
