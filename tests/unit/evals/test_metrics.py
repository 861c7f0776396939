"""What may be measured, and what may gate."""

import pytest

from agent.errors import ConfigurationError
from evals.metrics import MAX_PRIMARIES, batch_metrics, load_metrics, metrics, metrics_of


def _table(tmp_path, *lines):
    path = tmp_path / "metrics.yaml"
    path.write_text("version: '1'\nmetrics:\n" + "".join(f"  {line}\n" for line in lines), encoding="utf-8")
    return path


def test_few_metrics_gate_by_average_and_each_says_what_drop_matters():
    primaries = metrics_of("primary")
    assert 0 < len(primaries) <= MAX_PRIMARIES
    assert all(metrics()[name].margin > 0 for name in primaries)
    assert metrics()["rounds_to_pass"].better == "lower"


def test_every_tier_keeps_the_order_of_the_file():
    assert metrics_of("hard")[0] == "outcome" and metrics_of("diagnostic")[-1] == "latency"
    assert {name for tier in ("hard", "primary", "diagnostic") for name in metrics_of(tier)} == set(metrics())
    assert not set(batch_metrics()) & set(metrics())


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("tone: {tier: primary, better: higher, kind: share, title: 口吻}", "without a margin: tone"),
        ("chrf: {tier: hard, better: band, kind: score, title: 相似}", "needs a direction: chrf"),
        ("tone: {tier: optional, better: higher, kind: share, title: 口吻}", "optional"),
    ],
)
def test_a_table_that_cannot_gate_is_refused(tmp_path, line, complaint):
    with pytest.raises(ConfigurationError) as refused:
        load_metrics(_table(tmp_path, line))
    assert complaint in str(refused.value.parameters)


def test_a_sixth_primary_is_refused(tmp_path):
    lines = [f"m{n}: {{tier: primary, better: higher, kind: share, margin: 0.1, title: 第{n}个}}" for n in range(6)]
    assert len(load_metrics(_table(tmp_path, *lines[:5])).metrics) == MAX_PRIMARIES
    with pytest.raises(ConfigurationError) as refused:
        load_metrics(_table(tmp_path, *lines))
    assert "6 primaries" in str(refused.value.parameters)
