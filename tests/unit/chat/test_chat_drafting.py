"""From what happened to a note: material is kept, asked for when it is missing, and assumptions are said."""

import pytest

from agent.chat.gathering import MOST_MATERIAL, prepare_draft
from agent.chat.slots import is_answered
from agent.chat.state import Request, ThreadState
from agent.chat.values import Intent, NodeDone, Turn, TurnBegan
from agent.errors import UsageError
from agent.models import Material


async def test_what_is_told_is_kept_word_for_word_with_what_would_help(talk):
    answer = await talk("周二晚上下班，绕到青年路喝了一杯手冲", persona="阿宁")
    assert answer.intent is Intent.CAPTURE and answer.note is None
    (item,) = answer.saved.items
    assert item.text == "周二晚上下班，绕到青年路喝了一杯手冲"
    assert answer.saved.open_questions and len(answer.saved.open_questions) <= 2
    assert not any("在哪里" in question for question in answer.saved.open_questions)
    second = await talk("素材：老板说下雨天豆子会闷\n32 块一杯")
    assert [item.text for item in second.saved.items] == ["老板说下雨天豆子会闷", "32 块一杯"]
    assert [item.id for item in second.saved.items] == ["m2", "m3"] and second.saved.total == 3


async def test_a_note_is_drafted_from_what_was_told(talk):
    answer = await talk.drafted()
    assert answer.note.outcome == "in_review" and answer.note.verdict == "pass"
    assert "绕到青年路那家没有招牌的咖啡店" in answer.note.body
    assert [block.id for block in answer.note.blocks][:2] == ["title", "cover"] and answer.note.blocks[-1].id == "tags"
    assert any(block.sources == ("m1", "m2") for block in answer.note.blocks)
    assert answer.note.label_step and answer.note.evidence[0].startswith("m1")
    assert answer.question is None
    run = talk.store.run(answer.run)
    assert (run.brief.account, run.brief.persona, run.brief.as_of.isoformat()) == ("staff-aning", "aning", "2026-11-24")


async def test_without_material_it_is_asked_for_first_with_a_way_out(talk):
    answer = await talk("写一篇下班绕路喝一杯手冲", persona="阿宁")
    assert answer.note is None and answer.question.material and len(answer.question.options) == 1
    assert talk.store.runs() == ()


async def test_words_answer_that_question_and_become_material(talk):
    await talk("写一篇下班绕路喝一杯手冲", persona="阿宁")
    answer = await talk("昨天在青年路那家店点了一杯耶加")
    assert "昨天在青年路那家店点了一杯耶加" in answer.note.body
    assert not any("素材" in line for line in answer.assumptions)


async def test_declining_gives_a_note_without_experience_and_says_so(talk):
    await talk("写一篇周末带爸妈去植物园", persona="阿宁")
    answer = await talk("1")
    assert answer.note is not None and "我" not in answer.note.body.replace("我是云杉银行", "")
    assert any("没有素材" in line for line in answer.assumptions)


async def test_nothing_to_go_by_asks_what_about_with_ideas_of_the_persona(talk):
    answer = await talk("写吧", persona="大许")
    assert answer.question.options[0].label == "清晨沿江跑步"
    asked = await talk("清晨沿江跑步")
    assert asked.question.material and "清晨沿江跑步" in asked.text


async def test_what_was_not_said_is_assumed_in_sight(talk):
    await talk("周二晚上下班，绕到青年路喝了一杯手冲，32 块", persona="阿宁")
    answer = await talk("写吧")
    assert any("生活" in line for line in answer.assumptions)
    assert any("周二晚上下班" in line for line in answer.assumptions)
    bare = await talk("周六早上在河边看见一只翠鸟，我站了很久")
    assert bare.saved is not None


async def test_nobody_chosen_is_an_assumption_too(talk):
    answer = await talk.drafted(persona="")
    assert any("人设" in line for line in answer.assumptions)


async def test_a_product_in_the_wish_makes_it_a_benefit_note(talk):
    answer = await talk.drafted("咖啡卡的优惠")
    assert talk.store.run(answer.run).brief.products == ("coffee-card",)
    assert "每户每月限3次" in answer.note.body and answer.note.verdict == "pass"


async def test_what_this_account_may_not_write_is_refused_with_the_clause(talk):
    answer = await talk.drafted("云杉家庭卡的优惠", persona="老周")
    assert answer.note is None and answer.findings
    assert all(card.why and "《" in card.clause for card in answer.findings)


async def test_one_question_at_most_whatever_is_asked(talk):
    answers = [await talk(text) for text in ("写吧", "嗯", "写一篇咖啡卡的优惠", "写一篇关于量子计算机", "1")]
    assert all(answer.question is None or isinstance(answer.question.text, str) for answer in answers)
    outside = answers[-1]
    assert outside.note is None and outside.question is not None and outside.question.material


async def test_another_version_takes_the_place_of_the_first_and_is_another_text(talk):
    first = await talk.drafted("咖啡卡的优惠")
    second = await talk("重写一版")
    assert second.run != first.run and second.note.text_hash != first.note.text_hash
    assert talk.store.run(first.run).outcome == "rejected" and second.note.verdict == "pass"


async def test_what_was_handed_in_is_not_withdrawn_by_another_version(talk):
    first = await talk.drafted()
    await talk("送审")
    await talk("重写一版")
    assert talk.store.run(first.run).outcome == "in_review"


