"""`agent queue`, and that a terminal too keeps people from approving their own notes."""

import asyncio
import json
from datetime import UTC, date, datetime, timedelta

import pytest

from agent.cli import queueing
from agent.cli.queueing import reviewer_called
from agent.desk.rewriting import rewritten
from agent.desk.values import EditedText
from agent.drafting import open_drafting
from agent.errors import UsageError
from agent.graph.state import Review
from agent.models import Brief, Material, NoteInput, Waiver
from agent.people import Person, Role
from agent.record import Store
from agent.settings import Settings
from agent.workspace import load_workspace
from agent.workspace.copying import init_workspace
from agent.workspace.waivers import add_waiver

TODAY = datetime.now(UTC).date()


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("KOSNOTE_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("KOSNOTE_AUTHOR", "offline")
    return Settings(home=tmp_path / "home", author="offline")


def draft(home, *, owner="aning", account="", hand_in=True, **given):
    """Draft a note that belongs to somebody, hand it in, and return its run."""
    now = datetime.now(UTC)
    told = {"note_type": "education", "as_of": now.date(), **given}
    brief = Brief(
        **told, id="20261124-0000aa", topic="下班绕路喝一杯手冲", persona="", account=account,
        material=(Material(id="m1", text="周二下班绕到青年路，点了一杯耶加，32 块", told_by="阿宁"),),
    )  # fmt: skip

    async def go():
        async with open_drafting(load_workspace(None), home) as drafting:
            result = await drafting.draft(brief, owner=owner)
            if hand_in:
                drafting.store.publishing.submit(
                    brief.id, text_hash=result.note.text_hash, submitted_by=owner, submitted_at=now
                )
        return brief.id

    return asyncio.run(go())


def edited(home, run, folder, words, *, hand_in=False):
    """Add a sentence to a text as its author, hand it in if asked, and return its last round."""

    async def go():
        async with open_drafting(load_workspace(folder), home) as drafting:
            note = (await drafting.peek(run)).note
            text = EditedText(title=note.title, cover=note.cover, body=f"{words}\n{note.body}", tags=note.tags)
            review = Review(
                action="edit", reviewer="aning", reason="改字", text_hash=note.text_hash, note=rewritten(note, text)
            )
            result = await drafting.review(run, review)
            if hand_in:
                drafting.store.publishing.submit(
                    run, text_hash=result.note.text_hash, submitted_by="aning", submitted_at=datetime.now(UTC)
                )
            return result.rounds[-1]

    return asyncio.run(go())


def test_the_queue_is_listed_with_lane_age_and_time_left(home, agent):
    assert "没有等着审的笔记" in agent("queue")[2]
    run = draft(home, owner="aning")
    _, line, _ = agent("queue")
    assert run in line and "绿" in line and "已等 0.0 小时" in line and "还剩 24.0 小时" in line and "阿宁" in line
    (item,) = json.loads(agent("queue", "--format", "json")[1])
    assert (item["run"], item["lane"]["lane"], item["overdue"]) == (run, "green", False)
    assert agent("queue", "--lane", "red")[1] == agent("queue", "--overdue")[1] == ""
    assert agent("queue", "--lane", "blue")[0] == 2


def test_what_nobody_has_handed_in_is_counted_with_the_option_that_lists_it(home, agent):
    run = draft(home, hand_in=False)
    code, out, told = agent("queue")
    assert (code, out) == (0, "") and "没有送审" in told and "另有 1 篇" in told and "--waiting" in told
    assert json.loads(agent("queue", "--format", "json")[1]) == []
    code, out, told = agent("queue", "--waiting")
    assert run in out and "另有" not in told


def test_whoever_decides_in_a_terminal_is_shown_what_waivers_let_pass(home, agent, tmp_path):
    folder = tmp_path / "bank"
    init_workspace(folder)
    run = draft(home, hand_in=False)
    report = edited(home, run, folder, "这张卡保证每个月稳赚不赔。").report
    for number, block in enumerate(report.open("block"), 1):
        add_waiver(folder, Waiver(
            id=f"W{number}", rule=block.rule, fingerprint=block.fingerprint, quote=block.text, reason="引用反面例子",
            approver="shenhe", second_approver="shenhe2", created=TODAY, expires=TODAY + timedelta(days=30),
        ))  # fmt: skip
    edited(home, run, folder, "再会。", hand_in=True)
    assert "处凭豁免放行" in agent("queue", "-w", folder)[1]
    shown = agent("show", run, "-w", folder)[1]
    assert "待审核（in_review） · 凭豁免放行" in shown
    for told in (shown, agent("approve", run, "--reviewer", "沈审核", "-w", folder)[2]):
        assert "凭豁免放行" in told and "[禁止·已豁免] RET-03" in told
        assert "引用反面例子（shenhe、shenhe2 批准，" in told
    assert decisions(home, run)[-1] == ("approve", "shenhe")


@pytest.mark.parametrize("reviewer", ["shenhe", "沈审核"])
def test_an_owner_does_not_approve_by_id_or_by_name_and_somebody_else_does(home, agent, reviewer):
    run = draft(home, owner="shenhe")
    for command in (["approve", run], ["reject", run, "--reason", "不行"]):
        code, _, told = agent(*command, "--reviewer", reviewer)
        assert code == 2 and "本人的笔记" in told
    assert agent("approve", run, "--reviewer", "郑审核")[0] == 0


class TestWhoDecides:
    @pytest.mark.parametrize("nobody", ["随便谁", "aning", "guanli", "方编辑", "SHENHE", "审核"])
    def test_only_a_reviewer_of_the_bank_does_and_the_nearest_is_named(self, home, agent, nobody):
        run = draft(home)
        for command in (["approve", run], ["reject", run, "--reason", "不行"]):
            code, out, told = agent(*command, "--reviewer", nobody)
            assert (code, out) == (2, "") and nobody in told and "shenhe（沈审核）" in told
        assert decisions(home, run) == []

    @pytest.mark.parametrize("called", ["shenhe", " 沈审核 "])
    def test_an_id_and_an_exact_name_mean_the_same_person(self, home, agent, called):
        run = draft(home)
        assert agent("approve", run, "--reviewer", called)[0] == 0
        assert decisions(home, run) == [("approve", "shenhe")]

    def test_two_of_one_name_are_told_apart_by_id(self):
        people = tuple(Person(id=name, name="沈", roles=(Role.REVIEWER,)) for name in ("a", "b"))
        with pytest.raises(UsageError) as refused:
            reviewer_called("沈", people)
        assert refused.value.code == "reviewer_unknown" and "a（沈）" in refused.value.hint
        assert reviewer_called("b", people) == people[1]

    def test_a_workspace_that_lists_nobody_takes_any_name(self, home, agent, tmp_path):
        init_workspace(tmp_path / "bank")
        (tmp_path / "bank" / "people.yaml").unlink()
        run = draft(home)
        assert agent("approve", run, "--reviewer", " ", "-w", tmp_path / "bank")[0] == 2
        code, _, told = agent("approve", run, "--reviewer", "合规小李", "-w", tmp_path / "bank")
        assert code == 0, told
        assert decisions(home, run) == [("approve", "合规小李")]


class TestToday:
    def test_a_note_whose_fact_is_over_by_today_is_not_approved_in_a_terminal_either(self, home, agent, monkeypatch):
        bank = load_workspace(None)
        run = draft(home, note_type="benefit", as_of=date(2026, 11, 24), products=("coffee-card",),
                    facts=("cc-coffee-30-5",))  # fmt: skip
        with Store.open(home.record_target) as store:
            cited = {source for part in store.versions(run)[-1].round.note.segments for source in part.sources}
        fact = next(fact for fact in bank.facts if fact.id in cited and fact.valid_to)
        monkeypatch.setattr(queueing, "_today", lambda: fact.valid_to + timedelta(days=1))
        code, out, told = agent("approve", run, "--reviewer", "shenhe")
        assert (code, out) == (2, "") and fact.id in told and "今天不能批准" in told
        assert decisions(home, run) == []
        monkeypatch.setattr(queueing, "_today", lambda: date(2026, 11, 24))
        assert agent("approve", run, "--reviewer", "shenhe")[0] == 0


def decisions(home, run):
    """Return what was decided on a run, and by whom."""
    with Store.open(home.record_target) as store:
        return [(decision.decision, decision.reviewer) for decision in store.decisions(run)]


def test_reasoned_decisions_are_exported_as_cases_the_rule_engine_reads_with_who_wrote_them(home, agent):
    assert agent("golden")[:2] == (0, "")
    run = draft(home)
    assert agent("reject", run, "--reviewer", "shenhe", "--reason", "像广告")[0] == 0
    code, out, told = agent("golden")
    (case,) = map(json.loads, out.splitlines())
    assert code == 0 and "1 条" in told and "shenhe" not in out
    assert (case["expected"], case["reason"], case["authorship"]["human_share"]) == ("flag", "像广告", 0.0)
    assert case["authorship"]["author"].startswith("offline")
    assert NoteInput.model_validate(case["note"]).body == case["note"]["body"]
