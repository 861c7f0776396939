"""Run other guardrails over the same notes, each in a virtual environment of its own: `python -m evals.bench_peers`."""
