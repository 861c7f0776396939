"""How the author without a model carries a story: its own sentences, a way to the point, an ending, titles."""

import asyncio
import re
from datetime import date
from random import Random
from typing import Any

import pytest

from agent.authors import OfflineAuthor, naming
from agent.authors.naming import name_titles
from agent.authors.phrasebank import load_bridges, load_common, load_scenes
from agent.authors.topics import read_topic
from agent.graph.assembly import assemble
from agent.models import (
    Account,
    Brief,
    Fact,
    FactNumber,
    Institution,
    Material,
    Note,
    Point,
    Product,
    Sources,
)
from agent.text.sentences import sentences
from agent.text.units import title_units
from agent.workspace import load_workspace

AUTHOR = OfflineAuthor()
BANK = "云杉银行股份有限公司"
RULES = Point(
    id="sms", title="短信链接先不点", theme="反诈", text="链接先不点，打官方电话。", source="提示", keywords=("短信",)
)
ADOPT = Point(id="far", title="网上领养要防", theme="反诈", text="先收运费是套路。", source="提示", scenes=("pets",))
BOOKS = Point(id="books", title="记账三类", theme="投教", text="分三类就够。", source="提示", keywords=("记账",))
CARD = Product(
    id="card", name="云杉咖啡卡", full_name="云杉银行咖啡信用卡", category="card", issuer=BANK, aliases=("咖啡卡",)
)
OFFER = Fact(
    id="f1",
    product="card",
    category="card",
    claim="云杉咖啡卡持卡人在合作咖啡门店单笔满30元减5元，每户每月限3次",
    numbers=(FactNumber(value="30", unit="元", what="门槛"),),
    source="资料",
    valid_from=date(2026, 1, 1),
)
COFFEE = ("周二绕到一家咖啡店", "点了一杯，{sum}块，老板磨豆磨了很久", "老板说：你别怪它", "雨停了，伞忘在桶里")
PHONE = (
    "给妈妈换了新手机，字调到最大",
    "中间弹出一条短信，差点点进去",
    "她回我：知道了，你别老说",
    "晚上发来一条语音，四十秒，全是电视声",
)
CAT = (
    "在车棚后面搭了一个泡沫箱窝",
    "橘猫蹲在三米外看了一个下午",
    "李阿姨说：口子朝南，别朝风",
    "第二天去看，里面睡的是只刺猬",
)


def sources(
    topic: str, told: tuple[str, ...] = (), note_type: str = "education", seed: int = 0, **given: Any
) -> Sources:
    material = tuple(Material(id=f"m{number}", text=text) for number, text in enumerate(told, start=1))
    asked = {key: given.pop(key) for key in ("keyword", "products", "facts") if key in given and key == "keyword"}
    brief = Brief(
        id="b", topic=topic, note_type=note_type, as_of=date(2026, 11, 24), material=material, seed=seed, **asked
    )
    if given.get("facts"):
        brief = brief.model_copy(update={"facts": tuple(fact.id for fact in given["facts"])})
    return Sources(brief=brief, institution=Institution(name="云杉银行", full_name=BANK), **given)


def coffee(amount: int, *more: str, seed: int = 0) -> Sources:
    told = (*(text.format(sum=amount) for text in COFFEE), *more)
    return sources("绕路喝咖啡", told, "benefit", seed, facts=(OFFER,), products=(CARD,))


def write(given: Sources) -> Note:
    return asyncio.run(AUTHOR.write(asyncio.run(AUTHOR.plan(given)), given))


def texts(note: Note) -> list[str]:
    return [segment.text for segment in note.segments]


@pytest.mark.parametrize("seed", range(5))
def test_a_long_story_is_told_in_order_and_without_phrases_of_the_bank(seed: int) -> None:
    told = (
        *PHONE[:3],
        "她把旧手机里的照片一张张看过去，舍不得传完就删，看到外公的那张停了很久",
        "最后一张是灶台",
        PHONE[3],
    )
    note = write(sources("帮妈妈换新手机", told, "lifestyle", seed))
    own = [segment.text.rstrip("。") for segment in note.segments if segment.sources]
    assert own[: len(told)] == list(told)
    assert not [segment for segment in note.segments if not segment.sources]


