"""The report in text: first a short list, a line each, then every reason once; what asks twice asks once."""

from __future__ import annotations

import pytest

from agent.guardrails import check, load_packs
from agent.guardrails.advice import to_text
from agent.guardrails.looking import look_lines
from agent.guardrails.placement import blanks_in
from agent.guardrails.todo import todo_of
from agent.guardrails.wording import cite, cite_shortly, gist, spelled
from agent.models import Basis, Finding, NoteInput, Report


@pytest.fixture(scope="module")
def packs():
    return load_packs(examples=False)


def told(packs, body, **given):
    note = NoteInput(**{"title": "湖边散步", "body": body, **given})
    return to_text([note], [check(note, packs=packs)]).split("\n")


def place(lines, start):
    return next(number for number, line in enumerate(lines) if line.strip().startswith(start))


def test_the_list_of_what_to_do_stands_before_the_reasons(packs):
    lines = told(packs, "这款理财稳赚不赔，闭眼入就行。这款理财稳赚不赔。")
    assert place(lines, "要去掉或改掉的") < place(lines, "禁止 正文 “这款理财稳赚不赔") < place(lines, "要补上的")
    assert place(lines, "要补上的") < place(lines, "为什么、怎么改") < place(lines, "RET-03 为什么")
    assert sum(line.strip().startswith("RET-03 为什么") for line in lines) == 1
    note = NoteInput(title="湖边散步", body="这款理财稳赚不赔。那款理财稳赚不赔。")
    short, full = (to_text([note], [check(note, packs=packs)], full=full).split("\n") for full in (False, True))
    assert sum("理财稳赚不赔”" in line and "→ 净值随市场波动" in line for line in short) == 1
    assert sum("理财稳赚不赔”" in line and "→ 净值随市场波动" in line for line in full) == 2


def test_findings_on_the_same_words_with_the_same_remedy_are_told_as_one(packs):
    lines = told(packs, "今天风大。想算保费的加我薇❤，头像那个号。")
    (line,) = [line for line in lines if "有疑问可以联系机构官方客服" in line]
    further = lines[lines.index(line) + 1].strip()
    assert line.endswith("（XHS-03）") and further.startswith("同时不合 XHS-02（")
    assert sum(line.strip().startswith("XHS-0") for line in lines) == 1


def test_lines_missing_for_the_same_words_share_one_advice(packs):
    lines = told(packs, "这只基金今年以来+38.6%，我行有售。", products=("fund",))
    first = place(lines, "须改 写了“今年以来+38.6%”，要补3行")
    assert [line[:6] for line in lines[first + 1 : first + 4]] == ["    + "] * 3
    assert sum("业绩比较基准" in line and "怎么改" in line for line in lines) == 0


def test_no_line_is_asked_for_beside_words_that_have_to_go(packs):
    body = "这只基金年底再涨20个点没跑，我行有售。"
    note = NoteInput(title="湖边散步", body=body, products=("fund",))
    assert {"RET-04", "PERF-02"} <= {finding.rule for finding in check(note, packs=packs).open()}
    assert not [line for line in told(packs, body, products=("fund",)) if "PERF-02" in line]


def test_the_products_own_line_is_asked_for_and_not_the_general_one(packs):
    note = NoteInput(title="湖边散步", body="我行这款理财今天开售，点主页申请。", products=("wm",))
    found = {finding.rule: finding.status_by for finding in check(note, packs=packs).findings}
    assert found["WM-04"] == "" and found["DIS-01"] == "own line"
    fund = note.model_copy(update={"body": "我行这只基金今天开售，点主页申请。", "products": ("fund",)})
    assert "DIS-01" in {finding.rule for finding in check(fund, packs=packs).open()}


def test_a_tag_is_told_once_whatever_speaks_against_it(packs):
    lines = told(packs, "这款理财先看说明书。", tags=("稳赚不赔保本",))
    assert sum("#稳赚不赔保本" in line for line in lines) == 1


def test_a_sentence_that_is_only_alike_is_a_question_without_reasons_of_a_rule(packs):
    lines = told(packs, "去年跟着行里买的一只混合基金，今天打开手机银行直接笑出声。", products=("fund",))
    (line,) = [line for line in lines if "读起来像“" in line]
    assert line.strip().startswith("须看 正文")
    assert not [line for line in lines if line.strip().startswith("PERF-07")]


