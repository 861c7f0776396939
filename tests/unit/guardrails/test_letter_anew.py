"""The letter about a note that is to be written anew: by paragraph, each sentence with its reason, no other wording."""

from __future__ import annotations

import pytest
from letters import place, told

from agent.guardrails import load_packs
from agent.guardrails.advice import to_text
from agent.guardrails.saying import look_sayings
from agent.guardrails.topics import Reading, says_of, weight_of, why_of
from agent.models import Finding, NoteInput, Report

PROMISES = "这款理财稳赚不赔。今天风很大。\n\n早上煮了一锅粥。\n跟存款一样安全。这款理财稳赚。"


@pytest.fixture(scope="module")
def packs():
    return load_packs(examples=False)


def test_a_note_to_be_written_anew_is_told_by_paragraph_each_sentence_with_its_reason_and_clause(packs):
    lines = told(packs, PROMISES, products=("wm",))
    heads = [line for line in lines if line.startswith("  第 ")]
    assert heads == [
        "  第 1 段“这款理财稳赚不赔。今…”",
        "  第 3 段“跟存款一样安全。这款…”",
    ]
    said = lines[place(lines, "逐段说") + 1 : place(lines, "没有点到的段落，不等于没有问题")]
    assert said[0].startswith("  删去：整句不留") and "存疑" not in said[0] and "补全" not in said[0]
    first, why_first, second, why_second, third, why_third = [line for line in said if line.startswith("    ")]
    promised, likened = (says_of(rule) for rule in ("RET-03", "WM-05"))
    assert (first, second, third) == tuple(
        f"    删去 “{quote}”" for quote in ("这款理财稳赚不赔", "跟存款一样安全", "这款理财稳赚")
    )
    assert why_first.startswith(f"      这句{promised}。{why_of(promised)}。（RET-03，《")
    assert why_second.startswith(f"      这句{likened}。{why_of(likened)}。（WM-05，《")
    assert why_third.startswith(f"      这句{promised}。（RET-03，《")  # what is wrong with it was told
    assert lines[place(lines, "3. ")].startswith("3. 下面逐段点到 3 处（删去 3 处），另补") and "怎么改" not in "".join(
        said
    )


def test_what_is_not_mended_by_other_words_is_to_be_reported_and_stands_once(packs):
    lines = told(packs, f"{PROMISES}\n来存的都送一桶油。首存的送米。", products=("deposit",))
    given = says_of("DEP-01")
    assert f"这篇里像的有第 4 段（{given}），" in lines[place(lines, "4. ")]
    (general,) = [line for line in told(packs, PROMISES, products=("wm",)) if line.startswith("4. ")]
    assert "这篇里" not in general and "先报合规" in general


def test_the_gravest_place_is_named_first_where_there_is_more_than_one(packs):
    safe = "这款理财跟存款一样安全。早上煮粥。\n跟存款一样安全。\n还有一款理财稳赚不赔。"
    lines = told(packs, safe, products=("wm",))
    worst, next_worst = f"第 3 段“还有一款理财稳赚不赔”（{says_of('RET-03')}）", f"（{says_of('WM-05')}）"
    assert lines[2].startswith(f"最要紧的：{worst}；") and lines[2].endswith(f"{next_worst}。")
    assert weight_of(says_of("RET-03")) < weight_of(says_of("WM-05")) < weight_of(says_of("IND-07"))
    (one,) = [line for line in told(packs, PROMISES, products=("wm",)) if "最要紧" in line]
    assert one.startswith("最要紧的：第 1 段“这款理财稳赚不赔”")
    alone = told(packs, "这款理财稳赚不赔。\n跟存款一样安全。\n扫我主页的码，加我微信。", products=("wm",))
    assert alone[2].count("；") < 3  # no more than three, and each once


def test_what_is_never_written_is_told_of_the_product_on_offer(packs):
    (gold,) = [line for line in told(packs, PROMISES, products=("gold",)) if "一律不写" in line]
    assert "讲贵金属的，还有这些：刷卡或者借钱买金" in gold and "讲理财的" not in gold


