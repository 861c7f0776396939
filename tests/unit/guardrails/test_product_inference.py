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
