"""The page opens from disk, asks nothing of anybody, runs nothing but its own script, and shows what happened."""

import base64
import hashlib
import re
from html.parser import HTMLParser

import jinja2
import pytest
from reported import (
    asking,
    case,
    comparison,
    finding,
    hostile_page,
    note,
    refused,
    revised,
    round_,
    sample,
    summary,
)  # fmt: skip

from agent.models import Segment, Usage
from evals.reports.case_views import case_views
from evals.reports.differences import differences
from evals.reports.marking import mark, numbered
from evals.reports.page import _environment, to_html
from evals.values import CaseResult, Flip

THEMES = {"running": "跑步与户外", "city": "城市与街巷"}
VOID = {"meta", "br", "input", "img", "link", "hr", "circle", "line", "rect"}


class Page(HTMLParser):
    """Collect elements, attributes and the texts of script and style; check that every element is closed in turn."""

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.elements, self.opened, self.inside, self.words = [], [], {"script": [], "style": []}, []
        self.feed(text)
        self.close()
        assert self.opened == []

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.opened.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self.opened.pop() == tag

    def handle_data(self, data):
        self.inside[self.opened[-1]].append(data) if self.opened[-1:] and self.opened[-1] in self.inside else (
            self.words.append(data)
        )

    def find(self, tag, **attrs):
        return [a for t, a in self.elements if t == tag and all(a.get(k.rstrip("_")) == v for k, v in attrs.items())]

    @property
    def text(self):
        return re.sub(r"\s+", " ", " ".join(self.words))


def render(samples=(), cases=(), **options):
    return to_html(options.pop("summary", summary()), samples, cases, themes=THEMES, **options)


@pytest.fixture(scope="module")
def attacked():
    return hostile_page()


def test_nothing_in_a_note_becomes_an_element_an_attribute_or_a_template(attacked):
    page, quiet = Page(attacked), Page(render([revised()], [case()], comparison=comparison()))
    assert {tag for tag, _ in page.elements} - {tag for tag, _ in quiet.elements} <= {"ol", "ins"}
    assert len(page.find("script")) == 1 and page.find("img") == []
    assert not [name for _, attrs in page.elements for name in attrs if name.startswith("on") or name == "style"]
    assert "{{ 7 * 7 }}" in page.text and "49" not in page.text


def test_nothing_is_fetched_from_anywhere(attacked):
    for _, attrs in Page(attacked).elements:
        assert not {"src", "srcset", "action", "formaction", "data", "poster", "background", "ping"} & set(attrs)
        assert attrs.get("href", "#").startswith("#")
    styles = "".join(Page(attacked).inside["style"])
    assert "url(" not in styles and "@import" not in styles


def test_what_hides_in_a_note_is_shown(attacked):
    assert not re.search("[\u200b\u202e\x00]", attacked)
    page = Page(attacked)
    assert page.find("span", class_="hid", title="U+202E RIGHT-TO-LEFT OVERRIDE")
    assert page.find("span", class_="hid", title="U+200B ZERO WIDTH SPACE")


def test_the_policy_admits_the_one_script_and_style_that_are_there():
    page = Page(render([revised()], [case()]))
    (policy,) = page.find("meta", **{"http-equiv": "Content-Security-Policy"})
    assert policy["content"].startswith("default-src 'none'") and "unsafe" not in policy["content"]
    for kind in ("script", "style"):
        digest = hashlib.sha256("".join(page.inside[kind]).encode()).digest()
        assert f"{kind}-src 'sha256-{base64.b64encode(digest).decode()}'" in policy["content"]
    assert policy["content"].index("default-src") < page_index(page, "style")


def page_index(page, tag):
    return next(number for number, (name, _) in enumerate(page.elements) if name == tag)


def test_a_template_that_names_what_is_not_there_fails():
    with pytest.raises(jinja2.UndefinedError):
        _environment().from_string("{{ nothing }}").render()


def test_a_very_long_note_is_shown_whole_and_quickly():
    long = "江边跑步，" * 2_000
    page = render([sample(rounds=(round_(1, note(long)), round_(2, note(long[:-500]))), note=note(long))])
    assert page.count("江边跑步，" * 1_900) >= 3


