"""What a note calls its product itself decides what it is taken to offer."""

import pytest

from agent.guardrails import load_packs
from agent.guardrails.calling import lined, named_in_marks
from agent.guardrails.document import Document, Hit
from agent.guardrails.inference import infer_offer
from agent.guardrails.normalize import fold
from agent.models import NoteInput


@pytest.fixture(scope="module")
def lists():
    return load_packs(examples=False).lists


def offered(lists, body, **given):
    note = NoteInput(body=body, **given)
    return infer_offer(note, Document(note), lists).promoted


@pytest.mark.parametrize(
    ("text", "category"),
    [
        ("基金有风险，投资需谨慎。", "fund"),
        ("理财非存款、产品有风险、投资须谨慎。", "wm"),
        ("本息在50万元限额内受存款保险保障。", "deposit"),
        ("办卡须审核，理性消费。", "card"),
        ("合理借贷，勿用于投资。", "loan"),
        ("具体保障以合同条款为准。", "insurance"),
        ("股市有风险，投资需谨慎。", "securities"),
        ("贵金属价格波动，可能造成本金损失。", "gold"),
    ],
)
def test_a_mandatory_sentence_belongs_to_one_kind_of_product(text, category):
    assert lined(fold(text)) == {category}
    assert lined(fold("周末去江边骑车，风大。")) == frozenset()


def test_a_name_in_marks_tells_its_kind_by_how_it_ends():
    norm = fold("走的是自己行里的「黔易贷」，刷『皖味卡』，书名叫「山里的风」。")
    assert {(category, name) for (category, _), name in named_in_marks(norm).items()} == {
        ("loan", "黔易贷"),
        ("card", "皖味卡"),
    }
    assert all(norm[hit.start : hit.end] == name for (_, hit), name in named_in_marks(norm).items())
    assert ("loan", Hit(norm.index("黔"), norm.index("贷") + 1)) in named_in_marks(norm)


@pytest.mark.parametrize(
    ("body", "promoted"),
    [
        ("我们行这个定期利率2.1%到3.3%，想要的来找我。\n理财非存款、产品有风险、投资须谨慎。", {"wm"}),
        ("我们行的金条今年卖得好，定期利率才1.5%，想买的找我。\n贵金属价格波动，可能造成本金损失。", {"gold"}),
        (
            "我们行的理财起购一万，我们行的定期年利率1.9%，想要的找我。\n"
            "理财非存款、产品有风险。本息在50万元限额内受存款保险保障。",
            {"wm", "deposit"},
        ),
        ("早上下雨，地铁上有人读基金有风险，投资需谨慎。", set()),
    ],
)
def test_mandatory_sentences_say_what_is_offered_where_anything_is(lists, body, promoted):
    assert offered(lists, body) == promoted


def test_what_is_declared_is_believed(lists):
    body = "我们行的定期利率1.9%，想要的找我。\n理财非存款、产品有风险。"
    assert "deposit" in offered(lists, body, products=("deposit",))


def test_a_product_in_marks_weighs_more_than_what_is_named_beside_it(lists):
    body = "我没动存款，走的是「黔易贷」，同桌转头就进了股票户头，{}。"
    note = NoteInput(body=body.format("三分钟批下来"))
    assert infer_offer(note, Document(note), lists, sells=lambda *_: True).promoted == {"loan"}
