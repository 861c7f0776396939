"""What a note names by the way is not what it promotes: old jobs, rivals, likenesses, what pays for the product."""

from __future__ import annotations

import pytest

from agent.guardrails import check, load_packs
from agent.guardrails.asides import is_aside
from agent.guardrails.document import Document
from agent.guardrails.inference import infer_offer, mentions_of
from agent.models import Category, NoteInput


@pytest.fixture(scope="module")
def packs():
    return load_packs(examples=False)


def asides(body: str, packs) -> set[Category]:
    """Return the categories of which a text names something by the way, and nothing in earnest."""
    document = Document(NoteInput(body=body))
    told = {mention: is_aside(*mention, document) for mention in mentions_of(document.norm, packs.lists)}
    return {category for category, _ in told} - {category for (category, _), aside in told.items() if not aside}


@pytest.mark.parametrize(
    ("body", "category"),
    [
        ("柜上新来的小邱以前在一家小券商跑腿。", "securities"),
        ("老东家是做车险的，加班到十点。", "insurance"),
        ("我表姐在城西的券商上班，周末也盯盘。", "securities"),
        ("对门大姐是卖保险的，送了我一把伞。", "insurance"),
        ("她从券商那边跳过来的同事请我们喝茶。", "securities"),
        ("比对面那家银行的大额存单划算。", "deposit"),
        ("跑赢存款不难。", "deposit"),
        ("甩存款几条街。", "deposit"),
        ("与其放定期吃灰，不如看看这个。", "deposit"),
        ("跟您手里那张存单是一个东西。", "deposit"),
        ("你就当它是个会长大的定期。", "deposit"),
        ("这是二级债又不是股票。", "securities"),
        ("理财非存款，产品有风险。", "deposit"),
        ("室友手里那两只基金，绿了大半年。", "fund"),
        ("刷我们的信用卡，分几回把金条抱回家。", "card"),
        ("先拿信用卡把克数占住。", "card"),
        ("拿消费贷买点基金。", "loan"),
        ("从经营贷里倒五万囤金条。", "loan"),
        ("把定期取出来放这里。", "deposit"),
        ("手里一张到期的存单，问我续不续。", "deposit"),
        ("存单到期了就转过来。", "deposit"),
        ("我是网点的理财经理。", "wm"),
        ("零钱丢进存钱罐。", "deposit"),
    ],
)
def test_what_is_named_by_the_way_is_no_offer(body: str, category: Category, packs) -> None:
    assert category in asides(body, packs)


@pytest.mark.parametrize(
    ("body", "category"),
    [
        ("以前在我们行买理财的客户都回来了。", "wm"),
        ("隔壁阿姨在我这儿买的基金涨了。", "fund"),
        ("没有比这款理财更省心的了。", "wm"),
        ("与其放着，不如买点金条。", "gold"),
        ("跟着我买基金，一样省心。", "fund"),
        ("刷信用卡买咖啡立减五元。", "card"),
        ("贷款利率低，买车买房都能用。", "loan"),
        ("存款到期来找我转存，利率上浮。", "deposit"),
        ("定期利率不是普通存款利率。", "deposit"),
        ("基金经理换了人。", "fund"),
        ("同事的基金没亏过。", "fund"),
    ],
)
def test_what_is_offered_is_no_aside(body: str, category: Category, packs) -> None:
    assert category not in asides(body, packs)


@pytest.mark.parametrize(
    ("body", "promoted"),
    [
        ("我行积存金1克起，手头紧先拿信用卡把克数占住。", {"gold"}),
        ("我们行新理财上架，基准3.1%，比楼下那家的大额存单好看。", {"wm"}),
        ("推荐这只基金，费率一折。同事小苗原先在一家券商，现在坐我旁边。", {"fund"}),
        ("这款年金险8折起，存单到期了就挪过来。", {"insurance"}),
    ],
)
def test_beside_what_is_promoted_an_aside_is_not(body: str, promoted: set[str], packs) -> None:
    note = NoteInput(body=body)
    assert infer_offer(note, Document(note), packs.lists).promoted == promoted


def test_where_nothing_else_is_named_an_aside_is_what_the_note_promotes(packs) -> None:
    note = NoteInput(body="手头紧先拿信用卡把克数占住，现在申请，欢迎找我。")
    assert infer_offer(note, Document(note), packs.lists).promoted == {"card"}


def test_a_note_that_promotes_nothing_is_checked_for_what_it_speaks_of_in_earnest(packs) -> None:
    def products(body: str) -> tuple[Category, ...]:
        return check(NoteInput(body=body), packs=packs, likeness=False).products

    assert products("保险不是存款，退保可能有损失。") == ("insurance",)
    assert products("它不是存款。") == ("deposit",)
    assert products("退保拿回的是现金价值，见保单那一页。") == ("insurance",)
    assert set(products("我们行新理财，基准3.2%，起购一万。它不是存款。")) == {"wm"}


def test_what_is_named_by_the_way_beside_an_offer_is_still_told_as_named(packs) -> None:
    report = check(NoteInput(body="我们行新理财，基准3.2%，起购一万。跟定期一个样。"), packs=packs)
    assert report.products == ("wm",) and report.beside == ("deposit",)


@pytest.mark.parametrize(
    ("product", "named"), [("fund", "基金"), ("wm", "理财"), ("securities", "股票"), ("gold", "黄金")]
)
def test_what_pays_for_an_offer_is_looked_through_for_words_and_owes_no_lines(product: Category, named: str, packs):
    note = NoteInput(body=f"用消费贷买{named}，利息比涨幅低多了。", products=(product,))
    report = check(note, packs=packs)
    rules = {finding.rule for finding in report.open()}
    assert "LN-04" in rules and not {"LN-01", "LN-02"} & rules
    assert report.products == (product,) and report.beside == ("loan",)
    assert "LN-04" not in {
        f.rule for f in check(note.model_copy(update={"body": f"{named}买卖。"}), packs=packs).open()
    }
