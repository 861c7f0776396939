"""Routing is a pure function of typed verdicts: every branch, and every guard on the way into the loop."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.errors import GuardError
from agent.graph.routing import after_decide, after_gate, after_plan, after_review, best_version, judge_round
from agent.graph.state import Review, SavedVersion
from agent.models import Critique, Finding, Note, Plan, Report, Round


def make_note(text="标题"):
    return Note(titles=(text,), title=text)


def make_report(note, *severities):
    findings = tuple(
        Finding(rule=f"RET-0{number}", pack="returns", severity=severity, field="body", message="…")
        for number, severity in enumerate(severities, 1)
    )
    verdict = "block" if "block" in severities else "revise" if "fix" in severities else "pass"
    return Report(verdict=verdict, note_type="lifestyle", findings=findings, text_hash=note.text_hash)


def make_critique(note, passed=True):
    return Critique(passed=passed, text_hash=note.text_hash)


def version(revision, *severities, passed=True):
    note = make_note(f"第{revision}版")
    return SavedVersion(
        revision=revision,
        round=Round(
            number=revision,
            note=note,
            report=make_report(note, *severities),
            critique=make_critique(note, passed),
        ),
    )


@pytest.mark.parametrize(
    ("severities", "tone", "round_number", "route"),
    [
        ((), True, 1, "passed"),
        (("warn",), True, 1, "passed"),
        (("fix",), True, 1, "open"),
        (("block",), True, 3, "spent"),
        ((), False, 2, "open"),
        ((), False, 3, "spent"),
    ],
)
def test_a_round_is_judged_by_verdict_tone_and_rounds_left(severities, tone, round_number, route):
    note = make_note()
    judged = judge_round(
        note, make_report(note, *severities), make_critique(note, tone), round_number=round_number, max_rounds=3
    )
    assert judged == route


def test_a_verdict_on_another_text_is_an_error_not_a_pass():
    note, other = make_note(), make_note("别的")
    with pytest.raises(GuardError, match="comply"):
        judge_round(note, make_report(other), make_critique(note), round_number=1, max_rounds=3)
    with pytest.raises(GuardError, match="critique"):
        judge_round(note, make_report(note), make_critique(other), round_number=1, max_rounds=3)


@given(st.integers(1, 10), st.integers(1, 10), st.booleans(), st.booleans())
def test_the_loop_is_never_entered_without_rounds_left(round_number, max_rounds, review_on, human):
    state = {"route": "open", "round": round_number, "max_rounds": max_rounds, "review_on": review_on}
    target = after_decide({**state, "human_text": human})
    assert (target == "revise") == (round_number < max_rounds and not human)


@pytest.mark.parametrize(("review_on", "target"), [(True, "review"), (False, "finish")])
@pytest.mark.parametrize("route", ["passed", "spent"])
def test_a_settled_round_goes_to_a_person_unless_review_is_off(route, review_on, target):
    assert after_decide({"route": route, "round": 1, "max_rounds": 3, "review_on": review_on}) == target


def test_a_refusal_and_a_lack_of_material_end_the_run_before_writing():
    refusal = make_report(make_note(), "block").findings
    assert after_gate({"refusal": list(refusal)}) == "finish"
    assert after_gate({"refusal": []}) == "plan"
    assert after_plan({"chosen_plan": Plan(angle="", keyword="", writable=False)}) == "finish"
    assert after_plan({"chosen_plan": Plan(angle="", keyword="")}) == "write"


@pytest.mark.parametrize(
    ("action", "target"), [("approve", "finish"), ("reject", "finish"), ("edit", "assemble"), ("comment", "assemble")]
)
def test_every_edit_and_comment_is_checked_again(action, target):
    assert after_review({"reviews": [Review(action=action, reviewer="审", text_hash="h")]}) == target


def test_the_best_version_has_fewest_blocks_then_fixes_then_tone_and_the_later_wins_a_tie():
    assert best_version([version(1, "block"), version(2, "fix", "fix"), version(3, "block")]).revision == 2
    assert best_version([version(1, "fix"), version(2, "fix", "fix")]).revision == 1
    assert best_version([version(1, passed=False), version(2, "warn")]).revision == 2
    assert best_version([version(1, "fix"), version(2, "fix")]).revision == 2
