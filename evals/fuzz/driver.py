"""Run a target of `evals.fuzz.targets` under atheris, which guides itself by the branches of `agent` it has seen."""

from __future__ import annotations

import importlib
import sys

__all__ = ["run"]

_NOT_THERE = "atheris is not installed: pip install --group fuzz (Linux only)\n"


def run(name: str) -> None:
    """Fuzz until `-runs`, `-max_total_time` or the first failure; arguments are libFuzzer's."""
    try:
        atheris = importlib.import_module("atheris")
    except ImportError:
        sys.stderr.write(_NOT_THERE)
        raise SystemExit(2) from None
    with atheris.instrument_imports(include=["agent.guardrails", "agent.yamlsource"]):
        targets = importlib.import_module("evals.fuzz.targets")
    atheris.Setup(sys.argv, getattr(targets, name))
    atheris.Fuzz()
