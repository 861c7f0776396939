"""Every guard: what it clears, and the sentences that try to use it as a bypass."""

from __future__ import annotations

from typing import Any

import pytest

from agent.guardrails.contexts import GuardContext, clearing_guard
from agent.guardrails.document import Document, Hit
from agent.guardrails.loader import load_packs
from agent.guardrails.normalize import fold
from agent.guardrails.rules import Guard
from agent.guardrails.terms import read_terms
from agent.models import Category, NoteInput
from agent.paths import data_root

LISTS = read_terms([data_root() / "guardrails" / "cn" / "terms"])
assert load_packs


def cleared(guard: Guard, text: str, quote: str, products: tuple[Category, ...] = ("wm",), **hit: Any) -> bool:
    document = Document(NoteInput(body=text))
    start = document.norm.index(fold(quote))
    context = GuardContext(
        document,
        frozenset(products),
        tuple(fold(t) for t in LISTS.expand(("@finance-words",))),
        tuple(fold(t) for t in LISTS.expand(("@life-words",))),
    )
    return clearing_guard((guard,), Hit(start, start + len(fold(quote)), **hit), context) == guard


CLEARS: list[tuple[Guard, str, str]] = [
    ("negation", "本产品不保本，可能亏损", "保本"),
    ("negation", "投资没有零风险", "零风险"),
    ("negation", "我们不承诺任何收益保本", "保本"),
    ("negation", "世上没有稳赚的买卖", "稳赚"),
    ("negation", "没有哪家机构敢拍胸脯稳赚", "稳赚"),
    ("negation", "并非稳赚", "稳赚"),
    ("negation", "產品不保證保本", "保本"),
    ("negation", "稳赚不赔是不存在的", "稳赚不赔"),
    ("negation", "理财不会稳赚", "稳赚"),
    ("negation", "我们不进学校摆摊办卡", "学校摆摊办卡"),
    ("negation", "宣传时严禁使用保本这种词", "保本"),
    ("warning", "警惕稳赚不赔的话术", "稳赚不赔"),
    ("warning", "谁说保本高息谁就是骗子", "保本"),
    ("warning", "凡是承诺稳赚的都是骗子", "稳赚"),
    ("warning", "骗子说稳赚不赔，拉你进群", "稳赚"),
    ("warning", "收到自称客服的短信，说稳赚，我直接举报了", "稳赚"),
    ("warning", "遇到有人承诺保本，请拨打96110", "保本"),
    ("warning", "拉人进群听课的，多半是局", "进群听课"),
    ("warning", "把它说成稳赚，谁这样介绍，请拒绝签字", "稳赚"),
    ("warning", "打着教授名号推荐的短片，不少是合成的", "教授名号推荐"),
    ("warning", "有人劝我小事别写，过两年没人查，别听，如实写", "小事别写"),
    ("warning", "有人说转进来当天返现，先别动心，打官方客服核实", "返现"),
    ("warning", "谁跟你说一个亿也稳赚，请他翻翻条例", "稳赚"),
    ("warning", "电话里催着马上下架，先到官网看看有没有公告", "马上下架"),
    ("warning", "稳赚、急着要、今晚截止，凑齐了赶紧捂住钱包", "稳赚"),
    ("quotation", "有人说“存满返现”，这属于违规揽存", "返现”，这属于违规揽存"),
    ("quotation", "“保本高息”的讲座专盯退休老人", "保本高息"),
    ("quotation", "听到“稳赚不赔”四个字就要当心", "稳赚不赔"),
    ("quotation", "“保本高息”是典型骗局", "保本高息"),
    ("quotation", "见到“保本高息”的广告先打个问号", "保本高息"),
    ("quotation", "写着“保本高息”的，都要打个问号", "保本高息"),
    ("question", "理财保本吗？要看合同", "保本"),
    ("question", "理财保本吗？当然不", "保本"),
    ("question", "是不是真的零风险，需要看说明书？", "零风险"),
    ("statutory", "本基金预期风险与预期收益高于债券型基金，低于股票型基金", "预期收益"),
    ("statutory", "该产品风险等级为R2(中低风险)", "低风险"),
    ("statutory", "业绩比较基准收益率不是承诺", "业绩比较基准收益率"),
    ("statutory", "存款保险最多赔付五十万元，一家银行算一份", "最多赔付五十万"),
    ("parameter", "最低起购金额1元", "最低"),
    ("parameter", "最晚还款日是每月5号", "最晚"),
    ("product_truth", "储蓄国债保本付息", "保本付息"),
    ("product_truth", "大额存单保本保息，50万元以内受存款保险保障", "保本保息"),
    ("lifestyle", "这家小店的奶茶全网最香", "最香"),
    ("lifestyle", "今年最想去的海岛", "最想去"),
    ("negation", "我们不会说保本，也不敢说稳赚", "稳赚"),
    ("negation", "秒批的不是贷款，是老板给的年假", "秒批"),
    ("warning", "听到稳赚，请马上挂电话", "稳赚"),
    ("warning", "谁跟你说稳赚，你就当面问他敢不敢写进合同", "稳赚"),
    ("warning", "稳赚、名额只剩三个、今晚截止，遇到一样就停下来", "稳赚"),
    ("warning", "老师拉人稳赚，就是诈骗", "稳赚"),
    ("question", "客户问哪只基金会涨，我说我不知道", "基金会涨"),
    ("fraud_story", "大堂来了民警，说是诈骗。对方说内部名额稳赚", "稳赚"),
    ("fraud_story", "拉你进群带你炒股，就是诈骗", "拉你进群"),
    ("own_loss", "去年我的账户最多的时候亏过两成，今年回来一些", "最多的时候亏过两成"),
]


