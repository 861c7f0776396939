"""See through the spelling of a text without losing where each character came from.

`TextView` owns two planes over one raw text, each with offsets back to raw code points. `norm`: half width,
lower case, simplified, look-alikes replaced, invisible characters and overlays gone. `skeleton`: only Han, letters,
digits, `%` and `+`, runs of one letter folded, sentence ends kept as hard stops. Matching happens on planes; the raw
text is never changed and every span that leaves this module is raw.
"""

from __future__ import annotations

import functools
import re
from importlib.resources import files
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    Codes = NDArray[np.uint32]
    Offsets = NDArray[np.int64]

__all__ = ["LETTERS", "SEPARATOR", "TextView", "bare", "fold", "skeleton_of"]

LETTERS: Final = (
    "0-9a-z%+\u00e0-\u024f\u0370-\u052f\u3041-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a2\U00020000-\U0003347f"
)
"""Class (for regular expressions) of what the skeleton keeps, on the norm plane."""

SEPARATOR: Final = "\ufdd1"
"""Divide the parts of a note in one raw text: a noncharacter that no plane crosses."""

_DELETED: Final = 0xFFFFFFFF
_EXPANDS: Final = 0xFFFFFFFE
_STOPS: Final = "。!?;" + SEPARATOR
_ENDS: Final = " \n,、:…—“”‘’\"'「」『』《》()【】[]<>"
_HEAD: Final = re.compile(rf"[^{LETTERS}]*([{LETTERS}])[^{LETTERS}]*[{LETTERS}]")
_REPEATS: Final = re.compile(rf"([^0-9{_STOPS}])\1+")
_BREAK: Final = ord("\n")
_NEAR: Final = 2  # letters from one seam to the next, of seams that are odd only together
_SOFT: Final = 0
_LETTER: Final = 1
_HARD: Final = 2


