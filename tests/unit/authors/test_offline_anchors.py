"""What of a story can be taken up again: sums that were spent, what others said, clauses that stand alone."""

import pytest

from agent.authors.anchors import (
    details_in,
    hints_in,
    objects_in,
    quotes_in,
    shared_pieces,
    shared_words,
    sums_in,
)
from agent.models import Material


def told(*texts: str) -> tuple[Material, ...]:
    return tuple(Material(id=f"m{number}", text=text) for number, text in enumerate(texts, start=1))


@pytest.mark.parametrize(
    ("text", "sums"),
    [
        ("点了一杯耶加，32 块，老板磨豆磨了很久", ["32块"]),
        ("番茄三块五一斤", []),
        ("生鲜店里一起结，五十六块八，减了6元", ["五十六块八"]),
        ("跑了十公里，用了五十分钟", []),
        ("出来他买了两个烧饼，五块钱，坐在花坛边吃", ["五块钱"]),
        ("花四十五块从修鞋摊上拿回来", ["四十五块"]),
        ("书架上那本旧书，32块", []),
        ("在花坛边坐了坐，32块", []),
    ],
)
def test_a_sum_is_what_was_spent_not_the_price_of_a_piece_nor_a_saving(text: str, sums: list[str]) -> None:
    assert [anchor.text for anchor in sums_in(told(text))] == sums


@pytest.mark.parametrize(
    "text",
    [
        "奖金到账2000元，去买了菜",
        "朋友请客吃火锅，四个人一共76块",
        "买菜路上捡到50块钱",
        "付了钱找回12块",
        "买贵了，退了15元",
        "发工资5000元，买了米",
        "一共收了红包66元",
        "付了押金100元",
        "借给小王200元买米",
        "那件大衣原价128元，没买",
        "买一件要花128元，没舍得",
        "葱油饼没带，本来还要买鸡蛋，十五块，只好空手",
    ],
)
def test_a_sum_that_came_in_was_given_back_or_never_paid_is_none(text: str) -> None:
    assert sums_in(told(text)) == ()
    assert sums_in(told("花12块买了豆浆"))[0].text == "12块"


@pytest.mark.parametrize(
    ("text", "quotes"),
    [
        ("老板说：下雨天豆子味道会闷一点，你别怪它", ["你别怪它"]),
        ("我说：妈，这种先问我，她回我：知道了，你别老说", ["知道了，你别老说"]),
        ("楼上李老师说：老周，你这花随你", ["你这花随你"]),
        ("大姐笑他“你家先生是来扶贫的”", ["你家先生是来扶贫的"]),
        ("孩子问：怎么知道。我答不上来", []),
        ("老板磨豆磨了很久", []),
        ("周末看了“肖申克的救赎”", []),
        ("听说“肖申克的救赎”，又要重映", []),
        ("拐进“一间小馆”，坐了一会儿", []),
        ("老板说，“别怪它”，又去磨豆", ["别怪它"]),
        ("他说：多亏您陪我，一个人真坐不住", []),
    ],
)
def test_a_quote_is_short_calls_nobody_and_speaks_for_nobody(text: str, quotes: list[str]) -> None:
    assert [anchor.text for anchor in quotes_in(told(text))] == quotes


def test_a_detail_stands_alone_and_one_that_tells_a_turn_comes_first() -> None:
    details = details_in(
        told("连着两周自己做早饭，每天五点四十起", "鸡蛋煎糊了四次，第五次终于是圆的", "我陪他去看的，五块钱")
    )
    assert details[0] == "鸡蛋煎糊了四次，第五次终于是圆的"
    assert not [
        detail for detail in details if "我" in detail or detail.startswith(("每天", "连着")) or detail == "五块钱"
    ]


def test_what_is_taken_up_stands_in_the_story_word_for_word() -> None:
    story = told("周六早上七点半，带女儿去菜市场", "卖豆腐的阿姨多塞了一块，说给小姑娘补个子", "番茄花了六块五")
    joined = "".join(item.text for item in story)
    anchors = (*sums_in(story), *quotes_in(story), *shared_words(story, "菜市场里的一件事"))
    assert {anchor.text for anchor in anchors} == {"六块五", "菜市场"}
    assert all(piece in joined for piece in (*details_in(story), *(anchor.text for anchor in anchors)))


def test_a_word_that_only_tells_the_time_is_shared_by_nobody() -> None:
    assert shared_words(told("周末去了"), "周末的事") == ()


def test_a_hint_is_advice_of_its_own() -> None:
    lines = ["别急着洗澡。", "先查片长。早点出门。", "带孩子去认认菜，比看图片记得住。", "不吃不喝，别拖到隔天再看。"]
    assert hints_in(lines) == ("别急着洗澡", "先查片长")


@pytest.mark.parametrize("text", ["隔壁桌两个大学生在背单词，背一个错一个，笑得停不下来", "捡到一串钥匙，交给了老板"])
def test_a_later_clause_is_no_detail_it_left_its_subject_behind(text: str) -> None:
    first = text.split("，")[0]
    assert details_in(told(text))
    assert all(detail.startswith(first) for detail in details_in(told(text)))
    assert details_in(told("她说得准，肚子里晃")) == ()


@pytest.mark.parametrize(
    ("text", "things"),
    [
        ("我拿一双开胶的靴子去楼下修鞋摊", ("那双开胶的靴子",)),
        ("那箱子是双十一凑满减买的二十包猫砂。", ("那二十包猫砂",)),
        ("分成三个信封：花的、存的。", ("那三个信封",)),
        ("第一个塌了，等了十五分钟，走了两站", ()),
        ("几个孙辈轮流守夜，一碗28", ()),
        ("一位大叔拎着一条活鱼。", ("那条活鱼",)),
    ],
)
def test_a_thing_is_what_a_story_counts_out_and_nothing_that_happened(text: str, things: tuple[str, ...]) -> None:
    assert objects_in(text) == things


@pytest.mark.parametrize(
    ("topic", "story", "words"),
    [
        ("楼下修鞋的大爷", "去楼下修鞋摊。大爷说这胶得晾一晚上", {"修鞋", "大爷"}),
        ("两个舅舅为了一棵柿子树不说话", "院墙边有棵柿子树，树根在大舅家。两个舅舅都来看", {"舅舅", "柿子树"}),
        ("第一次给妈妈染头发", "周日给我妈染头发", set()),
        ("跑完人生第一个五公里", "跑完五公里那天", set()),
    ],
)
def test_a_word_topic_and_story_share_is_whole(topic: str, story: str, words: set[str]) -> None:
    assert words <= set(shared_pieces(topic, story))
    assert "妈染头发" not in shared_pieces(topic, story)
    assert "跑完" not in shared_pieces(topic, story)


def test_a_saying_after_a_comma_is_a_saying() -> None:
    assert [anchor.text for anchor in quotes_in(told("外公说，明天有雨，记得带伞。"))] == ["明天有雨，记得带伞"]
    assert quotes_in(told("听说，明天有雨。")) == ()


def test_a_clause_that_only_tells_when_or_leads_to_a_saying_is_no_detail() -> None:
    story = told("昨天晚上八点多下班。老周说，不值。轮子掉了，地上全是水。")
    assert details_in(story) == ("轮子掉了，地上全是水", "轮子掉了")
