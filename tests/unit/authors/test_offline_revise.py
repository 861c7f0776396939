"""What the author changes when it revises: only what a finding or metric names."""

import asyncio
from datetime import date

import pytest

from agent.authors import OfflineAuthor
from agent.models import (
    Brief,
    Critique,
    Fact,
    Finding,
    Fix,
    Institution,
    Material,
    Metric,
    Note,
    Plan,
    Product,
    Report,
    Revision,
    Segment,
    Sources,
)

FACT = Fact(
    id="f1",
    product="card",
    category="card",
    claim="满30元减5元",
    source="活动页",
    valid_from=date(2026, 10, 1),
)
SOURCES = Sources(
    brief=Brief(id="b", topic="周末去海边", as_of=date(2026, 11, 24)),
    institution=Institution(name="云杉银行", full_name="云杉银行"),
    facts=(FACT,),
)
PLAN = Plan(angle="a", keyword="海边", scene="travel", skeleton="scene-then-point")
NOTE = Note(
    titles=("周末去海边，慢慢走", "海边最香的一天", "周末去海边，出发前看一眼"),
    title="周末去海边，慢慢走",
    cover="慢慢走",
    segments=(
        Segment(text="海边风很大，这家店最香，坐了很久。早点出门。", kind="life"),
        Segment(text="满30元减5元。", kind="condition", sources=("f1",)),
        Segment(text="你在海边捡过什么？", kind="life"),
        Segment(text="本文由AI辅助生成", kind="label"),
    ),
    tags=("海边", "周末去哪儿", "最香", "旅行日记", "在路上"),
)
CLEAN = Critique(passed=True)


def finding(text: str, *, field: str = "body", fix: Fix | None = None, index: int = 0, rule: str = "ADL-01") -> Finding:
    where = {"body": NOTE.body, "title": NOTE.titles[index], "cover": NOTE.cover}.get(field, NOTE.tags[index])
    start = where.index(text)
    return Finding.model_validate(
        {
            "rule": rule,
            "pack": "p",
            "severity": "block",
            "field": field,
            "index": index,
            "start": start,
            "end": start + len(text),
            "text": text,
            "message": "m",
            "fix": fix,
        }
    )


def revise(
    *findings: Finding, critique: Critique = CLEAN, note: Note = NOTE, sources: Sources = SOURCES, plan: Plan = PLAN
) -> Revision:
    report = Report(verdict="block", note_type="lifestyle", findings=findings)
    author = OfflineAuthor()
    return asyncio.run(
        author.revise(note, plan=plan, report=report, critique=critique, sources=sources, round_number=2)
    )


def metric(name: str, span: str = "") -> Critique:
    return Critique(metrics={name: Metric(value=0, passed=False, span=span)}, passed=False)


def test_nothing_open_changes_nothing() -> None:
    assert revise() == Revision(note=NOTE)


def test_a_cleared_finding_changes_nothing() -> None:
    cleared = finding("最香").model_copy(update={"status": "cleared"})
    assert revise(cleared).note == NOTE


def test_a_fix_replaces_the_span_and_names_the_rule() -> None:
    revision = revise(finding("最香", fix=Fix(replacement="很香", safety="safe")))
    assert "这家店很香，坐了很久" in revision.note.body
    assert revision.changes == ("ADL-01：把“最香”改为“很香”",)


def test_an_empty_fix_cuts_the_span() -> None:
    revision = revise(finding("，坐了很久", fix=Fix(replacement="")))
    assert "这家店最香。早点出门。" in revision.note.body


def test_an_empty_fix_that_breaks_the_sentence_drops_it() -> None:
    revision = revise(finding("早点出", fix=Fix(replacement="")))
    assert "门。" not in revision.note.body
    assert "海边风很大" in revision.note.body


def test_what_cannot_be_fixed_is_dropped_with_its_sentence_only() -> None:
    revision = revise(finding("早点出门"))
    assert "早点出门" not in revision.note.body
    assert "海边风很大，这家店最香" in revision.note.body


def test_a_told_sentence_is_left_out_rather_than_made_to_state_what_nobody_told() -> None:
    told = Segment(text="隔壁桌说稳赚不赔，没信。后来雨停了。", kind="life", sources=("m1",))
    note = NOTE.model_copy(update={"segments": (told, *NOTE.segments[1:])})
    brief = SOURCES.brief.model_copy(update={"material": (Material(id="m1", text=told.text),)})
    fix = Fix(replacement="收益随市场波动，可能为正也可能为负")
    flagged = finding("海边风很大", fix=fix).model_copy(update={"start": 4, "end": 8, "text": "稳赚不赔"})
    revision = revise(flagged, note=note, sources=SOURCES.model_copy(update={"brief": brief}))
    assert revision.note.body.startswith("后来雨停了。")
    assert revision.changes


def test_a_statement_as_fix_takes_the_place_of_the_whole_sentence() -> None:
    revision = revise(finding("最香", fix=Fix(replacement="味道因人而异，以自己的口味为准")))
    assert revision.note.body.startswith("味道因人而异，以自己的口味为准。早点出门。")


def test_the_claim_of_a_fact_is_dropped_whole_and_never_edited() -> None:
    revision = revise(finding("减5元", fix=Fix(replacement="减五元")))
    assert not [s for s in revision.note.segments if "f1" in s.sources]
    assert "减" not in revision.note.body


def test_two_findings_in_one_segment_are_both_answered() -> None:
    revision = revise(finding("最香", fix=Fix(replacement="很香")), finding("早点出门"))
    assert "这家店很香，坐了很久" in revision.note.body
    assert "早点出门" not in revision.note.body


