"""Talk to chat models: one protocol, one endpoint client, a reply journal, budgets. Knows no note and no rule."""

from agent.llm.budget import Budget
from agent.llm.calls import Calls, total_usage
from agent.llm.memory import MemoryJournal
from agent.llm.protocol import CallKey, ChatModel, Completion, Entry, Journal, ModelRole, OnText, PaidReplyError

__all__ = [
    "Budget",
    "CallKey",
    "Calls",
    "ChatModel",
    "Completion",
    "Entry",
    "Journal",
    "MemoryJournal",
    "ModelRole",
    "OnText",
    "PaidReplyError",
    "total_usage",
]
