"""Words that the sentence refuses, tells the penalty or the harm of, or dares: quiet; who only pretends to is heard."""

from __future__ import annotations

import pytest

from agent.guardrails import check, load_packs
from agent.models import NoteInput

DISOWNED = [
    ("wm", "谁跟您说这款老理财保本，您请他把合同翻出来，看着像承诺的都别信。"),
    ("card", "写“秒批”的广告别信，材料齐了也要等审核。"),
    ("loan", "转贷降息的电话别接，多出来的费用比省下的多。"),
    ("securities", "晒收益图拉人开户的，直接划走就好。"),
    ("loan", "有人教你用经营贷买房，请当场拒绝。"),
    ("fund", "“买基金送米送油”，这家去年被监管通报过。"),
    ("fund", "写“净值不跌破0.95”的那家，收过警示函，公开可查。"),
    ("wm", "把理财说成“利息高的定期”，属于误导销售。"),
    ("insurance", "推销时讲保险能避债的，这句话本身就是误导。"),
    ("gold", "承诺高价回购的那家金店，老板卷款了，一条街都在等。"),
    ("loan", "“零成本周转”？没人有资格这样承诺。"),
    ("wm", "“超稳”听着像承诺，翻说明书就知道净值会动。"),
    ("fund", "明星代言不代表适合你，先看产品说明书。"),
    ("securities", "必涨不能证明什么，晒收益图也不能证明他明天还赚。"),
    ("fund", "“正收益概率98%”看着漂亮，但那是过去的统计。"),
    ("wm", "资管新规之后，银行理财不再承诺保本。"),
    ("card", "我们不讲“秒批”，快慢看审核。"),
]
HARMED = [
    ("gold", "表弟借钱炒金爆仓，欠了十一万，家里卖了车。"),
    ("card", "我当年听信分期没利息，结果多还了九百块。"),
    ("fund", "我自己去年买的基金亏了本，到现在账上还是负的。"),
    ("fund", "当年冲着“最牛基金”的标题买的，亏了两成才卖。"),
    ("loan", "前同事借消费贷炒股，亏光还背着五年月供。"),
    ("securities", "我三年前听朋友推荐满仓一只股，亏了四成，从此自己做功课。"),
    ("fund", "我曾让人代做测评，买了不合适的产品，后悔死了。"),
]
LAWFUL = [
    ("deposit", "同一存款人在同一家银行，本金加利息最高偿付50万元。"),
    ("deposit", "结构性存款收益浮动：保底0.5%，最高2.6%，取决于挂钩标的，以说明书为准"),
]
PRETENDED = [
    ("wm", "说理财保本的都别信别家，信我们这款。"),
    ("wm", "银行理财保本，不信的都被打脸了，别错过。"),
    ("wm", "“理财保本”被通报的是隔壁那家，真的保本的在这儿。"),
    ("fund", "买基金稳赚，亏了算我的，别信那些吓唬人的。"),
    ("fund", "买基金稳赚，我同事亏了两成是他没跟我，跟着我翻倍。"),
    ("fund", "我自己去年买的基金亏了两成，今年涨回来还翻倍了。"),
    ("wm", "理财稳赚没人举报我，可不是套路。"),
    ("securities", "这类股票必涨，骂我的都亏了三成，教训别忘。"),
    ("loan", "不查征信，秒批秒放，嫌贷款是套路的就别找我。"),
    ("wm", "理财保本，没被通报过，从来不违规。"),
    ("gold", "黄金只涨不跌，谁不买谁就是违法自己的钱包。"),
    ("card", "零门槛办卡都能批，这可不是虚构，放心办。"),
    ("wm", "理财保本听着像承诺，其实真的保本。"),
    ("fund", "稳赚不代表赚得少，基金就选它。"),
    ("wm", "不再承诺涨多少，但理财保本。"),
    ("insurance", "保险避债，别看那些案例，我行这款真能避。"),
    ("securities", "荐股群里别看热闹，联系我拉你进荐股群，必涨。"),
]


@pytest.fixture(scope="module")
def packs():
    return load_packs(examples=False)


def open_rules(packs, product, body):
    findings = check(NoteInput(body=body, products=(product,)), packs=packs, likeness=False).open("block", "fix")
    return {finding.rule for finding in findings if finding.start is not None}


@pytest.mark.parametrize(("product", "told"), [*DISOWNED, *HARMED, *LAWFUL])
def test_what_the_sentence_turns_against_is_no_promise(packs, product, told):
    assert open_rules(packs, product, told) == set()


@pytest.mark.parametrize(("product", "told"), PRETENDED)
def test_a_seller_who_only_seems_to_turn_against_it_is_heard(packs, product, told):
    assert open_rules(packs, product, told)


@pytest.mark.parametrize("sale", ["我行这款理财可以放心买。", "想买的联系我。"])
def test_a_sale_in_the_same_paragraph_takes_the_refusal_away(packs, sale):
    told = "说银行理财保本，写出来就不该。"
    assert open_rules(packs, "wm", told) == set()
    assert open_rules(packs, "wm", f"{told}{sale}") >= {"RET-01"}
