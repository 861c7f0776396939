"""A swindler quoted, an error regretted, a mistake warned of and a good dinner stay quiet; who pretends is heard.

The rules speak of the same words in both: what differs is who says them and what the note makes of them.
"""

from __future__ import annotations

import pytest

from agent.guardrails import check, load_packs
from agent.models import NoteInput

SCAM = "我在网点上班，差点被骗的是自己家人。\n{}\n我先让她别转，后来一起打了96110，民警让把聊天记录存好。"
QUOTED = [
    "阿姨把听来的话背给我们：“保本保息，月月返8%，名额只剩三个。”",
    "群里有个“刘老师”，讲什么“保本保息，月入八个点”，还让她“把验证码念一遍，亏了算我的”。",
    "那位导师说「亏了算我的」，让她先别告诉家里。",
    "对方发短信：“本金我来保，亏了我赔”，催她当晚就转。",
    "助理在电话里讲「跌了算我的，我给你补」，她差点信了。",
    "群主说：“我领大家稳赚，亏了我兜底。”她把截图给我看。",
    "客服让她先转一笔，说「我们保证本金」。",
    "阿姨说群里那位专家拍了胸脯：「赔了找我要」。",
    "骗子在那头念叨“稳赚不赔，我拿人格担保”。",
    "网友跟她讲「我已经赚翻了，你跟着我，保证不亏」。",
    "聊天记录里写着「稳赚，今晚截止」。",
    "她说那位经纪人对我妈讲「亏了算我的」。",
    "大爷说对方的原话是『亏了我来补』。",
    "短信里是这么写的：“本金一分不少，稳赚”。",
    "陌生人加她微信，头一句就是「我保本，你放心」。",
    "那头的客服说「存进来一个月翻倍，亏了算我的」。",
]
REGRETTED = [
    "2021年跟着同事买了只基金，那会儿还觉得自己稳赚不赔。到第二年十月，账户里剩三万七。",
    "当初我以为买基金稳赚，没想到一年亏了四成。",
    "以前我也觉得理财不会亏，去年那笔跌了三个点，才明白说明书写的是真的。",
    "刚入行那年，我以为固收就是稳赚，后来亏了两千块，算交了学费。",
    "当时觉得这事零风险，基金一年缩水了三成，教训写在本子上。",
    "那时候我坚信基金拿得住就一定赚，结果被套了三年。",
    "年轻时以为炒股稳赚，账户腰斩那天我哭了一场。",
    "曾经我认为黄金不会跌，去年高位买进，亏了八千。",
    "一开始我以为理财保本，赎回那天少了六百块，才知道净值会变。",
    "从前总觉得债基不会亏，2022年那波亏了一个月工资。",
    "头一年我相信基金稳赚，第二年割肉出来，打脸。",
    "本来以为买股票躺赚，套牢到现在，太天真。",
    "那年我亏了三万。当初还觉得基金稳赚呢。",
    "早先我以为跟着买基金就能躺赢，浮亏两年，后悔没看说明书。",
    "小时候我以为大人买基金都不会亏，后来自己亏了两万。",
    "2015年我以为股票稳赚，三个月只剩一半。",
]
WARNED = [
    "理财不是存款，不要因为在银行柜台买的就以为不会亏。",
    "买理财前先看说明书，别因为是熟人推荐的就觉得稳赚。",
    "别以为买了基金就一定赚。",
    "不要因为名字里有“稳”就当成保本的理财。",
    "千万别因为过去几年涨了就认为基金稳赚。",
    "不能因为写着R2就以为理财保本。",
    "请勿因为同事都买了就觉得这类基金零风险。",
    "不该因为客户经理人好，就相信理财不会亏。",
    "别因为名字里带个“安”字就默认投连险保本。",
    "可别因为在手机银行里买就当作保本理财。",
    "切勿看见“固收”两个字就断定不会亏。",
    "不要听了两句行情就以为基金稳赚不赔。",
    "不应该把短债想成零风险的理财，也别觉得它稳赚。",
    "别看净值天天涨，就以为理财不会亏。",
    "别总觉得银行员工买的理财就不会亏，我们也亏。",
    "不要一看到国企的名字就觉得债券基金不会亏。",
]
DINNER = [
    "今年公司食堂的红烧肉回报率太高了，吃一顿顶一天。",
    "早起的回报率真高，一上午把活干完了。",
    "跑步这件事回报率超高，睡眠好了不少。",
    "这家面馆的回报率太高，十块钱吃到撑。",
    "学游泳回报率真高，腰不疼了。",
    "种花的回报率太高了，一包籽开了满阳台。",
    "午睡收益率太高，下午像换了个人。",
    "做饭的回报率真高，一锅吃两天。",
    "陪娃的回报率太高了，他今天主动抱我。",
    "收纳回报率超高，找袜子再也不用翻箱倒柜。",
    "读书的回报率太高，一本旧书看了三遍。",
    "这节课回报率真高，老师把错题全讲透了。",
    "散步回报率太高，还捡到一片好看的叶子。",
    "奶茶第二杯半价，这奶茶回报率太高。",
    "断舍离之后，收纳的回报率太高了。",
]
CONFESSED = "我是柜员，说说自己的糗事。2021年买基金，我测评填的是“能承受”，其实一跌就睡不着。"
PRETENDED = [
    "我以前也不信，买了这只基金，现在稳赚。",
    "当初我以为基金稳赚，人人都说不可能，亏了几年没买，现在信了。",
    "那会儿我觉得基金稳赚，果然，第二年翻倍，只亏了三天。",
    "以前我也以为理财不会亏，亏了两天就涨回来，现在放心了。",
    "当初觉得基金稳赚，没早买，太后悔没买了，评论区扣1我带你。",
    "刚开始我相信基金稳赚，亏了一点学费，想学的找我。",
    "不要因为在银行买就以为理财不会亏，都这么说，我们行这款就是真的不会。",
    "别以为基金稳赚只是说说，找我就知道。",
    "我跟客户说「亏了算我的」。骗子才不敢这么讲，警惕诈骗。理财找我就对。",
    "骗局太多，诈骗也多。我对她讲「买基金亏了算我的」。",
    "别家是骗局，我们不是诈骗。老师说好，我说「买理财亏了算我的」。",
    "我测评填的是能承受，其实怕也没用，你们也这么填才能买基金。",
    "我测评填的是能承受，其实慌过，照样买到了R4的理财。",
    "火锅边上看这款理财，回报率太高了。",
    "当初我以为基金稳赚纯属忽悠，亏了几年没买，后来想通了。",
    "以前我就觉得基金稳赚，一直拿着。",
    "那会儿我觉得黄金只涨不跌，跌了几天又上去了，我还是这么觉得。",
    "当年我相信炒股稳赚，亏到只剩一半。如今跟对了老师，一个月翻身。",
    "千万别因为害怕就觉得理财稳赚是梦。",
    "骗子、骗局我见多了。对面银行的客服说「保本保息，亏了我赔」，人家就是有底气。",
    "我测评填的是激进，其实一点不难受，买基金的时候才哭。",
    "测评填能承受就行，其实心慌也正常，买基金都这样。",
    "我测评填的是能承受，一路买到R4的基金。",
    "从前我以为理财稳赚，没亏过，只后悔买少了。",
]


