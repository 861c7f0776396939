"""Count tokens without ever failing or reaching for the network; the only importer of tiktoken.

tiktoken fetches a vocabulary at first use and knows OpenAI's names only: where it has none on disk, an estimate serves.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable
from typing import Any, Protocol

from agent.models import Message

__all__ = ["TokenCounter", "count_messages", "counter_for", "estimate"]

PER_MESSAGE = 4
WIDE = "\u2e7f"  # from here on a character is about a token


class TokenCounter(Protocol):
    """Count the tokens of a text."""

    def __call__(self, text: str, /) -> int:
        """Return a count, exact or estimated."""
        ...


def estimate(text: str) -> int:
    """Estimate: one token a CJK character, four other characters a token."""
    wide = sum(character > WIDE for character in text)
    return wide + (len(text) - wide + 3) // 4


@functools.cache
def counter_for(model: str) -> TokenCounter:
    """Return tiktoken's counter when it knows the model and holds its vocabulary on disk, else the estimate."""
    encoding = _encoding(model)
    if encoding is None:
        return estimate
    return lambda text: len(encoding.encode(text, disallowed_special=()))


def count_messages(messages: Iterable[Message], counter: TokenCounter) -> int:
    """Count a prompt with the few tokens each message costs beside its text."""
    return sum(counter(message.content) + PER_MESSAGE for message in messages)


def _encoding(model: str) -> Any:
    try:
        import tiktoken
        from tiktoken import load

        return _without_network(load, lambda: tiktoken.encoding_for_model(model))
    except (ImportError, KeyError, OSError, ValueError):
        return None


def _without_network(load: Any, work: Callable[[], Any]) -> Any:
    """Run with tiktoken's fetching refused: its cache on disk is used, an address is not."""
    fetch = load.read_file
    load.read_file = _refuse
    try:
        return work()
    finally:
        load.read_file = fetch


def _refuse(address: str) -> bytes:
    raise OSError(f"not fetched: {address}")