class TextView:
    """Hold the planes of one raw text.

    `norm` and `skeleton` are strings; `codes` are the code points of `norm`. `raw_span` and `norm_span` translate
    half-open spans of `norm` to raw and of `skeleton` to `norm`; `runs` counts how many equal neighbours each skeleton
    character stands for. `revealed` gives a view of the same raw text in which disguised words stand in plain spelling.
    """

    def __init__(self, raw: str) -> None:
        codes, offsets = _normalise(raw)
        self._fill(raw, codes, offsets, _ends(offsets, len(raw)))

    def _fill(self, raw: str, codes: Codes, offsets: Offsets, ends: Offsets) -> None:
        self.raw = raw
        self._near: str | None = None
        self.codes = codes
        self._norm_to_raw = offsets
        self._ends = ends
        self.norm = _text(codes)

    @functools.cached_property
    def _skeleton(self) -> tuple[str, Offsets, Offsets]:
        return _skeleton(self.codes)

    @functools.cached_property
    def skeleton(self) -> str:
        """Return the letters and hard stops alone."""
        return self._skeleton[0]

    @functools.cached_property
    def _skeleton_to_norm(self) -> Offsets:
        return self._skeleton[1]

    @functools.cached_property
    def runs(self) -> Offsets:
        """Return for each character of the skeleton how many it stands for."""
        return self._skeleton[2]

    def revealed(self, parts: Sequence[tuple[int, int, str]]) -> TextView:
        """Return a view with these spans of `norm` (ascending, apart) replaced.

        Each new character stands for its whole raw span, so that what is found in it is quoted as it was written.
        """
        codes, offsets, ends = [], [], []
        position = 0
        for start, end, text in parts:
            first, last = self.raw_span(start, end)
            codes += [self.codes[position:start], _codes_of(text)]
            offsets += [self._norm_to_raw[position:start], np.full(len(text), first)]
            ends += [self._ends[position:start], np.full(len(text), last)]
            position = end
        view = TextView.__new__(TextView)
        view._fill(
            self.raw,
            np.concatenate([*codes, self.codes[position:]]),
            np.concatenate([*offsets, self._norm_to_raw[position:]]),
            np.concatenate([*ends, self._ends[position:]]),
        )
        return view

    def only(self, spans: Iterable[tuple[int, int]]) -> TextView:
        """Return a view of the same raw text in which `norm` is blank but for these spans and what divides parts."""
        kept = self.codes == ord(SEPARATOR)
        for start, end in spans:
            kept[start:end] = True
        view = TextView.__new__(TextView)
        view._fill(self.raw, np.where(kept, self.codes, np.uint32(_BREAK)), self._norm_to_raw, self._ends)
        return view

    def raw_span(self, start: int, end: int) -> tuple[int, int]:
        """Translate a span of `norm` into raw code points, deleted marks after the last character included."""
        return int(self._norm_to_raw[start]), int(self._ends[end - 1])

    def norm_index(self, skeleton_index: int) -> int:
        """Return where in `norm` a character of `skeleton` stands."""
        return int(self._skeleton_to_norm[skeleton_index])

    def norm_span(self, start: int, end: int) -> tuple[int, int]:
        """Translate a span of `skeleton` into `norm`; a folded run is covered whole."""
        last = int(self._skeleton_to_norm[end - 1]) + 1
        if self.runs[end - 1] > 1:
            last = self._end_of_run(end - 1)
        return int(self._skeleton_to_norm[start]), last

    def tight_span(self, start: int, end: int) -> tuple[int, int]:
        """Translate a span of `skeleton` into `norm` without the outer repeats: 亏,亏不了 is 亏不了."""
        first = self._end_of_run(start) - 1 if self.runs[start] > 1 else int(self._skeleton_to_norm[start])
        return first, int(self._skeleton_to_norm[end - 1]) + 1

    def seams(self) -> tuple[list[int], list[bool]]:
        """Return for each skeleton character where it stands in `norm`, and whether it stands for several.

        A seam is where a character and the next do not touch in `norm`: noise between them, or a run that was folded.
        """
        return self._skeleton_to_norm.tolist(), (self.runs > 1).tolist()

    def near_odd_seams(self, reach: int) -> str:
        """Return the skeleton with everything blank but what is near a mark that ends nothing, or near doubled letters.

        Marks that end words everywhere (commas, spaces, brackets) are odd only when the next ones are near.
        """
        places, several = self._skeleton_to_norm, self.runs > 1
        parted = np.searchsorted(places, np.flatnonzero(_odd_marks()[self.codes])) - 1
        near = np.flatnonzero((places[1:] - places[:-1] > 1) & ~several[:-1])
        odd = np.concatenate([
            parted[(parted >= 0) & (parted < len(places) - 1)],
            near[1:][near[1:] - near[:-1] <= _NEAR],
            np.flatnonzero(several[:-1] & several[1:]),
        ])  # fmt: skip
        return _blanked(self.codes[places], np.unique(odd), reach) if len(odd) else ""

    def near_letters(self, table: NDArray[np.bool_], reach: int) -> str:
        """Return the skeleton with everything blank but what is near a character that a table names."""
        if self._near is None:
            letters = self.codes[self._skeleton_to_norm]
            self._near = _blanked(letters, np.flatnonzero(table[letters]), reach)
        return self._near

    def norm_at(self, raw_offset: int) -> int:
        """Return the first norm offset that stems from this raw offset or a later one."""
        return int(np.searchsorted(self._norm_to_raw, raw_offset))

    def deleted_inside(self, start: int, end: int) -> bool:
        """Tell whether invisible characters or overlays were dropped between the ends of a norm span."""
        if len(self.norm) == len(self.raw):
            return False
        first, last = self.raw_span(start, end)
        sources = self._norm_to_raw[start:end]
        return last - first > 1 + int(np.count_nonzero(sources[1:] != sources[:-1]))

    def line_heads(self) -> list[int]:
        """Return where in `norm` the first letter of each line stands, for lines of two letters and more."""
        heads: list[int] = []
        position = 0
        for line in self.norm.split("\n"):
            if head := _HEAD.match(line):
                heads.append(position + head.start(1))
            position += len(line) + 1
        return heads

    def _end_of_run(self, index: int) -> int:
        limit = len(self.codes)
        if index + 1 < len(self._skeleton_to_norm):
            limit = int(self._skeleton_to_norm[index + 1])
        position = int(self._skeleton_to_norm[index])
        code = self.codes[position]
        found = np.flatnonzero(self.codes[position:limit] == code)
        return position + int(found[self.runs[index] - 1]) + 1


def _blanked(codes: Codes, places: NDArray[np.int64], reach: int) -> str:
    """Return code points as text, line breaks for all that is not within reach of some places; nothing without any."""
    if not len(places):
        return ""
    edges = np.zeros(len(codes) + 1, dtype=np.int32)
    np.add.at(edges, np.maximum(places - reach, 0), 1)
    np.add.at(edges, np.minimum(places + reach + 1, len(codes)), -1)
    return _text(np.where(np.cumsum(edges[:-1]) > 0, codes, np.uint32(_BREAK)))


def fold(text: str) -> str:
    """Return the norm plane of a short text, for terms and comparisons: thousands at every start, so without arrays."""
    return text.translate(_letters())


def skeleton_of(text: str) -> tuple[str, list[int]]:
    """Return the skeleton of a term and the run length each of its characters demands."""
    letters: list[str] = []
    runs: list[int] = []
    for char in fold(text):
        kind = _kind_of(char)
        if kind == _SOFT:
            continue
        if letters and letters[-1] == char and kind == _LETTER and not "0" <= char <= "9":
            runs[-1] += 1
        else:
            letters.append(char)
            runs.append(1)
    return "".join(letters), runs


