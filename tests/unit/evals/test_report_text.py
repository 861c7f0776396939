"""The table, the Markdown and the JUnit file say what happened, whatever stands in the notes."""

import re
from xml.etree import ElementTree

import pytest
from reported import comparison, estimate, sample, summary
from rich.cells import cell_len

from evals.reports.junit import to_junit
from evals.reports.markdown import LONGEST, add_step_summary, to_markdown
from evals.reports.standing import standing
from evals.reports.table import render_table
from evals.reports.visible import show, visible
from evals.values import CaseResult, Flip, Score

HOSTILE = '</script>"><img onerror=x>\u202e反\u200b写\x00\x0b\ufffe```@everyone\n\n| a |\n# h'


def columns(line, *words):
    """Return the cell at which each word begins."""
    return [cell_len(line[: line.index(word)]) for word in words]


def test_the_table_says_verdict_interval_and_smallest_change():
    printed = render_table(summary(), comparison())
    assert printed.startswith("offline：变差。")
    row = next(line for line in printed.splitlines() if line.startswith("初稿过规则"))
    for told in ("82.0%", "71.0%", "[60.0%, 83.0%]", "-11.0点", "[-17.0点, -5.0点]", "变差", "10.0%"):
        assert told in row
    assert "✗ tower-walk 独立判据无违规：过 → 未过：写出了收益承诺" in printed
    assert "· river-run 最后文字：a → b" in printed and "data:9f3a|k:1|lane:offline" in printed


def test_what_was_lost_comes_first_and_what_the_baseline_fails_too_stays_apart():
    known = {
        f"old-{n:02}": CaseResult(theme="city", outcomes=("told",), failed={"oracle": "老样子"}) for n in range(30)
    }
    lost = {
        "new": CaseResult(theme="city", outcomes=("in_review",), failed={"oracle": "新的"}),
        "ended": CaseResult(theme="city", outcomes=("in_review",), failed={"outcome": "没有拦"}),
        "added": CaseResult(theme="city", outcomes=("in_review",), failed={"oracle": "新例"}),
    }
    flips = (
        Flip(case="new", what="独立判据无违规", before="过", after="未过：新的", lost=True),
        Flip(case="ended", what="结局", before="refused", after="in_review", lost=True),
        Flip(case="added", what="案例", before="缺", after="有", lost=True),
    )
    made = comparison(flips=flips, hard=tuple(f"{flip.case} {flip.what}：…" for flip in flips))
    for count in (30, 3):
        some = dict(list(known.items())[:count])
        printed = render_table(summary(cases={**some, **lost}), made)
        assert f"现有 {count + 3} 项硬性检查未过，其中 {count} 项基线里就未过" in printed
        assert printed.index("不论平均数都算失败 3") < printed.index("指标") < printed.index("基线里就未过的硬性检查")
        assert printed.count("老样子") == (0 if count == 30 else 3)


def test_a_long_part_of_the_signature_stands_as_its_digest_and_still_tells_two_apart():
    lines = {render_table(summary(signature={"k": "1", "scorers": "a:1," * 50 + end})).splitlines()[1] for end in "xy"}
    assert len(lines) == 2 and all(line.startswith("k:1|scorers:#") and len(line) < 40 for line in lines)


def test_the_table_stays_in_columns_beside_chinese():
    found = [
        line for line in render_table(summary(), comparison()).splitlines() if re.match("初稿过规则|事实说到", line)
    ]
    assert len(found) == 2
    assert columns(found[0], "变差") == columns(found[1], "没有变差")


def test_an_absent_value_is_a_dash_and_never_a_zero():
    printed = render_table(summary(estimates={"tone_rubric": estimate("tone_rubric", None, low=None, high=None)}))
    row = next(line for line in printed.splitlines() if line.startswith("十二问答"))
    assert "—" in row and " 0.0%" not in row


@pytest.mark.parametrize(
    ("made", "code"),
    [
        ((summary(), None), "FAILED"),
        ((summary(cases={}), None), "ALONE"),
        ((summary(samples=0), None), "INVALID"),
        ((summary(samples=100, errors=3), comparison(verdict="OK", hard=(), changes=())), "INVALID"),
        ((summary(samples=100, errors=2), comparison(verdict="OK", hard=(), changes=())), "OK"),
        ((summary(), comparison(verdict="OK")), "REGRESSED"),
        ((summary(), comparison(verdict="INCONCLUSIVE", hard=())), "INCONCLUSIVE"),
    ],
)
def test_errors_come_before_verdicts_and_hard_failures_before_averages(made, code):
    assert standing(*made).code == code


def test_markdown_holds_the_gated_metrics_and_the_flips():
    text = to_markdown(summary(), comparison(), report="report.html")
    assert text.startswith("### evals offline：REGRESSED 变差")
    assert "first_draft_pass" in text and "fact_recall" in text and "chrf_body" not in text
    assert text.index("✗ tower-walk 初稿") < text.index("· river-run")
    assert "硬性检查 2/3" in text and "`report.html`" in text


def test_markdown_never_grows_over_forty_lines_and_counts_the_rest():
    flips = tuple(Flip(case=f"c-{n}", what="初稿", before="过", after="未过", lost=True) for n in range(500))
    text = to_markdown(summary(), comparison(flips=flips), report="report.html")
    lines = text.splitlines()
    assert len(lines) == LONGEST
    shown = sum(line.startswith("✗ c-") for line in lines)
    assert f"… 另有 {500 - shown} 行" in text


