"""A baseline moves only through `accept`, with a reason, and never by a hand edit."""

from datetime import date

import pytest
import typer
from measured import sample, summary
from typer.testing import CliRunner

from evals.baselines import accept, baseline_path, edited_by_hand, load_baseline, read_log
from evals.comparing_commands import accept as accept_command
from evals.comparing_commands import compare as compare_command
from evals.errors import EvalError
from evals.summaries import write_summary
from evals.values import Summary

REASON = "RET-01 多认一种说法，两个案例的初稿因此不过"
TODAY = date(2026, 11, 27)
app = typer.Typer(rich_markup_mode=None)
app.command("compare")(compare_command)
app.command("accept")(accept_command)


@pytest.fixture
def run(tmp_path):
    """Return a function that leaves a run folder with the summary of these samples."""

    def leave(*samples, **changes):
        folder = tmp_path / f"run-{len(list(tmp_path.iterdir()))}"
        write_summary(summary(*(samples or (sample(),)), **changes), folder / "summary.json")
        return folder

    return leave


@pytest.fixture
def shelf(tmp_path):
    """Return an empty folder of baselines."""
    folder = tmp_path / "baselines"
    folder.mkdir()
    return folder


def test_the_committed_baselines_are_those_last_accepted():
    assert edited_by_hand() == []
    for move in read_log():
        assert load_baseline(move.suite) is not None


def test_accepting_writes_baseline_and_log(run, shelf):
    assert load_baseline("offline", shelf) is None
    first = accept(run(), reason=REASON, on=TODAY, folder=shelf)
    second = accept(run(sample(body="换了一句。")), reason=f"  {REASON}\n再来 ", on=TODAY, folder=shelf)
    assert (first.before, second.before) == ("", first.after)
    assert read_log(shelf) == (first, second) and second.reason == f"{REASON} 再来"
    assert load_baseline("offline", shelf) == summary(sample(body="换了一句。"))
    assert edited_by_hand(shelf) == []


@pytest.mark.parametrize(
    "reason", ["", "  ", "更新基线", "ok", "update baseline", "fix", "接受新基线。", "20261127", "……！"]
)
def test_no_reason_is_refused_and_nothing_moves(run, shelf, reason):
    with pytest.raises(EvalError, match="没有说明"):
        accept(run(), reason=reason, on=TODAY, folder=shelf)
    assert list(shelf.iterdir()) == []


def test_a_hand_edit_is_seen_and_blocks_the_next_move(run, shelf):
    accept(run(), reason=REASON, on=TODAY, folder=shelf)
    path = baseline_path("offline", shelf)
    path.write_bytes(path.read_bytes().replace(b'"samples": 1', b'"samples": 2'))
    assert edited_by_hand(shelf) == ["offline"]
    with pytest.raises(EvalError, match="手工改过"):
        accept(run(sample(body="换了一句。")), reason=REASON, on=TODAY, folder=shelf)
    path.unlink()
    assert edited_by_hand(shelf) == ["offline"], "a deleted baseline is an edit too"


def test_a_checkout_with_other_line_ends_is_no_edit(run, shelf):
    accept(run(), reason=REASON, on=TODAY, folder=shelf)
    path = baseline_path("offline", shelf)
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    assert edited_by_hand(shelf) == [] and load_baseline("offline", shelf) == summary(sample())


def test_a_baseline_put_there_without_accepting_is_seen(shelf):
    write_summary(summary(sample()), shelf / "offline.json")
    assert edited_by_hand(shelf) == ["offline"]


def test_a_run_with_errors_or_without_samples_is_no_baseline(run, shelf, tmp_path):
    broken = run(sample("a"), sample("b", outcome=None, error="timeout", scores={}))
    with pytest.raises(EvalError, match="2 个样本里有 1 个出错"):
        accept(broken, reason=REASON, on=TODAY, folder=shelf)
    write_summary(Summary(suite="offline"), tmp_path / "empty.json")
    with pytest.raises(EvalError, match="0 个样本"):
        accept(tmp_path / "empty.json", reason=REASON, on=TODAY, folder=shelf)


