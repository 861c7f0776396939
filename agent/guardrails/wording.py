"""The Chinese words of a report, from `data/wording.yaml`."""

from __future__ import annotations

import functools
from importlib.resources import files
from pathlib import Path
from typing import Any

from agent.models import Basis, IdleWaiver, Waiver
from agent.yamlsource import read_yaml

__all__ = ["article_of", "cite", "idle_words", "instrument_of", "label_of", "waiver_words", "word"]


def word(key: str) -> str:
    """Return a single word or phrase."""
    return str(_wording()[key])


def label_of(group: str, value: str) -> str:
    """Return the Chinese name of a value; the value itself when it has none."""
    return str(_wording()[group].get(value, value))


def waiver_words(waiver: Waiver) -> str:
    """Say of a waiver its name, the reason, who approved it, and from when to when it holds."""
    people = "、".join(name for name in (waiver.approver, waiver.second_approver) if name)
    return word("waiver").format(
        id=waiver.id, reason=waiver.reason, people=people, created=waiver.created, expires=waiver.expires
    )


def idle_words(entry: IdleWaiver) -> str:
    """Say why a waiver accepted nothing."""
    return label_of("idle", entry.reason).format(waiver=entry.waiver, day=entry.day, text=entry.text)


def cite(basis: Basis) -> str:
    """Cite an article; one that nobody verified reads 条款待核."""
    note = label_of("basis_status", basis.status)
    return instrument_of(basis) + article_of(basis) + (f"（{note}）" if note else "")


def instrument_of(basis: Basis) -> str:
    """Return the name of a law in its marks."""
    return basis.instrument if "《" in basis.instrument else f"《{basis.instrument}》"


def article_of(basis: Basis) -> str:
    """Return the article as it is cited; 条款待核 when nobody verified it, empty for a law cited as a whole."""
    if not basis.verified:
        return word("unverified")
    return word("article").format(article=basis.article) if basis.article[:1].isdigit() else basis.article


@functools.cache
def _wording() -> dict[str, Any]:
    data: dict[str, Any] = read_yaml(Path(str(files("agent.guardrails").joinpath("data/wording.yaml")))).value
    return data