def bare(text: str) -> str:
    """Return the skeleton of a short text, without the runs of its characters."""
    return _REPEATS.sub(r"\1", text.translate(_kept()))


@functools.cache
def _table() -> tuple[Codes, dict[int, str]]:
    with files("agent.guardrails").joinpath("data/fold.npz").open("rb") as file, np.load(file) as data:
        keys, values, grown, texts = data["keys"], data["values"], data["grown"], data["texts"]
    table = np.arange(0x110000, dtype=np.uint32)
    table[keys] = values
    table[0xFDD0] = _DELETED
    return table, dict(zip(grown.tolist(), _text(texts).split("\x00"), strict=True))


class _Letters(dict[int, str]):
    """Remember what each code point met so far becomes on the norm plane."""

    def __missing__(self, code: int) -> str:
        table, texts = _table()
        folded = int(table[code])
        self[code] = "" if folded == _DELETED else texts[code] if folded == _EXPANDS else chr(folded)
        return self[code]


@functools.cache
def _letters() -> _Letters:
    return _Letters()


class _Kept(dict[int, str]):
    """Remember what each code point met so far becomes on the skeleton."""

    def __missing__(self, code: int) -> str:
        self[code] = "".join(char for char in _letters()[code] if _kind_of(char) != _SOFT)
        return self[code]


@functools.cache
def _kept() -> _Kept:
    return _Kept()


@functools.cache
def _classes() -> NDArray[np.uint8]:
    """Class every norm code point: noise, letter, hard stop."""
    classes = np.zeros(0x110000, dtype=np.uint8)
    for match in re.finditer("(.)-(.)|.", LETTERS):
        low, high = match.group(1) or match.group(), match.group(2) or match.group()
        classes[ord(low) : ord(high) + 1] = _LETTER
    for char in _STOPS:
        classes[ord(char)] = _HARD
    return classes


@functools.cache
def _odd_marks() -> NDArray[np.bool_]:
    """Name the noise that does not end a word in everyday texts."""
    odd: NDArray[np.bool_] = _classes() == _SOFT
    odd[[ord(char) for char in _ENDS]] = False
    return odd


@functools.cache
def _kind_of(char: str) -> int:
    return int(_classes()[ord(char)])


@functools.cache
def _foldable() -> NDArray[np.bool_]:
    """Name the code points whose runs are folded: letters, never digits (1000 is not 10)."""
    foldable: NDArray[np.bool_] = _classes() == _LETTER
    foldable[0x30:0x3A] = False
    return foldable


def _codes_of(text: str) -> Codes:
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)


def _text(codes: Codes) -> str:
    return codes.tobytes().decode("utf-32-le")


def _normalise(raw: str) -> tuple[Codes, Offsets]:
    table, _ = _table()
    mapped = table[_codes_of(raw)]
    if (mapped == _EXPANDS).any():
        return _normalise_expanding(raw, mapped)
    kept = np.flatnonzero(mapped != _DELETED)
    return mapped[kept], kept


def _normalise_expanding(raw: str, mapped: Codes) -> tuple[Codes, Offsets]:
    """Take the slow path for ㈠ ⑩ ㎏: one raw character, several norm characters with the same offset."""
    _, texts = _table()
    codes: list[int] = []
    offsets: list[int] = []
    for offset, code in enumerate(mapped.tolist()):
        if code == _DELETED:
            continue
        grown = [ord(c) for c in texts[ord(raw[offset])]] if code == _EXPANDS else [code]
        codes.extend(grown)
        offsets.extend([offset] * len(grown))
    return np.array(codes, dtype=np.uint32), np.array(offsets, dtype=np.int64)


def _skeleton(codes: Codes) -> tuple[str, Offsets, Offsets]:
    kept = np.flatnonzero(_classes()[codes] != _SOFT)
    if not len(kept):
        return "", kept, kept
    letters = codes[kept]
    heads_here = np.ones(len(letters), dtype=bool)
    heads_here[1:] = (letters[1:] != letters[:-1]) | ~_foldable()[letters[1:]]
    heads = np.flatnonzero(heads_here)
    runs = np.empty_like(heads)
    runs[:-1] = heads[1:] - heads[:-1]
    runs[-1] = len(letters) - heads[-1]
    return _text(letters[heads]), kept[heads], runs


def _ends(offsets: Offsets, length: int) -> Offsets:
    """Return where in raw each norm character ends: deleted marks belong to the character before them."""
    following = np.full_like(offsets, length)
    following[:-1] = offsets[1:]
    return np.maximum(following, offsets + 1)