@pytest.mark.parametrize("told", [1, 3])
@pytest.mark.parametrize("note_type", ["lifestyle", "education", "benefit"])
def test_no_line_of_a_scene_stands_in_a_note_that_has_a_story(told: int, note_type: str) -> None:
    story = ("绕到一家没有招牌的咖啡店，靠窗坐了一会儿", "老板磨豆磨了很久，说下雨天豆子会闷", "雨停了，伞忘在门口桶里")
    given = sources("绕路喝咖啡", story[:told], note_type, facts=(OFFER,) if note_type == "benefit" else ())
    note = write(given.model_copy(update={"products": (CARD,)}))
    ours = {line for scene in load_scenes() for bank in (scene.lines, scene.leads, scene.closings) for line in bank}
    ours |= {line for scene in load_scenes() for facet in scene.facets for line in facet.lines}
    assert not [segment.text for segment in note.segments if segment.text in ours]


@pytest.mark.parametrize("seed", range(3))
def test_the_whole_story_comes_before_anything_of_ours_even_with_a_search_word(seed: int) -> None:
    given = sources("帮妈妈换新手机", PHONE, seed=seed, points=(RULES,), keyword="智能手机")
    first = "".join(texts(write(given))[: len(PHONE)])
    assert first == "".join(f"{text}。" for text in PHONE)


def test_a_story_told_at_a_stretch_is_cut_into_paragraphs_and_no_word_is_changed() -> None:
    story = (
        "昨天晚上八点多下班，电梯停电。我爬了十四层，在九楼歇了一次。楼道里有个小男孩抱着一只恐龙车，"
        "说轮子掉了，问我会不会修。我蹲下来弄了半天，弄反了。他说：“没关系。我爸也弄反过。”"
        "他妈妈出来，塞给我两个橘子。到家一看，橘子上画着笑脸。"
    )
    note = write(sources("停电爬楼", (story,), "lifestyle"))
    told = [segment for segment in note.segments if segment.sources == ("m1",) and segment.text in story]
    assert "".join(segment.text for segment in told) == story
    assert all(segment.paragraph for segment in told)
    assert len(told) >= 3
    assert all(len(segment.text) <= 90 for segment in told)
    assert any("“没关系。我爸也弄反过。”" in segment.text for segment in told)
    assert max(len(sentences(segment.text)) for segment in told) <= 4


@pytest.mark.parametrize("bridge", ["", "要紧的消息不会催人。", "短信来得急的时候要慢下来。"])
def test_a_point_is_reached_by_one_sentence_with_the_word_it_shares(bridge: str) -> None:
    given = sources("帮妈妈换新手机", PHONE, points=(RULES.model_copy(update={"bridge": bridge}),))
    note = write(given)
    at = next(n for n, segment in enumerate(note.segments) if segment.kind == "point")
    assert "短信" in note.segments[at - 1].text
    assert note.segments[at - 1].text.endswith(bridge)
    assert note.segments[at - 1].sources == ("m2",)
    assert note.segments[at - 2].sources == ("m4",)


def test_a_story_ends_in_a_question_only_about_what_somebody_said_in_it() -> None:
    said = [text for seed in range(4) for text in texts(write(sources("帮妈妈换新手机", PHONE, "lifestyle", seed)))[4:]]
    assert said
    assert all("“知道了，你别老说”" in text for text in said)
    assert texts(write(sources("给流浪猫搭窝", CAT[:2], "lifestyle")))[2:] == []


def test_a_point_about_small_spending_takes_up_a_sum() -> None:
    note = write(sources("摔碎的砂锅", ("砂锅碎了", "买的时候四十五块", "那家店没了", "又买了一个"), points=(BOOKS,)))
    assert any("四十五块" in segment.text and segment.text != "买的时候四十五块。" for segment in note.segments)
    assert any(segment.kind == "point" for segment in note.segments)


def test_a_point_that_only_shares_the_scene_is_not_forced_onto_a_story() -> None:
    chosen = asyncio.run(AUTHOR.plan(sources("给流浪猫搭窝", CAT, points=(ADOPT,))))
    assert chosen.points == ()
    assert any("知识点" in question.text for question in chosen.questions)
    assert asyncio.run(AUTHOR.plan(sources("领养了一只流浪猫", points=(ADOPT,)))).points == ("far",)


