"""The chat page: what happened goes in, a note with its evidence comes out, step by step and by hand."""

from __future__ import annotations

from agent.web.pages.chat.page import register

__all__ = ["register"]
