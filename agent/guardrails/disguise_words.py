"""What people write in the place of words: `guardrails/<jurisdiction>/disguises.yaml`, and the words of patterns.

Owns the shape of the file and how folders add up; refuses matching.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from pydantic import Field

from agent.models import Frozen
from agent.yamlsource import read_yaml, validate

__all__ = ["DisguiseWords", "PatternWords", "read_disguises"]


class DisguiseWords(Frozen):
    """Describe `disguises.yaml`: key words, aliases (plain word → spellings), stand-ins (character → characters).

    neighbours: words of two characters that neighbouring words form by accident (环保 本地); innocent: texts that only
    look like a key word.
    """

    key_words: tuple[str, ...] = ()
    aliases: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    stand_ins: dict[str, str] = Field(default_factory=dict)
    neighbours: tuple[str, ...] = ()
    innocent: tuple[str, ...] = ()


class PatternWords(Frozen):
    """Hold `words` of patterns, the characters that innocent examples use (`everyday`), and orders of words they hold.

    All three on the norm plane; see `agent.guardrails.patternwords`.
    """

    words: tuple[str, ...] = ()
    everyday: frozenset[str] = frozenset()
    natural: frozenset[str] = frozenset()


def read_disguises(folders: Iterable[Path]) -> DisguiseWords:
    """Read `disguises.yaml` of these folders; a later folder adds, never removes. Raises `ConfigurationError`."""
    read = [validate(DisguiseWords, read_yaml(p)) for folder in folders if (p := folder / "disguises.yaml").is_file()]
    aliases: dict[str, tuple[str, ...]] = {}
    stand_ins: dict[str, str] = {}
    for words in read:
        for plain, spellings in words.aliases.items():
            aliases[plain] = (*aliases.get(plain, ()), *spellings)
        for plain, chars in words.stand_ins.items():
            stand_ins[plain] = stand_ins.get(plain, "") + chars
    return DisguiseWords(
        key_words=tuple(dict.fromkeys(word for words in read for word in words.key_words)),
        aliases=aliases,
        stand_ins=stand_ins,
        neighbours=tuple(dict.fromkeys(word for words in read for word in words.neighbours)),
        innocent=tuple(dict.fromkeys(text for words in read[:1] for text in words.innocent)),
    )