def test_a_story_says_which_of_its_scenes_a_topic_is_about() -> None:
    bought = sources("女儿自己付钱买番茄", ("带女儿去菜市场", "她挑了最丑的四个", "孩子她爸喝了两碗汤"))
    assert read_topic(bought.brief).scenes[0].id == "parenting"
    assert read_topic(sources("阳台种番茄", ("带女儿浇水",)).brief).scenes[0].id == "garden"


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize(("amount", "bank"), [(18, "below"), (32, "above")])
def test_a_sum_is_set_beside_the_threshold_of_the_offer(amount: int, bank: str, seed: int) -> None:
    note = write(coffee(amount, seed=seed))
    phrases = load_bridges().benefits.amount if bank == "above" else load_bridges().thresholds.below
    said = {phrase.format(amount=f"{amount}块", threshold="30", product="云杉咖啡卡") for phrase in phrases}
    found = [segment for segment in note.segments if segment.text in said]
    assert [segment.sources for segment in found] == [("m2", "f1")]
    at = note.segments.index(found[0])
    assert [segment.kind for segment in note.segments].index("condition") - at == (1 if bank == "above" else -1)


def test_a_sum_beside_nothing_the_offer_is_about_proves_nothing() -> None:
    told = ("在操场学独轮车，摔了十一次", "买水花了32块", "第九次骑出去六米", "膝盖青了一块")
    note = write(sources("学会骑独轮车", told, "benefit", facts=(OFFER,), products=(CARD,)))
    assert not [segment for segment in note.segments if "f1" in segment.sources and "m2" in segment.sources]
    at = next(n for n, segment in enumerate(note.segments) if segment.kind == "condition")
    assert note.segments[at - 1].text in {p.format(product=CARD.name) for p in load_common().benefit_intros}
    assert note.segments[at - 2].sources == ("m4",)


def test_what_the_employee_says_of_the_product_leads_to_it_and_nothing_else_does() -> None:
    note = write(coffee(32, "付的时候刷的咖啡卡，减了五块"))
    at = next(n for n, segment in enumerate(note.segments) if segment.kind == "condition")
    assert note.segments[at - 1].sources == ("m5",)
    assert not [text for text in texts(note)[:at] if "云杉咖啡卡" in text]


def test_employer_provider_and_card_stand_in_two_lines_and_nothing_is_said_twice() -> None:
    given = coffee(32)
    note = assemble(write(given), given)
    lines = [segment.text for segment in note.segments if segment.kind in ("role", "disclosure")]
    assert len(lines) == 2
    assert BANK in lines[0]
    assert CARD.full_name in lines[0]
    assert assemble(note, given) == note


def test_a_card_that_speaks_of_instalments_keeps_the_long_line() -> None:
    claim = OFFER.claim.replace("减5元", "减5元，可分期")
    product = CARD.model_copy(update={"slots": {"apr_low": "12", "apr_high": "18"}})
    facts = (OFFER.model_copy(update={"claim": claim}),)
    given = sources("绕路喝咖啡", COFFEE[2:] * 2, "benefit", facts=facts, products=(product,))
    note = assemble(write(given), given)
    assert load_bridges().card_line not in texts(note)
    assert any("分期年化利率（单利）12%–18%" in text for text in texts(note))


def test_an_account_whose_profile_names_the_role_is_not_made_to_repeat_it() -> None:
    account = Account(id="a", type="institution", nickname="云杉", employer=BANK, role_on_profile=True)
    note = write(coffee(32).model_copy(update={"account": account}))
    assert not [segment for segment in note.segments if segment.kind == "role"]


def test_a_product_the_bank_only_sells_says_who_issues_it() -> None:
    sold = CARD.model_copy(update={"category": "fund", "issuer": "青禾基金管理有限公司", "seller": BANK})
    fact = OFFER.model_copy(update={"category": "fund"})
    given = sources("绕路喝咖啡", COFFEE[2:] * 2, "marketing", facts=(fact,), products=(sold,))
    role = [segment.text for segment in write(given).segments if segment.kind == "role"]
    assert len(role) == 1
    assert "青禾基金管理有限公司发行" in role[0]
    assert "代销" in role[0]


