"""Tone without a model: metrics that one note, its brief and earlier notes decide. The rubric stays unscored."""

from agent.tone.critique import critique

__all__ = ["critique"]
