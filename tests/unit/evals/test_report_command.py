"""`report` prints the table and writes what is asked for from a run on disk."""

from xml.etree import ElementTree

import pytest
from reported import note, revised, sample, summary
from typer.testing import CliRunner

from evals.cli import app
from evals.summaries import write_summary

RUNNER = CliRunner()


@pytest.fixture
def command():
    return lambda *words: RUNNER.invoke(app, ["report", *map(str, words)], catch_exceptions=False)


@pytest.fixture
def run(tmp_path):
    """A folder as a run leaves it."""

    def make(name, *samples, **changes):
        folder = tmp_path / name
        write_summary(summary(**changes), folder / "summary.json")
        lines = [sample.model_dump_json() + "\n" for sample in samples]
        (folder / "samples.jsonl").write_text("".join(lines), encoding="utf-8")
        return folder

    return make


@pytest.fixture(autouse=True)
def outside_of_a_job(monkeypatch):
    monkeypatch.delenv("GITHUB_STEP_SUMMARY", raising=False)


def test_a_run_alone_is_a_table_on_stdout(command, run):
    done = command(run("a", revised()))
    assert done.exit_code == 0 and done.stdout.startswith("offline：硬性检查未过。")
    assert done.stderr == ""


def test_all_three_files_are_written_and_named_on_stderr(command, run, tmp_path):
    out = tmp_path / "out"
    done = command(
        *(run("a", revised()), "--html", out / "r.html", "--junit", out / "j.xml", "--markdown", out / "r.md")
    )
    assert done.exit_code == 0 and "写好" not in done.stdout
    assert all(name in done.stderr for name in ("r.html", "j.xml", "r.md"))
    assert "稳赚不赔" in (out / "r.html").read_text("utf-8")
    assert ElementTree.parse(out / "j.xml").find("testsuite").get("name") == "evals.offline"
    assert "`r.html`" in (out / "r.md").read_text("utf-8")


def test_a_baseline_run_is_compared_and_shown_word_by_word(command, run, tmp_path):
    before = run(
        "base", sample(note=note("周六早上绕着江边走了八公里。")), cases={"river-run": summary().cases["river-run"]}
    )
    after = run("cand", sample(), cases={"river-run": summary().cases["river-run"]})
    page = tmp_path / "r.html"
    done = command(after, "--baseline", before, "--html", page)
    assert done.exit_code == 0 and done.stdout.startswith("offline：没有变差")
    assert "<del>走</del><ins>跑</ins>" in page.read_text("utf-8")


def test_a_committed_baseline_has_no_texts_and_is_enough(command, run, tmp_path):
    (tmp_path / "baselines").mkdir()
    baseline = tmp_path / "baselines" / "offline.json"
    write_summary(summary(), baseline)
    page = tmp_path / "r.html"
    done = command(run("cand", sample()), "--baseline", baseline, "--html", page)
    assert done.exit_code == 0 and "与基线的最后文字逐字比" not in page.read_text("utf-8")


def test_inside_a_github_job_the_step_summary_gets_the_markdown(command, run, tmp_path, monkeypatch):
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path / "steps.md"))
    command(run("a", sample()))
    assert (tmp_path / "steps.md").read_text("utf-8").startswith("### evals offline：")
