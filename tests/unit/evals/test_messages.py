"""The sentences of the evals: each asked for exists, each that exists is used, every placeholder is given."""

import ast
import string
from pathlib import Path

import yaml

from evals.errors import EvalError, eval_messages

EVALS = Path(__file__).parents[3] / "evals"
CALLS = {"tell", "remedy", "problem", "problem_at", "EvalError", "IncomparableError", "MeasureError"}
ENTRIES = eval_messages()


def _calls():
    for path in sorted(EVALS.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", getattr(node.func, "attr", "")) in CALLS:
                codes = [a.value for a in node.args if isinstance(a, ast.Constant) and isinstance(a.value, str)]
                given = {keyword.arg for keyword in node.keywords}
                yield from ((f"{path.name}:{node.lineno}", code, given) for code in codes[:1])


def test_every_sentence_asked_for_exists_with_all_it_names():
    for place, code, given in _calls():
        assert code in ENTRIES, f"{place}: {code}"
        wanted = {name for text in ENTRIES[code].values() for _, name, _, _ in string.Formatter().parse(text) if name}
        assert None in given or wanted <= given, f"{place} {code}: {wanted - given}"


def test_every_sentence_is_used():
    source = "".join(path.read_text(encoding="utf-8") for path in EVALS.rglob("*.py"))
    own = yaml.safe_load((EVALS / "data" / "messages" / "cases.yaml").read_text(encoding="utf-8"))
    assert not [code for code in own if f'"{code}"' not in source]


def test_an_error_shows_its_sentence_and_what_to_do():
    error = EvalError("cases_unknown", ids="甲")
    assert str(error) == "没有这些用例：甲" and "evals/cases" in error.hint and error.exit_code == 2
