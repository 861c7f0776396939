"""What the author without a model leaves out because it does not fit the topic, and how it comes to its point."""

import asyncio
from datetime import date
from typing import Any

import pytest

from agent.authors import OfflineAuthor
from agent.authors.phrasebank import load_common, load_scenes
from agent.authors.topics import read_topic
from agent.models import Brief, Fact, Institution, Material, Note, Plan, Point, Product, Segment, Sources

AUTHOR = OfflineAuthor()
BRIDGE = "路上的时间看不见，其实也是开销。"


def point(name: str = "p", **fields: Any) -> Point:
    defaults = {"title": "两个日子", "theme": "消保", "text": "账单日和还款日分不清，就容易漏还。", "source": "提示"}
    return Point(id=name, **(defaults | fields))


def sources(topic: str, *, told: tuple[str, ...] = (), note_type: str = "education", **given: Any) -> Sources:
    material = tuple(Material(id=f"m{n}", text=text) for n, text in enumerate(told, start=1))
    seed = given.pop("seed", 0)
    brief = Brief(id="b", topic=topic, note_type=note_type, as_of=date(2026, 11, 24), material=material, seed=seed)
    brief = brief.model_copy(update={"points": given.pop("named", ())})
    return Sources(brief=brief, institution=Institution(name="云杉银行", full_name="云杉银行"), **given)


def plan(given: Sources) -> Plan:
    return asyncio.run(AUTHOR.plan(given))


def write(given: Sources) -> Note:
    return asyncio.run(AUTHOR.write(plan(given), given))


@pytest.mark.parametrize(
    ("topic", "words"),
    [
        ("傍晚沿河散步", ("头灯", "山", "帐篷", "登山杖", "台阶")),
        ("学游泳的第三节课", ("跑", "鞋带", "球", "体重")),
        ("给卧室换一盏灯", ("生料带", "水压", "押金", "合同")),
        ("猫咪第一次去打疫苗", ("狗", "牵引绳", "鱼缸", "术前", "伊丽莎白圈")),
        ("中秋给同事带月饼", ("拜年", "红包", "年货", "春联", "大扫除")),
    ],
)
@pytest.mark.parametrize("seed", range(6))
def test_a_line_for_another_kind_of_topic_is_left_out(topic: str, words: tuple[str, ...], seed: int) -> None:
    body = write(sources(topic, note_type="lifestyle", seed=seed)).body
    assert [word for word in words if word in body] == []


def test_what_the_material_names_is_not_left_out() -> None:
    told = sources("傍晚沿河散步", told=("带了头灯。",))
    assert not read_topic(told.brief).is_foreign("头灯先试电。")
    assert read_topic(sources("傍晚沿河散步").brief).is_foreign("头灯先试电。")


def test_an_account_that_used_up_the_fitting_lines_repeats_them_rather_than_change_the_subject() -> None:
    hiking = next(scene for scene in load_scenes() if scene.id == "hiking")
    strolls = [line for facet in hiking.facets if "散步" in facet.cues for line in facet.lines]
    plain = [line for line in hiking.lines if "山" not in line]
    used = Note(titles=("旧",), title="旧", segments=(Segment(text="\n".join([*strolls, *plain]), kind="life"),))
    for seed in range(6):
        note = write(sources("傍晚沿河散步", note_type="lifestyle", seed=seed, earlier=(used,)))
        assert not [segment for segment in note.segments if "山" in segment.text]


def test_a_point_is_reached_over_its_own_bridge() -> None:
    given = sources("地铁早高峰", points=(point(scenes=("commute",), bridge=BRIDGE),))
    texts = [segment.text for segment in write(given).segments]
    at = texts.index(BRIDGE)
    assert texts[at + 1].startswith("账单日")
    assert texts[at - 1] not in load_common().topic_shifts


@pytest.mark.parametrize("bridge", [BRIDGE, ""])
def test_a_point_from_another_part_of_life_is_announced_as_such(bridge: str) -> None:
    given = sources("地铁早高峰", named=("p",), points=(point(scenes=("wedding",), bridge=bridge),))
    texts = [segment.text for segment in write(given).segments]
    at = next(n for n, text in enumerate(texts) if text in load_common().topic_shifts)
    assert texts[at + 1 :][: 2 if bridge else 1][-1].startswith("账单日")


