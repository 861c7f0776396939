"""The shipped statistical reader is made from today's texts, and its thresholds mean what they say."""

import numpy as np

from agent.guardrails.likeness import load_likeness
from evals.build_likeness import MAYBE, SURE, build, digest_of, labelled, texts

CURRENT = 0.9


def test_the_shipped_reader_was_built_from_todays_rule_cases():
    """Remedy: `python -m evals.build_likeness`, then the gate. A tenth of new cases needs no new reader."""
    violating, _ = texts()
    shown = set(load_likeness()._examples)
    long = [text for text, _ in violating if len(text) >= 12]
    assert sum(text in shown for text in long) / len(long) >= CURRENT


def test_texts_that_are_held_back_take_no_part():
    assert all(sample.get("split", "dev") == "dev" for sample in labelled())


def test_a_reader_separates_what_it_was_built_from_and_orders_its_thresholds():
    violating = [(f"这款理财{n}稳稳地赚，放心存进来就有收益", "RET-03") for n in "一二三四五六七八九十"]
    innocent = [f"周{n}去银行排队，理财经理不在，收益以合同为准" for n in "一二三四五六七八九十"]
    built = build(violating, innocent)
    assert 0 < built["maybe"] <= built["sure"] < 1 and SURE < MAYBE
    assert len(built["example_starts"]) == len(violating) and np.isfinite(built["weights"]).all()
    assert digest_of(violating, innocent) != digest_of(violating, innocent[1:])
