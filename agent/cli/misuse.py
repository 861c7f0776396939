"""What is wrong with a command line, in Chinese: Typer says it in English."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

__all__ = ["misused"]

_WANTED = (  # a word of the objection to a value → what is wanted
    (re.compile(r"greater than or equal to (\S+)"), "至少 {0}"),
    (re.compile(r"less than or equal to (\S+)"), "最多 {0}"),
    (re.compile(r"integer"), "要一个整数"),
    (re.compile(r"number"), "要一个数字"),
)
_SAID = (  # Typer's own words → ours
    (re.compile(r"No such command '(.*?)'.* mean '(.*?)'"), "没有“{0}”这个命令，最接近的是 {1}"),
    (re.compile(r"No such command '(.*?)'"), "没有“{0}”这个命令"),
    (re.compile(r"Got unexpected extra argument(?:s|\(s\))? \((.*)\)"), "多出来的参数：{0}"),
    (re.compile(r"Option '(.*)' requires an argument"), "选项 {0} 后面要跟一个值"),
    (re.compile(r"Option '(.*)' requires (\d+) arguments"), "选项 {0} 后面要跟 {1} 个值"),
    (re.compile(r"Option '(.*)' does not take a value"), "选项 {0} 后面不跟值"),
    (re.compile(r"Missing command"), "没有说要做什么"),
)


def misused(error: Any) -> tuple[str, str]:
    """Return what is wrong with a command line, and where to read how it is used."""
    context = getattr(error, "ctx", None)
    path = context.command_path if context is not None else "agent"
    return _wrong(error, path), f"看用法：{path} --help"


def _wrong(error: Any, path: str) -> str:
    param = getattr(error, "param", None)
    kind = type(error).__name__
    if kind == "MissingParameter" and param is not None:
        what = "选项" if param.param_type_name == "option" else "参数"
        return f"{path} 缺少{what} {_name(param)}{_told(param)}"
    if kind == "NoSuchOption":
        near = "、".join(error.possibilities or ())
        return f"没有 {error.option_name} 这个选项" + (f"，最接近的是 {near}" if near else "")
    if kind == "BadParameter" and param is not None:
        return f"{_name(param)} 的值不对：{_said(_WANTED, error.message) or '认不出来'}{_told(param)}"
    return _said(_SAID, error.format_message()) or str(error.format_message())


def _said(known: Iterable[tuple[re.Pattern[str], str]], text: str) -> str:
    """Return our words for a sentence of Typer's; empty when there are none."""
    for pattern, ours in known:
        found = pattern.search(text)
        if found:
            return ours.format(*found.groups())
    return ""


def _name(param: Any) -> str:
    return str(param.get_error_hint()).replace("'", "")


def _told(param: Any) -> str:
    told = str(getattr(param, "help", "") or "").rstrip("。")
    return f"（{told}）" if told else ""
