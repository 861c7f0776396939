"""What counts as promotion: a mention is none, and declared products win over mentioned ones."""

from __future__ import annotations

from datetime import date

import pytest

from agent.guardrails.conditions import detect_conditions
from agent.guardrails.document import Document
from agent.guardrails.engine import check
from agent.guardrails.evidence import Candidate, Evidence
from agent.guardrails.grounding import judge_claims
from agent.guardrails.inference import Offer, infer_offer
from agent.guardrails.loader import Packs, load_packs
from agent.guardrails.vocabulary import Scan
from agent.models import Account, Category, Fact, FactNumber, NoteInput


@pytest.fixture(scope="module")
def packs() -> Packs:
    return load_packs()


def offer(body: str, packs: Packs, *, employer: str = "", products: tuple[Category, ...] = ()) -> Offer:
    note = NoteInput(body=body, products=products)
    return infer_offer(note, Document(note), packs.lists, employer=employer)


def test_a_note_is_checked_for_what_it_promotes_and_says_what_else_it_names(packs: Packs) -> None:
    body = "我们行新理财，基准3.2%，起购一万。\n早上的豆腐脑不错。\n隔壁桌的大叔一辈子只认存款。"
    named = check(NoteInput(body=body), packs=packs)
    assert named.products == ("wm",) and named.beside == ("deposit",)
    assert not [finding for finding in named.findings if finding.rule.startswith("DEP-")]
    assert check(NoteInput(body=body, products=("wm", "deposit")), packs=packs).beside == ()
    unsold = check(NoteInput(body="存款到期了，基金还没看懂。"), packs=packs)
    assert set(unsold.products) == {"deposit", "fund"} and unsold.beside == ()


def test_a_deposit_that_title_or_tags_name_is_no_comparison(packs: Packs) -> None:
    told = {}
    for tag in ("结构性存款", "积存金", "厦门"):
        note = NoteInput(body="这期“鼓浪”就是存个定期。中间黄金跌成什么样都纹丝不动。", tags=(tag,))
        told[tag] = infer_offer(note, Document(note), packs.lists, employer="", sells=lambda *_: True).promoted
    assert told == {"结构性存款": {"deposit"}, "积存金": {"gold"}, "厦门": {"gold"}}


def test_a_company_that_sells_a_product_is_no_product(packs: Packs) -> None:
    told = "我们行三年期大额存单利率2.15%。{}那边整笔都赔您，推荐给大家。"
    assert offer(told.format("保险公司"), packs).promoted == {"deposit"}
    assert offer(told.format("保险"), packs).promoted == {"deposit", "insurance"}


@pytest.mark.parametrize(
    ("body", "category"),
    [
        ("我行存款又调了一次", "deposit"),
        ("信用贷最低3.1%，按天算", "loan"),
        ("三年期大额存单今天有货。利率1.8%", "deposit"),
        ("联名卡本周首发，封面很好看", "card"),
        ("推荐一只基金", "fund"),
        ("这款年金险讲了三遍", "insurance"),
        ("信用卡想办的找我，现在申请", "card"),
        ("我们行新理财，基准3.2%，起购一万", "wm"),
        ("我们行的理财新品上架啦，快来抢购", "wm"),
        ("自家卡分期年化4.5%", "card"),
        ("积存金一克起，早餐钱就够", "gold"),
    ],
)
def test_a_signal_around_a_product_makes_a_promotion(body: str, category: Category, packs: Packs) -> None:
    found = offer(body, packs)
    assert found.promotes
    assert category in found.products


@pytest.mark.parametrize(
    "body",
    [
        "存款保险怎么算，推荐收藏",
        "推荐这本讲基金的书",
        "提前还房贷要预约，推荐周三去",
        "陪孩子存钱，存钱罐满了。我们行门口的银杏黄了",
        "刷卡买咖啡，推荐这家的拿铁，入口绵密",
        "午休刷卡买了杯咖啡，今天8折",
        "我们行的同事都在聊基金，我只想下班",
        "A股今天跌了3%，我在柜台数钱",
        "基金的申购和赎回有什么区别，一次讲清",
        "我行我素的周末，聊到保险就头大",
        "这款咖啡好喝，朋友说基金跌了",
        "理财书读到一半",
    ],
)
def test_an_everyday_mention_is_no_promotion(body: str, packs: Packs) -> None:
    assert not offer(body, packs).promotes


