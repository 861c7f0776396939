"""Every metric has a note that passes it and one that does not."""

from datetime import date

import pytest

from agent.models import Brief, Fact, Material, Note, Product, Segment
from agent.tone import critique
from agent.tone.thresholds import load_thresholds

LIFE = [
    "周六早上七点半，菜市场门口的豆腐摊刚支起来。",
    "阿婆不看秤。",
    "她说：你拿着，差一点算我的，下回带个袋子来就行。",
    "番茄挑了四个，都不好看，回家切开倒是沙的，汤里一煮颜色就出来了。",
    "不过人多，去晚了要排队。",
    "孩子在旁边数零钱，数到一半忘了。",
    "我们又从头数了一遍，豆腐在袋子里晃来晃去，谁也不着急，太阳慢慢照到了摊子底下。",
    "回家路上她问了个问题，一直没想好怎么答。",
    "晚上汤煮好，盛了三碗，锅底还剩一点，留给明天早上下面吃。",
]
PRODUCT = Product(id="p", name="云杉家庭卡", full_name="云杉银行家庭信用卡", category="card", issuer="云杉银行")
FACT = Fact(id="f", product="p", category="card", claim="满50元减6元。", source="公告", valid_from=date(2026, 1, 1))


def note(
    lines=LIFE, *, title="菜市场里的一块豆腐", cover="差一点算我的", tags=("菜市场", "豆腐", "周末", "早起", "做饭")
):
    segments = tuple(Segment(text=line, kind="life", paragraph=number % 3 == 0) for number, line in enumerate(lines))
    return Note(titles=(title,), title=title, cover=cover, tags=tags, segments=segments)


def measured(metric, made=None, *, keyword="", material=(), products=(), facts=(), earlier=(), note_type="lifestyle"):
    brief = Brief(
        id="b", topic="菜市场", as_of=date(2026, 11, 24), keyword=keyword, material=material, note_type=note_type
    )
    return critique(made or note(), brief=brief, products=products, facts=facts, earlier=earlier).metrics[metric]


def test_a_note_worth_keeping_passes_every_metric_that_applies():
    scored = critique(note(), brief=Brief(id="b", topic="菜市场", as_of=date(2026, 11, 24)))
    assert {name: m.message for name, m in scored.metrics.items() if m.passed is False} == {}
    assert scored.passed
    assert {answer.answer for answer in scored.rubric.values()} == {"unscored"} and len(scored.rubric) == 12


@pytest.mark.parametrize(
    ("metric", "made"),
    [
        ("T02", note(title="豆腐")),
        ("T03", note(LIFE[:1])),
        ("T04", note(tags=("菜市场",))),
        ("T07", note([*LIFE, "🍅🍅🍅"])),
        ("T08", note([f"{n}. 豆腐" for n in range(1, 13)])),
        ("T09", note(["【重点】", *LIFE])),
        ("T10", note([*LIFE, "首先挑豆腐，其次挑番茄。总之值得注意的是，本质上都一样。"])),
        ("T11", note(["今天去了一趟菜市场门口。"] * 9)),
        ("T12", note(["豆腐摊刚支起来的时候门口已经排了很长的队而且排到了路口那边的公交站牌底下还在继续往后面排着呢"])),
        ("T13", note([LIFE[6] * 3])),
        ("T14", note(["家人们，", *LIFE])),
        ("T14", note([*LIFE, "希望对你有帮助"])),
        ("T19", note([*LIFE, "赶紧去，快去，别错过。"])),
        ("T26", note([*LIFE, "好！！！！"])),
        ("T27", note(cover="这是一段长得怎么也放不进封面里去的文字啊")),
    ],
)
def test_a_fault_is_scored_and_says_what_to_change(metric, made):
    scored = measured(metric, made)
    assert scored.passed is False
    assert scored.message and "{" not in scored.message


def test_keyword_metrics_apply_only_when_there_is_a_keyword():
    assert measured("T05").passed is None and measured("T06").passed is None
    assert measured("T05", keyword="菜市场").passed is True and measured("T06", keyword="菜市场").passed is True
    assert measured("T05", keyword="基金").passed is False and measured("T06", keyword="基金").passed is False