def test_every_draft_stands_there_with_its_marks_clause_advice_and_change():
    page = Page(render([revised()], [case()]))
    (marked,) = page.find("mark")
    assert marked["class"] == "block" and "RET-03" in marked["title"]
    (link,) = page.find("a", class_="ref")
    assert link["href"][1:] in {attrs.get("id") for attrs in page.find("section")}
    assert "RET-03" in link["aria-label"] and "禁止" in link["aria-label"]
    for told in ("《广告法》第25条", "改为说清会波动", "收益随市场波动", "RET-03 删去一句", "第 1 轮", "第 2 轮",
                 "正文有小标题 1 处", "写一处当时看到的东西"):  # fmt: skip
        assert told in page.text
    assert "<del>稳赚不赔。</del>周六早上" in render([revised()])


def test_the_final_note_stands_beside_the_references_and_what_it_rests_on():
    page = Page(render([sample(note=note(cover="跑起来", tags=("晨跑",)))], [case()]))
    for told in (
        "最后的笔记",
        "跑起来",
        "晨跑",
        "范文正文",
        "好在：事在前",
        "编写组",
        "哪句话依据什么",
        "m1",
        "跑了八公里",
    ):
        assert told in page.text


def test_a_refusal_and_a_question_are_told_without_a_note():
    text = Page(render([refused(), asking("river-run")])).text
    for told in ("准入未通过，没有写", "不能让人以为买了就一定赚", "缺素材，先回答问题", "那天跑到哪里折返？", "桥头"):
        assert told in text
    assert "最后的笔记" not in text


def test_the_baseline_is_told_apart_from_no_baseline_and_from_the_same_text():
    other = sample(note=note("周六早上绕着江边走了八公里。"))
    assert "<del>走</del><ins>跑</ins>" in render([sample()], before=[other])
    again = [sample(), sample(repeat=1, note=note("周六早上绕着江边骑了八公里。"))]
    assert render(again, before=again).count("最后文字与基线相同") == 2
    assert "最后文字与基线相同" in render([sample()], before=[sample()])
    assert "基线里没有这一次" in render([sample()], before=[sample("tower-walk")])
    assert "基线" not in Page(render([sample()])).text.split("用例")[-1]


def test_what_failed_comes_first_and_the_filters_know_it():
    samples = [sample(), sample("tower-walk", theme="city", split="held"), refused(theme="market")]
    page = Page(render(samples, comparison=comparison()))
    shown = page.find("details", **{"data-state": "failed"}) + page.find("details", **{"data-state": "changed"})
    assert [attrs["id"] for attrs in shown] == ["case-tower-walk", "case-river-run"]
    assert next(a["id"] for _, a in page.elements if a.get("id", "").startswith("case-")) == "case-tower-walk"
    (card,) = page.find("details", id="case-river-run")
    assert (card["data-theme"], card["data-split"], card["data-outcomes"]) == ("running", "dev", "in_review")
    values = {attrs["value"] for attrs in page.find("option")}
    assert {"running", "city", "in_review", "refused", "RET-03", "dev", "held", "failed", "quiet"} <= values


def test_what_the_baseline_fails_too_is_folded_away():
    cases = {
        name: CaseResult(theme="city", outcomes=("told",), failed={"oracle": reason})
        for name, reason in (("old", "老样子"), ("new", "新的"))
    }
    lost = Flip(case="new", what="独立判据无违规", before="过", after="未过：新的", lost=True)
    page = render(summary=summary(cases=cases), comparison=comparison(flips=(lost,), hard=("new …",)))
    assert page.index("新的") < page.index("<summary>基线里就未过的硬性检查 1</summary>") < page.index("老样子")


def test_repeats_that_wrote_the_same_are_shown_once():
    same = [revised(repeat=0), revised(repeat=1), sample(repeat=2)]
    (view,) = case_views(summary(cases={}), same, [], themes={})
    assert [attempt.repeats for attempt in view.attempts] == [(0, 1), (2,)]
    assert "第 1、2 次" in Page(render(same)).text


