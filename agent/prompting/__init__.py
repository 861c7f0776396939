"""Prompts as files: typed front matter, versions, one block a message, outside text fenced as data."""

from agent.prompting.fencing import fence
from agent.prompting.library import Library, Prompt, load_prompts

__all__ = ["Library", "Prompt", "fence", "load_prompts"]
