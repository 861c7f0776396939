"""Talk to chat models: one protocol, one endpoint client, a reply journal, budgets. Knows no note and no rule."""

from agent.llm.calls import Calls
from agent.llm.protocol import CallKey, ChatModel, Completion, Entry, Journal, ModelRole

__all__ = ["CallKey", "Calls", "ChatModel", "Completion", "Entry", "Journal", "ModelRole"]