@pytest.fixture(scope="module")
def packs():
    return load_packs(examples=False)


def blocks(packs, body, **given):
    return {f.rule for f in check(NoteInput(body=body, **given), packs=packs, likeness=False).open("block")}


@pytest.mark.parametrize("quoted", QUOTED)
def test_what_a_swindler_said_of_himself_may_be_quoted(packs, quoted):
    assert blocks(packs, SCAM.format(quoted)) == set()


@pytest.mark.parametrize("told", [*REGRETTED, CONFESSED])
def test_what_the_writer_once_believed_and_paid_for_is_no_promise(packs, told):
    assert blocks(packs, told) == set()


@pytest.mark.parametrize("told", [*WARNED, *DINNER])
def test_a_warning_of_a_mistake_and_the_worth_of_a_dinner_are_no_promise(packs, told):
    assert blocks(packs, told) == set()


@pytest.mark.parametrize("told", PRETENDED)
def test_a_seller_who_pretends_to_regret_or_to_warn_is_heard(packs, told):
    assert blocks(packs, told)


@pytest.mark.parametrize(
    ("told", "given", "rule"),
    [
        ("自己放在安盈丰利90天持有，R2的。\n跟定期比，到日子一样能原样拿回来，就是利息厚一截。", {}, "RET-01"),
        ("跟定期比，到日子一样能原样拿回来。", {"products": ("deposit",)}, "RET-01"),
        ("这三只理财我都买了。跟着我买的二十几位客户，到今天没有一个亏的。", {"products": ("wm",)}, "END-02"),
        ("奶奶那笔放的是「稳享三年」，跟存单一个意思，只是纸换成了电子的。", {}, "WM-05"),
    ],
)
def test_what_is_only_likened_to_a_deposit_or_has_no_loser_is_not_released(packs, told, given, rule):
    assert rule in blocks(packs, told, **given)


