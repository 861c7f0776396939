"""A judge is advisory until people agree, it agrees with them, and it agrees with itself; who rated is always said."""

import json
from pathlib import Path

import numpy as np
import pytest
import typer
from hypothesis import given, settings
from hypothesis import strategies as st
from measured import sample
from sklearn.metrics import cohen_kappa_score
from typer.testing import CliRunner

from evals.calibration import _kappa_of as kappa_of
from evals.calibration import calibrate, rogan_gladen, shipped_bar
from evals.calibration_command import calibrate as command
from evals.calibration_command import render
from evals.errors import EvalError
from evals.ratings import Rating, read_ratings
from evals.run_files import append_sample

DATA = Path(__file__).parents[3] / "evals" / "data"
JUDGED = DATA / "judge" / "ratings.csv"
app = typer.Typer(rich_markup_mode=None)
app.command()(command)


def rated(rater, answers, kind="person", repeat=0):
    """Let a rater answer six questions an item."""
    return [
        Rating(
            item=f"n{n // 6}", question=f"D{n % 6}", rater=rater, rater_kind=kind, answer=bool(answer), repeat=repeat
        )
        for n, answer in enumerate(answers)
    ]


def flipped(answers, share, seed=1):
    """Turn this share of answers around."""
    turned = np.random.default_rng(seed).random(len(answers)) < share
    return [bool(answer) != bool(turn) for answer, turn in zip(answers, turned, strict=True)]


TRUTH = [n % 2 == 0 for n in range(180)]


def good(**changes):
    """Rate 180 pairs by two people who agree, and five times by a judge that agrees with both."""
    sets = {
        "li": rated("li", TRUTH),
        "wang": rated("wang", flipped(TRUTH, 0.05, seed=2)),
        "judge": [one for repeat in range(5) for one in rated("judge", flipped(TRUTH, 0.1), "model", repeat)],
    }
    return [rating for ratings in (sets | changes).values() for rating in ratings]


def test_a_judge_that_meets_the_whole_bar_may_gate():
    found = calibrate(good())
    assert found.lacking == () and found.may_gate
    assert [one.reference.name for one in found.agreements] == ["li", "wang"]
    assert found.agreements[0].kappa_low > 0.4 and found.consistency.same.value == 1.0


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"wang": []}, "要 2 个人评过，只有 1 个"),
        ({"wang": rated("wang", TRUTH, "model")}, "要 2 个人评过"),
        ({"wang": rated("wang", flipped(TRUTH, 0.3, seed=3))}, "先改题目"),
        ({"judge": rated("judge", TRUTH, "model")}, "自我一致要重评 5 次，只有 1 次"),
        ({"li": rated("li", TRUTH[:60])}, "与 li 共同评的只有 60 对，要 100"),
        (
            {"judge": [r for n in range(5) for r in rated("judge", flipped(TRUTH, 0.35, seed=4), "model", n)]},
            "的 κ 下限",
        ),
        (
            {"judge": [r for n in range(5) for r in rated("judge", flipped(TRUTH, 0.05, seed=n), "model", n)]},
            "自我一致 0.",
        ),
    ],
)
def test_whatever_is_lacking_keeps_it_advisory_and_is_named(changes, named):
    found = calibrate(good(**changes), judge="judge")
    assert not found.may_gate and any(named in reason for reason in found.lacking), found.lacking


def test_the_majority_of_reruns_counts_and_a_tie_is_no_answer():
    twice = [Rating(item="a", question="D1", rater="j", rater_kind="model", answer=bool(n), repeat=n) for n in range(2)]
    thrice = [Rating(item="b", question="D1", rater="j", rater_kind="model", answer=n < 2, repeat=n) for n in range(3)]
    people = [Rating(item=item, question="D1", rater="li", rater_kind="person", answer=True) for item in "ab"]
    (found,) = calibrate([*twice, *thrice, *people]).agreements
    assert (found.pairs, found.raw) == (1, 1.0)


@given(st.lists(st.tuples(st.booleans(), st.booleans()), min_size=2, max_size=40))
@settings(max_examples=60, deadline=None)
def test_the_resampled_kappa_is_the_library_one(pairs):
    cells = [0, 0, 0, 0]
    for given_, wanted in pairs:
        cells[2 * given_ + wanted] += 1
    ours = kappa_of(cells)
    if ours is None:
        assert len({answer for pair in pairs for answer in pair}) == 1
    else:
        assert ours == pytest.approx(cohen_kappa_score(*zip(*pairs, strict=True)))