def test_an_open_article_is_named_and_explained_once(packs):
    assert cite(Basis(instrument="某办法", article="第八条")) == "《某办法》第八条（待核）"
    assert cite(Basis(instrument="某办法", article="第八条"), unread=False) == "《某办法》条款待核"
    assert cite(Basis(instrument="某办法", status="practice")) == "《某办法》条款待核（行业惯例）"
    assert cite(Basis(instrument="某办法", article="8", verified=True)) == "《某办法》第8条"
    lines = told(packs, "今天风大。想算保费的加我薇❤，头像那个号。懂的私信我领资料。")
    assert sum(line.startswith("待核：") for line in lines) == 1
    assert not [line for line in told(packs, "今天风很大，走了一圈。") if line.startswith("待核：")]


def test_a_slot_is_to_be_filled_and_its_line_not_deleted(packs):
    lines = told(packs, "今天存了一笔定期。\n本产品由【发行机构全称】提供。", products=("deposit",))
    assert "填上真实的内容" in lines[place(lines, "禁止 正文 “【发行机构全称】”")]
    assert not [line for line in lines if "整句删去" in line]


def test_the_count_is_that_of_the_list(packs):
    body = "去年跟着行里买的一只混合基金，今天打开手机银行直接笑出声。这款基金稳赚不赔，今年以来+38.6%，我行有售。"
    lines = told(packs, body, products=("fund",))
    for grade in ("禁止", "须改", "须看"):
        listed = sum(line.startswith(f"  {grade} ") for line in lines)
        assert listed and f"{grade} {listed} 处" in lines[1]


def test_a_line_to_add_quotes_what_in_the_note_asks_for_it(packs):
    lines = told(packs, "我行这款年金险今天开售，点主页申请。")
    added = [line for line in lines if "要补：" in line]
    quoted = {line.partition("“")[2].partition("”")[0] for line in added}
    assert "年金险" in quoted and any("主页申请" in words for words in quoted)
    mark = next(line for line in told(packs, "我行理财，申购入口在主页。", products=("wm",)) if "ADL-05" in line)
    assert "写了“申购入口" in mark and "正文开头" in mark


def test_no_slot_with_a_name_of_a_program_reaches_the_reader(packs):
    text = "\n".join(told(packs, "我行这款年金险今天开售，点主页申请。"))
    assert "【销售人员姓名】，执业证号【执业证号】，【销售机构全称】。" in text and "{" not in text


def test_every_slot_of_a_rule_has_a_chinese_name_that_is_found_where_it_was_left(packs):
    lines = {f.replacement for _, rule in packs.entries() if (f := rule.fix)}
    slots = {blank for line in lines for blank in blanks_in(line) if blank.startswith("{")}
    assert slots
    for slot in slots:
        left = check(NoteInput(body=f"今天风大，这里写{spelled(slot)}。"), packs=packs)
        assert spelled(slot) != slot and "DIS-04" in {finding.rule for finding in left.open()}


def test_a_report_is_short_and_keeps_law_and_remedy_and_in_full_it_tells_every_reason(packs):
    body = "这款理财稳赚不赔，本金一分不少，闭眼入就行，到时候拉你进群。今天打开手机银行看基金直接笑出声。"
    note = NoteInput(title="湖边散步", body=body, products=("wm",))
    report = check(note, packs=packs)
    short, full = (to_text([note], [report], full=full) for full in (False, True))
    assert len(short) < 0.9 * len(full)
    (passage,) = todo_of(note, report).going
    assert f"怎么改：{passage.first.advice}" in short
    assert all(cite_shortly(basis) in short for basis in passage.first.basis if basis.article)
    for finding in passage.others:
        assert f"{finding.rule}（" in short and any(cite_shortly(basis) in short for basis in finding.basis)
        assert finding.message in full and finding.message not in short and finding.advice not in full


def test_a_reason_ends_where_its_point_is_made_and_never_inside_a_quote():
    assert gist("不能用礼品换存款，这是不正当手段；礼品再小也算。") == "不能用礼品换存款，这是不正当手段。"
    assert gist("不能写“稳赚；躺赢。”这样的话——谁也保证不了。") == "不能写“稳赚；躺赢。”这样的话。"
    assert gist("只有一句话的理由。") == "只有一句话的理由。"


