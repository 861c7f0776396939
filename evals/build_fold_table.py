"""Build the code-point table of the rule engine's normaliser: `python evals/build_fold_table.py`.

Sources: NFKC and casefold of the running Python, OpenCC's character data (a development dependency), and the
look-alikes below, which neither covers. The table is data of `agent.guardrails.normalize`; a test rebuilds
it and compares.
"""

from __future__ import annotations

import sys
import unicodedata
from pathlib import Path

import numpy as np
import opencc

TARGET = Path(__file__).resolve().parent.parent / "agent" / "guardrails" / "data" / "fold.npz"
DELETED = 0xFFFFFFFF
EXPANDS = 0xFFFFFFFE
# Cyrillic, Greek, Cherokee and letter-like shapes that pass for Latin letters; dingbat digits; loose symbols.
LOOK_ALIKES = {
    **dict(zip("аеорсухкмтвнѕіјԁԛԝѵɡһӏ", "aeopcyxkmtbhsijdqwvghl", strict=True)),
    **dict(zip("ανορτυχικγωεβ", "avoptuxikyweb", strict=True)),
    **dict(zip("ᴀʙᴄᴅᴇɢʜɪᴊᴋʟᴍɴᴏᴘʀᴛᴜᴠᴡʏᴢɑ", "abcdeghijklmnoprtuvwyza", strict=True)),
    **{chr(0x2776 + i): str(i + 1) for i in range(9)},
    **{chr(0x2780 + i): str(i + 1) for i in range(9)},
    **{chr(0x278A + i): str(i + 1) for i in range(9)},
    **{chr(0x24F5 + i): str(i + 1) for i in range(9)},
    **{chr(0x1F150 + i): chr(97 + i) for i in range(26)},
    **{chr(0x1F170 + i): chr(97 + i) for i in range(26)},
    **{chr(0x1F130 + i): chr(97 + i) for i in range(26)},
    **{chr(0x1F1E6 + i): chr(97 + i) for i in range(26)},
    "⓿": "0", "🄋": "0", "🄌": "0", "٪": "%", "‱": "%", "➕": "+", "✚": "+", "✛": "+", "🞡": "+", "〇": "零",
    "夲": "本", "栤": "本", "収": "收", "欵": "款", "証": "证", "価": "价", "銭": "钱", "険": "险", "発": "发",
    "売": "卖", "変": "变", "応": "应", "関": "关", "単": "单", "戦": "战", "検": "检", "実": "实", "薬": "药",
    "営": "营", "権": "权", "図": "图", "両": "两", "辺": "边", "帰": "归", "転": "转", "軽": "轻", "込": "入",
}  # fmt: skip
_BREAKS = {"\n": "\n", "\r": "\n", "\x0b": "\n", "\x0c": "\n", "\x85": "\n", "\u2028": "\n", "\u2029": "\n"}
_BLANKS = "\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0\u2800\u180b\u180c\u180d\u180e\u180f\ufdd0"


def fold(char: str, convert: opencc.OpenCC) -> str:
    """Return what one code point becomes: nothing, one character, or several (an expansion)."""
    if char in _BREAKS:
        return _BREAKS[char]
    if char == "\t":
        return " "
    if "\ud800" <= char <= "\udfff":
        return "\ufffd"
    wide = char if char in LOOK_ALIKES else unicodedata.normalize("NFKC", char)
    wide = unicodedata.normalize("NFKC", wide.casefold())
    return "".join(_fold_one(c, convert) for c in wide)


def _fold_one(char: str, convert: opencc.OpenCC) -> str:
    if char in LOOK_ALIKES:
        return LOOK_ALIKES[char]
    if char in _BLANKS or unicodedata.category(char) in {"Cf", "Mn", "Me", "Cc"}:
        return char if char in " \n" else ""
    base = unicodedata.normalize("NFD", char)[0]
    if base.isascii() and base.isalpha():
        return base.lower()
    if char >= "\u3400":
        simple = str(convert.convert(char))
        return simple if len(simple) == 1 else char
    return char


def build() -> dict[str, np.ndarray]:
    """Return the sparse table: changed code points, their values, and the expansions."""
    convert = opencc.OpenCC("t2s")
    keys: list[int] = []
    values: list[int] = []
    grown: list[int] = []
    texts: list[str] = []
    for code in range(0x110000):
        folded = fold(chr(code), convert)
        if folded == chr(code):
            continue
        keys.append(code)
        if len(folded) == 1:
            values.append(ord(folded))
        elif not folded:
            values.append(DELETED)
        else:
            values.append(EXPANDS)
            grown.append(code)
            texts.append(folded)
    return {
        "keys": np.array(keys, dtype=np.uint32),
        "values": np.array(values, dtype=np.uint32),
        "grown": np.array(grown, dtype=np.uint32),
        "texts": np.frombuffer("\x00".join(texts).encode("utf-32-le"), dtype=np.uint32),
    }


def main() -> None:
    """Write the table and say how large it is."""
    table = build()
    TARGET.parent.mkdir(exist_ok=True)
    with TARGET.open("wb") as file:
        np.savez_compressed(file, **table)  # type: ignore[arg-type]
    sys.stdout.write(f"{TARGET.name}: {len(table['keys'])} code points, {TARGET.stat().st_size} bytes\n")


if __name__ == "__main__":
    main()
