"""Errors of the evals speak Chinese from the evals' own catalogue."""

import ast
import string
from pathlib import Path

import pytest

from agent.errors import KosnoteError
from evals.errors import EvalError, IncomparableError, MeasureError, eval_messages

EVALS = Path(__file__).parents[3] / "evals"


def _raised():
    """Yield (place, code, keywords) of every evals error raised with a literal code."""
    for path in sorted(EVALS.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call) or not node.args or not isinstance(node.args[0], ast.Constant):
                continue
            if getattr(node.func, "id", "") in ("EvalError", "IncomparableError", "MeasureError"):
                yield f"{path.name}:{node.lineno}", node.args[0].value, {word.arg for word in node.keywords}


@pytest.mark.parametrize("kind", [EvalError, MeasureError, IncomparableError])
def test_an_error_ends_a_command_with_two_and_says_what_to_do(kind):
    error = kind("measure_nothing", suite="offline")
    assert isinstance(error, KosnoteError) and error.exit_code == 2
    assert "offline" in error.message and "python -m evals run" in error.hint


def test_every_error_raised_has_its_text_and_all_its_values():
    wrong = []
    for place, code, given in _raised():
        entry = eval_messages().get(code)
        if entry is None:
            wrong.append(f"{place} {code}: no text")
            continue
        wanted = {name for text in entry.values() for _, name, _, _ in string.Formatter().parse(text) if name}
        if wanted - given:
            wrong.append(f"{place} {code}: {sorted(wanted - given)} not given")
    assert not wrong
