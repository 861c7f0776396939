"""What two runs must share to be compared, and what they may differ in."""

import pytest
from written_cases import CASE, write_case

from agent.settings import Settings
from evals import signature
from evals.case_files import read_cases
from evals.signature import differing, judge_of, quiet_treatment, signature_of, treatment_of

GIVEN = {"lane": "offline", "k": 1, "seed": 0, "scorers": {"oracle": "2", "outcome": "1"}}
MODEL = Settings.model_construct(model="big", critic_model="", judge_model="small", judge=True, structured="prompt")


@pytest.fixture
def cases(tmp_path):
    write_case(tmp_path)
    return read_cases(tmp_path)


@pytest.mark.parametrize(
    ("change", "part"),
    [({"k": 3}, "k"), ({"seed": 1}, "seed"), ({"lane": "live"}, "lane"), ({"scorers": {"oracle": "3"}}, "scorers"),
     ({"scorers": {"oracle": "2"}}, "scorers"), ({"judge": "big"}, "judge")],
)  # fmt: skip
def test_every_part_of_a_measurement_shows_in_its_signature(cases, change, part):
    one, other = (signature_of(cases, cases, **given) for given in (GIVEN, {**GIVEN, **change}))
    assert [told.split("（")[0] for told in differing(one, other)] == [part]


def test_cases_and_the_pool_of_references_are_told_apart(cases, tmp_path):
    write_case(tmp_path / "other", CASE, second="别的\n\n正文。\n")
    others = read_cases(tmp_path / "other")
    one = signature_of(cases, cases, **GIVEN)
    assert [told[:4] for told in differing(one, signature_of(cases, others, **GIVEN))] == ["pool"]
    assert [told[:4] for told in differing(one, signature_of(others, cases, **GIVEN))] == ["data"]


@pytest.mark.parametrize(
    ("name", "stand_in", "part"),
    [
        ("digest_of_rules", lambda overlay: "sha256:x", "rules"),
        ("digest_of_thresholds", lambda: "sha256:x", "tone"),
        ("_prompts", lambda *names: "x", "prompts"),
        ("commit", lambda: "x", "commit"),
        ("__version__", "9", "program"),
    ],
)
def test_every_part_of_a_treatment_shows(monkeypatch, name, stand_in, part):
    before = treatment_of(MODEL, lane="live")
    monkeypatch.setattr(signature, name, stand_in)
    assert [told.split("（")[0] for told in differing(before, treatment_of(MODEL, lane="live"))] == [part]


def test_a_model_is_part_of_a_treatment_and_who_judges_of_a_signature():
    treatment = treatment_of(MODEL, lane="live")
    assert (treatment["author"], treatment["critic"], treatment["judge"]) == ("model:big", "big", "small")
    assert judge_of(MODEL).startswith("big+small@")
    assert "prompts" not in treatment_of(MODEL, lane="offline")  # no prompt writes there


def test_only_a_live_summary_names_its_commit():
    assert quiet_treatment({"commit": "a", "rules": "b"}, lane="offline") == {"rules": "b"}
    assert quiet_treatment({"commit": "a", "rules": "b"}, lane="live") == {"commit": "a", "rules": "b"}


def test_outside_git_there_is_no_commit(monkeypatch, tmp_path):
    monkeypatch.setattr(signature, "__file__", str(tmp_path / "evals" / "signature.py"))
    assert signature.commit() == ""
