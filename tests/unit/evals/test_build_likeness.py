"""The shipped statistical reader is made from today's texts, and its thresholds mean what they say."""

import numpy as np

from agent.guardrails.likeness import NEAREST, Likeness, load_likeness
from agent.guardrails.normalize import fold
from evals.build_likeness import MAYBE, SURE, build, digest_of, labelled, texts
from evals.guardrail.texts import read_passages

CURRENT = 0.9


def test_the_shipped_reader_was_built_from_todays_rule_cases():
    """Remedy: `python -m evals.build_likeness`, then the gate. A tenth of new cases needs no new reader."""
    violating, _ = texts()
    shown = {text for texts in load_likeness()._examples.values() for text in texts}
    long = [text for text, _ in violating if len(text) >= 12]
    assert sum(text in shown for text in long) / len(long) >= CURRENT


def test_texts_that_are_held_back_take_no_part():
    assert all(sample.get("split", "dev") == "dev" for sample in labelled())
    held = {fold(text.note.body) for text in read_passages() if text.split == "held"}
    told = "\n".join([*(text for text, _ in texts()[0]), *texts()[1]])
    assert len(held) > 1000 and not any(body in told for body in held)


def test_a_reader_separates_what_it_was_built_from_and_orders_its_thresholds():
    violating = [(f"这款理财{n}稳稳地赚，放心存进来就有收益", "RET-03") for n in "一二三四五六七八九十百千"]
    violating += [(f"等到{n}月它就会涨到两倍", "RET-04") for n in "一二三四五六七八九十百千"]
    violating += [(f"发我身份证号{n}位数字", "PII-04") for n in "一二三四五六七八九十百千"]
    innocent = [f"周{n}去银行排队，理财经理不在，收益以合同为准" for n in "一二三四五六七八九十百千"]
    built = build(violating, innocent)
    assert 0 < built["maybe"] <= built["sure"] < 1 and SURE < MAYBE
    assert len(Likeness(built).examples("RET-03", "")) == NEAREST and np.isfinite(built["weights"]).all()
    assert Likeness(built).ranked(violating[0][0], among=["RET-03", "RET-04"])[0][0] == "RET-03"
    assert digest_of(violating, innocent) != digest_of(violating, innocent[1:])
