"""The five averages that gate."""

import pytest
from scoring import (
    FACT,
    LIFE,
    MONEY,
    answer,
    make_case,
    make_finding,
    make_note,
    make_round,
    make_sample,
    scored,
)

from agent.models import Segment
from evals.scorers import build_pool
from evals.values import FactTarget


def test_a_first_draft_passes_by_its_own_report_whatever_came_later():
    assert scored("first_draft_pass").value == 1
    findings = (make_finding("RET-01"), make_finding("XHS-01", "warn"), make_finding("ADL-01", status="cleared"))
    mended = make_sample(rounds=(make_round(1, verdict="block", findings=findings), make_round(2)))
    found = scored("first_draft_pass", mended)
    assert found.value == 0 and found.spans == ("RET-01",)


def test_a_case_that_should_give_a_note_and_gave_none_did_not_pass():
    assert scored("first_draft_pass", make_sample(outcome="refused")).value == 0
    assert scored("rounds_to_pass", make_sample(outcome="refused"), make_case(max_rounds=2)).value == 3
    assert scored("fact_recall", make_sample(outcome="refused")).value == 0


def test_rounds_count_and_a_run_that_ends_with_a_person_counts_one_more_than_allowed():
    assert scored("rounds_to_pass").value == 1
    twice = (make_round(1), make_round(2))
    assert scored("rounds_to_pass", make_sample(rounds=twice)).value == 2
    assert scored("rounds_to_pass", make_sample(outcome="needs_human", rounds=twice)).value == 4
    assert scored("rounds_to_pass", make_sample(outcome="needs_human"), make_case(max_rounds=5)).value == 6


def test_refusals_and_questions_have_no_draft_to_judge():
    case = make_case("refuse", must_facts=())
    for metric in ("first_draft_pass", "rounds_to_pass", "fact_recall", "life_shape", "tone_rubric"):
        found = scored(metric, make_sample(outcome="refused"), case)
        assert found.value is None and found.reason, metric


def test_fact_recall_is_the_share_of_facts_told_in_any_form():
    other = FactTarget(fact="cc-bakery-50-8", any_of=("满50元减8元",))
    found = scored("fact_recall", make_sample(), make_case(must_facts=(FACT, other)))
    assert found.value == 0.5 and found.spans == ("cc-bakery-50-8",)
    assert scored("fact_recall", make_sample(), make_case(must_facts=(FACT,))).value == 1
    assert scored("fact_recall", make_sample(), make_case(must_facts=())).value is None


def test_life_shape_is_whole_half_or_nothing():
    assert scored("life_shape").value == 1
    money_first = make_note(MONEY[0], *LIFE, *LIFE)
    assert scored("life_shape", make_sample(money_first)).value == 0.5
    advert = make_note(*MONEY, Segment(text="办卡就返现，权益多。", kind="life"))
    found = scored("life_shape", make_sample(advert))
    assert found.value == 0 and "生活占比 0.00" in found.reason


def test_the_bands_of_shape_come_from_references_once_enough_stand():
    life = "江边风大。" * 10
    money = "云杉咖啡卡单笔满30元减5元。"
    case = make_case(references=[f"标题\n\n{life}{money}\n#跑步"] * 6)
    few = make_case(references=[f"标题\n\n{life}{money}\n#跑步"] * 5)
    drawn, default = build_pool([case]).bands("benefit"), build_pool([few]).bands("benefit")
    assert drawn != default == build_pool([]).bands("benefit")
    share = build_pool([case]).shape(f"{life}{money}").life_share
    assert drawn.life_share == pytest.approx((share - 0.1, share + 0.1))


def test_mandatory_wording_is_not_life_and_the_ai_line_is_not_counted():
    pool = build_pool([])
    plain = pool.shape("江边风大。")
    assert (plain.life_share, plain.first_money) == (1, 1)
    assert pool.shape("江边风大。\n本文由AI辅助生成") == plain
    assert pool.shape("江边风大。\n本人为云杉银行员工。").life_share < 0.5
    assert pool.shape("本文由AI辅助生成") is None


def test_tone_is_the_share_of_yes_among_answers_given():
    rubric = {"D1": answer("yes"), "D2": answer("no", "办卡就送"), "D3": answer("unscored"), "D4": answer("yes")}
    asked = make_sample(critique=make_round(rubric=rubric).critique)
    found = scored("tone_rubric", asked)
    assert found.value == pytest.approx(2 / 3) and found.spans == ("办卡就送",) and found.by == "judge"
    assert scored("tone_rubric").value is None
    unasked = make_sample(critique=make_round(rubric={"D1": answer("unscored")}).critique)
    assert scored("tone_rubric", unasked).value is None
