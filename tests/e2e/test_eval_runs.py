"""Runs of the evals as processes: killed without warning, and resumed."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from evals.case_files import read_cases
from evals.run_files import SAMPLES, SUMMARY

REPO = Path(__file__).parents[2]
CASES = [case.id for case in read_cases()[:5]]


def _start(out, *more):
    chosen = [word for case in CASES for word in ("--case", case)]
    return subprocess.Popen(
        [sys.executable, "-m", "evals", "run", "--out", str(out), *chosen, *more],
        cwd=REPO, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        env={**os.environ, "PYTHONPATH": str(REPO)},
    )  # fmt: skip


def _finish(out, *more):
    process = _start(out, *more)
    told = process.communicate(timeout=300)
    assert process.returncode == 0, told[1]
    return told


def _lines(path):
    return path.read_bytes().count(b"\n") if path.exists() else 0


def _kill_after(out, lines):
    process = _start(out)
    end = time.monotonic() + 120
    while _lines(out / SAMPLES) < lines:
        assert process.poll() is None and time.monotonic() < end, process.communicate()
        time.sleep(0.005)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    assert process.returncode == -signal.SIGKILL


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")
def test_a_killed_run_that_is_resumed_gives_the_same_summary_byte_for_byte(tmp_path):
    _finish(tmp_path / "whole")
    _kill_after(tmp_path / "killed", 2)
    held = _lines(tmp_path / "killed" / SAMPLES)
    assert 2 <= held < len(CASES) and not (tmp_path / "killed" / SUMMARY).exists()
    told = _finish(tmp_path / "killed", "--resume")
    assert f"{held} 个样本已有，要写 {len(CASES) - held} 个" in told[1]
    for name in (SUMMARY, SAMPLES):
        assert (tmp_path / "killed" / name).read_bytes() == (tmp_path / "whole" / name).read_bytes()


def test_the_table_alone_goes_to_stdout_and_a_run_is_not_written_over(tmp_path):
    told = _finish(tmp_path / "run")
    assert "结局符合预期" in told[0] and "样本已有" not in told[0] and "运行写在" in told[1]
    again = _start(tmp_path / "run")
    out, err = again.communicate(timeout=120)
    assert again.returncode == 2 and not out and "--resume" in err
