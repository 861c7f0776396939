"""The report as a letter to send on: what it says first, what a terminal says instead, where each thing stands."""

from __future__ import annotations

import pytest
from letters import place, told

from agent.guardrails import check, load_packs
from agent.guardrails.advice import further_words, to_text
from agent.models import Finding, NoteInput, Report


@pytest.fixture(scope="module")
def packs():
    return load_packs(examples=False)


def further(packs, body, *, full=False, **given):
    note = NoteInput(**{"title": "湖边散步", "body": body, **given})
    return further_words([note], [check(note, packs=packs)], full=full)


def test_what_was_let_pass_at_one_place_for_one_reason_is_one_line(packs):
    body = "说说我自己的账户：去年最多的时候亏过两成，基金还在。"
    lines = told(packs, body, full=True)
    (line,) = [line for line in lines if "已放行" in line and "PERF-03" in line]
    assert "PERF-02、PERF-03、PERF-04" in line and "自述亏损" in line


def test_how_to_name_the_product_is_said_only_where_it_helps(packs):
    compared = "我们行这款理财稳赚不赔，跟定期存款一样，点主页申请。"
    assert "也推介存款的，加 --product wm --product deposit" in further(packs, compared)
    assert any("这篇按推介“理财”查的；存款只是提到" in line for line in told(packs, compared))
    for body, given in (
        ("我们行的信用卡包过，点主页申请。", ()),
        ("这款理财跟定期存款一样，稳赚不赔。", ("wm", "deposit")),
    ):
        assert "--product" not in further(packs, body, products=given)
        assert not [line for line in told(packs, body, products=given) if "这篇按" in line]
    unknown = "想来的加我薇❤，头像那个号。"
    assert [line for line in told(packs, unknown) if "没看出" in line] and "--product fund" in further(packs, unknown)


@pytest.mark.parametrize("full", [False, True])
def test_the_letter_holds_no_option_of_a_command_and_the_terminal_names_them_on_one_line(packs, full):
    doubtful = "我们行这款理财稳赚不赔，跟定期存款一样，点主页申请。自己一家五口配的就是这个。"
    for body in (doubtful, "想来的加我薇❤，头像那个号。", "今天风很大，走了一圈。"):
        assert not [line for line in told(packs, body, full=full) if "--" in line]
        assert ("--full" in further(packs, body, full=full)) is not full and "\n" not in further(packs, body)


def test_what_guards_let_pass_is_told_in_full_alone_and_what_a_waiver_let_pass_always(packs):
    note = NoteInput(title="湖边散步", body="我们行的理财不保本。", products=("wm",))
    report = check(note, packs=packs)
    cleared = next(finding for finding in report.findings if finding.status == "cleared")
    short, full = (to_text([note], [report], full=full) for full in (False, True))
    assert "放行" not in short and "已放行" in full
    waived = cleared.model_copy(update={"status": "waived", "status_by": "W-1"})
    accepted = to_text([note], [report.model_copy(update={"findings": (waived,)})])
    assert "按豁免放过的" in accepted and "已豁免" in accepted


def test_a_promotion_is_told_of_its_mark_with_the_first_report(packs):
    body = "我们行的信用卡包过，扫我主页的码就行。"
    (line,) = [line for line in told(packs, body) if "“广告”" in line]
    assert line.startswith("  须补 正文开头") and "《广告法》第十四条" in line
    lines = told(packs, body)
    assert lines[place(lines, "须补 正文开头") - 1] == "要补上的（写在正文开头）" and "须补 1 处" in lines[1]
    assert not [line for line in told(packs, f"广告\n{body}") if "“广告”" in line]
    asked = [line for line in told(packs, "我行理财稳赚不赔，申购入口在主页。", products=("wm",)) if "开头" in line]
    assert asked[0] == "要补上的（写在正文开头）" and "ADL-05" in asked[1]
    assert not [line for line in asked if "须补" in line]
    assert not [line for line in told(packs, "今天风大，想来的加我薇❤。") if "“广告”" in line]


def test_what_was_let_pass_is_quoted_by_whole_clauses(packs):
    lines = told(packs, "我们行的理财不保本，也不保息。", products=("wm",), full=True)
    let_pass = [line for line in lines if "已放行" in line and "“" in line]
    assert let_pass and all("“我们行的理财不保本" in line or "“也不保息" in line for line in let_pass)


def test_a_note_full_of_promises_is_better_written_anew_than_swapped_sentence_by_sentence(packs):
    promises = ["这款理财稳赚不赔。", "本金一分不少。", "跟存款一样安全。"]
    full, few = (told(packs, "".join(body), products=("wm",)) for body in (promises, promises[:2]))
    assert full[1].startswith("这篇先不要发，好几处读得像在推销") and "整段重写" in full[1]
    assert place(full, "逐段说") < place(full, "不管点没点到，这些一律不写") < place(full, "重写以后")
    assert not [line for line in few if "一律不写" in line]
    assert any("讲到产品就写全：理财写产品全称" in line for line in full)
    assert not [line for line in few if "讲到产品就写全" in line]
    assert not [line for line in full if "可写成" in line or "照这一种改好" in line]
    assert "要去掉或改掉的" in "".join(few) and not [line for line in few if "整段重写" in line]
    assert full[place(full, "删去 “这款理财稳赚不赔”") + 1].startswith("      这句打包票能赚。")
    assert not [line for line in full if "先照清单改" in line] and "先照清单改" in few[1]