@pytest.mark.parametrize(
    ("body", "promotes"),
    [
        ("骗子冒充我行客服，说贷款利率2.1%，点击链接申请", False),
        ("聊聊贷款。骗子会让你点击链接申请", False),
        ("别错过，我行贷款利率2.1%", True),
    ],
)
def test_what_is_warned_against_is_no_promotion(body: str, promotes: bool, packs: Packs) -> None:
    assert offer(body, packs).promotes is promotes


@pytest.mark.parametrize(
    ("body", "declared", "promoted"),
    [
        ("理财、基金、保险产品不是存款，不在保障范围里。定期年利率1.55%", ("deposit",), {"deposit"}),
        ("一批股票按规则选进来，我们行的指数基金管理费0.5%，手机银行首页就能买", ("fund",), {"fund"}),
        ("云杉沪深300指数证券投资基金，管理费0.5%，申购入口在手机银行", ("fund",), {"fund"}),
        ("子账户起名“倒霉基金”，年利率0.05%", ("deposit",), {"deposit"}),
        ("我们行的重疾险上架，保费8折", ("deposit",), {"deposit", "insurance"}),
        ("证券投资顾问服务，佣金8折，申请入口在首页", (), {"securities"}),
    ],
)
def test_only_what_the_words_promote_is_promoted_beside_the_declared(
    body: str, declared: tuple[Category, ...], promoted: set[str], packs: Packs
) -> None:
    assert offer(body, packs, products=declared).promoted == promoted


@pytest.mark.parametrize(
    ("body", "promoted"),
    [
        ("装修点了个消费贷，三分钟到账。\n要专属通道的扣“dai”，我发你", {"loan"}),  # a way in, and a product by name
        ("存钱计划每月一千。\n想要表格的扣1，发你", set()),  # a way in beside everyday words
        ("午休开个证券户。\n我喊点位你跟着进出就行", {"securities"}),  # what only a seller writes
        ("骗子拉人买股票，我喊点位你跟着进出就行。别转账，打96110", set()),
        ("积存金攒了半年，积存金真香。\n信用卡也能刷。\n进群找我", {"gold"}),  # what it speaks of most
        (
            "比定期强多了，存款放着也是放着，这固收+我一直拿。\n看我主页，有下单口令",
            {"fund"},
        ),  # compared with, not sold
        (
            "理财、保险不是存款。保单收好。\n广告｜南城银行",
            {"insurance"},
        ),  # an advertising label; a contrast sells nothing
    ],
)
def test_a_seller_at_work_promotes_what_the_note_speaks_of_most(body: str, promoted: set[str], packs: Packs) -> None:
    assert offer(body, packs).promoted == promoted


def test_what_stands_in_a_title_or_a_tag_counts_more(packs: Packs) -> None:
    note = NoteInput(title="积存金攒起来", body="信用卡年费免了。信用卡积分换了杯子。\n#积存金\n进群找我")
    assert infer_offer(note, Document(note), packs.lists).promoted == {"gold"}


def test_a_rate_of_the_own_product_promotes_it(packs: Packs) -> None:
    assert offer("全换成了我们家「日日添利」，七日年化2.9，随存随取", packs).promoted == {"wm"}
    assert offer("我们行代理销售的是南华人寿的定期寿险", packs).promoted == {"insurance"}


def test_the_employer_named_by_the_account_is_the_own_institution(packs: Packs) -> None:
    body = "在云杉银行分期，年化4.5%"
    assert offer(body, packs, employer="云杉银行").promotes is True
    without = "青柠银行分期，没有数字"
    assert offer(without, packs, employer="云杉银行").promotes is False


