"""A word is replaced where it is one: every pair of the list has sentences it changes and sentences it must not."""

import pytest
from pydantic import ValidationError

from agent.chat.cues import load_cues
from agent.chat.swapping import Swap, swapped

CHANGED = {
    "因此": ("雨太大，因此我绕了路。", "雨太大，所以我绕了路。"),
    "然而": ("说好七点。然而没人来。", "说好七点。不过没人来。"),
    "此外": ("此外，店里还卖面包。", "另外，店里还卖面包。"),
    "并且": ("豆子新鲜，并且不贵。", "豆子新鲜，而且不贵。"),
    "以及": ("带了伞以及一双拖鞋。", "带了伞和一双拖鞋。"),
    "购买": ("在门口购买了两张票。", "在门口买了两张票。"),
    "进行": ("周末进行了一次大扫除。", "周末做了一次大扫除。"),
    "前往": ("下了班前往菜场。", "下了班去菜场。"),
    "抵达": ("天亮抵达了山脚。", "天亮到了山脚。"),
    "返回": ("摸黑返回镇上。", "摸黑回镇上。"),
    "无法": ("锅太沉，我无法一个人端。", "锅太沉，我没法一个人端。"),
    "无需": ("进门无需排队。", "进门不用排队。"),
    "如何": ("问我如何挑西瓜。", "问我怎么挑西瓜。"),
    "是否": ("她问是否带了伞。", "她问是不是带了伞。"),
    "仍然": ("十年了，她仍然不吃香菜。", "十年了，她还是不吃香菜。"),
    "非常": ("巷子非常安静。", "巷子特别安静。"),
    "随后": ("随后下起了雨。", "后来下起了雨。"),
    "由于": ("由于下雨，摊子收得早。", "因为下雨，摊子收得早。"),
    "倘若": ("倘若下雨就改天。", "要是下雨就改天。"),
    "如果": ("如果下雨就改天。", "要是下雨就改天。"),
    "父亲": ("父亲把灯留着。", "爸爸把灯留着。"),
    "母亲": ("我给母亲打电话。", "我给妈妈打电话。"),
    "均": ("三家店均在巷子里。", "三家店都在巷子里。"),
    "十分": ("这碗面十分好吃。", "这碗面很好吃。"),
    "品尝": ("坐下来品尝了一碗。", "坐下来尝了一碗。"),
    "选择了": ("我们选择了靠窗的位子。", "我们挑了靠窗的位子。"),
}
TRAPS = {
    "因此": ("他没有因此生气。", "摔了一跤，因此而歇了两天。", "她也因此记住了我。"),
    "然而": ("日子久了自然而然就会。", "我悠然而坐。", "雨突然而至。"),
    "此外": ("除此外没有别的。", "此外卖店只做早上。", "从此外婆不再做咸菜。"),
    "并且": ("两张单子合并且寄出。", "把两步归并且做完。", "火先一并且小心地关了。"),
    "以及": ("坐地铁可以及时赶到。", "这个分数足以及格。", "钥匙难以及早找到。", "所以及格就好。"),
    "购买": ("同事团购买了两张票。", "老人的购买力不差。", "我托人代购买菜的篮子。"),
    "进行": ("婚礼进行曲响起来。", "比赛进行了一半。", "会还在进行。", "我在前进行列里。"),
    "前往": ("以前往往要排队。", "我们从前往后数。", "她在窗前往外看。", "灯就在眼前往下落。"),
    "抵达": ("屏幕上写着抵达时间。", "国内抵达层在楼下。", "终于抵达。", "这里难以抵达。"),
    "返回": ("我按了返回键。", "往返回程都坐高铁。", "他当天返回。", "返回的路上下雨。"),
    "无法": ("孩子们无法无天。", "这事并无法律上的说法。", "他目无法纪。"),
    "无需": ("这个牌子无需求。", "屋里并无需要修的。", "想去就去，无需要谁同意。"),
    "如何": ("无论如何先吃饭。", "味道如何？", "近况如何，说来听听。", "比如何师傅的摊子。"),
    "是否": ("她说的是否定句。", "他既不承认也不是否认。", "能是否则再说。"),
    "仍然": ("她仍然是第一个到的。", "灯仍然还亮着。", "屋里仍然如此。"),
    "非常": ("走的是非常规的路。", "除非常去，不然记不住。", "非常时期大家都省着。", "他并非常客。"),
    "随后": ("我尾随后面的人群。", "你先走，随后就到。", "他站在随后的那排。"),
    "由于": ("那天的自由于我很难得。", "他的理由于我没用。", "迟到的缘由于雨天说过了。"),
    "倘若": ("倘若是雨天就改期。", "倘若此时下雨呢。", "倘若要是下雨呢。"),
    "如果": ("如果是雨天就改期。", "喝奶茶不如果汁。", "比如果酱就自己熬。", "凡事如果断一点就好。"),
    "父亲": ("父亲节那天下雨。", "祖父亲手做的板凳。", "师父亲自下厨。"),
    "母亲": ("母亲节那天下雨。", "祖母亲手缝的。", "父母亲都在。"),
    "均": ("平均一个人三十。", "力气均匀些。", "人均有五十。", "日均在两万步。"),
    "十分": ("我逞能说十分钟搞定。", "只剩十分之一。", "六点十分到的。", "考了九十分。", "十有八九，十分里占九分。"),
    "品尝": ("店里在办品尝会。", "新品尝了一口就放下。", "甜品尝着不腻。"),
    "选择了": ("别无选择了。", "我选择了解一下。", "他选择了沉默。", "她选择了一个人走。"),
}
SWAPS = load_cues().spoken


def test_every_pair_has_sentences_it_changes_and_at_least_three_it_must_not():
    words = sorted(swap.old for swap in SWAPS)
    assert words == sorted(CHANGED) == sorted(TRAPS)
    assert all(len(traps) >= 3 and all(word in trap for trap in traps) for word, traps in TRAPS.items())


@pytest.mark.parametrize("word", CHANGED)
def test_a_bookish_word_becomes_a_spoken_one(word):
    before, after = CHANGED[word]
    text, made = swapped(before, SWAPS)
    assert text == after and [swap.old for swap in made] == [word]


@pytest.mark.parametrize(("word", "trap"), [(word, trap) for word, traps in TRAPS.items() for trap in traps])
def test_what_only_looks_like_the_word_stays(word, trap):
    assert swapped(trap, SWAPS) == (trap, ())


@pytest.mark.parametrize("pair", CHANGED.values(), ids=CHANGED)
def test_what_somebody_said_or_a_title_holds_is_not_touched(pair):
    for quoted in (f"她说：“{pair[0]}”", f"书名叫《{pair[0]}》"):
        assert swapped(quoted, SWAPS) == (quoted, ())


def test_words_side_by_side_are_each_looked_at_in_the_text_as_it_was():
    assert swapped("因此前往菜场，十分钟就到。", SWAPS)[0] == "所以去菜场，十分钟就到。"


def test_a_pair_without_borders_is_a_mistake_in_the_file():
    with pytest.raises(ValidationError, match="十分"):
        Swap(old="十分", new="很")
