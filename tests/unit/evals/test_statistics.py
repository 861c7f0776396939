"""Intervals and tests against known values, against each other, and on simulated runs."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evals.simulation import Design, binary_runs, detected, main, naive_alarms, score_runs
from evals.statistics import (
    Clusters,
    adjust,
    bootstrap_mean,
    cluster,
    detectable,
    mcnemar,
    paired_difference,
    pass_all,
    pass_at,
    wilson,
)

RUNS = 800
differences = st.lists(st.integers(-6, 6).map(lambda n: n / 6), min_size=2, max_size=9)


def alone(values):
    """Put every value into a cluster of its own."""
    return Clusters(np.array(values, dtype=float), np.ones(len(values)))


@pytest.mark.parametrize(
    ("hits", "total", "low", "high"), [(35, 35, 0.90, 1.0), (9, 10, 0.596, 0.982), (0, 189, 0.0, 0.02), (0, 0, 0, 1)]
)
def test_wilson(hits, total, low, high):
    assert wilson(hits, total) == pytest.approx((low, high), abs=0.002)


def test_cases_of_a_theme_form_a_cluster_and_a_single_theme_falls_apart_into_cases():
    themes = {"a": "x", "b": "x", "c": "y"}
    grouped = cluster({"a": 1.0, "b": 0.0, "c": 1.0}, themes)
    assert grouped.sums.tolist() == [1.0, 1.0] and grouped.sizes.tolist() == [2.0, 1.0]
    assert grouped.mean == pytest.approx(2 / 3)
    assert len(cluster({"a": 1.0, "b": 0.0}, themes)) == 2
    with pytest.raises(ValueError, match="nothing to estimate"):
        cluster({}, themes)


def test_a_bootstrap_of_independent_cases_agrees_with_the_normal_interval():
    values = np.random.default_rng(1).normal(0.5, 0.1, 60)
    found = bootstrap_mean(alone(values))
    half = 1.96 * values.std(ddof=1) / math.sqrt(60)
    assert found.method == "bca"
    assert (found.low, found.high) == pytest.approx((values.mean() - half, values.mean() + half), abs=0.004)


def test_cases_that_fail_together_widen_the_interval():
    values, themes = {}, {}
    for theme, case in itertools.product(range(20), range(5)):
        values[f"{theme}-{case}"], themes[f"{theme}-{case}"] = float(theme % 2), str(theme)
    together = bootstrap_mean(cluster(values, themes))
    apart = bootstrap_mean(cluster(values, {case: case for case in values}))
    assert together.high - together.low > 1.8 * (apart.high - apart.low)


def test_what_cannot_be_resampled_says_so():
    assert bootstrap_mean(alone([0.4] * 20)).method == "constant"
    assert bootstrap_mean(alone([0.4])).low is None
    unchanged = paired_difference(alone([0.0] * 20))
    assert (unchanged.low, unchanged.high, unchanged.p_fall, unchanged.p_rise) == (0.0, 0.0, 1.0, 1.0)
    assert paired_difference(alone([-0.1] * 20)).p_fall < 0.001


def test_the_same_samples_give_the_same_numbers():
    values = alone(np.random.default_rng(2).normal(0, 1, 30))
    assert paired_difference(values) == paired_difference(values)


@given(differences)
@settings(max_examples=60, deadline=None)
def test_the_sign_flip_p_counts_every_flip(values):
    flips = [
        sum(s * v for s, v in zip(signs, values, strict=True))
        for signs in itertools.product((1, -1), repeat=len(values))
    ]
    total = sum(values)
    found = paired_difference(alone(values))
    assert found.method == "sign-flip"
    assert found.p_fall == pytest.approx(sum(flip <= total + 1e-9 for flip in flips) / len(flips))
    assert found.p_rise == pytest.approx(sum(flip >= total - 1e-9 for flip in flips) / len(flips))


@given(differences)
@settings(max_examples=60, deadline=None)
def test_interval_and_test_never_disagree(values):
    found = paired_difference(alone(values))
    fell = found.high is not None and found.high < -1e-9
    rose = found.low is not None and found.low > 1e-9
    assert fell == (found.p_fall <= 0.05)
    assert rose == (found.p_rise <= 0.05)


def test_four_clusters_cannot_bound_a_difference():
    found = paired_difference(alone([-0.5, -0.4, -0.6, -0.5]))
    assert found.high is None and found.p_fall == 1 / 16
    assert paired_difference(alone([-0.5, -0.4, -0.6, -0.5, -0.5])).high == pytest.approx(-0.4)


def test_mcnemar_counts_only_cases_that_changed_sides():
    assert mcnemar(0, 0) == (1.0, 1.0)
    fall, rise = mcnemar(5, 0)
    assert fall == pytest.approx(1 / 32) and rise == 1.0


def test_ten_metrics_need_more_evidence_than_one():
    assert adjust([]) == []
    assert adjust([0.01, 0.04, 0.03, 0.5]) == pytest.approx([0.04, 0.16 / 3, 0.16 / 3, 0.5])
    assert adjust([0.02]) == [0.02]


def test_pass_at_k_and_pass_of_all_k():
    assert pass_at(3, 1, 1) == pytest.approx(1 / 3)
    assert pass_at(3, 1, 3) == 1.0 and pass_all(3, 2, 3) == 0.0
    assert pass_all(10, 9, 3) == pytest.approx(0.7)
    with pytest.raises(ValueError, match="cannot draw"):
        pass_at(1, 1, 3)


def test_the_detectable_change_is_found_with_the_power_it_states():
    spread, count = 0.1, 40
    draw = np.random.default_rng(3)
    change = detectable(alone(draw.normal(0, spread, 4000)), paired=True) * math.sqrt(4000 / count)
    runs = draw.normal(-change, spread, (RUNS, count))
    assert detected(runs, Design(count, 1)) == pytest.approx(0.80, abs=0.05)


def test_one_run_alone_promises_less_than_differences():
    values = alone(np.random.default_rng(4).normal(0, 1, 30))
    assert detectable(values, paired=False) == pytest.approx(math.sqrt(2) * detectable(values, paired=True))
    assert detectable(alone([1.0]), paired=True) is None
    assert detectable(alone([1.0] * 30), paired=False) is None, "no spread seen is no promise to see everything"


@pytest.mark.parametrize("design", [Design(20, 3), Design(40, 3), Design(60, 3), Design(60, 3, 12)], ids=str)
def test_nothing_changed_raises_few_alarms(design):
    assert detected(binary_runs(design, 0.0, RUNS), design) <= 0.08


def test_themes_that_share_luck_raise_few_alarms_because_they_are_clustered():
    design = Design(60, 3, 12)
    unchanged = score_runs(design, 0.0, RUNS, shared=0.08)
    assert detected(unchanged, design) <= 0.08
    assert detected(unchanged, Design(60, 3)) >= 0.15


@pytest.mark.parametrize(
    ("design", "drop", "power"),
    [
        (Design(20, 3), 0.10, 0.39),
        (Design(40, 3), 0.10, 0.60),
        (Design(60, 3), 0.10, 0.71),
        (Design(60, 3), 0.15, 0.96),
    ],
    ids=str,
)
def test_power_is_near_the_published_table(design, drop, power):
    assert detected(binary_runs(design, drop, RUNS), design) == pytest.approx(power, abs=0.10)


def test_a_small_drop_of_a_score_is_seen_and_the_naive_rule_cries_wolf():
    assert detected(score_runs(Design(40, 3), 0.04, RUNS), Design(40, 3)) >= 0.95
    assert naive_alarms(binary_runs(Design(40, 3), 0.0, RUNS)) >= 0.25


@pytest.mark.parametrize("design", [Design(40, 3), Design(60, 3, 12)], ids=str)
def test_the_simulated_test_is_the_real_one(design):
    """The fast path of the simulation and the product agree on which runs fell."""
    runs = score_runs(design, 0.02, 24, seed=5)
    names = [f"c{n}" for n in range(design.cases)]
    themes = {name: str(n % design.themes) if design.themes else name for n, name in enumerate(names)}
    real = [
        paired_difference(cluster(dict(zip(names, run, strict=True)), themes)).p_fall <= 0.05 for run in runs.tolist()
    ]
    fast = [detected(run[None, :], design) == 1.0 for run in runs]
    assert sum(a != b for a, b in zip(real, fast, strict=True)) <= 1
    assert 0 < sum(real) < len(real)


def test_the_table_prints(capsys):
    assert main(runs=50) == 0
    printed = capsys.readouterr().out
    assert "60 x 3 (12 themes)" in printed and "clustered" in printed
