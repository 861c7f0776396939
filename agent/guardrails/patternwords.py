"""The words that rules spell out inside patterns or name beside their terms, and what everyday texts are made of.

Owns reading both out of the rules and the committed table of them (`data/words.json`). The table belongs to the shipped
rules: a rule that a bank adds or changes leaves it as it is, so that an archive need not be read again for it; what
else should be looked for behind disguises goes into `key_words` of `disguises.yaml`.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from importlib.resources import files
from pathlib import Path
from typing import Final

from agent.guardrails.compiled import CompiledRule, Selector
from agent.guardrails.disguise_words import PatternWords
from agent.guardrails.normalize import fold
from agent.guardrails.planes import is_han
from agent.guardrails.spellings import reordered

__all__ = ["read_words", "write_words"]

_TABLE: Final = Path(str(files("agent.guardrails").joinpath("data/words.json")))
_CLASS: Final = re.compile(r"\[[^\]]*\]")
_HAN: Final = re.compile("[\u3400-\u9fff]{2,}")
_KINDS: Final = ("term", "pattern", "combine")
_OFTEN: Final = 3  # innocent examples that hold an everyday character


def read_words() -> PatternWords:
    """Return what the shipped rules hold."""
    return PatternWords.model_validate(json.loads(_TABLE.read_text(encoding="utf-8")))


def write_words(rules: Iterable[CompiledRule]) -> Path:
    """Write the table of these rules, which must have been read with their examples; return its place."""
    rules = tuple(rules)
    innocent = [fold(case.title + case.text) for compiled in rules for case in compiled.rule.cases.pass_]
    words = sorted({word for compiled in rules for word in _words_of(compiled)})
    seen = Counter(char for text in innocent for char in set(text) if is_han(char))
    joined = "\n".join(innocent)
    table = {
        "words": words,
        "everyday": sorted(char for char, number in seen.items() if number >= _OFTEN),
        "natural": sorted({order for word in words for order in reordered(word, halves=True) if order in joined}),
    }
    lines = (
        f"{json.dumps(name)}: {json.dumps(entries, ensure_ascii=False, indent=0)}" for name, entries in table.items()
    )
    _TABLE.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")
    return _TABLE


def _words_of(compiled: CompiledRule) -> Iterator[str]:
    """Yield the runs of two and more Han characters in what a rule about wording looks for and looks at."""
    if compiled.rule.kind in _KINDS:
        for selector in (compiled.terms, *compiled.groups, compiled.anchor, compiled.benign, compiled.about):
            yield from _words(selector)
    if compiled.admission:
        yield from _words_of(compiled.admission)


def _words(selector: Selector) -> Iterator[str]:
    vocabulary = selector.vocabulary
    texts = [vocabulary.terms[number] for number in selector.ids]
    texts += [_CLASS.sub(" ", vocabulary.patterns[number]) for number in selector.patterns]
    return (word for text in texts for word in _HAN.findall(text))
