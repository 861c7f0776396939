"""Which paragraphs of a note that is to be written anew may stay for a note about life alone.

Owns what is no life to be kept: a product, a picture, a way to ask, a warning about risk. Refuses to call a paragraph
clean: nothing was found in it, which is all that is known.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Final

from agent.guardrails.wording import word, word_list

__all__ = ["kept_words", "life_step"]

_SENTENCE: Final = re.compile("[^。！？!?]+[。！？!?]*[”」]*")
_LEFT: Final = 2  # sentences about life that make a paragraph worth keeping without the rest


def life_step(kept: str) -> str:
    """Say how to write of life alone: which paragraphs stay, as `kept` names them, and what of the others."""
    return word("step_life").format(life=kept, others=word("step_life_others" if kept else "step_life_each"))


def kept_words(paragraphs: Sequence[str], *, named: Iterable[int], asked: Iterable[int]) -> str:
    """Say which paragraphs, counted from 1, may stay; nothing where something is named in all of them, or in none.

    named: those in which something is said to their author. asked: those of which only a reviewer is asked something.
    """
    rest = [number for number in range(1, len(paragraphs) + 1) if number not in set(named)]
    if len(rest) == len(paragraphs):
        return ""
    reviewed = [number for number in rest if number in set(asked)]
    free = [number for number in rest if number not in reviewed]
    life = [number for number in free if _is_of_life(paragraphs[number - 1])]
    partly = [number for number in free if number not in life and _is_partly_of_life(paragraphs[number - 1])]
    told = (("these_paragraphs", life), ("these_by_reviewer", reviewed), ("these_with_care", partly))
    return "".join(word(code).format(numbers="、".join(map(str, numbers))) for code, numbers in told if numbers)


def _is_of_life(text: str) -> bool:
    return not any(name in text for name in word_list("not_of_life"))


def _is_partly_of_life(paragraph: str) -> bool:
    return sum(map(_is_of_life, _SENTENCE.findall(paragraph))) >= _LEFT
