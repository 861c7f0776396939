"""The contract of `check`: scope, stages, dates, guards, waivers, verdict, fingerprints, outputs."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from agent.errors import GuardError
from agent.guardrails import check, review_waivers
from agent.guardrails import engine as engine_module
from agent.guardrails.loader import Packs
from agent.models import Finding, Note, NoteInput, Report, Segment, Waiver

Build = Callable[..., Packs]


def hits(report: Report) -> list[tuple[str, str, int | None, int | None, str]]:
    return [(f.field, f.text, f.start, f.end, f.status) for f in report.findings]


def test_span_is_raw_in_title_tag_cover_and_body(build: Build) -> None:
    note = NoteInput(title="😀稳赚", body="一\n二😀稳\u200b赚", tags=("甲", "稳赚"), cover="穩賺")
    report = check(note, packs=build({}))
    assert hits(report) == [
        ("body", "稳\u200b赚", 4, 7, "open"), ("cover", "穩賺", 0, 2, "open"),
        ("tags", "稳赚", 0, 2, "open"), ("title", "稳赚", 1, 3, "open"),
    ]  # fmt: skip
    assert [f.index for f in report.findings] == [0, 0, 1, 0]
    assert report.text_hash == note.text_hash


def test_titles_are_indexed(build: Build) -> None:
    note = Note(titles=("湖边", "稳赚"), title="湖边", segments=(Segment(text="面包", kind="life"),))
    report = check(note, packs=build({}))
    assert [(f.field, f.index) for f in report.findings] == [("title", 1)]
    assert "ai" in str(report.label.reasons).lower()


@pytest.mark.parametrize(("severity", "verdict"), [("block", "block"), ("fix", "revise"), ("warn", "pass")])
def test_verdict_follows_the_worst_open_finding(build: Build, severity: str, verdict: str) -> None:
    assert check(NoteInput(body="稳赚"), packs=build({"severity": severity})).verdict == verdict
    assert check(NoteInput(body="湖边"), packs=build({"severity": severity})).verdict == "pass"


def test_cleared_stays_visible_and_does_not_count(build: Build) -> None:
    report = check(NoteInput(body="没有稳赚的买卖"), packs=build({"clear_by": ["negation"]}))
    assert report.verdict == "pass"
    assert [(f.status, f.status_by) for f in report.findings] == [("cleared", "negation")]
    assert check(NoteInput(body="没有稳赚的买卖"), packs=build({})).verdict == "block"


def test_disguised_hit_is_never_cleared(build: Build) -> None:
    report = check(NoteInput(body="没有稳.赚的买卖"), packs=build({"clear_by": ["negation"]}))
    assert [(f.status, f.disguise) for f in report.findings] == [("open", ("split",))]


def test_benign_superstring_clears(build: Build) -> None:
    packs = build({"match": {"terms": ["保本"]}, "except": ["保本点"]})
    assert [f.status_by for f in check(NoteInput(body="算算保本点"), packs=packs).findings] == ["benign superstring"]
    assert check(NoteInput(body="保本点,保本"), packs=packs).verdict == "block"


def test_pattern_edges_are_those_of_a_line_and_a_part(build: Build) -> None:
    packs = build({"kind": "pattern", "match": {"patterns": ["^保本", "稳赚$", "甲.{0,4}乙"]}})
    report = check(NoteInput(title="保本", body="这里稳赚\n保本", tags=("甲", "乙")), packs=packs)
    assert [(f.field, f.text) for f in report.findings] == [("body", "稳赚"), ("body", "保本"), ("title", "保本")]


def test_anchor_keeps_a_rule_silent_on_life(build: Build) -> None:
    packs = build({"anchor": {"any_of": ["@product-anchor"], "within": "sentence"}})
    assert not check(NoteInput(body="摆摊稳赚"), packs=packs).findings
    assert not check(NoteInput(body="摆摊稳赚。理财"), packs=packs).findings
    assert check(NoteInput(body="这款理财稳赚"), packs=packs).findings


@pytest.mark.parametrize(
    ("scope", "note", "fires"),
    [
        ({"products": ["fund"]}, {"products": ("card",)}, False),
        ({"products": ["fund"]}, {"products": ("fund",)}, True),
        ({"products": ["fund"]}, {}, True),
        ({"note_types": ["marketing"]}, {"note_type": "lifestyle"}, False),
        ({"places": ["title"]}, {}, False),
        ({"field": "reply"}, {}, False),
        ({"field": "reply"}, {"field": "reply"}, True),
        ({"origin": "ai"}, {}, False),
        ({"account_types": ["unbound"]}, {"account_type": "institution"}, False),
        ({"account_types": ["unbound"]}, {}, True),
        ({"promotes": "true"}, {}, False),
        ({"promotes": "true"}, {"products": ("fund",)}, True),
    ],
)
def test_scope(build: Build, scope: dict[str, Any], note: dict[str, Any], fires: bool) -> None:
    report = check(NoteInput(body="稳赚", **note), packs=build({"scope": scope}))
    assert bool(report.findings) == fires


def test_dates_in_force(build: Build) -> None:
    packs = build({"effective": "2026-09-30"}, {"effective": "2020-01-01", "until": "2026-09-29"})

    def rules(day: date | None) -> list[str]:
        return [f.rule for f in check(NoteInput(body="稳赚"), packs=packs, as_of=day).findings]

    assert rules(date(2026, 9, 29)) == ["TRY-02"]
    assert rules(date(2026, 9, 30)) == ["TRY-01"]
    assert rules(None) == ["TRY-01"]


def test_stages_are_cumulative(build: Build) -> None:
    packs = build({"stage": "brief"}, {"stage": "note"}, {"stage": "publish"})
    note = NoteInput(body="稳赚")
    assert [f.rule for f in check(note, packs=packs, stage="brief").findings] == ["TRY-01"]
    report = check(note, packs=packs)
    assert [f.rule for f in report.findings] == ["TRY-01", "TRY-02"]
    assert [(u.rule, u.needs) for u in report.undetermined] == [("TRY-03", ("publication",))]
    assert len(check(note, packs=packs, publication={"x": 1}).findings) == 3


def test_judge_rule_without_a_model_is_undetermined(build: Build) -> None:
    report = check(NoteInput(body="稳赚"), packs=build({"kind": "judge", "match": {"criterion": "贬低同行"}}))
    assert [u.needs for u in report.undetermined] == [("model",)]
    assert report.verdict == "pass"


def test_overlapping_findings_merge(build: Build) -> None:
    packs = build({"match": {"terms": ["稳赚", "稳赚不赔", "赚不赔"]}})
    assert [f.text for f in check(NoteInput(body="稳赚不赔"), packs=packs).findings] == ["稳赚不赔"]
    assert len(check(NoteInput(body="稳赚,稳赚"), packs=packs).findings) == 2


def test_exception_in_a_guard_is_never_a_pass(build: Build, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError("guard")

    monkeypatch.setattr(engine_module, "clearing_guard", broken)
    with pytest.raises(GuardError) as caught:
        check(NoteInput(body="稳赚"), packs=build({}))
    assert caught.value.exit_code == 4
    assert "TRY-01" in caught.value.message


def test_fingerprint_survives_edits_elsewhere(build: Build) -> None:
    packs = build({})
    one = check(NoteInput(body="我觉得这款理财产品真的稳赚,后面的话随便说说就好"), packs=packs).findings[0]
    two = check(
        NoteInput(title="新", body="加一段。\n我觉得这款理财产品真的稳赚,后面的话随便说说就好。再加"), packs=packs
    ).findings[0]
    other = check(NoteInput(body="换个说法也是稳赚的"), packs=packs).findings[0]
    assert one.fingerprint == two.fingerprint != other.fingerprint


def waiver(finding: Finding, **changes: Any) -> Waiver:
    values: dict[str, Any] = {
        "id": "w1", "rule": finding.rule, "fingerprint": finding.fingerprint, "reason": "已报备", "approver": "甲",
        "second_approver": "乙", "created": date(2026, 1, 1), "expires": date(2026, 12, 31),
    }  # fmt: skip
    return Waiver(**(values | changes))


@pytest.mark.parametrize(
    ("changes", "day", "status"),
    [
        ({}, date(2026, 6, 1), "waived"),
        ({"quote": "稳赚"}, date(2026, 6, 1), "waived"),
        ({"quote": "稳赔"}, date(2026, 6, 1), "open"),
        ({"fingerprint": "", "quote": "稳赚"}, date(2026, 6, 1), "open"),
        ({"fingerprint": "", "quote": "稳赚", "every_note": True}, date(2026, 6, 1), "waived"),
        ({"fingerprint": "", "quote": " ", "every_note": True}, date(2026, 6, 1), "open"),
        ({"fingerprint": ""}, date(2026, 6, 1), "open"),
        ({"fingerprint": "0"}, date(2026, 6, 1), "open"),
        ({"rule": "XXX-01"}, date(2026, 6, 1), "open"),
        ({"second_approver": ""}, date(2026, 6, 1), "open"),
        ({"second_approver": "甲"}, date(2026, 6, 1), "open"),
        ({}, date(2027, 1, 1), "open"),
        ({}, date(2025, 1, 1), "open"),
        ({}, None, "open"),
    ],
)
def test_waiver(build: Build, changes: dict[str, Any], day: date | None, status: str) -> None:
    packs = build({})
    finding = check(NoteInput(body="稳赚"), packs=packs).findings[0]
    report = check(NoteInput(body="稳赚"), packs=packs, waivers=[waiver(finding, **changes)], as_of=day)
    assert report.findings[0].status == status
    assert report.verdict == ("pass" if status == "waived" else "block")


def test_waiver_leaves_cleared_findings_alone(build: Build) -> None:
    packs = build({"clear_by": ["negation"]})
    finding = check(NoteInput(body="没有稳赚"), packs=packs).findings[0]
    report = check(NoteInput(body="没有稳赚"), packs=packs, waivers=[waiver(finding)], as_of=date(2026, 6, 1))
    assert report.findings[0].status == "cleared"


DAY = date(2026, 6, 1)


def told(report: Report) -> list[tuple[str, str]]:
    return [(entry.waiver, entry.reason) for entry in report.idle_waivers]


def test_waivers_that_do_nothing_are_reported(build: Build) -> None:
    packs = build({})
    finding = check(NoteInput(body="稳赚"), packs=packs).findings[0]
    waivers = [
        waiver(finding, id="good"), waiver(finding, id="old", expires=date(2026, 2, 1)),
        waiver(finding, id="early", created=date(2026, 8, 1)), waiver(finding, id="alone", second_approver=""),
        waiver(finding, id="idle", rule="XXX-01"),
    ]  # fmt: skip
    report = check(NoteInput(body="稳赚，也有稳赚的"), packs=packs, waivers=waivers[1:], as_of=DAY)
    problems = {p.waiver: p.reason for p in review_waivers(waivers[1:], [report], DAY)}
    assert problems == {"old": "expired", "early": "not_yet", "alone": "second_approver", "idle": "unused"}
    good = check(NoteInput(body="稳赚"), packs=packs, waivers=waivers, as_of=DAY)
    assert "good" not in {problem.waiver for problem in review_waivers(waivers, [good], DAY)}


@pytest.mark.parametrize(
    ("changes", "reason", "day"),
    [
        ({"expires": date(2026, 2, 1)}, "expired", date(2026, 2, 1)),
        ({"created": date(2026, 8, 1)}, "not_yet", date(2026, 8, 1)),
        ({"second_approver": "甲"}, "second_approver", None),
        ({"fingerprint": "", "quote": "稳赚"}, "no_case", None),
        ({"fingerprint": "", "text_hash": "sha256:0"}, "other_text", None),
        ({"fingerprint": "0"}, "other_place", None),
        ({"quote": "湖边"}, "other_words", None),
    ],
)
def test_a_note_says_which_waiver_of_an_open_rule_did_nothing_and_why(
    build: Build, changes: dict[str, Any], reason: str, day: date | None
) -> None:
    packs = build({})
    finding = check(NoteInput(body="稳赚"), packs=packs).findings[0]
    report = check(NoteInput(body="稳赚"), packs=packs, waivers=[waiver(finding, **changes)], as_of=DAY)
    (entry,) = report.idle_waivers
    assert (entry.waiver, entry.rule, entry.reason, entry.day, entry.text) == ("w1", finding.rule, reason, day, "稳赚")
    assert report.verdict == "block" and report.waivers == ()
    assert check(NoteInput(body="湖边"), packs=packs, waivers=[waiver(finding)], as_of=DAY).idle_waivers == ()


def test_a_waiver_of_one_text_covers_all_its_rule_says_there_and_no_other_text(build: Build) -> None:
    packs, note = build({}), NoteInput(body="稳赚，还是稳赚")
    finding = check(note, packs=packs).findings[0]
    given = waiver(finding, fingerprint="", text_hash=note.text_hash)
    report = check(note, packs=packs, waivers=[given], as_of=DAY)
    assert [f.status for f in report.findings] == ["waived", "waived"] and report.waivers == (given,)
    edited = check(NoteInput(body="稳赚，还是稳赚。"), packs=packs, waivers=[given], as_of=DAY)
    assert edited.verdict == "block" and told(edited) == [("w1", "other_text")]


@pytest.mark.parametrize("quote", ["稳赚", "都说稳​赚", "人人都说稳赚的", "穩賺的"])
def test_a_quote_may_be_the_words_or_the_sentence_around_them(build: Build, quote: str) -> None:
    packs, note = build({}), NoteInput(body="书上说稳赚。人人都说稳​赚的", tags=("稳赚",))
    finding = check(note, packs=packs).findings[0]
    given = waiver(finding, fingerprint="", text_hash=note.text_hash, quote=quote)
    found = {(f.field, f.start): f.status for f in check(note, packs=packs, waivers=[given], as_of=DAY).findings}
    alone = quote == "稳赚"
    assert found == {
        ("body", 3): "waived" if alone else "open", ("body", 10): "waived", ("tags", 0): "waived" if alone else "open",
    }  # fmt: skip


def test_what_counts_in_every_note_takes_two_people_whatever_the_severity(build: Build) -> None:
    packs = build({"severity": "fix"})
    finding = check(NoteInput(body="稳赚"), packs=packs).findings[0]
    given = waiver(finding, fingerprint="", quote="稳赚", every_note=True, second_approver="")
    assert told(check(NoteInput(body="稳赚"), packs=packs, waivers=[given], as_of=DAY)) == [("w1", "second_approver")]
    alone = waiver(finding, second_approver="")
    assert check(NoteInput(body="稳赚"), packs=packs, waivers=[alone], as_of=DAY).verdict == "pass"


def test_combination_needs_every_part_near(build: Build) -> None:
    match = {"groups": [["客户"], ["re:赚了[0-9]+"]], "within": "sentence", "ordered": "true", "gap": "4"}
    packs = build({"kind": "combine", "match": match})
    assert [f.text for f in check(NoteInput(body="听客户说赚了200"), packs=packs).findings] == ["客户说赚了200"]
    assert not check(NoteInput(body="赚了200的客户"), packs=packs).findings
    assert not check(NoteInput(body="客户今天来网点他说赚了200"), packs=packs).findings
    assert not check(NoteInput(body="客户。赚了200"), packs=packs).findings
    loose = build({"kind": "combine", "match": {"groups": [["客户"], ["赚了"], ["客户"]]}})
    assert not check(NoteInput(body="赚了的客户"), packs=loose).findings
    assert check(NoteInput(body="客户夸客户赚了"), packs=loose).findings


def test_platform_limits(build: Build) -> None:
    def rule(limit: str, maximum: int) -> dict[str, Any]:
        return {"kind": "structure", "match": {"limit": limit, "max": str(maximum)}}

    assert check(NoteInput(title="湖" * 21), packs=build(rule("title_units", 20))).findings
    assert not check(NoteInput(title="湖" * 20), packs=build(rule("title_units", 20))).findings
    assert check(NoteInput(body="湖", tags=("a", "b")), packs=build(rule("tags", 1))).findings
    assert not check(NoteInput(body="湖", tags=("a",)), packs=build(rule("tags", 1))).findings
    images = build(rule("images", 2))
    assert check(NoteInput(body="湖"), packs=images).undetermined
    assert check(NoteInput(body="湖"), packs=images, publication={"images": ["a", "b", "c"]}).findings
    assert not check(NoteInput(body="湖"), packs=images, publication={"images": 2}).findings


def test_similarity_to_earlier_notes(build: Build) -> None:
    packs = build({"kind": "similarity", "match": {"threshold": "0.8"}})
    body = "周六在云湖走了一圈,风很大,面包很香,晚上回家看书"
    assert check(NoteInput(body=body), packs=packs).undetermined
    twin = Note(titles=("t",), title="t", segments=(Segment(text=body + "。", kind="life"),))
    other = Note(titles=("t",), title="t", segments=(Segment(text="完全不同的一篇笔记", kind="life"),))
    assert check(NoteInput(body=body), packs=packs, earlier=[other, twin]).findings[0].related == (twin.text_hash,)
    assert not check(NoteInput(body=body), packs=packs, earlier=[other]).findings


@pytest.mark.parametrize(
    ("note", "text"),
    [
        ({"body": "湖边"}, ""),
        ({"body": "湖边", "origin": "ai"}, "本文由AI辅助生成"),
        ({"body": "信用卡立减,点击链接办理", "products": ("card",)}, "广告"),
        ({"body": "信用卡立减,点击链接办理", "products": ("card",), "note_type": "lifestyle"}, ""),
        ({"body": "信用卡立减", "products": ("card",)}, ""),
        ({"body": "信用卡立减", "products": ("card",), "publication": {"link": "x"}}, "广告"),
        ({"body": "信用卡立减,点击链接办理", "products": ("card",), "origin": "ai"}, "广告\n本文由AI辅助生成"),
    ],
)
def test_label(build: Build, note: dict[str, Any], text: str) -> None:
    label = check(NoteInput(**note), packs=build({})).label
    assert (label.text, label.required) == (text, bool(text))
    assert len(label.reasons) == len(label.platform_step.splitlines()) == len(text.splitlines())


@pytest.mark.parametrize(
    ("note", "note_type", "products"),
    [
        ({"body": "湖边走一圈"}, "lifestyle", ()),
        ({"body": "科普:什么是通胀"}, "education", ()),
        ({"body": "推荐一只基金"}, "marketing", ("fund",)),
        ({"body": "信用卡满减优惠,点击办理"}, "benefit", ("card",)),
        ({"body": "基金", "note_type": "education"}, "education", ("fund",)),
        ({"body": "湖边", "products": ("gold",)}, "marketing", ("gold",)),
    ],
)
def test_inference(build: Build, note: dict[str, Any], note_type: str, products: tuple[str, ...]) -> None:
    report = check(NoteInput(**note), packs=build({}))
    assert (report.note_type, report.products) == (note_type, products)
