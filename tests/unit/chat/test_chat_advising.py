"""What a reviewer's words ask for: a change of named words, or a place to look at; nothing is guessed."""

import pytest

from agent.chat.advising import advice_in
from agent.models import Note, Segment

NOTE = Note(
    titles=("下班的一杯",),
    title="下班的一杯",
    cover="一杯的工夫",
    segments=(
        Segment(text="周二晚上点了一杯耶加，32 块。", kind="life"),
        Segment(text="绕路不适合赶时间的人。", kind="life", paragraph=True),
        Segment(text="本文由AI辅助生成", kind="label", paragraph=True),
    ),
    tags=("手冲",),
)


@pytest.mark.parametrize(
    ("comment", "change", "block"),
    [
        ("价钱不用写。把“32 块”改成“一杯的钱”", "把“32 块”改成“一杯的钱”", "p1"),
        ("删掉“绕路不适合赶时间的人。”", "删掉“绕路不适合赶时间的人。”", "p2"),
        ("标题改成“下班绕路”", "标题改成“下班绕路”", "title"),
        ("把“不在里面的话”改成“别的”", "", ""),
        ("“赶时间的人”这句像说教", "", "p2"),
        ("结尾有点硬", "", "p2"),
        ("开头换个说法", "", "p1"),
        ("“一杯的工夫”太短", "", "cover"),
        ("第二段再想想", "", "p2"),
        ("整体不错，再润色一下", "", ""),
        ("", "", ""),
        ("把“32 块”改成“一杯的钱”，并核实是不是当天付的", "", "p1"),
        ("把“32 块”改成“一杯的钱”或者“不贵”", "", "p1"),
        ("把“32 块”改成“一杯的钱”“不贵”都行", "", "p1"),
        ("把“32 块”改成一杯的钱，并核实", "", "p1"),
        ("把“32 块”那句改成“一杯的钱”", "", "p1"),
        ("删掉“32 块”和“赶时间”", "", "p1"),
        ("标题改成什么都行，别提手冲", "", "title"),
        ("标题改成“下班绕远”或者“回家”", "", "title"),
        ("把「32 块」改成「一杯的钱」。", "把「32 块」改成「一杯的钱」", "p1"),
    ],
)
def test_a_comment_names_words_or_a_place_or_neither(comment, change, block):
    advice = advice_in(comment, NOTE)
    assert (advice.change, advice.block) == (change, block)
