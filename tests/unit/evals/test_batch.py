"""Variety and sameness of a whole run, and how repeats of a case pass."""

import pytest
from scoring import make_note, make_sample

from agent.models import Segment
from evals.metrics import batch_metrics
from evals.scorers.batch import distinct_2, nearest_pair, score_batch, self_bleu
from evals.values import Score

VARIED = (
    "江边风大，跑到桥底下掉头，听人吹萨克斯。",
    "橘猫趴在暖气片上，半天没有动一下。",
    "集上的阿婆收摊早，只剩两把青菜。",
)
TEMPLATE = tuple(f"今天去了{place}，真的很不错，推荐大家都去看看。" for place in ("公园", "菜场", "书店"))
LONG = "".join(chr(0x4E00 + 7 * n) for n in range(400))


def _sample(case, text="江边风大。", repeat=0, passed=True, **given):
    check = Score(metric="outcome", value=float(passed), passed=passed)
    note = make_note(Segment(text=text, kind="life"))
    return make_sample(note, case=case, repeat=repeat, scores={"outcome": check}, **given)


def test_distinct_pieces_are_counted_at_a_fixed_size():
    dull = "江边风大人少" * 60
    assert distinct_2([LONG] * 3) > 0.1 > distinct_2([dull] * 3)
    assert distinct_2([LONG] * 3) == distinct_2([LONG] * 3)
    assert distinct_2([dull] * 3) == pytest.approx(distinct_2([dull * 2] * 30), rel=0.05)
    assert distinct_2(["江边风大"]) is None


def test_templates_are_alike_and_varied_texts_are_not():
    assert self_bleu(TEMPLATE) > 60 > 10 > self_bleu(VARIED)
    assert nearest_pair(TEMPLATE) > 0.3 > nearest_pair(VARIED)
    assert self_bleu(VARIED[:1]) is None and nearest_pair(VARIED[:1]) is None


def test_a_run_is_measured_on_first_repeats_whatever_the_order():
    samples = [_sample(f"c{n}", text) for n, text in enumerate(VARIED)]
    again = [_sample("c0", VARIED[0], repeat=1), _sample("c9", error="timeout", outcome=None)]
    found = score_batch([*again, *samples])
    assert found == score_batch(samples)
    assert set(found) == {"self_bleu", "nearest_pair"}


def test_pass_rates_are_averaged_over_cases_with_three_repeats():
    mixed = [_sample("a", repeat=n, passed=n > 0) for n in range(3)] + [_sample("b", repeat=n) for n in range(3)]
    found = score_batch([*mixed, _sample("c", passed=False)])
    assert found["pass_at_3"] == 1 and found["pass_all_3"] == 0.5
    assert set(found) <= set(batch_metrics())


def test_a_repeat_without_a_check_passed_nothing():
    unscored = [_sample("a", repeat=n).model_copy(update={"scores": {}}) for n in range(3)]
    assert score_batch(unscored)["pass_at_3"] == 0


def test_a_long_run_of_repeats_gives_every_measure_there_is():
    samples = [_sample(case, case * 3 + LONG, repeat=n) for case in ("a", "b") for n in range(3)]
    assert set(score_batch(samples)) == set(batch_metrics())
