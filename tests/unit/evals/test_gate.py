"""Lane A as a whole: quiet when nothing changed, and what it names when something was lost."""

import shutil
from datetime import date

import pytest
from typer.testing import CliRunner
from written_cases import CASE, write_case

from agent.guardrails.cases import CaseResult
from agent.paths import data_root
from agent.prompting import library
from evals import gate, offline
from evals.baselines import accept
from evals.cli import app
from evals.gate import Checked, run_gate, worst
from evals.metrics import load_metrics
from evals.runs import Ended
from evals.severities import read_severities
from evals.summaries import summarize, write_summary
from evals.values import Sample, Score

TODAY = date(2026, 11, 27)


@pytest.fixture
def held(monkeypatch):
    """Stand in for the suites and the sets with floors: one sample that ends as a test says."""
    held = {"outcome": "in_review", "data": "1", "problem": ""}

    def suite(folder):
        if held["problem"]:
            return Ended(folder, None, held["problem"])
        lost = held["outcome"] != "in_review"
        scores = {
            name: Score(metric=name, value=float(lost == (spec.better == "lower")), passed=not lost, reason="没有写成")
            for name, spec in load_metrics().metrics.items()
        }
        sample = Sample(case="aaa", theme="running", lane="offline", outcome=held["outcome"], scores=scores)
        summary = summarize([sample], suite="offline", k=1, signature={"data": held["data"]}, treatment={})
        write_summary(summary, folder / "summary.json")
        return Ended(folder, summary, held.get("invalid", ""))

    monkeypatch.setattr(gate, "_suites", lambda root: {"offline": suite})
    monkeypatch.setattr(gate, "is_recorded", lambda: False)
    monkeypatch.setattr("agent.guardrails.cases.run_cases", lambda rule, packs: [])
    monkeypatch.setattr(offline, "measured", lambda: ({"topics": 1.0}, []))
    return held


@pytest.fixture
def check(held, tmp_path):
    write_case(tmp_path / "cases")

    def check():
        given = {"root": tmp_path / "cases", "baselines": tmp_path / "baselines", "today": TODAY}
        return {checked.name: checked for checked in run_gate(tmp_path / "out", **given)}

    def take():
        accept(tmp_path / "out" / "offline", reason="第一份基线，看过逐项结果", on=TODAY, folder=tmp_path / "baselines")

    check()
    take()
    check.accept = take
    return check


def test_a_change_that_changes_nothing_prints_a_line_a_check(check):
    found = check()
    assert {name: (checked.code, "\n" in checked.text) for name, checked in found.items()} == dict.fromkeys(
        ("lint", "rules", "owed", "prompts", "floors", "baselines", "offline"), (0, False)
    )
    assert found == check()


def test_a_lost_outcome_is_named_with_its_case(check, held):
    held["outcome"] = "needs_human"
    found = check()["offline"]
    assert found.code == 1 and "aaa" in found.text and "needs_human" in found.text


def test_a_gain_passes_and_asks_for_a_new_baseline(check, held, tmp_path):
    held["outcome"] = "needs_human"
    check()
    check.accept()
    held["outcome"] = "in_review"
    found = check()["offline"]
    assert found.code == 0 and "python -m evals accept" in found.remark and str(tmp_path) in found.remark


def test_a_suite_without_a_baseline_or_measured_otherwise_is_not_comparable(check, held, tmp_path):
    held["data"] = "2"
    found = check()["offline"]
    assert found.code == 2 and "data" in found.text
    assert (tmp_path / "out" / "offline" / "report.html").exists()  # of this run alone, to look at
    assert "✗" not in found.text
    held["outcome"] = "needs_human"
    assert "✗ aaa 结局符合预期：没有写成" in check()["offline"].text  # what is new is told all the same
    held["outcome"] = "in_review"
    for path in (tmp_path / "baselines").iterdir():
        path.unlink()
    found = check()["offline"]
    assert found.code == 2 and "还没有基线" in found.text and "accept" in found.remark


def test_a_run_that_does_not_count_is_not_compared(check, held):
    held["problem"] = "出错太多"
    assert check()["offline"] == Checked("offline", 2, "offline：出错太多")


def test_a_baseline_edited_by_hand_is_named(check, tmp_path):
    path = tmp_path / "baselines" / "offline.json"
    path.write_bytes(path.read_bytes().replace(b"in_review", b"approved_"))
    found = check()["baselines"]
    assert found.code == 1 and "offline" in found.text and "python -m evals accept" in found.remark


def test_a_broken_case_and_a_number_out_of_bounds_fail(check, tmp_path, monkeypatch):
    write_case(tmp_path / "cases", CASE.replace("theme: running", "theme: runing"))
    monkeypatch.setattr(offline, "measured", lambda: ({}, ["topics: not measured"]))
    found = check()
    assert found["lint"].code == 1 and "case.yaml:3:1" in found["lint"].text
    assert found["floors"].code == 1 and "topics: not measured" in found["floors"].text


