"""More ways to say what a rule forbids, and sentences that share their words and mean no harm.

They are the rules' cases in all but their place: in a rule file at least half of the cases are written from the law
alone, and these were not.
"""

from __future__ import annotations

import pytest

from agent.guardrails.engine import check
from agent.guardrails.loader import load_packs
from agent.guardrails.packs import Packs
from agent.models import Category, NoteInput

Sentence = tuple[str, Category | None, str]
FORBIDDEN: tuple[Sentence, ...] = (
    ("CC-07", "card", "工资没到，卡先上路，周末就走"),
    ("CC-07", "card", "让信用卡先替我圆梦，演唱会内场见"),
    ("CC-07", "card", "额度就是我的燃料，周末直飞三亚，信用卡都带上"),
    ("CC-07", "card", "没钱不要紧，卡替你先垫着去潇洒"),
    ("CC-07", "card", "先用额度把日子过成想要的样子，信用卡就该这么使"),
    ("CC-07", "card", "钱包空了，额度还在，走起"),
    ("END-02", "fund", "阿姨端来一锅鸡汤，说多亏听我的买了这只基金"),
    ("END-02", "fund", "大叔捎来自家茶叶，说这只基金买对了"),
    ("END-02", "wm", "奶奶提着一袋花生来，说听我的没错，这款理财她还要续"),
    ("END-02", "fund", "一位大姐送来两只土鸡，说基金这一年多亏我"),
    ("END-03", "fund", "培训老师课后悄悄说，这只可以，基金代码在图二"),
    ("END-03", "insurance", "这款年金，院长在讲座上力荐过"),
    ("END-06", None, "七岁闺女替我念：这款保险真好"),
    ("END-06", None, "小宝对着镜头说这张卡真好看"),
    ("END-06", None, "侄女举着牌子站在网点门口，牌子上写着理财"),
    ("END-06", None, "四岁的小外甥举起金条拍照，柜台的积存金上新"),
    ("END-06", None, "儿子帮我打广告，这款基金周一开售"),
    ("GFT-03", "card", "信用卡新户，室友填我的码，咱俩都到账50块"),
    ("GFT-03", "card", "找个搭子一起开信用卡，一人一份红包"),
    ("GFT-03", "card", "邻居办下来信用卡，你这边也有88块"),
    ("GFT-03", "card", "介绍表弟来办信用卡，两头都有立减金"),
    ("GFT-03", "card", "信用卡上新，朋友下卡那天，我给你转一百"),
    ("ILL-01", "insurance", "不方便转账的可以走币，保费照算"),
    ("ILL-01", "insurance", "保费用比特币抵也可以"),
    ("ILL-01", "securities", "入金支持加密货币，证券账户当天激活"),
    ("IND-01", "wm", "这只固收类，走势图跟用直尺比着描出来一样"),
    ("IND-01", "wm", "这款的线条比我家地板还平"),
    ("IND-01", "fund", "这只债基的净值画出来就是一条顺坡"),
    ("IND-01", "fund", "曲线像熨斗熨过，这只债基看着舒服"),
    ("IND-01", "wm", "一天一小步，像刻度尺一样往上，这款理财就这样"),
    ("IND-01", "fund", "这只产品净值线连个褶子都没有"),
    ("IND-01", "wm", "打开图，线条跟拉面一样顺，这款理财我盯了很久"),
    ("IND-01", "fund", "这只短债的曲线跟湖面似的"),
    ("INS-06", "insurance", "保单生效那天，顺丰会送到一箱车厘子，保险也能有烟火气"),
    ("LN-03", "loan", "邻居的按揭转成了经营性抵押贷款，月供只剩利息"),
    ("LN-05", "loan", "消费贷批多少提多少，别客气"),
    ("LN-05", "loan", "多贷几万当备用，这款消费贷随时能还"),
    ("LN-05", "loan", "消费贷有额度就用起来，闲着可惜"),
    ("LN-05", "loan", "这款消费贷不如多借一点，给自己松松绑"),
    ("RET-04", "fund", "这只基金下个季度再往上走一截，基本没跑"),
    ("RET-04", "gold", "金价接下来还要再上一层楼，积存金现在进正好"),
    ("RET-04", "wm", "这只理财的净值，下一站就是1.1"),
    ("RET-04", "fund", "这只基金后面还有一波行情，早上的会上这么说"),
    ("RET-04", "securities", "券商股明年再涨一轮是顺理成章，开户趁早"),
    ("RET-04", "gold", "金价下一个整数关口，拿下不难，囤点金豆子"),
    ("RET-04", "fund", "这只基金离下一个高点不远了，坐稳扶好"),
    ("SOC-02", "fund", "这只基金稳当，爸妈养老钱也可以搬过来"),
    ("SOC-02", "wm", "把退休金挪进这只理财，每月领的一样花"),
    ("SOC-02", "fund", "父母那点积蓄，转到这只基金里省心"),
    ("SOC-02", "wm", "公婆的养老本也一起搬来，这款理财不挑金额"),
    ("SOC-02", "wm", "爷爷的定期到期不用续了，转到这款理财"),
    ("SOC-02", "wm", "老两口的退休工资，划一部分到理财里，别空着"),
    ("SOC-02", "gold", "奶奶的养老钱换到积存金，传给孙子也体面"),
    ("SOC-02", "wm", "我妈的压箱底钱转进固收，上周办的"),
)
INNOCENT: tuple[Sentence, ...] = (
    ("CC-07", "card", "工资没到，卡先别刷，等发薪日再说"),
    ("CC-07", "card", "用信用卡帮我省下手续费，境外免货币转换费"),
    ("CC-07", "card", "飞机先飞，卡留在家里，旅行靠存款"),
    ("CC-07", "card", "钱包空了，额度还在，但我选择回家吃饭"),
    ("CC-07", "card", "别让额度替你先飞，账单会追上来"),
    ("END-02", "fund", "表妹请我吃饭，说新工作找对了，基金的事一句没提"),
    ("END-02", "wm", "奶奶提着一袋花生来看我，顺便问养老金怎么领"),
    ("END-02", "fund", "客户写了封信提意见，说基金讲座的话筒声音太小"),
    ("END-02", "fund", "客户送的锦旗是给保安大哥的，他追回了丢的包"),
    ("END-03", "fund", "博士同学说基金说明书要从费率看起"),
    ("END-06", None, "我们行的海报不用儿童形象，孩子不出镜"),
    ("END-06", None, "侄女举着伞等我下班，网点门口雨很大"),
    ("END-06", None, "小学生参观银行，照片都打了码，孩子举着的牌子也糊掉了"),
    ("END-06", None, "儿子问我这张卡是什么，我说是公交卡"),
    ("END-06", None, "晚上摆摊，儿子帮我吆喝，卖完还去银行换了零钱"),
    ("GFT-03", "card", "表弟来办信用卡，我让他先看清年费"),
    ("GFT-03", "card", "室友下卡那天请我喝了汽水"),
    ("GFT-03", "card", "和邻居一起办信用卡要各填各的资料"),
    ("GFT-03", "card", "介绍朋友办卡没有奖励，也别信有奖励的"),
    ("GFT-03", "card", "找同学借了一百块，明天还，信用卡没带"),
    ("ILL-01", None, "U型枕可以用积分抵，出差带上。"),
    ("ILL-01", None, "公交可以走数字人民币付款，刷一下。"),
    ("ILL-01", None, "有人让你转U再返现，先打96110。"),
    ("IND-01", "fund", "我们这条线，主要做基金产品的售后"),
    ("IND-01", "fund", "这只基金的走势像楼梯一样一级级往下跌，看清楚再买"),
    ("IND-01", "fund", "基金净值像过山车，心脏不好别来"),
    ("IND-01", "fund", "女儿拿尺子画图，曲线歪歪扭扭，我在旁边看基金说明书"),
    ("IND-01", "fund", "净值有坑有坎，这只基金回撤不小"),
    ("IND-01", "wm", "新铺的地板像镜子，理财到期的钱花在这儿了"),
    ("IND-01", "wm", "每天爬一层楼梯，像上坡一样累，理财会议在九楼"),
    ("IND-01", "fund", "路是一条缓坡，骑车去听基金讲座"),
    ("IND-01", "fund", "他把每月盈亏画成折线，上上下下都有，基金本来就会波动"),
    ("INS-06", "insurance", "这份保险不送扫地机，也不寄任何礼品。"),
    ("LN-05", "loan", "贷款不是批多少用多少，先算月供"),
    ("LN-05", "loan", "当初多贷了几万，现在月供压力大"),
    ("LN-05", "loan", "额度用不完就放着，不收利息，贷款别硬凑"),
    ("LN-05", "loan", "多借点耐心给老人，贷款窗口慢一点没关系"),
    ("RET-04", "wm", "下午后面还有一波客人，理财窗口会忙"),
    ("RET-04", "gold", "金价能不能再上一层楼，没人知道，别拿养老钱去赌"),
    ("RET-04", "fund", "服务要再上一个台阶，这是网点今年的目标，和基金净值无关"),
    ("RET-04", "fund", "下一站是图书馆，听完基金讲座就去还书"),
    ("RET-04", "fund", "明年的行情谁也说不清，这只基金可能涨也可能跌"),
    ("RET-04", "fund", "离下一个高点还有多远，没有人能回答，基金有涨有跌"),
    ("SOC-02", "wm", "有人劝老人把养老钱转到理财里，先问问家里人，当心骗局"),
    ("SOC-02", "wm", "奶奶的退休金每月十五号到账，她都去菜市场花一点"),
    ("SOC-02", "fund", "爸妈的养老钱放定期，我从不劝他们换到基金"),
    ("SOC-02", "wm", "把养老金账户从外地转过来，要带身份证，和理财无关"),
    ("SOC-02", "fund", "爷爷搬过来住，他的退休工资卡也带来了"),
    ("SOC-02", "wm", "老人的积蓄怎么转到社保卡，柜台可以问"),
    ("SOC-02", "fund", "不建议老人把全部积蓄换成基金"),
)


@pytest.fixture(scope="module")
def packs() -> Packs:
    return load_packs(examples=False)


def told(text: str, product: Category | None, packs: Packs) -> set[str]:
    note = NoteInput(body=text, products=(product,) if product else ())
    return {finding.rule for finding in check(note, packs=packs, likeness=False).open()}


@pytest.mark.parametrize(("rule", "product", "text"), FORBIDDEN)
def test_it_is_told_in_other_words_too(rule: str, product: Category | None, text: str, packs: Packs) -> None:
    assert rule in told(text, product, packs)


@pytest.mark.parametrize(("rule", "product", "text"), INNOCENT)
def test_its_words_alone_are_not(rule: str, product: Category | None, text: str, packs: Packs) -> None:
    assert rule not in told(text, product, packs)
