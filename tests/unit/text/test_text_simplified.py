"""Traditional characters read as simplified ones."""

from agent.guardrails.normalize import fold
from agent.text.simplified import simplified


def test_the_table_keeps_length_and_agrees_with_the_norm_plane_of_the_rules():
    text = "輪渡船票兩塊，趕時間的別坐：這邊風很涼，還沒開呢"
    assert simplified(text) == "轮渡船票两块，赶时间的别坐：这边风很凉，还没开呢"
    assert fold(simplified(text)) == fold(text)


def test_simplified_text_stays_as_it_is():
    assert simplified("皇后乘干净的船，面条还没煮") == "皇后乘干净的船，面条还没煮"
