"""What counts as told: enough of the words, every number, and a little speech around a claim."""

import pytest

from agent.text.provenance import (
    checkable_numbers,
    first_person_claims,
    is_told_briefly,
    is_traced,
    unsupported_numbers,
)

TOLD = ["袜子得穿防滑的，现场买一双15，我没带", "到岸是我叫醒的"]


@pytest.mark.parametrize("claim", ["我没带。", "说实话，是我没带。", "防滑袜我没带，也好。", "是我叫醒的"])
def test_a_claim_of_the_material_is_traced_with_a_few_words_of_speech_around_it(claim):
    assert is_traced(claim, TOLD)


@pytest.mark.parametrize(
    "claim",
    [
        "我去三亚吃了海鲜。",
        "我没带，隔壁大叔笑弯了腰，还请大家吃了冰棍。",
        "我没带，现场买一双25 元。",
        "说实话，是我哭了。",
    ],
)
def test_what_is_told_beside_it_is_not_carried_along(claim):
    assert not is_traced(claim, TOLD)


def test_a_saying_is_no_number_and_a_number_in_its_words_is():
    assert checkable_numbers("三分钟热度，三天打鱼两天晒网，摊着等第二天，歇了一週") == ()
    assert [claim.text for claim in checkable_numbers("三分钟到站")] == ["三分钟"]


@pytest.mark.parametrize("text", ["反正我认了。", "我就闭嘴了。", "这个词我收下了。", "同事这样讲我。"])
def test_a_figure_of_speech_is_no_experience(text):
    assert first_person_claims(text) == ()


@pytest.mark.parametrize(
    "text", ["红包我收下了。", "我认了个干妹妹。", "同事这样讲我昨天迟到了。", "反正我认了，还花了三天。我去了。"]
)
def test_an_event_in_the_words_of_a_figure_of_speech_is_still_a_claim(text):
    assert first_person_claims(text) != ()


def test_connectives_and_their_order_do_not_hide_what_was_told():
    told = ["老吴最后还是回来跟我们走"]
    assert is_traced("后来老吴回来接着跟我们走。", told)
    assert not is_traced("后来老吴接着请我们吃了饭。", told)


def test_a_limit_is_read_at_its_last_number():
    assert unsupported_numbers("每月一号换一次", ["每月一号他换一次单子"]) == ()
    assert [claim.text for claim in unsupported_numbers("每月一号换两次", ["每月一号他换一次单子"])] == [
        "每月一号换两次"
    ]


COFFEE = ("周二晚上六点四十下班，绕到青年路那家咖啡店", "点了一杯耶加，32 块，老板磨豆磨了很久")


def test_a_title_tells_in_brief_what_was_told():
    title = "我花32块喝了杯耶加"
    assert is_told_briefly(title, COFFEE) and not is_traced(title, COFFEE)


@pytest.mark.parametrize(
    "title",
    [
        "我花38块喝了杯耶加",
        "我每天花32块喝咖啡",
        "我喝了32块的拿铁还吃了蛋糕",
        "下班我绕去喝了杯32块的耶加",  # two items: safe, if strict
        "我花了32块",
        "我去喝过耶加",
        "",
    ],
)
def test_a_title_with_a_number_or_a_story_of_its_own_does_not(title):
    assert not is_told_briefly(title, COFFEE)


@pytest.mark.parametrize(
    ("title", "told"),
    [
        ("我拿32块办了张卡", ["柜台办卡排队，老板的32块还没拿回来"]),
        ("我花32块给大学生买豆浆", ["点了一杯豆浆，32块", "隔壁桌两个大学生在背单词，给自己买了书"]),
    ],
)
def test_letters_told_elsewhere_or_in_another_order_tell_another_story(title, told):
    assert not is_told_briefly(title, told)


def test_a_cover_that_shortens_a_told_sentence_is_told():
    told = ["其实有点心疼那 32 块，够吃两顿早饭了", "我给她二十块零钱让她付，她算了半天，找回来六块五"]
    assert is_told_briefly("我心疼那32块", told)
    assert is_told_briefly("我给她二十块让她付", told)
