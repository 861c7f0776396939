"""Throw bytes at the rule engine: `python -m evals.fuzz.check -runs=10000` (dependency group `fuzz`)."""
