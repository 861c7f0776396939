"""What the judge is given: each rule with its law, and odd sentences without their tricks."""

import asyncio
from datetime import date

from agent.guardrails import load_packs
from agent.guardrails.amending import rules_for_judge
from agent.llm import Calls
from agent.models import Brief, Institution, Note, Report, Segment, Sources
from agent.prompting import load_prompts
from agent.readers import ModelJudge
from agent.testing import MemoryJournal, ScriptedModel

TODAY = date(2026, 11, 24)
REPORT = Report(verdict="pass", note_type="lifestyle")


def asked(body, *, journal=None, runs=("r1",)):
    model = ScriptedModel(replies={"JudgementDraft": '{"findings": [], "look": ""}'})
    note = Note(titles=("一杯咖啡",), title="一杯咖啡", segments=(Segment(text=body, kind="life"),))
    packs = load_packs(examples=False)
    for run in runs:
        sources = Sources(
            brief=Brief(id=run, topic="咖啡", as_of=TODAY), institution=Institution(name="云杉", full_name="云杉银行")
        )
        calls = Calls(run, models={"judge": model}, journal=journal or MemoryJournal())
        judge = ModelJudge(calls, load_prompts(), scope=lambda report, as_of: rules_for_judge(packs, report, as_of))
        asyncio.run(judge(note, REPORT, sources=sources))
    return model.asked


def test_every_rule_comes_with_its_law():
    system = asked("好喝。")[0][1][0].content
    rules = [line for line in system.splitlines() if line[:4].isupper() and "（block）" in line]
    assert len(rules) > 20 and all("依据：" in line and "》" in line for line in rules)
    assert any("条款待核" in line for line in rules) and any("《广告法》第25条" in line for line in rules)


def test_an_odd_sentence_is_shown_without_its_tricks():
    user = asked("好喝。这款bao本的。")[0][1][1].content
    assert "原文：这款bao本的\n去掉花样：这款bao本的\n读音：zhe kuan bao ben de" in user


def test_a_plain_note_has_no_such_view():
    assert "可疑的写法⟧" not in asked("好喝。")[0][1][1].content


def test_the_same_text_is_judged_once_whatever_run_asks():
    assert len(asked("好喝。", journal=MemoryJournal(), runs=("r1", "r2"))) == 1