@pytest.mark.parametrize("category", ["wm", "fund", "securities"])
def test_what_the_bank_itself_issued_is_not_said_to_be_sold_for_another(category: str) -> None:
    own = CARD.model_copy(update={"category": category, "issuer": BANK, "seller": BANK})
    fact = OFFER.model_copy(update={"category": category})
    given = sources("绕路喝咖啡", COFFEE[2:] * 2, "marketing", facts=(fact,), products=(own,))
    assert "代销" not in write(given).body


def test_titles_take_up_the_story_in_several_shapes() -> None:
    for sets in load_workspace(None).materials:
        told = tuple(item.text for item in sets.items)
        note = write(sources(sets.title, told, "lifestyle"))
        assert 3 <= len(note.titles) <= 5, sets.id
        assert all(title_units(title) <= 20 for title in note.titles)
        tails = {re.split("[，：]", title)[-1] for title in note.titles}
        assert len(tails) == len(note.titles), note.titles
        taken = [title for title in note.titles if any(title[-3:].strip("”") in text.replace(" ", "") for text in told)]
        assert taken, sets.id


def test_no_two_stories_share_the_second_half_of_their_titles() -> None:
    tails = []
    for sets in load_workspace(None).materials:
        note = write(sources(sets.title, tuple(item.text for item in sets.items), "lifestyle"))
        tails += [re.split("[，：？]", note.title)[-1]]
    assert len(set(tails)) == len(tails)


def test_a_search_word_that_asks_is_no_name_for_a_title() -> None:
    note = write(sources("食堂的砂锅", ("食堂周三做砂锅", "大家只爱抢鹌鹑蛋", "萝卜是硬的"), keyword="指数是什么"))
    assert not [title for title in note.titles if "指数是什么记" in title]


def test_a_title_without_a_story_takes_a_clause_of_its_own_lines() -> None:
    lines = {line for scene in load_scenes() for facet in scene.facets for line in facet.lines}
    lines |= {line for scene in load_scenes() for line in scene.lines}
    notes = [write(sources(topic, note_type="lifestyle")) for topic in ("秋天带孩子去动物园", "下班夜跑", "早市买鱼")]
    taken = [title for note in notes for title in note.titles if any(title[-5:] in line for line in lines)]
    assert taken


def test_advice_of_the_body_makes_a_title_but_answers_no_question() -> None:
    def titles(topic: str) -> set[str]:
        reading = read_topic(sources(topic).brief)
        return {title for n in range(4) for title in name_titles(reading, Random(n), lines=("别挑软的。",))}

    assert [title for title in titles("早市上买番茄") if "别挑软的" in title]
    assert not [title for title in titles("早市买番茄怎么挑") if "别挑软的" in title]


def test_a_tag_names_no_time_the_story_does_not() -> None:
    told = ("下班绕到一家咖啡店", "点了一杯，32块", "老板磨豆磨了很久")
    tags = {tag for seed in range(12) for tag in write(sources("绕路喝咖啡", told, "lifestyle", seed)).tags}
    assert "城市小店" in tags
    assert "午休时间" not in tags
    noon = ("中午绕到一家咖啡店", *told[1:])
    assert "午休时间" in {
        tag for seed in range(12) for tag in write(sources("绕路喝咖啡", noon, "lifestyle", seed)).tags
    }


def test_of_words_that_begin_at_one_place_the_longest_is_the_first_tag_in_every_process(monkeypatch) -> None:
    longer = [f"{first}房子" for first in "甲乙丙丁戊己庚辛壬癸子丑"]
    monkeypatch.setattr("agent.authors.naming._cues", lambda scene: [*longer, *(word[:-1] for word in longer)])
    reading = read_topic(
        sources("周末看房", ("、".join(longer), "点了一杯，32块", "老板磨豆磨了很久"), "lifestyle").brief
    )
    about = list(naming._about(reading))
    assert [word for word in about if word in longer] == longer
    assert all(about.index(word) < about.index(word[:-1]) for word in longer)


def test_change_that_was_given_back_stands_in_no_title() -> None:
    told = ("带女儿去菜市场", "我给她二十块零钱让她付，找回来六块五", "她挑了最丑的四个", "她喝了两碗汤")
    titles = [title for seed in range(6) for title in write(sources("赶早集", told, "lifestyle", seed)).titles]
    assert not [title for title in titles if "六块五" in title or "二十块" in title]
