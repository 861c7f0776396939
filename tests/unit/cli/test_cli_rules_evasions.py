"""`agent rules test --evasions`: the matrix on stdout, the sum on stderr, exit 1 below a bar."""

from __future__ import annotations

import pytest
from typer.testing import CliRunner

from agent.cli.rules import app
from agent.guardrails import evasions


def test_the_matrix_goes_to_stdout_and_the_sum_to_stderr() -> None:
    done = CliRunner().invoke(app, ["test", "--evasions", "RET-03"])
    assert "E04 不可见字符" in done.stdout
    assert "生成" in done.stderr
    assert "生成" not in done.stdout


@pytest.mark.parametrize(("bar", "code"), [(0, 0), (100, 1)])
def test_a_class_below_its_bar_fails_the_command(monkeypatch: pytest.MonkeyPatch, bar: int, code: int) -> None:
    given = evasions.catalogue()
    classes = {name: kind.model_copy(update={"bar": bar}) for name, kind in given.classes.items()}
    changed = given.model_copy(update={"classes": classes, "handmade_bars": {}})
    monkeypatch.setattr(evasions, "catalogue", lambda: changed)
    assert CliRunner().invoke(app, ["test", "--evasions", "RET-03"]).exit_code == code
