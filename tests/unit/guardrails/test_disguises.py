"""Words that are written so as not to be recognised: restored where they stand, never where they only look alike."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tables import assert_built_by

from agent.errors import ConfigurationError
from agent.guardrails.disguise_words import DisguiseWords, read_disguises
from agent.guardrails.disguises import Disguises
from agent.guardrails.document import Document
from agent.guardrails.engine import check
from agent.guardrails.loader import load_packs
from agent.guardrails.planes import near, readings, sounds, splits_of
from agent.models import NoteInput

ROOT = Path(__file__).resolve().parents[3]
WORDS = DisguiseWords(
    key_words=("保本", "保本保息", "稳赚不赔", "微信", "加微信", "手机号", "收益率", "零风险"),
    stand_ins={"微": "徽🛰", "赚": "💰嫌", "本": "夲未", "零": "0"},
    neighbours=("保本",),
    aliases={"保本保息": ("bbbx",), "微信": ("绿泡泡", "🛰"), "百分百": ("💯",)},
    innocent=("手机耗电",),
)
DISGUISES = Disguises((), WORDS)


def reveals(text: str, disguises: Disguises = DISGUISES) -> list[tuple[str, str, tuple[str, ...]]]:
    """Return (as written, plain word, kinds) for each reveal."""
    document = Document(NoteInput(body=text))
    return [(document.norm[r.start : r.end], r.text, r.kinds) for r in disguises.reveal(document)]


@pytest.mark.parametrize(
    ("text", "written", "word", "kind"),
    [
        ("理财稳.赚.不.赔", "稳.赚.不.赔", "稳赚不赔", "split"),
        ("理财保保本本", "保保本本", "保本", "repeat"),
        ("文赚不赔的理财", "文赚不赔", "稳赚不赔", "homophone"),
        ("吻撰不裴的理财", "吻撰不裴", "稳赚不赔", "homophone"),
        ("稳转不配的理财", "稳转不配", "稳赚不赔", "homophone"),
        ("收溢率很美", "收溢率", "收益率", "homophone"),
        ("wenzhuanbupei的", "wenzhuanbupei", "稳赚不赔", "pinyin"),
        ("理财 wen赚bu赔", "wen赚bu赔", "稳赚不赔", "pinyin"),
        ("bǎoběn的理财", "baoben", "保本", "pinyin"),
        ("jia wei xin 聊", "jia wei xin", "加微信", "pinyin"),
        ("稳贝兼不赔", "稳贝兼不赔", "稳赚不赔", "components"),
        ("加微亻言", "加微亻言", "加微信", "components"),
        ("bbbx的理财", "bbbx", "保本保息", "alias"),
        ("我的🛰同号", "🛰", "微信", "alias"),
        ("绿.泡.泡联系", "绿.泡.泡", "微信", "alias"),
        ("稳*不赔", "稳*不赔", "稳赚不赔", "mask"),
        ("稳○○不赔", "稳○○不赔", "稳赚不赔", "mask"),
        ("信微加我", "信微加", "加微信", "reversed"),
        ("赚不赔稳的理财", "赚不赔稳", "稳赚不赔", "reversed"),
        ("稳💰不赔的理财", "稳💰不赔", "稳赚不赔", "alias"),
        ("稳嫌不赔的理财", "稳嫌不赔", "稳赚不赔", "shape"),
        ("加一个微一个信聊", "加一个微一个信", "加微信", "alias"),
        ("稳o赚不赔", "稳o赚不赔", "稳赚不赔", "split"),
        ("<b>稳</b>赚不赔", "稳</b>赚不赔", "稳赚不赔", "split"),
        ("理财保(本)吧", "保(本)", "保本", "split"),
        ("用「微」「信」聊", "「微」「信」", "微信", "split"),
        ("用微 信联系", "微 信", "微信", "split"),
        ("稳得很\n赚得多\n不用想\n赔不了", "稳", "稳赚不赔,稳", "acrostic"),
        ("年化三点伍%", "三点伍%", "3.5%", "number"),
        ("年化3。5%", "3。5%", "3.5%", "number"),
        ("%E4%BF%9D%E6%9C%AC理财", "%e4%bf%9d%e6%9c%ac", "保本", "encoded"),
        ("\\u4fdd\\u672c理财", "\\u4fdd\\u672c", "保本", "encoded"),
        ("&#20445;&#26412;理财", "&#20445;&#26412;", "保本", "encoded"),
        ("\u202e本保\u202c理财", "本保", "保本", "encoded"),
        ("这款理财，本 金 不 会 亏", "本 金 不 会 亏", "本金不会亏", "split"),
    ],
)
def test_a_disguised_word_is_restored(text: str, written: str, word: str, kind: str) -> None:
    found = reveals(text)
    assert [(w, plain) for w, plain, kinds in found if kind in kinds] == [(written, word)]


@pytest.mark.parametrize(
    "text",
    [
        "威信和维新，违心的话不说",
        "手机耗电太快",
        "微信小红书都能搜到",
        "这笔钱会不会亏，亏了怎么办",
        "环保。本周带水杯",
        "体重稳稳赚了两斤",
        "吃喝玩乐、逛吃逛吃",
        "abbbxy是型号",
        "weixing是另一个词",
        "我家贝贝兼职去了",
        "100%纯棉 50%折扣",
        "赶 上 了",
        "A*B 4*4",
        "我很注意环保 本地菜也好吃",
        "这里木未成林，保未来一天",
        "推荐个股票软件",
        "年化3.5%，涨了2个点",
        "早起\n晚睡\n读书",
    ],
)
def test_everyday_text_is_left_alone(text: str) -> None:
    assert reveals(text) == []


def test_the_plain_spelling_is_not_called_a_disguise() -> None:
    assert reveals("保本保息、稳赚不赔、加微信") == []


def test_a_restored_word_runs_through_patterns_and_is_quoted_as_written() -> None:
    report = check(NoteInput(title="", body="下午茶聊两句，这款理财吻撰不裴，放心"))
    quoted = {(f.rule, f.text, f.disguise) for f in report.open() if f.start is not None}
    assert ("RET-03", "吻撰不裴", ("homophone",)) in quoted


def test_a_disguised_anchor_counts_as_well() -> None:
    plain = {f.rule for f in check(NoteInput(body="这只基金闭眼入")).open() if f.start is not None}
    hidden = {f.rule for f in check(NoteInput(body="这只基jin闭眼入")).open() if f.start is not None}
    assert "RET-02" in plain & hidden


def test_a_disguised_hit_is_never_cleared_by_negation() -> None:
    assert check(NoteInput(body="本产品不保本，请看说明书")).verdict != "block"
    assert check(NoteInput(body="这款理财不保.本")).verdict == "block"


def test_slang_is_cleared_by_a_warning_but_not_by_a_bare_not() -> None:
    warned = check(NoteInput(body="骗子说“加绿泡泡领内部消息”，看到这种话直接举报"))
    assert [f for f in warned.open() if f.rule == "XHS-02" and f.severity == "block"] == []
    assert check(NoteInput(body="不想错过就加绿泡泡，拉你进群")).verdict == "block"


@settings(max_examples=300, deadline=None)
@given(
    st.text(
        st.one_of(st.sampled_from("稳赚不赔保本微信加bx.*✨wen 贝兼亻言%&#;\u202e\u202c\n"), st.characters()),
        max_size=60,
    )
)
def test_reveals_stand_apart_and_lead_back_to_the_raw_text(text: str) -> None:
    document = Document(NoteInput(title="t", body=text))
    found = DISGUISES.reveal(document)
    assert all(one.end <= other.start for one, other in itertools.pairwise(found))
    plain = document.revealed(found)
    shift = 0
    for reveal in found:
        start = reveal.start + shift
        assert plain.norm[start : start + len(reveal.text)] == reveal.text
        assert plain.view.raw_span(start, start + len(reveal.text)) == document.view.raw_span(reveal.start, reveal.end)
        shift += len(reveal.text) - (reveal.end - reveal.start)


def test_a_folder_adds_words_and_never_removes(tmp_path: Path) -> None:
    (tmp_path / "disguises.yaml").write_text(
        "key_words: [云杉宝]\naliases: {云杉宝: [yunshanbb]}\ninnocent: [稳赚不赔]\n", encoding="utf-8"
    )
    words = read_disguises([ROOT / "guardrails" / "cn", tmp_path])
    assert {"云杉宝", "保本"} <= set(words.key_words)
    assert "稳赚不赔" not in words.innocent
    assert reveals("yunshanbb", Disguises((), words)) == [("yunshanbb", "云杉宝", ("alias",))]


def test_a_wrong_key_is_told_with_its_place(tmp_path: Path) -> None:
    (tmp_path / "disguises.yaml").write_text("key_word: [保本]\n", encoding="utf-8")
    with pytest.raises(ConfigurationError) as error:
        read_disguises([tmp_path])
    assert "disguises.yaml" in error.value.message


def test_sounds_and_components() -> None:
    assert sounds("文赚不赔") == sounds("稳转不配")
    assert near("zhang") == near("zan")
    assert "hang" in readings("行")
    assert splits_of("赚") == {"贝兼": "赚"}


def test_shipped_tables_are_what_the_build_script_makes() -> None:
    assert_built_by("build_plane_tables")


def test_the_shipped_words_leave_rule_examples_of_innocence_alone() -> None:
    packs = load_packs()
    assert packs.disguises.reveal(Document(NoteInput(body="钱包💰又瘪了，公众号里看看，微信支付很方便"))) == ()


def test_a_word_may_begin_in_the_title_and_end_in_the_body() -> None:
    document = Document(NoteInput(title="这款理财稳赚", body="不赔，放心"))
    assert [reveal.text for reveal in DISGUISES.reveal(document)] == ["稳赚不赔"]
    apart = Document(NoteInput(title="说说环保", body="本周去河边"))
    assert DISGUISES.reveal(apart) == ()


def test_a_word_in_plain_spelling_is_not_taken_for_its_own_turned_letters() -> None:
    disguises = Disguises(["当天放款"], DisguiseWords())
    assert not disguises.reveal(Document(NoteInput(body="我们行不承诺贷款当天放款")))
    found = disguises.reveal(Document(NoteInput(body="我们行天放款当，不用等")))
    assert [(reveal.text, reveal.kinds) for reveal in found] == [("当天放款", ("reversed",))]


def test_a_comma_between_two_words_parts_them_and_lets_a_negation_count():
    def told(body):
        return [
            (f.text, f.status) for f in check(NoteInput(body=body, products=("wm",))).findings if f.rule == "RET-01"
        ]

    assert told("这款不保本，理财收益看市场。") == [("保本", "cleared")]
    assert ("保本", "open") in told("这款保本，理财收益也高。")
    assert {status for _, status in told("这款不保·本·理·财。")} == {"open"}


@pytest.mark.parametrize(("text", "hidden"), [("先问这只基金有什么风险", False), ("这只基金真的么风险", True)])
def test_what_begins_in_the_middle_of_an_everyday_word_is_no_disguise(text, hidden):
    found = check(NoteInput(body=f"{text}，说明书上都写着。", products=("fund",))).findings
    assert any(finding.disguise for finding in found) == hidden