def test_nothing_in_a_note_leaves_the_fence_of_the_markdown():
    flips = (Flip(case="x", what="初稿", before=HOSTILE, after="`````\n" + HOSTILE * 200, lost=True, detail=HOSTILE),)
    lines = to_markdown(summary(suite="s`x`"), comparison(hard=(HOSTILE,), flips=flips)).splitlines()
    fence = next(line for line in lines if line.startswith("```")).removesuffix("text")
    inside = lines[lines.index(fence + "text") + 1 : -1]
    assert lines[-1] == fence and len(inside) < LONGEST
    assert all(fence not in line and "\u202e" not in line and "\u200b" not in line for line in inside)
    assert any("⟦U+202E⟧" in line for line in inside) and "`x`" not in lines[0]


def test_the_step_summary_is_appended_only_inside_a_job(tmp_path, monkeypatch):
    monkeypatch.delenv("GITHUB_STEP_SUMMARY", raising=False)
    assert add_step_summary("一") is None
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path / "summary.md"))
    assert add_step_summary("一") == add_step_summary("二")
    assert (tmp_path / "summary.md").read_text("utf-8") == "一\n二\n"


def junit(*made):
    return ElementTree.fromstring(to_junit(*made).encode()).find("testsuite")


def named(suite, group, name):
    (found,) = [t for t in suite if t.get("classname") == group and t.get("name").startswith(name)]
    return found


def test_junit_has_one_test_a_case_and_hard_check_and_one_a_gated_metric():
    suite = junit(summary(), comparison())
    assert named(suite, "offline.river-run", "oracle").find("*") is None
    assert named(suite, "offline.tower-walk", "oracle").find("failure").get("message") == "写出了收益承诺"
    gate = named(suite, "offline.gate", "first_draft_pass").find("failure")
    assert "82.0% → 71.0%" in gate.get("message") and "[-17.0点, -5.0点]" in gate.get("message")
    assert named(suite, "offline.gate", "fact_recall").find("*") is None
    assert "tower-walk" in named(suite, "offline.gate", "standing").find("failure").text
    assert suite.get("tests") == str(len(suite)) and suite.get("failures") == str(len(suite.findall("*/failure")))


def test_junit_skips_what_was_not_measured_and_says_why():
    unscored = sample("hard-sell", scores={"oracle": Score(metric="oracle", reason="没有成稿")})
    suite = junit(summary(), None, [unscored])
    assert named(suite, "offline.hard-sell", "oracle").find("skipped").get("message") == "没有成稿"
    assert "71.0%" in named(suite, "offline.gate", "first_draft_pass").find("skipped").get("message")


def test_junit_skips_what_the_baseline_fails_too_and_fails_on_what_is_new():
    cases = {
        name: CaseResult(theme="city", outcomes=("told",), failed={"oracle": reason})
        for name, reason in (("old", "老样子"), ("new", "新的"))
    }
    flip = Flip(case="new", what="独立判据无违规", before="过", after="未过：新的", lost=True)
    suite = junit(summary(cases=cases), comparison(flips=(flip,), hard=("new 独立判据无违规：过 → 未过：新的",)))
    assert named(suite, "offline.old", "oracle").find("skipped").get("message") == "基线里就未过：老样子"
    assert named(suite, "offline.new", "oracle").find("failure").get("message") == "新的"


def test_a_run_that_broke_off_is_an_error_and_no_pass():
    broken = sample("river-run", outcome=None, note=None, rounds=(), scores={}, error="超时")
    suite = junit(summary(errors=1), None, [broken])
    assert suite.get("errors") == "1"
    assert named(suite, "offline.river-run", "run 0").find("error").get("message") == "超时"


def test_junit_is_well_formed_around_any_text():
    failed = {"oracle": HOSTILE + "]]>" + "长" * 10_000}
    quote = Score(metric="oracle", passed=False, spans=(HOSTILE,))
    broken = [sample(HOSTILE, scores={"oracle": quote}), sample("b", error=HOSTILE)]
    made = summary(suite=HOSTILE, cases={HOSTILE: CaseResult(theme="x", failed=failed)})
    suite = junit(made, comparison(hard=(f"{HOSTILE} 独立判据无违规：过 → 未过",)), broken)
    failure = next(test for test in suite if test.get("name").startswith("oracle")).find("failure")
    assert "⟦U+202E⟧" in failure.text and "⟦U+0000⟧" in failure.text and "⟦U+FFFE⟧" in failure.text
    assert "<img onerror=x>" in failure.text and len(failure.get("message")) > 10_000


HIDDEN = "\u200b\u200d\u2060\ufeff\u202e\u2066\u061c\x00\x1b\x85\u2028\u3164\u115f\U000e0041\ud800\r"
SEEN = ["早上\n去\t跑步", "👨\u200d👩\u200d👧 一家", "❤️ 跑", "1️⃣ 第一", "“引号”——……", "\u3000全角空格", "préçis"]


@pytest.mark.parametrize("character", list(HIDDEN), ids=ascii)
def test_what_hides_is_uncovered(character):
    code = f"U+{ord(character):04X}"
    assert visible(f"保{character}本") == f"保⟦{code}⟧本"
    shown = show(f"保{character}本")
    assert code in shown and character not in shown


@pytest.mark.parametrize("text", SEEN)
def test_what_can_be_seen_stays_as_it_is(text):
    assert visible(text) == text and str(show(text)) == text
