"""What a judge may do to a report: add, never clear."""

from datetime import date

from agent.guardrails import load_packs
from agent.guardrails.amending import add_findings, found_by_judge, rules_for_judge
from agent.guardrails.engine import check
from agent.models import NoteInput, Waiver

TODAY = date(2026, 11, 24)
BODY = "早上去植物园走了一圈，钱放着自己会生小的。"
NOTE = NoteInput(title="植物园半日", body=BODY)


def report_of(body=BODY, **given):
    return check(NoteInput(title="植物园半日", body=body, **given), as_of=TODAY)


def finding_of(rule_id="RET-03", text="钱放着自己会生小的", body=BODY):
    pack, rule = load_packs().find(rule_id)
    return found_by_judge(
        rule, pack, field="body", index=0, start=body.index(text), text=text, around=body, why="暗示必有收益"
    )


def test_an_added_finding_changes_the_verdict_and_says_who_found_it():
    report = report_of()
    assert report.verdict == "pass"
    amended = add_findings(report, [finding_of()], NOTE)
    assert amended.verdict == "block"
    added = amended.open()[-1]
    assert (added.by, added.rule, BODY[added.start : added.end]) == ("judge", "RET-03", "钱放着自己会生小的")
    assert "暗示必有收益" in added.message
    assert added.basis


def test_nothing_a_rule_found_is_lost_or_lowered():
    report = report_of("这款理财稳赚不赔，闭眼入就行")
    amended = add_findings(report, [], NOTE)
    assert amended == report
    assert set(report.findings) <= set(add_findings(report, [finding_of()], NOTE).findings)


def test_what_a_rule_already_has_open_is_not_added_twice():
    body = "这款理财稳赚不赔，买就对了"
    report = report_of(body)
    assert "RET-03" in {f.rule for f in report.open()}
    amended = add_findings(report, [finding_of(text="稳赚不赔", body=body)], NOTE)
    assert len(amended.findings) == len(report.findings)


def test_a_waiver_accepts_a_judges_finding_only_with_a_second_approver():
    finding = finding_of()
    waiver = Waiver(
        id="w1", rule="RET-03", fingerprint=finding.fingerprint, reason="民间俗语", approver="甲",
        created=TODAY, expires=date(2027, 1, 1),
    )  # fmt: skip
    assert add_findings(report_of(), [finding], NOTE, waivers=(waiver,), as_of=TODAY).verdict == "block"
    second = waiver.model_copy(update={"second_approver": "乙"})
    amended = add_findings(report_of(), [finding], NOTE, waivers=(second,), as_of=TODAY)
    assert amended.verdict == "pass"
    assert amended.findings[-1].status_by == "w1" and amended.waivers == (second,)
    assert add_findings(amended, [], NOTE).waivers == (second,)
    late = add_findings(report_of(), [finding], NOTE, waivers=(second,), as_of=date(2027, 1, 2))
    assert [(entry.reason, entry.day) for entry in late.idle_waivers] == [("expired", date(2027, 1, 1))]


def test_a_judge_is_offered_rules_of_meaning_in_force_and_in_scope():
    packs = load_packs()
    offered = {rule.id for _, rule in rules_for_judge(packs, report_of(products=("card",)), TODAY)}
    assert {"ADL-06", "IND-03"} <= offered
    assert not offered & {"ACC-01", "XHS-08", "CIT-01", "AIG-01"}
    assert "CC-01" in offered
    assert "CC-01" not in {rule.id for _, rule in rules_for_judge(packs, report_of(products=("fund",)), TODAY)}
    beside = report_of(products=("fund",)).model_copy(update={"beside": ("card",)})
    assert "CC-01" in {rule.id for _, rule in rules_for_judge(packs, beside, TODAY)}
    early = {rule.id for _, rule in rules_for_judge(packs, report_of(), date(2010, 1, 1))}
    assert "ADL-06" not in early