def test_a_title_and_a_tag_are_told_their_remedy_and_stand_by_themselves(packs):
    lines = told(packs, PROMISES, products=("wm",), title="稳赚不赔", tags=("稳稳的幸福",))
    title, tag = (lines[place(lines, name) + 1] for name in ("标题", "话题"))
    assert title.startswith("    删去 “稳赚不赔” → 换一个标题") and tag.startswith(
        "    删去 #稳稳的幸福 → 删去这个话题"
    )
    assert place(lines, "标题") < place(lines, "第 1 段") < place(lines, "话题")


def test_a_claim_goes_with_its_paragraph_and_is_told_what_brings_it_back(packs):
    lines = told(packs, f"这期理财年化3.05%。\n{PROMISES}", products=("wm",))
    claim, why, how, *rows = lines[place(lines, "第 1 段") + 1 : place(lines, "第 2 段")]
    assert claim == "    补全 “这期理财年化3.05%”" and how.startswith("      要讲就重写，照机构公布的原文写全")
    assert why.startswith("      “理财年化3.05%”这样写不够，") and "（WM-01" in why
    assert (
        rows[0].startswith("        + 业绩比较基准的测算依据")
        and "（删去 3 处，补全 1 处）" in lines[place(lines, "3. ")]
    )
    later = lines[place(lines, "重写以后") :]
    assert not [line for line in later if "年化3.05%" in line] and not [
        line for line in later if "WM-01 为什么" in line
    ]


def test_a_claim_in_a_sentence_that_goes_anyway_is_told_nothing_of_its_own(packs):
    lines = told(packs, f"{PROMISES}这期理财年化3.05%，跟定期一样安全。", products=("wm",))
    assert not [line for line in lines if "WM-01" in line]
    assert [line for line in lines if line.startswith("    删去 “这期理财年化3.05%，跟定期一样安全”")]


def test_what_a_note_owes_for_its_product_quotes_no_words_of_it(packs):
    lines = told(packs, PROMISES, products=("wm",))
    (line,) = [line for line in lines if "（WM-04）" in line]
    assert line.startswith("  补上 理财非存款、产品有风险、投资须谨慎。")


def test_a_sentence_of_which_several_rules_speak_gives_one_reason_and_in_full_every_one(packs):
    body = f"{PROMISES}这只理财跟定期一样安全，高收益。"
    for full, rules in ((False, 1), (True, 2)):
        lines = told(packs, body, full=full, products=("wm",))
        line = lines[place(lines, "删去 “这只理财跟定期一样安全，高收益”") + 1]
        assert ("（IND-04，" in line) + ("（WM-05，" in line) == rules


def test_what_a_note_owes_says_why_and_how_right_there(packs):
    lines = told(packs, PROMISES, products=("wm",))
    asked = place(lines, "补上 本产品由")
    assert [line.strip()[:4] for line in lines[asked : asked + 4]] == ["补上 本", "为什么：", "依据：《", "怎么改："]
    assert not [line for line in lines if "ACC-04" in line and line is not lines[asked]]


def test_a_reason_quotes_no_words_that_the_note_does_not_hold(packs, monkeypatch):
    monkeypatch.setattr("agent.guardrails.saying.why_of", lambda says: "")  # as of a topic that says nothing of its own
    quoting = told(packs, f"{PROMISES}这期理财手慢无，最后上车，额度告急。", products=("wm",))
    strange = told(packs, f"{PROMISES}这期理财，过了这村没这店。", products=("wm",))
    (first,), (second,) = ([line for line in lines if "（IND-07，" in line] for lines in (quoting, strange))
    assert "催人赶紧买。“手慢无”" in first and "催人赶紧买。（IND-07，" in second


def test_a_doubtful_reason_gives_way_to_what_the_sentence_reads_like(packs, monkeypatch):
    certain = told(packs, PROMISES, products=("wm",))
    monkeypatch.setattr("agent.guardrails.saying.is_doubtful", lambda rule, text: rule == "WM-05")
    monkeypatch.setattr("agent.guardrails.saying.likeliest_said", lambda text, *_: "催人赶紧买")
    lines = told(packs, PROMISES, products=("wm",))
    hurried = f"      这句催人赶紧买。{why_of('催人赶紧买')}。（《广告法》第二十八条）"
    assert lines[place(lines, "删去 “跟存款一样安全”") + 1] == hurried
    assert certain[place(certain, "第 1 段") + 1] == lines[place(lines, "第 1 段") + 1]


