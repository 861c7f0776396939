"""The pattern filter never hides a match that the pattern alone would find."""

from __future__ import annotations

from agent.guardrails.document import Document
from agent.guardrails.vocabulary import Vocabulary
from agent.models import NoteInput

PATTERNS = ("稳.{0,4}赚", "[0-9]{2}天(内|之内)", "(存|放)[^。]{0,6}送", "^保", "[甲乙丙]{2}", "a+b?c")
TEXTS = ("稳稳地赚", "30天内到账", "存五万就送米", "保", "保温杯", "甲乙", "aabc", "xac", "什么也没有", "乙。丙")


def test_filter_agrees_with_each_pattern_alone() -> None:
    vocabulary = Vocabulary()
    numbers = [vocabulary.add_pattern(pattern) for pattern in PATTERNS]
    vocabulary.seal()
    for text in TEXTS:
        document = Document(NoteInput(body=text))
        scan = vocabulary.scan(document)
        for number in numbers:
            if list(vocabulary.find(number, document.norm)):
                assert number in scan.patterns, (text, PATTERNS[number])
