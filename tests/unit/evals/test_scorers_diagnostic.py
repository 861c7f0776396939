"""What is reported and trended: style, likeness to references, and what a note took."""

import pytest
from scoring import (
    LIFE,
    answer,
    make_brief,
    make_case,
    make_finding,
    make_note,
    make_round,
    make_sample,
    scored,
    usage,
)

from agent.models import Segment
from evals.metrics import metrics
from evals.scorers import build_pool
from evals.scorers.effort import changed_beside
from evals.scorers.similarity import longest_shared, own_words, similarity_band
from evals.scorers.style import flavour_density

REFERENCES = (
    "沿江跑五公里\n\n六点多的江边，手缩在袖子里跑。桥底下有人吹萨克斯，翻来覆去一首歌。跑完喝了杯热的。\n#晨跑",
    "风比我快\n\n脚后跟磨出一个泡，都怪新袜子。江风横着吹，跑到大桥底下就掉头。萨克斯的大爷还在。\n#晨跑",
    "又下雨\n\n雨天在江边跑，鞋湿了半只。桥底下躲雨，听了一会儿萨克斯，回家煮了碗面。\n#晨跑",
    "夜里跑\n\n夜里的江边人少，灯一盏一盏往后退。跑到桥底下停下来，喝水，往回走。\n#夜跑",
    "慢慢跑\n\n今天不看表，沿江慢慢跑。路上遇见遛狗的，狗比我快，桥底下没有人吹琴。\n#慢跑",
)


def _life(text, **given):
    return make_sample(make_note(Segment(text=text, kind="life"), **given))


def test_every_measure_of_a_missing_note_is_unscored():
    gone = make_sample(outcome="refused")
    for name, metric in metrics().items():
        if metric.tier == "diagnostic":
            found = scored(name, gone)
            assert found.value is None and found.reason, name


def test_shape_is_told_in_two_numbers():
    shape = build_pool([]).shape(make_note().body)
    assert scored("life_share").value == pytest.approx(shape.life_share)
    assert scored("first_money").value == pytest.approx(shape.first_money)
    assert 0.5 < shape.life_share == shape.first_money < 0.8


def test_the_keyword_stands_in_title_and_lead():
    assert scored("keyword_placed", _life("沿江跑，风大。")).value == 1
    assert scored("keyword_placed", _life("风大。", title="沿江跑")).value == 0
    assert scored("keyword_placed", _life("风" * 100 + "沿江跑。")).value == 0
    assert scored("keyword_placed", _life("沿江跑，风大。", title="早上的风")).value == 0
    bare = make_case().model_copy(update={"brief": make_case().brief.model_copy(update={"keyword": ""})})
    assert scored("keyword_placed", make_sample(brief=make_brief(keyword="")), bare).value is None


def test_machine_prose_is_denser_than_told_prose():
    told = "六点十分出门，江边风大，前两公里没跑开。鞋湿了半只，回家煮蛋。"
    prose = "随着生活节奏的加快，总之，跑步不仅是运动，更是一种生活的仪式感。值得注意的是，让我们一起奔赴美好生活。"
    assert flavour_density(told) == (0.0, ())
    density, found = flavour_density(prose)
    assert density > 8 and "总之" in found and any(hit.startswith("不仅") for hit in found)
    assert scored("ai_flavour", _life(prose)).value == pytest.approx(density)


def test_flavour_of_mandatory_wording_is_nobodys():
    note = make_note(*LIFE, Segment(text="总之，基金有风险，投资需谨慎。", kind="disclosure"))
    assert scored("ai_flavour", make_sample(note)).value == 0


def test_rhythm_needs_three_sentences_and_grows_with_unevenness():
    assert scored("sentence_variation", _life("风大。人少。")).value is None
    even = scored("sentence_variation", _life("今天风大。明天有雨。后天放晴。")).value
    uneven = scored("sentence_variation", _life("风大。明天有雨，后天才放晴，衣服又晾不成了。算了。")).value
    assert even == 0 < 0.5 < uneven


def test_emoji_tags_and_length_are_counted_as_the_platform_counts():
    note = make_note(Segment(text="风大🌬️，一家人👨‍👩‍👧。", kind="life"), title="跑☕", tags=("跑", "江", "风"))
    assert scored("emoji", make_sample(note)).value == 3
    assert scored("tags", make_sample(note)).value == 3
    assert scored("body_length", make_sample(note)).value == 9


@pytest.fixture(scope="module")
def told():
    case = make_case(references=REFERENCES)
    return case, build_pool([case])


def _value(metric, text, told):
    return scored(metric, _life(text), *told).value


def test_a_copy_is_most_alike_and_another_subject_least(told):
    copy = REFERENCES[0].split("\n")[2]
    honest = "江边跑到桥底下，脚后跟疼，听了会儿萨克斯，掉头回家煮面。"
    other = "橘猫趴在暖气片上，尾巴垂下来，半天没动一下。"
    for metric in ("chrf_body", "bleu_zh_body", "rouge_l_body"):
        copied, rewritten, beside = (_value(metric, text, told) for text in (copy, honest, other))
        assert copied == pytest.approx(100) and copied > rewritten > beside, metric


def test_likeness_ignores_width_script_tags_and_mandatory_wording(told):
    copy = REFERENCES[0].split("\n")[2]
    written_otherwise = copy.replace("，", ",").replace("里", "裡") + "\n本人为云杉银行员工。\n本文由AI辅助生成"
    assert _value("chrf_body", written_otherwise, told) == pytest.approx(100)