def test_a_selection_of_cases_is_no_baseline(run, shelf):
    accept(run(sample("a"), sample("b")), reason=REASON, on=TODAY, folder=shelf)
    with pytest.raises(EvalError, match="缺了基线里的 1 个案例（例如 b）"):
        accept(run(sample("a")), reason=REASON, on=TODAY, folder=shelf)
    accept(run(sample("a"), signature={"lane": "offline", "dataset": "d2"}), reason=REASON, on=TODAY, folder=shelf)


def test_the_same_again_is_no_move(run, shelf):
    accept(run(), reason=REASON, on=TODAY, folder=shelf)
    with pytest.raises(EvalError, match="一字不差"):
        accept(run(), reason=REASON, on=TODAY, folder=shelf)
    assert len(read_log(shelf)) == 1


@pytest.mark.parametrize("suite", ["../evil", "Off line", ""])
def test_a_suite_must_name_a_file(suite, shelf):
    with pytest.raises(EvalError, match="不能作文件名"):
        baseline_path(suite, shelf)


def test_a_broken_log_is_named_by_line(shelf):
    (shelf / "LOG.jsonl").write_text('{"date": "2026-11-27"}\n', encoding="utf-8")
    with pytest.raises(EvalError, match="第 1 行"):
        read_log(shelf)


class TestCommands:
    def test_an_unchanged_run_prints_one_line(self, run):
        done = CliRunner().invoke(app, ["compare", str(run()), str(run())])
        assert done.exit_code == 0 and done.stdout == "offline：与基线相同，1 个案例\n" and done.stderr == ""

    def test_a_worse_run_exits_with_one_and_names_case_and_rule(self, run):
        done = CliRunner().invoke(app, ["compare", str(run()), str(run(sample(rules=("RET-01",))))])
        assert done.exit_code == 1 and "jiangbian-run" in done.stdout and "RET-01" in done.stdout

    def test_a_changed_run_asks_for_acceptance(self, run):
        done = CliRunner().invoke(app, ["compare", str(run()), str(run(sample(body="换了一句。")))])
        assert done.exit_code == 0 and "python -m evals accept" in done.stderr

    def test_an_inconclusive_run_warns_and_fails_only_when_strict(self, run):
        arguments = ["compare", *(str(run(sample(lane="live"), suite="live")) for _ in range(2))]
        warned, failed = (CliRunner().invoke(app, [*arguments, *more]) for more in ([], ["--strict"]))
        assert warned.exit_code == 0 and "样本不足" in warned.stderr and failed.exit_code == 3

    def test_another_measure_is_refused(self, run):
        done = CliRunner().invoke(app, ["compare", str(run()), str(run(suite="replay"))])
        assert isinstance(done.exception, EvalError) and done.exception.exit_code == 2

    def test_accept_moves_the_baseline_and_compare_finds_it_by_suite(self, run, shelf):
        folder = run()
        done = CliRunner().invoke(app, ["accept", str(folder), "--reason", REASON, "--baselines", str(shelf)])
        assert done.exit_code == 0 and done.stdout.strip() == str(shelf / "offline.json")
        assert read_log(shelf)[0].reason == REASON
        again = CliRunner().invoke(app, ["compare", "offline", str(folder), "--baselines", str(shelf)])
        assert again.stdout == "offline：与基线相同，1 个案例\n"

    def test_accept_says_that_failures_became_the_baseline(self, run, shelf):
        folder = run(sample(values={"oracle": 0.0}))
        done = CliRunner().invoke(app, ["accept", str(folder), "--reason", REASON, "--baselines", str(shelf)])
        assert done.exit_code == 0 and "1 项未过的硬性检查" in done.stderr

    def test_accept_demands_a_reason(self, run, shelf):
        assert CliRunner().invoke(app, ["accept", str(run()), "--baselines", str(shelf)]).exit_code == 2
        assert list(shelf.iterdir()) == []
