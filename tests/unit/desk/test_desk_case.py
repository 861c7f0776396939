"""The case of a note: what changed, what is open, what it rests on, how much of it is a person's; and its export."""

import json
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from reviewing import ADDED, refused

from agent.desk.comparing import compare
from agent.desk.rewriting import rewritten
from agent.desk.values import EditedText
from agent.graph.state import Review
from agent.models import Note, Segment

NOTE = Note(
    titles=("植物园", "银杏"),
    title="植物园",
    cover="慢一点",
    segments=(
        Segment(text="周六去了植物园。", kind="life", sources=("m1",)),
        Segment(text="银杏正黄。", kind="life", paragraph=False),
        Segment(text="门票二十元。", kind="point", sources=("f1",)),
        Segment(text="本文由AI辅助生成", kind="label"),
    ),
    tags=("植物园",),
)


async def test_a_case_shows_what_the_text_rests_on(bench):
    run = await bench.note(note_type="benefit")
    case = await bench.case(run)
    assert case.text_hash == bench.hash_of(run) and case.approvable
    (fact,) = [fact for fact in case.facts if fact.id == "cc-coffee-30-5"]
    assert (fact.valid, fact.days_left, fact.approval_no) == (True, 37, "YSXC-2026-001")
    cited = {source.id: source for claim in case.claims for source in claim.sources}
    assert cited["cc-coffee-30-5"].kind == "fact" and cited["m1"].kind == "material"
    assert cited["m1"].text.startswith("周二晚上") and cited["m1"].origin == "阿宁"
    assert "".join(claim.text for claim in case.claims) == case.note.body.replace("\n", "")


async def test_open_findings_carry_the_clause_and_the_sentence_and_settled_ones_stand_apart(bench):
    run = await bench.note(hand_in=False)
    await bench.edited(run, words="这张卡保证每个月稳赚不赔。")
    case = await bench.case(run)
    worst = case.open[0]
    assert worst.severity == "block" and "稳赚" in worst.sentence and worst.clauses and worst.message and worst.advice
    assert all(clause.instrument for finding in case.open for clause in finding.clauses)
    assert all(finding.status != "open" for finding in case.settled)
    assert not case.approvable and case.barriers


async def test_the_diff_is_against_the_text_that_was_handed_in_or_the_one_asked_for(bench):
    run = await bench.note()
    first = bench.hash_of(run)
    assert (await bench.case(run)).diff is None
    await bench.edited(run)
    second = bench.hash_of(run)
    bench.hand_in(run)
    await bench.edited(run, words="第二次加的话。")
    bench.hand_in(run)
    case = await bench.case(run)
    assert case.diff.from_hash == second and case.diff.to_hash == bench.hash_of(run)
    added = [piece.text for f in case.diff.fields for s in f.sentences for piece in s.pieces if piece.kind == "added"]
    assert added == ["第二次加的话。"]
    assert (await bench.case(run, against=first)).diff.from_hash == first
    with refused("desk_no_such_text"):
        await bench.case(run, against="sha256:0")


async def test_what_people_changed_is_measured_with_who_and_when(bench):
    run = await bench.note()
    machine = bench.hash_of(run)
    assert (await bench.case(run)).human.edits == ()
    await bench.edited(run)
    bench.clock.pass_by(hours=1)
    await bench.desk.suggest(
        run, text_hash=bench.hash_of(run), by=bench.shen, reason="补一句", text=bench.longer(run, "再加一句。")
    )
    human = (await bench.case(run)).human
    assert human.machine_hash == machine and human.characters == len(ADDED) + len("再加一句。")
    assert [(edit.by, edit.name, edit.characters) for edit in human.edits] == [
        ("aning", "阿宁", len(ADDED)), ("shenhe", "沈审核", 5),
    ]  # fmt: skip
    assert human.edits[1].at > human.edits[0].at and 0 < human.share < 0.5 and len(human.segments) == 1


async def test_what_the_machine_rewrote_on_request_is_listed_and_not_counted(bench):
    run = await bench.note()
    note = (await bench.case(run)).note
    shorter = note.model_copy(update={"segments": (note.segments[0], *note.segments[2:])})
    await bench.drafting.review(
        run, Review(action="edit", reviewer="aning", reason="更短", text_hash=note.text_hash, note=shorter)
    )
    human = (await bench.case(run)).human
    assert (human.characters, human.share) == (0, 0.0)
    assert [(edit.asked, edit.characters > 0) for edit in human.edits] == [(True, True)]


async def test_what_could_not_be_decided_says_of_which_rule_and_what_it_would_need(bench):
    case = await bench.case(await bench.note(note_type="benefit"))
    (line,) = [line for line in case.undetermined if line.startswith("AIG-02 ")]
    assert "（需要发布信息）" in line and line != "AIG-02 AIG-02（需要发布信息）"


async def test_long_words_of_a_person_are_kept_whole_and_found_too_long(bench):
    run = await bench.note(note_type="benefit")
    note = (await bench.case(run)).note
    long = Segment(text="又走了一段路，看见一棵树。" * 120, kind="life", sources=("m1",))
    edited = note.model_copy(update={"segments": (*note.segments[:1], long, *note.segments[1:])})
    await bench.drafting.review(run, Review(action="edit", reviewer="aning", text_hash=note.text_hash, note=edited))
    case = await bench.case(run)
    assert long.text in case.note.body
    assert "XHS-08" in [finding.rule for finding in case.open]


