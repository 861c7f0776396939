"""A replacement takes the whole claim, says what goes, and leaves no half of it, no borrowed title, no loose slot."""

from __future__ import annotations

from datetime import date

import pytest

from agent.guardrails import check, load_packs
from agent.guardrails.placement import NEW_TITLE
from agent.guardrails.rewriting import Rewrite, key_of, rewrite
from agent.models import NoteInput, Report

DAY = date(2026, 11, 24)


@pytest.fixture(scope="module")
def packs():
    return load_packs(examples=False)


def mended(packs, note: NoteInput, *rules: str) -> Rewrite:
    """Accept the fixes of these rules, or all."""

    def checked(changed: NoteInput) -> Report:
        return check(changed, packs=packs, as_of=DAY, likeness=False)

    keys = {key_of(finding) for finding in checked(note).open() if not rules or finding.rule in rules}
    return rewrite(note, check=checked, packs=packs, accepted=keys)


@pytest.mark.parametrize(
    ("line", "product", "taken", "after"),
    [
        ("💰存多少国家赔多少，一百万也一样，放一百个心", "deposit", "存多少国家赔多少，一百万也一样，放一百个心",
         "💰同一存款人在同一家银行的存款本息合计，在50万元限额内受存款保险保障"),
        ("血压高的也别担心，健康告知全点“否”就行，熬过两年就不能拒赔了。", "insurance",
         "血压高的也别担心，健康告知全点“否”就行，熬过两年就不能拒赔了", "请按健康告知的询问如实回答。"),
        ("定期寿险什么情况都赔，意外也好生病也好，一分不少给到家里。", "insurance",
         "定期寿险什么情况都赔，意外也好生病也好，一分不少给到家里", "保障责任以合同条款为准。"),
        ("健康告知全点“否”就行，合同里有犹豫期。", "insurance", "健康告知全点“否”就行",
         "请按健康告知的询问如实回答，合同里有犹豫期。"),
    ],
)  # fmt: skip
def test_clauses_that_go_on_with_a_claim_go_with_it(packs, line, product, taken, after):
    note = NoteInput(title="湖边散步", body=f"今天下班有点晚。\n{line}", products=(product,))
    done = mended(packs, note, "DEP-03", "INS-08", "INS-09")
    assert done.note.body.split("\n")[1] == after
    assert [change.before for change in done.applied] == [taken]


def test_a_product_word_is_not_glued_before_a_replacement(packs):
    note = NoteInput(title="湖边散步", body="今天下班有点晚。\n想算保费的加我微信lucky88888。")
    done = mended(packs, note, "XHS-02")
    assert done.note.body.split("\n")[1] == "有疑问可以联系机构官方客服或到网点咨询。"


def test_a_title_taken_out_asks_for_a_new_one(packs):
    note = NoteInput(
        title="定投｜这只基金两年翻倍了", body="去年跟着行里买的混合基金。\n晚饭吃面。", products=("fund",)
    )
    done = mended(packs, note, "SEC-05")
    assert done.note.title == NEW_TITLE and NEW_TITLE in done.blanks
    assert all(proposal.before != NEW_TITLE for proposal in done.proposals)
    assert "DIS-04" in {finding.rule for finding in done.report.open("block")}, "it may not be published like that"


def test_a_line_that_waits_for_its_slots_is_not_offered_for_deletion(packs):
    note = NoteInput(title="湖边散步", body="三年大额存单3.1%，随时来存。", products=("deposit",))
    done = mended(packs, note)
    assert "【起存金额】" in done.note.body and "【起存金额】" in done.blanks
    assert "DIS-04" in {finding.rule for finding in done.report.open()}
    again = mended(packs, done.note)
    assert again.note == done.note and "【起存金额】" in again.blanks
    for once in (done, again):
        assert "DIS-04" not in {p.finding.rule for p in once.proposals} | {f.rule for f in once.refused}


def test_a_slot_of_the_writers_own_is_still_told(packs):
    done = mended(packs, NoteInput(title="湖边散步", body="{product}和我走了一圈，风很大。"))
    assert "DIS-04" in {finding.rule for finding in done.refused}
