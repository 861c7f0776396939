"""What keeps a server answerable: health, metrics, logs, traces and a good end. None of it ever holds a note's text."""

from agent.web.ops.operating import Operating

__all__ = ["Operating"]
