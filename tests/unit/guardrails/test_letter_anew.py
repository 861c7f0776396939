"""The letter about a note that is to be written anew: by paragraph, each sentence with its reason, no other wording."""

from __future__ import annotations

import pytest

from agent.guardrails import check, load_packs
from agent.guardrails.advice import to_text
from agent.guardrails.looking import look_of
from agent.models import Finding, NoteInput

PROMISES = "这款理财稳赚不赔。今天风很大。\n\n早上煮了一锅粥。\n跟存款一样安全。这款理财稳赚。"


@pytest.fixture(scope="module")
def packs():
    return load_packs(examples=False)


def told(packs, body, *, full=False, **given):
    note = NoteInput(**{"title": "湖边散步", "body": body, **given})
    return to_text([note], [check(note, packs=packs)], full=full).split("\n")


def place(lines, start):
    return next(number for number, line in enumerate(lines) if line.strip().startswith(start))


def test_a_note_to_be_written_anew_is_told_by_paragraph_each_sentence_with_its_reason_and_clause(packs):
    lines = told(packs, PROMISES, products=("wm",))
    heads = [line for line in lines if line.startswith("  第 ")]
    assert heads == [
        "  第 1 段“这款理财稳赚不赔。今…”",
        "  第 3 段“跟存款一样安全。这款…”",
        "  第 2 段没有点到，不等于没有问题，也照这个标准看一遍",
    ]
    said = lines[place(lines, "逐段说") + 1 : place(lines, "第 2 段没有点到")]
    first, second, third = [line for line in said if line.startswith("    ")]
    assert first.startswith(
        "    删去 “这款理财稳赚不赔”：让人以为一定赚、到手就是这么多——不能让人以为买了就一定赚（RET-03，《"
    )
    assert second.startswith("    删去 “跟存款一样安全”：把产品当存款讲、跟存款比——理财不是存款")
    assert third.startswith("    删去 “这款理财稳赚”：让人以为一定赚、到手就是这么多（RET-03，《")
    assert "要删去 3 处，请审核人定 0 处" in lines[3] and "怎么改" not in "".join(said)


def test_a_title_and_a_tag_are_told_their_remedy_and_stand_by_themselves(packs):
    lines = told(packs, PROMISES, products=("wm",), title="稳赚不赔", tags=("稳稳的幸福",))
    title, tag = (lines[place(lines, name) + 1] for name in ("标题", "话题"))
    assert title.startswith("    删去 “稳赚不赔” → 换一个标题") and tag.startswith(
        "    删去 #稳稳的幸福 → 删去这个话题"
    )
    assert place(lines, "标题") < place(lines, "第 1 段") < place(lines, "话题")


def test_a_claim_goes_with_its_paragraph_and_is_told_what_brings_it_back(packs):
    lines = told(packs, f"这期理财年化3.05%。\n{PROMISES}", products=("wm",))
    claim, *rows = lines[place(lines, "第 1 段") + 1 : place(lines, "第 2 段")]
    assert (
        claim.startswith("    删去 “理财年化3.05%”：这样写不够，先删去；要讲就照机构公布的原文") and "（WM-01" in claim
    )
    assert rows[0].startswith("      + 业绩比较基准的测算依据")
    later = lines[place(lines, "重写以后") :]
    assert not [line for line in later if "年化3.05%" in line] and not [
        line for line in later if "WM-01 为什么" in line
    ]


def test_a_claim_in_a_sentence_that_goes_anyway_is_told_only_what_brings_it_back(packs):
    lines = told(packs, f"{PROMISES}这期理财年化3.05%，跟定期一样安全。", products=("wm",))
    (again,) = [line for line in lines if "年化3.05%" in line and line.startswith("  补上")]
    assert "还要讲“理财年化3.05%”的，照机构公布的原文，同时写明" in again and again.endswith("（WM-01、WM-02）")


def test_a_sentence_of_which_several_rules_speak_gives_one_reason_and_in_full_every_one(packs):
    body = f"{PROMISES}这只理财跟定期一样安全，高收益。"
    for full, rules in ((False, 1), (True, 2)):
        lines = told(packs, body, full=full, products=("wm",))
        (line,) = [line for line in lines if "高收益" in line and line.startswith("    ")]
        assert ("（IND-04，" in line) + ("（WM-05，" in line) == rules


def test_a_reason_quotes_no_words_that_the_note_does_not_hold(packs):
    quoting = told(packs, f"{PROMISES}这期理财手慢无。", products=("wm",))
    strange = told(packs, f"{PROMISES}这期理财，过了这村没这店。", products=("wm",))
    (first,), (second,) = (
        [line for line in lines if "（IND-07，" in line and "删去" in line] for lines in (quoting, strange)
    )
    assert "催人赶紧买（IND-07" in second and "“手慢无”" not in second and "催人赶紧买" in first


def test_of_a_sentence_that_reads_like_something_else_no_reason_is_stated_as_certain(packs, monkeypatch):
    certain = told(packs, PROMISES, products=("wm",))
    monkeypatch.setattr("agent.guardrails.letter.is_doubtful", lambda rule, text: rule == "WM-05")
    open_ = told(packs, PROMISES, products=("wm",))
    assert "    删去 “跟存款一样安全”：在推销，犯了哪一条由审核人定（WM-05）" in open_
    assert certain[place(certain, "第 1 段") + 1] == open_[place(open_, "第 1 段") + 1]


@pytest.fixture
def alike():
    def write(message: str, **given) -> Finding:
        return Finding(
            rule="DEP-01", pack="deposit", severity="fix", field="body", start=0, end=15, message=message,
            advice="看。", fingerprint="0", related=("example:像",), text="来存的不让空手走，米和油随便挑。看了荷花。",
        ).model_copy(update=given)  # fmt: skip

    return write


NAMED = "“看了荷花”这里请看一眼：读者会不会读成“某事”？"
UNNAMED = "“看了荷花”这里请看一眼：也像在推销，说不准犯了哪一条。"


@pytest.mark.parametrize("topics", [("送东西、返钱、垫钱、给介绍费",), ("预测涨跌",), ("送东西", "预测涨跌"), ()])
def test_what_only_reads_like_a_violation_is_asked_about_by_what_it_does(alike, monkeypatch, topics):
    monkeypatch.setattr("agent.guardrails.looking.topics_read", lambda text: topics)
    quote = "待审 “来存的不让空手走，米和油随便挑。看了荷花”："
    asked = {
        1: f"{quote}像是送东西、返钱、垫钱、给介绍费（DEP-01，）"
        if "返钱" in "".join(topics)
        else f"{quote}像是预测涨跌",
        2: f"{quote}像是送东西，也像是预测涨跌",
        0: f"{quote}像在推销，犯了哪一条由审核人定",
    }
    assert look_of(alike(NAMED), full=False) == asked[len(topics)]
    assert "这里请看一眼" in look_of(alike(NAMED), full=True)
    unnamed = look_of(alike(UNNAMED), full=False)
    assert "DEP-01" not in unnamed and unnamed.startswith(quote)


def test_a_faint_question_that_nobody_can_name_is_not_asked_in_the_letter(alike, monkeypatch):
    monkeypatch.setattr("agent.guardrails.looking.topics_read", lambda text: ())
    assert look_of(alike(UNNAMED, severity="warn"), full=False) == ""
    assert look_of(alike(UNNAMED, severity="warn"), full=True) and look_of(alike(NAMED, severity="warn"), full=False)


def test_of_much_that_was_read_together_the_telling_words_are_quoted(alike):
    assert look_of(alike(NAMED, text="走了一圈。" * 30), full=False).startswith("待审 “看了荷花”：")
