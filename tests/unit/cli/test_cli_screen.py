"""What `agent screen` says and how it ends."""

import json
import os

import processes
import pytest

pytestmark = pytest.mark.block_network(allowed_hosts=processes.HOSTS)
DAY = ("--as-of", "2026-11-24", "--workers", "1")


@pytest.fixture
def screened(tmp_path):
    """Screen texts and return how it ended."""

    def call(bodies, *options, before=""):
        path = tmp_path / "notes.jsonl"
        rows = [body if body.startswith("{") else json.dumps({"body": body}) for body in bodies]
        path.write_text("\n".join(rows), encoding="utf-8")
        out = ("--out", str(tmp_path / "report.jsonl"))
        return processes.call("screen", str(path), *out, *DAY, *options, env=os.environ, before=before)

    return call


def test_a_clean_archive_ends_well(screened, tmp_path):
    done = screened(["早上去植物园走了一圈。"])
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("笔记 1 篇：禁止 0 · 须改 0 · 通过 1")
    assert (tmp_path / "report.jsonl").read_bytes() == b""


def test_the_summary_counts_findings_by_rule_and_refused_rows(screened):
    done = screened(["这款理财稳赚不赔，闭眼入就行。", "早上去植物园走了一圈。", "{broken"])
    assert done.returncode == 1
    first, *rules, refused, out = done.stdout.splitlines()
    assert first.startswith("笔记 2 篇：禁止 1 · 须改 0 · 通过 1，") and first.endswith("行/秒")
    assert "  RET-03 1 处" in rules
    assert refused.startswith("退回 1 行：") and refused.endswith("report.rejected.jsonl")
    assert out.endswith("report.jsonl")


def test_a_run_that_is_done_says_so(screened):
    screened(["早上去植物园走了一圈。"])
    assert "早已做完" in screened(["早上去植物园走了一圈。"]).stdout


def test_away_from_a_terminal_progress_is_lines_with_rate_and_time_left(screened):
    often = (
        "from agent.screening import runner; runner.BATCH = 2\n"
        "from agent.cli import screen_progress as shown; shown.EVERY_SECONDS = 0"
    )
    said = screened(["早上去植物园走了一圈。"] * 6, before=often).stderr.splitlines()
    assert [line.split(" · ")[1] for line in said] == ["2 行", "4 行", "6 行"]
    assert said[2].startswith("100%") and "行/秒" in said[2] and said[2].endswith("还要 0:00")


@pytest.mark.parametrize(
    ("asked", "said"),
    [((), "--out"), (("--out", "r.jsonl"), "来源"), (("x.jsonl", "--out", "r.jsonl", "--engine", "cloud"), "cloud")],
)
def test_a_request_that_cannot_be_understood_prints_nothing_on_stdout(asked, said, tmp_path):
    done = processes.call("screen", *asked, env=os.environ)
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr
