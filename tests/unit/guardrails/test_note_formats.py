"""Notes read from, and reports written in, every format."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from agent.errors import UsageError
from agent.guardrails import Packs, check, check_many, parse_notes, render_reports
from agent.models import NoteInput

Build = Callable[..., Packs]


def test_many_notes_keep_their_order() -> None:
    notes = [NoteInput(id=str(n), body="湖边走一圈" * (n % 3 + 1)) for n in range(450)]
    assert [report.id for report in check_many(notes)] == [note.id for note in notes]
    assert [report.id for report in check_many(notes, workers=2)] == [note.id for note in notes]


def test_notes_are_read_in_every_format() -> None:
    assert [n.id for n in parse_notes('[{"id": "a", "body": "x"}, {"id": "b", "title": "y"}]', format="json")] == [
        "a",
        "b",
    ]
    assert parse_notes('\ufeff{"body": "x"}', format="json")[0].body == "x"
    assert len(parse_notes('{"body": "x"}\n\n{"body": "y"}\n', format="jsonl")) == 2
    note = parse_notes("# 湖边\n\n走一圈\n\n#散步 #周末[话题]#\n", format="md", name="a.md")[0]
    assert (note.id, note.title, note.body, note.tags) == ("a.md", "湖边", "走一圈", ("散步", "周末"))
    assert parse_notes("湖边\n#散步是好事 真的", format="txt")[0].body == "#散步是好事 真的"


@pytest.mark.parametrize(
    ("text", "format", "code", "line"),
    [
        ('{"body": "x"}\n{"body": ', "jsonl", "note_not_json", 2),
        ('{"body": "x"}\n[1]', "jsonl", "note_not_object", 2),
        ('[{"body": "x"}, {"boddy": "y"}]', "json", "note_invalid", 2),
        ('{"title": " "}', "json", "note_invalid", 1),
        ("\n", "txt", "note_invalid", 1),
        ("x", "docx", "note_format", 1),
    ],
)
def test_unreadable_note_is_named(text: str, format: Any, code: str, line: int) -> None:
    with pytest.raises(UsageError) as caught:
        parse_notes(text, format=format, name="n")
    assert caught.value.code == code
    assert caught.value.parameters.get("line", 1) == line


def test_reports_are_written_in_every_format(build: Build) -> None:
    packs = build({"clear_by": ["negation"], "fix": {"replacement": "删"}},
                  {"kind": "judge", "match": {"criterion": "x"}},
                  {"kind": "require", "severity": "fix", "match": {"any_of": ["有风险"], "trigger": ["稳"]},
                             "basis": [{"instrument": "《某办法》", "article": "9", "status": "draft"}]})  # fmt: skip
    note = NoteInput(id="n 1", title="<b>稳赚</b>", body="没有稳赚。\n稳.赚", tags=("稳赚",), origin="ai")
    checked = [(note, check(note, packs=packs))]
    text = render_reports(checked, format="text", full=True)
    for part in (
        "[n 1] 不能发布",
        "《广告法》第25条",
        "《某办法》第9条（待核，征求意见稿）",
        "已放行",
        "否定语境",
        "夹杂符号",
        "没判断的",
        "须加标识",
        " → 删（",
    ):
        assert part in text, part
    assert json.loads(render_reports(checked, format="json"))[0]["id"] == "n 1"
    assert json.loads(render_reports(checked * 2, format="jsonl").splitlines()[1])["verdict"] == "block"
    html = render_reports(checked, format="html")
    assert "<b>稳赚" not in html
    assert '<mark class="block">稳赚</mark>' in html
    sarif = json.loads(render_reports(checked, format="sarif", packs=packs))
    run = sarif["runs"][0]
    assert run["columnKind"] == "unicodeCodePoints"
    contents = {a["location"]["uri"]: a["contents"]["text"] for a in run["artifacts"]}
    for result in run["results"]:
        place = result["locations"][0]["physicalLocation"]
        if "region" in place:
            region = place["region"]
            text = contents[place["artifactLocation"]["uri"]]
            assert text[region["charOffset"] :][: region["charLength"]].startswith("稳")
            assert text.split("\n")[region["startLine"] - 1][region["startColumn"] - 1] == "稳"
    assert any("suppressions" in result for result in run["results"])
