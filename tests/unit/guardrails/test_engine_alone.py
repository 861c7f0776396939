"""The engine stands alone: no other third party, and importing it loads nothing heavy."""

from __future__ import annotations

import subprocess
import sys

BLOCK = """
import sys, importlib.abc
ALLOWED = {"pydantic", "pydantic_core", "yaml", "_yaml", "numpy", "ahocorasick_rs", "re2", "_re2", "annotated_types",
           "typing_extensions", "typing_inspection", "agent"}
class Wall(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        top = name.split(".")[0]
        if top not in ALLOWED and top not in sys.stdlib_module_names and not top.startswith("_sysconfigdata"):
            raise ModuleNotFoundError(name, name=name)
sys.meta_path.insert(0, Wall())
from agent.guardrails import check
from agent.models import NoteInput
report = check(NoteInput(title="湖边一圈", body="风很大，面包很香。"))
assert report.text_hash
heavy = {"langgraph", "openai", "sqlalchemy", "typer", "rich", "jinja2", "httpx"} & set(sys.modules)
assert not heavy, heavy
"""


def test_engine_checks_with_every_other_third_party_blocked() -> None:
    done = subprocess.run([sys.executable, "-S", "-c", _with_site(BLOCK)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def _with_site(code: str) -> str:
    """Skip `.pth` processing (coverage and plugins start there); keep the search path."""
    return f"import sys; sys.path[:] = {sys.path!r}\n{code}"