def test_the_easy_way_is_told_first_with_the_paragraphs_of_which_nothing_is_said(packs):
    lines = told(packs, PROMISES, products=("wm",))
    first = place(lines, "可以这样做：") + 1
    assert lines[first].startswith("1. 先问合规") and "留下第 2 段，" in lines[first]
    assert lines[first + 1].startswith("2. 能讲、要讲产品：整段换成")
    assert lines[first + 2].startswith("3. 下面逐段点到 3 处")
    everywhere = told(packs, "这款理财稳赚不赔。\n跟存款一样安全。\n这期理财稳赚。", products=("wm",))
    assert "留下" not in everywhere[place(everywhere, "1. 先问合规")]


def test_a_product_is_told_in_full_with_what_the_note_names_of_it(packs):
    for tag, more in (("分红", "保单利益不确定"), ("百万医疗", "等待期、免责和续保条件")):
        lines = told(packs, PROMISES.replace("理财", "保险"), products=("insurance",), tags=(tag,))
        (line,) = [line for line in lines if "讲到产品就写全" in line]
        assert more in line and line.count("；") == 2


def test_the_mark_of_an_advertisement_is_told_once_and_the_note_is_one_of_marketing(packs):
    body = f"{PROMISES.replace('理财', '信用卡')}卡面立减十元，扫我主页的码就行。"
    lines = told(packs, body)
    assert "· 营销 ·" in lines[0] and sum("“广告”" in line or line.startswith("须加标识") for line in lines) == 1


def test_what_a_claim_needs_is_among_the_blanks_to_fill(packs):
    lines = told(packs, f"这期理财年化3.05%。\n{PROMISES}", products=("wm",))
    claim = place(lines, "补全 “")
    assert "【测算依据】" in "".join(lines[claim : claim + 6])
    assert "【测算依据】" in lines[place(lines, "空着的请产品部门填")]
    without = told(packs, PROMISES, products=("wm",))
    assert "【测算依据】" not in without[place(without, "空着的请产品部门填")]


def test_what_no_line_makes_right_is_asked_for_none(packs):
    told_of = {}
    for fee in ("手续费", "辛苦费"):
        lines = told(packs, f"{PROMISES.replace('理财', '消费贷')}贷款另收三百块{fee}。", products=("loan",))
        (first,) = [number for number, line in enumerate(lines) if line.endswith(f" “贷款另收三百块{fee}”")]
        told_of[fee] = [line.strip() for line in lines[first : first + 3]]
    assert told_of["手续费"][0].startswith("补全 ") and "写全（" in told_of["手续费"][2]
    assert told_of["辛苦费"][0].startswith("删去 ") and told_of["辛苦费"][1].startswith("这句私下收钱。")


def test_a_claim_quotes_no_words_that_the_note_does_not_hold(packs):
    lines = told(packs, f"{PROMISES.replace('理财', '信用卡')}周五鲜花半价。", products=("card",))
    why = lines[place(lines, "补全 “") + 1]
    assert "贵宾厅" not in why and "写了权益，没写全条件。（CC-03，" in why


BODY = "来存的不让空手走，米和油随便挑。看了荷花？走了一圈。\n吃了面包。"
NAMED = "“看了荷花”这里请看一眼：读者会不会读成“某事”？"
EITHER = "“看了荷花”这里请看一眼：读者会不会读成“某事”，或者“别的”？"
UNNAMED = "“看了荷花”这里请看一眼：也像在推销，说不准犯了哪一条。"


def asked(message, *, full=False, body=BODY, **given):
    finding = Finding(
        rule="DEP-01", pack="deposit", severity="fix", field="body", start=0, end=16, message=message,
        advice="看。", fingerprint="0", related=("example:像",), text=body[:16],
    ).model_copy(update=given)  # fmt: skip
    note = NoteInput(title="湖边散步", body=body)
    return ["：".join(saying.lines) for saying in look_sayings(note, finding, ("deposit",), set(), full=full)]


GIFTS = says_of("DEP-01")
LAWFUL = f"{why_of(GIFTS)}。（《商业银行法》第四十七条）"


