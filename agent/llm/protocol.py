"""What a chat model and a reply journal are, stated for those who use them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Literal, Protocol

from pydantic import BaseModel

from agent.errors import ReplyError
from agent.models import Frozen, Message, Usage

__all__ = ["CallKey", "ChatModel", "Completion", "Entry", "Journal", "ModelRole", "OnText", "PaidReplyError"]

ModelRole = Literal["writer", "critic", "judge"]
OnText = Callable[[str], None]  # an empty piece says that a reply begins, perhaps anew


class Completion(Frozen):
    """Hold one reply: its text byte for byte, the model that gave it, why it ended, and what it used."""

    text: str
    model: str
    finish_reason: str = "stop"
    usage: Usage = Usage()


class PaidReplyError(ReplyError):
    """Report a reply that arrived, was counted, and holds nothing to use: refused, cut off, empty."""

    def __init__(self, code: str, *, usage: Usage, **parameters: object) -> None:
        super().__init__(code, **parameters)
        self.usage = usage


class CallKey(Frozen):
    """Identify a call of a run; `digest` covers role, model, messages, output schema and structured mode."""

    run: str
    node: str
    round: int
    digest: str


class Entry(Frozen):
    """Keep one answered call: its key, the prompt that asked (`name@version#digest`) and the reply."""

    key: CallKey
    prompt: str
    completion: Completion


class ChatModel(Protocol):
    """Complete a chat; one bound model of one endpoint."""

    @property
    def name(self) -> str:
        """Identify the model as the endpoint knows it."""
        ...

    @property
    def mode(self) -> str:
        """Name the structured mode: json_schema, json_object or prompt."""
        ...

    async def complete(
        self, messages: Sequence[Message], *, schema: type[BaseModel] | None = None, on_text: OnText | None = None
    ) -> Completion:
        """Return the reply; `on_text` receives pieces as they stream.

        Raises `ProviderError` when the endpoint failed after all retries, `ReplyError` on a refusal or empty reply.
        """
        ...


class Journal(Protocol):
    """Keep replies so that a resumed run repeats no call whose reply had arrived."""

    def recall(self, key: CallKey) -> Completion | None:
        """Return the reply kept under this key, if any."""
        ...

    def alike(self, digest: str) -> Completion | None:
        """Return the reply any run has had to this very question, if any."""
        ...

    def keep(self, entry: Entry) -> None:
        """Keep a reply durably before it is used; the same key again changes nothing."""
        ...

    def entries(self, run: str) -> tuple[Entry, ...]:
        """Return the replies of a run in the order they were kept."""
        ...
