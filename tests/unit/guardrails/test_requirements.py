"""Mandatory wording that is absent: where it must stand, and what it is asked for by."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from agent.guardrails import Packs, check
from agent.models import NoteInput

Build = Callable[..., Packs]


REQUIRE = {"kind": "require", "severity": "fix"}


@pytest.mark.parametrize(
    ("match", "body", "fires"),
    [
        ({"disclosure": ["wm-risk"]}, "理财非存款,产品有风险,投资须谨慎。风险等级:R2", False),
        ({"disclosure": ["wm-risk"]}, "理财非存款 产品有风险 投资须谨慎 风险等级R2", False),
        ({"disclosure": ["wm-risk"]}, "投资有风险", True),
        ({"any_of": ["据{source}公告"]}, "据总行公告", False),
        ({"any_of": ["re:截至[0-9]+月"]}, "截至6月", False),
        ({"any_of": ["有风险"], "trigger": ["收益"]}, "湖边走一圈", False),
        ({"any_of": ["有风险"], "trigger": ["收益"]}, "收益不错", True),
        ({"any_of": ["有风险"], "trigger": ["收益"], "proximity": "sentence"}, "收益不错。有风险", True),
        ({"any_of": ["有风险"], "trigger": ["收益"], "proximity": "sentence"}, "收益不错,有风险", False),
        ({"any_of": ["有风险"], "trigger": ["收益"], "proximity": "next_paragraph"}, "收益\n有风险", False),
        ({"any_of": ["有风险"], "trigger": ["收益"], "proximity": "next_paragraph"}, "收益\n\n\n有风险", True),
        ({"any_of": ["有风险"], "position": "own_line"}, "好产品\n有风险", False),
        ({"any_of": ["有风险"], "position": "own_line"}, "好产品有风险", True),
        ({"any_of": ["有风险"], "position": "before_tags"}, "有风险\n#理财 #基金", False),
        ({"any_of": ["有风险"], "position": "before_tags"}, "好\n#理财\n有风险", True),
        ({"any_of": ["有风险"], "position": "before_tags"}, "好 #理财 有风险", True),
    ],
)
def test_requirement(build: Build, match: dict[str, Any], body: str, fires: bool) -> None:
    report = check(NoteInput(body=body), packs=build(REQUIRE | {"match": match}))
    assert bool(report.findings) == fires


def test_wording_only_in_the_tags_does_not_satisfy(build: Build) -> None:
    note = NoteInput(body="好", tags=("有风险",))
    assert check(note, packs=build(REQUIRE | {"match": {"any_of": ["有风险"]}})).findings
    assert not check(note, packs=build(REQUIRE | {"match": {"any_of": ["有风险"], "position": "anywhere"}})).findings


def test_absence_has_no_offsets_but_names_its_trigger_and_the_sentence_to_insert(build: Build) -> None:
    match = {"any_of": ["有风险"], "trigger": ["收益"], "insert": "产品有风险。"}
    finding = check(NoteInput(body="收益不错"), packs=build(REQUIRE | {"match": match})).findings[0]
    assert (finding.start, finding.end, finding.text) == (None, None, "收益")
    assert finding.fix
    assert finding.fix.replacement == "产品有风险。"


def test_requirement_anchor_looks_at_the_whole_note(build: Build) -> None:
    rule = REQUIRE | {"match": {"any_of": ["有风险"]}, "anchor": {"any_of": ["理财"], "within": "note"}}
    assert not check(NoteInput(body="湖边"), packs=build(rule)).findings
    assert check(NoteInput(body="理财"), packs=build(rule)).findings