@pytest.mark.parametrize(
    ("says", "message", "words"),
    [
        (GIFTS, NAMED, f"像是{GIFTS}。{why_of(GIFTS)}。（DEP-01，）"),
        (GIFTS, EITHER, f"像是{GIFTS}。{why_of(GIFTS)}。（《商业银行法》第四十七条）"),
        ("催人", NAMED, "像是催人。"),
        ("贬低别家", NAMED, f"像是贬低别家。{why_of('贬低别家')}。（《广告法》第十三条）"),
        ("", NAMED, "像在推销，说不准犯了哪一条。"),
    ],
)
def test_what_only_reads_like_a_violation_is_asked_about_by_what_it_does(monkeypatch, says, message, words):
    monkeypatch.setattr("agent.guardrails.saying.read_sentences", lambda text, *_: [Reading(text, says, sure=True)])
    assert asked(message) == [f"存疑 “来存的不让空手走，米和油随便挑”：  这句{words}"]
    assert "这里请看一眼" in asked(message, full=True)[0]


def test_what_reads_like_two_things_is_asked_about_by_both_and_a_title_is_to_be_changed(monkeypatch):
    both = [Reading(BODY[:16], GIFTS, False, "催人赶紧买")]
    monkeypatch.setattr("agent.guardrails.saying.read_sentences", lambda text, *_: both)
    assert asked(NAMED)[0].endswith(f"这句像在推销，可能是“{GIFTS}”，也可能是“催人赶紧买”。")
    assert asked(NAMED, field="title")[0].startswith("存疑 “来存的不让空手走，米和油随便挑” → 换一个讲生活的标题")


def test_what_nobody_can_name_goes_with_its_paragraph_or_is_asked_of_a_reviewer_alone(packs, monkeypatch):
    found = [Finding(
        rule="END-01", pack="endorsement", severity="fix", field="body", start=start, end=start + 4, text=text,
        message="像。", advice="看。", fingerprint=str(start), related=("example:像",),
    ) for start, text in ((0, "走了一圈"), (5, "吃了一碗"), (11, "睡了一觉"))]  # fmt: skip
    note = NoteInput(title="湖边散步", body="走了一圈。吃了一碗。\n睡了一觉。", products=("wm",))
    report = Report(verdict="revise", note_type="marketing", products=("wm",), findings=tuple(found))
    readings = {
        "走了一圈": Reading("走了一圈", "催人赶紧买", sure=True),
        "吃了一碗": Reading("吃了一碗", "催人赶紧买", False, "贬低别家"),
        "睡了一觉": Reading("睡了一觉", "", sure=False),
    }
    monkeypatch.setattr("agent.guardrails.saying.read_sentences", lambda text, *_: [readings[text]])
    lines = to_text([note], [report]).split("\n")
    (reviewed,) = [line for line in lines if "说不准犯了哪一条" in line]
    assert reviewed.startswith("  给审核人：") and reviewed.endswith("第 2 段“睡了一觉”。")
    assert "    一起删 “吃了一碗”：也像在推销，不换说法" in lines and "（存疑 1 处）" in "".join(lines)
    assert [line for line in lines if line.startswith("    存疑 ")] == ["    存疑 “走了一圈”"]
    assert "第 2 段请审核人看过再留" in "".join(lines)
    nameless = lambda text, *_: [Reading(text, "", sure=False)]  # noqa: E731
    monkeypatch.setattr("agent.guardrails.saying.read_sentences", nameless)
    lines = to_text([note], [report]).split("\n")  # where none can be named, their author is told of them all
    assert lines[place(lines, "存疑 “睡了一觉”") + 1] == "      这句像在推销，说不准犯了哪一条。"
    assert "（存疑 3 处）" in "".join(lines)


def test_what_would_be_wrong_with_a_sentence_is_asked_once(monkeypatch):
    monkeypatch.setattr("agent.guardrails.saying.read_sentences", lambda text, *_: [Reading(text, GIFTS, sure=False)])
    finding = Finding(
        rule="DEP-01", pack="deposit", severity="fix", field="body", start=0, end=16, message=NAMED, text=BODY[:16],
        advice="看。", fingerprint="0",
    )  # fmt: skip
    again = look_sayings(NoteInput(body=BODY), finding, ("deposit",), {why_of(GIFTS)}, full=False)
    assert again[0].lines[1] == f"  这句是不是{GIFTS}？请审核人定。"


