"""What a line is taken to ask for: the interface first, then plain words, then a model, else a question back."""

import pytest

from agent.chat.cues import load_cues
from agent.chat.routing import CONSEQUENTIAL, RouteDraft, route
from agent.chat.state import Pending, Request, ThreadState
from agent.chat.values import Intent, Option, Selection, Turn

NOTE = ThreadState(run="r-1", topic="咖啡")
PLAIN = [
    ("周二晚上下班绕到青年路喝了一杯手冲", False, Intent.CAPTURE),
    ("我把伞忘在门口的桶里了", True, Intent.CAPTURE),
    ("素材：老板说下雨天豆子会闷", False, Intent.CAPTURE),
    ("咖啡卡满30减5，能说吗？", False, Intent.MAY_I_SAY),
    ("能不能发", True, Intent.MAY_I_SAY),
    ("“收益稳稳的”这句能写吗", True, Intent.MAY_I_SAY),
    ("写一篇周末爬山的笔记", False, Intent.DRAFT),
    ("帮我写下班喝咖啡", False, Intent.DRAFT),
    ("写吧", False, Intent.DRAFT),
    ("重写一版", True, Intent.DRAFT),
    ("短一点", True, Intent.SHORTER),
    ("太长了", True, Intent.SHORTER),
    ("更口语一些", True, Intent.MORE_SPOKEN),
    ("说人话", True, Intent.MORE_SPOKEN),
    ("换个开头", True, Intent.OTHER_OPENING),
    ("少点产品", True, Intent.LESS_PRODUCT),
    ("太像广告了", True, Intent.LESS_PRODUCT),
    ("把“早饭”改成“早点”", True, Intent.CHANGE_SPAN),
    ("标题改成下班路上的一杯", True, Intent.CHANGE_SPAN),
    ("为什么不行", True, Intent.EXPLAIN),
    ("到哪一步了", True, Intent.STATUS),
    ("批了吗", True, Intent.STATUS),
    ("评论：利率多少？", True, Intent.REPLY),
    ("回复一下这条评论：谢谢分享", False, Intent.REPLY),
    ("送审", True, Intent.SUBMIT),
    ("提交审核吧", True, Intent.SUBMIT),
    ("https://www.xiaohongshu.com/explore/66aa", True, Intent.PUBLISHED),
    ("接受", True, Intent.ACCEPT_FIX),
    ("锁住标题", True, Intent.LOCK),
    ("第二段别动", True, Intent.LOCK),
    ("解锁标题", True, Intent.UNLOCK),
    ("写露营", False, Intent.DRAFT),
    ("我想写篇关于旧书店的", False, Intent.DRAFT),
    ("再来一版", True, Intent.DRAFT),
    ("“手慢无”可以用吗", False, Intent.MAY_I_SAY),
    ("粉丝问能不能便宜点，我怎么回", False, Intent.REPLY),
    ("哪里不合规", True, Intent.EXPLAIN),
    ("END-04是什么意思", True, Intent.EXPLAIN),
    ("第二段删掉", True, Intent.CHANGE_SPAN),
    ("标题换一个", True, Intent.CHANGE_SPAN),
    ("别那么像广告", True, Intent.LESS_PRODUCT),
    ("有读者评论：标题换一个吧，能不能写短一点", True, Intent.REPLY),
    ("粉丝问：能便宜点吗", False, Intent.REPLY),
    ("有人私信我说三万块存哪个划算", False, Intent.REPLY),
    ("素材：老板问能不能发小红书", True, Intent.CAPTURE),
    ("有人在门口问我要不要伞，我说要", False, Intent.CAPTURE),
    ("可以写年化3%吗", False, Intent.MAY_I_SAY),
    ("存款利率可以写年化3%吗？", True, Intent.MAY_I_SAY),
    ("能不能提咖啡卡", True, Intent.MAY_I_SAY),
    ("我们行利率高，这样说行吗", True, Intent.MAY_I_SAY),
    ("能不能写短一点", True, Intent.SHORTER),
    ("可以写一篇喝咖啡的吗", True, Intent.DRAFT),
    ("能不能分成几段", True, Intent.SPLIT),
    ("太长了，分段吧", True, Intent.SPLIT),
    ("别分段", True, Intent.JOIN),
    ("合成一段", True, Intent.JOIN),
    ("撤销", True, Intent.UNDO),
    ("改回去", True, Intent.UNDO),
    ("标题改回去", True, Intent.UNDO),
    ("封面换成雨天的咖啡", True, Intent.CHANGE_SPAN),
    ("加一个话题 #雨天", True, Intent.CHANGE_SPAN),
]