def test_a_title_is_fixed_or_given_up() -> None:
    fixed = revise(finding("最香", field="title", index=1, fix=Fix(replacement="很香")))
    assert "海边很香的一天" in fixed.note.titles
    dropped = revise(finding("最香", field="title", index=1))
    assert len(dropped.note.titles) == 2
    assert dropped.note.title == NOTE.title


def test_the_chosen_title_moves_to_another_candidate() -> None:
    revision = revise(finding("慢慢走", field="title", index=0))
    assert revision.note.title in revision.note.titles
    assert revision.note.title != NOTE.title


def test_when_every_title_falls_a_neutral_one_is_made() -> None:
    found = [finding(title, field="title", index=index) for index, title in enumerate(NOTE.titles)]
    revision = revise(*found)
    assert revision.note.titles
    assert not set(revision.note.titles) & set(NOTE.titles)


def test_a_tag_and_a_cover_are_answered() -> None:
    assert "最香" not in revise(finding("最香", field="tags", index=2)).note.tags
    assert revise(finding("慢慢走", field="cover")).note.cover not in ("", "慢慢走")


def test_an_absence_with_a_fix_is_inserted_before_the_label() -> None:
    absent = Finding(
        rule="DIS-01", pack="p", severity="fix", field="note", message="m", fix=Fix(replacement="理性消费。")
    )
    revision = revise(absent)
    assert [s.text for s in revision.note.segments[-2:]] == ["理性消费。", "本文由AI辅助生成"]
    assert revise(absent, note=revision.note).note == revision.note


@pytest.mark.parametrize(
    ("slots", "added"),
    [
        ({"agent_name": "许知南", "licence_no": "YS0001"}, ["许知南，执业证号YS0001，云杉银行。"]),
        ({"agent_name": "许知南"}, []),
    ],
)
def test_a_mandatory_line_is_inserted_filled_or_not_at_all(slots: dict[str, str], added: list[str]) -> None:
    line = "{agent_name}，执业证号{licence_no}，{seller}。"
    absent = Finding(rule="INS-01", pack="p", severity="block", field="note", message="m", fix=Fix(replacement=line))
    product = Product(
        id="t",
        name="寿险",
        full_name="守望定期寿险",
        category="insurance",
        issuer="人寿",
        seller="云杉银行",
        slots=slots,
    )
    revision = revise(absent, sources=SOURCES.model_copy(update={"products": (product,)}))
    assert [s.text for s in revision.note.segments if s not in NOTE.segments] == added


@pytest.mark.parametrize(
    ("name", "text", "gone"),
    [("T07", "海边🌊风大。", "🌊"), ("T09", "【海边】风大。", "【"), ("T26", "海边风大！！", "！")],
)
def test_signs_a_metric_names_are_taken_out(name: str, text: str, gone: str) -> None:
    note = NOTE.model_copy(update={"segments": (Segment(text=text, kind="life"), *NOTE.segments[1:])})
    revision = revise(critique=metric(name), note=note)
    assert gone not in revision.note.body
    assert revision.changes[0].startswith(name)


def test_stock_openings_and_closings_are_swapped() -> None:
    note = NOTE.model_copy(
        update={"segments": (Segment(text="宝子们好。", kind="life"), *NOTE.segments[1:3])},
    )
    assert "宝子们" not in revise(critique=metric("T14", span="宝子们"), note=note).note.body
    closing = NOTE.model_copy(update={"segments": (*NOTE.segments[:2], Segment(text="你觉得呢？", kind="life"))})
    assert "你觉得呢" not in revise(critique=metric("T14", span="你觉得呢"), note=closing).note.body


def test_a_missing_drawback_of_an_offer_is_added_before_the_closing() -> None:
    assert revise(critique=metric("T21")).note == NOTE
    revision = revise(critique=metric("T21"), plan=PLAN.model_copy(update={"facts": ("f1",)}))
    assert len(revision.note.segments) == len(NOTE.segments) + 1
    assert "你在海边捡过什么？" in revision.note.body.splitlines()[-2]


def test_a_long_sentence_is_cut_in_two() -> None:
    text = "海边的风从早上一直吹到傍晚停下来的时候，沙滩上只剩下几把收到一半的伞和一群不肯回家的孩子。"
    note = NOTE.model_copy(update={"segments": (Segment(text=text, kind="life"), *NOTE.segments[1:])})
    assert "停下来的时候。沙滩" in revise(critique=metric("T12"), note=note).note.body


def test_a_short_body_grows_and_a_title_of_bad_length_is_swapped() -> None:
    assert len(revise(critique=metric("T03")).note.body) > len(NOTE.body)
    note = NOTE.model_copy(update={"titles": ("海边", "周末去海边，慢慢走"), "title": "海边"})
    assert revise(critique=metric("T02"), note=note).note.title == "周末去海边，慢慢走"


@pytest.mark.parametrize("name", ["T03", "T05", "T17", "T18", "T24"])
def test_no_line_of_ours_is_put_into_a_told_note(name: str) -> None:
    told = Segment(text="海边风很大。", kind="life", sources=("m1",))
    note = NOTE.model_copy(update={"segments": (told, *NOTE.segments[1:])})
    brief = SOURCES.brief.model_copy(update={"material": (Material(id="m1", text=told.text),), "keyword": "赶海"})
    plan = PLAN.model_copy(update={"material": ("m1",)})
    revision = revise(critique=metric(name), note=note, plan=plan, sources=SOURCES.model_copy(update={"brief": brief}))
    assert [s for s in revision.note.segments if s not in note.segments] == []


def test_an_unknown_metric_changes_nothing() -> None:
    assert revise(critique=metric("T99")) == Revision(note=NOTE)
