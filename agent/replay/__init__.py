"""Replay packs: hand over a run with everything it rests on, and do its deterministic half again elsewhere."""

from agent.replay.checking import Comparison, changes_since, recheck
from agent.replay.pack import Pack, read_pack
from agent.replay.rerunning import rerun
from agent.replay.writing import write_pack

__all__ = ["Comparison", "Pack", "changes_since", "read_pack", "recheck", "rerun", "write_pack"]
