"""A summary is derived, deterministic, and refuses to average what is not there."""

import json
import math
import random

import pytest
from measured import sample, scores, summary

from evals.errors import EvalError, MeasureError
from evals.metrics import metrics
from evals.summaries import read_summary, summarize, summary_bytes, write_summary
from evals.values import Score

METRICS = metrics()
THEMES = ("running", "coffee", "kitchen", "travel")


def many(repeat=0, **changes):
    return [
        sample(
            f"case-{n}",
            repeat,
            theme=THEMES[n // 5],
            values={"fact_recall": (n % 7) / 6, "life_shape": n % 2},
            **changes,
        )
        for n in range(20)
    ]


def test_the_order_of_samples_does_not_change_a_byte():
    samples = [one for repeat in range(3) for one in many(repeat=repeat, body=f"第 {repeat} 次")]
    mixed = random.Random(1).sample(samples, len(samples))
    assert summary_bytes(summary(*samples)) == summary_bytes(summary(*mixed))


def test_bytes_are_sorted_short_and_readable(tmp_path):
    found = summary(*(sample(f"c{n}", values={"fact_recall": 1 / 3}) for n in range(3)))
    text = summary_bytes(found).decode()
    stored = json.loads(text)
    assert stored["estimates"]["fact_recall"]["value"] == 0.333333
    assert text == json.dumps(stored, ensure_ascii=False, sort_keys=True, indent=1) + "\n"
    write_summary(found, tmp_path / "deep" / "summary.json")
    assert read_summary(tmp_path / "deep") == read_summary(tmp_path / "deep" / "summary.json") == found
    assert [path.name for path in (tmp_path / "deep").iterdir()] == ["summary.json"]


def test_a_replayed_summary_holds_no_clock():
    slow, quick = (sample(lane="replay", latency=seconds, values={"latency": seconds}) for seconds in (9.0, 1.0))
    assert summary_bytes(summary(slow)) == summary_bytes(summary(quick))
    assert "latency" not in summary_bytes(summary(slow)).decode()
    assert summary(sample(lane="live", values={"latency": 9.0})).estimates["latency"].value == 9.0


def test_an_errored_sample_is_counted_and_never_scored():
    found = summary(sample("a"), sample("b", outcome=None, rounds=(), note=None, error="timeout"))
    assert (found.samples, found.errors) == (2, 1)
    assert found.cases["b"].outcomes == ("error",) and not found.cases["b"].means
    assert found.estimates["fact_recall"].n == 1 and found.estimates["fact_recall"].unscored == 0
    stale = summary(sample("a"), sample("b", outcome=None, error="timeout", values={"oracle": 0.0}))
    assert stale.cases["b"].failed == {}


def test_an_unscored_sample_is_no_zero():
    found = summary(sample("a"), sample("b", values={"fact_recall": None}))
    recall = found.estimates["fact_recall"]
    assert (recall.value, recall.n, recall.unscored) == (1.0, 1, 1)
    assert "fact_recall" not in found.cases["b"].means


def test_repeats_are_averaged_before_cases():
    found = summary(
        *(
            sample("a", repeat, values={"life_shape": value}, body=str(repeat))
            for repeat, value in enumerate((1, 0, 0))
        ),
        sample("b", values={"life_shape": 1}),
        k=3,
    )
    assert found.cases["a"].means["life_shape"] == pytest.approx(1 / 3, abs=1e-6)
    assert found.estimates["life_shape"].value == pytest.approx(2 / 3, abs=1e-6)
    assert found.cases["a"].outcomes == ("in_review",) * 3


def test_nothing_is_refused():
    with pytest.raises(MeasureError, match="offline"):
        summarize([], suite="offline", k=1, signature={}, treatment={})


def test_only_errors_are_refused():
    with pytest.raises(MeasureError, match=r"全部出错.*timeout"):
        summary(sample(outcome=None, error="timeout", scores={}))


@pytest.mark.parametrize("metric", sorted(METRICS))
def test_a_metric_that_no_sample_holds_is_refused_by_name(metric):
    held = {name: score for name, score in scores().items() if name != metric}
    lanes = [lane for lane in ("offline", "live") if lane not in METRICS[metric].absent_in]
    with pytest.raises(MeasureError, match=metric):
        summary(sample(scores=held, lane=lanes[0]))


@pytest.mark.parametrize("metric", ["oracle", "fact_recall"])
def test_a_gated_metric_without_any_value_is_refused_unless_only_some_cases_ran(metric):
    empty = sample(values={metric: None})
    with pytest.raises(MeasureError, match=rf"{metric}.*理由"):
        summary(empty)
    assert summary(empty, partial=True).estimates[metric].n == 0


def test_a_diagnostic_without_any_value_stays_empty():
    over = summary(sample(values={"over_revision": None})).estimates["over_revision"]
    assert (over.value, over.n, over.unscored) == (None, 0, 1)


def test_what_the_data_call_absent_in_a_lane_is_left_out():
    assert METRICS["tone_rubric"].absent_in == ("offline",)
    assert "tone_rubric" not in summary(sample(values={"tone_rubric": None})).estimates
    with pytest.raises(MeasureError, match="tone_rubric"):
        summary(sample(lane="replay", values={"tone_rubric": None}))


@pytest.mark.parametrize("value", [math.nan, math.inf])
def test_a_value_that_is_no_number_is_refused(value):
    broken = scores() | {"life_share": Score.model_construct(metric="life_share", value=value)}
    with pytest.raises(MeasureError, match=r"jiangbian-run.*life_share"):
        summary(sample().model_copy(update={"scores": broken}))
    with pytest.raises(MeasureError, match="self_bleu"):
        summary(sample(), batch={"self_bleu": value})


def test_a_metric_nobody_registered_is_refused():
    with pytest.raises(MeasureError, match="vibes"):
        summary(sample(scores=scores() | {"vibes": Score(metric="vibes", value=1.0)}))
    with pytest.raises(MeasureError, match="shine"):
        summary(sample(), batch={"shine": 1.0})


def test_a_sample_twice_and_two_lanes_are_refused():
    with pytest.raises(MeasureError, match="两遍"):
        summary(sample(), sample())
    with pytest.raises(MeasureError, match="live、offline"):
        summary(sample("a"), sample("b", lane="live"))


def test_a_failed_hard_check_keeps_its_reason_and_evidence():
    failed = Score(metric="oracle", value=0.0, passed=False, reason="承诺收益", spans=("稳赚",))
    found = summary(sample(scores=scores() | {"oracle": failed}))
    assert found.cases["jiangbian-run"].failed == {"oracle": "承诺收益 “稳赚”"}


def test_rules_of_the_first_draft_and_the_text_are_kept_by_case():
    clean, caught = sample("a"), sample("b", rules=("RET-01", "DIS-02"))
    found = summary(clean, caught)
    assert found.cases["a"].rules == ("",) and found.cases["b"].rules == ("DIS-02 RET-01",)
    again = summary(clean, sample("b", rules=("RET-01", "DIS-02"), body="换了一句。"))
    assert again.cases["a"].text == found.cases["a"].text
    assert again.cases["b"].text != found.cases["b"].text


def test_levels_of_yes_and_no_carry_wilson_and_others_a_bootstrap():
    apart = [sample(f"c{n}", theme=f"t{n}", values={"first_draft_pass": float(n > 1)}) for n in range(20)]
    estimate = summary(*apart).estimates["first_draft_pass"]
    assert estimate.method == "wilson" and (estimate.low, estimate.high) == pytest.approx((0.699, 0.972), abs=0.001)
    found = summary(*many()).estimates
    assert found["first_draft_pass"].low == pytest.approx(0.839, abs=0.001), "20 of 20 is no certainty"
    assert found["fact_recall"].method == "bca" and found["fact_recall"].low < 0.5 < found["fact_recall"].high
    assert found["fact_recall"].mde > 0


def test_measures_over_all_notes_are_kept_beside():
    over = summary(sample("a"), sample("b", note=None), batch={"self_bleu": 12.3456789}).estimates["self_bleu"]
    assert (over.value, over.n, over.tier) == (12.345679, 1, "diagnostic")


@pytest.mark.parametrize("content", [None, "{", '{"suite": "x", "extra": 1}'])
def test_a_file_that_is_no_summary_is_named(tmp_path, content):
    path = tmp_path / "summary.json"
    if content is not None:
        path.write_text(content, encoding="utf-8")
    with pytest.raises(EvalError, match=r"summary\.json"):
        read_summary(path)