def test_one_sentence_that_reads_like_a_sellers_and_two_that_may_are_as_good_as_several():
    def alike(start: int, severity: str) -> Finding:
        return Finding(
            rule="END-01", pack="endorsement", severity=severity, field="body", start=start, end=start + 4,
            text="走了一圈", message="像。", advice="看。", fingerprint=str(start), related=("example:像",),
        )  # fmt: skip

    note = NoteInput(title="湖边散步", body="走了一圈，走了一圈，走了一圈。")
    for several, severities in ((True, ("fix", "warn", "warn")), (False, ("warn", "warn", "warn"))):
        found = tuple(alike(5 * place, severity) for place, severity in enumerate(severities))
        lines = to_text([note], [Report(verdict="revise", note_type="marketing", findings=found)]).split("\n")
        assert lines[0].startswith("先不要发") == ("先不要发" in lines[1]) == several


def test_several_sentences_that_read_like_a_sellers_say_first_not_to_send_the_note():
    def alike(start: int, text: str) -> Finding:
        return Finding(
            rule="END-01", pack="endorsement", severity="fix", field="body", start=start, end=start + len(text),
            text=text, message="像。", advice="看。", fingerprint=str(start), related=("example:像",),
        )  # fmt: skip

    note = NoteInput(title="湖边散步", body="走了一圈，看了荷花，吃了面包。")
    found = (alike(0, "走了一圈"), alike(5, "看了荷花"), alike(10, "吃了面包"))
    for several, some in ((True, found), (False, found[:2])):
        report = Report(verdict="revise", note_type="marketing", products=("fund",), findings=some)
        lines = to_text([note], [report]).split("\n")
        assert lines[0].startswith("先不要发") == ("先不要发" in lines[1]) == several
        blocked = (*some[:-1], some[-1].model_copy(update={"severity": "block", "related": ()}))
        mixed = to_text([note], [report.model_copy(update={"verdict": "block", "findings": blocked})]).split("\n")
        assert mixed[0].startswith("先不要发" if several else "不能发布") and ("先不要发" in mixed[1]) == several


def test_a_reason_that_is_a_guess_never_says_that_the_sentence_may_stay(packs):
    lines = told(packs, "去年跟着行里买的一只混合基金，今天打开手机银行直接笑出声。", products=("fund",))
    (line,) = [line for line in lines if "不是哪个词犯了忌" in line]
    assert "猜的" in line and "也可能犯了别的规则" in line and "整句看过再留" in line
    assert not [line for line in lines if "不用改" in line or "不用动" in line]


def test_one_rule_gives_each_of_its_reasons_once_where_it_tells_two(packs):
    body = "做生意的听我一句，钱进了这份寿险，法院来人也只能干瞪眼。这份寿险百病都保。"
    lines = told(packs, body, products=("insurance",))
    reasons = [line for line in lines if line.startswith("  INS-09 为什么")]
    assert len(reasons) == 2 and "避债" in reasons[0] and "只赔合同写明的责任" in reasons[1]


def test_a_note_of_which_nobody_can_tell_the_product_is_asked_for_it_and_told_what_is_never_written(packs):
    lines = told(packs, "想来的加我薇❤，头像那个号。")
    assert any("先问清是存款、理财、基金还是别的" in line for line in lines)
    assert any(line.startswith("不管点没点到，这些一律不写") for line in lines)
    assert not [line for line in told(packs, "今天风很大，走了一圈。") if "一律不写" in line]


def test_what_must_be_added_is_no_prohibition_and_of_what_may_be_either_no_law_is_told(packs):
    lines = told(packs, "我们公司的百万医疗险，保障以合同条款为准，想了解的点主页。")
    assert any(line.startswith("  必补 在推介") and line.endswith("（INS-01）") for line in lines)
    assert "必补 1 处" in lines[1] and not [line for line in lines if line.startswith("  禁止 在推介")]
    either = Finding(
        rule="END-01", pack="endorsement", severity="fix", field="body", start=0, end=4, text="走了一圈", advice="看。",
        message="“走了一圈”这里请看一眼：读者会不会读成“某事”，或者“别的”？", fingerprint="0", related=("example:像",),
    )  # fmt: skip
    note = NoteInput(title="湖边散步", body="走了一圈。")
    text = to_text([note], [Report(verdict="revise", note_type="lifestyle", findings=(either,))])
    assert "读起来像“某事”，或者“别的”\n" in text and "文字不动" not in text