@pytest.mark.parametrize(
    "told",
    ["大额存单跟定期一样，到期本息原样拿回，存款保险保障。", "每天持有好心情。买三年期国债，跟存款差不多，保本付息。"],
)
def test_the_truth_of_a_deposit_is_still_released(packs, told):
    assert "RET-01" not in blocks(packs, told)


CORRECTED = [
    "我曾经以为银行卖的理财就不会亏，培训第一天老师就纠正了我，代销并不替产品兜底。",
    "当初以为“住院就全报”。我也检讨，投保那天该多讲一遍。",
    "妈妈说那时柜台的人讲“金子只会涨”，结果第二年跌得她睡不好。",
    "基金有风险。那时候我还以为，基金就是交给聪明人，放久了总会涨回来。后来才明白，放久也可能亏。",
    "去年买的住院医疗险，我以为能全报。\n\n结果不是，自费药不在责任里。",
    "刚工作那会儿我也以为贷款日息小就等于便宜，后来被师父按着算了一遍才改过来。",
    "妈妈一直以为买理财保本，被大堂经理讲了一遍才明白，说明书里写着可能亏。",
]
STOOD_BY = [
    "当时柜台的人讲“这只基金只会涨不会跌”，结果第二年没跌，还涨了。",
    "我曾经以为理财会亏，老师纠正了我，说我们这款绝对不会亏。",
    "我以前还以为基金会亏，后来才知道放着总会涨回来。",
    "我也以为基金总会涨回来是骗人的，后来才明白是真的。",
    "你以为存银行就好？后来才明白，放我们这只基金总会涨回来。",
    "我以为能全报的住院医疗险不存在，结果买了我们这款，什么都赔。",
]


@pytest.mark.parametrize("text", CORRECTED)
@pytest.mark.parametrize("products", [(), ("fund",), ("loan",), ("insurance",)])
def test_a_belief_put_right_at_once_stays_quiet_whatever_the_note_promotes(packs, text, products):
    report = check(NoteInput(body=text, products=products), packs=packs, likeness=False)
    assert [f.text for f in report.open("block") if f.start is not None] == []


@pytest.mark.parametrize("text", STOOD_BY)
def test_a_belief_that_turns_into_a_promise_is_heard(packs, text):
    report = check(NoteInput(body=text, products=("fund", "insurance")), packs=packs, likeness=False)
    assert report.open("block")


def test_a_quoted_promise_that_the_writer_answers_stays_quiet_and_one_taken_up_does_not(packs):
    said = "她手机里有人说“这只基金放多少都保本，闭眼放就行”。"
    answered = check(NoteInput(body=said + "我把面粉拍掉，说这话不对。"), packs=packs, likeness=False)
    taken_up = check(NoteInput(body=said + "我把面粉拍掉，说这话对。"), packs=packs, likeness=False)
    assert not answered.open("block") and taken_up.open("block")


def test_words_that_all_together_are_a_fraud_stay_quiet(packs):
    body = "那几句我倒背如流：理财保本、催你、不让告诉家里，三样凑齐，就是骗。"
    assert not check(NoteInput(body=body), packs=packs, likeness=False).open("block")
    selling = "那几句我倒背如流：理财保本、催你、不让告诉家里。我们这款真的保本。"
    assert check(NoteInput(body=selling), packs=packs, likeness=False).open("block")


def test_a_question_that_is_answered_with_no_stays_quiet_and_one_answered_with_yes_does_not(packs):
    asked = "有客户问这只产品会不会保本，我说{}。"
    no, yes = (check(NoteInput(body=asked.format(said)), packs=packs, likeness=False) for said in ("不会", "会"))
    assert not no.open("block") and yes.open("block")


@pytest.mark.parametrize("promise", ["本金一分不少", "稳赚不赔", "名额只剩三个"])
def test_promises_that_a_swindler_made_stay_quiet_in_a_story_of_fraud(packs, promise):
    story = "群里那位“老师”对她讲：{}。\n这就是骗局，民警让她打96110，诈骗的话术都一样。"
    assert not check(NoteInput(body=story.format(promise)), packs=packs, likeness=False).open("block", "fix")


def test_an_urgency_is_no_question_because_readers_may_ask_too_late(packs):
    urged = "我们行这只基金名额不多，手慢无，别等到时候来问我还有没有。"
    assert check(NoteInput(body=urged), packs=packs, likeness=False).open("block", "fix")