def test_a_law_is_cited_shortly_without_the_number_of_its_document():
    basis = Basis(instrument="某办法（监管总局令2025年第7号）", article="29", verified=True)
    assert cite_shortly(basis) == "《某办法》第二十九条" and "令2025" in cite(basis)
    notice = Basis(instrument="某通知（某办发〔2018〕48号）", article="3", verified=True)
    assert cite_shortly(notice) == "《某通知》第三条"
    other = Basis(instrument="某准则（中国银行业协会）", article="3", verified=True)
    assert cite_shortly(other) == "《某准则（中国银行业协会）》第三条"


def test_a_sentence_gets_one_remedy_and_names_every_rule_it_breaks(packs):
    body = "这份年金险跟存款一样安全，国家兜底的，保本还送体检。"
    note = NoteInput(title="湖边散步", body=body, products=("insurance",))
    lines = told(packs, body, products=("insurance",))
    asked = [line for line in lines if line.startswith("  ") and " 正文 " in line]
    assert len(asked) == 1 and asked[0].count("→") == 1
    (passage,) = todo_of(note, check(note, packs=packs)).going
    assert len(passage.others) > 2
    assert all(finding.rule in lines[lines.index(asked[0]) + 1] for finding in passage.others)
    assert sum("怎么改：" in line for line in lines if line.startswith("    ")) <= 1 + len(lines) - place(
        lines, "要补上的"
    )


def test_the_rule_of_the_product_speaks_before_a_general_one(packs):
    lines = told(packs, "黄金没有风险，只涨不跌。", products=("gold",))
    (line,) = [line for line in lines if "“黄金没有风险" in line and "→" in line]
    assert line.endswith("→ 金价有涨有跌，可能造成本金损失（AU-01）")
    assert "RET-02（" in lines[lines.index(line) + 1]


def test_a_replacement_of_a_clause_asks_to_rewrite_a_sentence_that_goes_on(packs):
    alone = told(packs, "这笔贷款不查征信。", products=("loan",))
    longer = told(packs, "测评的时候那几道题往激进选，等级自然就上去了，什么都能买。", products=("wm",))
    assert not [line for line in alone if "正文" in line and "重写" in line]
    assert "所在的整句重写，可写成：请本人如实填写风险测评" in longer[place(longer, "禁止 正文 “测评的时候")]


def test_a_remedy_of_words_quotes_these_words_and_stands_by_itself(packs):
    lines = told(packs, "本产品由【发行机构全称】提供，由【销售机构全称】销售。", products=("wm",))
    (line,) = [line for line in lines if "填上真实的内容" in line]
    assert "“【发行机构全称】”、“【销售机构全称】”" in line


@pytest.mark.parametrize(
    ("body", "quote"),
    [
        ("这份重疾险，我教她健康那栏勾没有，反正过两年就不能拒赔了。", "“我教她健康那栏勾没有"),
        ("身边二十几个闺蜜都跟着我买了，没有一个亏的。", "“身边二十几个闺蜜都跟着我买了，没有一个亏的”"),
        ("这款理财真的么风险，放心。", "“这款理财真的么风险"),
    ],
)
def test_whole_clauses_are_quoted_without_marks_at_their_ends(packs, body, quote):
    lines = told(packs, body, products=("insurance", "wm"))
    assert any(f"正文 {quote}" in line for line in lines)


def test_a_short_sentence_that_is_only_alike_is_quoted_whole(packs):
    lines = told(packs, "去年跟着行里买的一只混合基金，今天打开手机银行直接笑出声。", products=("fund",))
    (line,) = [line for line in lines if "读起来像“" in line]
    quote = line.partition("“")[2].partition("”")[0]
    assert quote == "去年跟着行里买的一只混合基金，今天打开手机银行直接笑出声"


def test_a_note_kept_back_by_likeness_alone_is_to_be_looked_at_and_not_said_to_need_changes():
    finding = Finding(
        rule="END-01", pack="endorsement", severity="fix", field="body", start=0, end=4, text="走了一圈",
        message="像。", advice="看。", fingerprint="0", related=("example:像",),
    )  # fmt: skip
    note = NoteInput(title="湖边散步", body="走了一圈。")
    report = Report(verdict="revise", note_type="marketing", products=("fund",), findings=(finding,))
    lines = to_text([note], [report]).split("\n")
    assert lines[0].startswith("没有认定要改的，请人看过再发")
    assert "须看 1 处" in lines[1] and "没有认定要改的" in lines[1] and "照清单改" not in lines[1]
    assert not [line for line in lines if "要补上的" in line]
    changed = report.model_copy(update={"findings": (finding, finding.model_copy(update={"related": ()}))})
    told_of_both = to_text([note], [changed]).split("\n")
    assert told_of_both[0].startswith("需要修改") and "须改 1 处，须补 1 处；另请人看一眼：须看 1 处" in told_of_both[1]


