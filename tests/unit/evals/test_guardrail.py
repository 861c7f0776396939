"""Labelled texts: well formed, counted as they should be, and the engine no worse on them than when first measured."""

import pytest

from evals.guardrail import Outcome, main, measure, outcomes, read_labelled, wilson

SAMPLES = read_labelled()


def test_every_family_has_both_kinds_and_pairs_hold_one_of_each():
    families = {sample["family"] for sample in SAMPLES}
    assert len(families) >= 12
    for family in families:
        labels = [sample["label"] for sample in SAMPLES if sample["family"] == family]
        assert labels.count("violation") >= 18 and labels.count("innocent") >= 18
    pairs: dict[str, list[str]] = {}
    for sample in SAMPLES:
        if sample.get("pair"):
            pairs.setdefault(sample["family"] + sample["pair"], []).append(sample["label"])
    assert pairs and all(sorted(labels) == ["innocent", "violation"] for labels in pairs.values())
    assert len({sample["text"] for sample in SAMPLES}) == len(SAMPLES)


def test_the_engine_holds_what_it_first_showed():
    found = outcomes(SAMPLES)
    plain = [o for o in found if o.is_violation and o.sample["kind"] != "judgement"]
    innocent = [o for o in found if not o.is_violation]
    assert sum(o.is_found for o in plain) / len(plain) >= 0.6
    assert sum(bool(o.wording) for o in innocent) / len(innocent) <= 0.12


def test_a_sibling_counts_as_found_and_an_absence_does_not():
    sample = {"label": "violation", "rules": ["RET-01"], "family": "x", "text": "t", "kind": "plain"}
    assert Outcome(sample, frozenset({"RET-02"}), frozenset({"RET-02"})).is_found
    assert not Outcome(sample, frozenset({"RET-02"}), frozenset({"RET-02"})).is_named
    assert not Outcome(sample, frozenset({"DIS-01"}), frozenset()).is_found
    assert Outcome({**sample, "rules": ["DIS-01"]}, frozenset({"DIS-01"}), frozenset()).is_named


def test_families_are_told_apart():
    innocent = {"label": "innocent", "rules": [], "family": "x", "text": "t", "kind": "negated"}
    tally = measure([Outcome(innocent, frozenset(), frozenset())])["x"]
    assert (len(tally.plain), len(tally.judgement), len(tally.innocent)) == (0, 0, 1)


def test_intervals():
    low, high = wilson(35, 35)
    assert low == pytest.approx(0.90, abs=0.01) and high == pytest.approx(1.0)
    assert wilson(0, 0) == (0.0, 1.0)


def test_the_table_names_misses(capsys, monkeypatch):
    missed = {
        "id": "returns-900",
        "family": "returns",
        "label": "violation",
        "rules": ["RET-01"],
        "text": "早上吃了碗面",
    }
    monkeypatch.setattr("evals.guardrail.read_labelled", lambda families: [missed])
    assert main(["returns", "--misses"]) == 0
    printed = capsys.readouterr().out
    assert "plain   0/1" in printed and "MISS returns-900 [RET-01] 早上吃了碗面" in printed


def test_nothing_labelled_is_nothing_measured(tmp_path):
    with pytest.raises(ValueError, match="nothing to measure"):
        read_labelled(tmp_path)