def test_the_engine_passes_the_employer_on(packs: Packs) -> None:
    account = Account(id="a", type="enterprise-staff", nickname="n", employer="云杉银行")
    note = NoteInput(body="云杉银行刷卡立减10元")
    assert check(note, packs=packs, account=account).note_type == "benefit"
    assert check(NoteInput(body="路口的店刷卡立减10元"), packs=packs, account=account).note_type == "lifestyle"


@pytest.mark.parametrize("body", ["存款保险五十万", "社会保险怎么查", "医保电子凭证", "黄金周去爬山", "定期体检"])
def test_a_word_that_only_holds_a_product_word_names_none(body: str, packs: Packs) -> None:
    assert offer(body, packs).products == frozenset()


def test_the_product_beside_a_masked_word_is_still_seen(packs: Packs) -> None:
    assert offer("有社保也要看医疗险", packs).products == {"insurance"}


def test_declared_products_promote_and_stay(packs: Packs) -> None:
    assert offer("湖边走一圈", packs, products=("gold",)) == Offer(frozenset({"gold"}), frozenset({"gold"}))


@pytest.mark.parametrize(("licences", "open_"), [(("基金从业资格",), False), (("保险执业登记",), True)])
def test_licences_are_asked_for_declared_products_only(licences: tuple[str, ...], open_: bool, packs: Packs) -> None:
    note = NoteInput(body="这只基金和那份年金险不一样", products=("fund",))
    document = Document(note)
    account = Account(id="a", type="enterprise-staff", nickname="n", licences=licences)
    evidence = Evidence(note, document, Scan(), frozenset({"fund", "insurance"}), "marketing", True, account=account)
    found = detect_conditions(packs["ACC-02"], evidence, packs.lists)
    assert isinstance(found, list)
    assert [type(entry) for entry in found] == ([Candidate] if open_ else [])


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ("贵宾厅一年6次", ["supported"]),
        ("出差很累。贵宾厅每年可用6次。", ["supported"]),
        ("贵宾厅一年8次", ["contradicted"]),
        ("贵宾厅每年可用8次", ["contradicted"]),
        ("我去了2次贵宾厅", []),
        ("一年6次爬山", []),
        ("贵宾厅一年6张票", []),
    ],
)
def test_a_promised_count_is_compared_with_its_fact(body: str, status: list[str]) -> None:
    fact = Fact(
        id="f", product="p", category="card", claim="贵宾厅一年6次", source="公告", valid_from=date(2026, 1, 1),
        numbers=(FactNumber(value="6", unit="次", what="贵宾厅"),),
    )  # fmt: skip
    note = NoteInput(body=body)
    evidence = Evidence(note, Document(note), Scan(), frozenset({"card"}), "benefit", True, facts=(fact,))
    claims = list(judge_claims(evidence))
    assert [claim.status for claim in claims] == status
    assert all(evidence.document.norm[claim.hit.start : claim.hit.end].endswith("次") for claim in claims)


def test_an_everyday_word_is_promoted_where_the_own_bank_points_at_it(packs):
    own = NoteInput(body="同事教我的办法，就是行里这款日开的理财。")
    told = NoteInput(body="同事教我的办法，就是先学一点理财。")
    assert infer_offer(own, Document(own), packs.lists).promoted == {"wm"}
    assert not infer_offer(told, Document(told), packs.lists).promoted


def read_as_a_seller(body: str, packs: Packs) -> Offer:
    """Infer with a reader to whom every note reads like a seller's."""
    note = NoteInput(body=body)
    return infer_offer(note, Document(note), packs.lists, sells=lambda norm, money: True)