def test_the_page_says_in_chinese_what_it_does_not_show():
    text = Page(render([sample()])).text
    for told in ("不是法律意见", "不代表您的银行", "这一次的作者不用模型", "3 个写好的用例"):
        assert told in text
    usage = Usage(calls=4, prompt_tokens=900, completion_tokens=100)
    replayed = Page(render([sample(lane="replay", cassette="river-run.yaml", usage=usage)])).text
    assert "回复是事先录下的" in replayed and "4 次调用，1000 词元 · 录音 river-run.yaml" in replayed
    guardrail = Page(render(summary=summary(suite="guardrail", signature={}))).text
    assert "交给规则引擎" in guardrail and "起草流程" not in guardrail


def test_a_page_of_labelled_texts_claims_no_person_who_labelled_them():
    page = render(summary=summary(suite="guardrail", signature={"data": "9f3a"}))
    assert "标注都由语言模型读过法规后写下，没有人逐条复核" in page and "人写的标注" not in page


def test_numbers_carry_interval_and_smallest_change_in_words_and_picture():
    page = Page(render([sample()], comparison=comparison()))
    bars = [attrs["aria-label"] for attrs in page.find("svg")]
    assert "初稿过规则：71.0% [60.0%, 83.0%]，基线 82.0%" in bars
    assert "变化 -11.0点 [-17.0点, -5.0点]" in bars
    assert "最小可测变化 10.0%" in page.text


def test_a_summary_alone_still_makes_a_page():
    text = Page(render()).text
    assert "tower-walk" in text and "写出了收益承诺" in text and "没有附逐次的稿件" in text


def test_the_same_run_gives_the_same_bytes():
    assert render([revised()], [case()], comparison=comparison()) == render(
        [revised()], [case()], comparison=comparison()
    )


def test_marks_overlap_and_stay_inside_the_text():
    found = numbered(
        [
            finding("稳赚", 3, severity="warn"),
            finding("赚不赔", 4, severity="fix"),
            finding("x", 50),
            finding(start=-9),
        ]
    )
    html = mark("🏃买它稳赚不赔好", found, "a")
    assert re.sub("<[^>]+>", "", re.sub("<a.*?</a>", "", html)) == "🏃买它稳赚不赔好"
    stretches = re.findall(r'<mark class="(\w+)"[^>]*>([^<]*)</mark>', html)
    assert stretches == [("warn", "稳"), ("fix", "赚"), ("fix", "不赔")]


def test_a_rule_is_explained_once_a_draft():
    text = note("稳赚不赔，真的稳赚不赔。")
    page = render([sample(rounds=(round_(1, text, finding(), finding(start=7)),))])
    assert page.count("改为说清会波动") == 1 and "同第 1 条" in page


def test_segments_without_sources_claim_nothing():
    plain = note().model_copy(update={"segments": (Segment(text="风有点大。", kind="life"),)})
    assert "哪句话依据什么" not in render([sample(note=plain)])


@pytest.mark.parametrize(
    ("before", "after", "pieces"),
    [
        ("跑了8公里", "跑了10公里", [("kept", "跑了"), ("gone", "8"), ("new", "10"), ("kept", "公里")]),
        ("同样", "同样", [("kept", "同样")]),
        ("", "新", [("new", "新")]),
        ("稳赚不赔", "会有波动", [("gone", "稳赚不赔"), ("new", "会有波动")]),
        ("甲乙丙丁", "戊乙己丁", [("gone", "甲乙丙"), ("new", "戊乙己"), ("kept", "丁")]),
    ],
)
def test_differences_read_as_a_person_would_mark_them(before, after, pieces):
    assert list(differences(before, after)) == pieces


@pytest.mark.parametrize(("before", "after"), [("a\nb\n", "b\nc"), ("稳赚，不赔！", "会，跌！也会涨"), ("x" * 50, "")])
def test_a_difference_loses_nothing(before, after):
    pieces = differences(before, after)
    assert "".join(text for kind, text in pieces if kind != "new") == before
    assert "".join(text for kind, text in pieces if kind != "gone") == after
