"""Every rule file: its cases run as tests (`pytest … -k RET-01`)."""

from __future__ import annotations

import functools
from pathlib import Path

import pytest

from agent.errors import KosnoteError
from agent.guardrails.cases import run_cases
from agent.guardrails.engine import check
from agent.guardrails.loader import Packs, compile_rules, jurisdictions, load_packs, read_rule
from agent.guardrails.rulefiles import rule_files
from agent.models import NoteInput
from agent.paths import data_root

FOLDERS = [data_root() / "guardrails" / name for name in jurisdictions()]
PATHS = [path for folder in FOLDERS for path in rule_files(folder)]


@functools.cache
def packs_of(path: Path) -> Packs:
    return compile_rules([read_rule(path)], [path.parent.parent])


@pytest.mark.parametrize("path", PATHS, ids=[path.stem for path in PATHS])
def test_cases_hold(path: Path) -> None:
    try:
        packs = packs_of(path)
    except KosnoteError as error:
        pytest.fail(f"{error.message}\n{error.hint}")
    failed = [str(result) for result in run_cases(packs.rules[0].rule, packs) if not result.passed]
    assert not failed, "\n".join(failed)


@pytest.mark.parametrize(("rule_id", "text"), [
    ("SOC-01", "大学生生活费不够就来贷备用金，别上当去找别家"),
    ("SOC-01", "有人说学生不能贷，大学生找我办分期，遇到请告诉老师也没用"),
    ("SOC-01", "高一的学生可以买点基金练手"),
    ("SOC-01", "高二的同学买点基金吧"),
    ("RET-01", "“保本保息”，打个问号的都是没买过的，来我这儿买。"),
    ("RET-01", "“保本保息”，你心里要是打个问号，来网点我证明给你看。"),
    ("XHS-04", "我把提前还款的教程都发在公众号了，去那边看全的"),
    ("XHS-04", "提额教程放在视频号了，想学的过去看"),
    ("XHS-04", "我做的预算表已经放到知乎了"),
])  # fmt: skip
def test_what_lies_next_to_a_harmless_case_is_blocked_still(rule_id: str, text: str) -> None:
    found = check(NoteInput(body=text), packs=load_packs(examples=False), likeness=False).open("block")
    assert rule_id in {finding.rule for finding in found}