def test_cassettes_are_looked_at_where_something_is_recorded(check, monkeypatch, tmp_path):
    recorded = tmp_path / "recorded.yaml"
    recorded.write_text("about: a\nmodels: [big]\nstructured: prompt\ncases: [gone]\n", encoding="utf-8")
    monkeypatch.setattr("evals.cassette_hygiene.LIST", recorded)
    monkeypatch.setattr(gate, "is_recorded", lambda: True)
    assert check()["cassettes"].code == 1 and "gone" in check()["cassettes"].text


def test_a_rule_that_fails_its_own_examples_is_named_with_the_text(check, monkeypatch):
    def broken(rule, packs):
        if rule.id != "RET-09":
            return []
        return [CaseResult(rule.id, "flag", 2, rule.cases.flag[1], passed=False, detail="没有报出")]

    monkeypatch.setattr("agent.guardrails.cases.run_cases", broken)
    found = check()["rules"]
    assert found.code == 1 and found.text.startswith("rules：RET-09 flag[2]：没有报出\n    ")


def test_a_rule_that_speaks_softer_is_named(check, monkeypatch):
    agreed = {**read_severities(), "RET-09": "warn", "ZZZ-01": "block"}
    monkeypatch.setattr("evals.severities.read_severities", lambda: agreed)
    found = check()["rules"]
    assert found.code == 1 and "rules：RET-09：说好是 warn，现在是 block" in found.text and "ZZZ-01" in found.text


def test_a_mandatory_line_that_went_is_named(check, monkeypatch):
    monkeypatch.setattr("evals.owed.required_disclosures", lambda *_, **__: ())
    found = check()["owed"]
    assert found.code == 1 and "owed：fund-past：应有“基金的过往业绩" in found.text


def test_a_prompt_that_changed_under_its_lock_or_lost_what_its_case_demands_fails(check, monkeypatch, tmp_path):
    shutil.copytree(data_root() / "prompts", tmp_path / "prompts")
    path = tmp_path / "prompts" / "reply_comment" / "v1.md.j2"
    text = path.read_text(encoding="utf-8")
    path.write_text(
        text[: text.index("{% block user")] + "{% block user %}\n随便回。\n{% endblock %}\n", encoding="utf-8"
    )
    monkeypatch.setattr("agent.paths.data_root", lambda: tmp_path)
    monkeypatch.setattr("agent.prompting.library.data_root", lambda: tmp_path)
    library._load.cache_clear()
    try:
        found = check()["prompts"]
    finally:
        library._load.cache_clear()
    assert found.code == 1 and "reply_comment@1" in found.text and "用例" in found.text


def test_a_baseline_of_a_suite_that_no_longer_runs_fails(check, tmp_path):
    kept = tmp_path / "baselines"
    kept.joinpath("replay.json").write_bytes(kept.joinpath("offline.json").read_bytes())
    assert check()["replay"].code == 2 and "没有东西可比" in check()["replay"].text


def test_a_live_baseline_is_no_suite_of_this_gate(check, tmp_path):
    text = tmp_path.joinpath("baselines", "offline.json").read_text(encoding="utf-8")
    lived = text.replace('"suite": "offline"', '"suite": "live"')
    assert lived != text
    tmp_path.joinpath("baselines", "live.json").write_text(lived, encoding="utf-8")
    assert "live" not in check()


def test_reports_lie_beside_the_run(check, tmp_path):
    check()
    assert {"report.html", "junit.xml", "report.md"} <= {path.name for path in (tmp_path / "out" / "offline").iterdir()}


def test_reports_show_the_references_of_the_cases_that_ran(check, monkeypatch, tmp_path):
    seen = []
    monkeypatch.setattr("evals.run_files.read_samples", lambda folder: (Sample(case="aaa", theme="t", lane="offline"),))
    monkeypatch.setattr("evals.gate.read_cases", lambda root: seen.append(root) or ())
    check()
    assert seen and set(seen) == {tmp_path / "cases"}


def test_a_run_that_does_not_count_leaves_its_reports_too(check, held, tmp_path):
    held["invalid"] = "3 个样本里 1 个出错"
    (tmp_path / "out" / "offline" / "report.html").unlink()
    assert check()["offline"].code == 2
    assert (tmp_path / "out" / "offline" / "report.html").exists()


def test_what_could_not_be_compared_is_the_worst():
    assert [worst(iter(codes)) for codes in ([], [0, 0], [0, 1], [2, 1], [3, 0])] == [0, 0, 1, 2, 3]


def test_the_command_leaves_with_the_worst_and_says_which_check_failed(held, tmp_path, monkeypatch):
    monkeypatch.setattr(gate, "run_gate", lambda *_, **__: iter([Checked("lint", 1, "a"), Checked("x", 0, "b", "c")]))
    done = CliRunner().invoke(app, ["gate", "--out", str(tmp_path)])
    assert done.exit_code == 1 and done.stdout == "a\n未过：lint（1）\nb\n" and done.stderr == "c\n"
