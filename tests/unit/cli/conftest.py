"""Run `agent …` in this process, as the console script does."""

from __future__ import annotations

import sys
from collections.abc import Callable

import pytest

from agent.cli.main import run


@pytest.fixture
def agent(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str, str]]:
    """Return a caller of `agent WORD…`: exit code, stdout, stderr."""

    def call(*words: object) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["agent", *map(str, words)])
        try:
            run()
            code: object = 0
        except SystemExit as stopped:
            code = stopped.code or 0
        told = capsys.readouterr()
        assert isinstance(code, int)
        return code, told.out, told.err

    return call