def test_what_a_rule_only_doubts_stands_with_what_needs_a_look():
    finding = Finding(
        rule="SOC-03", pack="society", severity="warn", field="body", start=0, end=4, text="走了一圈", message="看看。",
        advice="看。", fingerprint="0",
    )  # fmt: skip
    note = NoteInput(title="湖边散步", body="走了一圈。")
    lines = to_text([note], [Report(verdict="pass", note_type="lifestyle", findings=(finding,))]).split("\n")
    assert place(lines, "请看一眼") < place(lines, "请看 正文 “走了一圈”")
    assert "怎么改，见后面的理由（SOC-03）" in lines[place(lines, "请看 正文 “走了一圈”")]
    assert "没有要改的" in lines[1] and not [line for line in lines if line.startswith("要去掉")]


def test_a_line_that_another_one_holds_is_asked_for_once(packs):
    lines = told(packs, "云栖稳舟理财，比较基准2.5%到2.9%，我行有售。", products=("wm",))
    (line,) = [line for line in lines if "不构成对产品收益的承诺" in line and "要补" in line]
    assert line.startswith("  必补 写了“理财，比较基准2.5%到2.9%”，要补：业绩") and line.endswith("（WM-01、WM-02）")
    assert not [line for line in lines if "读起来像“" in line and "WM-01" in line]


def test_a_title_is_to_be_another_and_not_to_be_deleted_or_swapped_for_a_notice(packs):
    for title, products in (("稳赚不赔的理财怎么选", ("wm",)), ("香港储蓄险半日签约攻略", ())):
        lines = told(packs, "今天风大，走了一圈。", title=title, products=products)
        (line,) = [line for line in lines if line.startswith("  禁止 标题 ")]
        assert "→ 换一个标题" in line and "删去" not in line


def test_a_quote_within_a_quote_has_single_marks(packs):
    lines = told(packs, "想来的加我企微“海湾小何”就行。")
    assert any("“想来的加我企微‘海湾小何’就行”" in line for line in lines)


def test_a_note_that_promotes_nothing_known_is_told_how_to_name_its_product(packs):
    lines = told(packs, "刚毕业的同学问怎么起步，测评的时候选激进一点，基金才买得进，存款留三个月的。")
    assert any("没看出" in line for line in lines) == (" · 生活" in lines[0] or " · 知识" in lines[0])


def test_the_word_that_names_the_product_is_whole(packs):
    lines = told(packs, "午休聊聊短债基金，我们行的基金今天开售，点主页申请。", title="湖边散步")
    assert not [line for line in lines if "“债基”" in line]
    assert [line for line in lines if "在推介“基金”" in line]


def test_a_superlative_is_mended_in_the_words_of_its_product(packs):
    for product, body, line in (
        ("fund", "我们行的基金拿过最佳混合基金奖。", "定期报告"),
        ("loan", "我们行的贷款利率全城最低。", "审批结果"),
        ("insurance", "我们行的重疾险是全国最好的保险。", "合同条款"),
    ):
        lines = told(packs, body, products=(product,))
        assert any("ADL-01" in one and line in one and "→" in one for one in lines), (product, lines[:8])


def test_a_sentence_that_says_more_between_what_was_hit_is_rewritten(packs):
    body = "这份医疗险首月三块钱，六百万保障立刻到手，以后年年自动接着保。"
    lines = told(packs, body, products=("insurance",))
    assert any("整句重写" in line and "INS-10" in line for line in lines if "正文" in line)


def test_a_few_words_never_take_the_place_of_two_clauses(packs):
    lines = told(packs, "前天住枫林湾5栋的杜老师就办好了，贷了七十万，她特别高兴。", products=("loan",))
    (line,) = [line for line in lines if "PII-01" in line and "正文" in line]
    assert "“前天住枫林湾5栋的杜老师就办好了，贷了七十万" in line and "整句重写" in line and "“一位客户”" in line


