"""The trial of the judge counts agreement with the labels, and an empty trial is no result."""

import pytest

from evals.judge_trial import TEXTS, Judged, agreement, main
from evals.offline import read_jsonl

FOUND = [{"rule": "RET-01", "quote": "不会少"}]


def judged(label="violation", by_judge=(), by_rule=(), rules=("RET-01",), look=""):
    return Judged("t1", label, list(rules), list(by_rule), list(by_judge), look)


def test_the_table_counts_finds_names_and_innocent_texts_left_alone():
    rows = [judged(by_judge=FOUND), judged(), judged("innocent", rules=()), judged("innocent", FOUND, rules=())]
    told = "\n".join(agreement(rows))
    assert "4 (2 violations, 2 innocent)" in told
    assert "agreement                  2/4 = 0.50" in told and "violations found           1/2" in told
    assert "under the label's rule   1/2" in told and "innocent left alone        1/2" in told


def test_another_rule_is_a_find_and_not_a_name():
    told = "\n".join(agreement([judged(by_judge=[{"rule": "RET-02", "quote": "x"}])]))
    assert "violations found           1/1" in told and "under the label's rule   0/1" in told


def test_an_empty_trial_is_no_result():
    with pytest.raises(ValueError, match="nothing to compare"):
        agreement([])


def test_the_committed_run_judged_every_text(capsys):
    run = TEXTS.with_name("run.jsonl")
    assert main(["--read", str(run)]) == 0
    assert {one["id"] for one in read_jsonl(run)} == {one["id"] for one in read_jsonl(TEXTS)}
    assert "agreement" in capsys.readouterr().out