@pytest.mark.parametrize(
    "body",
    [
        "前年跟同事一起买的基金，投了四万，现在剩三万一。不怪她，怪自己连季报都没翻过。这个月开始学剪纸，剪坏三张。",
        "狗十岁，想给它上个宠物保险，客服说心脏有杂音不收。回家路上给它买了个鸡腿，以后每月往饼干盒里放两百。",
        "电动车在菜场门口被刮了，保险不赔我的误工，他转了我两百修灯。人没伤着就好，头盔记得戴。",
        "去年离职赔了些，还清了欠着的房租，存款剩四万。同学群里晒车，我晒了晒阳台的番茄。",
        "前年起每个月一颗金豆，攒到第九颗。上个月牙疼要根管，卖了六颗，手续费扣掉一点，心疼得睡不着。",
        "今年春天肺炎住院，自费药一千八。自己那份医疗险免赔额一万，够不着。出院那天喝了两碗粥。",
        "去年炒股亏了两万二，卸载软件那天我妈做了鱼。一百天里学了游泳、换了两次水管。",
        "我那张信用卡用了五年，里程一次没换成。打电话注销，剪成四片，扔进四个垃圾桶。后悔没早点剪。",
        "送餐路上滑倒，脚踝肿了。后来平台给的意外险赔了两千一，剩下的工资慢慢补。",
        "送快递蹭了一辆车，对方定损九百，我的险不赔，自己掏的。",
    ],
)
def test_somebodys_own_story_promotes_nothing_however_it_reads(body: str, packs: Packs) -> None:
    assert not read_as_a_seller(body, packs).promotes


@pytest.mark.parametrize(
    "body",
    [
        "前年自己炒股亏了两万，去年跟着营业部的老师做，上个月已经赚回来了。这只基金我到现在还拿着，懂的来。",
        "狗十岁，宠物险不收。人就不一样了，我们支行代销的医疗险八十岁也收，姐妹们放心上。",
        "那年我还欠着网贷，后来靠这款理财翻身，每个月睡着都有进账。想学的评论区见。",
        "去年心疼没早点囤金豆，卖了两颗才知道回购不扣钱。跌了也会涨回来，你囤着就对了。",
        "那年每个月扣六千一，欠着的房贷后来找支行换成经营贷，月供少一半，额度还有。",
        "今年肺炎住院，自费药一千八，医疗险没有它不赔的，保障拉满。",
        "基金小课堂：净值、估值、回撤是什么意思。",
        "去年摔了一跤，意外险赔了两千一。现在签一份意外险，送餐券一沓。",
    ],
)
def test_a_story_that_turns_to_readers_or_to_a_trade_promotes_as_it_reads(body: str, packs: Packs) -> None:
    assert read_as_a_seller(body, packs).promotes


def test_what_friends_buy_together_has_no_lowest_amount(packs: Packs) -> None:
    assert not offer("前年跟同事一起买的基金，投了四万", packs).promotes
    assert offer("这个基金一元起购，零钱也行", packs).promotes


@pytest.mark.parametrize(
    "body",
    [
        "我行挂钩金价那款，半年到期拿3.1%走人，嫌定期闷的来看看。",
        "我行新出一款结构性存款，挂钩黄金，最高2.9%，起购一万。",
        "这款挂钩国际金价的，三个月2.8%起，想要的来找我。",
        "新一期挂钩的是黄金，保底1%，上限3%，抢购中。",
    ],
)
def test_a_return_that_hangs_on_gold_sells_a_structured_product_and_no_gold(body: str, packs: Packs) -> None:
    found = offer(body, packs)
    assert "wm" in found.promoted
    assert "gold" not in found.products


@pytest.mark.parametrize(
    "body",
    [
        "挂钩金价那款3.1%，我行金条也打九折，欢迎咨询我购买金条。",
        "我行积存金一克起，最近金价涨得猛，欢迎找我申购。",
        "盯住金价的朋友，我行金条今天一克起购。",
    ],
)
def test_gold_on_offer_stays_gold_beside_what_hangs_on_it(body: str, packs: Packs) -> None:
    assert "gold" in offer(body, packs).promoted


def test_what_may_not_pay_for_a_product_is_not_promoted(packs: Packs) -> None:
    body = "我们行的积存金1克起，手续费率0.5%，购买资金须为自有资金，信用卡和贷款资金{}用。"
    assert offer(body.format("不能"), packs, products=("gold",)).promoted == {"gold"}
    assert offer(body.format("都能"), packs, products=("gold",)).promoted > {"gold"}