async def test_another_topic_does_not_use_up_old_material(talk):
    await talk.drafted()
    asked = await talk("写一篇周末去爬山")
    assert asked.question.material
    answer = await talk("周六和我妈爬到半山腰，鞋底开了胶")
    assert "鞋底开了胶" in answer.note.body and "手冲" not in answer.note.body


async def test_a_thread_holds_many_runs_and_says_how_each_stands(talk):
    first = await talk.drafted()
    await talk("写一篇周末去爬山")
    second = await talk("周六和我妈爬到半山腰，鞋底开了胶")
    answer = await talk("进度")
    assert [card.run for card in answer.status] == [second.run, first.run]


async def test_a_run_is_told_node_by_node_with_its_round(talk):
    await talk("周二晚上下班，绕到青年路喝了一杯手冲，32 块", persona="阿宁")
    turn = Turn(key="once", text="写吧")
    events = [event async for event in talk.session.take(turn)]
    assert isinstance(events[0], TurnBegan) and events[0].intent is Intent.DRAFT
    nodes = [event for event in events if isinstance(event, NodeDone)]
    assert [event.node for event in nodes][:3] == ["gate", "plan", "write"]
    assert any(event.text.startswith("第 1 轮 合规") for event in nodes)
    assert events[-1].answer.note is not None


@pytest.mark.parametrize("given", [{"persona": "没有这个人"}, {"account": "没有这个号"}])
async def test_an_unknown_name_is_told_and_changes_nothing(talk, given):
    answer = await talk("周二晚上下班喝了一杯手冲", **given)
    assert answer.saved is None and "没有" in answer.text and answer.limits
    assert talk.session.state().material == ()


async def test_too_much_material_is_told(talk):
    await talk("\n".join(f"第{n}件小事发生在早上" for n in range(60)), intent="capture")
    answer = await talk("我又想起一件早上的事", intent="capture")
    assert answer.saved is None and "60" in answer.text + "".join(answer.limits)


@pytest.mark.parametrize(
    ("story", "told"),
    [
        ("周六早上八点带爸妈坐 3 路去植物园，妈妈说走累了", ()),
        ("学做一锅番茄牛腩，汤有点咸", ("什么时候", "在哪里")),
        ("上周五在公司食堂吃到一碗面", ("感受",)),
    ],
)
async def test_nothing_is_asked_that_was_told(talk, story, told):
    asked = (await talk(story, intent="capture")).saved.open_questions
    assert len(asked) == len(told) and all(any(word in question for question in asked) for word in told)
    later = await talk("周日晚上在家里做的，心里很踏实", intent="capture")
    assert later.saved.open_questions == ()


@pytest.mark.parametrize(
    ("question", "told", "known"),
    [
        ("“这件事”是哪一天、在什么地方的事？", ["周六早上去了植物园"], True),
        ("“这件事”是哪一天、在什么地方的事？", ["周六早上，风很大"], False),
        ("中间哪一步出过岔子，后来怎么解决的？", ["周六早上去了植物园，花了30块"], False),
    ],
)
def test_a_question_is_answered_when_all_it_asks_for_was_told(question, told, known):
    assert is_answered(question, told) is known


async def test_a_new_wording_of_the_topic_takes_up_what_was_told(talk, chat):
    first = await talk.drafted("下班绕路喝一杯手冲")
    second = await talk("写一篇青年路的咖啡店")
    assert second.run != first.run and second.note is not None and second.question is None
    assert any("2 条素材" in line for line in second.assumptions)
    assert len(chat.drafting.store.run(second.run).brief.material) == 2


async def test_another_topic_is_asked_about_and_may_take_up_what_was_told_with_a_tap(talk, chat):
    first = await talk.drafted("下班绕路喝一杯手冲")
    asked = await talk("写一篇早起跑步的笔记")
    assert [option.id for option in asked.question.options] == ["reuse", "bare"] and asked.note is None
    label = asked.question.options[0].label
    assert "2 条素材" in label and "下班绕路喝一杯手冲" in label
    second = await talk(option="reuse")
    brief = chat.drafting.store.run(second.run).brief
    assert "用上了写“下班绕路喝一杯手冲”时讲的 2 条素材" in second.assumptions
    assert second.run != first.run and [item.id for item in brief.material] == ["m1", "m2"]


async def test_only_the_story_before_may_be_taken_up_and_never_two_of_them(talk):
    await talk.drafted("下班绕路喝一杯手冲")
    await talk("写一篇早起跑步的笔记")
    await talk("周六早上六点在江边跑了五公里，风很大")
    asked = await talk("写一篇给爸妈挑体检套餐")
    label = asked.question.options[0].label
    assert "1 条素材" in label and "早起跑步" in label
    assert [item.text for item in talk.session.state().earlier] == ["周六早上六点在江边跑了五公里，风很大"]


def test_what_is_taken_up_counts_towards_the_most_a_note_may_rest_on():
    told = tuple(Material(id=f"m{n}", text=f"第{n}件事") for n in range(1, MOST_MATERIAL))
    state = ThreadState(topic="跑步", material=told, earlier=told, earlier_topic="手冲")
    with pytest.raises(UsageError) as caught:
        prepare_draft(None, Request(intent=Intent.DRAFT, topic="跑步", reuse=True), state)
    assert caught.value.code == "material_too_many"