def test_pairs_about_one_item_stay_together_when_resampled():
    blocks = [truth == (n // 6 % 2 == 0) for n, truth in enumerate(TRUTH)]
    ratings = [*rated("li", TRUTH), *rated("j", blocks, "model")]
    loose = [rating.model_copy(update={"item": f"{rating.item}-{rating.question}"}) for rating in ratings]
    together, apart = (calibrate(found).agreements[0] for found in (ratings, loose))
    assert (together.items, apart.items) == (30, 180)
    assert together.kappa_high - together.kappa_low > 1.8 * (apart.kappa_high - apart.kappa_low)


def test_one_answer_only_has_no_kappa_and_no_correction():
    found = calibrate([*rated("li", [True] * 12), *rated("j", [True] * 12, "model")])
    (one,) = found.agreements
    assert (one.raw, one.kappa, one.corrected, one.tnr.value) == (1.0, None, None, None)
    assert "算不出" in "\n".join(render(found))


def test_a_share_is_corrected_for_the_errors_of_the_judge():
    assert rogan_gladen(0.8, 0.9, 0.7) == pytest.approx((0.8 + 0.7 - 1) / 0.6)
    assert rogan_gladen(0.05, 0.9, 0.9) == 0.0 and rogan_gladen(0.99, 0.9, 0.9) == 1.0
    assert rogan_gladen(0.5, 0.5, 0.5) is None
    one = calibrate(good(), share=0.6).agreements[0]
    assert one.apparent == 0.6 and one.corrected == rogan_gladen(0.6, one.tpr.value, one.tnr.value)


def test_who_is_the_judge_must_be_clear():
    two = [*rated("a", TRUTH, "model"), *rated("b", TRUTH, "model")]
    with pytest.raises(EvalError, match="a、b"):
        calibrate(two)
    with pytest.raises(EvalError, match="没有评委“c”"):
        calibrate(two, judge="c")
    with pytest.raises(EvalError, match="没有可比的"):
        calibrate(rated("a", TRUTH, "model"))


def test_the_bar_is_that_of_the_design():
    bar = shipped_bar()
    assert (bar.pairs, bar.people, bar.people_kappa) == (100, 2, 0.7)
    assert (bar.kappa_low, bar.self_consistency, bar.reruns) == (0.4, 0.95, 5)


class TestShippedSet:
    RATINGS = read_ratings(JUDGED)

    def test_it_is_large_and_no_person_is_claimed(self):
        assert {rating.rater_kind for rating in self.RATINGS} == {"model"}
        found = calibrate(self.RATINGS, judge="recorded-critic")
        assert found.agreements[0].pairs >= 60 and not found.may_gate
        assert "没有人评过" in "\n".join(render(found))

    def test_both_answers_of_the_critic_are_common(self):
        answers = [rating.answer for rating in self.RATINGS if rating.rater == "recorded-critic"]
        assert 0.4 <= sum(answers) / len(answers) <= 0.6

    def test_the_critic_is_quoted_from_the_saved_runs_and_every_span_from_the_note(self):
        for rating in self.RATINGS:
            (path,) = (DATA / "model_runs").glob(f"*/{rating.item}.json")
            saved = json.loads(path.read_text(encoding="utf-8"))
            note = saved["note"]
            if rating.rater == "recorded-critic":
                said = saved["critique"]["rubric"][rating.question]
                assert (said["answer"] == "yes", said["span"]) == (rating.answer, rating.span)
            assert rating.answer or rating.span, "a no needs its evidence"
            assert rating.span in "\n".join([note["title"], note["cover"], note["body"], *note["titles"]]), rating

    def test_the_numbers_of_its_page_are_those_measured(self):
        (one,) = calibrate(self.RATINGS, judge="recorded-critic").agreements
        told = (JUDGED.parent / "README.md").read_text(encoding="utf-8")
        assert f"{one.pairs} pairs" in told and f"over {one.items} of the notes" in told
        assert f"agreement {one.raw:.0%}".replace("%", " %") in told
        assert f"κ {one.kappa:.2f} [{one.kappa_low:.2f}, {one.kappa_high:.2f}]" in told


class TestCommand:
    def test_it_prints_who_rated_and_the_verdict(self):
        done = CliRunner().invoke(app, [str(JUDGED), "--judge", "recorded-critic"])
        assert done.exit_code == 0
        assert "second-reader：模型，143 对" in done.stdout and "结论：只作参考" in done.stdout

    def test_it_writes_a_blank_sheet_of_a_run(self, tmp_path):
        append_sample(sample("a"), tmp_path)
        done = CliRunner().invoke(app, ["--sheet", str(tmp_path), "--out", str(tmp_path / "sheet.csv")])
        assert done.exit_code == 0 and done.stdout.strip() == str(tmp_path / "sheet.csv")
        assert "12 行" in done.stderr

    @pytest.mark.parametrize("arguments", [[], [str(JUDGED), "--sheet", "run"]])
    def test_it_wants_ratings_or_a_run_and_not_both(self, arguments):
        assert CliRunner().invoke(app, arguments).exit_code == 2
