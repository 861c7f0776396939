"""Which words a line wants to become which: title, cover, tags and body, to the closing quote and no further."""

from datetime import date

import pytest

from agent.chat.cues import load_cues
from agent.chat.spans import place_of, replaced
from agent.chat.values import Intent
from agent.chat.wanting import Wanted, tags_wanted
from agent.models import Brief, Institution, Note, Segment, Sources

SOURCES = Sources(
    brief=Brief(id="r", topic="咖啡", as_of=date(2026, 11, 24)),
    institution=Institution(name="云杉银行", full_name="云杉银行股份有限公司"),
)
NOTE = Note(
    titles=("下班一杯咖啡", "住进去才知道"),
    title="下班一杯咖啡",
    cover="住进去才知道的事",
    segments=(Segment(text="灯很暖。", kind="life"),),
    tags=("咖啡", "下班", "手冲"),
)
LINES = {
    "封面改成：雨天的咖啡": {"cover": "雨天的咖啡"},
    "封面换成雨天的咖啡": {"cover": "雨天的咖啡"},
    "封面就用“雨天的咖啡”，谢谢": {"cover": "雨天的咖啡"},
    "把封面“住进去”改成“走进去”": {"cover": "走进去才知道的事"},
    "把“住进去才知道”改成“走进去才知道”": {"cover": "走进去才知道的事"},
    "标题改成“雨天的咖啡”，再看看": {"title": "雨天的咖啡"},
    "把标题里的“一杯”改成“两杯”": {"title": "下班两杯咖啡"},
    "把标题的“一杯”去掉": {"title": "下班咖啡"},
    "话题换成 #地铁 #早高峰": {"tags": ("地铁", "早高峰")},
    "加一个话题 #地铁": {"tags": ("咖啡", "下班", "手冲", "地铁")},
    "再加上#地铁": {"tags": ("咖啡", "下班", "手冲", "地铁")},
    "话题加上 地铁、早高峰": {"tags": ("咖啡", "下班", "手冲", "地铁", "早高峰")},
    "去掉话题 #下班": {"tags": ("咖啡", "手冲")},
    "把话题“下班”改成“下了班”": {"tags": ("咖啡", "下了班", "手冲")},
    "话题 手冲 不要了": {"tags": ("咖啡", "下班")},
    "把“灯很暖”改成“灯还亮着”，并核实有没有这盏灯": {"body": "灯还亮着。"},
    "删掉“很暖”，别的不动": {"body": "灯。"},
}


@pytest.mark.parametrize("line", LINES)
def test_a_line_changes_the_field_it_names_or_the_one_that_holds_the_words(line):
    wanted = load_cues().change_in(line)
    assert load_cues().asked_in(line, has_note=True) == (Intent.CHANGE_SPAN,)
    changed = replaced(NOTE, *place_of(NOTE, wanted), SOURCES).note
    before = {name: getattr(NOTE, name) for name in ("title", "cover", "tags", "body")}
    assert {name: getattr(changed, name) for name in before} == before | LINES[line]


@pytest.mark.parametrize(
    ("line", "rest"),
    [("把“灯”改成“火”，并核实有没有", "并核实有没有"), ("把“灯”改成“火”。", ""), ("删掉“灯”，别的不动", "别的不动")],
)
def test_what_a_line_says_after_the_closing_quote_is_no_part_of_the_words(line, rest):
    wanted = load_cues().change_in(line)
    assert (wanted.old, wanted.rest) == ("灯", rest) and wanted.new in ("火", "")


def test_a_tag_that_is_not_there_changes_nothing_and_the_last_one_is_not_taken():
    assert tags_wanted(NOTE, Wanted(field="tags", old="#地铁", way="drop")) is None
    assert place_of(NOTE, Wanted(field="body", old="没有的字", new="别的")) is None
    one = NOTE.model_copy(update={"tags": ("咖啡",)})
    assert replaced(one, *place_of(one, Wanted(field="tags", old="咖啡", way="drop")), SOURCES) is None


def test_an_empty_cover_is_not_what_anybody_wants():
    assert replaced(NOTE, *place_of(NOTE, Wanted(field="cover", old=NOTE.cover)), SOURCES) is None
