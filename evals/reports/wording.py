"""The Chinese words and number formats of the reports."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from agent.cli.output import OUTCOMES

__all__ = ["LANES", "OUTCOMES", "SPLITS", "TIERS", "VERDICTS", "number", "outcome_word", "signed", "span", "spell"]

LANES = {
    "offline": "不接模型（offline 作者）",
    "replay": "回放录音（模型回复事先录好，不联网）",
    "live": "实时调用模型",
    "scripted": "照写好的回复走一遍",
}
SPLITS = {"dev": "开发集", "held": "留出集", "final": "终验集"}
TIERS = {"hard": "硬性检查", "primary": "主要指标", "diagnostic": "参考指标"}
VERDICTS = {"OK": "没有变差", "REGRESSED": "变差", "INCONCLUSIVE": "没有定论"}
_LONGEST_VALUE = 40
_SHARES = ("binary", "share")


def outcome_word(outcome: str) -> str:
    """Return how a run ended in the words staff read; an errored sample has no outcome."""
    return OUTCOMES.get(outcome, outcome) if outcome else "运行出错"


def number(value: float | None, kind: str = "share") -> str:
    """Write a value in the unit of its metric; an absent one is a dash, never a zero."""
    if value is None:
        return "—"
    if kind in _SHARES:
        return f"{100 * value:.1f}%"
    return f"{value:.2f}" if abs(value) < 100 else f"{value:,.0f}"


def signed(value: float | None, kind: str = "share") -> str:
    """Write a difference with its sign; shares in percentage points."""
    if value is None:
        return "—"
    text = number(abs(value), kind).replace("%", "点")
    return f"{'-' if value < 0 else '+'}{text}" if any(digit in text for digit in "123456789") else text


def span(low: float | None, high: float | None, kind: str = "share") -> str:
    """Write an interval; empty when there is none."""
    return "" if low is None or high is None else f"[{number(low, kind)}, {number(high, kind)}]"


def spell(parts: Mapping[str, str]) -> str:
    """Write a signature on one line: `data:9f3a|k:3|…`; a long value stands as its digest."""
    return "|".join(f"{key}:{_short(value)}" for key, value in parts.items())


def _short(value: str) -> str:
    if len(value) <= _LONGEST_VALUE:
        return value
    return f"#{hashlib.sha256(value.encode()).hexdigest()[:12]}"
