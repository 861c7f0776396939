"""What of a story can be taken up again: sums that were spent, what others said, clauses that stand alone."""

import pytest

from agent.authors.anchors import details_in, hints_in, quotes_in, shared_words, sums_in
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
    ],
)
def test_a_sum_is_what_was_spent_not_the_price_of_a_piece_nor_a_saving(text: str, sums: list[str]) -> None:
    assert [anchor.text for anchor in sums_in(told(text))] == sums


@pytest.mark.parametrize(
    ("text", "quotes"),
    [
        ("老板说：下雨天豆子味道会闷一点，你别怪它", ["你别怪它"]),
        ("我说：妈，这种先问我，她回我：知道了，你别老说", ["知道了，你别老说"]),
        ("楼上李老师说：老周，你这花随你", ["你这花随你"]),
        ("大姐笑他“你家先生是来扶贫的”", ["你家先生是来扶贫的"]),
        ("孩子问：怎么知道。我答不上来", []),
        ("老板磨豆磨了很久", []),
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
    story = told("周六早上七点半，带女儿去菜市场", "卖豆腐的阿姨多塞了一块，说给小姑娘补个子", "找回来六块五")
    joined = "".join(item.text for item in story)
    anchors = (*sums_in(story), *quotes_in(story), *shared_words(story, "菜市场里的一件事"))
    assert {anchor.text for anchor in anchors} == {"六块五", "菜市场"}
    assert all(piece in joined for piece in (*details_in(story), *(anchor.text for anchor in anchors)))


def test_a_word_that_only_tells_the_time_is_shared_by_nobody() -> None:
    assert shared_words(told("周末去了"), "周末的事") == ()


def test_a_hint_is_advice_of_its_own() -> None:
    assert hints_in(["园子大，先看导览图挑一条环线，不走回头路。", "朋友推荐的片子，问一句他喜欢哪一段。"]) == (
        "不走回头路",
        "问一句他喜欢哪一段",
    )