def asked_of(answer=None):
    asked = []

    async def ask(text, has_note):
        asked.append((text, has_note))
        return answer

    ask.asked = asked
    return ask


async def routed(text="", state=NOTE, answer=None, **given):
    ask = asked_of(answer)
    return await route(Turn(key="k", text=text, **given), state, ask=ask), ask.asked


def test_every_intent_has_words_a_label_and_a_description():
    assert {cue.id for cue in load_cues().intents} == set(Intent)


@pytest.mark.parametrize(("text", "has_note", "intent"), PLAIN)
async def test_plain_words_decide_without_a_model(text, has_note, intent):
    request, asked = await routed(text, NOTE if has_note else ThreadState())
    assert request.intent is intent and asked == []


@pytest.mark.parametrize("text", ["今天理发剪短一点，师傅还送了一把梳子，我挺满意", "我写了一下午的字，手都酸了"])
async def test_a_story_with_such_a_word_in_it_is_still_a_story(text):
    request, _ = await routed(text)
    assert request.intent in (Intent.CAPTURE, None)


@pytest.mark.parametrize("text", ["先别送审", "撤回送审", "不要提交审核", "还没发布了", "不接受建议", "今天不写一篇了"])
async def test_a_denial_is_not_the_thing_denied(text):
    request, _ = await routed(text)
    assert request.intent not in (Intent.SUBMIT, Intent.PUBLISHED, Intent.ACCEPT_FIX, Intent.DRAFT)


@pytest.mark.parametrize(
    ("text", "topic"),
    [("写一篇周末爬山的笔记", "周末爬山"), ("我想写篇关于旧书店的", "旧书店"), ("写露营", "露营"), ("写吧", ""),
     ("写一篇", ""), ("来篇吧", ""),
     ("重写一版", ""), ("来一篇端午包粽子的小红书", "端午包粽子")],
)  # fmt: skip
async def test_the_topic_is_read_from_the_wish(text, topic):
    assert (await routed(text))[0].topic == topic


@pytest.mark.parametrize(
    ("text", "quote"),
    [("这么写合规吗：一天一杯", "一天一杯"), ("“手慢无”可以用吗", "手慢无"),
     ("说实话这卡还行，能说吗", "说实话这卡还行"),
     ("可以写年化3%吗", "年化3%"), ("存款利率可以写年化3%吗？", "存款利率年化3%"), ("能不能提咖啡卡", "咖啡卡"),
     ("我们行利率高，这样说行吗", "我们行利率高"), ("我想问下可以说保本吗", "保本"),
     ("存款能提前支取，能说吗", "存款能提前支取"),
     ("理财收益能写吗", "理财收益"), ("评论：利率多少？", "利率多少？"), ("有读者评论：好看吗", "好看吗"),
     ("有人私信我说三万块存哪个划算", "三万块存哪个划算"), ("有人问我：能批吗？我怎么回", "能批吗？")],
)  # fmt: skip
async def test_the_words_asked_about_are_read_from_the_question(text, quote):
    assert (await routed(text, ThreadState()))[0].quote == quote


@pytest.mark.parametrize("text", ["短一点", "换个开头", "更口语"])
async def test_a_wish_about_a_note_needs_a_note(text):
    request, _ = await routed(text, ThreadState())
    assert request.intent is None


@pytest.mark.parametrize("intent", list(Intent))
async def test_a_button_decides_whatever_the_words_say(intent):
    request, asked = await routed("写一篇周末爬山，送审", intent=intent)
    assert request.intent is intent and asked == []


async def test_a_marked_passage_with_a_usual_wish_is_that_wish_and_else_a_change():
    span = Selection(start=0, end=4)
    assert (await routed("短一点", span=span))[0].intent is Intent.SHORTER
    assert (await routed("换成下雨那天", span=span))[0].intent is Intent.CHANGE_SPAN
    request, _ = await routed(span=span, replacement="新的话")
    assert (request.intent, request.replacement, request.span) == (Intent.CHANGE_SPAN, "新的话", span)
    assert (await routed(finding="RET-01:body:3"))[0].intent is Intent.EXPLAIN


