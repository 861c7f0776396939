"""What keeps a text from passing although no rule speaks: a script without packs, and a lesson without a point."""

import asyncio
from datetime import date
from types import SimpleNamespace

import pytest

from agent.graph.nodes import comply
from agent.models import Brief, Institution, Note, Plan, Report, Segment, Sources

TODAY = date(2026, 11, 27)


def looks(text="门口的银杏正黄。", *, kind="lifestyle", **state):
    brief = Brief(id="r", topic="植物园", note_type=kind, as_of=TODAY)
    sources = Sources(brief=brief, institution=Institution(name="云杉银行", full_name="云杉银行"))
    note = Note(titles=("植物园",), title="植物园", segments=(Segment(text=text, kind="life"),))
    context = SimpleNamespace(
        check=lambda note, **_: Report(verdict="pass", note_type=kind, text_hash=note.text_hash),
        resolve=lambda _: sources,
        judge=None,
        waivers=(),
    )
    given = {"brief": brief, "note": note, "round": 1, "revision": 1, "chosen_plan": Plan(angle="", keyword="植物园")}
    update = asyncio.run(comply({**given, **state}, SimpleNamespace(context=context)))
    return update["last_report"].needs_look


def test_a_note_in_traditional_characters_goes_to_a_person():
    assert any("繁体" in reason for reason in looks("上禮拜回老家，鹽罐子放在窗台。"))
    assert looks("和孟嬤说过一次，著名的乾坤湾，著名的乾县。") == (), "names alone are no script"


def test_an_education_note_without_a_point_goes_to_a_person():
    assert any("知识点" in reason for reason in looks(kind="education"))


@pytest.mark.parametrize(
    "state",
    [
        {"kind": "lifestyle"},
        {"kind": "education", "chosen_plan": Plan(angle="", keyword="植物园", points=("p",))},
        {"kind": "education", "human_text": True},
    ],
    ids=["life", "point", "people"],
)
def test_other_notes_need_no_look_for_want_of_a_point(state):
    assert looks(**state) == ()