def test_the_band_is_two_sided(told):
    case, pool = told
    copied = scored("similarity_in_band", _life(REFERENCES[0].split("\n")[2]), case, pool)
    beside = scored("similarity_in_band", _life("橘猫趴在暖气片上，尾巴垂下来，半天没动一下。"), case, pool)
    assert copied.value == 0 and "照抄" in copied.reason
    assert beside.value == 0 and "跑题" in beside.reason
    like = "江边起雾，跑到一半鞋带散了，蹲下来系。对岸有人咳嗽，水面上看不见船，回家喝粥。"
    assert scored("similarity_in_band", _life(like), case, pool).value == 1


def test_what_a_case_supplied_makes_no_copy_and_own_words_taken_over_do():
    supplied = "六点十分出门，江边风大。右脚后跟磨出个泡。"
    own = (
        "鞋带散了，蹲下来系。",
        "狗跑在前面，没有牵绳。",
        "桥下的灯坏了一盏。",
        "雾里听得见船，看不见。",
        "路边卖橘子的还没来。",
    )
    case = make_case(references=[f"标题\n\n{supplied}{text}\n#跑" for text in own])
    pool = build_pool([case])
    assert scored("similarity_in_band", _life(f"{supplied}对岸有人在钓鱼。"), case, pool).value == 1
    assert "照抄" in scored("similarity_in_band", _life(f"{supplied}{own[0]}"), case, pool).reason


def test_own_words_are_what_remains_beyond_runs_that_were_supplied():
    assert own_words("江边风大，人少。", "六点出门江边风大") == "人少"
    assert own_words("江边风，人少。", "六点出门江边风大") == "江边风人少"


def test_the_band_comes_from_the_references_of_the_theme_alone():
    assert similarity_band(("一二三四五",) * 3) is None
    few = make_case(references=REFERENCES[:3])
    assert "3 篇" in scored("similarity_in_band", make_sample(), few).reason
    other_theme = make_case(references=REFERENCES, theme="coffee").model_copy(update={"id": "other"})
    pool = build_pool([few, other_theme])
    assert scored("similarity_in_band", make_sample(), few, pool).value is None


def test_without_references_nothing_is_compared():
    for metric in ("chrf_body", "bleu_zh_body", "rouge_l_body", "copied_span"):
        assert scored(metric).value is None


def test_a_copied_run_is_found_in_any_reference_and_what_was_supplied_is_nobodys(told):
    case, pool = told
    found = scored("copied_span", _life("今天有事。桥底下有人吹萨克斯，翻来覆去一首歌，真好。"), case, pool)
    assert found.spans == ("桥底下有人吹萨克斯翻来覆去一首歌",) and found.value == 16
    supplied = "云杉咖啡卡持卡人在合作咖啡门店单笔满30元减5元，每户每月限3次。江边风大，右脚后跟磨出个泡。"
    both = make_case(references=[f"标题\n\n{supplied}\n#跑"])
    assert scored("copied_span", _life(supplied), both, build_pool([both])).value == 0


def test_the_longest_shared_run_crosses_no_cut():
    assert longest_shared("abcdef", "xxcdexx") == "cde"
    assert longest_shared("ab\ncd", "ab\ncd") == "ab"
    assert longest_shared("", "abc") == "" == longest_shared("abc", "xyz")


def test_over_revision_counts_what_nobody_objected_to():
    before = make_note(Segment(text="江边风大，稳赚不赔，脚疼。", kind="life"))
    after = make_note(Segment(text="江边风大，有涨有跌，脚疼。", kind="life"))
    beyond = make_note(Segment(text="河边雨大，有涨有跌，腿酸。", kind="life"))
    flagged = make_round(1, before, "block", (make_finding(start=5, end=9),))
    kept = scored("over_revision", make_sample(rounds=(flagged, make_round(2, after))))
    lost = scored("over_revision", make_sample(rounds=(flagged, make_round(2, beyond))))
    assert kept.value == 0 < lost.value
    assert scored("over_revision").value is None


def test_what_a_critic_quoted_may_change_too():
    before = make_note(Segment(text="江边风大，总之很好。", kind="life"))
    after = make_note(Segment(text="江边风大，腿酸。", kind="life"))
    quoted = make_round(1, before, rubric={"D6": answer("no", "总之很好")})
    assert scored("over_revision", make_sample(rounds=(quoted, make_round(2, after)))).value == 0
    unquoted = make_round(1, before, rubric={"D6": answer("yes", "总之很好")})
    assert scored("over_revision", make_sample(rounds=(unquoted, make_round(2, after)))).value > 0


def test_a_missing_line_may_be_added_and_nothing_else():
    before, added = "江边风大。", "江边风大。\n办卡须审核。"
    assert changed_beside(before, added, [], may_add=True) == 0
    assert changed_beside(before, added, [], may_add=False) == 7
    assert changed_beside(before, "江边的风大。", [], may_add=True) == 1


def test_effort_is_counted_where_a_model_worked_and_a_clock_ran():
    used = make_sample(usage=usage(prompt_tokens=700, completion_tokens=300, cost=0.02), latency=3.5)
    assert [scored(name, used).value for name in ("tokens", "cost", "latency")] == [1000, 0.02, 3.5]
    assert [scored(name).value for name in ("tokens", "cost", "latency")] == [None] * 3
    unpriced = make_sample(usage=usage(prompt_tokens=1))
    assert scored("cost", unpriced).value is None and "价格" in scored("cost", unpriced).reason