async def test_decisions_with_a_reason_become_cases_without_a_name(bench):
    run, other = await bench.note(), await bench.note(account="")
    await bench.desk.reject(run, text_hash=bench.hash_of(run), by=bench.shen, reason="像广告")
    await bench.approve(other)
    (case,) = bench.desk.golden_cases(bench.shen)
    assert case["authorship"] == {"author": bench.store.run(run).author, "human_share": 0.0, "human_characters": 0}
    assert (case["expected"], case["reason"], case["text_hash"]) == ("flag", "像广告", bench.hash_of(run))
    assert case["note"]["body"] == bench.best(run).round.note.body
    assert not {"shenhe", "aning", "沈审核"} & set(json.dumps(case, ensure_ascii=False).split('"'))
    with refused("desk_not_reviewer"):
        bench.desk.golden_cases(bench.aning)


async def test_what_an_owner_does_with_their_own_note_is_no_case(bench):
    run = await bench.note()
    await bench.drafting.review(
        run, Review(action="reject", reviewer="aning", reason="另写一版", text_hash=bench.hash_of(run))
    )
    assert bench.store.run(run).outcome == "rejected" and list(bench.desk.golden_cases(bench.shen)) == []


async def test_a_case_holds_what_the_rules_said_when_it_was_decided(bench):
    run = await bench.note(note_type="benefit")
    decided = bench.best(run)
    await bench.desk.suggest(run, text_hash=decided.text_hash, by=bench.shen, reason="开头再具体一点")
    after = decided.round.report.model_copy(update={"packs": {"later": "1"}})
    later = decided.round.model_copy(update={"report": after})
    bench.store.save_version(run, decided.revision + 1, later, saved_at=bench.clock() + timedelta(minutes=1))
    (case,) = bench.desk.golden_cases(bench.shen)
    assert case["packs"] == decided.round.report.packs != {"later": "1"}


class TestComparing:
    def test_a_changed_sentence_shows_its_characters(self):
        after = rewritten(
            NOTE, EditedText(title="植物园", cover="慢一点", body=NOTE.body.replace("正黄", "全黄了"), tags=("植物园",))
        )
        body = next(field for field in compare(NOTE, after).fields if field.field == "body")
        (changed,) = [sentence for sentence in body.sentences if sentence.kind != "kept"]
        assert [(piece.kind, piece.text) for piece in changed.pieces] == [
            ("kept", "银杏"), ("removed", "正"), ("added", "全"), ("kept", "黄"), ("added", "了"), ("kept", "。"),
        ]  # fmt: skip

    def test_sentences_that_have_nothing_in_common_are_removed_and_added(self):
        after = NOTE.model_copy(update={"segments": (Segment(text="今天下雨，哪儿也没去。", kind="life"),)})
        body = next(field for field in compare(NOTE, after).fields if field.field == "body")
        assert {sentence.kind for sentence in body.sentences} == {"removed", "added"}

    def test_equal_texts_differ_nowhere(self):
        assert not compare(NOTE, NOTE).changed

    @given(st.text("甲乙。\n，ab", min_size=1, max_size=40), st.text("甲乙。\n，ab", min_size=1, max_size=40))
    def test_both_texts_can_be_read_back_from_a_comparison(self, before, after):
        one, two = (NOTE.model_copy(update={"segments": (Segment(text=t, kind="life"),)}) for t in (before, after))
        body = next(field for field in compare(one, two).fields if field.field == "body")
        pieces = [piece for sentence in body.sentences for piece in sentence.pieces]
        assert "".join(piece.text for piece in pieces if piece.kind != "removed") == after
        assert "".join(piece.text for piece in pieces if piece.kind != "added") == before


class TestRewriting:
    def edited(self, body):
        return rewritten(NOTE, EditedText(title="新题", cover="慢一点", body=body, tags=("#植物园", " 植物园 ", "")))

    def test_sources_stay_with_the_words_that_stay(self):
        note = self.edited(NOTE.body.replace("二十元", "二十元整"))
        assert [(s.text, s.sources) for s in note.segments if s.kind == "point"] == [("门票二十元整。", ("f1",))]
        assert note.segments[0] == NOTE.segments[0] and note.segments[-1] == NOTE.segments[-1]
        assert note.titles[0] == note.title == "新题" and note.tags == ("植物园",)

    def test_a_removed_piece_takes_its_source_along(self):
        note = self.edited(NOTE.body.replace("门票二十元。\n", ""))
        assert [s.kind for s in note.segments] == ["life", "life", "label"]

    @given(st.text("周六去了植物园银杏。\n门票AI新", min_size=1, max_size=60).filter(str.strip))
    @settings(suppress_health_check=[HealthCheck.filter_too_much])
    def test_the_note_says_exactly_what_was_typed(self, body):
        note = self.edited(body)
        assert note.body == body.strip("\n")
        assert all(s.text for s in note.segments)

    @pytest.mark.parametrize(("title", "body"), [(" ", "甲"), ("题", " \n ")])
    def test_an_empty_text_is_none(self, title, body):
        with pytest.raises(ValueError, match="a note needs"):
            EditedText(title=title, body=body)
