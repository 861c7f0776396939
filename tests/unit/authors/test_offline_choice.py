"""What the author without a model chooses to speak of: nothing beside what hurts, nothing that does not fit."""

import asyncio
from datetime import date

import pytest

from agent.authors import OfflineAuthor
from agent.authors.fitting import sensitive_in
from agent.briefs import Request, make_brief
from agent.ingredients import gather
from agent.models import Plan, Sources
from agent.workspace import load_workspace

AUTHOR = OfflineAuthor()
TODAY = date(2026, 11, 27)
BANK = load_workspace(None)
SHOES = "周日我拿一双开胶的靴子去楼下修鞋摊。大爷说这胶得晾一晚上。我问多少钱，他说八块。第二天去取，他没多收。"
TRAIN = "十月底和闺蜜坐高铁去苏州，来回车票一共花了268。第一天下雨，鞋全湿了。晚上住在巷子里的民宿，隔壁一直在笑。"
BOOKS = "周六下午走到一家新开的书店。我挑了两本，一共126块。老板送了我一张书签，上面写着别急。"
DOG = "老狗十四岁，上周四走的。最后那天它一直趴在门口。宠物医院的医生说它没有受苦。"


def given(topic: str, kind: str = "education", told: str = "", **more: object) -> Sources:
    request = Request(topic=topic, note_type=kind, material_texts=(told,) if told else (), **more)
    brief, _ = make_brief(request, workspace=BANK, as_of=TODAY, run_id="r")
    return gather(BANK, brief)


def plan(topic: str, kind: str = "education", told: str = "", **more: object) -> Plan:
    return asyncio.run(AUTHOR.plan(given(topic, kind, told, **more)))


def asked(chosen: Plan) -> str:
    return "\n".join(question.text for question in chosen.questions)


@pytest.mark.parametrize("kind", ["education", "benefit"])
@pytest.mark.parametrize(
    "topic",
    ["殡仪馆门口的花店", "给爷爷办丧事", "外婆走的那个冬天", "陪我妈做化疗", "离婚那天下雨", "流产之后的第一个月"],
)
def test_what_hurts_gets_gentle_questions_and_neither_tips_nor_offers(topic, kind):
    chosen = plan(topic, kind)
    assert (chosen.writable, chosen.scene, chosen.facts, chosen.points) == (False, "", (), ())
    assert len(chosen.questions) == 3 and "花" not in asked(chosen).replace(topic, "")


def test_what_hurts_is_told_alone_and_beside_no_offer():
    told = plan("家里的老狗", "education", DOG)
    assert (told.writable, told.points, told.skeleton) == (True, (), "told-alone")
    note = asyncio.run(AUTHOR.write(told, given("家里的老狗", "education", DOG)))
    assert note.body == DOG
    assert not plan("家里的老狗", "benefit", DOG, products=("云杉家庭卡",)).writable


@pytest.mark.parametrize(
    "text",
    [
        "爸爸走后收到他的话费账单", "妈妈不在了，她的手机账单", "外公去年走了，留下一本存折", "养了八年的狗走了",
        "回了汪星", "爸爸离开我们三年了，老房子的水电费",
        "早上它在垫子上。我请了半天假，把它埋在枇杷树下", "送走了陪我十年的猫",
    ],
)  # fmt: skip
def test_a_death_is_heard_in_gentle_words(text):
    assert sensitive_in(text) == "death"


@pytest.mark.parametrize(
    "text",
    [
        "外公走后门进去",
        "爸爸走了两站路",
        "妈妈不在了家",
        "同事离开我们公司三年了",
        "哥哥今年走了狗屎运",
        "遛狗走了三公里",
        "中风险产品",
        "失物招领处的遗物招领牌",
        "热死了",
        "蚯蚓死在瓷砖上",
        "猫做绝育手术",
    ],
)
def test_words_that_only_look_like_grief_are_none(text):
    assert sensitive_in(text) == ""


@pytest.mark.parametrize("topic", ["奶奶的搪瓷盆", "医院门口的烤红薯", "地铁口卖玫瑰的女孩"])
def test_the_head_of_a_name_decides_what_a_topic_is_about(topic):
    chosen = plan(topic, "benefit")
    assert (chosen.writable, chosen.scene) == (False, "")


def test_a_head_that_only_says_when_leaves_the_scene_to_the_words_before_it():
    assert plan("早高峰挤地铁的一年", "benefit").scene == "commute"


def test_a_story_counts_by_its_sentences_and_not_by_its_files():
    assert plan("楼下修鞋的大爷", "lifestyle", SHOES).writable
    assert not plan("楼下修鞋的大爷", "lifestyle", SHOES.split("。")[0] + "。").writable


@pytest.mark.parametrize(
    ("topic", "told", "fact"),
    [
        ("跟闺蜜去苏州两天一夜", TRAIN, "tc-train-50"),
        ("城里走一走", BOOKS, "cc-book-100-15"),
        ("冬天第一碗羊肉汤", "", "cc-noodle-30-4"),
        ("周三的鸡腿饭", "周三中午和同事去吃鸡腿饭，一份46块。老板娘多给了一勺卤汁。他们要搬走了。", "cc-lunch-40-6"),
    ],
)
def test_an_offer_is_chosen_by_what_the_story_tells(topic, told, fact):
    assert plan(topic, "benefit", told).facts == (fact,)


def test_an_offer_of_other_days_is_not_chosen():
    told = "周六中午和爸妈去吃鸡腿饭，一份46块。老板娘多给了一勺卤汁。他们要搬走了。"
    assert "cc-lunch-40-6" not in plan("鸡腿饭", "benefit", told).facts


def test_a_named_product_gives_its_fitting_offer_and_no_other():
    assert plan("跟闺蜜去苏州", "benefit", TRAIN, products=("云杉行旅卡",)).facts == ("tc-train-50",)
    teeth = "上周五吃栗子，崩了半颗门牙。牙医说补一下六百八。我选了补。回去路上说话漏风。"
    chosen = plan("崩了半颗门牙", "benefit", teeth, products=("云杉家庭卡",))
    assert not chosen.writable and "相称" in chosen.reason
    assert "fc-pet-100-12（" in asked(chosen) and "满100元减12元" in asked(chosen)
    assert "fc-mid-autumn" not in asked(chosen), "what has ended is no choice"


@pytest.mark.parametrize(
    ("topic", "told", "points"),
    [
        ("我爸学会了网上挂号", "上个月我教我爸挂号。前两遍他把验证码念给我听。第三遍他自己挂上了。", ("screen-share",)),
        ("自动续费扣了钱", "早上手机响了一声，会员自动续费扣了15块。我翻了一圈。还有两个也在自动扣。", ("auto-renew",)),
        ("连着加班两周", "连着加班两周。昨天九点前下了班。地铁上有座，我睡过了站。", ()),
        (
            "外卖小哥帮我搬了箱子",
            "周六从快递站搬箱子，搬不动了。一个送外卖的小哥帮我抬到六楼。他说这单还有四分钟。",
            (),
        ),
    ],
)
def test_a_point_is_chosen_by_the_matter_of_the_story_or_not_at_all(topic, told, points):
    chosen = plan(topic, "education", told)
    assert chosen.writable and chosen.points == points
    assert ("--point" in asked(chosen)) is not points


def test_an_education_note_without_story_and_point_asks_for_one_of_the_nearest():
    chosen = plan("加班")
    assert not chosen.writable and chosen.points == ()
    assert asked(chosen).count("（") == 3 and "emergency-fund（先留一笔应急的钱）" in asked(chosen)


def test_a_traditional_topic_is_read_as_its_simplified_twin():
    one, other = (plan(topic) for topic in ("第一次給爸媽買手機，教他們用支付", "第一次给爸妈买手机，教他们用支付"))
    assert (one.scene, one.points, one.writable) == (other.scene, other.points, True)


@pytest.mark.parametrize(
    ("topic", "word", "never"),
    [
        ("车兵残局：单车难胜士象全", "走通", "花"),
        ("蟑螂", "碰见", "花"),
        ("为什么我们那条街叫哑巴街", "来历", "哪一天"),
        ("老挂钟每天慢四分钟", "谁的", "花"),
        ("楼下修鞋的大爷", "那天发生了什么", "花"),
        ("学会了打领带", "最难", "花"),
    ],
)
def test_questions_are_those_of_the_kind_of_topic(topic, word, never):
    chosen = plan(topic)
    said = asked(chosen).replace(topic, "")
    assert not chosen.writable and len(chosen.questions) <= 3
    assert word in said and never not in said


def test_what_was_told_is_not_asked():
    assert "说过哪一句话" in asked(plan("楼下修鞋的大爷"))
    assert "说过哪一句话" not in asked(plan("楼下修鞋的大爷", "education", "大爷说这胶得晾一晚上。"))
