"""The registry that runs every scorer on a sample and says which version measured what."""

from scoring import make_case, make_sample

from evals.metrics import metrics
from evals.scorers import SCORERS, build_pool, score, scorer_versions
from evals.values import Score


def test_every_metric_has_a_scorer_and_every_scorer_a_metric():
    assert list(SCORERS) == sorted(metrics())


def test_a_sample_is_scored_on_everything_and_a_failed_run_on_nothing():
    case = make_case()
    pool = build_pool([case])
    scores = score(make_sample(), case, pool)
    assert list(scores) == sorted(metrics())
    for name, found in scores.items():
        assert isinstance(found, Score) and found.metric == name
        assert found.value is not None or found.reason, name
        assert (found.passed is None) == (metrics()[name].tier != "hard" or found.value is None), name
    assert score(make_sample(outcome=None, error="timeout"), case, pool) == {}


def test_scoring_twice_gives_the_same():
    case = make_case(references=["一\n\n江边风大，跑五公里。\n#跑"] * 4)
    assert score(make_sample(), case, build_pool([case])) == score(make_sample(), case, build_pool([case]))


def test_versions_name_every_scorer_and_the_data_behind_them():
    versions = scorer_versions()
    assert set(SCORERS) <= set(versions)
    assert {"batch", "data:flavour", "data:oracle", "data:yardsticks"} <= set(versions)
    case = make_case()
    scores = score(make_sample(), case, build_pool([case]))
    assert {name: versions[name] for name in scores} == {name: found.version for name, found in scores.items()}


def test_no_similarity_to_references_is_hard_or_primary():
    alike = {"chrf_body", "bleu_zh_body", "rouge_l_body", "similarity_in_band", "copied_span"}
    assert alike <= set(metrics())
    assert {metrics()[name].tier for name in alike} == {"diagnostic"}
    assert {name for name, scorer in SCORERS.items() if scorer.measure.__module__.endswith("similarity")} == alike
