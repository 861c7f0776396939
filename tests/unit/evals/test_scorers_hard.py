"""What fails a build by itself: each check passes a good note and fails when its one thing is lost."""

import pytest
from scoring import (
    LIFE,
    MONEY,
    make_case,
    make_finding,
    make_note,
    make_round,
    make_sample,
    question,
    scored,
)

from agent.models import Critique, Metric, Report, RubricAnswer, Segment
from evals.metrics import metrics_of
from evals.scorers import build_pool, score

READ, LIKED = Report(verdict="pass", note_type="benefit"), Critique(passed=True)
NOTE_CHECKS = sorted(set(metrics_of("hard")) - {"outcome"})


def _with(*segments):
    return make_sample(make_note(*LIFE, *segments, *MONEY))


def test_a_good_note_passes_every_hard_check_that_applies():
    case = make_case(must_say=("可颂",), must_not_say=("稳赚",), disclosures=("本人为云杉银行员工",))
    scores = score(make_sample(report=READ, critique=LIKED), case, build_pool([case]))
    assert {name: scores[name].reason for name in metrics_of("hard") if not scores[name].passed} == {}


def test_the_outcome_a_case_expects_is_any_that_passes():
    assert scored("outcome").passed
    assert scored("outcome", make_sample(outcome="ready")).passed
    lost = scored("outcome", make_sample(outcome="needs_human"))
    assert lost.passed is False and lost.value == 0 and "needs_human" in lost.reason


@pytest.mark.parametrize(
    ("held", "told"),
    [
        ({"report": READ.model_copy(update={"findings": (make_finding("RET-01"),)})}, "RET-01"),
        ({"report": READ.model_copy(update={"needs_look": ("判官没有答",)})}, "判官没有答"),
        ({"critique": Critique(passed=False, metrics={"T14": Metric(value=1, passed=False)})}, "T14"),
        ({"critique": Critique(passed=False, rubric={"D1": RubricAnswer(answer="no")})}, "D1"),
        ({"critique": Critique(passed=True, needs_look=("评论没有答",))}, "评论没有答"),
    ],
)
def test_what_was_let_through_with_something_open_is_named(held, told):
    held = {"report": READ, "critique": LIKED, **held}
    assert told in scored("cleared", make_sample(**held)).reason
    assert scored("cleared", make_sample(outcome="needs_human", **held)).passed is None


def test_a_warning_and_a_cleared_finding_keep_no_note_back():
    findings = (make_finding(severity="warn"), make_finding(status="cleared"))
    report = READ.model_copy(update={"findings": findings})
    critique = LIKED.model_copy(update={"metrics": {"T04": Metric(value=1, passed=False)}})
    assert scored("cleared", make_sample(report=report, critique=critique)).passed
    assert scored("cleared", make_sample()).passed is None  # nothing says how it was read


def test_too_many_rounds_are_no_good_outcome():
    twice = make_sample(rounds=(make_round(1), make_round(2)))
    assert scored("outcome", twice, make_case(max_rounds=2)).passed
    assert "最多 1 轮" in scored("outcome", twice, make_case(max_rounds=1)).reason


def test_a_case_without_material_expects_the_right_question():
    case = make_case("needs_material", asks=("几点", "哪"))
    asked = make_sample(outcome="needs_material", questions=(question("那天几点出的门？"),))
    assert scored("outcome", asked, case).passed
    beside = make_sample(outcome="needs_material", questions=(question("心情怎么样？"),))
    assert "几点" in scored("outcome", beside, case).reason
    assert scored("outcome", make_sample(outcome="needs_material"), case).passed is False


def test_a_refusal_counts_only_when_an_expected_rule_refused():
    case = make_case("refuse", refused_by=("ACC-01", "ACC-02"))
    refused = make_sample(outcome="refused", refusal=(make_finding("ACC-02"),))
    assert scored("outcome", refused, case).passed
    other = make_sample(outcome="refused", refusal=(make_finding("CIT-01"),))
    assert "CIT-01" in scored("outcome", other, case).reason


@pytest.mark.parametrize("metric", NOTE_CHECKS)
def test_without_a_note_or_without_the_programs_pass_a_note_is_not_checked(metric):
    case = make_case(must_say=("可颂",), must_not_say=("稳赚",), disclosures=("员工",))
    for outcome in ("refused", "needs_human"):
        found = scored(metric, make_sample(outcome=outcome), case)
        assert found.value is None and found.passed is None and outcome in found.reason


@pytest.mark.parametrize(
    ("note", "said"),
    [
        (make_note(title="一" * 21), "标题 21 个字（上限 20）"),
        (make_note(Segment(text="风" * 1001, kind="life")), "正文 1001 个字（上限 1000）"),
        (make_note(tags=tuple(f"跑{n}" for n in range(11))), "标签 11 个（上限 10）"),
    ],
)
def test_the_platform_s_limits_hold_and_their_edge_passes(note, said):
    found = scored("platform_limits", make_sample(note))
    assert found.passed is False and found.spans == (said,)
    edge = make_note(Segment(text="风" * 1000, kind="life"), title="一" * 20, tags=tuple(f"跑{n}" for n in range(10)))
    assert scored("platform_limits", make_sample(edge)).passed


