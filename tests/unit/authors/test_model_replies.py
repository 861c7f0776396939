"""What of a model's reply may stand: known ids, clean text, flagged places, and no word of the instructions."""

from datetime import date

import pytest

from agent.authors.editing import apply_edits, drop_flagged_titles, issues_of
from agent.authors.grounding import leak_in, note_of, plan_of
from agent.authors.shapes import Edit, NoteDraft, PlanDraft
from agent.models import (
    Brief,
    Critique,
    Fact,
    Finding,
    Fix,
    Institution,
    Material,
    Message,
    Metric,
    Note,
    Point,
    Report,
    RubricAnswer,
    Segment,
    Sources,
)

TODAY = date(2026, 11, 24)
FACT = Fact(
    id="f1", product="card", category="card", claim="单笔满30元减5元", source="活动规则",
    valid_from=date(2026, 10, 1), valid_to=date(2026, 12, 31),
)  # fmt: skip
STALE = FACT.model_copy(update={"id": "old", "valid_to": date(2026, 10, 31)})
POINT = Point(id="p1", title="先留一笔应急的钱", theme="投教", text="应急金要随时能取", source="宣传材料")


def sources_of(
    note_type="benefit", *, facts=(FACT, STALE), points=(POINT,), material=("买了伞", "下雨了", "忘在桶里"), **brief
):
    told = tuple(Material(id=f"m{n}", text=text) for n, text in enumerate(material, 1))
    return Sources(
        brief=Brief(id="r", topic="一把伞", note_type=note_type, material=told, as_of=TODAY, **brief),
        institution=Institution(name="云杉银行", full_name="云杉银行"),
        facts=facts,
        points=points,
    )


def draft_of(*segments, titles=("一把不挡雨的伞",), **given):
    return NoteDraft.model_validate({"titles": titles, "body": [list(segments)], **given})


class TestPlan:
    def test_ids_that_do_not_exist_are_dropped(self):
        plan = plan_of(PlanDraft(angle="伞", facts=("f9", "f1"), material=("m1", "m7")), sources_of())
        assert (plan.facts, plan.material, plan.writable) == (("f1",), ("m1",), True)

    def test_a_benefit_without_a_valid_fact_is_not_written(self):
        plan = plan_of(PlanDraft(angle="伞", facts=("old",)), sources_of())
        assert not plan.writable
        assert plan.reason
        assert len(plan.questions) == 2

    def test_an_education_note_gets_one_point_and_no_fact(self):
        plan = plan_of(PlanDraft(angle="伞", facts=("f1",), points=("p1", "p1")), sources_of("education"))
        assert (plan.facts, plan.points) == ((), ("p1",))

    def test_what_the_brief_names_stands_whatever_the_model_chose(self):
        plan = plan_of(PlanDraft(angle="伞", keyword="雨伞"), sources_of(facts=(FACT,), keyword="下雨天"))
        assert plan.keyword == "下雨天"
        named = sources_of("lifestyle")
        named = named.model_copy(update={"brief": named.brief.model_copy(update={"facts": ("f1",), "points": ("p1",)})})
        plan = plan_of(PlanDraft(angle="伞"), named)
        assert (plan.facts, plan.points) == (("f1",), ("p1",))

    def test_a_plan_that_cannot_be_written_always_asks(self):
        plan = plan_of(PlanDraft(angle="伞", writable=False, reason="没有素材"), sources_of("lifestyle", material=()))
        assert (plan.writable, plan.reason) == (False, "没有素材")
        assert all("伞" in q.text or q.text for q in plan.questions)
        assert plan.questions


class TestNote:
    def test_a_source_that_does_not_exist_is_dropped_so_that_the_claim_stands_alone(self):
        note = note_of(draft_of({"text": "我买了伞。", "sources": ["m1", "m99", "f9"]}), sources_of())
        assert note.segments[0].sources == ("m1",)

    def test_paragraphs_become_segments_and_hidden_characters_go(self):
        draft = NoteDraft.model_validate(
            {
                "titles": ["一把伞\u202e", "一把伞"],
                "body": [[{"text": "下雨了。\n"}, {"text": "\u200b"}, {"text": "伞没带。"}], [{"text": "走回去。"}]],
                "tags": ["#雨天", "雨天", " "],
            }
        )
        note = note_of(draft, sources_of())
        assert note.titles == ("一把伞",)
        assert [(s.text, s.paragraph) for s in note.segments] == [
            ("下雨了。", True), ("伞没带。", False), ("走回去。", True),
        ]  # fmt: skip
        assert note.tags == ("雨天",)

    def test_a_title_that_claims_what_nobody_told_yields_to_one_that_does_not(self):
        titles = ("我在三亚吃了海鲜", "一把伞，860 元", "买了伞，下雨了")
        assert note_of(draft_of({"text": "下雨了。"}, titles=titles), sources_of()).titles == ("买了伞，下雨了",)
        assert note_of(draft_of({"text": "下雨了。"}, titles=titles[:2]), sources_of()).titles == titles[:2]

    @pytest.mark.parametrize(
        "reply", [{"titles": [" "], "body": [[{"text": "x"}]]}, {"titles": ["x"], "body": [[{"text": " "}]]}]
    )
    def test_a_blank_note_is_no_note(self, reply):
        with pytest.raises(ValueError, match="blank"):
            NoteDraft.model_validate(reply)


