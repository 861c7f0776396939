"""What is changed unasked: it takes nothing that was said, settles its rule, and softens nothing."""

from __future__ import annotations

from datetime import date

import pytest

from agent.guardrails import check, load_packs
from agent.guardrails.cases import case_input
from agent.guardrails.placement import blanks_in
from agent.guardrails.rewriting import Rewrite, rewrite
from agent.guardrails.rules import Rule
from agent.models import Finding, NoteInput, Report

PACKS = load_packs()
DAY = date(2026, 11, 24)
SAFE = {rule.id: rule for _, rule in PACKS.entries() if rule.fix and rule.fix.safety == "safe"}
FUND_LINE = "基金的过往业绩并不预示其未来表现，基金管理人管理的其他基金的业绩并不构成基金业绩表现的保证。"


def checked(note: NoteInput) -> Report:
    return check(note, packs=PACKS, as_of=DAY, likeness=False)


def unasked(note: NoteInput) -> Rewrite:
    return rewrite(note, check=checked, packs=PACKS)


def of(report: Report, rule_id: str) -> list[Finding]:
    return [finding for finding in report.open() if finding.rule == rule_id]


def test_only_these_two_lines_are_added_unasked() -> None:
    assert SAFE.keys() == {"AIG-01", "PERF-04"}


@pytest.mark.parametrize("rule", SAFE.values(), ids=lambda rule: rule.id)
def test_a_safe_line_is_the_wording_of_law_or_platform_without_a_slot(rule: Rule) -> None:
    assert rule.fix is not None and rule.kind == "require" and rule.severity == "fix"
    assert rule.fix.replacement == rule.match.insert and not blanks_in(rule.match.insert)
    given = {PACKS.disclosures[number].text for number in PACKS.disclosures} | {"本文由AI辅助生成"}
    assert rule.match.insert in given
    assert any(basis.verified for basis in rule.basis) or rule.id == "AIG-01"


@pytest.mark.parametrize("rule", SAFE.values(), ids=lambda rule: rule.id)
def test_a_safe_line_settles_its_rule_and_changes_nothing_else(rule: Rule) -> None:
    for case in rule.cases.flag:
        note = case_input(rule, case)
        if not note.body.strip() or (rule.scope.products and not note.products):
            continue
        before, done = checked(note), unasked(note)
        assert of(before, rule.id), note.body
        # words by which a note tells of the breach itself are a person's to take out
        assert not [finding for finding in of(done.report, rule.id) if finding.start is None], note.body
        assert _without_lines(done.note.body) == _without_lines(note.body)
        assert (done.note.title, done.note.cover) == (note.title, note.cover)
        known = {(finding.rule, finding.text) for finding in before.open()}
        assert all((finding.rule, finding.text) in known for finding in done.report.open("block", "fix")), note.body


def test_a_line_about_funds_is_only_offered_where_no_fund_is_known() -> None:
    vague = NoteInput(title="散步", body="松禾稳健增利成立以来涨了12%")
    for note, safety in ((vague, "review"), (vague.model_copy(update={"products": ("fund",)}), "safe")):
        found = of(checked(note), "PERF-04")
        assert [finding.fix.safety for finding in found if finding.fix] == [safety]
        assert (FUND_LINE in unasked(note).note.body.split("\n")) is (safety == "safe")


TAGS = ("稳赚不赔", "保本保息", "加微信领取", "零风险理财", "最好的银行")


def test_a_tag_that_breaks_a_rule_in_plain_words_goes_whole_and_the_others_stay() -> None:
    for tag in TAGS:
        note = NoteInput(title="湖边散步", body="这款理财先看说明书。", tags=("散步", tag, "理财"), products=("wm",))
        found = [finding for finding in checked(note).open("block", "fix") if finding.field == "tags"]
        assert found and all(finding.fix and finding.fix.safety == "safe" for finding in found), tag
        done = unasked(note)
        assert done.note.tags == ("散步", "理财") and done.note.body == note.body
        assert not [finding for finding in done.report.open("block", "fix") if finding.field == "tags"]
        assert {a.after for a in done.applied if a.field == "tags"} == {""}, "nothing softer takes its place"


def test_what_was_read_out_of_a_disguise_and_what_is_only_worth_a_look_waits_for_a_person() -> None:
    note = NoteInput(title="散步", body="这款理财先看说明书。", tags=("稳.赚.不.赔", "wenzhuanbupei"), products=("wm",))
    found = [finding for finding in checked(note).open() if finding.field == "tags" and finding.disguise]
    assert found and all(finding.fix and finding.fix.safety == "review" for finding in found)
    note = NoteInput(title="散步", body="办卡先看费率。", tags=("推荐朋友办卡返现50元",), products=("card",))
    doubtful = [finding.fix for finding in checked(note).open("warn") if finding.field == "tags" and finding.fix]
    assert doubtful and all(fix.safety == "review" for fix in doubtful)


def test_the_same_words_in_the_body_wait_for_a_person() -> None:
    note = NoteInput(title="散步", body="这款理财稳赚不赔。\n#稳赚不赔 #散步", products=("wm",))
    assert unasked(note).note.body == note.body


def test_a_guess_is_never_applied_unasked() -> None:
    note = NoteInput(title="散步", body="先看说明书。", tags=("这款理财四平八吻",), products=("wm",))
    found = [finding for finding in checked(note).open("block", "fix") if finding.field == "tags"]
    assert found and all(finding.disguise and finding.fix and finding.fix.safety == "review" for finding in found)
    assert unasked(note).note.tags == note.tags


def _without_lines(body: str) -> list[str]:
    lines = {rule.match.insert for rule in SAFE.values()}
    return [line for line in body.split("\n") if line.strip() and line not in lines]


def test_words_that_tell_of_the_breach_are_not_replaced_by_the_line_that_is_owed() -> None:
    told = "（作为一个语言模型，我并没有真实的下班经历，以上为模拟情境）"
    note = NoteInput(title="桂花", body=f"下班路上的桂花香。\n{told}\n明天见。", origin="ai")
    done = unasked(note)
    assert told in done.note.body and "\n本文由AI辅助生成" in done.note.body
    (offered,) = [proposal for proposal in done.proposals if proposal.finding.rule == "AIG-01"]
    assert offered.after == "" and told in offered.before
