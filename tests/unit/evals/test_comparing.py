"""What turns the gate red, what it only reports, what it cannot judge, and what it refuses to compare."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from measured import sample, scores, summary

from evals.changes import verdict_on
from evals.comparing import compare, exit_code, is_behind
from evals.errors import EvalError, IncomparableError
from evals.metrics import metrics
from evals.statistics import Paired
from evals.values import CaseResult, Score, Summary

THEMES = [f"theme-{n}" for n in range(12)]


def failing(metric, reason, *spans):
    return scores() | {metric: Score(metric=metric, value=0.0, passed=False, reason=reason, spans=spans)}


def live(repeats, k=3, **signature):
    """Make a sampled summary from the values of one primary by case, five cases a theme."""
    cases = {
        f"case-{n:02}": CaseResult(
            theme=THEMES[n % 12], outcomes=("in_review",) * k, means={"fact_recall": float(value)}
        )
        for n, value in enumerate(repeats)
    }
    return Summary(suite="live", k=k, signature={"lane": "live", **signature}, samples=k * len(cases), cases=cases)


def drawn(seed, drop=0.0):
    draw = np.random.default_rng(seed)
    base = np.clip(draw.normal(0.7, 0.1, 60), 0, 1)
    return live(base.round(3)), live(np.clip(base + draw.normal(-drop, 0.06, 60), 0, 1).round(3))


class TestRefusals:
    def test_another_dataset_is_not_comparable_and_the_part_is_named(self):
        other = summary(sample(), signature={"lane": "offline", "dataset": "d2", "k": "1", "scorers": "s1"})
        with pytest.raises(IncomparableError, match=r"dataset（d1 → d2）") as caught:
            compare(summary(sample()), other)
        assert caught.value.exit_code == 2 and "scorers" not in caught.value.message

    def test_the_cases_that_came_and_went_are_named(self):
        other = {"lane": "offline", "dataset": "d2", "k": "1", "scorers": "s1"}
        with pytest.raises(IncomparableError, match=r"；多了案例 b；少了案例 a$"):
            compare(summary(sample("a"), sample("c")), summary(sample("b"), sample("c"), signature=other))
        many = (sample(f"n{number}") for number in range(7))
        with pytest.raises(IncomparableError, match=r"；多了案例 n0、n1、n2、n3、n4 等 7 个；少了案例 a$"):
            compare(summary(sample("a")), summary(*many, signature=other))

    def test_a_part_only_one_side_has_is_named(self):
        with pytest.raises(IncomparableError, match=r"judge（缺 → j1）"):
            compare(live([1.0]), live([1.0], judge="j1"))

    @pytest.mark.parametrize(("field", "value"), [("suite", "replay"), ("k", 3)])
    def test_another_suite_or_number_of_repeats_is_not_comparable(self, field, value):
        with pytest.raises(IncomparableError, match=field):
            compare(summary(sample()), summary(sample(), **{field: value}))

    def test_another_treatment_is_what_a_comparison_is_for(self):
        found = compare(summary(sample()), summary(sample(), treatment={"commit": "c2"}))
        assert found.treatment == {"commit": ("c1", "c2")} and found.verdict == "OK"

    @pytest.mark.parametrize("side", [0, 1])
    def test_too_many_errors_make_a_run_invalid(self, side):
        whole = [sample(f"c{n:03}") for n in range(100)]
        broken = [*whole[:-3], *(sample(f"c{n:03}", outcome=None, error="timeout", scores={}) for n in range(97, 100))]
        runs = [summary(*whole), summary(*whole)]
        runs[side] = summary(*broken)
        with pytest.raises(EvalError, match=r"100 个样本里有 3 个出错.*c097、c098、c099"):
            compare(*runs)


class TestWithoutChance:
    def test_nothing_changed_is_quiet(self):
        found = compare(summary(sample("a"), sample("b")), summary(sample("a"), sample("b")))
        assert (found.verdict, found.flips, found.hard) == ("OK", (), ())
        assert {change.delta for change in found.changes} == {0.0}
        assert not is_behind(found) and exit_code(found) == 0

    @pytest.mark.parametrize("metric", [name for name, spec in metrics().items() if spec.tier == "hard"])
    def test_a_lost_hard_check_fails_and_says_what_was_lost_in_which_case(self, metric):
        cand = summary(sample("a"), sample("b", scores=failing(metric, "缺“基金有风险”", "稳赚")))
        found = compare(summary(sample("a"), sample("b")), cand)
        assert found.verdict == "REGRESSED" and exit_code(found) == 1
        assert found.hard == (f"b {metrics()[metric].title}：过 → 未过：缺“基金有风险” “稳赚”",)

    def test_a_lost_outcome_fails(self):
        cand = sample(outcome="needs_human", scores=failing("outcome", "应通过，却留给人"))
        found = compare(summary(sample()), summary(cand))
        assert found.verdict == "REGRESSED"
        assert found.hard == ("jiangbian-run 结局：in_review → needs_human（应通过，却留给人）",), (
            "once, with the reason"
        )

    def test_an_error_where_there_was_an_outcome_fails(self):
        whole = [sample(f"c{n:03}") for n in range(60)]
        found = compare(summary(*whole), summary(*whole[:-1], sample("c059", outcome=None, error="boom", scores={})))
        assert found.hard == ("c059 结局：in_review → error",) and found.errors == (0, 1)

    def test_a_first_draft_newly_failing_fails_and_names_the_rule(self):
        found = compare(summary(sample()), summary(sample(rules=("RET-01",))))
        assert found.hard == ("jiangbian-run 初稿未过的规则：无 → RET-01（新增 RET-01）",)
        assert found.verdict == "REGRESSED"

    def test_another_rule_in_a_draft_that_failed_before_fails_too(self):
        found = compare(summary(sample(rules=("RET-01",))), summary(sample(rules=("RET-01", "DIS-02"))))
        (flip,) = found.flips
        assert (flip.lost, flip.detail, found.verdict) == (True, "新增 DIS-02", "REGRESSED")

    def test_a_hard_check_that_falls_silent_fails(self):
        found = compare(summary(sample("a"), sample("b")), summary(sample("a"), sample("b", values={"oracle": None})))
        assert found.hard == ("b 独立判据无违规：量过 → 没有量（检查不再给出结果）",)

    def test_a_hard_check_may_fall_silent_where_the_case_ends_another_way(self):
        wrong = sample("b", scores=failing("outcome", "应提问"))
        right = sample("b", outcome="needs_material", note=None, rounds=(), values={"oracle": None})
        found = compare(summary(sample("a"), wrong), summary(sample("a"), right))
        assert found.verdict == "OK" and any(flip.what == "结局" and not flip.lost for flip in found.flips)

    def test_a_case_that_did_not_run_fails_by_name_and_so_does_an_unknown_one(self):
        found = compare(summary(sample("a"), sample("b")), summary(sample("a"), sample("c")))
        assert found.hard == ("b 案例：有 → 缺（这次没有跑到）", "c 案例：缺 → 有（基线里没有）")

    def test_an_improvement_is_reported_and_asks_for_a_new_baseline(self):
        base = summary(sample(scores=failing("must_say", "没有说满30减5"), rules=("RET-01",)))
        found = compare(base, summary(sample()))
        assert found.verdict == "OK" and not found.hard and is_behind(found)
        assert {(flip.what, flip.lost) for flip in found.flips} >= {("该说的说了", False), ("初稿未过的规则", False)}

    def test_another_text_is_reported_and_does_not_fail(self):
        found = compare(summary(sample()), summary(sample(body="换了一句。")))
        assert [flip.what for flip in found.flips] == ["文本"]
        assert found.verdict == "OK" and is_behind(found)

    def test_a_primary_that_fell_in_one_case_is_named_and_fails_beyond_the_margin(self):
        many = [sample(f"c{n:02}") for n in range(20)]
        one = compare(summary(*many), summary(*many[1:], sample("c00", values={"fact_recall": 0.5})))
        assert [(flip.case, flip.what, flip.before, flip.after, flip.lost) for flip in one.flips] == [
            ("c00", "事实说到的比例", "1", "0.5", True)
        ]
        assert one.verdict == "OK", "a mean .025 lower is within the margin of .03"
        two = compare(summary(*many), summary(*many[1:], sample("c00", values={"fact_recall": 0.0})))
        assert two.verdict == "REGRESSED" and exit_code(two) == 1
        assert {change.metric for change in two.changes if change.verdict == "REGRESSED"} == {"fact_recall"}

    def test_more_rounds_are_worse_and_fewer_are_not(self):
        quick, slow = summary(sample()), summary(sample(values={"rounds_to_pass": 3.0}))
        assert compare(quick, slow).verdict == "REGRESSED"
        assert compare(slow, quick).verdict == "OK"

    def test_diagnostics_of_a_case_are_told_together_and_never_fail(self):
        found = compare(summary(sample()), summary(sample(values={"tags": 9.0, "ai_flavour": 8.0})))
        (flip,) = found.flips
        assert flip.what == "参考指标" and "标签个数 1→9" in flip.detail and "套话密度（每百字） 1→8" in flip.detail
        assert found.verdict == "OK" and not flip.lost


class TestLabelledTexts:
    """The guardrail suite: every labelled text is a case, and what it should be is a hard check."""

    @staticmethod
    def run(**texts):
        cases = {
            name: CaseResult(theme="returns", means={"caught": float(not failed)}, failed=failed, rules=(rules,))
            for name, (rules, failed) in texts.items()
        }
        return Summary(suite="guardrail", samples=len(cases), cases=cases)

    def test_a_lost_text_fails(self):
        found = compare(self.run(a=("RET-01", {})), self.run(a=("", {"caught": "“稳稳的幸福”应报 RET-01"})))
        assert found.verdict == "REGRESSED"
        assert found.hard == ("a caught：过 → 未过：“稳稳的幸福”应报 RET-01",)

    def test_a_new_wrong_hit_fails(self):
        found = compare(self.run(a=("", {})), self.run(a=("RET-01", {"innocent": "“不保本”误报 RET-01"})))
        assert found.hard == ("a innocent：过 → 未过：“不保本”误报 RET-01",)

    def test_a_text_newly_caught_is_no_loss(self):
        found = compare(self.run(a=("", {"caught": "应报 RET-01"})), self.run(a=("RET-01", {})))
        assert found.verdict == "OK" and is_behind(found) and not any(flip.lost for flip in found.flips)
        assert "报出的规则" in {flip.what for flip in found.flips}


class TestSampled:
    def test_unchanged_runs_are_ok_or_inconclusive(self):
        verdicts = [compare(*drawn(seed)).verdict for seed in range(30)]
        assert verdicts.count("REGRESSED") <= 3 and verdicts.count("OK") >= 20

    def test_a_real_drop_regresses_with_interval_and_detectable_change(self):
        found = compare(*drawn(1, drop=0.08))
        (change,) = found.changes
        assert change.verdict == found.verdict == "REGRESSED" and exit_code(found) == 1
        assert change.low < change.delta < change.high < 0 and change.p < 0.01
        assert 0 < change.mde < 0.05 and change.n == 60 and change.method == "sign-flip"

    def test_more_rounds_in_every_theme_regress_and_fewer_do_not(self):
        few, many = (live([0.7] * 60) for _ in range(2))
        for number, case in enumerate(few.cases):
            few.cases[case].means["rounds_to_pass"] = 1.0 + number % 2 / 3
            many.cases[case].means["rounds_to_pass"] = 1.7 + number % 3 / 3
        worse, better = ({c.metric: c for c in compare(*runs).changes} for runs in ((few, many), (many, few)))
        assert worse["rounds_to_pass"].verdict == "REGRESSED" and worse["rounds_to_pass"].p < 0.01
        assert better["rounds_to_pass"].verdict == "OK"

    def test_few_noisy_cases_cannot_tell(self):
        found = compare(live([1, 0.3, 1, 0.6, 1, 1]), live([0.6, 1, 0.3, 1, 1, 1]))
        assert found.verdict == "INCONCLUSIVE"
        assert exit_code(found) == 0 and exit_code(found, strict=True) == 3

    def test_a_case_from_all_to_none_fails_whatever_the_average(self):
        base, cand = drawn(2)
        for run, value in ((base, 1.0), (cand, 0.0)):
            run.cases["case-07"].means["first_draft_pass"] = value
        found = compare(base, cand)
        assert found.hard == ("case-07 初稿过规则：3/3 → 0/3",) and found.verdict == "REGRESSED"

    def test_with_a_single_repeat_one_case_is_ordinary_luck(self):
        base, cand = (live([0.7] * 60, k=1) for _ in range(2))
        base.cases["case-07"].means["first_draft_pass"] = 1.0
        cand.cases["case-07"].means["first_draft_pass"] = 0.0
        assert compare(base, cand).hard == ()

    def test_a_new_hard_failure_fails_whatever_the_average(self):
        base, cand = drawn(3)
        cand.cases["case-11"].failed["oracle"] = "承诺收益 “稳赚”"
        found = compare(base, cand)
        assert found.verdict == "REGRESSED" and "case-11 独立判据无违规" in found.hard[0]
        assert compare(cand, cand).verdict != "REGRESSED", "a known failure is no news"

    def test_only_cases_of_both_are_paired_and_the_missing_one_fails(self):
        base, cand = live([0.5] * 20), live([0.5] * 19)
        found = compare(base, cand)
        assert found.changes[0].n == 19 and found.hard == ("case-19 案例：有 → 缺（这次没有跑到）",)

    def test_binary_cases_that_stand_alone_are_counted_exactly(self):
        base, cand = (
            Summary(
                suite="live",
                samples=20,
                cases={
                    f"c{n:02}": CaseResult(theme=f"t{n:02}", means={"first_draft_pass": float(n >= fails)})
                    for n in range(20)
                },
            )
            for fails in (0, 6)
        )
        (change,) = compare(base, cand).changes
        assert change.method == "mcnemar" and change.p == pytest.approx(1 / 64)

    def test_five_metrics_need_more_evidence_than_one(self):
        base, cand = drawn(4, drop=0.022)
        alone = compare(base, cand).changes[0].p
        draw = np.random.default_rng(9)
        for name in ("life_shape", "tone_rubric", "first_draft_pass", "rounds_to_pass"):
            for case in base.cases:
                base.cases[case].means[name] = 0.5
                cand.cases[case].means[name] = 0.5 + float(draw.normal(0, 0.05))
        together = {change.metric: change.p for change in compare(base, cand).changes}
        assert len(together) == 5 and together["fact_recall"] > alone


RECALL, ROUNDS = metrics()["fact_recall"], metrics()["rounds_to_pass"]


@pytest.mark.parametrize(
    ("spec", "delta", "low", "high", "p", "verdict"),
    [
        (RECALL, -0.05, -0.08, -0.02, 0.01, "REGRESSED"),
        (RECALL, -0.05, -0.11, 0.01, 0.12, "INCONCLUSIVE"),
        (RECALL, -0.009, -0.012, -0.006, 0.001, "OK"),
        (RECALL, 0.05, 0.02, 0.08, 0.99, "OK"),
        (RECALL, 0.0, -0.04, 0.04, 0.5, "INCONCLUSIVE"),
        (RECALL, -0.2, None, None, 0.06, "INCONCLUSIVE"),
        (ROUNDS, 0.4, 0.2, 0.6, 0.001, "REGRESSED"),
        (ROUNDS, -0.4, -0.6, -0.2, 0.99, "OK"),
        (ROUNDS, 0.0, -0.2, 0.2, 0.5, "INCONCLUSIVE"),
        (ROUNDS, 0.0, -0.1, 0.1, 0.5, "OK"),
    ],
)
def test_verdicts_follow_the_direction_of_the_metric(spec, delta, low, high, p, verdict):
    test = Paired(delta=delta, low=low, high=high, p_fall=p, p_rise=p, n=60, method="bca")
    assert verdict_on(spec, test, p) == verdict


@given(st.lists(st.sampled_from([0.0, 0.5, 1.0]), min_size=5, max_size=30))
@settings(max_examples=40, deadline=None)
def test_a_run_compared_with_itself_never_regresses(values):
    found = compare(live(values), live(values))
    assert found.verdict != "REGRESSED" and found.hard == () and found.flips == ()