def test_every_promotion_that_is_to_be_written_anew_is_told_of_its_mark(packs):
    lines = told(packs, PROMISES, products=("wm",))
    assert [line for line in lines if "补上 正文开头单独一行写“广告”" in line]
    marked = told(packs, f"广告\n{PROMISES}", products=("wm",))
    assert not [line for line in marked if "单独一行写“广告”" in line]


def test_a_rule_of_another_product_is_not_cited(monkeypatch):
    monkeypatch.setattr("agent.guardrails.saying.read_sentences", lambda text, *_: [Reading(text, GIFTS, sure=True)])
    assert "（DEP-01，）" in asked(NAMED)[0] and "DEP-01" not in asked(NAMED, pack="securities")[0]
    assert "（DEP-01，）" in asked(NAMED, pack="privacy")[0]


def test_a_paragraph_that_tells_how_to_ask_or_names_a_product_is_kept_without_that(packs):
    kept, without = f"{PROMISES}\n江边风大。", "第 2 段，第 4 段里有产品、机构的名字或者怎么找您，去掉再留，别的段"
    for last, numbers in (
        ("江边风大。", "第 2、4 段，别的段"),
        ("江边风大。收了衣服。想问的扫图二。", without),
        ("江边风大。收了衣服。基金公司楼下的面很好。", without),
        ("江边风大。想问的扫图二。", "第 2 段，别的段"),  # too little is left
    ):
        lines = told(packs, kept.replace("江边风大。", last), products=("wm",))
        assert f"留下{numbers}" in lines[place(lines, "1. ")]


def test_what_leads_by_less_is_asked_about_and_no_ground_to_call_it_the_gravest(monkeypatch):
    monkeypatch.setattr("agent.guardrails.saying.read_sentences", lambda text, *_: [Reading(text, GIFTS, sure=False)])
    assert asked(NAMED) == [f"存疑 “来存的不让空手走，米和油随便挑”：  这句是不是{GIFTS}？是的话，{LAWFUL}请审核人定。"]
    finding = Finding(
        rule="DEP-01", pack="deposit", severity="fix", field="body", start=0, end=16, message=NAMED, text=BODY[:16],
        advice="看。", fingerprint="0",
    )  # fmt: skip
    (saying,) = look_sayings(NoteInput(body=BODY), finding, ("deposit",), set(), full=False)
    assert saying.weight is None and saying.says == GIFTS


def test_of_two_sentences_read_together_each_is_asked_about_by_itself(monkeypatch):
    parts = [Reading("来存的不让空手走，米和油随便挑。", GIFTS, sure=True), Reading("看了荷花？", "", sure=False)]
    monkeypatch.setattr("agent.guardrails.saying.read_sentences", lambda text, *_: parts)
    two = {"text": BODY[:21], "end": 21}
    first, second = asked(NAMED, **two)
    assert first.startswith("存疑 “来存的不让空手走，米和油随便挑”：  这句像是送东西")
    assert second.startswith("存疑 “看了荷花”：  这句像在推销")
    assert len(asked(UNNAMED, severity="warn", **two)) == 1 and len(asked(NAMED, full=True, **two)) == 1


def test_a_faint_question_that_nobody_can_name_is_not_asked_but_in_full(monkeypatch):
    monkeypatch.setattr("agent.guardrails.saying.read_sentences", lambda text, *_: [Reading(text, "", sure=False)])
    assert asked(UNNAMED, severity="warn") == []
    assert asked(UNNAMED, severity="warn", full=True) and asked(NAMED, severity="warn") and asked(UNNAMED)


def test_a_short_question_is_quoted_with_what_answers_it_and_of_much_the_telling_words(monkeypatch):
    monkeypatch.setattr(
        "agent.guardrails.saying.read_sentences", lambda text, *_: [Reading(text.strip(), "", sure=False)]
    )
    assert asked(NAMED, text=BODY[:21], end=21)[0].startswith(f"存疑 “{BODY[:21]}走了一圈”：")
    long = BODY.replace("看了荷花？", "今天看了好些荷花？")
    assert asked(NAMED, body=long, text=long[:25], end=25)[0].startswith(f"存疑 “{long[:25]}”：")
    assert asked(NAMED, text="吃了面包？", start=27, end=32, body=BODY[:-1] + "？")[0].startswith("存疑 “吃了面包？”：")
    assert asked(NAMED, text="走了一圈。" * 30)[0].startswith("存疑 “看了荷花”：")
