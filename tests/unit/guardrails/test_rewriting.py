"""Rewriting by fixes: what is changed, what is left alone, and what is refused because it would break a rule again."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.guardrails import check, load_packs
from agent.guardrails.cases import case_input, check_case
from agent.guardrails.placement import NEW_TITLE, amend, blanks_in, field_text
from agent.guardrails.rewriting import Rewrite, key_of, rewrite
from agent.guardrails.rules import Case, Rule
from agent.guardrails.wording import spelled
from agent.models import Finding, Fix, NoteInput, Report

PACKS = load_packs()
DAY = date(2026, 11, 24)
OPENING = "今天下班有点晚。\n"  # so that a sentence taken out leaves a note
WITH_FIX = [rule for _, rule in PACKS.entries() if rule.fix and rule.kind not in ("judge", "metadata")]


def checked(note: NoteInput) -> Report:
    return check(note, packs=PACKS, as_of=DAY)


def rewritten(note: NoteInput, *, accept: bool = False) -> Rewrite:
    keys = {key_of(finding) for finding in checked(note).open()} if accept else set()
    return rewrite(note, check=checked, packs=PACKS, accepted=keys)


@pytest.mark.parametrize("rule", WITH_FIX, ids=lambda rule: rule.id)
def test_fix_of_every_rule_breaks_no_rule_of_its_pack(rule: Rule) -> None:
    settled, tried = 0, 0
    for case in (*rule.cases.flag[:3], *rule.cases.flag[-2:]):
        if case.segments:
            continue
        tried += 1
        settled += _holds(rule, case.model_copy(update={"text": OPENING + case.text}))
    assert settled >= tried * 0.6, f"{rule.id}: the replacement is refused in {tried - settled} of {tried} cases"


def _holds(rule: Rule, case: Case) -> bool:
    def again(note: NoteInput) -> Report:
        text = {"title": note.title, "text": note.body, "tags": note.tags, "cover": note.cover}
        return check_case(rule, case.model_copy(update=text), PACKS)

    pack = PACKS.find(rule.id)[0]
    note = case_input(rule, case)
    keys = {key_of(finding) for finding in again(note).open() if finding.rule == rule.id}
    done = rewrite(note, check=again, packs=PACKS, accepted=keys)
    own = [amendment for amendment in done.applied if amendment.finding.rule == rule.id]
    for finding in again(done.note).open("block", "fix"):
        if finding.text == NEW_TITLE:  # asks a person for another title, and is a slot to fill
            continue
        if finding.pack == pack and finding.start is not None:
            assert not any(a.after and a.after in finding.text for a in own), (finding.rule, finding.text)
    return bool(own) or not keys


def test_illegal_offer_goes_with_its_sentence_and_nothing_else() -> None:
    note = NoteInput(title="下班路上", body="湖边的风很舒服。\n炒外汇跟单，老师带大家每天两单，稳定出金。晚饭吃面。")
    done = rewritten(note, accept=True)
    assert done.note.body == "湖边的风很舒服。\n晚饭吃面。"
    assert [amendment.finding.rule for amendment in done.applied] == ["ILL-01"]


def test_only_safe_fixes_are_applied_unasked() -> None:
    note = NoteInput(title="理财", body="湖边的风很舒服。\n这款理财稳赚不赔，先看说明书。", origin="ai")
    done = rewritten(note)
    assert done.note.body == note.body + "\n本文由AI辅助生成"
    assert [amendment.finding.rule for amendment in done.applied] == ["AIG-01"]
    assert "RET-03" in [amendment.finding.rule for amendment in done.proposals]


def test_change_that_would_hide_other_findings_keeps_naming_the_product() -> None:
    note = NoteInput(title="湖边散步", body="这款理财稳赚不赔，保本保息。")
    key = next(key_of(finding) for finding in checked(note).open() if finding.rule == "RET-03")
    done = rewrite(note, check=checked, packs=PACKS, accepted={key})
    assert done.note.body == "这款理财，净值随市场波动，收益可能为正也可能为负，保本保息。"
    assert "RET-01" in [finding.rule for finding in done.report.open()]


def test_accepted_clause_replaces_the_clause() -> None:
    note = NoteInput(title="湖边散步", body="湖边的风很舒服。\n这款理财稳赚不赔，先看说明书。")
    key = next(key_of(finding) for finding in checked(note).open() if finding.rule == "RET-03")
    done = rewrite(note, check=checked, packs=PACKS, accepted={key})
    assert done.note.body == "湖边的风很舒服。\n这款理财，净值随市场波动，收益可能为正也可能为负，先看说明书。"
    assert not [f for f in done.report.open() if f.rule.startswith("RET")]


def test_mandatory_line_stands_alone_before_the_tags_with_its_slot_visible() -> None:
    note = NoteInput(title="湖边散步", body="这款理财今天开售。\n#理财 #散步", products=("wm",))
    done = rewritten(note, accept=True)
    lines = done.note.body.split("\n")
    assert "理财非存款、产品有风险、投资须谨慎。风险等级：【风险等级如R2】" in lines
    assert lines[-1] == "#理财 #散步"
    assert "【风险等级如R2】" in done.blanks
    again = rewritten(done.note, accept=True)
    assert again.note.body.count("【风险等级如R2】") == 1, "a line that waits for its slot is not added again"


@pytest.mark.parametrize(
    "softer", ["风险可控，大概率赚钱的产品", "零风险的好选择就在这里", "稳赚不赔的另一种说法", "保障本金又有收益呀"]
)
def test_promise_is_not_swapped_for_a_softer_one(softer: str) -> None:
    note = NoteInput(title="湖边散步", body="湖边的风很舒服。\n这款理财稳赚不赔，先看说明书。")

    def with_bad_fix(changed: NoteInput) -> Report:
        report = checked(changed)
        bad = Fix(replacement=softer, safety="safe")
        findings = [f.model_copy(update={"fix": bad}) if f.rule == "RET-03" else f for f in report.findings]
        return report.model_copy(update={"findings": tuple(findings)})

    done = rewrite(note, check=with_bad_fix, packs=PACKS)
    assert done.note == note
    assert "RET-03" in [finding.rule for finding in done.refused]


def test_fix_never_empties_a_note() -> None:
    done = rewritten(NoteInput(body="炒外汇跟单，老师带大家每天两单，稳定出金。"), accept=True)
    assert done.note.body and [finding.rule for finding in done.refused][:1] == ["ILL-01"]


def test_rewriting_is_stable() -> None:
    note = NoteInput(title="闭眼入的理财", body="保本保息，年化4.5%起，稳赚不赔，加我微信lucky88888。\n晚饭吃面。")
    once = rewritten(note, accept=True)
    twice = rewritten(once.note)
    assert twice.note == once.note


def test_tag_is_taken_out_whole() -> None:
    note = NoteInput(title="湖边散步", body="这款理财先看说明书。", tags=("散步", "稳赚不赔", "理财"))
    done = rewritten(note, accept=True)
    assert done.note.tags == ("散步", "理财")


PIECES = [
    "稳赚不赔",
    "保本保息",
    "湖边的风",
    "这款理财",
    "，",
    "。",
    "\n",
    "✅",
    "“",
    "”",
    "👨‍👩‍👧",
    "\u200b",
    "3.5%",
    "#理财 ",
]


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.sampled_from(PIECES), min_size=1, max_size=14),
    st.data(),
    st.sampled_from(["", "零头", "收益随市场波动，可能为正也可能为负"]),
)
def test_change_touches_its_span_alone(pieces: list[str], data: st.DataObject, replacement: str) -> None:
    body = "".join(pieces)
    if not body.strip():
        return
    start = data.draw(st.integers(0, len(body) - 1))
    end = data.draw(st.integers(start + 1, len(body)))
    finding = Finding(
        rule="RET-03", pack="returns", severity="block", field="body", start=start, end=end, text=body[start:end],
        message="", fix=Fix(replacement=replacement),
    )  # fmt: skip
    note = NoteInput(title="散步", body=body)
    amendment = amend(finding, PACKS.find("RET-03")[1], note)
    assert amendment is not None
    assert amendment.before == body[amendment.start : amendment.end]
    changed = amendment.apply(note)
    assert changed.body == body[: amendment.start] + amendment.after + body[amendment.end :]
    assert changed.model_copy(update={"body": body}) == note
    assert not body[start:end].strip() or amendment.before.strip()


def test_the_mark_of_an_advertisement_opens_the_note_though_the_note_denies_it() -> None:
    note = NoteInput(title="湖边散步", body="这款理财先看说明书。\n先声明不是广告，办理入口在主页。", products=("wm",))
    key = next(key_of(finding) for finding in checked(note).open() if finding.rule == "ADL-05")
    done = rewrite(note, check=checked, packs=PACKS, accepted={key})
    assert done.note.body.split("\n")[0] == "广告"
    assert "ADL-05" not in {finding.rule for finding in done.report.open()}


def test_a_clause_that_hangs_on_the_promise_goes_with_it() -> None:
    note = NoteInput(title="湖边散步", body="今天风大。\n这款理财放满三个月，跟定期比，本金一分不少，就是利息厚一截。")
    key = next(key_of(finding) for finding in checked(note).open() if finding.rule == "RET-01")
    done = rewrite(note, check=checked, packs=PACKS, accepted={key})
    assert done.note.body.split("\n")[1] == "这款理财放满三个月，不保证本金，可能发生亏损，请按自己的风险承受能力选择。"


def test_insertion_takes_nothing_away() -> None:
    rule = PACKS.find("WM-04")[1]
    for body in ("开售", "开售\n", "开售\n\n#a #b\n", "#a", "开售 #a"):
        finding = Finding(rule="WM-04", pack="wealth", severity="fix", field="body", message="", fix=rule.fix)
        amendment = amend(finding, rule, NoteInput(title="t", body=body))
        assert amendment is not None and amendment.is_insertion
        after = amendment.apply(NoteInput(title="t", body=body)).body
        assert rule.fix and spelled(rule.fix.replacement) in after.split("\n"), body
        assert after.replace(amendment.after, "", 1) == body


@pytest.mark.parametrize(
    ("text", "blanks"),
    [
        ("风险等级：{risk_grade}", ("{risk_grade}",)),
        ("由【发行机构全称】发行", ("【发行机构全称】",)),
        ("【20__年__报告】", ("【20__年__报告】",)),
        ("投资有风险", ()),
    ],
)
def test_slots_are_named(text: str, blanks: tuple[str, ...]) -> None:
    assert blanks_in(text) == blanks


def test_title_candidates_are_counted_as_findings_count_them() -> None:
    note: Any = NoteInput(title="湖边", titles=("湖边", "稳赚不赔的理财"), body="x")
    finding = next(finding for finding in checked(note).open() if finding.field == "title")
    assert finding.text in field_text(note, "title", finding.index)
    rule = PACKS.find(finding.rule)[1]
    amendment = amend(finding, rule, note)
    assert amendment is not None
    changed = amendment.apply(note)
    assert changed.title == "湖边" and changed.titles[0] == "湖边" and changed.titles[1] != note.titles[1]
