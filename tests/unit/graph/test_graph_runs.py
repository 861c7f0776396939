"""The graph as a whole, with scripted writers and readers: what ends where, and what may never happen."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.types import Command

from agent.errors import GuardError
from agent.graph.build import build_graph
from agent.graph.checkpoints import serializer
from agent.graph.context import DraftContext
from agent.models import Brief, Critique, Fact, Finding, Institution, Note, Plan, Report, Segment, Sources
from agent.testing import ScriptedAuthor

TODAY = date(2026, 11, 24)


def note_of(text, *, sources=(), kind="life"):
    return Note(titles=("植物园半日",), title="植物园半日", segments=(Segment(text=text, kind=kind, sources=sources),))


class Reader:
    """Check by two marker words, and remember every text seen."""

    def __init__(self):
        self.seen = []

    def check(self, note, /, **given):
        if given.get("stage") == "brief":
            return Report(verdict="pass", note_type="lifestyle")
        self.seen.append(note.text_hash)
        findings = tuple(
            Finding(rule=rule, pack="test", severity=severity, field="body", message=word, text=word)
            for word, rule, severity in (("稳赚", "RET-03", "block"), ("手慢无", "IND-07", "fix"))
            if word in note.body
        )
        verdict = "block" if any(f.severity == "block" for f in findings) else "revise" if findings else "pass"
        return Report(verdict=verdict, note_type="lifestyle", findings=findings, text_hash=note.text_hash)

    async def critique(self, note, /, **given):
        return Critique(passed="生硬" not in note.body, text_hash=note.text_hash)


class Desk:
    """Run one thread of the graph with scripted parts."""

    def __init__(self, *notes, plan=None, facts=(), brief_facts=(), rounds=3, review=True, reader=None):
        self.reader = reader or Reader()
        self.brief = Brief(id="run-1", topic="植物园", as_of=TODAY, facts=brief_facts)
        author = ScriptedAuthor(notes, questions=plan or Plan(angle="散步", keyword="植物园"))
        sources = Sources(brief=self.brief, institution=Institution(name="云杉银行", full_name="云杉银行"), facts=facts)
        self.author = author
        self.graph = build_graph(InMemorySaver(serde=serializer()))
        self.config = {"configurable": {"thread_id": "run-1"}}
        self.context = DraftContext(
            author=author, check=self.reader.check, critique=self.reader.critique, resolve=lambda _: sources
        )
        self.begin = {"brief": self.brief, "max_rounds": rounds, "review_on": review}

    async def run(self, given=None):
        return await self.graph.ainvoke(given or self.begin, self.config, context=self.context, durability="sync")

    async def answer(self, action, **fields):
        values = (await self.graph.aget_state(self.config)).values
        fields.setdefault("text_hash", values["note"].text_hash)
        return await self.run(Command(resume={"action": action, "reviewer": "审", **fields}))


async def test_a_good_first_text_waits_for_a_person_and_is_approved():
    desk = Desk(note_of("在植物园坐了一下午。"))
    values = await desk.run()
    assert (values["outcome"], values["round"], len(values["versions"])) == ("in_review", 1, 1)
    values = await desk.answer("approve")
    assert values["outcome"] == "approved"


async def test_a_flagged_text_is_revised_until_it_passes():
    desk = Desk(note_of("稳赚。"), note_of("手慢无。"), note_of("坐了一下午。"))
    values = await desk.run()
    assert values["outcome"] == "in_review"
    assert [v.round.report.verdict for v in values["versions"]] == ["block", "revise", "pass"]


async def test_when_rounds_are_spent_the_best_version_goes_to_a_person_with_its_findings():
    desk = Desk(note_of("稳赚。"), note_of("手慢无。"), note_of("手慢无，生硬。"))
    values = await desk.run()
    assert values["outcome"] == "needs_human"
    assert values["note"].body.startswith("手慢无。")
    assert [f.rule for f in values["last_report"].open()] == ["IND-07"]
    assert desk.author.calls.count("revise") == 2


async def test_the_number_of_rounds_is_bounded_whatever_the_author_does():
    desk = Desk(*(note_of(f"手慢无 {n}。") for n in range(20)), rounds=5)
    values = await desk.run()
    assert (values["round"], len(values["versions"]), values["outcome"]) == (5, 5, "needs_human")


async def test_an_author_that_changes_nothing_does_not_burn_the_remaining_rounds():
    desk = Desk(note_of("手慢无。"), rounds=9)
    values = await desk.run()
    assert (values["round"], values["outcome"]) == (2, "needs_human")


async def test_a_revision_that_adds_a_block_is_refused_and_the_earlier_text_kept():
    desk = Desk(note_of("手慢无。"), note_of("稳赚。"), rounds=2)
    values = await desk.run()
    assert values["note"].body.startswith("手慢无。")
    assert "RET-03" in values["versions"][-1].round.changes[0]


async def test_a_revision_that_changes_a_ledger_number_is_refused():
    fact = Fact(id="f1", product="p", category="card", claim="满30元减5元。", source="公告", valid_from=TODAY)
    desk = Desk(
        note_of("满30元减5元，手慢无。", sources=("f1",), kind="point"),
        note_of("满30元减8元。", sources=("f1",), kind="point"),
        facts=(fact,),
        rounds=2,
    )
    values = await desk.run()
    assert "减5元" in values["note"].body and "减8元" not in values["note"].body


async def test_without_review_a_good_text_is_ready():
    values = await Desk(note_of("坐了一下午。"), review=False).run()
    assert values["outcome"] == "ready"


async def test_a_plan_without_material_ends_with_questions_and_no_note():
    desk = Desk(plan=Plan(angle="", keyword="", writable=False))
    values = await desk.run()
    assert values["outcome"] == "needs_material"
    assert "note" not in values and desk.author.calls == ["plan"]


async def test_an_expired_fact_is_refused_at_the_gate_before_anything_is_written():
    fact = Fact(
        id="f1", product="p", category="card", claim="…", source="公告",
        valid_from=date(2026, 1, 1), valid_to=date(2026, 10, 31),
    )  # fmt: skip
    desk = Desk(facts=(fact,), brief_facts=("f1",))
    values = await desk.run()
    assert values["outcome"] == "refused"
    assert [finding.rule for finding in values["refusal"]] == ["CIT-01"]
    assert "2026-10-31" in values["refusal"][0].message and values["refusal"][0].advice
    assert desk.author.calls == []


async def test_an_edit_is_checked_again_and_not_rewritten_by_the_machine():
    desk = Desk(note_of("坐了一下午。"))
    await desk.run()
    values = await desk.answer("edit", note=note_of("手慢无，我改的。").model_dump(mode="json"))
    assert values["outcome"] == "needs_human"
    assert values["note"].body.startswith("手慢无，我改的。")
    assert desk.author.calls.count("revise") == 0
    assert values["note"].text_hash == desk.reader.seen[-1]


async def test_revisions_only_grow():
    desk = Desk(note_of("稳赚。"), note_of("手慢无。"), note_of("坐。"))
    await desk.run()
    values = await desk.answer("edit", note=note_of("改过。").model_dump(mode="json"))
    revisions = [version.revision for version in values["versions"]]
    assert revisions == sorted(set(revisions))


async def test_approving_another_text_ends_as_an_error():
    desk = Desk(note_of("坐了一下午。"))
    await desk.run()
    with pytest.raises(GuardError):
        await desk.answer("approve", text_hash="sha256:other")


async def test_approving_an_open_block_ends_as_an_error():
    desk = Desk(note_of("稳赚。"), rounds=1)
    await desk.run()
    with pytest.raises(GuardError):
        await desk.answer("approve")


async def test_a_reader_that_raises_ends_the_run_as_an_error():
    class Broken(Reader):
        def check(self, note, /, **given):
            raise GuardError("guard_failed", rule="RET-01", reason="…")

    with pytest.raises(GuardError):
        await Desk(note_of("坐。"), reader=Broken()).run()


steps = st.lists(
    st.tuples(st.sampled_from(["edit", "comment"]), st.sampled_from(["稳赚。", "手慢无。", "好。"])), max_size=4
)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.sampled_from(["稳赚。", "手慢无。", "生硬。", "好。"]), min_size=1, max_size=4), steps)
async def test_every_path_to_approved_passes_comply_on_that_very_text(texts, edits):
    desk = Desk(*(note_of(text) for text in texts))
    await desk.run()
    for action, text in edits:
        await desk.answer(action, note=note_of(text).model_dump(mode="json"))
    try:
        values = await desk.answer("approve")
    except GuardError:
        return
    assert values["outcome"] == "approved"
    assert values["note"].text_hash in desk.reader.seen
    assert "稳赚" not in values["note"].body
