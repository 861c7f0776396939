"""Every rule file: its cases run as tests (`pytest … -k RET-01`)."""

from __future__ import annotations

import functools
from pathlib import Path

import pytest

from agent.errors import KosnoteError
from agent.guardrails.cases import run_cases
from agent.guardrails.loader import Packs, compile_rules, jurisdictions, read_rule, rule_files
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