def test_a_missing_disclosure_is_named_and_writing_it_otherwise_is_not_missing():
    case = make_case(disclosures=("办卡须审核，理性消费",))
    assert scored("disclosures", make_sample(), case).spans == ("办卡须审核，理性消费",)
    spaced = Segment(text="办卡须审核 ,理\u200b性消费。", kind="disclosure")
    assert scored("disclosures", _with(spaced), case).passed
    traditional = Segment(text="辦卡須審核，理性消費。", kind="disclosure")
    assert scored("disclosures", _with(traditional), case).passed


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("这一杯才19.9元。", "19.9元"),
        ("年化利率5.88%。", "5.88%"),
        ("活动到2027年1月31日。", "2027年1月31日"),
        ("我们店排第2名。", "第2名"),
        ("云杉家庭卡也有活动。", "云杉家庭卡"),
    ],
)
def test_a_number_or_product_without_a_source_is_named(text, found):
    made_up = Segment(text=text, kind="life", sources=("m1",))
    measured = scored("grounded_numbers", _with(made_up))
    assert measured.passed is False and found in measured.spans


def test_numbers_are_sourced_by_material_cited_facts_points_slots_and_standing_wording():
    sourced = (
        Segment(text="分期年化利率（单利）12.96%–18.00%。", kind="disclosure"),
        Segment(text="本息在50万元限额内受存款保险保障。", kind="disclosure"),
        Segment(text="一共34塊。", kind="life", sources=("m2",)),
    )
    assert scored("grounded_numbers", _with(*sourced)).passed


def test_a_fact_that_is_not_cited_is_no_source():
    uncited = MONEY[0].model_copy(update={"sources": ()})
    assert scored("grounded_numbers", make_sample(make_note(*LIFE, uncited))).passed is False


def test_a_number_in_the_title_needs_a_source_too():
    assert "88元" in scored("grounded_numbers", make_sample(make_note(title="88元的晨跑"))).spans


@pytest.mark.parametrize(
    "made_up",
    [
        Segment(text="我昨天刷了这张卡买衣服。", kind="life"),
        Segment(text="我昨天刷了这张卡买衣服。", kind="life", sources=("cc-coffee-30-5",)),
        Segment(text="我昨天刷了这张卡买衣服。", kind="life", sources=("m1",)),
    ],
)
def test_an_experience_nobody_told_is_named_cited_or_not(made_up):
    found = scored("grounded_experience", _with(made_up))
    assert found.spans == ("我昨天刷了这张卡买衣服。",)


def test_an_experience_in_the_title_needs_material():
    assert scored("grounded_experience", make_sample(make_note(title="我在巴黎买了三个包"))).passed is False
    assert scored("grounded_experience", make_sample(make_note(title="我右脚后跟磨出个泡"))).passed


def test_what_must_and_must_not_be_said_is_looked_for_in_every_script():
    case = make_case(must_say=("袜子", "护膝"), must_not_say=("可颂", "稳赚"))
    assert scored("must_say", make_sample(), case).spans == ("护膝",)
    assert scored("must_not_say", make_sample(), case).spans == ("可颂",)
    traditional = _with(Segment(text="這樣穩賺。", kind="life"))
    assert "稳赚" in scored("must_not_say", traditional, case).spans


def test_what_a_case_does_not_demand_is_unscored():
    case = make_case()
    for metric in ("must_say", "must_not_say", "disclosures"):
        found = scored(metric, make_sample(), case)
        assert found.value is None and found.passed is None and found.reason


def test_the_oracle_fails_a_note_that_the_rules_let_through():
    found = scored("oracle", _with(Segment(text="这款理财保本，放心放。", kind="life")))
    assert found.passed is False and found.by == "oracle"
    assert "保本" in found.reason and "广告法25" in found.reason


def test_a_case_may_expect_another_end_where_no_model_writes():
    case = make_case(without_model="needs_material", must_say=("没有的话",))
    asked = make_sample(
        lane="offline", outcome="needs_material", note=None, rounds=(), questions=(question("那天看到了什么？"),)
    )
    found = score(asked, case, build_pool([case]))
    assert found["outcome"].passed and found["first_draft_pass"].value is None
    elsewhere = score(asked.model_copy(update={"lane": "live"}), case, build_pool([case]))
    assert not elsewhere["outcome"].passed and elsewhere["first_draft_pass"].value == 0


def test_a_case_may_expect_a_person():
    case = make_case("needs_human")
    pool = build_pool([case])
    assert score(make_sample(outcome="needs_human"), case, pool)["outcome"].passed
    assert not score(make_sample(outcome="in_review"), case, pool)["outcome"].passed


def test_one_of_several_wordings_of_a_disclosure_is_enough():
    wordings = ("本人为某行员工｜本人为云杉银行员工",)
    assert scored("disclosures", case=make_case(disclosures=wordings)).passed
    assert not scored("disclosures", case=make_case(disclosures=("本人为某行员工｜某行的员工",))).passed
