"""Forgetting and the audit as staff use them, after a run with a model, its replies and its checkpoints."""

import asyncio
import dataclasses
import json
import sqlite3
from contextlib import closing
from datetime import UTC, date, datetime

import processes
import pytest

from agent.briefs import Request, make_brief
from agent.drafting import open_drafting
from agent.record import Store
from agent.settings import load_settings
from agent.workspace import load_workspace

pytestmark = pytest.mark.block_network(allowed_hosts=["127.0.0.1", *processes.HOSTS])

NOW = datetime(2026, 11, 24, 4, tzinfo=UTC)
NOTHING_KEPT = {"KOSNOTE_EVIDENCE_DAYS": "0"}
WORDS = ("耶加", "隔壁桌", "忘在门口的桶里", "下班绕路", "shenhe", "手冲")


def bytes_left(home):
    return b"".join(
        path.read_bytes() for path in home.iterdir() if path.name.startswith(("record.db", "checkpoints.db"))
    )


@pytest.fixture
def approved(agent, drafted):
    run = drafted()["run"]
    done = agent("approve", run, "--reviewer", "shenhe", "--reason", "已核对")
    assert done.returncode == 0, done.stderr
    return run


class TestForget:
    def test_no_word_stays_in_any_file_and_the_chain_still_holds(self, agent, approved, tmp_path):
        before = agent("audit", "head").stdout.strip()
        assert all(word.encode() in bytes_left(tmp_path / "home") for word in WORDS)
        done = agent("forget", approved, "--yes", set=NOTHING_KEPT)
        assert done.returncode == 0, done.stderr
        assert [word for word in WORDS if word.encode() in bytes_left(tmp_path / "home")] == []
        verified = agent("audit", "verify", "--head", before)
        assert verified.returncode == 0, verified.stdout
        assert "完好" in verified.stdout and "1 次运行已删除" in verified.stdout

    def test_the_run_says_what_became_of_it(self, agent, approved):
        note_hash = agent("show", approved).stdout.split("文本哈希：")[1].split()[0]
        agent("forget", approved, "--yes", set=NOTHING_KEPT)
        shown = agent("show", approved)
        assert shown.returncode == 0 and "删除" in shown.stdout and "耶加" not in shown.stdout
        assert note_hash[:19] in shown.stdout
        data = json.loads(agent("show", approved, "--format", "json").stdout)
        assert data["erased_at"] and [link["kind"] for link in data["audit"]][-1] == "erased"
        assert "已删除" in agent("runs").stdout
        for command in (["resume", approved], ["approve", approved, "--reviewer", "shenhe2"]):
            done = agent(*command)
            assert done.returncode == 2 and done.stdout == "" and "已经删除" in done.stderr

    def test_nothing_is_erased_unless_confirmed(self, agent, approved):
        done = agent("forget", approved, set=NOTHING_KEPT)
        assert done.returncode == 2 and done.stdout == "" and "--yes" in done.stderr and approved in done.stderr
        assert "耶加" in agent("show", approved).stdout

    def test_everything_a_person_told_is_found_by_name(self, agent, approved):
        other = agent("draft", "--topic", "周末带爸妈去植物园", "--type", "education", "--format", "json",
                      set={"KOSNOTE_AUTHOR": "offline"})  # fmt: skip
        done = agent("forget", "--told-by", "阿宁", "--yes", set=NOTHING_KEPT)
        assert done.returncode == 0, done.stderr
        assert approved in done.stdout and json.loads(other.stdout)["run"] not in done.stdout
        again = agent("forget", "--told-by", "阿宁", "--yes", set=NOTHING_KEPT)
        assert again.returncode == 2 and "阿宁" in again.stderr

    def test_what_was_approved_stays_for_its_time_and_says_why(self, agent, approved):
        other = json.loads(agent("draft", "--topic", "下班绕路喝一杯手冲", "--type", "lifestyle", "-p", "阿宁",
                                 "--material-set", "aning-coffee", "--format", "json",
                                 set={"KOSNOTE_AUTHOR": "offline"}).stdout)["run"]  # fmt: skip
        done = agent("forget", approved, "--yes")
        assert done.returncode == 2 and done.stdout == ""
        assert "批准，是凭据，留到" in done.stderr and "evidence_days，现为 1095 天" in done.stderr
        done = agent("forget", "--told-by", "阿宁", "--yes")
        assert done.returncode == 1 and other in done.stdout and approved not in done.stdout
        assert f"{approved}  不删" in done.stderr and "耶加" in agent("show", approved).stdout

    def test_a_run_or_a_name_and_not_both(self, agent, approved):
        for asked in ([], [approved, "--told-by", "阿宁"]):
            assert agent("forget", *asked, "--yes").returncode == 2

    def test_a_process_still_at_work_cannot_bring_the_words_back(self, agent, drafted, endpoint, tmp_path):
        before = """
import os
from agent.graph import nodes
def forgotten(decide):
    async def decide_late(state, runtime):
        os.system("%s -c 'from agent.cli.main import run; run()' forget " % __import__("sys").executable
                  + state["brief"].id + " --yes >/dev/null 2>&1")
        return await decide(state, runtime)
    decide_late.__name__ = "decide"
    return decide_late
nodes.decide = forgotten(nodes.decide)
"""
        done = agent("draft", "--topic", "下班绕路喝一杯手冲", "--type", "benefit", "--persona", "阿宁",
                     "--material-set", "aning-coffee", "--as-of", "2026-11-24", before=before)  # fmt: skip
        assert done.returncode == 2 and "已经删除" in done.stderr, done.stderr
        (run,) = json.loads(agent("runs", "--format", "json").stdout)
        agent("forget", run["id"], "--yes")
        assert not any(word.encode() in bytes_left(tmp_path / "home") for word in ("耶加", "隔壁桌"))