class TestAttribution:
    def attributed(self, text, *, cites=(), kind="life"):
        sources = sources_of(material=("点了一杯耶加，32 块", "我把伞忘在门口的桶里", "下雨了"))
        note = note_of(draft_of({"text": text, "kind": kind, "sources": list(cites)}), sources)
        return note.segments[0].sources

    def test_a_number_and_a_claim_that_the_material_tells_are_cited(self):
        assert self.attributed("心疼那 32 块。") == ("m1",)
        assert self.attributed("我把伞忘在桶里了。", cites=("m3",)) == ("m3", "m2")

    def test_traditional_characters_tell_what_simplified_ones_told(self):
        assert self.attributed("我把傘忘在門口的桶裡了。") == ("m2",)

    def test_what_no_material_tells_stays_without_a_source(self):
        assert self.attributed("心疼那 45 块。") == ()
        assert self.attributed("我去三亚吃了一顿海鲜。") == ()

    def test_a_benefit_is_never_attributed_to_material(self):
        assert self.attributed("满 32 块减。", cites=("f1",), kind="condition") == ("f1",)


class TestLeak:
    HOUSE = (Message(role="system", content="第一人称的经历只能来自素材，素材里没有的人、地方、时间、动作一律不写。"),)

    def test_a_reply_that_repeats_the_instructions_is_refused(self):
        reply = draft_of({"text": "规则是这样的：第一人称的经历只能来自素材，素材里没有的人、地方都不写。"})
        assert "写作说明" in leak_in(reply, self.HOUSE, ())

    def test_what_was_given_may_be_quoted(self):
        reply = draft_of({"text": "第一人称的经历只能来自素材，素材里没有的人"})
        assert leak_in(reply, self.HOUSE, ["他说：第一人称的经历只能来自素材，素材里没有的人"]) == ""


NOTE = Note(
    titles=("一把不挡雨的伞", "另一个标题"),
    title="一把不挡雨的伞",
    cover="雨天",
    segments=(
        Segment(text="我买了伞。", kind="life", sources=("m1",)),
        Segment(text="它稳赚不赔。", kind="life", paragraph=False),
        Segment(text="单笔满30元减5元。", kind="condition", sources=("f1",)),
        Segment(text="本文由AI辅助生成", kind="label"),
    ),
    tags=("雨天",),
)


def finding(text, *, field="body", severity="block", note=NOTE):
    start = {"body": note.body, "title": note.title}[field].index(text)
    return Finding(
        rule="RET-03", pack="returns", severity=severity, field=field, start=start, end=start + len(text), text=text,
        message="不能承诺", advice="删掉", fix=Fix(replacement="有涨有跌"),
    )  # fmt: skip


def report(*findings):
    return Report(verdict="block", note_type="benefit", findings=findings)


FINE = Critique(passed=True)


class TestIssues:
    def test_an_issue_names_the_quote_the_reason_the_remedy_and_the_segment(self):
        (issue,) = issues_of(NOTE, report(finding("稳赚不赔")), FINE)
        assert issue.targets == {("segment", 1)}
        for part in ("稳赚不赔", "不能承诺", "删掉", "有涨有跌"):
            assert part in issue.text
        assert "1" in issue.where

    def test_warnings_and_a_tone_that_passed_ask_for_nothing(self):
        tone = Critique(passed=True, metrics={"T13": Metric(value=1, passed=False, message="太长")})
        assert issues_of(NOTE, report(finding("稳赚不赔", severity="warn")), tone) == ()

    def test_a_failed_tone_brings_metrics_and_answers_with_their_places(self):
        tone = Critique(
            passed=False,
            metrics={
                "T04": Metric(value=1, passed=False, level="block", message="标签少"),
                "T02": Metric(value=9, passed=True),
                "T11": Metric(value=0.3, passed=False, message="句子长短太齐"),
            },
            rubric={
                "D1": RubricAnswer(answer="no", span="我买了伞", edit="写是哪天"),
                "D2": RubricAnswer(answer="yes"),
                "D11": RubricAnswer(answer="no", span="雨天", edit="换一个"),
            },
        )
        issues = {issue.what: issue for issue in issues_of(NOTE, report(), tone)}
        assert set(issues) == {"T04", "D1", "D11"}
        assert issues["T04"].targets == {("tags", -1)}
        assert issues["D1"].targets == {("segment", 0)}
        assert issues["D11"].targets == {("cover", -1)}