def test_a_point_about_the_scene_itself_is_preferred_to_one_that_may_stand_in_it() -> None:
    about = point("about", title="通勤也有成本", keywords=("通勤",), scenes=("commute",))
    points = (point("a", scenes=("commute",)), about, point("z", scenes=("commute",)))
    assert plan(sources("地铁早高峰", points=points)).points == ("about",)


def test_a_word_that_only_strays_into_a_points_text_weighs_less_than_its_subject() -> None:
    stray = point("stray", text="手机和微信到了别人手里也能付。", scenes=("parents",))
    meant = point("meant", title="老人记不住密码", keywords=("外婆",), scenes=("parents",))
    assert plan(sources("教外婆用手机微信", points=(stray, meant))).points == ("meant",)


def test_a_duration_inside_a_topic_ends_it_when_its_head_says_enough() -> None:
    note = write(sources("国庆自驾三个月前就开始计划"))
    assert "自驾" in note.title


@pytest.mark.parametrize(
    ("topic", "told"),
    [("考古志愿者的一天", ""), ("参加一场国际象棋业余赛", "最后一盘输给一个小学生。")],
)
def test_a_topic_that_only_brushes_a_family_is_outside(topic: str, told: str) -> None:
    chosen = plan(sources(topic, told=(told,) if told else ()))
    assert not chosen.writable
    assert chosen.questions


def test_hotpot_at_home_is_cooking() -> None:
    assert plan(sources("下雨天在家煮火锅")).scene == "cooking"
    assert plan(sources("和同学吃火锅")).scene == "dining"


def test_what_the_topic_ends_in_comes_first() -> None:
    pets = next(scene for scene in load_scenes() if scene.id == "pets")
    visits = {line for facet in pets.facets if "疫苗" in facet.cues for line in facet.lines}
    for seed in range(6):
        body = write(sources("猫咪第一次去打疫苗", seed=seed)).body
        assert sum(line in body for line in visits) >= 3


@pytest.mark.parametrize(
    ("topic", "writable"),
    [
        ("捡到一台老胶片相机，找到失主的那个晚上", False),
        ("旧衣柜夹层里那封没寄出去的信", False),
        ("相机换手机", True),
        ("整理衣柜，扔掉三袋衣服", True),
        ("捡到一只小猫", True),
        ("菜市场捡到一把便宜的葱", True),
    ],
)
def test_a_thing_that_is_only_a_prop_does_not_bring_its_scene(topic: str, writable: bool) -> None:
    assert plan(sources(topic, note_type="lifestyle")).writable is writable


@pytest.mark.parametrize(("told", "chosen"), [("水电费单子夹在里头。", ("w",)), ("收音机响了，串着杂音。", ())])
def test_a_life_note_takes_a_point_only_when_somebody_named_it(told: str, chosen: tuple[str, ...]) -> None:
    bills = point("w", title="家里的固定开销", text="水电、物业、宽带加起来就是家里的底。", scenes=("housing",))
    assert (
        plan(sources("在阳台上修一台老收音机", note_type="lifestyle", told=(told,), points=(bills,))).points == chosen
    )


@pytest.mark.parametrize("category", ["fund", "card"])
def test_an_offer_of_several_facts_is_introduced_once_in_whole_sentences(category: Any) -> None:
    product = Product(id="p", name="某产品", full_name="某产品", category=category, issuer="云杉银行")
    facts = tuple(
        Fact(id=f"f{n}", product="p", category=category, claim=f"条款{n}", source="资料", valid_from=date(2026, 1, 1))
        for n in (1, 2)
    )
    common = load_common()
    bank = common.benefit_intros if category == "card" else common.product_intros
    for seed in range(8):
        given = sources("七样剩菜炖一锅", note_type="marketing", seed=seed, products=(product,), facts=facts)
        brief = given.brief.model_copy(update={"products": ("p",), "facts": ("f1", "f2")})
        note = write(given.model_copy(update={"brief": brief}))
        intros = [s for s in note.segments if s.text in {phrase.format(product="某产品") for phrase in bank}]
        assert len(intros) == 1
        assert not [line for line in note.body.splitlines() if line.endswith("：")]


@pytest.mark.parametrize(
    ("topic", "read"), [("租房第三年，又要搬家", "又要搬家"), ("考研第二年", "考研"), ("租房第三年", "租房")]
)
def test_an_ordinal_is_cut_with_its_number_and_a_clause_behind_it_is_heard(topic, read):
    assert read_topic(sources(topic).brief).topic == read
