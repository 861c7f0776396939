"""The small sets with floors: measured without a network whatever the environment says, and what fell is named."""

import pytest

from agent.drafting import Drafting
from evals import offline
from evals.offline import failures, measure_rules, measure_topics

TOLD = {"id": "t1", "topic": "周末去江边跑步", "note_type": "lifestyle", "expect": "note",
        "material": ["六点十分出门，江边零上四度", "桥底下有个大爷吹萨克斯", "右脚后跟磨出个泡"]}  # fmt: skip
UNTOLD = {"id": "t2", "topic": "第一次跳伞是什么感觉", "note_type": "lifestyle", "expect": "note"}
CLEAN = {"id": "c1", "title": "楼下的粉店", "body": "七点就坐满，老板娘边烫粉边报名字。"}
PROMISE = {"id": "v1", "text": "这款理财保本保息，放着就行。"}


def test_no_model_is_asked_though_the_environment_names_one(monkeypatch):
    for name, value in (("MODEL", "m"), ("AUTHOR", "model"), ("API_KEY", "k"), ("BASE_URL", "http://10.0.0.1/v1")):
        monkeypatch.setenv(f"KOSNOTE_{name}", value)
    assert measure_topics([TOLD])["notes"] == 1


def test_the_topics_that_ended_otherwise_are_named():
    behind = {}
    numbers = measure_topics([TOLD, UNTOLD], behind)
    assert numbers["expected_outcome"] == 0.5 and behind["expected_outcome"] == ["t2"]


def test_a_topic_that_breaks_the_program_is_named_and_hides_no_other(monkeypatch):
    draft = Drafting.draft

    async def breaks(self, brief):
        if brief.topic == UNTOLD["topic"]:
            raise RuntimeError("no plan")
        return await draft(self, brief)

    monkeypatch.setattr(Drafting, "draft", breaks)
    behind = {}
    numbers = measure_topics([TOLD, UNTOLD], behind)
    assert (numbers["topics_broken"], numbers["notes"], behind["expected_outcome"]) == (1, 1, ["t2"])
    assert behind["topics_broken"] == ["t2（RuntimeError: no plan）"]


def test_the_texts_that_were_missed_or_wrongly_hit_are_named():
    behind = {}
    numbers = measure_rules([CLEAN, PROMISE | {"id": "c2"}], [PROMISE, {"id": "v2", "text": CLEAN["body"]}], behind)
    assert (numbers["clean_notes_open"], numbers["violations_caught"]) == (0.5, 0.5)
    assert (behind["clean_notes_open"], behind["violations_caught"]) == (["c2"], ["v2"])


def test_a_number_out_of_bounds_says_where_it_stands_and_which_samples_did_it():
    gate = {"version": "1", "caught": {"min": 0.8}, "open": {"max": 0.1}, "kept": {"min": 0.5}, "gone": {"max": 1}}
    found = failures({"caught": 0.5, "open": 0.2, "kept": 0.5}, gate, {"caught": ["v1", "v2"]})
    assert found == ["caught 是 0.500，应至少 0.8；差在：v1、v2", "open 是 0.200，应至多 0.1；差在：—", "gone 没有量到"]


@pytest.mark.parametrize(("clean", "violations"), [([], [PROMISE]), ([CLEAN], [])])
def test_nothing_to_measure_is_no_good_result(clean, violations):
    with pytest.raises(ValueError, match="empty"):
        measure_rules(clean, violations)


def test_topics_of_which_none_gave_a_note_are_no_good_result():
    with pytest.raises(ValueError, match="nothing to measure"):
        measure_topics([UNTOLD])


def test_the_shipped_sets_stand_within_their_bounds():
    numbers, found = offline.measured()
    assert found == [] and numbers["violations"] == numbers["clean_notes"] == 60