class TestAudit:
    def test_a_text_changed_in_the_file_is_named_by_run_and_kind(self, agent, approved, tmp_path):
        head = agent("audit", "head").stdout.strip()
        assert head.startswith("sha256:") and head in agent("audit", "verify").stdout
        with closing(sqlite3.connect(tmp_path / "home" / "record.db")) as connection, connection:
            connection.execute("UPDATE versions SET round_json = replace(round_json, '耶加', '瑰夏')")
        done = agent("audit", "verify")
        assert done.returncode == 1 and approved in done.stdout and "文本" in done.stdout

    def test_a_head_from_elsewhere_is_not_in_the_chain(self, agent, approved):
        done = agent("audit", "verify", "--head", "sha256:" + "0" * 64)
        assert done.returncode == 1 and "链尾" in done.stdout

    def test_an_export_holds_every_link_and_no_word(self, agent, approved, tmp_path):
        done = agent("audit", "export", str(tmp_path / "audit.jsonl"))
        assert done.returncode == 0 and done.stdout == ""
        text = (tmp_path / "audit.jsonl").read_text("utf-8")
        links = [json.loads(line) for line in text.splitlines()]
        assert [link["seq"] for link in links] == list(range(1, len(links) + 1))
        assert links[-1]["hash"] == agent("audit", "head").stdout.strip()
        assert not any(word in text for word in WORDS)

    def test_an_export_nowhere_says_so(self, agent, approved, tmp_path):
        done = agent("audit", "export", str(tmp_path / "none" / "audit.jsonl"))
        assert done.returncode == 2 and "audit.jsonl" in done.stderr and "Traceback" not in done.stderr


def test_checkpoints_written_while_the_record_was_erased_go_too(tmp_path):
    home = tmp_path / "home"

    class Busy:
        """A record in front of a process that is still at work on the run."""

        def __init__(self, store):
            self.store = store

        def __getattr__(self, name):
            return getattr(self.store, name)

        def forget(self, run, **given):
            self.store.forget(run, **given)
            with closing(sqlite3.connect(home / "checkpoints.db")) as connection, connection:
                connection.execute(
                    "INSERT INTO checkpoints (thread_id, checkpoint_id, checkpoint) VALUES (?, 'late', '耶加')", (run,)
                )

    async def go():
        bank, settings = load_workspace(None), load_settings(home=home, author="offline")
        async with open_drafting(bank, settings) as drafting:
            request = Request(topic="周末带爸妈去植物园", note_type="education")
            run = (await drafting.draft(make_brief(request, workspace=bank, as_of=date(2026, 11, 24))[0])).run
            await dataclasses.replace(drafting, store=Busy(drafting.store)).forget(run)

    asyncio.run(go())
    assert "耶加".encode() not in bytes_left(home) and "植物园".encode() not in bytes_left(home)


class TestForgetAPerson:
    def test_threads_owned_runs_sign_ins_and_names_go_and_the_chain_holds(self, agent, tmp_path):
        env = {"KOSNOTE_AUTHOR": "offline"}
        said = [
            "--say",
            "周二晚上绕到青年路那家没有招牌的咖啡店，点了一杯耶加，32 块",
            "--say",
            "写一篇下班绕路喝一杯手冲",
        ]
        done = agent("chat", "--user", "wangli", "-p", "阿宁", "--as-of", "2026-11-24", *said, set=env)
        assert done.returncode == 0, done.stderr
        with Store.open(tmp_path / "home" / "record.db") as store:
            (run,) = store.runs()
            store.start_run(
                run.brief.model_copy(update={"id": "r-api"}), author="x", workspace="", created_at=NOW, owner="wangli"
            )
            store.desk.delegate(
                delegator="wangli", delegate="chenjie", lane="red", starts_at=NOW, ends_at=NOW, reason="休假",
                created_at=NOW,
            )  # fmt: skip
        asked = agent("forget", "--user", "wangli")
        assert asked.returncode == 2 and "r-api" in asked.stderr and "代审授权 1 项" in asked.stderr
        done = agent("forget", "--user", "wangli", "--yes")
        assert done.returncode == 0 and "已删除 r-api" in done.stdout, done.stderr
        left = bytes_left(tmp_path / "home")
        assert [word for word in ("wangli", "耶加", "青年路") if word.encode() in left] == []
        verified = agent("audit", "verify")
        assert verified.returncode == 0 and "2 次运行已删除" in verified.stdout
        assert agent("forget", "--user", "wangli", "--yes").returncode == 2