ATTACKS: list[tuple[Guard, str, str]] = [
    ("negation", "是不是稳赚你试试就知道", "稳赚"),
    ("negation", "靠不靠谱？稳赚", "稳赚"),
    ("negation", "这款靠不靠谱稳赚就完了", "稳赚"),
    ("negation", "不仅保本还高息", "保本"),
    ("negation", "不只保本", "保本"),
    ("negation", "不但稳赚", "稳赚"),
    ("negation", "客户无不稳赚", "稳赚"),
    ("negation", "不得不说稳赚", "稳赚"),
    ("negation", "不保本？才怪", "保本"),
    ("negation", "谁说不保本", "保本"),
    ("negation", "难道不保本吗", "保本"),
    ("negation", "不用上班也能稳赚", "稳赚"),
    ("negation", "不懂理财的人都稳赚", "稳赚"),
    ("negation", "没有一款不保本", "保本"),
    ("negation", "不是不保本", "保本"),
    ("negation", "别犹豫，稳赚", "稳赚"),
    ("negation", "别错过稳赚的机会", "稳赚"),
    ("negation", "不怕跌，稳赚", "稳赚"),
    ("negation", "不操心稳赚", "稳赚"),
    ("negation", "没想到稳赚", "稳赚"),
    ("negation", "没有比这更稳赚的", "稳赚"),
    ("negation", "没有门槛就能稳赚", "稳赚"),
    ("negation", "是不是进学校摆摊办卡", "学校摆摊办卡"),
    ("negation", "不进学校摆摊办卡怎么行", "学校摆摊办卡"),
    ("negation", "不仅进学校摆摊办卡", "学校摆摊办卡"),
    ("negation", "别人说不进，我说进学校摆摊办卡", "学校摆摊办卡"),
    ("warning", "进群听课，我们这款不是骗局", "进群听课"),
    ("warning", "稳赚，别人说多半是局，咱们这款不是", "稳赚"),
    ("warning", "稳赚，谁这样聪明就来找我", "稳赚"),
    ("warning", "有人说不稳，别听他们的，稳赚", "稳赚"),
    ("warning", "稳赚，别听别人瞎说", "稳赚"),
    ("warning", "有人说稳赚，别不信", "稳赚"),
    ("warning", "有人让我悄悄告诉你稳赚，先核实我们这款就知道", "稳赚"),
    ("warning", "稳赚，名额用掉前先核实", "稳赚"),
    ("warning", "电话里问过客服，稳赚，别回头", "稳赚"),
    ("warning", "警惕错过这款稳赚产品", "稳赚"),
    ("warning", "别家都是骗子，我们这款稳赚", "稳赚"),
    ("warning", "当心手慢无，稳赚", "稳赚"),
    ("warning", "骗子太多，但我家这款稳赚", "稳赚"),
    ("warning", "提高警惕，选我稳赚", "稳赚"),
    ("warning", "稳赚，不套路", "稳赚"),
    ("warning", "稳赚不是骗人的", "稳赚"),
    ("quotation", "客户说“稳赚”", "稳赚"),
    ("quotation", "网友：“保本”", "保本"),
    ("quotation", "不是我说的，“稳赚”", "稳赚"),
    ("quotation", "“稳赚”，我们这款不骗人", "稳赚"),
    ("quotation", "“保本保息”，打个问号的都是没买过的，来我这儿买", "保本保息"),
    ("quotation", "“保本保息”，你心里要是打个问号，来网点我证明给你看", "保本保息"),
    ("quotation", "“保本保息”，不用先打个问号，来网点就知道", "保本保息"),
    ("quotation", "“存满返现”，今天就有，这可不违规", "返现”，今天就有"),
    ("quotation", "“存满返现”，存二十万就有，别家那种才违规", "返现”，存二十万"),
    ("question", "保本吗？当然", "保本"),
    ("question", "这种理财保本？我的答案是保本", "保本"),
    ("question", "难道不是稳赚吗？", "稳赚"),
    ("question", "稳赚的机会，心动吗？", "稳赚"),
    ("question", "为什么不选稳赚的呢？", "稳赚"),
    ("question", "稳赚不香吗？", "稳赚"),
    ("question", "这款稳赚，要不要来一份？", "稳赚"),
    ("statutory", "低风险，放心买，R2", "低风险"),
    ("statutory", "预期收益4%", "预期收益"),
    ("statutory", "像存款保险一样，这款最多亏五十万", "最多亏五十万"),
    ("parameter", "最低门槛的理财", "最低"),
    ("parameter", "收益最高的固收", "最高"),
    ("product_truth", "这款理财像存款一样保本", "保本"),
    ("product_truth", "结构性存款保本", "保本"),
    ("lifestyle", "喝着咖啡看收益，全网最香", "最香"),
    ("lifestyle", "我们行新出的理财。全网最香！", "最香"),
    ("negation", "不敢说稳赚，但也差不多", "稳赚"),
    ("negation", "不敢说稳赚？我敢", "稳赚"),
    ("negation", "别家不敢说稳赚", "稳赚"),
    ("negation", "谁不敢说稳赚", "稳赚"),
    ("negation", "秒批的不是贷款，是额度", "秒批"),
    ("negation", "秒批的不是年假，是我们行的信用卡", "秒批"),
    ("negation", "是不是秒批的不是问题", "秒批"),
    ("warning", "听到稳赚，请马上下单", "稳赚"),
    ("warning", "听到稳赚，就停下来买一份", "稳赚"),
    ("warning", "稳赚，遇到就别错过", "稳赚"),
    ("warning", "谁跟你说稳赚，你就问他敢不敢写进合同，找我就敢写", "稳赚"),
    ("warning", "稳赚，不信的都是骗子", "稳赚"),
    ("warning", "稳赚，说不稳的就是骗子", "稳赚"),
    ("question", "哪只基金会涨，别人不知道，我知道", "基金会涨"),
    ("question", "哪只基金会涨，没人知道，除了我", "基金会涨"),
    ("question", "哪只基金会涨你不知道，我告诉你", "基金会涨"),
    ("question", "这只基金会涨，没人知道", "基金会涨"),
    ("question", "佣金万一，谈到大爷听了都要问一句真的假的", "佣金万一"),
    ("question", "背后有市里，市里能眼看着它关门吗", "市里"),
    ("warning", "佣金谈到大爷听了直问真的假的", "佣金"),
    ("product_truth", "嫌定期闷的看这款，跟定期一个样", "跟定期一个样"),
    ("product_truth", "定期到了的看挂钩金价那款，跟定期一个样", "跟定期一个样"),
    ("fraud_story", "民警说的。老师说这事稳赚", "稳赚"),
    ("fraud_story", "防骗提醒，小心骗子。正规的理财对方说稳赚", "稳赚"),
    ("fraud_story", "防骗提醒，小心骗子。稳赚才是硬道理", "稳赚"),
    ("fraud_story", "大堂来了民警，说是诈骗。对方说稳赚。想要稳的，评论区扣1", "稳赚"),
    ("fraud_story", "我拉你进群，骂的都是骗子", "我拉你进群"),
    ("fraud_story", "拉你进群带你炒股，不信的都是骗子", "拉你进群"),
    ("own_loss", "这只基金最多的时候亏过两成，我拿着", "最多的时候亏过两成"),
    ("own_loss", "我这个账户最多也就亏过一成", "最多也就亏过一成"),
    ("own_loss", "我的账户最多亏两成", "最多亏两成"),
    ("own_loss", "历史上最多的时候亏过两成", "最多的时候亏过两成"),
]


@pytest.mark.parametrize(("guard", "text", "quote"), CLEARS, ids=[f"{g}:{t}" for g, t, _ in CLEARS])
def test_guard_clears(guard: Guard, text: str, quote: str) -> None:
    assert cleared(guard, text, quote)


@pytest.mark.parametrize(("guard", "text", "quote"), ATTACKS, ids=[f"{g}:{t}" for g, t, _ in ATTACKS])
def test_guard_withstands(guard: Guard, text: str, quote: str) -> None:
    assert not cleared(guard, text, quote)


@pytest.mark.parametrize(("guard", "text", "quote"), CLEARS, ids=[f"{g}:{t}" for g, t, _ in CLEARS])
def test_no_guard_clears_a_disguised_hit(guard: Guard, text: str, quote: str) -> None:
    assert not cleared(guard, text, quote, disguise=("split",))


@pytest.mark.parametrize("products", [("fund",), ("deposit", "fund"), ()])
def test_product_truth_needs_the_deposit(products: tuple[Category, ...]) -> None:
    assert not cleared("product_truth", "保本付息，随存随取", "保本付息", products)
    assert cleared("product_truth", "保本付息，随存随取", "保本付息", ("deposit",))
