"""Write notes: `OfflineAuthor` composes from what it is given and asserts nothing of its own."""

from agent.authors.offline import OfflineAuthor

__all__ = ["OfflineAuthor"]
