"""Compare a table that ships with what its build script makes."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import numpy as np

EVALS = Path(__file__).resolve().parents[1] / "evals"


def assert_built_by(script: str) -> None:
    """Build the arrays of `evals/<script>.py` and compare each with the shipped one."""
    spec = importlib.util.spec_from_file_location(script, EVALS / f"{script}.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    built = module.build()
    with np.load(module.TARGET) as shipped:
        for name, values in built.items():
            assert np.array_equal(shipped[name], values), name