class TestTitles:
    def flagged(self, index):
        text = NOTE.titles[index]
        return Finding(
            rule="END-04", pack="e", severity="block", field="title", index=index, start=0, end=2, text=text[:2],
            message="没有素材",
        )  # fmt: skip

    def test_a_flagged_candidate_is_left_out_without_asking(self):
        note, left, changes = drop_flagged_titles(NOTE, report(self.flagged(1), finding("稳赚不赔")))
        assert note.titles == ("一把不挡雨的伞",) and note.title == "一把不挡雨的伞"
        assert [f.field for f in left.findings] == ["body"]
        assert changes[0].startswith("END-04")

    def test_a_clean_candidate_takes_the_place_of_a_flagged_title(self):
        note, _, _ = drop_flagged_titles(NOTE, report(self.flagged(0)))
        assert (note.title, note.titles) == ("另一个标题", ("另一个标题",))

    def test_with_no_clean_one_left_the_writer_is_asked(self):
        both = report(self.flagged(0), self.flagged(1))
        assert drop_flagged_titles(NOTE, both) == (NOTE, both, ())


class TestEdits:
    def edited(self, *edits, issues=None, note=NOTE):
        issues = issues_of(note, report(finding("稳赚不赔", note=note)), FINE) if issues is None else issues
        drafts = [Edit.model_validate({"target": "segment", "issues": ["i1"], **edit}) for edit in edits]
        return apply_edits(note, drafts, issues=issues, sources=sources_of())

    def test_a_flagged_segment_is_rewritten_and_the_change_names_the_rule(self):
        revision = self.edited({"index": 1, "text": "它有涨有跌。"})
        assert [s.text for s in revision.note.segments][:2] == ["我买了伞。", "它有涨有跌。"]
        assert revision.changes[0].startswith("RET-03")

    def test_what_is_not_flagged_stays(self):
        revision = self.edited({"index": 0, "text": "我昨天买了两把伞。"}, {"target": "title", "text": "新标题"})
        assert revision.note == NOTE
        assert revision.changes == ()

    def test_a_segment_may_begin_a_paragraph_of_its_own(self):
        revision = self.edited({"index": 1, "text": "它有涨有跌。", "new_paragraph": True})
        assert revision.note.segments[1].paragraph
        assert not self.edited({"index": 1, "text": "它有涨有跌。"}).note.segments[1].paragraph

    def test_a_mandatory_line_is_never_edited(self):
        issues = issues_of(NOTE, report(finding("AI辅助")), FINE)
        assert self.edited({"index": 3, "text": "没有AI"}, issues=issues).note == NOTE

    def test_a_blank_text_deletes_and_the_paragraph_still_begins(self):
        note = NOTE.model_copy(
            update={
                "segments": (
                    NOTE.segments[1].model_copy(update={"paragraph": True}),
                    NOTE.segments[0].model_copy(update={"paragraph": False}),
                    *NOTE.segments[2:],
                )
            }
        )
        revision = self.edited({"index": 0, "text": " "}, note=note)
        assert revision.note.segments[0].text == "我买了伞。"
        assert revision.note.segments[0].paragraph

    def test_sources_are_kept_unless_given_and_unknown_ones_dropped(self):
        flagged = issues_of(NOTE, report(finding("买了伞")), FINE)
        assert self.edited({"index": 0, "text": "我买伞。"}, issues=flagged).note.segments[0].sources == ("m1",)
        revision = self.edited({"index": 0, "text": "我买伞。", "sources": ["m2", "m88"]}, issues=flagged)
        assert revision.note.segments[0].sources == ("m2",)

    def test_an_absence_lets_a_segment_be_added(self):
        absent = Finding(rule="DIS-01", pack="d", severity="fix", field="note", message="缺", advice="补")
        issues = issues_of(NOTE, report(absent), FINE)
        revision = self.edited({"index": 1, "insert_after": True, "text": "补上的一句。"}, issues=issues)
        assert [s.text for s in revision.note.segments][2] == "补上的一句。"

    def test_a_flagged_title_is_replaced_among_its_candidates(self):
        issues = issues_of(NOTE, report(finding("不挡雨", field="title")), FINE)
        revision = self.edited({"target": "title", "text": "伞忘在桶里"}, issues=issues)
        assert revision.note.title == "伞忘在桶里"
        assert revision.note.titles == ("伞忘在桶里", "另一个标题")

    def test_an_index_out_of_the_note_changes_nothing(self):
        assert self.edited({"index": 40, "text": "多出来的。"}).note == NOTE