def test_t15_counts_material_that_stands_in_the_note_and_only_when_there_was_some():
    told = tuple(Material(id=f"m{n}", text=text) for n, text in enumerate(LIFE[:4]))
    assert measured("T15").passed is None
    assert measured("T15", material=told).passed is True
    absent = tuple(Material(id=f"m{n}", text=text) for n, text in enumerate(["山顶的雾", "火车晚点", "雪地里的脚印"]))
    scored = measured("T15", material=absent)
    assert scored.passed is False and scored.level == "block"


def test_t17_and_t18_measure_the_product_in_the_prose():
    assert measured("T17", products=(PRODUCT,)).passed is True
    pushed = note(["云杉家庭卡在菜市场满减。", "云杉家庭卡真的好用，天天都能用云杉家庭卡。", LIFE[0]])
    scored = measured("T17", pushed, products=(PRODUCT,))
    assert scored.passed is False and scored.level == "block"
    assert measured("T17", pushed, products=(PRODUCT,), note_type="benefit").level == "warn"
    assert measured("T18", pushed, products=(PRODUCT,)).passed is False
    late = note([*LIFE, "云杉家庭卡在菜市场可以用。"])
    assert measured("T18", late, products=(PRODUCT,)).passed is True


def test_t23_to_t25_need_earlier_notes():
    assert {measured(m).passed for m in ("T23", "T24", "T25")} == {None}
    same = measured("T23", earlier=(note(),))
    assert same.passed is False and same.level == "block"
    assert measured("T23", earlier=(note(["另一件事，发生在河边的长椅上，风很大。"]),)).passed is True
    assert measured("T24", earlier=(note(), note())).passed is False
    promoted = Note(titles=("卡",), title="卡", segments=(Segment(text="办卡须审核", kind="disclosure"),))
    assert measured("T25", earlier=(promoted,), products=(PRODUCT,)).passed is False


def test_one_blocking_metric_or_many_warnings_fail_the_note():
    brief = Brief(id="b", topic="菜市场", as_of=date(2026, 11, 24))
    assert not critique(note(["家人们，", *LIFE]), brief=brief).passed
    assert critique(note(title="豆腐"), brief=brief).passed
    sloppy = note(
        ["豆腐！！！！赶紧去，快去。"], title="豆腐", tags=(), cover="这是一段长得怎么也放不进封面里去的文字啊"
    )
    failed = [m for m in critique(sloppy, brief=brief).metrics.values() if m.passed is False]
    assert len(failed) > load_thresholds().allowed_warnings
    assert not critique(sloppy, brief=brief).passed


def test_chinese_metrics_are_undecided_for_another_language():
    brief = Brief(id="b", topic="market", as_of=date(2026, 11, 24), language="en")
    assert critique(note(), brief=brief).metrics["T10"].passed is None


def test_every_threshold_has_a_metric_and_every_metric_a_threshold():
    from agent.tone.metrics import METRICS

    assert set(METRICS) == set(load_thresholds().metrics)


def test_details_told_in_simplified_characters_count_in_a_note_in_traditional_ones():
    told = tuple(
        Material(id=f"m{number}", text=text)
        for number, text in enumerate(["等了二十分钟，风很凉", "轮渡船票两块", "拍了一个掉漆的救生圈"])
    )
    written = note(["等了二十分鐘，風很涼。", "輪渡船票兩塊。", "拍了一個掉漆的救生圈。"])
    assert measured("T15", written, material=told).value == 3
    assert measured("T15", note(["橋上看風景。"]), material=told).value == 0


@pytest.mark.parametrize("line", ["趕時間的別坐。", "缺點也不是沒有。", "没耐心的，去称一斤现成的吧。"])
def test_a_drawback_is_heard_in_traditional_characters_and_in_plain_talk(line):
    assert measured("T21", note([line]), products=(PRODUCT,)).passed is True
    assert measured("T21", note(["輪渡船票兩塊。"]), products=(PRODUCT,)).passed is False


@pytest.mark.parametrize(("products", "note_type"), [((PRODUCT,), "lifestyle"), ((), "benefit"), ((), "marketing")])
def test_limits_are_asked_for_where_a_product_is_spoken_of_and_of_no_other_note(products, note_type):
    plain = note([line for line in LIFE if "不过" not in line])
    scored = measured("T21", plain, products=products, note_type=note_type)
    assert scored.passed is False
    assert scored.message
    assert measured("T21", plain).passed is None
    assert measured("T21", plain, note_type="education").passed is None
