"""Hold the mandatory lines to a table of their own: which line a note owes, and in which words.

Drafts show only the lines of products that cases are about. This module owns the other reading, `data/owed_lines.yaml`,
and names what is no longer owed, no longer said, owed without reason, or held by no text.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

from pydantic import Field

from agent.guardrails import required_disclosures
from agent.guardrails.disclosures import Disclosure, load_disclosures
from agent.guardrails.normalize import fold
from agent.models import Frozen, NoteType, Product
from agent.paths import data_root
from agent.yamlsource import read_yaml, validate
from evals.errors import EvalError, tell

__all__ = ["OwedText", "owed_problems", "read_owed"]

OWED = Path(__file__).parent / "data" / "owed_lines.yaml"


class OwedText(Frozen):
    """Hold a note of one sentence, and the words of lines that it owes or must not owe."""

    id: str
    product: str = ""
    note_type: NoteType = "marketing"
    body: str
    owes: tuple[str, ...] = ()
    owes_not: tuple[str, ...] = ()


class _Table(Frozen):
    version: str
    texts: tuple[OwedText, ...] = Field(min_length=1)


def read_owed(path: Path = OWED) -> tuple[OwedText, ...]:
    """Read the table; raise `ConfigurationError` with line and column, `EvalError` for an id that stands twice."""
    texts = validate(_Table, read_yaml(path)).texts
    for index, text in enumerate(texts):
        if any(text.id == other.id for other in texts[:index]):
            raise EvalError("owed_twice", id=text.id)
    return texts


def owed_problems(texts: Sequence[OwedText]) -> list[str]:
    """Name, text by text, what is owed otherwise than the table says, and the lines that no text holds."""
    found, held = [], set()
    for text in texts:
        due = required_disclosures(_products(text), text.note_type, text.body)
        said = "\n".join(_plain(line.render(defaultdict(lambda: "某某"))) for line in due)
        held |= {line.id for line in due if any(_plain(words) in _plain(line.text) for words in text.owes)}
        shown = "、".join(line.id for line in due) or "—"
        lost = [words for words in text.owes if _plain(words) not in said]
        found += [tell("owed_lost", id=text.id, words=words, body=text.body, due=shown) for words in lost]
        extra = [words for words in text.owes_not if _plain(words) in said]
        found += [tell("owed_wrongly", id=text.id, words=words, body=text.body, due=shown) for words in extra]
    return found + [tell("owed_unheld", line=line.id, title=line.title) for line in _lines() if line.id not in held]


def _lines() -> Sequence[Disclosure]:
    return tuple(load_disclosures(data_root() / "guardrails" / "cn" / "disclosures.yaml").values())


def _products(text: OwedText) -> tuple[Product, ...]:
    if not text.product:
        return ()
    category, _, subtype = text.product.partition("/")
    given = {"id": text.id, "name": "某产品", "full_name": "某产品", "issuer": "某公司"}
    return (Product.model_validate({**given, "category": category, "subtype": subtype}),)


def _plain(words: str) -> str:
    """Leave what is said: letters and digits."""
    return "".join(sign for sign in fold(words) if sign.isalnum())
