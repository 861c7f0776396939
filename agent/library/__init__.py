"""The library: notes found again, compared and re-checked, facts and their validity, and the numbers of all of it.

Owns no page and no table of its own; it reads the record and the workspace, and refuses to change either.
"""

from agent.library.library import Library
from agent.library.search import Query, Sight

__all__ = ["Library", "Query", "Sight"]