@pytest.mark.parametrize(
    ("given", "intent"),
    [
        ({"text": "短一点"}, Intent.SHORTER),
        ({"text": "换成下雨那天"}, Intent.CHANGE_SPAN),
        ({"text": "换成下雨那天", "intent": Intent.CHANGE_SPAN}, Intent.CHANGE_SPAN),
        ({"intent": Intent.MORE_SPOKEN}, Intent.MORE_SPOKEN),
        ({"finding": "RET-01:body:3"}, Intent.EXPLAIN),
    ],
)
async def test_an_empty_replacement_beside_a_wish_takes_nothing_out(given, intent):
    span = Selection(start=0, end=4)
    request, _ = await routed(given.pop("text", ""), span=span, replacement="", **given)
    assert (request.intent, request.replacement) == (intent, None)


@pytest.mark.parametrize("given", [{}, {"intent": Intent.CHANGE_SPAN}])
async def test_an_empty_replacement_alone_takes_the_passage_out(given):
    request, _ = await routed(span=Selection(start=0, end=4), replacement="", **given)
    assert (request.intent, request.replacement) == (Intent.CHANGE_SPAN, "")


async def test_two_readings_are_put_to_the_model_and_without_one_asked_back():
    text = "写一篇，太长了"
    request, asked = await routed(text)
    assert request.intent is None and asked == [(text, True)]
    assert set(request.candidates) == {Intent.DRAFT, Intent.SHORTER}
    request, _ = await routed(text, answer=RouteDraft(intent=Intent.SHORTER, sure=True))
    assert (request.intent, request.sure) == (Intent.SHORTER, True)


async def test_a_model_that_is_not_sure_decides_nothing():
    request, _ = await routed("嗯", answer=RouteDraft(intent=Intent.DRAFT, sure=False))
    assert request.intent is None and request.candidates[0] is Intent.DRAFT


@pytest.mark.parametrize("intent", sorted(CONSEQUENTIAL))
async def test_what_cannot_be_undone_is_never_decided_by_a_model(intent):
    request, _ = await routed("就这样好了吧", answer=RouteDraft(intent=intent, sure=True))
    assert request.intent is intent and not request.sure
    assert {Intent.SUBMIT, Intent.PUBLISHED, Intent.ACCEPT_FIX} <= CONSEQUENTIAL


async def test_a_model_may_only_quote_what_was_said():
    draft = RouteDraft(intent=Intent.MAY_I_SAY, sure=True, quote="编出来的话", topic="编的主题")
    request, _ = await routed("那这样子呢", answer=draft)
    assert "编" not in request.quote + request.topic


PENDING = Pending(
    text="写什么？",
    options=((Option(id="a", label="爬山"), Request(intent=Intent.DRAFT, topic="爬山")),),
    free=Request(intent=Intent.DRAFT, topic="咖啡"),
)


@pytest.mark.parametrize("given", [{"option": "a"}, {"text": "1"}, {"text": "爬山"}])
async def test_an_answer_is_tapped_by_id_number_or_label(given):
    text = given.pop("text", "")
    request, _ = await routed(text, ThreadState(pending=PENDING), **given)
    assert request.topic == "爬山"


async def test_free_words_answer_the_question_that_waits_unless_they_ask_for_something():
    state = ThreadState(pending=PENDING)
    request, _ = await routed("去年秋天第一次喝到", state)
    assert (request.topic, request.told, request.text) == ("咖啡", True, "去年秋天第一次喝到")
    assert (await routed("咖啡卡满30减5能说吗", state))[0].intent is Intent.MAY_I_SAY
    bare, _ = await routed("写吧", state)
    assert (bare.topic, bare.bare, bare.told) == ("咖啡", True, False)


async def test_hidden_characters_do_not_hide_a_wish():
    assert (await routed("短\u200b一点"))[0].intent is Intent.SHORTER


@pytest.mark.parametrize(
    ("line", "topic"),
    [
        ("写一篇投教：接到冒充客服的电话，别屏幕共享", "接到冒充客服的电话，别屏幕共享"),
        ("写一篇投教笔记，讲怎么识别冒充客服的诈骗", "怎么识别冒充客服的诈骗"),
        ("写一篇投教笔记", ""),
        ("写一篇生活里的小事", "生活里的小事"),
    ],
)
def test_the_kind_of_note_is_no_part_of_its_topic(line, topic):
    assert load_cues().topic_of(line) == topic
    assert load_cues().note_type_of(line) == ("education" if "投教" in line else None)