def test_what_is_only_doubted_is_told_with_an_if(packs):
    lines = told(packs, "二十八岁，靠理财年入百万，今天教你复制。", products=("wm",))
    (line,) = [line for line in lines if line.startswith("  请看 ") and "END-05" in line]
    assert "真是这个意思就改：" in line and "→" not in line


@pytest.mark.parametrize(
    ("product", "body", "owner"),
    [("card", "我们行的信用卡今天开办，点主页申请。", "由××银行股份有限公司发行"),
     ("fund", "我们行的基金今天开售，点主页申请。", "写全两方")],
)  # fmt: skip
def test_who_issues_is_told_for_the_product_at_hand(packs, product, body, owner):
    lines = told(packs, body, products=(product,))
    advice = lines[place(lines, "ACC-04 为什么") + 2]
    assert owner in advice and "先分清" not in advice


def test_the_warning_of_risk_is_told_for_the_product_at_hand(packs):
    lines = told(packs, "我们行的基金今天开售，点主页申请。", products=("fund",))
    (line,) = [line for line in lines if line.endswith("（DIS-01）")]
    advice = lines[place(lines, "DIS-01 为什么") + 2]
    assert "基金有风险，投资需谨慎" in line and "理财非存款" not in line + advice


def test_the_words_that_ask_for_a_line_are_quoted_with_the_rest_of_their_number(packs):
    lines = told(packs, "朋友问装修贷怎么借。借十万每天只要九块九，点主页申请。", products=("loan",))
    assert any("写了“借十万每天只要九块九”" in line for line in lines)
    marked = told(packs, "我们行的装修贷，借十万每天只要九块九。", products=("loan",))
    assert not [line for line in marked if "，”" in line]


def test_what_cannot_be_named_is_one_line_a_grade_and_what_can_says_what_it_reads_like():
    def alike(start: int, text: str, severity: str, asked: str) -> Finding:
        return Finding(
            rule="END-01", pack="endorsement", severity=severity, field="body", start=start, end=start + len(text),
            text=text, message=asked, advice="看。", fingerprint=str(start), related=("example:像",),
        )  # fmt: skip

    one, either = "“{}”这里请看一眼：读者会不会读成“某事”？", "“{}”这里请看一眼：读者会不会读成“某事”，或者“别的”？"
    none = "“{}”这里请看一眼：也像在推销，说不准犯了哪一条。像的是这样的话：“像”。"
    doubts = (
        alike(0, "走了一圈", "fix", none.format("走了一圈")), alike(5, "看了荷花", "fix", none.format("看了荷花")),
        alike(10, "吃了面包", "warn", one.format("吃了面包")), alike(15, "喝了热水", "fix", either.format("喝了热水")),
        alike(20, "坐了一会", "warn", none.format("坐了一会")),
    )  # fmt: skip
    looks, full = (list(look_lines(doubts, full=full)) for full in (False, True))
    assert looks == [
        "请看 正文 “吃了面包”：读起来像“某事”（END-01，）",
        "须看 正文 “喝了热水”：读起来像“某事”，或者“别的”",
        "须看 正文 “走了一圈”、正文 “看了荷花”：说不准犯了哪一条，请审核人把整句看过",
        "请看 正文 “坐了一会”：说不准犯了哪一条，请审核人把整句看过",
    ]
    assert sum("这里请看一眼" in line for line in full) == 5 and "这里请看一眼" not in "".join(looks)


def test_lines_are_no_cure_for_a_gain_of_ones_own(packs):
    lines = told(packs, "我行这只基金，我的账户浮盈百分之四十七。", products=("fund",))
    asked = [line for line in lines if "要补" in line and "PERF-02" in line]
    assert asked and all("自己、家人、客户赚了多少" in line for line in asked)


@pytest.mark.parametrize(
    ("article", "told"),
    [
        ("10", "十"),
        ("17", "十七"),
        ("30", "三十"),
        ("101", "一百零一"),
        ("110", "一百一十"),
        ("116", "一百一十六"),
        ("第二十", "二十"),
    ],
)
def test_an_article_is_cited_shortly_in_the_numerals_of_laws(article, told):
    basis = Basis(instrument="某法", article=article, verified=True)
    assert cite_shortly(basis) == f"《某法》第{told}" + ("条" if article.isdigit() else "")
